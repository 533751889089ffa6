//! f-strings, t-strings, and what implicit concatenation makes of them.

use bumpalo::collections::Vec as ArenaVec;
use ruff_python_ast::{self as ruff, ConversionFlag};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Lowering;
use super::expression::yield_start;
use super::position::{between, offset};
use crate::syntax::ErrorType;
use crate::syntax::ast::{Constant, Expr, ExprKind};
use crate::syntax::shown_text::without_comments;
use crate::text::Location;

/// Which kind of literal the pieces belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flavor {
    Format,
    Template,
}

/// How the text of a literal is read.
#[derive(Clone, Copy)]
struct Reading {
    /// No `\N{…}` in it keeps its braces from opening a field.
    raw: bool,
    /// Backslashes escape nothing.
    verbatim: bool,
}

/// Joined pieces under construction. Adjacent constants are one; an empty part of an f-string counts for nothing, while an
/// empty plain string may be where a constant starts or ends (CPython: `_PyPegen_concatenate_strings`).
struct Pieces<'a> {
    list: ArenaVec<'a, Expr<'a>>,
    text: ArenaVec<'a, u8>,
    /// Of the constant under construction.
    location: Option<Location>,
}

impl<'a> Pieces<'a> {
    /// Ends one part of an f-string whose text was appended to `self.text` from `before` on.
    fn constant(&mut self, before: usize, location: Location) {
        if self.text.len() > before {
            self.plain(location);
        }
    }

    /// Ends a plain string.
    fn plain(&mut self, location: Location) {
        self.location = Some(self.location.map_or(location, |first| first.to(location)));
    }

    fn flush(&mut self, arena: &'a bumpalo::Bump) {
        if let Some(location) = self.location.take().filter(|_| !self.text.is_empty()) {
            let text = arena.alloc_slice_copy(&self.text);
            self.text.clear();
            self.list.push(Expr { location, kind: ExprKind::Constant(Constant::Str(text)) });
        }
    }
}

