//! The lexer's tokens with the positions of CPython's tokenizer (`Parser/lexer/state.c`,
//! `_PyLexer_token_setup`).

use super::words::{self, Complaint};
use crate::syntax::lexer::{Lexer, Mode, SourceText, Token as Kind};
use crate::target::Target;
use crate::text::Location;

/// A token with the bytes `start..end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct LocatedToken {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Location; columns are −1 where CPython stores none.
    pub(super) location: Location,
    /// Number of open brackets after the token.
    pub(super) level: u32,
}

/// Reader of single tokens.
pub(super) struct Tokens<'t> {
    pub(super) lexer: Lexer<'t>,
    target: &'t Target,
    /// Last token that was read.
    pub(super) last: LocatedToken,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(source: &'t SourceText, target: &'t Target) -> Self {
        let location = Location::new(1, 1, 0, 0);
        let last = LocatedToken { kind: Kind::End, start: 0, end: 0, location, level: 0 };
        Self { lexer: Lexer::new(source, target), target, last }
    }

    /// Reads the next token.
    ///
    /// # Errors
    /// Reports errors of the lexer.
    pub(super) fn next(&mut self) -> Result<LocatedToken, Complaint> {
        self.lexer.advance();
        if let Some(fault) = self.lexer.fault() {
            return Err(words::complaint(&self.lexer, fault));
        }
        if !self.target.features.one_token_inequality {
            self.lexer.split_inequality();
        }
        self.last = self.current();
        Ok(self.last)
    }

    /// Returns the last line that was read, and the number of bytes read in it.
    pub(super) fn reached(&self) -> (i32, i32) {
        let reached = self.lexer.reached();
        (reached.line, (reached.at - reached.line_start) as i32)
    }

    fn current(&self) -> LocatedToken {
        let lexer = &self.lexer;
        let (kind, place, reached) = (lexer.token, lexer.place(), lexer.reached());
        let (mut start, end, level) = (lexer.start(), lexer.end(), lexer.brackets().len() as u32);
        let mut column = place.column();
        match kind {
            Kind::Indent | Kind::Dedent | Kind::End => {
                let location = Location::new(reached.line, reached.line, -1, -1);
                return LocatedToken { kind, start: 0, end: 0, location, level };
            }
            // A newline token includes the comment before it.
            Kind::Newline => {
                let blank = lexer.slice(self.last.end.min(start), start);
                let comment = blank.find('#').map_or(0, |at| blank.len() - at);
                (start, column) = (start - comment, column - comment as i32);
            }
            _ => {}
        }
        let end_column = (end - reached.line_start) as i32;
        let location = Location::new(place.line(), reached.line, column, end_column);
        LocatedToken { kind, start, end, location, level }
    }
}

/// Returns the letter with which messages refer to an f-string or a t-string.
pub(super) fn prefix(mode: Option<&Mode>) -> char {
    if mode.is_some_and(|mode| mode.template) { 't' } else { 'f' }
}
