//! Floats. CPython: `Objects/floatobject.c`.

use super::complex::{self, PowerForm};
use super::{ConstValue, complex_value, float};
use crate::syntax::ast::Operator;
use crate::target::Features;

/// Evaluates an operator on floats. For two NaNs, `features` selects the one that is the result.
pub(super) fn binary(operator: Operator, left: f64, right: f64, features: &Features) -> Option<ConstValue> {
    if left.is_nan() && right.is_nan() {
        let takes_second = match operator {
            Operator::Add => features.second_nan,
            Operator::Mult => features.second_nan_of_product,
            Operator::Sub | Operator::Div | Operator::FloorDiv | Operator::Mod => false,
            Operator::Pow => return power(left, right),
            _ => return None,
        };
        return Some(float(if takes_second { right } else { left }));
    }
    Some(float(match operator {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => left * right,
        Operator::Div if right != 0.0 => left / right,
        Operator::FloorDiv if right != 0.0 => divide(left, right).0,
        Operator::Mod if right != 0.0 => divide(left, right).1,
        Operator::Pow => return power(left, right),
        _ => return None,
    }))
}

/// Returns the quotient rounded down and the remainder with the sign of the divisor
/// (`_float_div_mod`).
fn divide(left: f64, right: f64) -> (f64, f64) {
    let mut remainder = left % right;
    let mut quotient = (left - remainder) / right;
    if remainder == 0.0 {
        remainder = 0.0_f64.copysign(right);
    } else if (right < 0.0) != (remainder < 0.0) {
        remainder += right;
        quotient -= 1.0;
    }
    let floor = if quotient == 0.0 {
        0.0_f64.copysign(left / right)
    } else {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    };
    (floor, remainder)
}

/// Evaluates `left ** right`, which is complex for a negative base and a fractional exponent
/// (`float_pow`).
pub(super) fn power(left: f64, right: f64) -> Option<ConstValue> {
    let odd = right.abs() % 2.0 == 1.0;
    let value = if right == 0.0 {
        1.0
    } else if left.is_nan() {
        left
    } else if right.is_nan() {
        if left == 1.0 { 1.0 } else { right }
    } else if right.is_infinite() {
        let base = left.abs();
        if base == 1.0 {
            1.0
        } else if (right > 0.0) == (base > 1.0) {
            right.abs()
        } else {
            0.0
        }
    } else if left.is_infinite() {
        match (right > 0.0, odd) {
            (true, true) => left,
            (true, false) => left.abs(),
            (false, true) => 0.0_f64.copysign(left),
            (false, false) => 0.0,
        }
    } else if left == 0.0 {
        if right < 0.0 {
            return None;
        }
        if odd { left } else { 0.0 }
    } else if left < 0.0 && right != right.floor() {
        return complex::power((left, 0.0), (right, 0.0), PowerForm::default()).map(complex_value);
    } else {
        let base = left.abs();
        let value = if base == 1.0 { 1.0 } else { base.powf(right) };
        if value.is_infinite() {
            return None;
        }
        if left < 0.0 && odd { -value } else { value }
    };
    Some(float(value))
}
