//! Values of numbers and of plain strings.

use super::Parser;
use crate::syntax::ast::Constant;
use crate::syntax::escape;
use crate::syntax::lexer::{Literal, Notation};
use crate::syntax::remark::Invalid;
use crate::text::{ErrorType, Location};

/// Default of `sys.set_int_max_str_digits` in CPython.
pub(in crate::syntax) const MAX_DIGITS: usize = 4300;

/// Returns the number of digits of a decimal integer with too many digits. CPython counts them only
/// if the value does not fit a machine word, so any number of zeros is 0.
pub(in crate::syntax) fn too_many_digits(text: &str) -> Option<usize> {
    let is_digit = |byte: &u8| *byte != b'_';
    let digits = text.bytes().filter(is_digit).count();
    let is_zero = || text.bytes().filter(is_digit).all(|digit| digit == b'0');
    (digits > MAX_DIGITS && !is_zero()).then_some(digits)
}

impl<'a> Parser<'a, '_> {
    /// Returns the value of the current number.
    pub(super) fn number(&mut self) -> Constant<'a> {
        let text = self.lexer.token_text();
        match self.lexer.notation() {
            Notation::Decimal => self.decimal(text),
            Notation::Bits(bits) => self.digits_of_bits(&text.as_bytes()[2..], bits),
            Notation::Float => Constant::Float(float(text)),
            Notation::Imaginary => Constant::Complex(0.0, float(&text[..text.len() - 1])),
        }
    }

    fn decimal(&mut self, text: &str) -> Constant<'a> {
        let mut value = 0i64;
        for digit in text.bytes().filter(|byte| *byte != b'_') {
            let next = value.checked_mul(10).and_then(|value| value.checked_add(i64::from(digit - b'0')));
            match next {
                Some(next) => value = next,
                None => return self.large_decimal(text),
            }
        }
        Constant::Int(value)
    }

    fn large_decimal(&mut self, text: &str) -> Constant<'a> {
        if too_many_digits(text).is_some() {
            self.refuse();
            return Constant::Int(0);
        }
        let digits = text.replace('_', "");
        match num_bigint::BigUint::parse_bytes(digits.as_bytes(), 10) {
            Some(value) => self.magnitude(&value.to_bytes_le()),
            None => {
                self.refuse();
                Constant::Int(0)
            }
        }
    }

    /// Returns an integer whose digits are groups of bits, in linear time.
    fn digits_of_bits(&mut self, digits: &[u8], bits: u8) -> Constant<'a> {
        let digits = digits.iter().rev().filter_map(|&byte| char::from(byte).to_digit(1 << bits));
        let (mut pending, mut count) = (0u32, 0u8);
        let mut bytes = Vec::new();
        for digit in digits {
            pending |= digit << count;
            count += bits;
            if count >= 8 {
                bytes.push(pending as u8);
                pending >>= 8;
                count -= 8;
            }
        }
        bytes.push(pending as u8);
        while bytes.last() == Some(&0) {
            bytes.pop();
        }
        self.magnitude(&bytes)
    }

    fn magnitude(&self, bytes: &[u8]) -> Constant<'a> {
        let mut small = [0; 8];
        if let Some(place) = small.get_mut(..bytes.len()) {
            place.copy_from_slice(bytes);
            if let Ok(value) = i64::try_from(u64::from_le_bytes(small)) {
                return Constant::Int(value);
            }
        }
        Constant::BigInt { negative: false, magnitude: self.arena.alloc_slice_copy(bytes) }
    }

    /// Returns the value of a plain string or bytes literal that needs no decoding, or its value in
    /// `decoded`.
    pub(super) fn string_value(&mut self, literal: Literal) -> &'a [u8] {
        let body = self.lexer.slice(literal.body, literal.body_end);
        if !literal.escapes || literal.raw {
            if literal.bytes && !body.is_ascii() {
                self.refuse();
            }
            return self.arena.alloc_slice_copy(body.as_bytes());
        }
        let base = self.stacks.text.base();
        self.append_string(literal);
        self.stacks.text.take(base, self.arena)
    }

    /// Appends the value of a string or bytes literal to the stack of text.
    pub(super) fn append_string(&mut self, literal: Literal) {
        let body = self.lexer.slice(literal.body, literal.body_end);
        if literal.bytes && !body.is_ascii() {
            return self.refuse();
        }
        if !literal.escapes || literal.raw {
            self.stacks.text.extend(body.as_bytes());
        } else if !literal.bytes {
            if let Some(invalid) = self.append_escaped(body) {
                self.note_escape(invalid, body);
            }
        } else {
            match escape::bytes(body.as_bytes(), self.stacks.text.vec()) {
                Ok(Some(invalid)) => self.note_escape(invalid, body),
                Ok(None) => {}
                Err(_) => self.refuse(),
            }
        }
    }

    /// Records an invalid escape sequence in the current token, unless the text is refused at it.
    #[cold]
    pub(super) fn note_escape(&mut self, invalid: Invalid, body: &str) {
        if self.lexer.fault().is_some() {
            return;
        }
        let token = Location::between(self.lexer.place(), self.lexer.end_place());
        let remark = invalid.remark(body, self.lexer.token_text(), token);
        self.lexer.remarks.push(remark);
    }

    /// Appends the value of a text with escapes to the stack of text. Returns the first invalid
    /// escape sequence.
    pub(super) fn append_escaped(&mut self, body: &str) -> Option<Invalid> {
        // The characters that have names depend on the target.
        self.is_own |= memchr::memmem::find(body.as_bytes(), b"\\N{").is_some();
        match escape::text(body, self.stacks.text.vec(), self.target) {
            Ok(invalid) => invalid,
            Err(message) => {
                // CPython only keeps the plain exception in format specs; elsewhere it becomes a
                // `SyntaxError`.
                let message = message.strip_prefix("(unicode error) ").unwrap_or(&message).to_owned();
                self.refuse_after(ErrorType::UnicodeDecode, message);
                None
            }
        }
    }
}

fn float(text: &str) -> f64 {
    let parsed = if text.contains('_') { text.replace('_', "").parse() } else { text.parse() };
    parsed.unwrap_or(f64::NAN)
}
