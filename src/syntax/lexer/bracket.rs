//! Brackets and their nesting.

use super::{FaultKind, Lexer, Token};
use crate::text::Position;

/// `MAXLEVEL`.
const MAX_BRACKETS: usize = 200;

/// An open bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bracket {
    /// Character of the bracket.
    pub letter: u8,
    /// Position of the bracket.
    pub place: Position,
}

impl Lexer<'_> {
    /// Reads an opening bracket.
    pub(super) fn open(&mut self, letter: u8) {
        if self.brackets.len() >= MAX_BRACKETS {
            return self.fail(FaultKind::TooManyBrackets, self.start + 1);
        }
        self.at = self.start + 1;
        self.brackets.push(Bracket { letter, place: self.place });
        self.deepest = self.deepest.max(self.brackets.len());
        self.token = match letter {
            b'(' => Token::LeftParenthesis,
            b'[' => Token::LeftBracket,
            _ => Token::LeftBrace,
        };
        if !self.modes.is_empty() {
            self.open_in_field(letter);
        }
    }

    /// Reads a closing bracket.
    pub(super) fn close(&mut self, letter: u8) {
        if letter == b'}'
            && let Some(mode) = self.modes.last()
            && mode.depth == 0
        {
            return self.fail(FaultKind::SingleBrace, self.start + 1);
        }
        let (opening, token) = match letter {
            b')' => (b'(', Token::RightParenthesis),
            b']' => (b'[', Token::RightBracket),
            _ => (b'{', Token::RightBrace),
        };
        match self.brackets.last() {
            None => return self.fail(FaultKind::Unmatched(letter), self.start + 1),
            Some(open) if open.letter != opening => {
                return self.fail(FaultKind::Mismatched(letter), self.start + 1);
            }
            Some(_) => {}
        }
        self.brackets.pop();
        self.at = self.start;
        if self.modes.is_empty() || self.close_in_field(letter) {
            self.token = token;
            self.at = self.start + 1;
        }
    }
}
