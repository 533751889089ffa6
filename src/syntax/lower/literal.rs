//! Numbers, strings and bytes, read from the source text.

use bumpalo::collections::Vec as ArenaVec;
use num_bigint::BigUint;
use ruff_python_ast::{self as ruff, StringFlags};
use ruff_text_size::{Ranged, TextRange};

use super::Lowering;
use crate::syntax::ErrorType;
use crate::syntax::ast::Constant;
use crate::syntax::escape;

/// CPython's default for `sys.set_int_max_str_digits`.
pub(crate) const MAX_DIGITS: usize = 4300;

impl<'a> Lowering<'a, '_> {
    pub(super) fn number(&mut self, node: &ruff::ExprNumberLiteral) -> Constant<'a> {
        match &node.value {
            ruff::Number::Float(value) => Constant::Float(*value),
            ruff::Number::Complex { real, imag } => Constant::Complex(*real, *imag),
            ruff::Number::Int(value) => match value.as_i64() {
                Some(value) => Constant::Int(value),
                None => self.big_integer(node.range),
            },
        }
    }

    fn big_integer(&mut self, range: TextRange) -> Constant<'a> {
        let digits = self.text[range].replace('_', "");
        let (digits, radix) = match digits.as_bytes() {
            [b'0', b'x' | b'X', ..] => (&digits[2..], 16),
            [b'0', b'o' | b'O', ..] => (&digits[2..], 8),
            [b'0', b'b' | b'B', ..] => (&digits[2..], 2),
            _ => (&*digits, 10),
        };
        if radix == 10 && digits.len() > MAX_DIGITS {
            let message = format!(
                "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion: value has {} digits; use \
                 sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer \
                 literals to avoid decimal conversion limits.",
                digits.len()
            );
            self.fail(ErrorType::Syntax, message, range);
            return Constant::Int(0);
        }
        match BigUint::parse_bytes(digits.as_bytes(), radix) {
            Some(value) => Constant::BigInt {
                negative: false,
                magnitude: self.arena.alloc_slice_copy(&value.to_bytes_le()),
            },
            None => {
                self.fail(ErrorType::Syntax, "invalid decimal literal", range);
                Constant::Int(0)
            }
        }
    }

    /// The value of adjacent plain string literals.
    pub(super) fn string(&mut self, node: &ruff::ExprStringLiteral) -> &'a [u8] {
        let arena = self.arena;
        if self.text[node.range].starts_with('u') {
            let start = self.positions.range(node.range);
            self.unicode_strings.push((start.line, start.column));
        }
        if let [literal] = node.value.as_slice() {
            let body = self.body(literal.range, literal.flags);
            if literal.flags.prefix().is_raw() || memchr::memchr(b'\\', body.as_bytes()).is_none() {
                return arena.alloc_slice_copy(body.as_bytes());
            }
        }
        let mut value = ArenaVec::with_capacity_in(node.range.len().to_usize(), arena);
        for literal in &node.value {
            self.append_string(literal, &mut value);
        }
        value.into_bump_slice()
    }

    pub(super) fn append_string(&mut self, literal: &ruff::StringLiteral, value: &mut ArenaVec<'a, u8>) {
        let body = self.body(literal.range, literal.flags);
        if literal.flags.prefix().is_raw() {
            value.extend_from_slice_copy(body.as_bytes());
        } else {
            self.append_escaped(body, literal.range, value);
        }
    }

    /// Appends the value of `body`, which may hold escapes.
    pub(super) fn append_escaped(&mut self, body: &str, range: TextRange, value: &mut ArenaVec<'a, u8>) {
        if let Err(message) = escape::text(body, value, self.target) {
            self.fail(ErrorType::Syntax, message, range);
        }
    }

    /// The value of adjacent bytes literals.
    pub(super) fn bytes(&mut self, node: &ruff::ExprBytesLiteral) -> &'a [u8] {
        let mut value = ArenaVec::with_capacity_in(node.range.len().to_usize(), self.arena);
        for literal in &node.value {
            let body = self.body(literal.range, literal.flags);
            if literal.flags.prefix().is_raw() {
                value.extend_from_slice_copy(body.as_bytes());
            } else if let Err(message) = escape::bytes(body.as_bytes(), &mut value) {
                self.fail(ErrorType::Syntax, message, literal.range());
            }
        }
        value.into_bump_slice()
    }
}

impl<'t> Lowering<'_, 't> {
    /// The source between the quotes.
    pub(super) fn body(&self, range: TextRange, flags: impl StringFlags) -> &'t str {
        &self.text[range.add_start(flags.opener_len()).sub_end(flags.closer_len())]
    }
}
