//! Errors of reading marshalled objects.

use std::fmt;

/// Part that was being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarshalPart {
    /// The type code of an object.
    Object,
    /// A number of four bytes.
    Number,
    /// A length.
    Length,
    /// The digits of an integer.
    Digits,
    /// A float or complex number.
    Float,
    /// A bytes object.
    Bytes,
    /// A string.
    Str,
    /// A tuple, list, set, frozenset, dict or slice.
    Elements,
    /// A field of a code object.
    Field(&'static str),
    /// A reference.
    Reference,
    /// An object whose length is known; the fault names the object.
    Sized,
    /// Bytes after the object.
    End,
}

impl MarshalPart {
    /// Returns the words before the fault at an offset.
    fn before(self, at: usize) -> String {
        match self {
            Self::End => String::new(),
            Self::Sized => format!("at byte {at}: "),
            part => format!("at byte {at}, reading {part}: "),
        }
    }
}

impl fmt::Display for MarshalPart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Object => "an object",
            Self::Number => "a number",
            Self::Length => "a length",
            Self::Digits => "an integer's digits",
            Self::Float => "a float",
            Self::Bytes => "bytes",
            Self::Str => "a string",
            Self::Elements => "elements",
            Self::Sized => "an object with a length",
            Self::Field(name) => return write!(formatter, "the code object's {name}"),
            Self::Reference => "a reference",
            Self::End => "the end",
        };
        formatter.write_str(text)
    }
}

/// An error in marshalled data, with its offset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{fault}", .what.before(*.at))]
#[non_exhaustive]
pub struct MarshalError {
    /// Offset in bytes from the start of the marshalled object.
    pub at: usize,
    /// Part that was being read.
    pub what: MarshalPart,
    /// Description of the fault.
    pub fault: String,
}
