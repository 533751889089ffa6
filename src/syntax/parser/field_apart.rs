//! Fields of f-strings that are read by themselves, as expressions in parentheses.
//!
//! CPython: `Parser/string_parser.c` of 3.11. There an f-string is one token, whose fields are
//! found by their brackets and quotes. Here they are read in place, and refused where that finds
//! others.

use super::Parser;
use super::string::{Pieces, Reading};
use crate::syntax::ast::{ComprehensionKind, Constant, Expr, ExprContext, ExprKind};
use crate::syntax::lexer::Token;
use crate::syntax::remark::Invalid;
use crate::text::{Location, Position};

/// `MAXLEVEL`.
const MAX_BRACKETS: usize = 200;

/// Why the expression of a field has no end.
#[derive(Clone, Copy, Debug)]
pub(in crate::syntax) enum FieldFault {
    Backslash,
    Comment,
    TooManyBrackets,
    /// A bracket without its counterpart.
    Unmatched(u8),
    /// An opening bracket and the closing one of another kind.
    Mismatched(u8, u8),
    UnterminatedString,
    /// The text ends first.
    Unended,
}

/// Returns the end of the expression of a field that begins at `at`, in a text up to `end`: the
/// sign after it (`fstring_find_expr`).
///
/// # Errors
/// Returns the fault for which the field is refused.
pub(in crate::syntax) fn expression_end(
    bytes: &[u8],
    mut at: usize,
    end: usize,
) -> Result<usize, FieldFault> {
    let mut open: Vec<u8> = Vec::new();
    let mut quote: Option<(u8, bool)> = None;
    while at < end {
        let byte = bytes[at];
        let is_triple = at + 2 < end && bytes[at + 1] == byte && bytes[at + 2] == byte;
        let next = if at + 1 < end { bytes[at + 1] } else { 0 };
        match (byte, quote) {
            (b'\\', _) => return Err(FieldFault::Backslash),
            (_, Some((letter, triple))) if byte == letter && (!triple || is_triple) => {
                at += if triple { 2 } else { 0 };
                quote = None;
            }
            (b'\'' | b'"', None) => {
                quote = Some((byte, is_triple));
                at += if is_triple { 2 } else { 0 };
            }
            (b'(' | b'[' | b'{', None) => {
                if open.len() >= MAX_BRACKETS {
                    return Err(FieldFault::TooManyBrackets);
                }
                open.push(byte);
            }
            (b'#', None) => return Err(FieldFault::Comment),
            (b'!' | b'=' | b'<' | b'>', None) if open.is_empty() && next == b'=' => at += 1,
            (b'!' | b':' | b'}' | b'=', None) if open.is_empty() => return Ok(at),
            (b')' | b']' | b'}', None) => {
                let opening = open.pop().ok_or(FieldFault::Unmatched(byte))?;
                if !matches!((opening, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
                    return Err(FieldFault::Mismatched(opening, byte));
                }
            }
            _ => {}
        }
        at += 1;
    }
    Err(match (quote, open.last()) {
        (Some(_), _) => FieldFault::UnterminatedString,
        (None, Some(&opening)) => FieldFault::Unmatched(opening),
        (None, None) => FieldFault::Unended,
    })
}

impl<'a> Parser<'a, '_> {
    /// Reads a field (`fstring_find_expr`).
    pub(super) fn field_apart(&mut self, pieces: &mut Pieces, reading: Reading) {
        let brace = self.place();
        let text_start = self.lexer.start() + 1;
        let start = self.lexer.modes().last().map_or(brace, |mode| mode.start_place);
        let bytes = self.lexer.text().as_bytes();
        let end = expression_end(bytes, text_start, bytes.len()).ok();
        let before =
            bytes[text_start..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | 0x0c)).count();
        let is_line_start = bytes.get(text_start + before) == Some(&b'\n');
        let open = match is_line_start {
            true if start.line() == brace.line() => start,
            true => Position::new(brace.line() as u32, 0),
            false => brace,
        };
        self.fields += 1;
        if self.fields > 2 {
            self.refuse();
        }
        self.advance();
        let fields = std::mem::replace(&mut self.fields, 0);
        let value = if self.enter() { self.in_parentheses(open) } else { self.nothing() };
        self.leave();
        self.fields = fields;
        if end != Some(self.lexer.start()) {
            self.refuse();
        }
        let is_shown = self.token() == Token::Equal;
        if is_shown {
            let bytes = self.lexer.text().as_bytes();
            let is_space = |byte: &u8| matches!(byte, b' ' | 9..=13);
            let from = self.lexer.end();
            let after = from + bytes[from..].iter().take_while(|byte| is_space(byte)).count();
            self.advance();
            if self.lexer.start() != after {
                self.refuse();
            }
            let text = self.lexer.slice(text_start, after.max(text_start));
            self.stacks.text.extend(text.as_bytes());
            pieces.plain(Location::between(brace, self.place()));
        }
        self.flush(pieces);
        let value = self.boxed(value);
        let mut conversion = -1;
        if self.token() == Token::Exclamation {
            let at = self.lexer.start();
            if !matches!(self.lexer.byte(at + 2), b':' | b'}') {
                self.refuse();
            }
            conversion = self.conversion();
        }
        let format_spec = (self.token() == Token::Colon).then(|| self.spec_apart(reading));
        if conversion == -1 && is_shown && format_spec.is_none() {
            conversion = i32::from(b'r');
        }
        self.expect(Token::RightBrace);
        self.fields -= 1;
        let kind = ExprKind::FormattedValue { value, conversion, format_spec };
        self.stacks.expressions.push(Expr { location: self.since(brace), kind });
    }

    /// Records an invalid escape sequence in a piece of text.
    pub(super) fn note_in_piece_apart(&mut self, invalid: Option<Invalid>, text: &str) {
        let start = self.lexer.modes().last().map(|mode| mode.start_place);
        if let (Some(invalid), Some(start), None) = (invalid, start, self.lexer.fault()) {
            self.lexer.remarks.push(invalid.remark(text, "", Location::between(start, start)));
        }
    }

    /// `tuple`, `group` or `genexp` without its parentheses, of which the first is at `open`.
    fn in_parentheses(&mut self, open: Position) -> Expr<'a> {
        if self.token() == Token::Yield {
            return self.yield_expr();
        }
        let outer = self.heights.begin();
        let is_starred = self.token() == Token::Star;
        let first = if is_starred { self.starred(Self::bitwise_or) } else { self.named_expression() };
        let is_end = |token| {
            matches!(token, Token::Equal | Token::Exclamation | Token::Colon | Token::RightBrace | Token::End)
        };
        let mut value = match self.token() {
            Token::Comma => {
                let elts = self.listed(first, |token| !is_end(token), Self::star_named_expression);
                self.node(open, ExprKind::Tuple { elts, ctx: ExprContext::Load })
            }
            Token::For | Token::Async => self.open_comprehension(open, ComprehensionKind::Generator, first),
            _ if is_starred => self.nothing(),
            _ => {
                self.heights.end(outer);
                return first;
            }
        };
        value.location = Location::between(open, self.place().next_column());
        self.heights.end(outer);
        value
    }

    /// Reads a format spec (`fstring_parse`).
    fn spec_apart(&mut self, reading: Reading) -> &'a Expr<'a> {
        let start = self.place();
        self.advance();
        let mut pieces = self.pieces();
        self.middles(&mut pieces, reading);
        self.flush(&mut pieces);
        let values = self.stacks.expressions.take(pieces.expressions, self.arena);
        let location = self.since(start);
        self.boxed(Expr { location, kind: ExprKind::JoinedStr(values) })
    }

    /// Gives the parts of an f-string from `base` on the location of all adjacent strings, and the
    /// parts of format specs that of their string: `strings` has the number of parts up to the end
    /// of each, and its location.
    pub(super) fn place_parts(&mut self, base: usize, whole: Location, strings: &[(usize, Location)]) {
        for at in base..self.stacks.expressions.base() {
            let mut part = self.stacks.expressions.vec()[at];
            part.location = whole;
            if let ExprKind::FormattedValue { value, conversion, format_spec: Some(spec) } = part.kind {
                let string = strings.iter().find(|(end, _)| at < *end).map_or(whole, |&(_, string)| string);
                let format_spec = Some(self.placed_spec(spec, string, whole));
                part.kind = ExprKind::FormattedValue { value, conversion, format_spec };
            }
            self.stacks.expressions.vec()[at] = part;
        }
    }

    /// Returns a format spec of the string at `string` with the locations of its parts.
    fn placed_spec(&mut self, spec: &'a Expr<'a>, string: Location, whole: Location) -> &'a Expr<'a> {
        let ExprKind::JoinedStr(parts) = spec.kind else { return spec };
        let base = self.stacks.expressions.base();
        for (index, &(mut part)) in parts.iter().enumerate() {
            let is_end =
                index + 1 == parts.len() && matches!(part.kind, ExprKind::Constant(Constant::Str(_)));
            part.location = if is_end { string } else { whole };
            if let ExprKind::FormattedValue { value, conversion, format_spec: Some(inner) } = part.kind {
                let format_spec = Some(self.placed_spec(inner, string, whole));
                part.kind = ExprKind::FormattedValue { value, conversion, format_spec };
            }
            self.stacks.expressions.push(part);
        }
        let parts = self.stacks.expressions.take(base, self.arena);
        self.boxed(Expr { location: string, kind: ExprKind::JoinedStr(parts) })
    }
}
