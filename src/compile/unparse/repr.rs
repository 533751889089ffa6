//! `repr()` of constants. CPython: `float_repr`, `complex_repr`, `unicode_repr`, `PyBytes_Repr`.

use super::Writer;
use crate::compile::folding::from_magnitude;
use crate::syntax::ast::Constant;

impl Writer<'_> {
    pub(super) fn constant(&mut self, constant: &Constant<'_>) {
        match *constant {
            Constant::None => self.text("None"),
            Constant::True => self.text("True"),
            Constant::False => self.text("False"),
            Constant::Ellipsis => self.text("..."),
            Constant::Int(value) => self.text(&value.to_string()),
            Constant::BigInt { negative, magnitude } => {
                self.text(&from_magnitude(negative, magnitude).to_string());
            }
            Constant::Float(value) => self.text(&float(value, true)),
            Constant::Complex(real, imaginary) => self.text(&complex(real, imaginary)),
            Constant::Str(text) => self.str_repr(text),
            Constant::FreshPercent => self.str_repr(b"%"),
            Constant::Bytes(bytes) => self.bytes_repr(bytes),
            Constant::Tuple(items) => {
                self.text("(");
                self.separated(items, |writer, item| writer.constant(item));
                self.text(if items.len() == 1 { ",)" } else { ")" });
            }
            Constant::FrozenSet(items) => {
                self.text("frozenset({");
                self.separated(items, |writer, item| writer.constant(item));
                self.text("})");
            }
        }
    }

    fn quote(&mut self, text: &[u8]) -> u8 {
        let quote = if text.contains(&b'\'') && !text.contains(&b'"') { b'"' } else { b'\'' };
        self.out.push(quote);
        quote
    }

    fn ascii(&mut self, byte: u8, quote: u8) {
        match byte {
            b'\\' => self.text("\\\\"),
            b'\t' => self.text("\\t"),
            b'\n' => self.text("\\n"),
            b'\r' => self.text("\\r"),
            b' '..=b'~' => {
                if byte == quote {
                    self.text("\\");
                }
                self.out.push(byte);
            }
            _ => self.text(&format!("\\x{byte:02x}")),
        }
    }

    fn bytes_repr(&mut self, bytes: &[u8]) {
        self.text("b");
        let quote = self.quote(bytes);
        bytes.iter().for_each(|&byte| self.ascii(byte, quote));
        self.out.push(quote);
    }

    pub(super) fn str_repr(&mut self, text: &[u8]) {
        let quote = self.quote(text);
        for point in text.chunk_by(|_, next| next & 0xC0 == 0x80) {
            match (point, std::str::from_utf8(point).ok().and_then(|point| point.chars().next())) {
                ([byte], _) => self.ascii(*byte, quote),
                (_, Some(point)) if crate::text::is_printable(u32::from(point)) => {
                    let mut buffer = [0; 4];
                    self.text(point.encode_utf8(&mut buffer));
                }
                (_, Some(point)) => {
                    let code = u32::from(point);
                    self.text(&match code {
                        0..=0xFF => format!("\\x{code:02x}"),
                        0x100..=0xFFFF => format!("\\u{code:04x}"),
                        _ => format!("\\U{code:08x}"),
                    });
                }
                (&[_, second, third], None) => {
                    let code = 0xD000 | u32::from(second & 0x3F) << 6 | u32::from(third & 0x3F);
                    self.text(&format!("\\u{code:04x}"));
                }
                (_, None) => {}
            }
        }
        self.out.push(quote);
    }
}

/// As `repr` shows it, but an infinity as a literal that overflows to it.
fn float(value: f64, with_point: bool) -> String {
    if value.is_infinite() {
        return String::from(if value < 0.0 { "-1e309" } else { "1e309" });
    }
    crate::object::float_text(value, with_point)
}

fn complex(real: f64, imaginary: f64) -> String {
    let last = float(imaginary, false);
    if real == 0.0 && real.is_sign_positive() {
        return format!("{last}j");
    }
    let plus = if last.starts_with('-') { "" } else { "+" };
    format!("({}{plus}{last}j)", float(real, false))
}
