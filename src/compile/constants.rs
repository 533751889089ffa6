//! The constants of one module: CPython's const cache.
//!
//! CPython: `merge_consts_recursive` in `Python/compile.c`. Two constants have the same [`ConstId`]
//! if and only if they are the same object in CPython, or equal objects that its const cache
//! merges. The `FLAG_REF` bits follow from these identities when the module is marshalled.

use super::mixed::Mixed;
use crate::text::{Name, Names};
use hashbrown::{HashMap, HashTable};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::hash::BuildHasher as _;

/// A constant of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConstId(pub u32);

/// A finished code object of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodeId(pub u32);

/// Bytes of a text or of a bytes constant. Most names need no allocation.
pub type ConstantText = SmallVec<[u8; 16]>;

/// Members of a tuple or a set.
pub type Items = SmallVec<[ConstId; 4]>;

const _: () = assert!(size_of::<ConstValue>() <= 32);

/// The value of a constant, with the equality of CPython's const keys: exact types, and floats by
/// their bits (`_PyCode_ConstantKey`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ConstValue {
    /// `None`.
    None,
    /// `True`.
    True,
    /// `False`.
    False,
    /// `...`.
    Ellipsis,
    /// An integer.
    Int(i64),
    /// An integer that does not fit in 64 bits.
    BigInt(num_bigint::BigInt),
    /// Bits of a float.
    Float(u64),
    /// Bits of the real and the imaginary part.
    Complex(u64, u64),
    /// Text as WTF-8.
    Str(ConstantText),
    /// Bytes.
    Bytes(ConstantText),
    /// A tuple.
    Tuple(Items),
    /// A frozenset without duplicates.
    FrozenSet(Items),
    /// A slice (3.14 and newer).
    Slice([ConstId; 3]),
    /// A code object; equal ones have been merged already.
    Code(CodeId),
}

/// Properties of a constant other than its value.
#[derive(Clone, Copy, Debug, Default)]
struct Traits {
    /// True for a string that was an identifier first, which is interned whatever its characters.
    identifier: bool,
    /// True for a string that is part of a table of names and not yet a constant.
    only_name: bool,
    /// True for a new object whose value has a singleton.
    fresh: bool,
    /// True for a part of a slice, whose strings are not interned.
    slice_part: bool,
    /// True if the constant is not merged with others.
    unmerged: bool,
    /// True for a string that exists throughout the process but is not interned.
    lasting: bool,
}

impl ConstValue {
    /// Returns whether the value is NaN and so not equal to itself.
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

/// Returns the index of a value that is so frequent that it is not hashed.
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
    /// Constants by value, without those that are not merged.
    merged: HashTable<ConstId>,
    values: Vec<ConstValue>,
    traits: Vec<Traits>,
    /// Bytes of those values that have memory of their own.
    apart: usize,
    /// Constants by [`common`] index, once they exist.
    common: [Option<ConstId>; COMMON],
    /// Slices by their parts.
    slices: HashMap<[ConstValue; 3], ConstId, Mixed>,
    /// Strings in tables of names, by [`Name`].
    of_names: Vec<Option<ConstId>>,
    /// Strings of the table of names that is being added; kept for its allocation.
    table: Vec<ConstId>,
    /// Constants that are strings of that table and that were not interned before.
    interned_by_table: Vec<ConstId>,
    /// Constants by [`CodeId`].
    of_codes: Vec<Option<ConstId>>,
    /// By [`Name`], true for the qualified name of a finished code object. It is interned, so that
    /// an equal string made later is another object.
    qualnames: Vec<bool>,
    /// Dotted qualified names of classes that are being compiled, with the constant of the first
    /// class.
    open_qualnames: FxHashMap<Name, ConstId>,
    /// Names that are not interned but exist throughout the process.
    lasting: FxHashMap<Name, ConstId>,
}

/// Returns the hash of a value; a value that is looked up by its parts has the hash of the parts.
fn hash(value: &ConstValue) -> u64 {
    match value {
        ConstValue::Str(bytes) | ConstValue::Bytes(bytes) => hash_bytes(bytes),
        ConstValue::Tuple(items) => hash_items(items),
        value => Mixed::default().hash_one(value),
    }
}

fn hash_bytes(bytes: &[u8]) -> u64 {
    Mixed::default().hash_one(bytes)
}

