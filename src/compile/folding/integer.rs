//! Integers. CPython: `Objects/longobject.c`, with the limits of `safe_multiply` and similar
//! functions.

use super::float::power as powered;
use super::{ConstValue, float, integer};
use crate::syntax::ast::Operator;
use num_bigint::{BigInt, Sign};
use num_traits::{Signed, ToPrimitive, Zero};

/// Largest size of a folded product, power or shift in bits (`MAX_INT_SIZE`).
const MAX_INT_BITS: u64 = 128;

/// Returns the nearest float; none where Python raises `OverflowError`.
pub(super) fn to_float(value: &BigInt) -> Option<f64> {
    value.to_f64().filter(|value| value.is_finite())
}

/// Evaluates an operator on integers.
pub(super) fn binary(operator: Operator, left: &BigInt, right: &BigInt) -> Option<ConstValue> {
    Some(integer(match operator {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => {
            if left.bits() + right.bits() > MAX_INT_BITS && !left.is_zero() && !right.is_zero() {
                return None;
            }
            left * right
        }
        Operator::Div => return true_divide(left, right).map(float),
        Operator::FloorDiv => floor_divide(left, right)?.0,
        Operator::Mod => floor_divide(left, right)?.1,
        Operator::Pow => return power(left, right),
        Operator::LShift => {
            if left.is_zero() && !right.is_negative() {
                return Some(ConstValue::Int(0));
            }
            let shift = right.to_u64()?;
            if shift > MAX_INT_BITS || left.bits() > MAX_INT_BITS - shift {
                return None;
            }
            left << shift
        }
        Operator::RShift => match right.to_u64() {
            Some(shift) => left >> shift,
            None if right.is_negative() => return None,
            None => BigInt::from(if left.is_negative() { -1 } else { 0 }),
        },
        Operator::BitOr => left | right,
        Operator::BitXor => left ^ right,
        Operator::BitAnd => left & right,
        Operator::MatMult => return None,
    }))
}

/// Evaluates `left ** right` within the limit (`safe_power`).
fn power(left: &BigInt, right: &BigInt) -> Option<ConstValue> {
    if right.is_negative() {
        return powered(to_float(left)?, to_float(right)?);
    }
    if right.is_zero() {
        return Some(ConstValue::Int(1));
    }
    if left.is_zero() {
        return Some(ConstValue::Int(0));
    }
    let exponent = right.to_u64()?;
    if left.bits() > MAX_INT_BITS / exponent {
        return None;
    }
    if left.bits() == 1 {
        let odd = exponent % 2 == 1;
        return Some(ConstValue::Int(if left.is_negative() && odd { -1 } else { 1 }));
    }
    Some(integer(left.pow(u32::try_from(exponent).ok()?)))
}

/// Returns the quotient rounded down and the remainder with the sign of the divisor (`l_divmod`).
fn floor_divide(left: &BigInt, right: &BigInt) -> Option<(BigInt, BigInt)> {
    if right.is_zero() {
        return None;
    }
    let (quotient, remainder) = (left / right, left % right);
    if !remainder.is_zero() && (remainder.sign() != right.sign()) {
        Some((quotient - 1, remainder + right))
    } else {
        Some((quotient, remainder))
    }
}

/// Returns the correctly rounded quotient (`long_true_divide`).
fn true_divide(left: &BigInt, right: &BigInt) -> Option<f64> {
    const MANTISSA: i64 = f64::MANTISSA_DIGITS as i64;
    const MIN_EXPONENT: i64 = f64::MIN_EXP as i64;
    if right.is_zero() {
        return None;
    }
    let negative = left.is_negative() != right.is_negative();
    if left.is_zero() {
        return Some(if right.is_negative() { -0.0 } else { 0.0 });
    }
    if left.bits() <= 53 && right.bits() <= 53 {
        return Some(left.to_f64()? / right.to_f64()?);
    }
    let (left, right) = (left.abs(), right.abs());
    let difference = i64::try_from(left.bits()).ok()? - i64::try_from(right.bits()).ok()?;
    if difference > i64::from(f64::MAX_EXP) {
        return None;
    }
    let zero = if negative { -0.0 } else { 0.0 };
    if difference < MIN_EXPONENT - MANTISSA - 1 {
        return Some(zero);
    }
    let shift = difference.max(MIN_EXPONENT) - MANTISSA - 2;
    let (numerator, mut inexact) = if shift <= 0 {
        (left << shift.unsigned_abs(), false)
    } else {
        let shifted = &left >> shift.unsigned_abs();
        let lost = (&shifted << shift.unsigned_abs()) != left;
        (shifted, lost)
    };
    let quotient = &numerator / &right;
    inexact |= &quotient * &right != numerator;
    let bits = i64::try_from(quotient.bits()).ok()?;
    let extra = bits.max(MIN_EXPONENT - shift) - MANTISSA;
    let mask = 1_u64 << (extra - 1);
    let mut low = quotient.to_u64()? | u64::from(inexact);
    if low & mask != 0 && low & (3 * mask - 1) != 0 {
        low += mask;
    }
    low &= !(2 * mask - 1);
    let value = libm::ldexp(low as f64, i32::try_from(shift).ok()?);
    if value.is_infinite() {
        return None;
    }
    Some(if negative { -value } else { value })
}

/// Returns the value of an integer constant from its sign and little-endian magnitude.
pub fn from_magnitude(negative: bool, magnitude: &[u8]) -> BigInt {
    BigInt::from_bytes_le(if negative { Sign::Minus } else { Sign::Plus }, magnitude)
}
