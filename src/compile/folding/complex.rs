//! Complex numbers. CPython: `Objects/complexobject.c`.

use super::Number;
use crate::syntax::ast::Operator;
use crate::target::Features;

/// Real and imaginary part.
type Complex = (f64, f64);

/// Evaluates an operator of which one operand is complex.
pub(super) fn binary(
    operator: Operator,
    left: &Number,
    right: &Number,
    features: &Features,
) -> Option<Complex> {
    let mixed = features.mixed_complex;
    let promote = |number: &Number| match number {
        Number::Complex(real, imaginary) => Some((*real, *imaginary)),
        number => Some((number.real()?, 0.0)),
    };
    let (left_real, right_real) = if mixed { (left.real(), right.real()) } else { (None, None) };
    let (a, b) = (promote(left)?, promote(right)?);
    match (operator, left_real, right_real) {
        (Operator::Add, None, None) if features.second_nan_of_complex_sum => {
            Some((plus(b.0, a.0), plus(b.1, a.1)))
        }
        (Operator::Add, None, None) => Some((plus(a.0, b.0), plus(a.1, b.1))),
        (Operator::Add, Some(real), _) => Some((plus(b.0, real), b.1)),
        (Operator::Add, None, Some(real)) => Some((plus(a.0, real), a.1)),
        (Operator::Sub, None, None) => Some((minus(a.0, b.0), minus(a.1, b.1))),
        (Operator::Sub, Some(real), _) => Some((minus(real, b.0), -b.1)),
        (Operator::Sub, None, Some(real)) => Some((minus(a.0, real), a.1)),
        (Operator::Mult, None, None) => Some(product(a, b, features.second_nan_by_imaginary_part, features)),
        (Operator::Mult, Some(real), _) => Some((times(b.0, real), times(real, b.1))),
        (Operator::Mult, None, Some(real)) => Some((times(real, a.0), times(real, a.1))),
        (Operator::Div, None, None) => quotient(a, b, features),
        (Operator::Div, Some(real), _) => real_by_complex(real, b),
        (Operator::Div, None, Some(real)) => (real != 0.0).then(|| (over(a.0, real), over(a.1, real))),
        (Operator::Pow, ..) => {
            if b.1 == 0.0 && b.0 == b.0.floor() && b.0.abs() <= 100.0 {
                finite(integer_power(a, b.0 as i64, features)?)
            } else {
                power(
                    a,
                    b,
                    PowerForm {
                        nan_of_cosine: features.nan_of_cosine,
                        by_division: features.power_by_division,
                    },
                )
            }
        }
        _ => None,
    }
}

/// Returns `None` for an infinite power, which raises `OverflowError`.
fn finite(value: Complex) -> Option<Complex> {
    (!value.0.is_infinite() && !value.1.is_infinite()).then_some(value)
}

// Of two NaNs the first is the result, as on the processor. A C compiler may swap operands, and
// CPython's did. The order below is that of the reference interpreters (x86-64).

fn first_nan(x: f64, y: f64, result: f64) -> f64 {
    if x.is_nan() {
        x
    } else if y.is_nan() {
        y
    } else {
        result
    }
}

fn plus(x: f64, y: f64) -> f64 {
    first_nan(x, y, x + y)
}

fn minus(x: f64, y: f64) -> f64 {
    first_nan(x, y, x - y)
}

fn times(x: f64, y: f64) -> f64 {
    first_nan(x, y, x * y)
}

fn over(x: f64, y: f64) -> f64 {
    first_nan(x, y, x / y)
}

/// Multiplies two numbers (`_Py_c_prod`). `second` applies to products of the left number's
/// imaginary part.
fn product(a: Complex, b: Complex, second: bool, features: &Features) -> Complex {
    let by = |x, y, second| if second { times(y, x) } else { times(x, y) };
    let (bd, bc) = (by(a.1, b.1, second), by(a.1, b.0, second));
    let second = features.second_nan_by_real_part;
    let (ac, ad) = (by(a.0, b.0, second), by(a.0, b.1, second));
    let imaginary = if features.second_nan_of_imaginary_sum { plus(bc, ad) } else { plus(ad, bc) };
    let plain = (minus(ac, bd), imaginary);
    if !features.mixed_complex || !plain.0.is_nan() || !plain.1.is_nan() {
        return plain;
    }
    let (mut a, mut b, mut again) = (a, b, false);
    let zero_nan = |value: f64| if value.is_nan() { 0.0_f64.copysign(value) } else { value };
    if a.0.is_infinite() || a.1.is_infinite() {
        a = boxed(a);
        b = (zero_nan(b.0), zero_nan(b.1));
        again = true;
    }
    if b.0.is_infinite() || b.1.is_infinite() {
        b = boxed(b);
        a = (zero_nan(a.0), zero_nan(a.1));
        again = true;
    }
    if !again && [ac, bd, ad, bc].iter().any(|part| part.is_infinite()) {
        a = (zero_nan(a.0), zero_nan(a.1));
        b = (zero_nan(b.0), zero_nan(b.1));
        again = true;
    }
    if !again {
        return plain;
    }
    (f64::INFINITY * (a.0 * b.0 - a.1 * b.1), f64::INFINITY * (a.0 * b.1 + a.1 * b.0))
}

