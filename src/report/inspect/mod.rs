//! A pyc as text and as JSON: header, code objects, constants, instructions, handlers.
//!
//! CPython: `Lib/dis.py` for the listing.
//!
//! **Invariant:** every code object is shown once, however many references lead to it, and the size
//! of the output is in proportion to the pyc's.

mod json;
mod listing;
mod text;

use crate::dis::DisError;
use crate::object::{CodeView, ObjectId, Objects};
use crate::pyc::Header;
use crate::target::Series;
use std::collections::BTreeMap;

pub use json::inspect_json;
pub use text::inspect_text;

/// A pyc that was read.
#[derive(Clone, Copy, Debug)]
pub struct Inspected<'a> {
    /// Path as the user named it.
    pub path: &'a str,
    /// The header.
    pub header: Header,
    /// Series of the pyc.
    pub series: &'static Series,
    /// Marshalled code object.
    pub objects: &'a Objects,
    /// Size in bytes, including the header.
    pub size: u64,
    /// State of its source.
    pub source: &'a SourceState,
}

/// The source next to a pyc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceState {
    /// The source exists.
    Found {
        /// Path of the source.
        path: String,
        /// True if the header matches the source.
        matches: bool,
    },
    /// The source cannot be read or does not exist; with the reason.
    Absent(String),
}

/// Error of showing a malformed pyc.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// A table of a code object is malformed.
    #[error("code object {name}: {error}")]
    Table {
        /// Qualified name of the code object.
        name: String,
        /// The error.
        error: DisError,
    },
    /// References multiply the content of the pyc beyond a limit.
    #[error("it unfolds to more than {0} bytes of text: no compiler writes such a pyc")]
    Unfolds(usize),
}

/// All code objects, outer ones first, each once, numbered in the order of the constants.
struct Codes<'a> {
    views: Vec<CodeView<'a>>,
    numbers: BTreeMap<ObjectId, usize>,
}

impl<'a> Codes<'a> {
    fn of(objects: &'a Objects) -> Self {
        let mut codes = Self { views: Vec::new(), numbers: BTreeMap::new() };
        let mut waiting: Vec<_> = CodeView::at(objects, Objects::ROOT).into_iter().collect();
        while let Some(view) = waiting.pop() {
            if codes.numbers.contains_key(&view.id) {
                continue;
            }
            codes.numbers.insert(view.id, codes.views.len());
            codes.views.push(view);
            let first = waiting.len();
            waiting.extend(view.children().filter(|child| !codes.numbers.contains_key(&child.id)));
            waiting[first..].reverse();
        }
        codes
    }

    fn number(&self, objects: &Objects, id: ObjectId) -> Option<usize> {
        self.numbers.get(&objects.resolve(id)).copied()
    }
}

/// Limit on the output and the work. A compiled pyc takes about 40 bytes of JSON per byte, and the
/// shortest instructions 70.
struct Budget {
    whole: usize,
    left: usize,
}

impl Budget {
    fn new(pyc_size: u64) -> Self {
        let whole =
            usize::try_from(pyc_size).unwrap_or(usize::MAX).saturating_mul(192).saturating_add(1 << 20);
        Self { whole, left: whole }
    }

    fn take(&mut self, bytes: usize) -> Result<(), InspectError> {
        self.left = self.left.checked_sub(bytes).ok_or(InspectError::Unfolds(self.whole))?;
        Ok(())
    }
}

/// Returns the name for messages and headings: the qualified name if available.
fn full_name(view: CodeView<'_>) -> String {
    view.qualname().unwrap_or_else(|| view.name())
}