impl<'a> Lowering<'a, '_> {
    pub(super) fn f_string(&mut self, node: &ruff::ExprFString) -> ExprKind<'a> {
        let mut pieces = self.pieces();
        self.enter_string(node.range);
        for part in &node.value {
            match part {
                ruff::FStringPart::Literal(literal) => {
                    self.append_string(literal, &mut pieces.text);
                    pieces.plain(self.positions.range(literal.range));
                }
                ruff::FStringPart::FString(part) => {
                    let raw = part.flags.prefix().is_raw();
                    let reading = Reading { raw, verbatim: raw };
                    self.elements(&part.elements, reading, Flavor::Format, &mut pieces);
                }
            }
        }
        self.strings -= 1;
        pieces.flush(self.arena);
        ExprKind::JoinedStr(pieces.list.into_bump_slice())
    }

    pub(super) fn t_string(&mut self, node: &ruff::ExprTString) -> ExprKind<'a> {
        let mut pieces = self.pieces();
        self.enter_string(node.range);
        for part in &node.value {
            let raw = part.flags.prefix().is_raw();
            let reading = Reading { raw, verbatim: raw };
            self.elements(&part.elements, reading, Flavor::Template, &mut pieces);
        }
        self.strings -= 1;
        pieces.flush(self.arena);
        ExprKind::TemplateStr(pieces.list.into_bump_slice())
    }

    fn enter_string(&mut self, range: TextRange) {
        self.strings += 1;
        if self.strings > super::MAX_STRINGS {
            self.fail(ErrorType::Syntax, "too many nested f-strings or t-strings", range);
        }
    }

    fn pieces(&self) -> Pieces<'a> {
        let arena = self.arena;
        Pieces { list: ArenaVec::new_in(arena), text: ArenaVec::new_in(arena), location: None }
    }

    fn elements(
        &mut self,
        elements: &ruff::InterpolatedStringElements,
        reading: Reading,
        flavor: Flavor,
        pieces: &mut Pieces<'a>,
    ) {
        for element in elements {
            match element {
                ruff::InterpolatedStringElement::Literal(literal) => {
                    let before = pieces.text.len();
                    let range = self.middle(literal.range, reading, pieces);
                    pieces.constant(before, self.positions.range(range));
                }
                ruff::InterpolatedStringElement::Interpolation(element) => {
                    self.interpolation(element, reading, flavor, pieces);
                }
            }
        }
    }

    /// The text between interpolations; returns where it stands. Doubled braces and `\N{…}` part it, and its last part
    /// counts for nothing if it is only continued lines.
    fn middle(&mut self, range: TextRange, reading: Reading, pieces: &mut Pieces<'a>) -> TextRange {
        let source = &self.text[range];
        let mut rest = source;
        while let Some(at) = brace_pair(rest, reading.raw) {
            self.plain(&rest[..=at], reading, range, pieces);
            rest = &rest[at + 2..];
        }
        self.plain(rest, reading, range, pieces);
        let last = if reading.raw { rest } else { behind_named(rest) };
        let is_empty = !reading.verbatim && last.len() < source.len() && last.replace("\\\n", "").is_empty();
        if is_empty { range.sub_end(TextSize::new(offset(last.len()))) } else { range }
    }

    fn plain(&mut self, source: &str, reading: Reading, range: TextRange, pieces: &mut Pieces<'a>) {
        if reading.verbatim {
            pieces.text.extend_from_slice_copy(source.as_bytes());
        } else {
            self.append_escaped(source, range, &mut pieces.text);
        }
    }

    fn interpolation(
        &mut self,
        element: &ruff::InterpolatedElement,
        reading: Reading,
        flavor: Flavor,
        pieces: &mut Pieces<'a>,
    ) {
        let arena = self.arena;
        let start = self.positions.place(element.range.start());
        self.fields += 1;
        if self.fields > super::MAX_FIELDS {
            self.fail(ErrorType::Syntax, "f-string: expressions nested too deeply", element.range);
        }
        let text_end = self.value_end(element);
        let text_range = TextRange::new(element.range.start() + TextSize::new(1), text_end);
        if element.debug_text.is_some() && self.fields > 2 {
            // CPython 3.14's parser loses the text there.
            self.fail(ErrorType::Value, "field 'value' is required for Constant", element.range);
        }
        if element.debug_text.is_some() {
            let before = pieces.text.len();
            self.depends |= memchr::memchr(b'#', self.text[text_range].as_bytes()).is_some();
            without_comments(&self.text[text_range], self.target.features.shown_comments, &mut pieces.text);
            // Those of format specs are not.
            let escapes = self.fields == 1 && !reading.raw && pieces.text[before..].contains(&b'\\');
            self.depends |= escapes;
            if escapes && self.target.features.escaped_debug_text {
                let shown = pieces.text.split_off(before);
                self.append_escaped(&String::from_utf8_lossy(&shown), text_range, &mut pieces.text);
            }
            pieces.constant(before, self.positions.range(text_range));
        }
        pieces.flush(arena);
        let outer = std::mem::take(&mut self.fields);
        let outer_yield = std::mem::replace(&mut self.open_yield, yield_start(&element.expression));
        let value = self.boxed(&element.expression);
        self.fields = outer;
        self.open_yield = outer_yield;
        let format_spec = element.format_spec.as_deref().map(|spec| {
            let mut inner = self.pieces();
            // The spec starts at its colon.
            let start = self.positions.place(spec.range.start() - TextSize::new(1));
            self.depends |= reading.raw && self.text[spec.range].contains('\\');
            let verbatim = reading.raw && self.target.features.raw_specs;
            self.elements(&spec.elements, Reading { verbatim, ..reading }, Flavor::Format, &mut inner);
            inner.flush(arena);
            let end = self.positions.place(spec.range.end());
            let kind = ExprKind::JoinedStr(inner.list.into_bump_slice());
            &*arena.alloc(Expr { location: between(start, end), kind })
        });
        self.fields -= 1;
        let conversion = match element.conversion {
            ConversionFlag::None if element.debug_text.is_some() && format_spec.is_none() => i32::from(b'r'),
            ConversionFlag::None => -1,
            ConversionFlag::Str => i32::from(b's'),
            ConversionFlag::Ascii => i32::from(b'a'),
            ConversionFlag::Repr => i32::from(b'r'),
        };
        let kind = match flavor {
            Flavor::Format => ExprKind::FormattedValue { value, conversion, format_spec },
            Flavor::Template => {
                let mut text = ArenaVec::new_in(arena);
                let end = if element.debug_text.is_some() { self.equals_sign(element) } else { text_end };
                let range = TextRange::new(text_range.start(), end);
                without_comments(&self.text[range], self.target.features.shown_comments, &mut text);
                let mut text: &str = arena.alloc_str(&String::from_utf8_lossy(&text));
                if self.target.features.trimmed_template_text {
                    text = text.trim_end_matches([' ', '\t', '\n', '\x0c']);
                }
                self.depends = true;
                ExprKind::Interpolation { value, text: text.as_bytes(), conversion, format_spec }
            }
        };
        let end = self.positions.place(element.range.end());
        pieces.list.push(Expr { location: between(start, end), kind });
    }

    /// Where the `=` behind a value that is shown with its text stands.
    fn equals_sign(&self, element: &ruff::InterpolatedElement) -> TextSize {
        let bytes = self.text.as_bytes();
        let mut at = element.expression.range().end().to_usize();
        loop {
            match bytes.get(at) {
                Some(b'#') => at += memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at),
                Some(b'=') | None => return TextSize::new(offset(at.min(bytes.len()))),
                Some(_) => at += 1,
            }
        }
    }

    /// Where the `!`, `:` or `}` behind the value stands.
    fn value_end(&self, element: &ruff::InterpolatedElement) -> TextSize {
        let bytes = self.text.as_bytes();
        if let Some(debug) = &element.debug_text {
            let length = TextSize::new(offset(debug.as_str().len()));
            return element.range.start() + TextSize::new(1) + length;
        }
        let last = match &element.format_spec {
            Some(spec) => spec.range.start() - TextSize::new(1),
            None => element.range.end() - TextSize::new(1),
        };
        if element.conversion == ConversionFlag::None {
            return last;
        }
        let value_end = element.expression.range().end().to_usize();
        let found = memchr::memrchr(b'!', &bytes[value_end..last.to_usize()]).unwrap_or(0);
        TextSize::new(offset(value_end + found))
    }
}

