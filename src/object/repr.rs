//! `repr()` of constants. CPython: `float_repr`, `complex_repr`, `unicode_repr`, `PyBytes_Repr`.

use super::{CodeView, ObjectId, Objects, Value};
use crate::text::python::code_points;
use num_bigint::{BigInt, BigUint, Sign};
use std::fmt::Write as _;

/// Nesting depth to which constants are shown.
const DEPTH: usize = 20;
/// Length in bytes after which text is cut.
const LONG: usize = 100_000;
/// Largest number of digits of an int that is shown in decimal; the time for the conversion grows
/// with their square.
const DECIMAL: usize = 2000;

impl Objects {
    /// Returns Python's `repr`, with three differences: a code object is shown by name and line,
    /// the members of a frozenset are in the order of the pyc, and parts that are nested too deep
    /// or too long are `…`.
    pub fn repr(&self, id: ObjectId) -> String {
        self.short_repr(id, LONG)
    }

    /// Returns [`Objects::repr`] cut to about `limit` bytes; the rest is `…`.
    pub fn short_repr(&self, id: ObjectId, limit: usize) -> String {
        let mut out = String::new();
        self.put(id, DEPTH, limit, &mut out);
        if out.len() > limit {
            out.truncate(out.floor_char_boundary(limit));
            out.push('…');
        }
        out
    }

    fn put(&self, id: ObjectId, depth: usize, limit: usize, out: &mut String) {
        if depth == 0 || out.len() > limit {
            out.push('…');
            return;
        }
        let node = self.get(id);
        match &node.value {
            Value::Singleton => out.push_str(match node.type_code {
                b'T' => "True",
                b'F' => "False",
                b'.' => "Ellipsis",
                b'S' => "StopIteration",
                _ => "None",
            }),
            Value::Int(value) => drop(write!(out, "{value}")),
            Value::Int64(value) => drop(write!(out, "{value}")),
            Value::Decimal(parts) => {
                let part = |at: usize| parts.get(at).map_or(0.0, |part| f64::from_bits(part.bits));
                match parts.len() {
                    1 => out.push_str(&float_repr(part(0))),
                    _ => out.push_str(&complex_repr(part(0), part(1), float_text)),
                }
            }
            Value::Long { negative, digits } => out.push_str(&long_text(*negative, digits)),
            Value::Float(bits) => out.push_str(&float_repr(f64::from_bits(*bits))),
            Value::Complex(parts) => {
                out.push_str(&complex_repr(f64::from_bits(parts[0]), f64::from_bits(parts[1]), float_text));
            }
            Value::Str(text) => out.push_str(&str_repr(start_of_text(text, limit))),
            Value::Bytes(bytes) => {
                out.push_str(&bytes_repr(&bytes[..bytes.len().min(limit.saturating_add(1))]));
            }
            Value::Sequence(items) => match (node.type_code, items.len()) {
                (b'(' | b')', 1) => self.sequence("(", items, ",)", depth, limit, out),
                (b'(' | b')', _) => self.sequence("(", items, ")", depth, limit, out),
                (b'[', _) => self.sequence("[", items, "]", depth, limit, out),
                (b'<', 0) => out.push_str("set()"),
                (b'<', _) => self.sequence("{", items, "}", depth, limit, out),
                (b'>', 0) => out.push_str("frozenset()"),
                (b'>', _) => self.sequence("frozenset({", items, "})", depth, limit, out),
                (b':', _) => self.sequence("slice(", items, ")", depth, limit, out),
                (b'}', _) => self.sequence("frozendict(", items, ")", depth, limit, out),
                _ => self.sequence("dict(", items, ")", depth, limit, out),
            },
            Value::Code(_) => {
                let Some(code) = CodeView::at(self, id) else { return };
                let _ = write!(out, "<code object {}, line {}>", code.name(), code.code.firstlineno);
            }
            // `get` has followed the reference.
            Value::Ref(_) => {}
        }
    }

    fn sequence(
        &self,
        open: &str,
        items: &[ObjectId],
        close: &str,
        depth: usize,
        limit: usize,
        out: &mut String,
    ) {
        out.push_str(open);
        for (index, &item) in items.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            self.put(item, depth - 1, limit, out);
            if out.len() > limit {
                break;
            }
        }
        out.push_str(close);
    }
}

