//! Identifiers as small numbers.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// An identifier of one compilation, equal to another if and only if the text is equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(pub u32);

/// The identifiers of one compilation. Numbers are given in order of first appearance, so they never depend on
/// hashing.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashTable<Name>,
    /// All texts, one behind the other.
    texts: String,
    /// Where each text ends.
    ends: Vec<usize>,
    /// Whether each is written as a private name.
    private: Vec<bool>,
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
        let hash = FxBuildHasher.hash_one(text);
        if let Some(&name) = self.numbers.find(hash, |&name| self.text(name) == text) {
            return name;
        }
        let name = Name(u32::try_from(self.ends.len()).unwrap_or(u32::MAX));
        self.texts.push_str(text);
        self.ends.push(self.texts.len());
        self.private.push(text.starts_with("__") && !text.ends_with("__") && !text.contains('.'));
        let (texts, ends) = (&self.texts, &self.ends);
        self.numbers.insert_unique(hash, name, |&name| FxBuildHasher.hash_one(slice(texts, ends, name)));
        name
    }

    /// Forgets all but the first `count`.
    pub fn truncate(&mut self, count: usize) {
        for index in count..self.len() {
            let name = Name(index as u32);
            let hash = FxBuildHasher.hash_one(self.text(name));
            if let Ok(entry) = self.numbers.find_entry(hash, |&other| other == name) {
                entry.remove();
            }
        }
        self.ends.truncate(count);
        self.private.truncate(count);
        self.texts.truncate(self.ends.last().copied().unwrap_or(0));
    }

    /// The number of `text` if it was seen before.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.numbers.find(FxBuildHasher.hash_one(text), |&name| self.text(name) == text).copied()
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
