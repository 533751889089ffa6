//! Numbers, and what must not follow them.

use super::lexer::{Lexed, Lexer};

impl Lexer<'_> {
    /// A number from its first byte, which was read: a digit, or a point before one.
    pub(super) fn number(&mut self, first: u8) -> Lexed<()> {
        let mut byte;
        if first == b'.' {
            byte = self.next();
            return self.fraction(byte);
        }
        if first != b'0' {
            byte = self.digits()?;
            return self.behind_digits(byte, None);
        }
        byte = self.next();
        match byte {
            Some(b'x' | b'X') => return self.radix(16, "hexadecimal"),
            Some(b'o' | b'O') => return self.radix(8, "octal"),
            Some(b'b' | b'B') => return self.radix(2, "binary"),
            _ => {}
        }
        loop {
            if byte == Some(b'_') {
                byte = self.next();
                if !is_digit(byte) {
                    self.back(byte);
                    return self.fail("invalid decimal literal");
                }
            }
            if byte != Some(b'0') {
                break;
            }
            byte = self.next();
        }
        let zeros = self.at;
        let mut octal = None;
        if is_digit(byte) {
            octal = Some(zeros);
            byte = self.digits()?;
        }
        self.behind_digits(byte, octal)
    }

    /// `octal`: behind the zeros that must not stand before an integer.
    fn behind_digits(&mut self, byte: Option<u8>, octal: Option<usize>) -> Lexed<()> {
        match byte {
            Some(b'.') => {
                let byte = self.next();
                self.fraction(byte)
            }
            Some(b'e' | b'E') => self.exponent(byte),
            Some(b'j' | b'J') => self.imaginary(),
            _ => {
                if let Some(zeros) = octal {
                    self.back(byte);
                    let (column, end) = (self.start - self.line_start, zeros - self.line_start);
                    return self.fail_at(
                        "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal \
                         integers",
                        column as i32,
                        end as i32 - 1,
                    );
                }
                self.ends(byte, "decimal")
            }
        }
    }

    fn fraction(&mut self, mut byte: Option<u8>) -> Lexed<()> {
        if is_digit(byte) {
            byte = self.digits()?;
        }
        match byte {
            Some(b'e' | b'E') => self.exponent(byte),
            Some(b'j' | b'J') => self.imaginary(),
            _ => self.ends(byte, "decimal"),
        }
    }

    fn exponent(&mut self, letter: Option<u8>) -> Lexed<()> {
        let mut byte = self.next();
        if matches!(byte, Some(b'+' | b'-')) {
            byte = self.next();
            if !is_digit(byte) {
                self.back(byte);
                return self.fail("invalid decimal literal");
            }
        } else if !is_digit(byte) {
            self.back(byte);
            return self.ends(letter, "decimal");
        }
        byte = self.digits()?;
        match byte {
            Some(b'j' | b'J') => self.imaginary(),
            _ => self.ends(byte, "decimal"),
        }
    }

    fn imaginary(&mut self) -> Lexed<()> {
        let byte = self.next();
        self.ends(byte, "imaginary")
    }

    /// Digits and single underscores; what follows them.
    fn digits(&mut self) -> Lexed<Option<u8>> {
        loop {
            let mut byte = self.next();
            while is_digit(byte) {
                byte = self.next();
            }
            if byte != Some(b'_') {
                return Ok(byte);
            }
            byte = self.next();
            if !is_digit(byte) {
                self.back(byte);
                return self.fail("invalid decimal literal");
            }
        }
    }

    fn radix(&mut self, radix: u32, name: &str) -> Lexed<()> {
        let fits = |byte: Option<u8>| byte.is_some_and(|byte| char::from(byte).is_digit(radix));
        let mut byte = self.next();
        loop {
            if byte == Some(b'_') {
                byte = self.next();
            }
            if !fits(byte) {
                if let Some(digit) = byte.filter(u8::is_ascii_digit) {
                    return self.wrong_digit(digit, name);
                }
                self.back(byte);
                return self.fail(format!("invalid {name} literal"));
            }
            while fits(byte) {
                byte = self.next();
            }
            if byte != Some(b'_') {
                break;
            }
        }
        match byte.filter(u8::is_ascii_digit) {
            Some(digit) => self.wrong_digit(digit, name),
            None => self.ends(byte, name),
        }
    }

    fn wrong_digit(&mut self, digit: u8, name: &str) -> Lexed<()> {
        self.fail(format!("invalid digit '{}' in {name} literal", char::from(digit)))
    }

    /// That the number may end before `byte`, which was read.
    fn ends(&mut self, byte: Option<u8>, name: &str) -> Lexed<()> {
        let rest = &self.bytes[self.at..];
        let word = |word: &str| {
            rest.starts_with(word.as_bytes())
                && !rest.get(word.len()).is_some_and(|&next| is_word(next) || next >= 128)
        };
        let keyword = match byte {
            Some(b'a') => word("nd"),
            Some(b'e') => word("lse"),
            Some(b'f') => word("or"),
            Some(b'i') => matches!(rest.first(), Some(b'f' | b'n' | b's')),
            Some(b'o') => word("r"),
            Some(b'n') => word("ot"),
            _ => false,
        };
        if !keyword && byte.is_some_and(is_word) {
            self.back(byte);
            return self.fail(format!("invalid {name} literal"));
        }
        self.back(byte);
        Ok(())
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_digit(byte: Option<u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_digit())
}
