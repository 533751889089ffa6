//! The reasons for which the lexer refuses a text. The words are `diagnose`'s.

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
