//! The constants of one module: CPython's const cache.
//!
//! Two constants have the same [`ConstId`] if and only if CPython would have them be the same object (or equal
//! objects that its const cache merges, `merge_consts_recursive` of `compile.c`). FLAG_REF is decided from these
//! identities when the module is marshalled.

use crate::text::{Name, Names};
use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smallvec::SmallVec;
use std::hash::BuildHasher as _;

/// A constant of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConstId(pub u32);

/// A finished code object of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodeId(pub u32);

/// Bytes of a text or of a bytes constant. Most names need no allocation.
pub type Text = SmallVec<[u8; 16]>;

/// Members of a tuple or a set.
pub type Items = SmallVec<[ConstId; 4]>;

const _: () = assert!(size_of::<ConstValue>() <= 32);

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
    Str(Text),
    /// Bytes.
    Bytes(Text),
    /// A tuple.
    Tuple(Items),
    /// A frozenset, in the order in which its elements were added, without repetitions.
    FrozenSet(Items),
    /// A slice (3.14 and newer).
    Slice([ConstId; 3]),
    /// A code object; equal ones have been merged before they get here.
    Code(CodeId),
}

/// Properties of a constant other than its value.
#[derive(Clone, Copy, Debug, Default)]
struct Traits {
    /// A string that was an identifier before it was a constant, which keeps it interned whatever its characters.
    identifier: bool,
    /// A string that is part of a table of names, and no constant so far.
    only_name: bool,
    /// Made anew, and no singleton although its value has one.
    fresh: bool,
    /// Part of a slice: strings among them are interned by nothing.
    slice_part: bool,
    /// Nothing is merged with it.
    unmerged: bool,
}

impl ConstValue {
    /// Returns whether it is never equal to itself.
    pub fn is_nan(&self) -> bool {
        let nan = |bits: u64| f64::from_bits(bits).is_nan();
        match self {
            Self::Float(bits) => nan(*bits),
            Self::Complex(real, imaginary) => nan(*real) || nan(*imaginary),
            _ => false,
        }
    }
}

/// Number of [`common`] values.
const COMMON: usize = 20;

/// The place of a value that is asked for so often that it is not hashed.
fn common(value: &ConstValue) -> Option<usize> {
    match *value {
        ConstValue::None => Some(0),
        ConstValue::True => Some(1),
        ConstValue::False => Some(2),
        ConstValue::Ellipsis => Some(3),
        ConstValue::Int(value @ 0..16) => Some(4 + value as usize),
        _ => None,
    }
}

/// All constants of one module.
#[derive(Debug, Default)]
pub struct Constants {
    /// By value; those that nothing is merged with are not in it.
    merged: HashTable<ConstId>,
    values: Vec<ConstValue>,
    traits: Vec<Traits>,
    /// By [`common`]: those that are asked for most, once they are there.
    common: [Option<ConstId>; COMMON],
    /// By the parts that they were asked for.
    slices: FxHashMap<[ConstValue; 3], ConstId>,
    /// By [`Name`]: its string in tables of names.
    of_names: Vec<Option<ConstId>>,
    /// The strings of the table of names that is being added; kept for the room it has.
    table: Vec<ConstId>,
    /// Constants that are strings of that table, and that nothing interned before.
    interned_by_table: Vec<ConstId>,
    /// By [`CodeId`].
    of_codes: Vec<Option<ConstId>>,
    /// By [`Name`]: whether it is the qualified name of a finished code object, which is interned, so that an equal one
    /// made later is another object.
    qualnames: Vec<bool>,
    /// Dotted ones of classes that were begun, with what the first of them was given for it.
    open_qualnames: FxHashMap<Name, ConstId>,
}

/// Equal for equal values. What is looked up by its parts is hashed as they are.
fn hash(value: &ConstValue) -> u64 {
    match value {
        ConstValue::Str(bytes) | ConstValue::Bytes(bytes) => hash_bytes(bytes),
        ConstValue::Tuple(items) => hash_items(items),
        value => FxBuildHasher.hash_one(value),
    }
}

fn hash_bytes(bytes: &[u8]) -> u64 {
    FxBuildHasher.hash_one(bytes)
}

fn hash_items(items: &[ConstId]) -> u64 {
    FxBuildHasher.hash_one(items)
}

impl Constants {
    /// With room for those of a source of so many bytes.
    pub fn for_source(bytes: usize) -> Self {
        let count = bytes / 24;
        Self {
            merged: HashTable::with_capacity(count),
            values: Vec::with_capacity(count),
            traits: Vec::with_capacity(count),
            ..Self::default()
        }
    }

