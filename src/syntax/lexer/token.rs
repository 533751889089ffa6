//! The table of tokens: keywords, operators, and tokens with a value.

/// A token of CPython's grammar (`Grammar/Tokens`), with a kind for each keyword and operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are those of the keywords and operators")]
pub enum Token {
    /// The end of the text, or of the part of a refused text that is read.
    End,
    Newline,
    Indent,
    Dedent,
    Name,
    Number,
    String,
    /// Prefix and opening quotes of an f-string (`FSTRING_START`).
    FormatStart,
    FormatMiddle,
    FormatEnd,
    TemplateStart,
    TemplateMiddle,
    TemplateEnd,
    /// A character that is a token but in no rule: `$`, `?` and the backquote.
    Stray,
    False,
    None,
    True,
    And,
    As,
    Assert,
    Async,
    Await,
    Break,
    Class,
    Continue,
    Def,
    Del,
    Elif,
    Else,
    Except,
    Finally,
    For,
    From,
    Global,
    If,
    Import,
    In,
    Is,
    Lambda,
    Nonlocal,
    Not,
    Or,
    Pass,
    Raise,
    Return,
    Try,
    While,
    With,
    Yield,
    LeftParenthesis,
    RightParenthesis,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Colon,
    Comma,
    Semicolon,
    Plus,
    Minus,
    Star,
    Slash,
    Bar,
    Ampersand,
    Less,
    Greater,
    Equal,
    Dot,
    Percent,
    EqualEqual,
    /// `!=`, or `<>`.
    NotEqual,
    LessEqual,
    GreaterEqual,
    Tilde,
    Circumflex,
    LeftShift,
    RightShift,
    DoubleStar,
    PlusEqual,
    MinusEqual,
    StarEqual,
    SlashEqual,
    PercentEqual,
    AmpersandEqual,
    BarEqual,
    CircumflexEqual,
    LeftShiftEqual,
    RightShiftEqual,
    DoubleStarEqual,
    DoubleSlash,
    DoubleSlashEqual,
    At,
    AtEqual,
    Arrow,
    Ellipsis,
    ColonEqual,
    Exclamation,
}

/// Number of tokens.
pub const TOKENS: usize = Token::Exclamation as usize + 1;

/// The keywords.
const KEYWORDS: [(&str, Token); 35] = [
    ("False", Token::False),
    ("None", Token::None),
    ("True", Token::True),
    ("and", Token::And),
    ("as", Token::As),
    ("assert", Token::Assert),
    ("async", Token::Async),
    ("await", Token::Await),
    ("break", Token::Break),
    ("class", Token::Class),
    ("continue", Token::Continue),
    ("def", Token::Def),
    ("del", Token::Del),
    ("elif", Token::Elif),
    ("else", Token::Else),
    ("except", Token::Except),
    ("finally", Token::Finally),
    ("for", Token::For),
    ("from", Token::From),
    ("global", Token::Global),
    ("if", Token::If),
    ("import", Token::Import),
    ("in", Token::In),
    ("is", Token::Is),
    ("lambda", Token::Lambda),
    ("nonlocal", Token::Nonlocal),
    ("not", Token::Not),
    ("or", Token::Or),
    ("pass", Token::Pass),
    ("raise", Token::Raise),
    ("return", Token::Return),
    ("try", Token::Try),
    ("while", Token::While),
    ("with", Token::With),
    ("yield", Token::Yield),
];

/// Keywords by [`slot`], each with its bytes as a little-endian number.
static SLOTS: [(u64, Token); 64] = {
    let mut slots = [(0, Token::Name); 64];
    let mut index = 0;
    while index < KEYWORDS.len() {
        let word = packed(KEYWORDS[index].0);
        let at = slot(word);
        assert!(slots[at].0 == 0, "two keywords share a slot");
        slots[at] = (word, KEYWORDS[index].1);
        index += 1;
    }
    slots
};

