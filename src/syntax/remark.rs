//! Remarks: parts of a text about which CPython's tokenizer and parser warn. The target determines
//! the messages and lines.

use crate::text::{Location, Position};

/// A reason for a warning, in the order in which CPython finds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The first invalid escape sequence of a string, or of a piece of text of an f-string.
    Escape {
        /// Text after the backslash.
        sequence: Sequence,
        /// Token for which CPython decodes it: the string, or the closing quotes of an f-string.
        token: Location,
        /// Location from the backslash on, as CPython counts.
        place: Location,
    },
    /// A backslash before a brace of an f-string.
    Brace {
        /// Brace character.
        letter: u8,
        /// Position of the brace.
        place: Position,
    },
    /// A number directly before a keyword.
    Number {
        /// Kind of the number, as in `invalid decimal literal`.
        name: &'static str,
        /// End of the number.
        place: Position,
    },
    /// `from . lazy import …`, with a blank between the dots and the name of the module.
    LazyModule {
        /// Number of dots.
        dots: u32,
        /// Location of the name.
        place: Location,
    },
}

/// Text after the backslash of an invalid escape sequence: a character, or three octal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequence([u8; 3]);

impl Sequence {
    /// Returns an ASCII character.
    pub const fn letter(letter: u8) -> Self {
        Self([letter, 0, 0])
    }

    /// Returns three octal digits.
    pub const fn octal(digits: [u8; 3]) -> Self {
        Self(digits)
    }

    /// Returns whether the sequence is a number.
    pub const fn is_octal(self) -> bool {
        self.0[1] != 0
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        let length = if self.is_octal() { 3 } else { 1 };
        std::str::from_utf8(&self.0[..length]).unwrap_or("?")
    }
}

/// An invalid escape sequence in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Invalid {
    /// Text after the backslash.
    pub(super) sequence: Sequence,
    /// Offset of the sequence in the text.
    pub(super) at: usize,
}

impl Invalid {
    /// Returns the remark for `text`, which is decoded for the token with text `token` at
    /// `location`.
    #[cold]
    pub(super) fn remark(self, text: &str, token: &str, location: Location) -> Remark {
        // CPython counts in a copy in which a non-ASCII character takes ten, and a backslash before
        // it six.
        let (mut lines, mut column) = (0, 0);
        let mut is_escaped = false;
        for (at, &byte) in text.as_bytes().iter().enumerate().take(self.at) {
            let next = text.as_bytes().get(at + 1).copied().unwrap_or_default();
            is_escaped = byte == b'\\' && !is_escaped;
            match byte {
                b'\n' => (lines, column) = (lines + 1, 0),
                b'\\' if is_escaped && !next.is_ascii() => column += 6,
                0..0x80 => column += 1,
                0xc0.. => column += 10,
                _ => {}
            }
        }
        if lines == 0 {
            let quote = token.bytes().next().filter(|byte| matches!(byte, b'"' | b'\''));
            column += token.bytes().take_while(|&byte| Some(byte) == quote).count();
            column += usize::try_from(location.column()).unwrap_or(0);
        }
        let line = location.line() + lines;
        let column = i32::try_from(column).unwrap_or(i32::MAX);
        let place = Location::new(line, line, column - 1, column + 1);
        Remark::Escape { sequence: self.sequence, token: location, place }
    }
}