/// What follows the last `\N{…}`.
fn behind_named(source: &str) -> &str {
    let bytes = source.as_bytes();
    let mut rest = 0;
    for at in memchr::memchr_iter(b'{', bytes) {
        if at >= rest && is_name_brace(bytes, at) {
            rest = memchr::memchr(b'}', &bytes[at..]).map_or(bytes.len(), |length| at + length + 1);
        }
    }
    &source[rest..]
}

/// Whether the brace at `at` opens a `\N{…}`.
fn is_name_brace(bytes: &[u8], at: usize) -> bool {
    let slashes = bytes[..at].iter().rev().skip(1).take_while(|&&byte| byte == b'\\').count();
    at > 0 && bytes[at - 1] == b'N' && slashes % 2 == 1
}

/// The first `{{` or `}}` outside of a `\N{…}`.
fn brace_pair(source: &str, raw: bool) -> Option<usize> {
    let bytes = source.as_bytes();
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'{', b'}', &bytes[from..])?;
        if !raw && bytes[at] == b'{' && is_name_brace(bytes, at) {
            from = at + memchr::memchr(b'}', &bytes[at..])? + 1;
        } else if bytes.get(at + 1) == Some(&bytes[at]) {
            return Some(at);
        } else {
            from = at + 1;
        }
    }
}
