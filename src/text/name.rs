//! Identifiers as small numbers.

use rustc_hash::FxHashMap;

/// An identifier of one compilation, equal to another if and only if the text is equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(pub u32);

/// The identifiers of one compilation. Numbers are given in order of first appearance, so they never depend on
/// hashing.
#[derive(Debug, Default)]
pub struct Names {
    by_text: FxHashMap<Box<str>, Name>,
    texts: Vec<Box<str>>,
}

impl Names {
    /// The number of `text`, a new one if it was not seen before.
    pub fn intern(&mut self, text: &str) -> Name {
        if let Some(&name) = self.by_text.get(text) {
            return name;
        }
        let name = Name(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        self.texts.push(text.into());
        self.by_text.insert(text.into(), name);
        name
    }

    /// The number of `text` if it was seen before.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.by_text.get(text).copied()
    }

    /// How many there are; the numbers are below this.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none yet.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The text of `name`.
    pub fn text(&self, name: Name) -> &str {
        &self.texts[name.0 as usize]
    }
}