    /// Bytes of memory that it takes, without those of long texts.
    pub fn size(&self) -> usize {
        let one = size_of::<ConstValue>() + size_of::<Traits>();
        self.values.capacity() * one + self.merged.capacity() * size_of::<ConstId>()
    }

    /// The constant with this value, made if it is new.
    pub fn add(&mut self, value: ConstValue) -> ConstId {
        let Some(place) = common(&value) else { return self.add_uncommon(value) };
        if let Some(id) = self.common[place] {
            return id;
        }
        let id = self.add_uncommon(value);
        self.common[place] = Some(id);
        id
    }

    fn add_uncommon(&mut self, mut value: ConstValue) -> ConstId {
        match &mut value {
            // Equal whatever the order of their elements; they are written in an order of their own.
            ConstValue::FrozenSet(items) => items.sort_unstable(),
            value if value.is_nan() => return self.add_unmerged(value.clone()),
            _ => {}
        }
        let hash = hash(&value);
        match self.find(hash, |other| *other == value) {
            Some(id) => self.now_constant(id),
            None => self.insert(hash, value),
        }
    }

    /// [`Self::add`] for text.
    pub fn add_text(&mut self, text: &[u8]) -> ConstId {
        let hash = hash_bytes(text);
        match self.find_text(hash, text) {
            Some(id) => self.now_constant(id),
            None => self.insert(hash, ConstValue::Str(Text::from_slice(text))),
        }
    }

    /// [`Self::add`] for bytes.
    pub fn add_bytes(&mut self, bytes: &[u8]) -> ConstId {
        let hash = hash_bytes(bytes);
        self.find(hash, |other| matches!(other, ConstValue::Bytes(other) if **other == *bytes))
            .unwrap_or_else(|| self.insert(hash, ConstValue::Bytes(Text::from_slice(bytes))))
    }

    /// [`Self::add`] for a tuple.
    pub fn add_tuple(&mut self, items: &[ConstId]) -> ConstId {
        let hash = hash_items(items);
        self.find(hash, |other| matches!(other, ConstValue::Tuple(other) if **other == *items))
            .unwrap_or_else(|| self.insert(hash, ConstValue::Tuple(Items::from_slice(items))))
    }

    /// [`Self::add`] for a code object.
    pub fn add_code(&mut self, code: CodeId) -> ConstId {
        let place = code.0 as usize;
        if let Some(&Some(id)) = self.of_codes.get(place) {
            return id;
        }
        let id = self.push(ConstValue::Code(code), Traits::default());
        if self.of_codes.len() <= place {
            self.of_codes.resize(place + 1, None);
        }
        self.of_codes[place] = Some(id);
        id
    }

    /// The constant that equal ones are merged with, if there is one.
    pub fn merged_with(&self, id: ConstId) -> Option<ConstId> {
        let value = self.value(id);
        self.find(hash(value), |other| other == value)
    }

    fn find(&self, hash: u64, equal: impl Fn(&ConstValue) -> bool) -> Option<ConstId> {
        self.merged.find(hash, |id| equal(&self.values[id.0 as usize])).copied()
    }

    fn find_text(&self, hash: u64, text: &[u8]) -> Option<ConstId> {
        self.find(hash, |other| matches!(other, ConstValue::Str(other) if **other == *text))
    }

    fn insert(&mut self, of_value: u64, value: ConstValue) -> ConstId {
        let id = self.push(value, Traits::default());
        let values = &self.values;
        self.merged.insert_unique(of_value, id, |id| hash(&values[id.0 as usize]));
        id
    }

    fn now_constant(&mut self, id: ConstId) -> ConstId {
        self.traits[id.0 as usize].only_name = false;
        id
    }

    /// The slice of these constants. Equal slices are one object, but their parts are merged with nothing.
    pub fn add_slice(&mut self, parts: [ConstValue; 3]) -> ConstId {
        if let Some(&id) = self.slices.get(&parts) {
            return id;
        }
        let own = parts.clone().map(|part| self.add_unmerged(part));
        for part in own {
            self.traits[part.0 as usize].slice_part = true;
        }
        let id = self.add_unmerged(ConstValue::Slice(own));
        self.slices.insert(parts, id);
        id
    }

    /// A constant that nothing is merged with (NaN, the parts of a slice).
    pub fn add_unmerged(&mut self, value: ConstValue) -> ConstId {
        self.push(value, Traits { unmerged: true, ..Traits::default() })
    }

    fn push(&mut self, value: ConstValue, traits: Traits) -> ConstId {
        self.values.push(value);
        self.traits.push(traits);
        ConstId(self.values.len() as u32 - 1)
    }

