//! Adjacent strings, f-strings and t-strings.

use unicode_normalization::UnicodeNormalization as _;

use super::Parser;
use crate::syntax::ast::{Constant, Expr, ExprKind};
use crate::syntax::lexer::Token;
use crate::syntax::remark::Invalid;
use crate::syntax::shown_text::without_comments;
use crate::text::{ErrorType, Location, Position};

/// Returns the letter of a conversion.
///
/// # Errors
/// Returns the normalized name if it is none.
pub(in crate::syntax) fn conversion(name: &str) -> Result<u8, String> {
    let letter = |name: &str| matches!(name, "s" | "r" | "a").then(|| name.as_bytes()[0]);
    if let Some(letter) = letter(name) {
        return Ok(letter);
    }
    let name: String = name.nfkc().collect();
    letter(&name).ok_or(name)
}

/// Kind of a literal; adjacent literals must be of the same kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LiteralKind {
    Bytes,
    Text,
    Template,
}

/// State of reading the text of an f-string.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// True if the prefix has an `r`.
    raw: bool,
    /// True if backslashes are not escapes.
    verbatim: bool,
    /// True if fields are `Interpolation`s.
    template: bool,
    /// True if pieces of text are not joined.
    apart: bool,
}

/// Joined pieces under construction, on the stacks of expressions and of text
/// (`_PyPegen_concatenate_strings`).
///
/// Adjacent constants are merged. An empty part of an f-string is ignored, while an empty plain
/// string may start or end a constant.
pub(super) struct Pieces {
    pub(super) expressions: usize,
    text: usize,
    /// Location of the constant under construction.
    location: Option<Location>,
    /// Number of parts that are not empty.
    parts: u32,
}

impl Pieces {
    /// Ends a part whose text begins at `before` on the stack.
    fn part(&mut self, before: usize, after: usize, location: Location) {
        if after > before {
            self.parts += 1;
            self.plain(location);
        }
    }

    /// Ends a plain string.
    pub(super) fn plain(&mut self, location: Location) {
        self.location = Some(self.location.map_or(location, |first| first.to(location)));
    }
}

