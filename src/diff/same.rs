//! Equality of two marshalled objects, whatever they mark as shared.

use crate::object::{NodeId, Objects, Value};

/// The first pair of objects that differ, without regard to reference flags, references, interned bits and the short
/// and long forms of one type.
pub fn first_difference(one: &Objects, other: &Objects) -> Option<(NodeId, NodeId)> {
    differ(one, Objects::ROOT, other, Objects::ROOT)
}

/// Returns whether two objects are the same in that sense.
pub(super) fn same_objects(one: &Objects, left: NodeId, other: &Objects, right: NodeId) -> bool {
    differ(one, left, other, right).is_none()
}

fn differ(one: &Objects, left: NodeId, other: &Objects, right: NodeId) -> Option<(NodeId, NodeId)> {
    let mut pairs = vec![(left, right)];
    // A pair that was compared need not be compared again: references can make a small file a large tree.
    let mut seen = rustc_hash::FxHashSet::default();
    while let Some((left, right)) = pairs.pop() {
        let (left, right) = (one.resolve(left), other.resolve(right));
        if !seen.insert((left, right)) {
            continue;
        }
        let (a, b) = (one.node(left), other.node(right));
        let same = match (&a.value, &b.value) {
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Sequence(a_parts), Value::Sequence(b_parts)) => {
                let same = kind(a.type_code) == kind(b.type_code) && a_parts.len() == b_parts.len();
                if same {
                    pairs.extend(a_parts.iter().copied().zip(b_parts.iter().copied()).rev());
                }
                same
            }
            (Value::Code(a), Value::Code(b)) => {
                let same = a.numbers() == b.numbers();
                if same {
                    let both: Vec<_> = a.parts().zip(b.parts()).collect();
                    pairs.extend(both.into_iter().rev());
                }
                same
            }
            (a_value, b_value) => a.type_code == b.type_code && a_value == b_value,
        };
        if !same {
            return Some((left, right));
        }
    }
    None
}

/// `)` and `(` are both tuples.
fn kind(type_code: u8) -> u8 {
    if type_code == b')' { b'(' } else { type_code }
}