fn hash_items(items: &[ConstId]) -> u64 {
    Mixed::default().hash_one(items)
}

impl Constants {
    /// Returns an empty set of constants with room for those of a source of `bytes` bytes.
    pub fn for_source(bytes: usize) -> Self {
        let count = bytes / 24;
        Self {
            merged: HashTable::with_capacity(count),
            values: Vec::with_capacity(count),
            traits: Vec::with_capacity(count),
            ..Self::default()
        }
    }

    /// Returns the size in memory in bytes.
    pub fn size(&self) -> usize {
        let one = size_of::<ConstValue>() + size_of::<Traits>();
        let of_names = self.of_names.capacity() * size_of::<Option<ConstId>>();
        self.values.capacity() * one + self.merged.capacity() * size_of::<ConstId>() + of_names + self.apart
    }

    /// Returns the constant with this value, adding it if needed (`const_cache_insert`).
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
            // Equality ignores the order of the elements; marshalling sorts them.
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

    /// Returns the constant for text; see [`Self::add`].
    pub fn add_text(&mut self, text: &[u8]) -> ConstId {
        let hash = hash_bytes(text);
        match self.find_text(hash, text) {
            Some(id) => self.now_constant(id),
            None => self.insert(hash, ConstValue::Str(ConstantText::from_slice(text))),
        }
    }

    /// Returns the constant for bytes; see [`Self::add`].
    pub fn add_bytes(&mut self, bytes: &[u8]) -> ConstId {
        let hash = hash_bytes(bytes);
        self.find(hash, |other| matches!(other, ConstValue::Bytes(other) if **other == *bytes))
            .unwrap_or_else(|| self.insert(hash, ConstValue::Bytes(ConstantText::from_slice(bytes))))
    }

    /// Returns the constant for a tuple; see [`Self::add`].
    pub fn add_tuple(&mut self, items: &[ConstId]) -> ConstId {
        let hash = hash_items(items);
        self.find(hash, |other| matches!(other, ConstValue::Tuple(other) if **other == *items))
            .unwrap_or_else(|| self.insert(hash, ConstValue::Tuple(Items::from_slice(items))))
    }

    /// Returns the constant for a code object; see [`Self::add`].
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

    /// Returns the constant with which equal ones are merged, if there is one.
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

    /// Returns the slice of constants. Equal slices are one object, but their parts are not merged.
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

    /// Adds a constant that is not merged with others (NaN, the parts of a slice).
    pub fn add_unmerged(&mut self, value: ConstValue) -> ConstId {
        self.push(value, Traits { unmerged: true, ..Traits::default() })
    }

    /// Adds text that exists throughout the process but is neither interned nor a constant.
    pub fn add_lasting(&mut self, text: &[u8]) -> ConstId {
        let traits = Traits { unmerged: true, lasting: true, ..Traits::default() };
        self.push(ConstValue::Str(ConstantText::from_slice(text)), traits)
    }

    /// Returns the constant for the qualified name of a class, a new string that is not interned,
    /// and whether it is the string of the class's code object, not an older constant.
    pub fn add_new_qualname(&mut self, text: &[u8]) -> (ConstId, bool) {
        let is_first =
            self.find_text(hash_bytes(text), text).is_none_or(|id| self.traits[id.0 as usize].only_name);
        (self.add_text(text), is_first)
    }

    /// Adds the name and the qualified name of a code object, where these are not interned. Names
    /// such as `<lambda>` are interned if `is_interned`.
    ///
    /// `own` is the constant that is the string of the qualified name, if there is one.
    pub fn add_own_names(
        &mut self,
        [name, qualname]: [Name; 2],
        own: Option<ConstId>,
        is_interned: bool,
        names: &Names,
    ) -> [ConstId; 2] {
        let text = names.text(name);
        let first = if text.starts_with('<') && text.contains(' ') {
            // `<generic parameters of X>` is composed for each scope.
            self.add_unmerged(ConstValue::Str(ConstantText::from_slice(text.as_bytes())))
        } else if text.starts_with('<') && !is_interned {
            self.lasting_name(name, text)
        } else {
            self.add_name(name, names)
        };
        if name == qualname {
            return [first, first];
        }
        let text = names.text(qualname).as_bytes();
        let second =
            own.unwrap_or_else(|| self.add_unmerged(ConstValue::Str(ConstantText::from_slice(text))));
        [first, second]
    }