impl<'a> Parser<'a, '_> {
    pub(super) fn pieces(&self) -> Pieces {
        Pieces {
            expressions: self.stacks.expressions.base(),
            text: self.stacks.text.base(),
            location: None,
            parts: 0,
        }
    }

    /// Ends the constant under construction.
    pub(super) fn flush(&mut self, pieces: &mut Pieces) {
        let text = self.stacks.text.take(pieces.text, self.arena);
        if let Some(location) = pieces.location.take()
            && !text.is_empty()
        {
            let kind = ExprKind::Constant(Constant::Str(text));
            self.stacks.expressions.push(Expr { location, kind });
        }
    }

    /// `strings: (fstring | string)+ | tstring+`
    pub(super) fn strings(&mut self) -> Expr<'a> {
        let start = self.place();
        if self.token() == Token::String {
            let literal = self.lexer.literal();
            let offset = self.lexer.start();
            let value = self.string_value(literal);
            self.advance();
            self.heights.current = self.heights.current.max(1);
            if !matches!(self.token(), Token::String | Token::FormatStart | Token::TemplateStart) {
                self.note_unicode(start, offset);
                let constant = if literal.bytes { Constant::Bytes(value) } else { Constant::Str(value) };
                return Expr { location: self.since(start), kind: ExprKind::Constant(constant) };
            }
            let kind = if literal.bytes { LiteralKind::Bytes } else { LiteralKind::Text };
            return self.joined(start, offset, Some((kind, value)));
        }
        self.joined(start, self.lexer.start(), None)
    }

    /// Records a string with the prefix `u`.
    fn note_unicode(&mut self, start: Position, offset: usize) {
        if self.lexer.byte(offset) == b'u' {
            self.notes.unicode_strings.push((start.line(), start.column()));
        }
    }

    /// Reads the rest of adjacent literals; `first` is a plain one that was already read.
    fn joined(&mut self, start: Position, offset: usize, first: Option<(LiteralKind, &'a [u8])>) -> Expr<'a> {
        let outer = self.heights.begin();
        let mut pieces = self.pieces();
        let mut kind = None;
        if let Some((first, value)) = first {
            kind = Some(first);
            self.stacks.text.extend(value);
            pieces.plain(self.since(start));
        }
        let (mut is_format, mut is_mixed) = (false, false);
        let apart = self.target.features.reads_fields_apart;
        let mut strings = Vec::new();
        loop {
            self.tick();
            let begin = self.place();
            let next = match self.token() {
                Token::String => {
                    let literal = self.lexer.literal();
                    self.append_string(literal);
                    self.advance();
                    pieces.plain(self.since(begin));
                    if literal.bytes { LiteralKind::Bytes } else { LiteralKind::Text }
                }
                Token::FormatStart => {
                    is_format = true;
                    self.has_fields = true;
                    self.interpolated(&mut pieces, false);
                    if apart {
                        strings.push((self.stacks.expressions.base(), self.since(begin)));
                    }
                    LiteralKind::Text
                }
                Token::TemplateStart => {
                    self.is_own = true;
                    self.interpolated(&mut pieces, true);
                    LiteralKind::Template
                }
                _ => break,
            };
            is_mixed |= kind.is_some_and(|kind| kind != next);
            kind = Some(next);
        }
        // CPython reads all adjacent literals first.
        if is_mixed {
            self.refuse();
        }
        let result = if is_format || kind == Some(LiteralKind::Template) {
            self.flush(&mut pieces);
            if apart {
                self.place_parts(pieces.expressions, self.since(start), &strings);
            }
            let values = self.stacks.expressions.take(pieces.expressions, self.arena);
            let kind = if is_format { ExprKind::JoinedStr(values) } else { ExprKind::TemplateStr(values) };
            self.node(start, kind)
        } else {
            let text = self.stacks.text.take(pieces.text, self.arena);
            self.note_unicode(start, offset);
            let constant =
                if kind == Some(LiteralKind::Bytes) { Constant::Bytes(text) } else { Constant::Str(text) };
            self.node(start, ExprKind::Constant(constant))
        };
        self.heights.end(outer);
        result
    }

    /// `fstring: FSTRING_START fstring_middle* FSTRING_END`, `tstring`
    fn interpolated(&mut self, pieces: &mut Pieces, template: bool) {
        let raw = self.lexer.literal().raw;
        let fields = std::mem::replace(&mut self.fields, 0);
        let pending = self.pending.len();
        let end = self.target.features.reads_fields_apart.then(|| self.lexer.string_token_end());
        self.advance();
        self.middles(pieces, Reading { raw, verbatim: raw, template, apart: false });
        self.fields = fields;
        if matches!(self.token(), Token::FormatEnd | Token::TemplateEnd) {
            if self.pending.len() > pending {
                self.note_pending(pending);
            }
            if end.is_some_and(|end| end != self.lexer.end()) {
                self.refuse();
            }
            self.advance();
        } else {
            self.refuse();
        }
    }

    /// `fstring_middle*`: pieces of text and fields.
    pub(super) fn middles(&mut self, pieces: &mut Pieces, reading: Reading) {
        let mut after_text = false;
        loop {
            self.tick();
            match self.token() {
                Token::FormatMiddle | Token::TemplateMiddle => {
                    let start = self.place();
                    let before = self.stacks.text.base();
                    let text = self.lexer.token_text();
                    // Not every target joins the pieces of a format spec.
                    self.is_own |= self.fields > 0 && (after_text || text.is_empty());
                    after_text = true;
                    if reading.verbatim || !self.lexer.escapes() {
                        self.stacks.text.extend(text.as_bytes());
                    } else {
                        let invalid = self.append_escaped(text);
                        self.note_in_piece(invalid, text);
                    }
                    let location = Location::between(start, self.lexer.end_place());
                    self.advance();
                    if reading.apart {
                        let text = self.stacks.text.take(before, self.arena);
                        let kind = ExprKind::Constant(Constant::Str(text));
                        self.stacks.expressions.push(Expr { location, kind });
                        continue;
                    }
                    pieces.part(before, self.stacks.text.base(), location);
                }
                Token::LeftBrace => {
                    after_text = false;
                    self.field(pieces, reading);
                }
                _ => return,
            }
        }
    }

    /// Records an invalid escape sequence in a piece of text, immediately for a format spec and
    /// otherwise at the end of the string.
    fn note_in_piece(&mut self, invalid: Option<Invalid>, text: &str) {
        if self.target.features.reads_fields_apart {
            return self.note_in_piece_apart(invalid, text);
        }
        // The lexer has recorded braces.
        match invalid.filter(|invalid| !matches!(invalid.sequence.text(), "{" | "}")) {
            Some(invalid) if self.fields > 0 => self.note_escape(invalid, text),
            Some(invalid) => self.pending.push((invalid, text.to_owned())),
            None => {}
        }
    }

    /// Records the invalid escape sequences of a string from `base` on; the current token is its
    /// closing quotes.
    #[cold]
    fn note_pending(&mut self, base: usize) {
        for (invalid, text) in self.pending.split_off(base) {
            self.note_escape(invalid, &text);
        }
    }

    /// `fstring_replacement_field: '{' annotated_rhs '='? ['!' NAME] [':' fstring_format_spec*]
    /// '}'`
    fn field(&mut self, pieces: &mut Pieces, reading: Reading) {
        if self.target.features.reads_fields_apart {
            return self.field_apart(pieces, reading);
        }
        let start = self.place();
        let text_start = self.lexer.start() + 1;
        self.fields += 1;
        self.advance();
        let shown_start = start.next_column();
        let fields = std::mem::replace(&mut self.fields, 0);
        let value = if self.enter() { self.annotated_rhs() } else { self.nothing() };
        self.leave();
        self.fields = fields;
        let equals = (self.token() == Token::Equal).then(|| self.lexer.start());
        if equals.is_some() {
            self.advance();
        }
        let text_end = self.lexer.start();
        let shown = self.lexer.shown_text().unwrap_or((text_start, text_end));
        self.is_own |= equals.is_some_and(|equals| self.may_differ(text_start, equals));
        if !matches!(self.token(), Token::Exclamation | Token::Colon | Token::RightBrace) {
            self.refuse();
        }
        if equals.is_some() {
            let location = Location::between(shown_start, self.place());
            self.debug_text(pieces, reading, shown, location);
        }
        self.flush(pieces);
        let value = self.boxed(value);
        let mut conversion = if self.token() == Token::Exclamation { self.conversion() } else { -1 };
        let format_spec = if self.token() == Token::Colon {
            let spec = self.format_spec(reading);
            if equals.is_some() && conversion == -1 {
                // If the spec has several texts, the colon is excluded.
                self.stacks.expressions.end_last_at(spec.location.start());
            }
            Some(spec)
        } else {
            None
        };
        if conversion == -1 && equals.is_some() && format_spec.is_none() {
            conversion = i32::from(b'r');
        }
        self.expect(Token::RightBrace);
        self.fields -= 1;
        let kind = if reading.template {
            let base = self.stacks.text.base();
            let is_trimmed = self.target.features.trimmed_template_text;
            let end = if is_trimmed { shown.1 } else { shown.1.min(equals.unwrap_or(text_end)) };
            let source = self.lexer.slice(shown.0.min(end), end);
            without_comments(source, self.target.features.shown_comments, self.stacks.text.vec());
            if is_trimmed {
                let text = self.stacks.text.since(base);
                let is_kept = |byte: &u8| !byte.is_ascii_whitespace() && *byte != b'=';
                let kept = text.iter().rposition(is_kept).map_or(0, |last| last + 1);
                self.stacks.text.truncate(base + kept);
            }
            let text = self.stacks.text.take(base, self.arena);
            ExprKind::Interpolation { value, text, conversion, format_spec }
        } else {
            ExprKind::FormattedValue { value, conversion, format_spec }
        };
        let location = self.since(start);
        self.stacks.expressions.push(Expr { location, kind });
    }

    /// `fstring_conversion: '!' NAME`
    pub(super) fn conversion(&mut self) -> i32 {
        let end = self.lexer.end();
        self.advance();
        let is_next = self.token() == Token::Name && self.lexer.start() == end;
        match conversion(if is_next { self.lexer.token_text() } else { "" }) {
            Ok(letter) => {
                self.advance();
                i32::from(letter)
            }
            Err(_) => {
                self.refuse();
                -1
            }
        }
    }

    /// `fstring_full_format_spec: ':' fstring_format_spec*`
    fn format_spec(&mut self, reading: Reading) -> &'a Expr<'a> {
        let start = self.place();
        let text_start = self.lexer.end();
        self.advance();
        let mut pieces = self.pieces();
        let verbatim = reading.raw && self.target.features.raw_specs;
        let apart = self.target.features.spec_keeps_pieces;
        self.middles(&mut pieces, Reading { verbatim, template: false, apart, ..reading });
        self.flush(&mut pieces);
        self.is_own |= reading.raw && self.lexer.slice(text_start, self.lexer.start()).contains('\\');
        let values = self.stacks.expressions.take(pieces.expressions, self.arena);
        let location = self.since(start);
        if apart {
            let is_empty = |only: &Expr<'_>| matches!(only.kind, ExprKind::Constant(Constant::Str(b"")));
            let is_left_out = matches!(values, [only] if is_empty(only));
            let values: &[Expr<'_>] = if is_left_out { &[] } else { values };
            return self.boxed(Expr { location, kind: ExprKind::JoinedStr(values) });
        }
        if let [text] = values
            && pieces.parts > 1
            && matches!(text.kind, ExprKind::Constant(_))
        {
            // CPython treats a spec of texts alone as adjacent strings.
            self.is_own = true;
            let from_colon = self.target.features.texts_of_spec_from_colon;
            return self.boxed(Expr { location: if from_colon { location } else { text.location }, ..*text });
        }
        self.boxed(Expr { location, kind: ExprKind::JoinedStr(values) })
    }

    /// Returns whether some release may show another text than the text from `start` to the sign at
    /// `equals`.
    fn may_differ(&self, start: usize, equals: usize) -> bool {
        self.fields > 1 || memchr::memchr2(b'!', b'=', self.lexer.slice(start, equals).as_bytes()).is_some()
    }

    /// Appends the text of a value that is shown with it (`=`).
    fn debug_text(
        &mut self,
        pieces: &mut Pieces,
        reading: Reading,
        (start, end): (usize, usize),
        location: Location,
    ) {
        if self.fields > self.target.features.shown_field_levels {
            // CPython's parser loses the text of this field and fails.
            return self.refuse_after(ErrorType::Value, "field 'value' is required for Constant");
        }
        let before = self.stacks.text.base();
        let source = self.lexer.slice(start, end);
        self.is_own |= source.contains('#');
        without_comments(source, self.target.features.shown_comments, self.stacks.text.vec());
        // Escapes are decoded only outside format specs.
        let shown = self.stacks.text.since(before);
        let escapes = self.fields == 1 && !reading.raw && shown.contains(&b'\\');
        self.is_own |= escapes;
        if escapes && self.target.features.escaped_debug_text {
            let shown = String::from_utf8_lossy(shown).into_owned();
            self.stacks.text.truncate(before);
            let invalid = self.append_escaped(&shown);
            self.note_in_piece(invalid, &shown);
        }
        pieces.part(before, self.stacks.text.base(), location);
    }
}