/// Returns the part of a text that is shown.
fn start_of_text(text: &[u8], limit: usize) -> &[u8] {
    let within_character = |at: &usize| text.get(*at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let end = (limit.saturating_add(1)..text.len()).find(|at| !within_character(at));
    &text[..end.unwrap_or(text.len())]
}

/// Returns an int of 15-bit digits in decimal, or in hexadecimal where decimal would take too long.
pub fn long_text(negative: bool, digits: &[u16]) -> String {
    let mut bytes = Vec::with_capacity(digits.len() * 2);
    for group in digits.chunks(8) {
        let word = group
            .iter()
            .enumerate()
            .fold(0u128, |word, (place, digit)| word | u128::from(*digit) << (15 * place));
        bytes.extend_from_slice(&word.to_le_bytes()[..15]);
    }
    let sign = if negative { Sign::Minus } else { Sign::Plus };
    let value = BigInt::from_biguint(sign, BigUint::from_bytes_le(&bytes));
    if digits.len() <= DECIMAL { value.to_string() } else { format!("{value:#x}") }
}

fn quote(text: &[u8]) -> u8 {
    if text.contains(&b'\'') && !text.contains(&b'"') { b'"' } else { b'\'' }
}

fn put_ascii(byte: u8, quote: u8, out: &mut String) {
    match byte {
        b'\\' => out.push_str("\\\\"),
        b'\t' => out.push_str("\\t"),
        b'\n' => out.push_str("\\n"),
        b'\r' => out.push_str("\\r"),
        b' '..=b'~' => {
            if byte == quote {
                out.push('\\');
            }
            out.push(char::from(byte));
        }
        _ => drop(write!(out, "\\x{byte:02x}")),
    }
}

/// Returns the `repr` of bytes.
pub fn bytes_repr(bytes: &[u8]) -> String {
    let quote = quote(bytes);
    let mut out = String::with_capacity(bytes.len() + 3);
    out.push('b');
    out.push(char::from(quote));
    for &byte in bytes {
        put_ascii(byte, quote, &mut out);
    }
    out.push(char::from(quote));
    out
}

/// Returns the `repr` of a string, by the newest known version of Unicode.
pub fn str_repr(text: &[u8]) -> String {
    str_repr_of(text, |_| true)
}

/// Returns the `repr` of a string in which code points that are not `assigned` are escaped.
pub fn str_repr_of(text: &[u8], assigned: impl Fn(u32) -> bool) -> String {
    let quote = quote(text);
    let mut out = String::with_capacity(text.len() + 2);
    out.push(char::from(quote));
    for point in code_points(text) {
        let point = point.unwrap_or(0xfffd);
        match (u8::try_from(point).ok().filter(u8::is_ascii), char::from_u32(point)) {
            (Some(byte), _) => put_ascii(byte, quote, &mut out),
            (None, Some(character)) if crate::text::is_printable(point) && assigned(point) => {
                out.push(character);
            }
            _ if point <= 0xff => drop(write!(out, "\\x{point:02x}")),
            _ if point <= 0xffff => drop(write!(out, "\\u{point:04x}")),
            _ => drop(write!(out, "\\U{point:08x}")),
        }
    }
    out.push(char::from(quote));
    out
}

/// Returns the `repr` of a float: the shortest text that reads back as the same value.
pub fn float_repr(value: f64) -> String {
    float_text(value, true)
}

/// Returns the shortest text in scientific notation; of two texts that are equally short and near,
/// the one with an even last digit.
fn shortest(value: f64) -> String {
    let text = format!("{value:e}");
    let digits = text.find('e').unwrap_or(text.len()).saturating_sub(2);
    let even = format!("{value:.digits$e}");
    if even.parse() == Ok(value) { even } else { text }
}

/// Returns the `repr` of a float; without `with_point`, a final `.0` is left out.
pub fn float_text(value: f64, with_point: bool) -> String {
    if value.is_nan() {
        return "nan".into();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value.is_infinite() {
        return format!("{sign}inf");
    }
    let scientific = shortest(value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = mantissa.replace('.', "");
    let (first, rest) = digits.split_at(1);
    if !(-4..16).contains(&exponent) {
        let point = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{point}{rest}e{exponent_sign}{:02}", exponent.unsigned_abs());
    }
    if exponent < 0 {
        return format!("{sign}0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1));
    }
    let before = exponent as usize + 1;
    if digits.len() > before {
        return format!("{sign}{}.{}", &digits[..before], &digits[before..]);
    }
    let point = if with_point { ".0" } else { "" };
    format!("{sign}{digits}{}{point}", "0".repeat(before - digits.len()))
}

/// Returns the `repr` of a complex number. `float_text` writes its parts, with a final `.0` if the
/// second argument is true.
pub fn complex_repr(real: f64, imaginary: f64, float_text: fn(f64, bool) -> String) -> String {
    let last = float_text(imaginary, false);
    if real == 0.0 && real.is_sign_positive() {
        return format!("{last}j");
    }
    let plus = if last.starts_with('-') { "" } else { "+" };
    format!("({}{plus}{last}j)", float_text(real, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_python_shows_them() {
        assert_eq!(long_text(true, &[1, 2]), "-65537");
        assert_eq!(long_text(false, &[0, 0, 0, 0, 0, 0, 0, 0, 1]), (1u128 << 120).to_string());
        let floats = [
            (0.1, "0.1"),
            (-0.0, "-0.0"),
            (1e16, "1e+16"),
            (1e-5, "1e-05"),
            (123_456.75, "123456.75"),
            (2f64.powi(-25), "2.9802322387695312e-08"),
            (5e-324, "5e-324"),
            (2.0, "2.0"),
        ];
        for (value, text) in floats {
            assert_eq!(float_repr(value), text);
        }
        assert_eq!(complex_repr(-0.0, 1.5, float_text), "(-0+1.5j)");
        assert_eq!(complex_repr(0.0, f64::INFINITY, float_text), "infj");
        assert_eq!(str_repr("it's \u{e9}\n".as_bytes()), "\"it's \u{e9}\\n\"");
        assert_eq!(str_repr(b"\xed\xb2\x80\x00"), "'\\udc80\\x00'");
    }
}
