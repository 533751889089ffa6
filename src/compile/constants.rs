//! The constants of one module: CPython's const cache.
//!
//! Two constants have the same [`ConstId`] if and only if CPython would have them be the same object (or equal
//! objects that its const cache merges, `merge_consts_recursive` of `compile.c`). FLAG_REF is decided from these
//! identities when the module is marshalled.

use rustc_hash::{FxHashMap, FxHashSet};

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
    /// Strings that were identifiers before they were constants, which keeps them interned whatever their characters.
    identifiers: FxHashSet<ConstId>,
    /// Strings that are parts of tables of names, and no constants so far.
    names: FxHashSet<ConstId>,
    /// Strings that are no singletons although their value has one.
    fresh: FxHashSet<ConstId>,
    /// Parts of slices: strings among them are interned by nothing.
    slice_parts: FxHashSet<ConstId>,
    /// Qualified names of finished code objects: interned, so that an equal one made later is another object.
    qualnames: FxHashSet<Box<[u8]>>,
}

impl Constants {
    /// The constant with this value, made if it is new.
    pub fn add(&mut self, mut value: ConstValue) -> ConstId {
        match &mut value {
            // Equal whatever the order of their elements; they are written in an order of their own.
            ConstValue::FrozenSet(items) => items.sort_unstable(),
            // Never equal to itself.
            ConstValue::Float(bits) if f64::from_bits(*bits).is_nan() => return self.add_unmerged(value),
            ConstValue::Complex(real, imaginary)
                if f64::from_bits(*real).is_nan() || f64::from_bits(*imaginary).is_nan() =>
            {
                return self.add_unmerged(value);
            }
            _ => {}
        }
        if let Some(&id) = self.by_value.get(&value) {
            self.names.remove(&id);
            return id;
        }
        let id = self.add_unmerged(value.clone());
        self.by_value.insert(value, id);
        id
    }

    /// The slice of these constants. Equal slices are one object, but their parts are merged with nothing.
    pub fn add_slice(&mut self, parts: [ConstId; 3]) -> ConstId {
        let key = ConstValue::Slice(parts);
        if let Some(&id) = self.by_value.get(&key) {
            return id;
        }
        let own = parts.map(|part| self.add_unmerged(self.value(part).clone()));
        self.slice_parts.extend(own);
        let id = self.add_unmerged(ConstValue::Slice(own));
        self.by_value.insert(key, id);
        id
    }

    /// A constant that nothing is merged with (NaN, the parts of a slice).
    pub fn add_unmerged(&mut self, value: ConstValue) -> ConstId {
        self.values.push(value);
        ConstId(self.values.len() as u32 - 1)
    }

    /// The constant for an identifier (a keyword name, an imported name).
    pub fn add_identifier(&mut self, text: &str) -> ConstId {
        let before = self.values.len();
        let value = ConstValue::Str(text.as_bytes().into());
        let only_name = self.by_value.get(&value).is_some_and(|id| self.names.contains(id));
        let id = self.add(value);
        if self.values.len() > before || only_name {
            self.identifiers.insert(id);
        }
        id
    }

    /// An element of a table of names: it is interned there, and the table's strings are merged with no constant.
    pub fn add_name(&mut self, text: &str) -> ConstId {
        let value = ConstValue::Str(text.as_bytes().into());
        if let Some(&id) = self.by_value.get(&value) {
            return id;
        }
        let id = self.add(value);
        self.names.insert(id);
        id
    }

    /// The constant for the qualified name of a class that is being compiled: the string that its code object gets,
    /// unless an equal one has been interned before.
    pub fn add_qualname(&mut self, text: &str) -> ConstId {
        if self.qualnames.contains(text.as_bytes()) {
            self.add(ConstValue::Str(text.as_bytes().into()))
        } else {
            self.add_identifier(text)
        }
    }

    /// Notes that a code object with this qualified name is finished.
    pub fn note_qualname(&mut self, text: &str) {
        if !self.qualnames.contains(text.as_bytes()) {
            self.qualnames.insert(text.as_bytes().into());
        }
    }

    /// The constant for text or bytes that are made anew where CPython would otherwise take a singleton.
    pub fn add_fresh(&mut self, value: ConstValue) -> ConstId {
        let before = self.values.len();
        let id = self.add(value);
        if self.values.len() > before {
            self.fresh.insert(id);
        }
        id
    }

    /// Whether `id` was made anew, and is no singleton although its value has one.
    pub fn is_fresh(&self, id: ConstId) -> bool {
        self.fresh.contains(&id)
    }

    /// Whether `id` is a part of a slice.
    pub fn is_slice_part(&self, id: ConstId) -> bool {
        self.slice_parts.contains(&id)
    }

    /// Whether `id` was an identifier first.
    pub fn is_identifier(&self, id: ConstId) -> bool {
        self.identifiers.contains(&id)
    }

    /// The constant with this value, if there is one.
    pub fn find(&self, value: &ConstValue) -> Option<ConstId> {
        self.by_value.get(value).copied()
    }

    /// How many constants there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value of `id`.
    pub fn value(&self, id: ConstId) -> &ConstValue {
        &self.values[id.0 as usize]
    }
}
