//! F-strings that are one token: their text and fields are found in it, and each expression is
//! parsed by itself, as a text in parentheses.
//!
//! CPython: `Parser/string_parser.c` of 3.11.

use super::call::opened;
use super::parser::{Match, PegParser, Stop};
use super::tokens::LocatedToken;
use super::{Verdict, verdict};
use crate::decode;
use crate::syntax::escape;
use crate::syntax::lexer::SourceText;
use crate::syntax::parser::{FieldFault, expression_end};
use crate::syntax::remark::{Invalid, Sequence};
use crate::text::{Location, Position};

/// Number of levels of fields.
const MAX_FIELDS: u32 = 2;

/// An f-string. Offsets are those of the text.
struct WholeString {
    token: LocatedToken,
    /// Offset after its text, where the quotes are.
    end: usize,
    raw: bool,
}

impl WholeString {
    fn message(what: &str) -> String {
        format!("f-string: {what}")
    }
}

impl PegParser<'_, '_> {
    /// Checks adjacent strings after all of them were read (`_PyPegen_concatenate_strings`).
    /// Returns whether one is an f-string.
    pub(super) fn whole_strings(&mut self, strings: &[Match]) -> Result<bool, Stop> {
        let (mut kind, mut has_fields) = (None, false);
        for &string in strings {
            let Some(token) = self.token_of(string) else { continue };
            let Some((prefix, body)) = opened(self.text(&token)) else { continue };
            let is_format = prefix.contains(['f', 'F']);
            if !is_format {
                self.string(string)?;
            }
            let is_bytes = prefix.contains(['b', 'B']);
            if kind.is_some_and(|kind| kind != is_bytes) {
                return self.refuse_here("cannot mix bytes and nonbytes literals");
            }
            kind = Some(is_bytes);
            if is_format {
                has_fields = true;
                let quotes = (token.end - token.start - prefix.len() - body.len()) / 2;
                let raw = prefix.contains(['r', 'R']);
                let string = WholeString { token, end: token.end - quotes, raw };
                self.pieces(&string, token.start + prefix.len() + quotes, 0)?;
            }
        }
        Ok(has_fields)
    }

    /// Reads text and fields from `at` on, at a level of nested format specs, and returns where
    /// they end (`_PyPegen_FstringParser_ConcatFstring`).
    fn pieces(&mut self, string: &WholeString, mut at: usize, level: u32) -> Result<usize, Stop> {
        loop {
            let (end, is_doubled) = self.piece(string, at, level)?;
            at = end;
            if is_doubled {
                continue;
            }
            if at >= string.end || self.input.lexer.byte(at) == b'}' {
                break;
            }
            at = self.whole_field(string, at, level)?;
        }
        if level > 0 && self.input.lexer.byte(at) != b'}' {
            return self.refuse_here(WholeString::message("expecting '}'"));
        }
        Ok(at)
    }

    /// Reads text up to a brace. Returns the offset after it, and whether a doubled brace ended it
    /// (`fstring_find_literal`).
    fn piece(&mut self, string: &WholeString, start: usize, level: u32) -> Result<(usize, bool), Stop> {
        let mut at = start;
        let (mut next, mut is_doubled) = (string.end, false);
        while at < string.end {
            let mut letter = self.input.lexer.byte(at);
            at += 1;
            if !string.raw && letter == b'\\' && at < string.end {
                letter = self.input.lexer.byte(at);
                at += 1;
                if letter == b'N' {
                    at = self.named_end(string, at);
                    continue;
                }
                if letter == b'{' {
                    let invalid = Invalid { sequence: Sequence::letter(letter), at: 0 };
                    self.note_escape(Some(invalid), "{", string.token)?;
                }
            }
            if !matches!(letter, b'{' | b'}') {
                continue;
            }
            if level == 0 {
                if at < string.end && self.input.lexer.byte(at) == letter {
                    (next, is_doubled) = (at + 1, true);
                    break;
                }
                if letter == b'}' {
                    return self.refuse_here(WholeString::message("single '}' is not allowed"));
                }
            }
            at -= 1;
            next = at;
            break;
        }
        self.decoded(string, start, at)?;
        Ok((next, is_doubled))
    }

    /// Returns the offset after the name of a character, of which `\N` was read.
    fn named_end(&self, string: &WholeString, mut at: usize) -> usize {
        if at >= string.end {
            return at;
        }
        if self.input.lexer.byte(at) != b'{' {
            return at + 1;
        }
        at += 1;
        while at < string.end && self.input.lexer.byte(at) != b'}' {
            at += 1;
        }
        (at + 1).min(string.end)
    }

    /// Decodes a piece of text.
    fn decoded(&mut self, string: &WholeString, start: usize, end: usize) -> Result<(), Stop> {
        let bytes = &self.input.lexer.bytes()[start..end];
        let fault = if string.raw {
            decode::utf_8_fault(bytes)
        } else {
            bytes.chunk_by(|one, next| one.is_ascii() == next.is_ascii()).find_map(decode::utf_8_fault)
        };
        if let Some(fault) = fault {
            return self.refuse_here(format!("(unicode error) {fault}"));
        }
        let text = self.input.lexer.slice(start, end);
        if string.raw || !text.contains('\\') {
            return Ok(());
        }
        match escape::text(text, &mut Vec::new(), self.target) {
            Ok(invalid) => self.note_escape(invalid, text, string.token),
            Err(message) => self.refuse_here(message),
        }
    }

