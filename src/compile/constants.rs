//! The constants of one module: CPython's const cache.
//!
//! Two constants have the same [`ConstId`] if and only if CPython would have them be the same object (or equal
//! objects that its const cache merges, `merge_consts_recursive` of `compile.c`). FLAG_REF is decided from these
//! identities when the module is marshalled.

use rustc_hash::FxHashMap;

/// A constant of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConstId(pub u32);

/// A finished code object of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodeId(pub u32);

/// The value of a constant. Its equality is that of CPython's const keys: by exact type, floats by bits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ConstValue {
    /// `None`
    None,
    /// `True`
    True,
    /// `False`
    False,
    /// `...`
    Ellipsis,
    /// An integer.
    Int(i64),
    /// An integer that does not fit 64 bits.
    BigInt(num_bigint::BigInt),
    /// A float's bits.
    Float(u64),
    /// The bits of the real and the imaginary part.
    Complex(u64, u64),
    /// Text as WTF-8.
    Str(Box<[u8]>),
    /// Bytes.
    Bytes(Box<[u8]>),
    /// A tuple.
    Tuple(Box<[ConstId]>),
    /// A frozenset, in the order in which its elements were added, without repetitions.
    FrozenSet(Box<[ConstId]>),
    /// A slice (3.14 and newer).
    Slice([ConstId; 3]),
    /// A code object; equal ones have been merged before they get here.
    Code(CodeId),
}

/// All constants of one module.
#[derive(Debug, Default)]
pub struct Constants {
    by_value: FxHashMap<ConstValue, ConstId>,
    values: Vec<ConstValue>,
}

impl Constants {
    /// The constant with this value, made if it is new.
    pub fn add(&mut self, value: ConstValue) -> ConstId {
        if let Some(&id) = self.by_value.get(&value) {
            return id;
        }
        let id = self.add_unmerged(value.clone());
        self.by_value.insert(value, id);
        id
    }

    /// A constant that nothing is merged with (NaN, the parts of a slice).
    pub fn add_unmerged(&mut self, value: ConstValue) -> ConstId {
        self.values.push(value);
        ConstId(self.values.len() as u32 - 1)
    }

    /// The value of `id`.
    pub fn value(&self, id: ConstId) -> &ConstValue {
        &self.values[id.0 as usize]
    }
}
