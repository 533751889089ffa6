//! Text → tokens, as CPython's tokenizer splits it (`Parser/lexer/lexer.c`), for the parser and for
//! `diagnose`.
//!
//! [`Lexer::advance`] reads the next token into fields of the lexer; earlier tokens are not kept.
//! The properties of the current token are available as:
//!
//! | field or method | of |
//! |---|---|
//! | [`Lexer::token`] | every token: its kind (see [`Token`]) |
//! | [`Lexer::start`], [`Lexer::end`] | its bytes, as offsets into the text; empty for `Indent`,
//! `Dedent`, `End` |
//! | [`Lexer::place`], [`Lexer::end_place`] | its first position and the position after it |
//! | [`Lexer::word`] | names and keywords: the first 16 bytes |
//! | [`Lexer::literal`] | strings and the starts of f-strings: prefix, quotes |
//! | [`Lexer::notation`] | numbers |
//! | [`Lexer::escapes`] | pieces of f-strings: whether there is a backslash |
//! | [`Lexer::brackets`], [`Lexer::modes`] | brackets and f-strings that are open after it |
//!
//! The lexer stops at the first fault: [`Lexer::fault`] is the fault and the extent of the text
//! that was read, and every further token is `End`.

mod apart;
mod bracket;
mod fault;
mod indentation;
mod interpolated;
mod name;
mod number;
mod shown;
mod source_text;
mod string;
mod token;

use super::remark::Remark;
use crate::target::Target;
use crate::text::Position;

pub use bracket::Bracket;
pub use fault::{FaultKind, LexerFault};
use interpolated::MAX_MODES;
pub use interpolated::Mode;
pub use name::Word;
pub use number::Notation;
pub use source_text::SourceText;
pub use string::Literal;
pub(super) use token::literal;
pub(crate) use token::packed;
pub use token::{TOKENS, Token};

/// State that selects what the next step reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LexerState {
    /// A token of a line.
    Plain,
    /// The first token of a line, and its indentation.
    Line,
    /// Pending dedents.
    Dedents,
    /// The text of an f-string.
    Text,
    /// The end of the text, or a refused text.
    Over,
}

/// The lexer; see the module documentation.
#[derive(Debug)]
pub struct Lexer<'t> {
    pub(super) text: &'t str,
    bytes: &'t [u8],
    end: usize,
    /// Offset of the next byte to read.
    at: usize,
    line: u32,
    line_start: usize,
    /// Start of the first line in CPython's tokenizer buffer (`tok->buf`).
    held_from: usize,
    state: LexerState,
    /// Kind of the current token.
    pub token: Token,
    start: usize,
    token_end: usize,
    place: Position,
    word: Word,
    notation: Notation,
    literal: Literal,
    escapes: bool,
    indents: Vec<(u32, u32)>,
    dedents: u32,
    brackets: Vec<Bracket>,
    /// Largest number of brackets that were open at the same time since it was set to 0.
    pub(super) deepest: usize,
    modes: Vec<Mode>,
    fault: Option<LexerFault>,
    pub(super) target: &'t Target,
    newline_ends_spec: bool,
    /// See [`shown`].
    follows_shown: bool,
    /// True if a token was read that some targets read differently.
    pub(super) is_own: bool,
    /// True if f-strings are read as plain strings are.
    whole_strings: bool,
    /// Remarks on the text that CPython would have warned about so far.
    pub(super) remarks: Vec<Remark>,
}

/// A point to which the lexer can return, outside brackets and f-strings and within a line.
#[derive(Clone, Copy, Debug)]
pub struct LexerMark {
    at: usize,
    line: u32,
    line_start: usize,
    token: Token,
    start: usize,
    place: Position,
    word: Word,
    remarks: usize,
}

