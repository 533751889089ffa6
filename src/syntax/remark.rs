//! Remarks: parts of a text that CPython's tokenizer and parser warn about. The target decides
//! words and lines.

use crate::text::{Location, Place};

/// One thing to warn of, in the order in which CPython comes upon it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The first invalid escape sequence of a string, or of a piece of text of an f-string.
    Escape {
        /// Text after the backslash.
        sequence: Sequence,
        /// The token that CPython decodes it for: the string, or the closing quotes of an f-string.
        token: Location,
        /// From the backslash on, as CPython counts.
        place: Location,
    },
    /// A backslash before a brace of an f-string.
    Brace {
        /// The brace.
        letter: u8,
        /// The position of the brace.
        place: Place,
    },
    /// A number directly before a keyword.
    Number {
        /// The kind of number, as in `invalid decimal literal`.
        name: &'static str,
        /// The end of the number.
        place: Place,
    },
}

impl Remark {
    /// The position of a remark on a token, which the lexer makes.
    pub const fn token_place(&self) -> Option<Place> {
        match self {
            Self::Brace { place, .. } | Self::Number { place, .. } => Some(*place),
            Self::Escape { .. } => None,
        }
    }
}

/// Text after the backslash of an invalid escape sequence: a character, or three octal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequence([u8; 3]);

impl Sequence {
    /// One character of ASCII.
    pub const fn letter(letter: u8) -> Self {
        Self([letter, 0, 0])
    }

    /// Three octal digits.
    pub const fn octal(digits: [u8; 3]) -> Self {
        Self(digits)
    }

    /// Reports whether it is a number.
    pub const fn is_octal(self) -> bool {
        self.0[1] != 0
    }

    /// The text.
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
    /// The offset of that in the text.
    pub(super) at: usize,
}

impl Invalid {
    /// The remark for `text`, decoded for a token whose text is `token` and which is at `location`.
    #[cold]
    pub(super) fn remark(self, text: &str, token: &str, location: Location) -> Remark {
        let before = text.as_bytes().get(..self.at).unwrap_or_default();
        let line_start = memchr::memrchr(b'\n', before).map(|at| at + 1);
        let lines = memchr::memchr_iter(b'\n', before).count();
        // CPython counts in a copy in which a character beyond ASCII takes ten.
        let on_line = before.get(line_start.unwrap_or(0)..).unwrap_or_default();
        let ascii = on_line.iter().filter(|byte| byte.is_ascii()).count();
        let others = on_line.iter().filter(|&&byte| byte >= 0xc0).count();
        let mut column = ascii + 10 * others;
        if line_start.is_none() {
            let quote = token.bytes().next().filter(|byte| matches!(byte, b'"' | b'\''));
            column += token.bytes().take_while(|&byte| Some(byte) == quote).count();
            column += usize::try_from(location.column()).unwrap_or(0);
        }
        let line = location.line() + i32::try_from(lines).unwrap_or(i32::MAX);
        let column = i32::try_from(column).unwrap_or(i32::MAX);
        let place = Location::new(line, line, column - 1, column + 1);
        Remark::Escape { sequence: self.sequence, token: location, place }
    }
}
