//! Warnings that are issued while a source is compiled, and the filters that decide what becomes of them.
//!
//! CPython: `Lib/warnings.py`, `Python/_warnings.c`. The compiler issues its warnings without a registry: two places on one
//! line are two warnings.
//!
//! **Invariant:** a warning changes no byte of what is compiled; a filter may make it the file's error.

mod filter;
mod option;
mod shown;

pub use filter::{Action, Filters};
pub use option::OptionError;
pub use shown::{Issued, Once};

use std::borrow::Cow;

/// The class of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// `SyntaxWarning`
    Syntax,
    /// `DeprecationWarning`
    Deprecation,
}

impl Category {
    /// The class's name in Python.
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
    /// Stands for all after [`MOST`].
    pub fn of_the_rest(line: u32) -> Self {
        let message = format!("there are more warnings from here on; the first {MOST} are shown").into();
        Self { category: Category::Syntax, message, line, is_elsewhere: true }
    }
}

/// A warning as the compiler issues it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Warning {
    /// The class.
    pub category: Category,
    /// CPython's words.
    pub message: Cow<'static, str>,
    /// The line, from 1; 0 if it is not known.
    pub line: u32,
    /// CPython gives it a place in its own library, and goes on compiling when a filter makes it an error.
    pub is_elsewhere: bool,
}