impl<'t> Lexer<'t> {
    /// Returns a lexer before the first token, which [`Lexer::advance`] reads.
    pub fn new(source: &'t SourceText, target: &'t Target) -> Self {
        Self {
            text: source.padded(),
            bytes: source.bytes(),
            end: source.end(),
            at: 0,
            line: 1,
            line_start: 0,
            held_from: 0,
            state: LexerState::Line,
            token: Token::End,
            start: 0,
            token_end: 0,
            place: Position::new(1, 0),
            word: Word::default(),
            notation: Notation::Decimal,
            literal: Literal::default(),
            escapes: false,
            indents: vec![(0, 0)],
            dedents: 0,
            brackets: Vec::new(),
            deepest: 0,
            modes: Vec::new(),
            fault: None,
            target,
            newline_ends_spec: target.features.newline_ends_spec,
            follows_shown: target.features.shown_text_runs_on || target.features.shown_text_ends_once,
            is_own: false,
            whole_strings: false,
            remarks: Vec::new(),
        }
    }

    /// Makes f-strings tokens, and `line` the number of the first line.
    pub(super) fn read_strings_whole(&mut self, line: u32) {
        self.whole_strings = true;
        self.line = line;
    }

    /// Returns the offset of the current token.
    #[inline]
    pub fn start(&self) -> usize {
        self.start
    }

    /// Returns the offset after the current token.
    #[inline]
    pub fn end(&self) -> usize {
        if matches!(self.token, Token::FormatMiddle | Token::TemplateMiddle) {
            self.token_end
        } else {
            self.at
        }
    }

    /// Returns the position of the current token.
    #[inline]
    pub fn place(&self) -> Position {
        self.place
    }

    /// Returns the position after the current token. Both braces count if a doubled brace ends a
    /// piece of an f-string.
    #[inline(always)]
    pub fn end_place(&self) -> Position {
        Position::new(self.line, self.column(self.at))
    }

    /// Returns the first bytes of the current name or keyword.
    #[inline]
    pub fn word(&self) -> Word {
        self.word
    }

    /// Returns the notation of the current number.
    #[inline]
    pub fn notation(&self) -> Notation {
        self.notation
    }

    /// Returns prefix and quotes of the current string, or of the f-string that was started last.
    #[inline]
    pub fn literal(&self) -> Literal {
        self.literal
    }

    /// Returns whether the current piece of an f-string has a backslash.
    #[inline]
    pub fn escapes(&self) -> bool {
        self.escapes
    }

    /// Returns the brackets that are open after the current token.
    #[inline]
    pub fn brackets(&self) -> &[Bracket] {
        &self.brackets
    }

    /// Returns the f-strings that are open after the current token.
    #[inline]
    pub fn modes(&self) -> &[Mode] {
        &self.modes
    }

    /// Returns the reason why the text is refused, and where reading stopped.
    pub fn fault(&self) -> Option<LexerFault> {
        self.fault
    }

