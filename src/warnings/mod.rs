//! Warnings that the compiler issues for a source, and the filters that decide how each is handled.
//!
//! CPython: `Lib/warnings.py`, `Python/_warnings.c`. The compiler issues its warnings without a
//! registry: two locations on one line give two warnings.
//!
//! **Invariant:** a warning changes no byte of the compiled code; a filter can turn it into the
//! file's error.

mod filter;
mod option;
mod shown;

pub use filter::{FilterAction, Filters};
pub use option::OptionError;
pub use shown::{Issued, Once};

use std::borrow::Cow;

/// Class of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// `SyntaxWarning`
    Syntax,
    /// `DeprecationWarning`
    Deprecation,
}

impl Category {
    /// Returns the class's name in Python.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Syntax => "SyntaxWarning",
            Self::Deprecation => "DeprecationWarning",
        }
    }

    /// Returns the class of this name, if the compiler issues such warnings.
    pub fn find(name: &str) -> Option<Self> {
        [Self::Syntax, Self::Deprecation].into_iter().find(|category| category.name() == name)
    }
}

/// Largest number of warnings of one compilation. A source of a few megabytes can have millions.
pub const MOST: usize = 100_000;

impl Warning {
    /// Returns the warning that replaces all warnings after the first [`MOST`].
    pub fn of_the_rest(line: u32) -> Self {
        let message = format!("there are more warnings from here on; the first {MOST} are shown").into();
        Self { category: Category::Syntax, message, line, is_elsewhere: true }
    }
}

/// A warning of the compiler.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Warning {
    /// Class of the warning.
    pub category: Category,
    /// CPython's message.
    pub message: Cow<'static, str>,
    /// The line, from 1; 0 if it is not known.
    pub line: u32,
    /// True if CPython attributes the warning to its own library, and continues the compilation
    /// when a filter makes it an error.
    pub is_elsewhere: bool,
}
