//! The text of f-strings and t-strings, and their fields.

use super::parser::{Match, PegParser, Stop};
use super::tokens::LocatedToken;
use crate::decode;
use crate::syntax::escape;
use crate::syntax::lexer::Token as Kind;
use crate::text::{ErrorType, Location, SyntaxError};

impl<'t> PegParser<'_, 't> {
    /// Checks the text of an f-string, which is decoded when its end was read.
    pub(super) fn check_middles(&mut self, value: Match) -> Result<(), Stop> {
        let Match::Node(node) = value else { return Ok(()) };
        let Some(node) = self.nodes.get(node as usize) else { return Ok(()) };
        let Some(start) = node.children.first().and_then(|&start| self.token_of(start)) else {
            return Ok(());
        };
        if let Some(message) = self.shown.take() {
            return self.refuse_here(message);
        }
        if self.text(&start).contains(['r', 'R']) {
            return Ok(());
        }
        let end = node.children.last().and_then(|&end| self.token_of(end)).unwrap_or(start);
        let parts = match node.children.get(1) {
            Some(&Match::Node(parts)) => self.nodes.get(parts as usize).map(|parts| parts.children.clone()),
            _ => None,
        };
        for part in parts.unwrap_or_default() {
            let (text, location) = match (part, self.token_of(part)) {
                (Match::Token(number), Some(middle)) => {
                    (self.text(&middle), self.with_second_brace(middle, number))
                }
                (Match::Node(field), None) => match self.shown_by(field) {
                    Some(text) => (text, Location::NONE),
                    None => continue,
                },
                _ => continue,
            };
            match escape::text(text, &mut Vec::new(), self.target) {
                Ok(invalid) => self.note_in_piece(invalid, text, end)?,
                Err(message) => {
                    let is_placed = self.target.features.place_field_text_faults;
                    let at = if is_placed { location } else { self.at_token(self.input.last) };
                    return self.refuse_at(message, at);
                }
            }
        }
        Ok(())
    }

    /// Returns the location of a piece of text, with the second brace of the pair that ends it.
    fn with_second_brace(&self, middle: LocatedToken, number: u32) -> Location {
        let location = middle.location;
        let next = self.token_at(number as usize + 1);
        if next.is_none_or(|next| next.start != middle.end + 1) {
            return location;
        }
        let end_column = location.end_column() + 1;
        Location::new(location.line(), location.end_line(), location.column(), end_column)
    }

    /// Returns the text with escapes that a field shows.
    fn shown_by(&self, field: u32) -> Option<&'t str> {
        let first = self.nodes.get(field as usize)?.first as usize;
        self.shown_escapes.iter().rev().find(|(start, _)| *start == first).map(|(_, text)| *text)
    }

    pub(super) fn bytes_of(&self, value: Match) -> &[u8] {
        let token = self.token_of(value);
        token.and_then(|token| self.input.lexer.bytes().get(token.start..token.end)).unwrap_or_default()
    }

    /// Returns the error for undecodable bytes inside a string.
    pub(super) fn undecodable(
        &self,
        value: Match,
        prefix: usize,
        length: usize,
        raw: bool,
    ) -> Option<String> {
        let token = self.token_of(value)?;
        let quotes = (token.end - token.start - prefix - length) / 2;
        let start = token.start + prefix + quotes;
        let body = self.input.lexer.bytes().get(start..start + length)?;
        let fault = utf_8_fault(body, raw || !body.contains(&b'\\'))?;
        Some(format!("(unicode error) {fault}"))
    }

    /// Checks a piece of text, which becomes a constant when it is read. The error has no location.
    pub(super) fn middle(&mut self, text: Option<Match>) -> Result<(), Stop> {
        let Some(message) = text.and_then(|text| utf_8_fault(self.bytes_of(text), true)) else {
            return Ok(());
        };
        self.refuse(SyntaxError::without_place(ErrorType::UnicodeDecode, message))
    }

    /// Checks the text of a format spec, which is decoded at once by a function that reports no
    /// location.
    ///
    /// It is raw if the lexer is in a raw f-string, which is no longer the case when a text is
    /// parsed again.
    pub(super) fn spec_text(&mut self, text: Match) -> Result<(), Stop> {
        let Some(token) = self.token_of(text) else { return Ok(()) };
        let raw =
            self.target.features.raw_specs && self.input.lexer.modes().last().is_some_and(|mode| mode.raw);
        if let Some(message) = utf_8_fault(self.bytes_of(text), raw) {
            return self.refuse(SyntaxError::without_place(ErrorType::UnicodeDecode, message));
        }
        let body = self.text(&token);
        if raw || !body.contains('\\') {
            return Ok(());
        }
        let message = match escape::text(body, &mut Vec::new(), self.target) {
            Ok(invalid) => return self.note_in_piece(invalid, body, token),
            Err(message) => message,
        };
        let message = message.trim_start_matches("(unicode error) ").to_owned();
        self.refuse(SyntaxError::without_place(ErrorType::UnicodeDecode, message))
    }

    /// Checks a field that begins at `start`. `equals` is set if the value is shown with its text.
    pub(super) fn field(&mut self, equals: Match, start: usize) -> Result<(), Stop> {
        let Match::Token(equals) = equals else { return Ok(()) };
        let (fields, opening) = self.enclosing(start);
        if fields >= self.target.features.shown_field_levels as usize {
            // CPython loses the text of this field.
            let message = "field 'value' is required for Constant".to_owned();
            return self.refuse(SyntaxError::without_place(ErrorType::Value, message));
        }
        if !self.target.features.escaped_debug_text || fields > 0 || opening.contains(['r', 'R']) {
            return Ok(());
        }
        let ends = (self.token_at(start), self.token_at(equals as usize + 1));
        let (Some(first), Some(next)) = ends else { return Ok(()) };
        let shown = self.input.lexer.slice(first.end, next.start);
        match escape::text(shown, &mut Vec::new(), self.target) {
            Ok(None) => {}
            Ok(Some(_)) => self.shown_escapes.push((start, shown)),
            Err(message) => self.shown = Some(message),
        }
        Ok(())
    }

    /// Returns the number of fields around the token at `at` in the innermost f-string, and its
    /// opening quote.
    fn enclosing(&self, at: usize) -> (usize, &str) {
        let (mut strings, mut closed, mut fields) = (0, 0, 0);
        for token in self.tokens.iter().take(at - self.first).rev() {
            match token.kind {
                Kind::FormatEnd | Kind::TemplateEnd => strings += 1,
                Kind::FormatStart | Kind::TemplateStart if strings == 0 => return (fields, self.text(token)),
                Kind::FormatStart | Kind::TemplateStart => strings -= 1,
                Kind::RightBrace if strings == 0 => closed += 1,
                Kind::LeftBrace if strings == 0 && closed == 0 => fields += 1,
                Kind::LeftBrace if strings == 0 => closed -= 1,
                _ => {}
            }
        }
        (fields, "")
    }
}

/// Returns the fault of bytes that CPython decodes as a whole, or in runs of non-ASCII bytes.
fn utf_8_fault(bytes: &[u8], whole: bool) -> Option<String> {
    if whole {
        return decode::utf_8_fault(bytes);
    }
    bytes.chunk_by(|one, next| one.is_ascii() == next.is_ascii()).find_map(decode::utf_8_fault)
}
