//! Identifiers as small numbers.

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

/// An identifier of one compilation. Two are equal if and only if their text is equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(pub u32);

/// The identifiers of one compilation. Numbers are given in order of first appearance, so they do
/// not depend on hashing.
#[derive(Debug, Default)]
pub struct Names {
    /// Hash table with open addressing: each number plus one, 0 for a free slot. The length is a
    /// power of two, and at least twice the count.
    slots: Vec<u32>,
    keys: Vec<TextKey>,
    /// All texts, concatenated.
    texts: String,
    /// End of each text.
    ends: Vec<usize>,
    /// True for each text that is written as a private name.
    private: Vec<bool>,
    /// Number of names that occur in the source itself.
    written: usize,
}

/// Key that distinguishes texts without reading them: a short text itself, or a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TextKey {
    /// The first eight bytes, padded with zeros; for a long text its hash.
    first: u64,
    /// The next eight bytes, padded with zeros; for a long text its last eight.
    last: u64,
    length: usize,
}

/// Longest text that a key holds.
const SHORT: usize = 16;

/// Not inlined, to keep the path for short texts small.
#[inline(never)]
fn hash_long(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}

impl TextKey {
    #[inline(always)]
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let length = bytes.len();
        let (first, last) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            (Some(_), Some(last)) if length > SHORT => (hash_long(text), u64::from_le_bytes(*last)),
            (Some(first), Some(last)) => {
                let after = u64::from_le_bytes(*last).checked_shr(8 * (SHORT - length) as u32);
                (u64::from_le_bytes(*first), after.unwrap_or(0))
            }
            _ => {
                let mut padded = [0; 8];
                padded[..length].copy_from_slice(bytes);
                (u64::from_le_bytes(padded), 0)
            }
        };
        Self { first, last, length }
    }

    #[inline]
    fn hash(self) -> usize {
        // Odd numbers without a pattern. Both halves of the product together depend on the whole
        // input.
        let first = self.first ^ 0x9e37_79b9_7f4a_7c15;
        let last = self.last ^ 0xd1b5_4a32_d192_ed03 ^ self.length as u64;
        let product = u128::from(first) * u128::from(last);
        (product as u64 ^ (product >> 64) as u64) as usize
    }
}

impl Names {
    /// Creates the table with room for the identifiers of a source of `bytes` bytes.
    pub fn for_source(bytes: usize) -> Self {
        let count = bytes / 64;
        let mut names = Self {
            slots: Vec::new(),
            keys: Vec::with_capacity(count),
            texts: String::with_capacity(bytes / 8),
            ends: Vec::with_capacity(count),
            private: Vec::with_capacity(count),
            written: 0,
        };
        names.place_all(count);
        names
    }

    /// Returns the number of `text`, a new one at its first appearance.
    pub fn intern(&mut self, text: &str) -> Name {
        let key = TextKey::of(text);
        match self.look_up(text, key) {
            Some(name) => name,
            None => self.add(text, key),
        }
    }

    /// Returns the number of `text`, whose first 16 bytes are `first` and `second`: little-endian
    /// numbers, padded with zeros.
    #[inline]
    pub fn intern_word(&mut self, first: u64, second: u64, text: &str) -> Name {
        if text.len() > SHORT {
            return self.intern(text);
        }
        let key = TextKey { first, last: second, length: text.len() };
        match self.look_up(text, key) {
            Some(name) => name,
            None => self.add(text, key),
        }
    }

    /// Returns the number of `text` if it has one.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.look_up(text, TextKey::of(text))
    }

    #[inline(always)]
    fn look_up(&self, text: &str, key: TextKey) -> Option<Name> {
        let mut at = key.hash();
        loop {
            let slot = *self.slots.get(at & self.slots.len().wrapping_sub(1))?;
            let name = Name(slot.checked_sub(1)?);
            if self.keys[name.0 as usize] == key && (key.length <= SHORT || self.is_text(name, text)) {
                return Some(name);
            }
            at = at.wrapping_add(1);
        }
    }

    /// Not inlined, like [`hash_long`].
    #[inline(never)]
    fn is_text(&self, name: Name, text: &str) -> bool {
        self.text(name) == text
    }

    #[inline(never)]
    fn add(&mut self, text: &str, key: TextKey) -> Name {
        let name = Name(u32::try_from(self.len()).unwrap_or(u32::MAX));
        self.texts.push_str(text);
        self.ends.push(self.texts.len());
        self.private.push(text.starts_with("__") && !text.ends_with("__") && !text.contains('.'));
        self.keys.push(key);
        if 2 * self.len() > self.slots.len() {
            self.place_all(2 * self.len());
        } else {
            self.place(name);
        }
        name
    }

    /// Rebuilds the slots, with room for `count` names.
    fn place_all(&mut self, count: usize) {
        self.slots.clear();
        self.slots.resize((2 * count).next_power_of_two(), 0);
        for index in 0..self.len() {
            self.place(Name(index as u32));
        }
    }

    fn place(&mut self, name: Name) {
        let last = self.slots.len() - 1;
        let mut at = self.keys[name.0 as usize].hash() & last;
        while self.slots[at] != 0 {
            at = (at + 1) & last;
        }
        self.slots[at] = name.0 + 1;
    }

    /// Marks the end of the identifiers of the source. Later ones are made by the compiler.
    pub fn end_source(&mut self) {
        self.written = self.len();
    }

    /// Returns whether the identifier occurs in the source, so that CPython's parser has interned
    /// it.
    pub fn is_written(&self, name: Name) -> bool {
        (name.0 as usize) < self.written
    }

    /// Removes all identifiers that do not occur in the source.
    pub fn forget_made(&mut self) {
        let count = self.written;
        if count == self.len() {
            return;
        }
        self.keys.truncate(count);
        self.ends.truncate(count);
        self.private.truncate(count);
        self.texts.truncate(self.ends.last().copied().unwrap_or(0));
        self.place_all(count);
    }

    /// Returns whether `name` is written as a private name, which is mangled inside a class
    /// (`__name`, CPython: `_Py_Mangle`).
    #[inline]
    pub fn is_private(&self, name: Name) -> bool {
        self.private[name.0 as usize]
    }

    /// Returns the number of names.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns their memory in bytes.
    pub fn size(&self) -> usize {
        let one = size_of::<TextKey>() + size_of::<usize>() + size_of::<bool>();
        self.slots.capacity() * size_of::<u32>() + self.keys.capacity() * one + self.texts.capacity()
    }

    /// Returns whether there are no names.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns the text of `name`.
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
        names.end_source();
        let made = names.intern("b");
        names.intern("__c");
        assert!(names.is_written(first) && !names.is_written(made));
        names.forget_made();
        assert_eq!((names.len(), names.find("a"), names.find("b")), (1, Some(first), None));
        assert_eq!(names.intern("__c"), Name(1));
        assert!(names.is_private(Name(1)) && names.text(Name(1)) == "__c");
    }
}