    /// Returns the string of a name such as `<lambda>`, the same for all code objects.
    fn lasting_name(&mut self, name: Name, text: &str) -> ConstId {
        if let Some(&id) = self.lasting.get(&name) {
            return id;
        }
        let id = self.add_lasting(text.as_bytes());
        self.lasting.insert(name, id);
        id
    }

    fn push(&mut self, value: ConstValue, traits: Traits) -> ConstId {
        self.apart += match &value {
            ConstValue::Str(text) | ConstValue::Bytes(text) if text.spilled() => text.capacity(),
            ConstValue::Tuple(items) | ConstValue::FrozenSet(items) if items.spilled() => {
                items.capacity() * size_of::<ConstId>()
            }
            ConstValue::BigInt(number) => number.bits() as usize / 8,
            _ => 0,
        };
        self.values.push(value);
        self.traits.push(traits);
        ConstId(self.values.len() as u32 - 1)
    }

    /// Returns the constant for an identifier, such as a keyword name or an imported name.
    pub fn add_identifier(&mut self, text: &str) -> ConstId {
        let text = text.as_bytes();
        let hash = hash_bytes(text);
        let id = match self.find_text(hash, text) {
            Some(id) if !self.traits[id.0 as usize].only_name => return id,
            Some(id) => self.now_constant(id),
            None => self.insert(hash, ConstValue::Str(ConstantText::from_slice(text))),
        };
        self.traits[id.0 as usize].identifier = true;
        id
    }

    /// Returns a table of names, a tuple (`intern_strings`). If it was a constant before, its
    /// strings are interned.
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

    /// Returns an element of a table of names, which is interned and not merged with constants.
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
            let id = self.insert(hash, ConstValue::Str(ConstantText::from_slice(text)));
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

    /// Returns the constant for the qualified name of a class that is being compiled, and whether
    /// this class is the first with that name.
    ///
    /// It is the string of the class's code object, unless an equal one has been interned before.
    pub fn add_qualname(&mut self, name: Name, names: &Names) -> (ConstId, bool) {
        let text = names.text(name);
        if self.qualnames.get(name.0 as usize) == Some(&true) {
            return (self.add_text(text.as_bytes()), false);
        }
        let id = self.add_identifier(text);
        let is_first = text.contains('.') && self.open_qualnames.insert(name, id).is_none();
        (id, is_first)
    }

    /// Records that a code object with this qualified name is finished.
    ///
    /// `own` is the constant of the first class with that name. If another is finished earlier, its
    /// string is the interned one.
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

    /// Adds text or bytes for which CPython makes a new object although there is a singleton.
    pub fn add_fresh(&mut self, value: ConstValue) -> ConstId {
        let before = self.values.len();
        let id = self.add(value);
        self.traits[id.0 as usize].fresh |= self.values.len() > before;
        id
    }

    /// Returns whether `id` is a new object rather than the singleton of its value.
    pub fn is_fresh(&self, id: ConstId) -> bool {
        self.traits[id.0 as usize].fresh
    }

    /// Returns whether `id` occurs in tables of names only.
    pub fn is_only_name(&self, id: ConstId) -> bool {
        self.traits[id.0 as usize].only_name
    }

    /// Returns whether `id` is not merged with others, so that another constant may have its value.
    pub fn is_unmerged(&self, id: ConstId) -> bool {
        self.traits[id.0 as usize].unmerged
    }

    /// Returns whether `id` exists throughout the process but is not interned.
    pub fn is_lasting(&self, id: ConstId) -> bool {
        self.traits[id.0 as usize].lasting
    }

    /// Returns whether `id`, a name from [`Self::add_own_names`], is interned: composed names are
    /// not.
    pub fn is_interned_name(&self, id: ConstId) -> bool {
        let is_dotted = matches!(self.value(id), ConstValue::Str(text) if text.contains(&b'.'));
        !is_dotted && !self.is_unmerged(id)
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

    /// Returns whether there are no constants.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the value of `id`.
    pub fn value(&self, id: ConstId) -> &ConstValue {
        &self.values[id.0 as usize]
    }
}
