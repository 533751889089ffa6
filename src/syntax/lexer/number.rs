//! Numbers: where they end and what must not follow them.
//!
//! CPython: `tok_get_normal_mode` and `verify_end_of_number` in `Parser/lexer/lexer.c`.

use super::{FaultKind, Lexer, Token};
use crate::syntax::remark::Remark;
use crate::text::Position;

/// Notation of a number, which decides how its value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// An integer without a prefix.
    Decimal,
    /// An integer with `0x`, `0o` or `0b`, and the number of bits in a digit.
    Bits(u8),
    /// A number with a point or an exponent.
    Float,
    /// An imaginary number.
    Imaginary,
}

impl Lexer<'_> {
    /// Reads a number from its first byte: a digit, or a point before a digit.
    pub(super) fn number(&mut self) {
        let at = self.start;
        self.token = Token::Number;
        self.notation = Notation::Decimal;
        let end = if self.bytes[at] == b'0' {
            self.after_zero(at + 1)
        } else if self.bytes[at] == b'.' {
            self.fraction(at + 1)
        } else {
            self.digits(at).and_then(|end| self.after_digits(end, None))
        };
        if let Some(end) = end {
            self.at = end;
        }
    }

    fn after_zero(&mut self, mut at: usize) -> Option<usize> {
        match self.bytes[at] {
            b'x' | b'X' => return self.radix(at + 1, 4, "hexadecimal"),
            b'o' | b'O' => return self.radix(at + 1, 3, "octal"),
            b'b' | b'B' => return self.radix(at + 1, 1, "binary"),
            _ => {}
        }
        loop {
            if self.bytes[at] == b'_' {
                at += 1;
                if !self.bytes[at].is_ascii_digit() {
                    return self.wrong("decimal", at);
                }
            }
            if self.bytes[at] != b'0' {
                break;
            }
            at += 1;
        }
        let zeros = at;
        if self.bytes[at].is_ascii_digit() {
            let end = self.digits(at)?;
            return self.after_digits(end, Some(zeros + 1));
        }
        self.after_digits(at, None)
    }

    /// Reads the rest of a number after its digits. `zeros` is the offset after leading zeros,
    /// which an integer must not have.
    fn after_digits(&mut self, at: usize, zeros: Option<usize>) -> Option<usize> {
        match self.bytes[at] {
            b'.' => self.fraction(at + 1),
            b'e' | b'E' => self.exponent(at),
            b'j' | b'J' => self.imaginary(at + 1),
            _ => match zeros {
                Some(zeros) => {
                    self.fail(FaultKind::LeadingZeros(zeros), at);
                    None
                }
                None => self.ends(at, "decimal"),
            },
        }
    }

    /// Reads the digits after the point.
    fn fraction(&mut self, mut at: usize) -> Option<usize> {
        self.notation = Notation::Float;
        if self.bytes[at].is_ascii_digit() {
            at = self.digits(at)?;
        }
        match self.bytes[at] {
            b'e' | b'E' => self.exponent(at),
            b'j' | b'J' => self.imaginary(at + 1),
            _ => self.ends(at, "decimal"),
        }
    }

    /// Reads an exponent from the `e` on, which may also begin a keyword.
    fn exponent(&mut self, letter: usize) -> Option<usize> {
        let mut at = letter + 1;
        if matches!(self.bytes[at], b'+' | b'-') {
            at += 1;
            if !self.bytes[at].is_ascii_digit() {
                return self.wrong("decimal", at);
            }
        } else if !self.bytes[at].is_ascii_digit() {
            return self.ends(letter, "decimal");
        }
        self.notation = Notation::Float;
        at = self.digits(at)?;
        match self.bytes[at] {
            b'j' | b'J' => self.imaginary(at + 1),
            _ => self.ends(at, "decimal"),
        }
    }

    fn imaginary(&mut self, at: usize) -> Option<usize> {
        self.notation = Notation::Imaginary;
        self.ends(at, "imaginary")
    }

    /// Returns the end of digits and single underscores.
    fn digits(&mut self, mut at: usize) -> Option<usize> {
        loop {
            while self.bytes[at].is_ascii_digit() {
                at += 1;
            }
            if self.bytes[at] != b'_' {
                return Some(at);
            }
            at += 1;
            if !self.bytes[at].is_ascii_digit() {
                return self.wrong("decimal", at);
            }
        }
    }

    fn radix(&mut self, mut at: usize, bits: u8, name: &'static str) -> Option<usize> {
        self.notation = Notation::Bits(bits);
        let fits = |byte: u8| char::from(byte).is_digit(1 << bits);
        loop {
            if self.bytes[at] == b'_' {
                at += 1;
            }
            let byte = self.bytes[at];
            if !fits(byte) {
                if byte.is_ascii_digit() {
                    self.fail(FaultKind::InvalidDigit(byte, name), at + 1);
                    return None;
                }
                return self.wrong(name, at);
            }
            while fits(self.bytes[at]) {
                at += 1;
            }
            if self.bytes[at] != b'_' {
                break;
            }
        }
        let byte = self.bytes[at];
        if byte.is_ascii_digit() {
            self.fail(FaultKind::InvalidDigit(byte, name), at + 1);
            return None;
        }
        self.ends(at, name)
    }

    fn wrong(&mut self, name: &'static str, at: usize) -> Option<usize> {
        self.fail(FaultKind::InvalidNumber(name), at);
        None
    }

    /// Checks that a number may end at `at`: keywords may follow directly, names may not.
    #[inline]
    fn ends(&mut self, at: usize, name: &'static str) -> Option<usize> {
        let byte = self.bytes[at];
        if !(byte.is_ascii_alphanumeric() || byte == b'_') {
            if byte >= 128 && self.target.features.numbers_end_before_ascii {
                return self.wrong(name, at);
            }
            return Some(at);
        }
        if self.is_keyword_after_number(at) {
            let place = Position::new(self.line, self.column(at));
            self.remarks.push(Remark::Number { name, place });
            return Some(at);
        }
        self.wrong(name, at)
    }

    fn is_keyword_after_number(&self, at: usize) -> bool {
        let rest = &self.bytes[at..];
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 128;
        let word = |word: &[u8]| rest.starts_with(word) && !is_word(rest[word.len()]);
        match rest[0] {
            b'a' => word(b"and"),
            b'e' => word(b"else"),
            b'f' => word(b"for"),
            b'i' => matches!(rest[1], b'f' | b'n' | b's'),
            b'o' => word(b"or"),
            b'n' => word(b"not"),
            _ => false,
        }
    }
}
