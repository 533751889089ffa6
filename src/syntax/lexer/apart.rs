//! Places of the strings in fields of f-strings that are read by themselves.
//!
//! CPython: `initialize_token` in `Parser/pegen.c` of 3.11.

use super::Lexer;
use crate::syntax::remark::{Invalid, Sequence};
use crate::text::{Location, Position};

/// Returns the offset after a string whose text begins at `at`, as every string ends.
pub(super) fn token_end(bytes: &[u8], mut at: usize, quote: u8, size: usize) -> Option<usize> {
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 2,
            b'\n' if size == 1 => return None,
            byte if byte == quote
                && bytes[at..].iter().take(size).filter(|&&next| next == quote).count() == size =>
            {
                return Some(at + size);
            }
            _ => at += 1,
        }
    }
}

impl Lexer<'_> {
    /// Records a backslash before an opening brace of the f-string at `start`
    /// (`fstring_find_literal`).
    #[cold]
    pub(super) fn note_brace_apart(&mut self, brace: u8, start: Position) {
        if brace == b'{' {
            let invalid = Invalid { sequence: Sequence::letter(brace), at: 0 };
            self.remarks.push(invalid.remark("{", "", Location::between(start, start)));
        }
    }

    /// Returns the offset at which the f-string ends whose start was just read; 0 if it does not.
    pub fn string_token_end(&self) -> usize {
        let Some(mode) = self.modes.last() else { return 0 };
        token_end(self.bytes, self.end(), mode.quote, usize::from(mode.quote_size)).unwrap_or_default()
    }

    /// Moves the place of the string that was just read, of several lines up to `end_line`, if it
    /// begins on the first line of a field: CPython forgets to add the column of the field
    /// (`initialize_token`).
    #[inline]
    pub(super) fn forget_column(&mut self, end_line: u32) {
        if let Some(mode) = self.modes.last()
            && self.target.features.reads_fields_apart
            && mode.field_depth >= 0
            && self.place.line() == mode.brace.line()
            && self.place.line() != end_line as i32
        {
            let column = self.place.column() - mode.brace.column();
            self.place = Position::new(end_line.min(self.place.line() as u32), column as u32);
        }
    }

    /// Moves the place of the f-string whose start was just read as [`Self::forget_column`] does;
    /// what is left of its first line moves with it.
    pub(super) fn forget_column_of_start(&mut self) {
        if !self.target.features.reads_fields_apart || self.modes.is_empty() {
            return;
        }
        let quote = self.bytes[self.at - 1];
        let size = if self.at >= 3 && self.bytes[self.at - 3..self.at] == [quote; 3] { 3 } else { 1 };
        let Some(end) = token_end(self.bytes, self.at, quote, size) else { return };
        let lines = memchr::memchr_iter(b'\n', &self.bytes[self.at..end]).count() as u32;
        let before = self.place.column();
        self.forget_column(self.line + lines);
        self.line_start += (before - self.place.column()) as usize;
    }
}