    /// Reads the field that begins at `brace`, and returns the offset after it
    /// (`fstring_find_expr`).
    fn whole_field(&mut self, string: &WholeString, brace: usize, level: u32) -> Result<usize, Stop> {
        if level >= MAX_FIELDS {
            return self.refuse_here(WholeString::message("expressions nested too deeply"));
        }
        let mut at = match expression_end(self.input.lexer.bytes(), brace + 1, string.end) {
            Ok(end) => end,
            Err(fault) => return self.refuse_here(message(fault)),
        };
        self.expression_alone(string, brace, at)?;
        let byte = |parser: &Self, at: usize| parser.input.lexer.byte(at);
        let unended = |parser: &mut Self| parser.refuse_here(WholeString::message("expecting '}'"));
        if byte(self, at) == b'=' {
            at += 1;
            while matches!(byte(self, at), b' ' | 9..=13) {
                at += 1;
            }
            if at >= string.end {
                return unended(self);
            }
        }
        if byte(self, at) == b'!' {
            at += 1;
            if at >= string.end {
                return unended(self);
            }
            if !matches!(byte(self, at), b's' | b'r' | b'a') {
                let message = "invalid conversion character: expected 's', 'r', or 'a'";
                return self.refuse_here(WholeString::message(message));
            }
            at += 1;
        }
        if at < string.end && byte(self, at) == b':' {
            at += 1;
            if at >= string.end {
                return unended(self);
            }
            at = self.pieces(string, at, level + 1)?;
        }
        if at >= string.end || byte(self, at) != b'}' {
            return unended(self);
        }
        Ok(at + 1)
    }

    /// Parses the expression between the brace and `end` (`fstring_compile_expr`).
    fn expression_alone(&mut self, string: &WholeString, brace: usize, end: usize) -> Result<(), Stop> {
        let bytes = self.input.lexer.bytes();
        let expression = &bytes[brace + 1..end];
        if expression.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | 0x0c)) {
            let what = match bytes[end] {
                b'}' => "empty expression not allowed".to_owned(),
                sign => format!("expression required before '{}'", char::from(sign)),
            };
            return self.refuse_here(WholeString::message(&what));
        }
        let text = format!("({})", self.input.lexer.slice(brace + 1, end));
        let source = match expression == &text.as_bytes()[1..text.len() - 1] {
            true => SourceText::new(&text),
            false => SourceText::undecoded(&text, &[b"(", expression, b")"].concat()),
        };
        let place = place_of_field(bytes, string.token, brace);
        let mut inner = PegParser::of_field(self, &source, place);
        inner.remarks = std::mem::take(&mut self.remarks);
        let verdict = verdict(&mut inner);
        (self.remarks, self.steps) = (std::mem::take(&mut inner.remarks), inner.steps);
        match verdict {
            Verdict::Accepted => Ok(()),
            Verdict::Refused(error) => {
                self.error = Some(error);
                self.of_field = true;
                Err(Stop)
            }
            Verdict::Unknown => Err(Stop),
        }
    }
}

/// Returns where CPython places the parenthesis before the expression of a field
/// (`fstring_find_expr_location`).
fn place_of_field(bytes: &[u8], token: LocatedToken, brace: usize) -> Position {
    let before = &bytes[token.start..brace];
    let lines = memchr::memchr_iter(b'\n', before).count();
    let blank = bytes[brace + 1..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | 0x0c)).count();
    let column = match bytes[brace + 1 + blank] {
        b'\n' | b'}' => 0,
        _ => before.len() - memchr::memrchr(b'\n', before).map_or(0, |at| at + 1),
    };
    let first = if lines == 0 { token.location.column() } else { 0 };
    Position::new((token.location.line() as usize + lines) as u32, (first + column as i32) as u32)
}

/// Returns CPython's message for a fault of a field (`fstring_find_expr`).
fn message(fault: FieldFault) -> String {
    let what = match fault {
        FieldFault::Backslash => " expression part cannot include a backslash".to_owned(),
        FieldFault::Comment => " expression part cannot include '#'".to_owned(),
        FieldFault::TooManyBrackets => ": too many nested parenthesis".to_owned(),
        FieldFault::Unmatched(bracket) => format!(": unmatched '{}'", char::from(bracket)),
        FieldFault::Mismatched(opening, closing) => format!(
            ": closing parenthesis '{}' does not match opening parenthesis '{}'",
            char::from(closing),
            char::from(opening)
        ),
        FieldFault::UnterminatedString => ": unterminated string".to_owned(),
        FieldFault::Unended => ": expecting '}'".to_owned(),
    };
    format!("f-string{what}")
}

/// Returns a location as the parser of a field reports it.
pub(super) fn relative(location: Location, field: Position) -> Location {
    let less = |column| column - field.column();
    Location::new(location.line(), location.end_line(), less(location.column()), less(location.end_column()))
}
