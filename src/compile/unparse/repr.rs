//! `repr()` of constants. CPython: `float_repr`, `complex_repr`, `unicode_repr`, `PyBytes_Repr`,
//! `long_to_decimal_string`.

use super::Unparser;
use crate::compile::folding::from_magnitude;
use crate::object::{bytes_repr, complex_repr, float_text, str_repr_of};
use crate::syntax::ast::Constant;
use crate::syntax::{ErrorType, SyntaxError};
use crate::target::Target;

/// Largest number of decimal digits that CPython converts (`_PY_LONG_DEFAULT_MAX_STR_DIGITS`).
const MAX_DIGITS: usize = 4300;
/// An integer of more bits has more than [`MAX_DIGITS`] digits.
const MAX_BITS: u64 = 14_285;

/// Returns the `repr` of a constant.
///
/// # Errors
/// Reports an integer of more than 4,300 digits.
pub fn repr(constant: &Constant<'_>, target: &Target) -> Result<String, SyntaxError> {
    let mut out = Vec::new();
    write(constant, target, float_text, &mut out).map_err(|TooLong| too_long())?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Error for an integer with more digits than CPython converts.
struct TooLong;

/// Returns the exception that CPython raises for such an integer.
pub(super) fn too_long() -> SyntaxError {
    let message = format!(
        "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion; use \
         sys.set_int_max_str_digits() to increase the limit"
    );
    SyntaxError::without_place(ErrorType::Value, message)
}

impl Unparser<'_> {
    pub(super) fn constant(&mut self, constant: &Constant<'_>) {
        self.too_long |= write(constant, self.target, float, &mut self.out).is_err();
    }

    pub(super) fn str_repr(&mut self, text: &[u8]) {
        self.constant(&Constant::Str(text));
    }
}

fn write(
    constant: &Constant<'_>,
    target: &Target,
    float: fn(f64, bool) -> String,
    out: &mut Vec<u8>,
) -> Result<(), TooLong> {
    let str_repr = |text| str_repr_of(text, |point| target.assigns(point));
    let text = match *constant {
        Constant::None => "None".into(),
        Constant::True => "True".into(),
        Constant::False => "False".into(),
        Constant::Ellipsis => "...".into(),
        Constant::Int(value) => value.to_string(),
        Constant::BigInt { negative, magnitude } => integer(negative, magnitude)?,
        Constant::Float(value) => float(value, true),
        Constant::Complex(real, imaginary) => complex_repr(real, imaginary, float),
        Constant::Str(text) => str_repr(text),
        Constant::FreshPercent => str_repr(b"%"),
        Constant::FreshEmptyBytes => bytes_repr(b""),
        Constant::Bytes(bytes) => bytes_repr(bytes),
        Constant::Tuple(items) => {
            out.push(b'(');
            separated(items, target, float, out)?;
            if items.len() == 1 { ",)".into() } else { ")".into() }
        }
        Constant::FrozenSet(items) => {
            out.extend_from_slice(b"frozenset({");
            separated(items, target, float, out)?;
            "})".into()
        }
    };
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

fn separated(
    items: &[Constant<'_>],
    target: &Target,
    float: fn(f64, bool) -> String,
    out: &mut Vec<u8>,
) -> Result<(), TooLong> {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        write(item, target, float, out)?;
    }
    Ok(())
}

fn integer(negative: bool, magnitude: &[u8]) -> Result<String, TooLong> {
    let value = from_magnitude(negative, magnitude);
    if value.bits() <= MAX_BITS {
        let text = value.to_string();
        if text.len() - usize::from(negative) <= MAX_DIGITS {
            return Ok(text);
        }
    }
    Err(TooLong)
}

/// Returns the `repr` of a float, but an infinity as a literal that overflows to it.
fn float(value: f64, with_point: bool) -> String {
    if value.is_infinite() {
        return String::from(if value < 0.0 { "-1e309" } else { "1e309" });
    }
    float_text(value, with_point)
}