/// Returns the bytes of a short word as a little-endian number, which is also the key of a soft
/// keyword.
pub(crate) const fn packed(word: &str) -> u64 {
    let bytes = word.as_bytes();
    let (mut packed, mut index) = (0u64, bytes.len());
    while index > 0 {
        index -= 1;
        packed = packed << 8 | bytes[index] as u64;
    }
    packed
}

/// Returns a hash that is perfect for the keywords.
const fn slot(word: u64) -> usize {
    (word.wrapping_mul(0xb57c_8e05_e3c9_b0e1) >> 58) as usize
}

/// Returns the keyword with these bytes, or [`Token::Name`].
#[inline(always)]
pub(super) fn keyword(word: u64) -> Token {
    let (found, token) = SLOTS[slot(word)];
    if found == word { token } else { Token::Name }
}

/// Returns the keyword or operator that is written `text`.
pub(in crate::syntax) fn literal(text: &str) -> Option<Token> {
    let found = Some(keyword(packed(text))).filter(|&token| token != Token::Name);
    let byte = |at| text.as_bytes().get(at).copied().unwrap_or_default();
    let operator = || operator([byte(0), byte(1), byte(2)]).filter(|&(_, length)| length == text.len());
    found.or_else(|| operator().map(|(token, _)| token))
}

/// Returns the longest operator at the start of `bytes` and its length, if there is one.
#[inline]
pub(super) fn operator(bytes: [u8; 3]) -> Option<(Token, usize)> {
    let [first, second, third] = bytes;
    let or_equal = |plain, equal| if second == b'=' { (equal, 2) } else { (plain, 1) };
    let or_double = |plain, equal, double, double_equal| match (second, third) {
        (next, b'=') if next == first => (double_equal, 3),
        (next, _) if next == first => (double, 2),
        (b'=', _) => (equal, 2),
        _ => (plain, 1),
    };
    Some(match first {
        b'(' => (Token::LeftParenthesis, 1),
        b')' => (Token::RightParenthesis, 1),
        b'[' => (Token::LeftBracket, 1),
        b']' => (Token::RightBracket, 1),
        b'{' => (Token::LeftBrace, 1),
        b'}' => (Token::RightBrace, 1),
        b',' => (Token::Comma, 1),
        b';' => (Token::Semicolon, 1),
        b'~' => (Token::Tilde, 1),
        b':' => or_equal(Token::Colon, Token::ColonEqual),
        b'=' => or_equal(Token::Equal, Token::EqualEqual),
        b'+' => or_equal(Token::Plus, Token::PlusEqual),
        b'%' => or_equal(Token::Percent, Token::PercentEqual),
        b'&' => or_equal(Token::Ampersand, Token::AmpersandEqual),
        b'|' => or_equal(Token::Bar, Token::BarEqual),
        b'^' => or_equal(Token::Circumflex, Token::CircumflexEqual),
        b'@' => or_equal(Token::At, Token::AtEqual),
        b'!' => or_equal(Token::Exclamation, Token::NotEqual),
        b'-' if second == b'>' => (Token::Arrow, 2),
        b'-' => or_equal(Token::Minus, Token::MinusEqual),
        b'.' if second == b'.' && third == b'.' => (Token::Ellipsis, 3),
        b'.' => (Token::Dot, 1),
        b'*' => or_double(Token::Star, Token::StarEqual, Token::DoubleStar, Token::DoubleStarEqual),
        b'/' => or_double(Token::Slash, Token::SlashEqual, Token::DoubleSlash, Token::DoubleSlashEqual),
        b'<' if second == b'>' => (Token::NotEqual, 2),
        b'<' => or_double(Token::Less, Token::LessEqual, Token::LeftShift, Token::LeftShiftEqual),
        b'>' => or_double(Token::Greater, Token::GreaterEqual, Token::RightShift, Token::RightShiftEqual),
        b'$' | b'?' | b'`' => (Token::Stray, 1),
        _ => return None,
    })
}
