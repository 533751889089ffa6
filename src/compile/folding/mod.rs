//! Constant operands → the constant result of an operator, within CPython's limits.
//!
//! CPython: `fold_const_binop` and `fold_const_unaryop` in `Python/flowgraph.c` (3.14 and newer),
//! `fold_binop` and `fold_unaryop` in `Python/ast_opt.c` (before). Sizes are limited as in CPython,
//! and an operation that would raise is not folded.
//!
//! **Invariant:** adds nothing to the constants; the caller decides how a result is merged.

mod complex;
mod equality;
mod float;
mod integer;
mod sequence;

pub use integer::from_magnitude;

use super::constants::{ConstId, ConstValue, Constants};
pub use equality::distinct;

use crate::syntax::ast::{Operator, UnaryOperator};
use crate::target::Target;
use num_bigint::BigInt;

/// Result of a folded operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Folded {
    /// A new value.
    Value(ConstValue),
    /// A new object although CPython has a singleton for the value.
    Fresh(ConstValue),
    /// A member of the tuple that was subscripted.
    Member(ConstId),
}

/// A number, promoted as far as an operation needs. `bool` counts as an integer.
#[derive(Clone, Debug)]
enum Number {
    Int(BigInt),
    Float(f64),
    Complex(f64, f64),
}

impl Number {
    fn from(value: &ConstValue) -> Option<Self> {
        Some(match value {
            ConstValue::True => Self::Int(BigInt::from(1)),
            ConstValue::False => Self::Int(BigInt::from(0)),
            ConstValue::Int(value) => Self::Int(BigInt::from(*value)),
            ConstValue::BigInt(value) => Self::Int(value.clone()),
            ConstValue::Float(bits) => Self::Float(f64::from_bits(*bits)),
            ConstValue::Complex(real, imaginary) => {
                Self::Complex(f64::from_bits(*real), f64::from_bits(*imaginary))
            }
            _ => return None,
        })
    }

    /// Returns the number as a float; none if it is complex or too large.
    fn real(&self) -> Option<f64> {
        match self {
            Self::Int(value) => integer::to_float(value),
            Self::Float(value) => Some(*value),
            Self::Complex(..) => None,
        }
    }
}

/// Returns an integer as its smallest variant.
pub fn integer(value: BigInt) -> ConstValue {
    match i64::try_from(&value) {
        Ok(small) => ConstValue::Int(small),
        Err(_) => ConstValue::BigInt(value),
    }
}

fn float(value: f64) -> ConstValue {
    ConstValue::Float(value.to_bits())
}

fn complex_value((real, imaginary): (f64, f64)) -> ConstValue {
    ConstValue::Complex(real.to_bits(), imaginary.to_bits())
}

/// Returns the truth value of a constant.
pub fn truth(value: &ConstValue) -> bool {
    match value {
        ConstValue::None | ConstValue::False => false,
        ConstValue::True | ConstValue::Ellipsis | ConstValue::Slice(_) | ConstValue::Code(_) => true,
        ConstValue::Int(value) => *value != 0,
        ConstValue::BigInt(value) => value.sign() != num_bigint::Sign::NoSign,
        ConstValue::Float(bits) => f64::from_bits(*bits) != 0.0,
        ConstValue::Complex(real, imaginary) => {
            f64::from_bits(*real) != 0.0 || f64::from_bits(*imaginary) != 0.0
        }
        ConstValue::Str(text) | ConstValue::Bytes(text) => !text.is_empty(),
        ConstValue::Tuple(items) | ConstValue::FrozenSet(items) => !items.is_empty(),
    }
}

