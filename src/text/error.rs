//! Exceptions that CPython would raise instead of compiling.

use super::Location;

/// The Python exception that CPython raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorType {
    /// `SyntaxError`
    Syntax,
    /// `SyntaxError` that the tokenizer raises itself, with the text that it has read
    Token,
    /// `SyntaxError` that the tokenizer raises itself, with columns that count bytes
    TokenInBytes,
    /// `IndentationError`
    Indentation,
    /// `TabError`
    Tab,
    /// `ValueError` (NUL in the source, digits limit)
    Value,
    /// `OverflowError`
    Overflow,
    /// `RecursionError`
    Recursion,
    /// `MemoryError` (too complex for the parser)
    Memory,
    /// `UnicodeDecodeError`
    UnicodeDecode,
    /// `UnicodeEncodeError` (lone surrogates in a docstring)
    UnicodeEncode,
    /// `RuntimeError` (of a codec)
    Runtime,
    /// `SystemError`
    System,
}

impl ErrorType {
    /// Returns whether the exception is a `SyntaxError`.
    pub const fn is_syntax(self) -> bool {
        matches!(self, Self::Syntax | Self::Token | Self::TokenInBytes | Self::Indentation | Self::Tab)
    }

    /// The exception's name in Python.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Syntax | Self::Token | Self::TokenInBytes => "SyntaxError",
            Self::Indentation => "IndentationError",
            Self::Tab => "TabError",
            Self::Value => "ValueError",
            Self::Overflow => "OverflowError",
            Self::Recursion => "RecursionError",
            Self::Memory => "MemoryError",
            Self::UnicodeDecode => "UnicodeDecodeError",
            Self::UnicodeEncode => "UnicodeEncodeError",
            Self::Runtime => "RuntimeError",
            Self::System => "SystemError",
        }
    }
}

/// An exception that CPython raises for a source.
///
/// Columns of `location` count from 0 in bytes, as everywhere in this crate. CPython shows columns
/// from 1 in characters; the caller, which has the source text, converts them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyntaxError {
    /// Type of the exception.
    pub kind: ErrorType,
    /// The message, without the location.
    pub message: String,
    /// Location; [`Location::NONE`] if CPython gives none.
    pub location: Location,
    /// Text that is shown with it, if that is not the line of the source.
    pub text: Option<Box<str>>,
}

impl SyntaxError {
    /// Creates a plain `SyntaxError`.
    pub fn new(message: impl Into<String>, location: Location) -> Self {
        Self::of(ErrorType::Syntax, message, location)
    }

    /// Creates an exception of a type.
    pub fn of(kind: ErrorType, message: impl Into<String>, location: Location) -> Self {
        Self { kind, message: message.into(), location, text: None }
    }

    /// Creates an exception that CPython gives no location.
    pub fn without_place(kind: ErrorType, message: impl Into<String>) -> Self {
        Self::of(kind, message, Location::NONE)
    }
}

impl std::fmt::Display for SyntaxError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.kind.name(), self.message)
    }
}

impl std::error::Error for SyntaxError {}