    /// Returns the text of the current token.
    #[inline]
    pub fn token_text(&self) -> &'t str {
        &self.text[self.start..self.end()]
    }

    /// Returns the whole text.
    #[inline]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Returns the text between two offsets.
    #[inline]
    pub fn slice(&self, start: usize, end: usize) -> &'t str {
        &self.text[start..end]
    }

    /// Returns the byte at an offset, 0 after the text.
    #[inline]
    pub fn byte(&self, at: usize) -> u8 {
        self.bytes[at]
    }

    /// Refuses the text. The first fault is kept, and every further token is `End`.
    #[cold]
    pub fn fail(&mut self, kind: FaultKind, at: usize) {
        if self.fault.is_none() {
            self.fault = Some(LexerFault { kind, at, line: self.line, line_start: self.line_start });
        }
        self.state = LexerState::Over;
        self.token = Token::End;
    }

    /// Returns a point to return to.
    pub fn mark(&self) -> LexerMark {
        let Self { at, line, line_start, token, start, place, word, .. } = *self;
        LexerMark { at, line, line_start, token, start, place, word, remarks: self.remarks.len() }
    }

    /// Returns to a point and forgets a fault after it.
    pub fn reset(&mut self, mark: LexerMark) {
        (self.at, self.line, self.line_start) = (mark.at, mark.line, mark.line_start);
        (self.token, self.start, self.place, self.word) = (mark.token, mark.start, mark.place, mark.word);
        self.state = LexerState::Plain;
        self.fault = None;
        self.brackets.clear();
        self.modes.clear();
        self.remarks.truncate(mark.remarks);
    }

    #[inline(always)]
    fn column(&self, at: usize) -> u32 {
        at.wrapping_sub(self.line_start) as u32
    }

    #[inline(always)]
    fn word_at(&self, at: usize) -> u64 {
        match self.bytes[at..].first_chunk() {
            Some(chunk) => u64::from_le_bytes(*chunk),
            None => 0,
        }
    }

    /// Reads the next token.
    #[inline]
    pub fn advance(&mut self) {
        if self.state != LexerState::Plain {
            return self.advance_otherwise();
        }
        let mut at = self.at;
        while self.bytes[at] == b' ' {
            at += 1;
        }
        self.start = at;
        self.place = Position::new(self.line, self.column(at));
        let byte = self.bytes[at];
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 128.. => self.name(at),
            b'0'..=b'9' => self.number(),
            b'"' | b'\'' => self.plain_string(),
            b'(' | b'[' | b'{' => self.open(byte),
            b')' | b']' | b'}' => self.close(byte),
            b'\n' if self.brackets.is_empty() => {
                self.token = Token::Newline;
                self.at = at + 1;
                self.state = LexerState::Line;
            }
            b'\n' | b'\t' | 0x0c | b'#' | b'\\' => self.blank(at),
            b'.' if self.bytes[at + 1].is_ascii_digit() => self.number(),
            b':' if !self.modes.is_empty() && self.starts_spec() => {
                self.token = Token::Colon;
                self.at = at + 1;
            }
            0 if at >= self.end => self.end_of_text(),
            _ => match token::operator([byte, self.bytes[at + 1], self.bytes[at + 2]]) {
                Some((token, length)) => {
                    self.token = token;
                    self.at = at + length;
                    if self.follows_shown {
                        self.follow_operator(token);
                    }
                }
                None => self.fail(FaultKind::InvalidCharacter(char::from(byte)), at + 1),
            },
        }
    }

    /// Reads the current token again as `<` alone if it is `<>`.
    pub(super) fn split_inequality(&mut self) {
        if self.token == Token::NotEqual && self.bytes[self.start] == b'<' {
            self.token = Token::Less;
            self.at = self.start + 1;
        }
    }

    #[inline(never)]
    fn advance_otherwise(&mut self) {
        match self.state {
            LexerState::Line => {
                if self.token == Token::Newline {
                    self.line += 1;
                    self.line_start = self.at;
                    self.held_from = self.at;
                }
                self.line();
            }
            LexerState::Dedents => self.dedent(),
            LexerState::Text => self.interpolated(),
            LexerState::Plain | LexerState::Over => self.token = Token::End,
        }
    }

    /// Skips blanks, line ends within brackets, comments and continued lines, and reads the token
    /// after them.
    fn blank(&mut self, mut at: usize) {
        let mut is_indentation = false;
        loop {
            match self.bytes[at] {
                b' ' | b'\t' | 0x0c => at += 1,
                b'#' => at = self.comment_end(at),
                b'\n' if !self.brackets.is_empty() => {
                    at += 1;
                    self.line += 1;
                    self.line_start = at;
                    self.held_from = at;
                    is_indentation = true;
                }
                b'\\' => match self.continuation(at, is_indentation) {
                    Some(next) => at = next,
                    None => return,
                },
                _ => break,
            }
        }
        self.at = at;
        self.advance();
    }

    #[cold]
    fn end_of_text(&mut self) {
        if !self.brackets.is_empty() {
            return self.fail(FaultKind::NeverClosed, self.at);
        }
        self.token = Token::End;
        self.state = LexerState::Over;
    }
}
