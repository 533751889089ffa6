//! Text, bytes and tuples.

use super::{ConstValue, Constants, Folded};
use num_bigint::Sign;
use num_traits::ToPrimitive;

/// Largest length of repeated text or bytes (`MAX_STR_SIZE`).
const MAX_TEXT: usize = 4096;
/// Largest length of a repeated tuple (`MAX_COLLECTION_SIZE`).
const MAX_ITEMS: usize = 256;
/// Largest length including the items of nested tuples (`MAX_TOTAL_ITEMS`).
const MAX_TOTAL_ITEMS: i64 = 1024;

pub(super) const fn is_sequence(value: &ConstValue) -> bool {
    matches!(value, ConstValue::Str(_) | ConstValue::Bytes(_) | ConstValue::Tuple(_))
}

/// Evaluates `left + right`.
pub(super) fn concatenate(left: &ConstValue, right: &ConstValue) -> Option<ConstValue> {
    Some(match (left, right) {
        (ConstValue::Str(left), ConstValue::Str(right)) => {
            ConstValue::Str([&**left, &**right].concat().into())
        }
        (ConstValue::Bytes(left), ConstValue::Bytes(right)) => {
            ConstValue::Bytes([&**left, &**right].concat().into())
        }
        (ConstValue::Tuple(left), ConstValue::Tuple(right)) => {
            ConstValue::Tuple([&**left, &**right].concat().into())
        }
        _ => return None,
    })
}

/// Evaluates `sequence * count` within the limits (`safe_multiply`).
pub(super) fn repeat(sequence: &ConstValue, count: &ConstValue, constants: &Constants) -> Option<ConstValue> {
    let count = match count {
        ConstValue::True => 1,
        ConstValue::False => 0,
        ConstValue::Int(count) => *count,
        _ => return None,
    };
    let length = match sequence {
        ConstValue::Str(text) => code_points(text),
        ConstValue::Bytes(bytes) => bytes.len(),
        ConstValue::Tuple(items) => items.len(),
        _ => return None,
    };
    let limit = if matches!(sequence, ConstValue::Tuple(_)) { MAX_ITEMS } else { MAX_TEXT };
    let repetitions = match limit.checked_div(length) {
        None => 0,
        Some(most) => {
            let repetitions = usize::try_from(count).ok().filter(|repetitions| *repetitions <= most)?;
            if repetitions > 0 && matches!(sequence, ConstValue::Tuple(_)) {
                complexity(sequence, MAX_TOTAL_ITEMS / count, constants)?;
            }
            repetitions
        }
    };
    Some(match sequence {
        ConstValue::Str(text) => ConstValue::Str(text.repeat(repetitions).into()),
        ConstValue::Bytes(bytes) => ConstValue::Bytes(bytes.repeat(repetitions).into()),
        ConstValue::Tuple(items) => ConstValue::Tuple(items.repeat(repetitions).into()),
        _ => return None,
    })
}

/// Counts the items of nested tuples against `limit` and returns the rest (`check_complexity`).
fn complexity(value: &ConstValue, mut limit: i64, constants: &Constants) -> Option<i64> {
    if let ConstValue::Tuple(items) | ConstValue::FrozenSet(items) = value {
        limit -= i64::try_from(items.len()).ok()?;
        if limit < 0 {
            return None;
        }
        for item in items {
            limit = complexity(constants.value(*item), limit, constants)?;
        }
    }
    Some(limit)
}

/// Returns an index that fits in 64 bits.
pub(super) fn index(value: &ConstValue) -> Option<i64> {
    match value {
        ConstValue::True => Some(1),
        ConstValue::False => Some(0),
        ConstValue::Int(index) => Some(*index),
        _ => None,
    }
}

/// Returns a bound of a slice, saturated to 64 bits as in Python.
pub(super) fn saturating_index(value: &ConstValue) -> Option<i64> {
    match value {
        ConstValue::BigInt(value) => {
            Some(value.to_i64().unwrap_or(if value.sign() == Sign::Minus { i64::MIN } else { i64::MAX }))
        }
        value => index(value),
    }
}

/// Evaluates `sequence[index]`; none if it is out of range.
pub(super) fn item(sequence: &ConstValue, index: i64) -> Option<Folded> {
    let place = |length: usize| {
        let length = i64::try_from(length).ok()?;
        let place = if index < 0 { index.checked_add(length)? } else { index };
        if (0..length).contains(&place) { usize::try_from(place).ok() } else { None }
    };
    Some(match sequence {
        ConstValue::Str(text) => {
            let points = split(text);
            Folded::Value(ConstValue::Str(points[place(points.len())?].into()))
        }
        ConstValue::Bytes(bytes) => Folded::Value(ConstValue::Int(i64::from(bytes[place(bytes.len())?]))),
        ConstValue::Tuple(items) => Folded::Member(items[place(items.len())?]),
        _ => return None,
    })
}

/// Evaluates `sequence[start:stop:step]`.
pub(super) fn slice(sequence: &ConstValue, indices: [Option<i64>; 3]) -> Option<ConstValue> {
    Some(match sequence {
        ConstValue::Str(text) => {
            let points = split(text);
            let chosen: Vec<&[u8]> =
                places(points.len(), indices)?.into_iter().map(|place| points[place]).collect();
            ConstValue::Str(chosen.concat().into())
        }
        ConstValue::Bytes(bytes) => {
            ConstValue::Bytes(places(bytes.len(), indices)?.into_iter().map(|place| bytes[place]).collect())
        }
        ConstValue::Tuple(items) => {
            ConstValue::Tuple(places(items.len(), indices)?.into_iter().map(|place| items[place]).collect())
        }
        _ => return None,
    })
}

/// Returns the indices that a slice selects (`PySlice_AdjustIndices`).
fn places(length: usize, [start, stop, step]: [Option<i64>; 3]) -> Option<Vec<usize>> {
    let length = i64::try_from(length).ok()?;
    let step = step.unwrap_or(1).max(-i64::MAX);
    if step == 0 {
        return None;
    }
    let (low, high) = if step < 0 { (-1, length - 1) } else { (0, length) };
    let clamp = |index: i64| {
        let index = if index < 0 { index.saturating_add(length) } else { index };
        index.clamp(low, high)
    };
    let mut place = start.map_or(if step < 0 { high } else { low }, clamp);
    let stop = stop.map_or(if step < 0 { low } else { high }, clamp);
    let mut chosen = Vec::new();
    while if step < 0 { place > stop } else { place < stop } {
        chosen.push(usize::try_from(place).ok()?);
        place = place.saturating_add(step);
    }
    Some(chosen)
}

/// Splits WTF-8 text into code points.
fn split(text: &[u8]) -> Vec<&[u8]> {
    text.chunk_by(|_, next| next & 0xC0 == 0x80).collect()
}

/// Returns the number of code points.
fn code_points(text: &[u8]) -> usize {
    text.iter().filter(|byte| *byte & 0xC0 != 0x80).count()
}
