//! The lexer's tokens with the positions of CPython's tokenizer (`Parser/lexer/state.c`,
//! `_PyLexer_token_setup`).

use super::words::{self, Complaint};
use crate::syntax::lexer::{FaultKind, Lexer, Mode, SourceText, Token as Kind};
use crate::target::Target;
use crate::text::{Location, Position};

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
    /// Place of the text, if it is the field of an f-string.
    pub(super) field: Option<Position>,
    /// Last token that was read.
    pub(super) last: LocatedToken,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(source: &'t SourceText, target: &'t Target, field: Option<Position>) -> Self {
        let location = Location::new(1, 1, 0, 0);
        let last = LocatedToken { kind: Kind::End, start: 0, end: 0, location, level: 0 };
        let mut lexer = Lexer::new(source, target);
        if target.features.reads_fields_apart {
            lexer.read_strings_whole(field.map_or(1, |field| field.line() as u32));
        }
        Self { lexer, target, field, last }
    }

    /// Reads the next token.
    ///
    /// # Errors
    /// Reports errors of the lexer.
    pub(super) fn next(&mut self) -> Result<LocatedToken, Complaint> {
        self.lexer.advance();
        if let Some(fault) = self.lexer.fault() {
            let mut complaint = words::complaint(&self.lexer, fault);
            if fault.kind == FaultKind::Undecodable
                && let Some(field) = self.field.filter(|field| field.column() > 0)
                && field.line() == complaint.error.location.line()
            {
                // The token has no column, to which CPython adds that of the field.
                let column = field.column() - 1;
                complaint.error.location = Location::new(field.line(), field.line(), column, column);
            }
            return Err(complaint);
        }
        if !self.target.features.one_token_inequality {
            self.lexer.split_inequality();
        }
        self.last = self.current();
        Ok(self.last)
    }

    /// Returns a line of the field at `field`, without its end.
    pub(super) fn line_of_field(&self, field: Position, line: i32) -> Box<str> {
        let index = usize::try_from(line - field.line()).unwrap_or_default();
        let line = self.lexer.bytes().split(|&byte| byte == b'\n').nth(index).unwrap_or_default();
        String::from_utf8_lossy(line).into()
    }

    /// Returns the text of the field at `field` that CPython shows with an error on `line`: what
    /// its tokenizer holds, or an earlier line.
    pub(super) fn held_text(&self, field: Position, line: i32) -> Box<str> {
        let reached = self.lexer.reached();
        if reached.line > line {
            return self.line_of_field(field, line);
        }
        let held = self.lexer.held_from().min(reached.line_start)..self.lexer.line_end(reached.line_start);
        String::from_utf8_lossy(&self.lexer.bytes()[held]).into()
    }

    /// Returns the last line that was read, and the number of bytes read in it.
    pub(super) fn reached(&self) -> (i32, i32) {
        let reached = self.lexer.reached();
        (reached.line, (reached.at - reached.line_start) as i32)
    }

    fn current(&self) -> LocatedToken {
        let lexer = &self.lexer;
        let (kind, place, reached) = (lexer.token, lexer.place(), lexer.reached());
        let (mut start, mut end, level) = (lexer.start(), lexer.end(), lexer.brackets().len() as u32);
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
                end -= usize::from(self.target.features.line_ends_have_no_width);
            }
            _ => {}
        }
        let mut end_column = (end - reached.line_start) as i32;
        // CPython counts from the place of a field those tokens that end on its line.
        if let Some(field) = self.field.filter(|field| field.line() == reached.line) {
            column += field.column();
            end_column += field.column();
        }
        let location = Location::new(place.line(), reached.line, column, end_column);
        LocatedToken { kind, start, end, location, level }
    }
}

/// Returns the letter with which messages refer to an f-string or a t-string.
pub(super) fn prefix(mode: Option<&Mode>) -> char {
    if mode.is_some_and(|mode| mode.template) { 't' } else { 'f' }
}