/// Replaces infinite parts by 1 and finite ones by 0, with their signs.
fn boxed(value: Complex) -> Complex {
    let part = |part: f64| f64::from(u8::from(part.is_infinite())).copysign(part);
    (part(value.0), part(value.1))
}

/// Divides two numbers (`_Py_c_quot`).
fn quotient(a: Complex, b: Complex, features: &Features) -> Option<Complex> {
    let (real, imaginary) = (b.0.abs(), b.1.abs());
    let plain = if real >= imaginary {
        if real == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = plus(b.0, times(b.1, ratio));
        let (real, product) = if features.nan_of_ratio {
            (plus(times(ratio, a.1), a.0), times(ratio, a.0))
        } else {
            (plus(a.0, times(a.1, ratio)), times(a.0, ratio))
        };
        (over(real, denominator), over(minus(a.1, product), denominator))
    } else if imaginary >= real {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        let product = times(a.0, ratio);
        let real = if features.nan_of_ratio { plus(product, a.1) } else { plus(a.1, product) };
        (over(real, denominator), over(minus(times(a.1, ratio), a.0), denominator))
    } else {
        (f64::NAN, f64::NAN)
    };
    if !features.mixed_complex || !plain.0.is_nan() || !plain.1.is_nan() {
        return Some(plain);
    }
    let infinite = |value: Complex| value.0.is_infinite() || value.1.is_infinite();
    let all_finite = |value: Complex| value.0.is_finite() && value.1.is_finite();
    if infinite(a) && all_finite(b) {
        let (x, y) = boxed(a);
        return Some((f64::INFINITY * (x * b.0 + y * b.1), f64::INFINITY * (y * b.0 - x * b.1)));
    }
    if infinite(b) && all_finite(a) {
        let (x, y) = boxed(b);
        return Some((0.0 * (a.0 * x + a.1 * y), 0.0 * (a.1 * x - a.0 * y)));
    }
    Some(plain)
}

/// Divides a real number by a complex number (`_Py_rc_quot`).
fn real_by_complex(a: f64, b: Complex) -> Option<Complex> {
    let (real, imaginary) = (b.0.abs(), b.1.abs());
    let plain = if real >= imaginary {
        if real == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        (over(a, denominator), over(times(ratio, -a), denominator))
    } else if imaginary >= real {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        (over(times(a, ratio), denominator), over(-a, denominator))
    } else {
        (f64::NAN, f64::NAN)
    };
    let infinite = b.0.is_infinite() || b.1.is_infinite();
    if plain.0.is_nan() && plain.1.is_nan() && a.is_finite() && infinite {
        let (x, y) = boxed(b);
        return Some((0.0 * (a * x), 0.0 * (-a * y)));
    }
    Some(plain)
}

/// Raises a number to an integer power (`c_powi`).
fn integer_power(base: Complex, exponent: i64, features: &Features) -> Option<Complex> {
    if exponent > 0 {
        return Some(positive_power(base, exponent, features));
    }
    quotient((1.0, 0.0), positive_power(base, -exponent, features), features)
}

/// Raises a number to a positive integer power by squaring (`c_powu`).
fn positive_power(base: Complex, exponent: i64, features: &Features) -> Complex {
    let second = features.second_nan_by_imaginary_part;
    let second_of_result = second && !features.first_nan_in_power;
    let mut square = base;
    let mut result = (1.0, 0.0);
    let mut mask = 1;
    while exponent >= mask {
        if exponent & mask != 0 {
            result = product(result, square, second_of_result, features);
        }
        mask <<= 1;
        square = product(square, square, second, features);
    }
    result
}

/// Order of the operations of a power, which decides its last digit and the sign of a NaN.
#[derive(Clone, Copy, Default)]
pub(super) struct PowerForm {
    /// Of two NaNs, those of the exponent and the cosine are selected rather than those of the
    /// angle and the length.
    pub(super) nan_of_cosine: bool,
    /// The length is divided by an exponential rather than multiplied by the inverse.
    pub(super) by_division: bool,
}

/// Raises a number to a power by logarithm and angle (`_Py_c_pow`).
pub(super) fn power(a: Complex, b: Complex, form: PowerForm) -> Option<Complex> {
    if b.0 == 0.0 && b.1 == 0.0 {
        return Some((1.0, 0.0));
    }
    if a.0 == 0.0 && a.1 == 0.0 {
        return (b.1 == 0.0 && (b.0 >= 0.0 || b.0.is_nan())).then_some((0.0, 0.0));
    }
    let absolute = a.0.hypot(a.1);
    let mut length = absolute.powf(b.0);
    let angle = a.1.atan2(a.0);
    let mut phase = if form.nan_of_cosine { times(b.0, angle) } else { times(angle, b.0) };
    if b.1 != 0.0 {
        length = if form.by_division {
            over(length, times(angle, b.1).exp())
        } else {
            times(times(-angle, b.1).exp(), length)
        };
        phase = plus(phase, times(b.1, absolute.ln()));
    }
    if phase.is_infinite() {
        // The C library has no sine for it, and Python raises an error.
        return None;
    }
    let (cosine, sine) = if phase.is_nan() { (phase, phase) } else { (phase.cos(), phase.sin()) };
    let real = if form.nan_of_cosine { times(cosine, length) } else { times(length, cosine) };
    finite((real, times(length, sine)))
}