/// Evaluates `operator operand` (`eval_const_unaryop`). `~` of a `bool` is folded; the caller
/// excludes it where needed.
pub fn unary(operator: UnaryOperator, operand: &ConstValue) -> Option<ConstValue> {
    if operator == UnaryOperator::Not {
        return Some(if truth(operand) { ConstValue::False } else { ConstValue::True });
    }
    Some(match (operator, Number::from(operand)?) {
        (UnaryOperator::UAdd, Number::Int(value)) => integer(value),
        (UnaryOperator::USub, Number::Int(value)) => integer(-value),
        (UnaryOperator::Invert, Number::Int(value)) => integer(-value - 1),
        (UnaryOperator::UAdd, Number::Float(value)) => float(value),
        (UnaryOperator::USub, Number::Float(value)) => float(-value),
        (UnaryOperator::UAdd, Number::Complex(real, imaginary)) => complex_value((real, imaginary)),
        (UnaryOperator::USub, Number::Complex(real, imaginary)) => complex_value((-real, -imaginary)),
        _ => return None,
    })
}

/// Evaluates `left operator right` (`eval_const_binop`).
pub fn binary(
    operator: Operator,
    left: &ConstValue,
    right: &ConstValue,
    constants: &Constants,
    target: &Target,
) -> Option<ConstValue> {
    if let (ConstValue::True | ConstValue::False, ConstValue::True | ConstValue::False) = (left, right)
        && let Some(value) = of_bools(operator, left, right)
    {
        return Some(value);
    }
    match operator {
        Operator::MatMult => return None,
        Operator::Mod if matches!(left, ConstValue::Str(_) | ConstValue::Bytes(_)) => return None,
        Operator::Add if sequence::is_sequence(left) => return sequence::concatenate(left, right),
        Operator::Mult if sequence::is_sequence(left) => {
            return sequence::repeat(left, right, constants);
        }
        Operator::Mult if sequence::is_sequence(right) => {
            return sequence::repeat(right, left, constants);
        }
        _ => {}
    }
    match (Number::from(left)?, Number::from(right)?) {
        (Number::Int(left), Number::Int(right)) => integer::binary(operator, &left, &right),
        (left, right) => {
            if matches!(left, Number::Complex(..)) || matches!(right, Number::Complex(..)) {
                return complex::binary(operator, &left, &right, &target.features).map(complex_value);
            }
            if target.features.minus_one_negates
                && operator == Operator::Mult
                && matches!(&right, Number::Int(value) if *value == BigInt::from(-1))
            {
                return Some(float(-left.real()?));
            }
            float::binary(operator, left.real()?, right.real()?, &target.features)
        }
    }
}

/// Returns whether `folded` is an empty bytes product, for which CPython makes a new object.
pub fn makes_empty_anew(folded: &ConstValue, left: &ConstValue, right: &ConstValue) -> bool {
    let is_empty = |value: &ConstValue| matches!(value, ConstValue::Bytes(bytes) if bytes.is_empty());
    is_empty(folded) && !is_empty(left) && !is_empty(right)
}

/// Evaluates `left[right]` (`eval_const_binop`).
pub fn subscript(left: &ConstValue, right: &ConstValue, constants: &Constants) -> Option<Folded> {
    match right {
        ConstValue::Slice(parts) => {
            let mut indices = [None; 3];
            for (index, part) in indices.iter_mut().zip(parts) {
                *index = match constants.value(*part) {
                    ConstValue::None => None,
                    value => Some(sequence::saturating_index(value)?),
                };
            }
            let value = sequence::slice(left, indices)?;
            let is_single = match &value {
                ConstValue::Str(text) => {
                    std::str::from_utf8(text).is_ok_and(|text| text.chars().count() == 1)
                }
                ConstValue::Bytes(bytes) => bytes.len() == 1,
                _ => false,
            };
            let in_steps = indices[2].is_some_and(|step| step != 1);
            Some(if is_single && in_steps { Folded::Fresh(value) } else { Folded::Value(value) })
        }
        _ => sequence::item(left, sequence::index(right)?),
    }
}

/// Evaluates `&`, `|` and `^` of two `bool`s, which give a `bool`.
fn of_bools(operator: Operator, left: &ConstValue, right: &ConstValue) -> Option<ConstValue> {
    let (left, right) = (*left == ConstValue::True, *right == ConstValue::True);
    let value = match operator {
        Operator::BitAnd => left & right,
        Operator::BitOr => left | right,
        Operator::BitXor => left ^ right,
        _ => return None,
    };
    Some(if value { ConstValue::True } else { ConstValue::False })
}

#[cfg(test)]
mod tests;
