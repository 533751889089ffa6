//! The reasons for which the lexer refuses a text. The words are `diagnose`'s.

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
        let here =
            Fault { kind: FaultKind::Grammar, at: self.at, line: self.line, line_start: self.line_start };
        let Fault { at, line, line_start, .. } = self.fault.unwrap_or(here);
        if line_start < self.end {
            return Reached { line: line as i32, line_start, at };
        }
        let before = memchr::memrchr(b'\n', &self.bytes[..line_start - 1]);
        Reached { line: line as i32 - 1, line_start: before.map_or(0, |at| at + 1), at }
    }

    /// The offset after the line end of the line that starts at `line_start`.
    pub(in crate::syntax) fn line_end(&self, line_start: usize) -> usize {
        memchr::memchr(b'\n', &self.bytes[line_start..]).map_or(self.end, |length| line_start + length + 1)
    }

    /// The start of the first line that CPython's tokenizer holds.
    pub(in crate::syntax) fn held_from(&self) -> usize {
        self.held_from
    }

    /// The bytes of the text, which need not be UTF-8.
    pub(in crate::syntax) fn bytes(&self) -> &[u8] {
        self.bytes
    }
}

/// A refusal, and how far the text was read for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The reason.
    pub kind: FaultKind,
    /// The offset after the last byte that was read.
    pub at: usize,
    /// The line that was being read, from 1.
    pub line: u32,
    /// The offset of its first byte.
    pub line_start: usize,
}

/// The reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// No rule of the grammar has the token here (the parser's own reason).
    Grammar,
    /// CPython's parser gives up: its rules are nested too deeply.
    TooComplex,
    /// Nodes are nested so deeply that CPython's later passes overflow the stack.
    TooDeep,
    /// The text is too long for its positions.
    TooLong,
    /// More than 200 brackets are open.
    TooManyBrackets,
    /// A closing bracket without an opening one.
    Unmatched(u8),
    /// A closing bracket after another kind of opening one.
    Mismatched(u8),
    /// The text ends within brackets.
    NeverClosed,
    /// The text ends after a backslash.
    UnexpectedEnd,
    /// A backslash is followed by something else than a line end.
    AfterBackslash,
    /// Tabs and spaces do not agree.
    InconsistentIndentation,
    /// More than 99 levels of indentation.
    TooManyIndents,
    /// A line is indented less than its block, and not as far as one around it.
    Unindent,
    /// A name has bytes that are not UTF-8.
    Undecodable,
    /// A character that no token has.
    InvalidCharacter(char),
    /// Prefixes of strings that exclude each other.
    Prefixes(char, char),
    /// `invalid decimal literal`, with the name of the notation.
    InvalidNumber(&'static str),
    /// A digit that the notation does not have.
    InvalidDigit(u8, &'static str),
    /// A decimal integer that begins with zeros; the offset after them.
    LeadingZeros(usize),
    /// A string that does not end; whether it is triple-quoted, and whether a backslash precedes its quote.
    UnterminatedString {
        /// Three quotes.
        triple: bool,
        /// A backslash hides a quote in it.
        escaped: bool,
    },
    /// An f-string or t-string that does not end; whether a format spec is being read.
    UnterminatedText {
        /// A line ends in a format spec.
        in_spec: bool,
    },
    /// More than 149 f-strings in each other.
    TooManyStrings,
    /// Fields of format specs are nested too deeply.
    TooManyFields,
    /// A `}` in the text of an f-string.
    SingleBrace,
    /// A closing bracket in a field that opened none.
    UnmatchedInField(u8),
}
