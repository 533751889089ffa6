//! `"%s: %r" % (a, b)` → `f"{a!s}: {b!r}"`.
//!
//! CPython: `Python/ast_preprocess.c`.

use super::Preprocess;
use crate::syntax::ast::{Constant, Expr, ExprKind};
use crate::text::Location;

/// Number of digits that a width or precision must stay below (`MAXDIGITS`).
const MAX_DIGITS: usize = 3;

enum Piece {
    Text(Vec<u8>),
    Unit { conversion: u8, spec: String },
}

impl<'a> Preprocess<'a, '_> {
    /// Returns the parts of the f-string, if all formats are simple and there is one for each item
    /// (`optimize_format`).
    pub(super) fn percent_format(&self, format: &[u8], items: &'a [Expr<'a>]) -> Option<&'a [Expr<'a>]> {
        if items.iter().any(|item| matches!(item.kind, ExprKind::Starred { .. })) {
            return None;
        }
        let pieces = pieces(format, items.len())?;
        let mut items = items.iter();
        let mut values = bumpalo::collections::Vec::with_capacity_in(pieces.len(), self.arena);
        for piece in pieces {
            values.push(match piece {
                Piece::Text(text) => self.text(&text),
                Piece::Unit { conversion, spec } => {
                    let value = items.next()?;
                    let spec = (!spec.is_empty()).then(|| self.text(spec.as_bytes()));
                    let format_spec = spec.map(|spec| &*self.arena.alloc(spec));
                    Expr {
                        location: value.location,
                        kind: ExprKind::FormattedValue {
                            value,
                            conversion: i32::from(conversion),
                            format_spec,
                        },
                    }
                }
            });
        }
        Some(values.into_bump_slice())
    }

    fn text(&self, text: &[u8]) -> Expr<'a> {
        let text = match text {
            b"%" => Constant::FreshPercent,
            text => Constant::Str(self.arena.alloc_slice_copy(text)),
        };
        Expr { location: Location::NONE, kind: ExprKind::Constant(text) }
    }
}

/// Returns the literal texts and formats of a string with `count` formats.
fn pieces(format: &[u8], count: usize) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut units = 0;
    let mut rest = format;
    loop {
        let text = literal(&mut rest);
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        if rest.is_empty() {
            break;
        }
        if units == count {
            return None;
        }
        rest = &rest[1..];
        pieces.push(unit(&mut rest)?);
        units += 1;
    }
    (units == count).then_some(pieces)
}

/// Parses text up to the next format; `%%` stands for `%` (`parse_literal`).
fn literal(rest: &mut &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' {
            if after.first() != Some(&b'%') {
                break;
            }
            *rest = &after[1..];
        } else {
            *rest = after;
        }
        text.push(byte);
    }
    text
}

/// Parses a format after its `%` (`simple_format_arg_parse`).
fn unit(rest: &mut &[u8]) -> Option<Piece> {
    let mut left = false;
    let mut byte = next(rest)?;
    while matches!(byte, b'-' | b'+' | b' ' | b'#' | b'0') {
        left |= byte == b'-';
        byte = next(rest)?;
    }
    let width = if byte.is_ascii_digit() { Some(digits(rest, &mut byte)?) } else { None };
    let mut precision = None;
    if byte == b'.' {
        byte = next(rest)?;
        precision = Some(if byte.is_ascii_digit() { digits(rest, &mut byte)? } else { 0 });
    }
    if !matches!(byte, b's' | b'r' | b'a') {
        return None;
    }
    let mut spec = String::new();
    if let Some(width) = width {
        if !left && width > 0 {
            spec.push('>');
        }
        spec.push_str(&width.to_string());
    }
    if let Some(precision) = precision {
        spec.push('.');
        spec.push_str(&precision.to_string());
    }
    Some(Piece::Unit { conversion: byte, spec })
}

/// Parses a width or precision (`simple_format_arg_parse`).
fn digits(rest: &mut &[u8], byte: &mut u8) -> Option<u32> {
    let mut value = 0;
    let mut count = 0;
    while byte.is_ascii_digit() {
        value = value * 10 + u32::from(*byte - b'0');
        *byte = next(rest)?;
        count += 1;
        if count >= MAX_DIGITS {
            return None;
        }
    }
    Some(value)
}

fn next(rest: &mut &[u8]) -> Option<u8> {
    let (&byte, after) = rest.split_first()?;
    *rest = after;
    Some(byte)
}
