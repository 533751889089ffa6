//! Reasons why the lexer refuses a text. `diagnose` has the messages.

use super::Lexer;

/// Position up to which the text was read, as CPython counts: the end of the text is on its last
/// line.
#[derive(Clone, Copy, Debug)]
pub(in crate::syntax) struct Reached {
    pub(in crate::syntax) line: i32,
    pub(in crate::syntax) line_start: usize,
    pub(in crate::syntax) at: usize,
}

impl Lexer<'_> {
    /// Returns the position up to which the text was read for the current token, or for the fault.
    pub(in crate::syntax) fn reached(&self) -> Reached {
        let here = LexerFault {
            kind: FaultKind::Grammar,
            at: self.at,
            line: self.line,
            line_start: self.line_start,
        };
        let LexerFault { at, line, line_start, .. } = self.fault.unwrap_or(here);
        if line_start < self.end {
            return Reached { line: line as i32, line_start, at };
        }
        let before = memchr::memrchr(b'\n', &self.bytes[..line_start - 1]);
        Reached { line: line as i32 - 1, line_start: before.map_or(0, |at| at + 1), at }
    }

    /// Returns the offset after the line end of the line that starts at `line_start`.
    pub(in crate::syntax) fn line_end(&self, line_start: usize) -> usize {
        memchr::memchr(b'\n', &self.bytes[line_start..]).map_or(self.end, |length| line_start + length + 1)
    }

    /// Returns the start of the first line in CPython's tokenizer buffer.
    pub(in crate::syntax) fn held_from(&self) -> usize {
        self.held_from
    }

    /// Returns the bytes of the text, which need not be UTF-8.
    pub(in crate::syntax) fn bytes(&self) -> &[u8] {
        self.bytes
    }
}

/// A refusal, with the extent of the text that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LexerFault {
    /// Reason.
    pub kind: FaultKind,
    /// Offset after the last byte that was read.
    pub at: usize,
    /// Line that was being read, from 1.
    pub line: u32,
    /// Offset of the line's first byte.
    pub line_start: usize,
}

/// Reason for a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// No rule of the grammar accepts the token (reported by the parser).
    Grammar,
    /// Rules are nested so deeply that CPython's parser fails.
    TooComplex,
    /// Nodes are nested so deeply that CPython's later passes overflow the stack.
    TooDeep,
    /// The text is too long for its positions.
    TooLong,
    /// More than 200 brackets are open.
    TooManyBrackets,
    /// A closing bracket without an opening one.
    Unmatched(u8),
    /// A closing bracket after an opening one of another kind.
    Mismatched(u8),
    /// The text ends within brackets.
    NeverClosed,
    /// The text ends after a backslash.
    UnexpectedEnd,
    /// A backslash is not followed by a line end.
    AfterBackslash,
    /// Tabs and spaces are inconsistent.
    InconsistentIndentation,
    /// More than 99 levels of indentation.
    TooManyIndents,
    /// A dedent that matches no enclosing block.
    Unindent,
    /// A name has bytes that are not UTF-8.
    Undecodable,
    /// A character that is not part of any token.
    InvalidCharacter(char),
    /// Prefixes of strings that exclude each other.
    Prefixes(char, char),
    /// An invalid literal, with the name of its kind as in `invalid decimal literal`.
    InvalidNumber(&'static str),
    /// A digit that the kind of literal does not have.
    InvalidDigit(u8, &'static str),
    /// A decimal integer that begins with zeros, with the offset after them.
    LeadingZeros(usize),
    /// An unterminated string.
    UnterminatedString {
        /// True for a triple-quoted string.
        triple: bool,
        /// True if a backslash escapes a quote in the string.
        escaped: bool,
    },
    /// An unterminated f-string or t-string.
    UnterminatedText {
        /// True if a line ends in a format spec.
        in_spec: bool,
    },
    /// More than 149 nested f-strings.
    TooManyStrings,
    /// Fields in format specs are nested too deeply.
    TooManyFields,
    /// A `}` in the text of an f-string.
    SingleBrace,
    /// A closing bracket in a field without an opening one.
    UnmatchedInField(u8),
}
