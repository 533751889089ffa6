//! Tokens as CPython's parser sees them.

use crate::text::Location;

/// What a token is; keywords and operators are [`Kind::Literal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Number,
    String,
    Newline,
    Indent,
    Dedent,
    End,
    FormatStart,
    FormatMiddle,
    FormatEnd,
    TemplateStart,
    TemplateMiddle,
    TemplateEnd,
    /// Index into [`LITERALS`].
    Literal(u8),
    /// Not a token: the lexer has failed here.
    Error,
}

/// One token; `start..end` are its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Columns are −1 where CPython keeps none.
    pub(super) location: Location,
    /// How many brackets are open behind it.
    pub(super) level: usize,
}

/// The keywords, then the operators.
const LITERALS: [&str; 83] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "**=",
    "//=", "<<=", ">>=", "...", "!=", "%=", "&=", "**", "*=", "+=", "-=", "->", "//", "/=", ":=", "<<", "<=",
    "==", ">=", ">>", "@=", "^=", "|=", "!", "%", "&", "(", ")", "*", "+", ",", "-", ".", "/", ":", ";", "<",
    "=", ">", "@", "[", "]", "^", "{", "|", "}", "~",
];

const KEYWORDS: usize = 35;

/// The literal that is written `text`.
pub(super) fn literal(text: &str) -> Option<Kind> {
    LITERALS.iter().position(|&known| known == text).map(|at| Kind::Literal(at as u8))
}

/// The literal, or a name.
pub(super) fn word(text: &str) -> Kind {
    let found = LITERALS[..KEYWORDS].binary_search(&text);
    found.map_or(Kind::Name, |at| Kind::Literal(at as u8))
}
