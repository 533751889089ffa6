//! Equality of constants in Python, which selects the elements of a set display.

use crate::compile::constants::{ConstId, ConstValue, Constants};
use hashbrown::HashTable;
use num_bigint::BigInt;
use num_traits::FromPrimitive as _;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher as _};

/// Returns the first of each group of elements that are equal in Python.
pub fn distinct(items: &[ConstId], constants: &Constants) -> Vec<ConstId> {
    let hash = |item: &ConstId| {
        let mut hasher = FxHasher::default();
        hash_into(*item, constants, &mut hasher);
        hasher.finish()
    };
    let mut kept: Vec<ConstId> = Vec::with_capacity(items.len());
    let mut by_value = HashTable::with_capacity(items.len());
    for &item in items {
        let of_item = hash(&item);
        if by_value.find(of_item, |&other| equal(item, other, constants)).is_none() {
            by_value.insert_unique(of_item, item, hash);
            kept.push(item);
        }
    }
    kept
}

/// Hashes a constant so that values that are [`equal`] have the same hash.
fn hash_into(item: ConstId, constants: &Constants, hasher: &mut FxHasher) {
    match constants.value(item) {
        ConstValue::Tuple(items) => items.iter().for_each(|&item| hash_into(item, constants, hasher)),
        value => match number(value) {
            Some(number) => number.hash(hasher),
            None => item.0.hash(hasher),
        },
    }
}

/// Returns whether two constants are equal in Python.
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

/// Returns the real and imaginary part for a comparison; an integer is exact.
fn number(value: &ConstValue) -> Option<(Real, Real)> {
    let zero = Real::Int(0);
    Some(match value {
        ConstValue::True => (Real::Int(1), zero),
        ConstValue::False => (Real::Int(0), zero),
        ConstValue::Int(value) => (Real::Int(*value), zero),
        ConstValue::BigInt(value) => (Real::Big(value.clone()), zero),
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
    /// An integer outside the range of `i64`.
    Big(BigInt),
    /// A number with a fraction, infinite, or NaN.
    Float(f64),
}

impl Real {
    fn of(value: f64) -> Self {
        if value.fract() != 0.0 {
            Self::Float(value)
        } else if value.abs() < 9.0e18 {
            Self::Int(value as i64)
        } else {
            // An infinite number has no integer.
            BigInt::from_f64(value).map_or(Self::Float(value), |value| match i64::try_from(&value) {
                Ok(value) => Self::Int(value),
                Err(_) => Self::Big(value),
            })
        }
    }
}

impl Hash for Real {
    fn hash<H: std::hash::Hasher>(&self, hasher: &mut H) {
        match self {
            Self::Int(value) => value.hash(hasher),
            Self::Big(value) => value.hash(hasher),
            // No zero comes here: integral floats are integers.
            Self::Float(value) => value.to_bits().hash(hasher),
        }
    }
}
