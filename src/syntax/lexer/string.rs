//! Strings: prefixes, quotes, and the ends of plain strings.

use super::shown::ShownText;
use super::{FaultKind, Lexer, Mode, Token};
use crate::target::GrammarRule;
use crate::text::Position;

/// Prefix and quotes of a string literal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Literal {
    /// True if the prefix has an `r`.
    pub raw: bool,
    /// True if the prefix has a `b`.
    pub bytes: bool,
    /// True if the prefix is a lower-case `u`.
    pub unicode: bool,
    /// True if the text has a backslash.
    pub escapes: bool,
    /// Offset after the opening quotes.
    pub body: usize,
    /// Offset of the closing quotes.
    pub body_end: usize,
}

/// Bits of a prefix.
const B: u8 = 1;
const U: u8 = 2;
const R: u8 = 4;
const F: u8 = 8;
const T: u8 = 16;

impl Lexer<'_> {
    /// Reads a string if the name of `length` bytes before a quote is a prefix; returns false if it
    /// is a name.
    #[inline(never)]
    pub(super) fn prefixed(&mut self, length: usize) -> bool {
        let has_templates = self.target.grammar.has(GrammarRule::Templates);
        let mut seen = 0u8;
        for &letter in &self.bytes[self.start..self.start + length] {
            let bit = match letter.to_ascii_lowercase() {
                b'b' => B,
                b'u' => U,
                b'r' => R,
                b'f' => F,
                b't' if has_templates => T,
                _ => return false,
            };
            // Before t-strings, an invalid prefix was read as a name.
            let clash = match bit {
                B => U | F,
                U => B | R | F,
                R => U,
                F => B | U,
                _ => 0,
            };
            if seen & bit != 0 || !has_templates && seen & clash != 0 {
                return false;
            }
            seen |= bit;
        }
        let at = self.start + length;
        let pairs = [(U, B), (U, R), (U, F), (U, T), (B, F), (B, T), (F, T)];
        if let Some((one, other)) =
            pairs.into_iter().find(|(one, other)| seen & one != 0 && seen & other != 0)
        {
            self.fail(FaultKind::Prefixes(letter(one), letter(other)), at + 1);
            return true;
        }
        self.literal = Literal {
            raw: seen & R != 0,
            bytes: seen & B != 0,
            unicode: self.bytes[self.start] == b'u',
            ..Literal::default()
        };
        if seen & (F | T) != 0 && !self.whole_strings {
            self.interpolated_start(at, seen & T != 0);
        } else {
            self.string(at);
        }
        true
    }

    /// Reads a string without a prefix.
    #[inline]
    pub(super) fn plain_string(&mut self) {
        self.literal = Literal::default();
        self.string(self.start);
    }

    /// Reads a string from its first quote.
    fn string(&mut self, quote_at: usize) {
        self.token = Token::String;
        let quote = self.bytes[quote_at];
        if self.bytes[quote_at + 1] == quote {
            if self.bytes[quote_at + 2] == quote {
                return self.triple(quote_at + 3, quote);
            }
            self.literal.body = quote_at + 1;
            self.literal.body_end = quote_at + 1;
            self.at = quote_at + 2;
            return;
        }
        self.literal.body = quote_at + 1;
        let mut at = quote_at + 1;
        let mut escaped = false;
        loop {
            at += self.distance(at, quote);
            match self.bytes[at] {
                b'\\' => {
                    escaped |= self.escape(at, quote);
                    at += 2;
                    if at >= self.end {
                        return self.fail(FaultKind::UnterminatedString { triple: false, escaped }, self.end);
                    }
                }
                b'\n' => return self.fail(FaultKind::UnterminatedString { triple: false, escaped }, at),
                _ => break,
            }
        }
        self.literal.body_end = at;
        self.at = at + 1;
    }

    /// Records the backslash at `at` and the line that ends after it. Returns whether the backslash
    /// escapes the quote.
    #[inline]
    fn escape(&mut self, at: usize, quote: u8) -> bool {
        self.literal.escapes = true;
        if self.bytes[at + 1] == b'\n' {
            self.line += 1;
            self.line_start = at + 2;
        }
        self.bytes[at + 1] == quote
    }

    /// Returns the number of bytes from `at` on that are not `quote`, a backslash or a line end.
    #[inline]
    fn distance(&self, mut at: usize, quote: u8) -> usize {
        let from = at;
        let every = u64::from_le_bytes([1; 8]);
        let zeros = |word: u64| word.wrapping_sub(every) & !word & (every << 7);
        loop {
            let word = self.word_at(at);
            let found = zeros(word ^ (every * u64::from(quote)))
                | zeros(word ^ (every * u64::from(b'\\')))
                | zeros(word ^ (every * u64::from(b'\n')));
            if found != 0 {
                return at - from + found.trailing_zeros() as usize / 8;
            }
            at += 8;
        }
    }

    fn triple(&mut self, body: usize, quote: u8) {
        self.literal.body = body;
        let mut at = body;
        let mut escaped = false;
        while let Some(found) = memchr::memchr3(quote, b'\\', b'\n', &self.bytes[at..self.end]) {
            at += found;
            match self.bytes[at] {
                b'\\' => {
                    escaped |= self.escape(at, quote);
                    at = (at + 2).min(self.end);
                }
                b'\n' => {
                    at += 1;
                    self.line += 1;
                    self.line_start = at;
                }
                _ if self.bytes[at + 1] == quote && self.bytes[at + 2] == quote => {
                    self.literal.body_end = at;
                    self.at = at + 3;
                    self.forget_column(self.line);
                    return;
                }
                _ => at += 1,
            }
        }
        self.fail(FaultKind::UnterminatedString { triple: true, escaped }, self.end);
    }

    /// Opens an f-string or a t-string at its first quote.
    fn interpolated_start(&mut self, quote_at: usize, template: bool) {
        let quote = self.bytes[quote_at];
        let triple = self.bytes[quote_at + 1] == quote && self.bytes[quote_at + 2] == quote;
        let quote_size = if triple { 3 } else { 1 };
        self.at = quote_at + usize::from(quote_size);
        if self.modes.len() + 1 >= super::MAX_MODES {
            return self.fail(FaultKind::TooManyStrings, self.at);
        }
        self.token = if template { Token::TemplateStart } else { Token::FormatStart };
        self.forget_column_of_start();
        self.modes.push(Mode {
            quote,
            quote_size,
            raw: self.literal.raw,
            template,
            start: self.start,
            start_place: Position::new(self.line, self.column(self.start)),
            brace: Position::new(0, 0),
            depth: 0,
            field_depth: -1,
            shown: ShownText::default(),
            runs_on: self.target.features.shown_text_runs_on,
            in_spec: false,
        });
        self.state = super::LexerState::Text;
    }
}

fn letter(bit: u8) -> char {
    match bit {
        B => 'b',
        U => 'u',
        R => 'r',
        F => 'f',
        _ => 't',
    }
}
