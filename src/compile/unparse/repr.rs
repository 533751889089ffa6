//! `repr()` of constants. CPython: `float_repr`, `complex_repr`, `unicode_repr`, `PyBytes_Repr`.

use super::Writer;
use crate::compile::folding::from_magnitude;
use crate::object::{bytes_repr, complex_repr, float_text, str_repr_of};
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
            Constant::Complex(real, imaginary) => self.text(&complex_repr(real, imaginary, float)),
            Constant::Str(text) => self.str_repr(text),
            Constant::FreshPercent => self.str_repr(b"%"),
            Constant::FreshEmptyBytes => self.text(&bytes_repr(b"")),
            Constant::Bytes(bytes) => self.text(&bytes_repr(bytes)),
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

    pub(super) fn str_repr(&mut self, text: &[u8]) {
        let target = self.target;
        self.text(&str_repr_of(text, |point| target.assigns(point)));
    }
}

/// As `repr` shows it, but an infinity as a literal that overflows to it.
fn float(value: f64, with_point: bool) -> String {
    if value.is_infinite() {
        return String::from(if value < 0.0 { "-1e309" } else { "1e309" });
    }
    float_text(value, with_point)
}