    /// The constant for an identifier (a keyword name, an imported name).
    pub fn add_identifier(&mut self, text: &str) -> ConstId {
        let text = text.as_bytes();
        let hash = hash_bytes(text);
        let id = match self.find_text(hash, text) {
            Some(id) if !self.traits[id.0 as usize].only_name => return id,
            Some(id) => self.now_constant(id),
            None => self.insert(hash, ConstValue::Str(Text::from_slice(text))),
        };
        self.traits[id.0 as usize].identifier = true;
        id
    }

    /// A table of names, a tuple. If it was a constant before, its own strings are interned.
    pub fn add_table(&mut self, list: &[Name], names: &Names) -> ConstId {
        let mut table = std::mem::take(&mut self.table);
        table.clear();
        table.extend(list.iter().map(|&name| self.add_name(name, names)));
        let before = self.len();
        let id = self.add_tuple(&table);
        self.table = table;
        let was_constant = self.len() == before;
        for text in self.interned_by_table.drain(..).filter(|_| was_constant) {
            self.traits[text.0 as usize].identifier = true;
        }
        id
    }

    /// An element of a table of names: it is interned there, and the table's strings are merged with no constant.
    #[inline]
    pub fn add_name(&mut self, name: Name, names: &Names) -> ConstId {
        match self.of_names.get(name.0 as usize) {
            Some(&Some(id)) => id,
            _ => self.add_new_name(name, names),
        }
    }

    #[inline(never)]
    fn add_new_name(&mut self, name: Name, names: &Names) -> ConstId {
        let place = name.0 as usize;
        let text = names.text(name).as_bytes();
        let hash = hash_bytes(text);
        let id = self.find_text(hash, text).unwrap_or_else(|| {
            let id = self.insert(hash, ConstValue::Str(Text::from_slice(text)));
            self.traits[id.0 as usize].only_name = true;
            id
        });
        if !text.is_ascii() && !names.is_written(name) && !self.is_only_name(id) {
            self.interned_by_table.push(id);
        }
        if self.of_names.len() <= place {
            self.of_names.resize(names.len(), None);
        }
        self.of_names[place] = Some(id);
        id
    }

    /// The constant for the qualified name of a class that is being compiled: the string that its code object gets,
    /// unless an equal one has been interned before. The second is whether this class is the first to have it.
    pub fn add_qualname(&mut self, name: Name, names: &Names) -> (ConstId, bool) {
        let text = names.text(name);
        if self.qualnames.get(name.0 as usize) == Some(&true) {
            return (self.add_text(text.as_bytes()), false);
        }
        let id = self.add_identifier(text);
        let is_first = text.contains('.') && self.open_qualnames.insert(name, id).is_none();
        (id, is_first)
    }

    /// Notes that a code object with this qualified name is finished; `own` is what the first class with that name was
    /// given for it. If another is finished sooner, its string is the interned one.
    pub fn note_qualname(&mut self, name: Name, own: Option<ConstId>) {
        let place = name.0 as usize;
        if self.qualnames.len() <= place {
            self.qualnames.resize(place + 1, false);
        }
        if !std::mem::replace(&mut self.qualnames[place], true)
            && own.is_none()
            && let Some(id) = self.open_qualnames.get(&name)
        {
            self.traits[id.0 as usize].identifier = false;
        }
    }

    /// The constant for text or bytes that are made anew where CPython would otherwise take a singleton.
    pub fn add_fresh(&mut self, value: ConstValue) -> ConstId {
        let before = self.values.len();
        let id = self.add(value);
        self.traits[id.0 as usize].fresh |= self.values.len() > before;
        id
    }

    /// Returns whether `id` was made anew, and is not the singleton of its value.
    pub fn is_fresh(&self, id: ConstId) -> bool {
        self.traits[id.0 as usize].fresh
    }

    /// Returns whether `id` is part of tables of names, and otherwise no constant.
    pub fn is_only_name(&self, id: ConstId) -> bool {
        self.traits[id.0 as usize].only_name
    }

    /// Returns whether nothing is merged with `id`, whose value another constant may have.
    pub fn is_unmerged(&self, id: ConstId) -> bool {
        self.traits[id.0 as usize].unmerged
    }

    /// Returns whether `id` is a part of a slice.
    pub fn is_slice_part(&self, id: ConstId) -> bool {
        self.traits[id.0 as usize].slice_part
    }

    /// Returns whether `id` was an identifier first.
    pub fn is_identifier(&self, id: ConstId) -> bool {
        self.traits[id.0 as usize].identifier
    }

    /// Returns the number of constants.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value of `id`.
    pub fn value(&self, id: ConstId) -> &ConstValue {
        &self.values[id.0 as usize]
    }
}
