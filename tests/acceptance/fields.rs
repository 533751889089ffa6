//! F-strings of releases that read each of them as one string, and its fields by themselves.
//!
//! CPython: `Parser/string_parser.c` of 3.11.

use super::literal::escapes_fit;
use super::recognizer::Answer;
use pycompile::target::Target;

/// CPython: `MAXLEVEL` of the tokenizer, for the brackets of a field.
const MAX_BRACKETS: usize = 200;
/// Levels of fields: those of the string, and of its format specs.
const MAX_FIELD_LEVEL: u32 = 2;

/// An f-string between its quotes.
pub struct Fields<'t, 'a> {
    pub body: &'t str,
    pub raw: bool,
    pub target: &'t Target,
    /// Gives the grammar's answer for a field's expression in parentheses.
    pub answer: &'a mut dyn FnMut(&str) -> Answer,
}

/// Why an f-string is not accepted.
pub enum Unaccepted {
    Refused,
    Unknown,
}

impl Fields<'_, '_> {
    /// Checks the whole string.
    pub fn check(&mut self) -> Result<(), Unaccepted> {
        match self.parts(0, 0)? == self.body.len() {
            true => Ok(()),
            false => Err(Unaccepted::Refused),
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.body.as_bytes().get(at).copied()
    }

    /// Reads text and fields, up to the end or the brace that ends a format spec.
    fn parts(&mut self, mut at: usize, level: u32) -> Result<usize, Unaccepted> {
        loop {
            let (text_end, next) = self.text(at, level)?;
            if !self.raw && !escapes_fit(&self.body[at..text_end], self.target) {
                return Err(Unaccepted::Refused);
            }
            at = next;
            if next > text_end {
                continue;
            }
            if self.byte(at) != Some(b'{') {
                return Ok(at);
            }
            at = self.field(at + 1, level)?;
        }
    }

    /// Returns the end of a piece of text, and where to read on: after the second of two braces.
    fn text(&self, mut at: usize, level: u32) -> Result<(usize, usize), Unaccepted> {
        while let Some(byte) = self.byte(at) {
            if byte == b'\\' && !self.raw {
                at += 1;
                if self.byte(at) == Some(b'N') {
                    at += 1;
                    if self.byte(at) == Some(b'{') {
                        at = self.body[at..].find('}').map_or(self.body.len(), |length| at + length + 1);
                    } else {
                        at += usize::from(at < self.body.len());
                    }
                    continue;
                }
                if !matches!(self.byte(at), Some(b'{' | b'}')) {
                    at += self.body[at..].chars().next().map_or(0, char::len_utf8);
                }
                continue;
            }
            if matches!(byte, b'{' | b'}') {
                if level == 0 && self.byte(at + 1) == Some(byte) {
                    return Ok((at + 1, at + 2));
                }
                return match level == 0 && byte == b'}' {
                    true => Err(Unaccepted::Refused),
                    false => Ok((at, at)),
                };
            }
            at += 1;
        }
        Ok((at, at))
    }

    /// Reads a field after its brace, and returns where it ends.
    fn field(&mut self, start: usize, level: u32) -> Result<usize, Unaccepted> {
        if level >= MAX_FIELD_LEVEL {
            return Err(Unaccepted::Refused);
        }
        let mut at = self.expression_end(start).ok_or(Unaccepted::Refused)?;
        let expression = &self.body[start..at];
        if expression.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | 0x0c | b'\r')) {
            return Err(Unaccepted::Refused);
        }
        match (self.answer)(&format!("({expression})")) {
            Answer::Accepted | Answer::AcceptedButPattern => {}
            Answer::Refused => return Err(Unaccepted::Refused),
            Answer::Unknown => return Err(Unaccepted::Unknown),
        }
        if self.byte(at) == Some(b'=') {
            at += 1;
            while self.byte(at).is_some_and(|byte| matches!(byte, b' ' | 9..=13)) {
                at += 1;
            }
        }
        if self.byte(at) == Some(b'!') {
            if !matches!(self.byte(at + 1), Some(b's' | b'r' | b'a')) {
                return Err(Unaccepted::Refused);
            }
            at += 2;
        }
        if self.byte(at) == Some(b':') {
            at = self.parts(at + 1, level + 1)?;
        }
        match self.byte(at) {
            Some(b'}') => Ok(at + 1),
            _ => Err(Unaccepted::Refused),
        }
    }

    /// Returns the offset of the sign that ends an expression.
    fn expression_end(&self, mut at: usize) -> Option<usize> {
        let mut open = Vec::new();
        // The quote of the current string, and their number.
        let mut string: Option<(u8, usize)> = None;
        loop {
            let byte = self.byte(at)?;
            let thrice = self.byte(at + 1) == Some(byte) && self.byte(at + 2) == Some(byte);
            if byte == b'\\' {
                return None;
            }
            if let Some((quote, count)) = string {
                if byte == quote && (count == 1 || thrice) {
                    string = None;
                    at += count - 1;
                }
                at += 1;
                continue;
            }
            let next = self.byte(at + 1);
            match byte {
                b'#' => return None,
                b'\'' | b'"' => {
                    let count = if thrice { 3 } else { 1 };
                    string = Some((byte, count));
                    at += count - 1;
                }
                b'(' | b'[' | b'{' if open.len() >= MAX_BRACKETS => return None,
                b'(' => open.push(b')'),
                b'[' => open.push(b']'),
                b'{' => open.push(b'}'),
                b'!' | b'=' | b'<' | b'>' if open.is_empty() && next == Some(b'=') => at += 1,
                b'!' | b':' | b'}' | b'=' if open.is_empty() => return Some(at),
                b')' | b']' | b'}' if open.pop() != Some(byte) => return None,
                _ => {}
            }
            at += 1;
        }
    }
}
