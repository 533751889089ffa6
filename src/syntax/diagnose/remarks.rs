//! Remarks in the order in which CPython's parser finds them.
//!
//! CPython: `warn_invalid_escape_sequence` in `Parser/string_parser.c` and in
//! `Parser/tokenizer/helpers.c`. It reports nothing while it searches for mistakes, but
//! `expression_without_invalid` interrupts that search.

use super::parser::{PegParser, Stop};
use super::tokens::LocatedToken;
use crate::syntax::remark::{Invalid, Remark};
use crate::text::{ErrorType, SyntaxError};

impl PegParser<'_, '_> {
    /// Records an invalid escape sequence of `text`, which is decoded for the token.
    pub(super) fn note_escape(
        &mut self,
        invalid: Option<Invalid>,
        text: &str,
        token: LocatedToken,
    ) -> Result<(), Stop> {
        let is_noted = !self.invalid || self.target.features.warns_on_second_reading;
        let Some(invalid) = invalid.filter(|_| is_noted) else { return Ok(()) };
        self.note(invalid.remark(text, self.text(&token), token.location), token.location.line())
    }

    /// Records a remark on a token at `line`.
    pub(super) fn note(&mut self, remark: Remark, line: i32) -> Result<(), Stop> {
        if let Some(error) = self.raises.and_then(|raises| raises(remark)) {
            self.raised_in = Some(line);
            return self.refuse(error);
        }
        self.remarks.push(remark);
        Ok(())
    }

    /// Records an invalid escape sequence in the text of an f-string, where the lexer has recorded
    /// braces.
    pub(super) fn note_in_piece(
        &mut self,
        invalid: Option<Invalid>,
        text: &str,
        token: LocatedToken,
    ) -> Result<(), Stop> {
        let invalid = invalid.filter(|invalid| !matches!(invalid.sequence.text(), "{" | "}"));
        self.note_escape(invalid, text, token)
    }

    /// Records the remarks of the lexer, up to one that is raised.
    pub(super) fn note_tokens(&mut self) -> Option<SyntaxError> {
        for remark in self.input.lexer.remarks.drain(..) {
            if let Some(error) = self.raises.and_then(|raises| raises(remark)) {
                return Some(SyntaxError { kind: ErrorType::Token, ..error });
            }
            self.remarks.push(remark);
        }
        None
    }
}
