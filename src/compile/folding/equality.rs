//! Which constants Python takes for equal: what a set keeps of a display.

use crate::compile::constants::{ConstId, ConstValue, Constants};

/// Elements that Python's `==` tells apart, the first of each kind.
pub fn distinct(items: &[ConstId], constants: &Constants) -> Vec<ConstId> {
    let mut kept: Vec<ConstId> = Vec::with_capacity(items.len());
    for &item in items {
        if !kept.iter().any(|&other| equal(item, other, constants)) {
            kept.push(item);
        }
    }
    kept
}

fn equal(left: ConstId, right: ConstId, constants: &Constants) -> bool {
    if left == right {
        return true;
    }
    match (constants.value(left), constants.value(right)) {
        (ConstValue::Tuple(left), ConstValue::Tuple(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(&left, &right)| equal(left, right, constants))
        }
        (left, right) => match (number(left), number(right)) {
            (Some(left), Some(right)) => left == right,
            _ => false,
        },
    }
}

/// Real and imaginary part as Python compares them; an integer is exact.
fn number(value: &ConstValue) -> Option<(Real, Real)> {
    let zero = Real::Int(0);
    Some(match value {
        ConstValue::True => (Real::Int(1), zero),
        ConstValue::False => (Real::Int(0), zero),
        ConstValue::Int(value) => (Real::Int(*value), zero),
        ConstValue::Float(bits) => (Real::of(f64::from_bits(*bits)), zero),
        ConstValue::Complex(real, imaginary) => {
            (Real::of(f64::from_bits(*real)), Real::of(f64::from_bits(*imaginary)))
        }
        _ => return None,
    })
}

#[derive(PartialEq)]
enum Real {
    Int(i64),
    Float(f64),
}

impl Real {
    fn of(value: f64) -> Self {
        if value.fract() == 0.0 && value.abs() < 9.0e18 {
            Self::Int(value as i64)
        } else {
            Self::Float(value)
        }
    }
}
