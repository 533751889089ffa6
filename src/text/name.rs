//! Identifiers as small numbers.

use hashbrown::HashTable;
use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

/// An identifier of one compilation, equal to another if and only if the text is equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(pub u32);

/// The identifiers of one compilation. Numbers are given in order of first appearance, so they never depend on
/// hashing.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashTable<Entry>,
    /// All texts, one behind the other.
    texts: String,
    /// Where each text ends.
    ends: Vec<usize>,
    /// Whether each is written as a private name.
    private: Vec<bool>,
}

/// An identifier in the table.
#[derive(Clone, Copy, Debug)]
struct Entry {
    key: Key,
    name: Name,
}

/// What tells texts apart: all of a short one, of others their ends and length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    first: u64,
    last: u64,
    length: u32,
}

/// Longest text that a key holds.
const SHORT: usize = 16;

impl Key {
    #[inline]
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let (first, last) = if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)))
        } else {
            match *bytes {
                [] => (0, 0),
                [first, .., last] => (u64::from(first) | u64::from(bytes[bytes.len() / 2]) << 8, last.into()),
                [only] => (only.into(), only.into()),
            }
        };
        Self { first, last, length: u32::try_from(text.len()).unwrap_or(u32::MAX) }
    }

    #[inline]
    fn hash(self, text: impl FnOnce() -> u64) -> u64 {
        if self.is_long() {
            return text();
        }
        // Two odd numbers without a pattern; a product's halves mix all that went in.
        let first = self.first ^ 0x9e37_79b9_7f4a_7c15;
        let last = self.last ^ 0xd1b5_4a32_d192_ed03 ^ u64::from(self.length);
        let product = u128::from(first) * u128::from(last);
        product as u64 ^ (product >> 64) as u64
    }

    #[inline]
    fn is_long(self) -> bool {
        self.length as usize > SHORT
    }
}

fn hash_long(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}

impl Names {
    /// With room for the identifiers of a source of so many bytes.
    pub fn for_source(bytes: usize) -> Self {
        let count = bytes / 64;
        Self {
            numbers: HashTable::with_capacity(count),
            texts: String::with_capacity(bytes / 8),
            ends: Vec::with_capacity(count),
            private: Vec::with_capacity(count),
        }
    }

    /// The number of `text`, a new one if it was not seen before.
    pub fn intern(&mut self, text: &str) -> Name {
        let key = Key::of(text);
        let hash = key.hash(|| hash_long(text));
        match self.look_up(text, key, hash) {
            Some(name) => name,
            None => self.add(text, key, hash),
        }
    }

    #[inline]
    fn look_up(&self, text: &str, key: Key, hash: u64) -> Option<Name> {
        let is_it = |entry: &Entry| entry.key == key && (!key.is_long() || self.text(entry.name) == text);
        self.numbers.find(hash, is_it).map(|entry| entry.name)
    }

    #[inline(never)]
    fn add(&mut self, text: &str, key: Key, hash: u64) -> Name {
        let name = Name(u32::try_from(self.ends.len()).unwrap_or(u32::MAX));
        self.texts.push_str(text);
        self.ends.push(self.texts.len());
        self.private.push(text.starts_with("__") && !text.ends_with("__") && !text.contains('.'));
        let (texts, ends) = (&self.texts, &self.ends);
        let rehashed = |entry: &Entry| entry.key.hash(|| hash_long(slice(texts, ends, entry.name)));
        self.numbers.insert_unique(hash, Entry { key, name }, rehashed);
        name
    }

    /// Forgets all but the first `count`.
    pub fn truncate(&mut self, count: usize) {
        for index in count..self.len() {
            let name = Name(index as u32);
            let text = self.text(name);
            let hash = Key::of(text).hash(|| hash_long(text));
            if let Ok(entry) = self.numbers.find_entry(hash, |entry| entry.name == name) {
                entry.remove();
            }
        }
        self.ends.truncate(count);
        self.private.truncate(count);
        self.texts.truncate(self.ends.last().copied().unwrap_or(0));
    }

    /// The number of `text` if it was seen before.
    pub fn find(&self, text: &str) -> Option<Name> {
        let key = Key::of(text);
        self.look_up(text, key, key.hash(|| hash_long(text)))
    }

    /// Whether `name` is written as a private name, which is mangled inside a class (`__name`, CPython: `_Py_Mangle`).
    #[inline]
    pub fn is_private(&self, name: Name) -> bool {
        self.private[name.0 as usize]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of `name`.
    #[inline]
    pub fn text(&self, name: Name) -> &str {
        slice(&self.texts, &self.ends, name)
    }
}

#[inline]
fn slice<'t>(texts: &'t str, ends: &[usize], name: Name) -> &'t str {
    let index = name.0 as usize;
    let start = if index == 0 { 0 } else { ends[index - 1] };
    &texts[start..ends[index]]
}

#[cfg(test)]
mod tests {
    use super::{Name, Names};

    #[test]
    fn names_are_equal_if_their_texts_are() {
        let mut names = Names::default();
        let mut texts = vec![String::new()];
        for length in 1..40 {
            for changed in 0..length {
                let text = |letter: &str| "a".repeat(changed) + letter + &"a".repeat(length - changed - 1);
                texts.push(text("b"));
            }
            texts.push("a".repeat(length));
        }
        let numbers: Vec<Name> = texts.iter().map(|text| names.intern(text)).collect();
        assert_eq!(numbers, (0..texts.len() as u32).map(Name).collect::<Vec<_>>());
        for (text, name) in texts.iter().zip(numbers) {
            assert_eq!((names.intern(text), names.find(text)), (name, Some(name)));
        }
    }

    #[test]
    fn what_is_forgotten_is_new_again() {
        let mut names = Names::default();
        let first = names.intern("a");
        names.intern("b");
        names.intern("__c");
        names.truncate(1);
        assert_eq!((names.len(), names.find("a"), names.find("b")), (1, Some(first), None));
        assert_eq!(names.intern("__c"), Name(1));
        assert!(names.is_private(Name(1)) && names.text(Name(1)) == "__c");
    }
}
