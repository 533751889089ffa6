//! Equality of two marshalled objects, whatever their reference flags.

use crate::object::{ObjectId, Objects, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;

/// Returns the first pair of objects that differ, without regard to reference flags, references,
/// interned strings, and short or long forms of a type.
pub fn first_difference(one: &Objects, other: &Objects) -> Option<(ObjectId, ObjectId)> {
    differ(one, Objects::ROOT, other, Objects::ROOT, None)
}

/// Returns whether two objects are the same as in [`first_difference`], and without regard to the
/// order of elements in sets. This order depends on hashes and addresses in the process that
/// marshalled the set.
pub fn have_same_value(one: &Objects, other: &Objects) -> bool {
    differ(one, Objects::ROOT, other, Objects::ROOT, Some(&mut ValueClasses::default())).is_none()
}

/// Gives each set of two objects the order of elements of an earlier equal set, so that
/// [`first_difference`] finds no set that differs in its order alone.
pub(super) fn same_orders(one: &mut Objects, other: &mut Objects) {
    let mut classes = ValueClasses::default();
    let mut orders: FxHashMap<u32, FxHashMap<u32, usize>> = FxHashMap::default();
    for (side, objects) in [(0, one), (1, other)] {
        for at in 0..objects.nodes.len() {
            let Value::Sequence(parts) = &objects.nodes[at].value else { continue };
            if !is_set(objects.nodes[at].type_code) {
                continue;
            }
            let mut class = |id| classes.of(side, objects, id);
            let Some(whole) = class(ObjectId(at as u32)) else { continue };
            let elements = parts.iter().map(|&part| Some((class(part)?, part))).collect::<Option<Vec<_>>>();
            let Some(mut elements) = elements else { continue };
            let order = orders.entry(whole).or_insert_with(|| {
                elements.iter().enumerate().map(|(index, (class, _))| (*class, index)).collect()
            });
            elements.sort_by_key(|(class, _)| order.get(class));
            let parts = elements.into_iter().map(|(_, part)| part).collect();
            objects.nodes[at].value = Value::Sequence(parts);
        }
    }
}

/// Returns whether two objects are the same as in [`first_difference`].
pub(super) fn same_objects(one: &Objects, left: ObjectId, other: &Objects, right: ObjectId) -> bool {
    differ(one, left, other, right, None).is_none()
}

/// Returns the first pair of objects that differ within two objects; with `classes`, sets may have
/// their elements in any order.
pub(super) fn differ(
    one: &Objects,
    left: ObjectId,
    other: &Objects,
    right: ObjectId,
    mut classes: Option<&mut ValueClasses>,
) -> Option<(ObjectId, ObjectId)> {
    let mut pairs = vec![(left, right)];
    // Each pair is compared once: references can make a small file a large tree.
    let mut seen = FxHashSet::default();
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
                let is_set = same && is_set(a.type_code);
                let same_set = classes.as_mut().filter(|_| is_set).is_some_and(|classes| {
                    let left = classes.of(0, one, left);
                    left.is_some() && left == classes.of(1, other, right)
                });
                if same && !same_set {
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
            (a_value, b_value) => {
                (a.type_code == b.type_code && a_value == b_value)
                    || plain(a_value).is_some_and(|value| Some(value) == plain(b_value))
            }
        };
        if !same {
            return Some((left, right));
        }
    }
    None
}

/// Returns the same code for the type codes `)` and `(`, which are both tuples.
fn kind(type_code: u8) -> u8 {
    if type_code == b')' { b'(' } else { type_code }
}

/// Returns a number in the form that CPython writes now; `None` for other values.
fn plain(value: &Value) -> Option<Cow<'_, Value>> {
    Some(Cow::Owned(match value {
        Value::Float(_) | Value::Complex(_) | Value::Int(_) | Value::Long { .. } => {
            return Some(Cow::Borrowed(value));
        }
        Value::Decimal(parts) => match &**parts {
            [float] => Value::Float(float.bits),
            [real, imaginary] => Value::Complex(Box::new([real.bits, imaginary.bits])),
            _ => return None,
        },
        Value::Int64(number) => i32::try_from(*number).map_or_else(
            |_| {
                let digit = |at: u32| (number.unsigned_abs() >> (15 * at) & 0x7fff) as u16;
                let count = (u64::BITS - number.unsigned_abs().leading_zeros()).div_ceil(15);
                Value::Long { negative: *number < 0, digits: (0..count).map(digit).collect() }
            },
            Value::Int,
        ),
        _ => return None,
    }))
}

fn is_set(type_code: u8) -> bool {
    matches!(type_code, b'<' | b'>')
}

/// Numbers for the values of constants; equal constants have the same number.
#[derive(Default)]
pub(super) struct ValueClasses {
    by_value: FxHashMap<Vec<u8>, u32>,
    /// Numbers by side and object; `None` while the number is being computed.
    by_object: FxHashMap<(u8, ObjectId), Option<u32>>,
}

impl ValueClasses {
    /// Returns the number of an object; `None` for code objects and for objects that contain
    /// themselves.
    pub(super) fn of(&mut self, side: u8, objects: &Objects, root: ObjectId) -> Option<u32> {
        // A chain of references can be as long as the file, so this does not recurse.
        let mut open = vec![(objects.resolve(root), false)];
        while let Some((id, has_parts)) = open.pop() {
            let node = objects.node(id);
            let parts = match &node.value {
                Value::Sequence(parts) => parts,
                Value::Code(_) => return None,
                _ => &Box::default(),
            };
            let parts = parts.iter().map(|part| objects.resolve(*part));
            if has_parts {
                let mut numbers =
                    parts.map(|part| *self.by_object.get(&(side, part))?).collect::<Option<Vec<u32>>>()?;
                if is_set(node.type_code) {
                    numbers.sort_unstable();
                }
                let next = self.by_value.len() as u32;
                let value = key(node.type_code, &node.value, &numbers);
                let number = *self.by_value.entry(value).or_insert(next);
                self.by_object.insert((side, id), Some(number));
                continue;
            }
            match self.by_object.get(&(side, id)) {
                Some(Some(_)) => continue,
                Some(None) => return None,
                None => {}
            }
            self.by_object.insert((side, id), None);
            open.push((id, true));
            open.extend(parts.map(|part| (part, false)));
        }
        *self.by_object.get(&(side, objects.resolve(root)))?
    }
}

/// Returns a key that only equal values have; `parts` are the numbers of the value's parts.
fn key(type_code: u8, value: &Value, parts: &[u32]) -> Vec<u8> {
    let value = plain(value).unwrap_or(Cow::Borrowed(value));
    let kind = match &*value {
        Value::Str(_) => b'u',
        Value::Int(_) => b'i',
        Value::Long { .. } => b'l',
        Value::Float(_) => b'g',
        Value::Complex(_) => b'y',
        _ => kind(type_code),
    };
    let mut key = vec![kind];
    match &*value {
        Value::Int(number) => key.extend(number.to_le_bytes()),
        Value::Long { negative, digits } => {
            key.push(u8::from(*negative));
            key.extend(digits.iter().flat_map(|digit| digit.to_le_bytes()));
        }
        Value::Float(bits) => key.extend(bits.to_le_bytes()),
        Value::Complex(both) => key.extend(both.iter().flat_map(|bits| bits.to_le_bytes())),
        Value::Bytes(bytes) | Value::Str(bytes) => key.extend(bytes),
        Value::Sequence(_) => key.extend(parts.iter().flat_map(|part| part.to_le_bytes())),
        Value::Singleton | Value::Code(_) | Value::Ref(_) | Value::Int64(_) | Value::Decimal(_) => {}
    }
    key
}

#[cfg(test)]
mod tests {
    use super::{first_difference, have_same_value, same_orders};
    use crate::marshal;
    use crate::object::Objects;
    use crate::target::CodeLayout;

    fn read(bytes: &[u8]) -> Objects {
        marshal::read(bytes, CodeLayout::LocalsPlus).unwrap()
    }

    /// Returns a set, written as `>` with short strings.
    fn set(elements: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![b'>', elements.len() as u8, 0, 0, 0];
        elements.iter().for_each(|element| bytes.extend_from_slice(element));
        bytes
    }

    #[test]
    fn the_order_in_sets_is_no_part_of_their_value() {
        let (a, b): (&[u8], &[u8]) = (b"z\x01a", b"Z\x01b");
        let (one, other) = (read(&set(&[a, b])), read(&set(&[b, a])));
        assert!(first_difference(&one, &other).is_some());
        assert!(have_same_value(&one, &other));
        // A set in a tuple in a set.
        let nested = |first: &[u8], second: &[u8]| {
            let inner = set(&[first, second]);
            let tuple = [b")\x01".as_slice(), &inner].concat();
            read(&set(&[&tuple, b"N"]))
        };
        assert!(have_same_value(&nested(a, b), &nested(b, a)));
        assert!(!have_same_value(&nested(a, b), &nested(b, b"z\x01c")));
        let tuple = |first: &[u8], second: &[u8]| read(&[b")\x02".as_slice(), first, second].concat());
        assert!(!have_same_value(&tuple(a, b), &tuple(b, a)));
        let is_same = |one: &[&[u8]], other: &[&[u8]]| have_same_value(&read(&set(one)), &read(&set(other)));
        assert!(!is_same(&[a, a, b], &[b, b, a]));
        assert!(!is_same(&[b"T", b"N"], &[b"N", b"i\x01\0\0\0"]));
        assert!(!is_same(&[b"g\0\0\0\0\0\0\0\x80", b"N"], &[b"N", b"g\0\0\0\0\0\0\0\0"]));
        assert!(!is_same(&[b"s\x01\0\0\0a", b"N"], &[b"N", a]));
    }

    #[test]
    fn equal_sets_get_the_same_order() {
        let (a, b, c): (&[u8], &[u8], &[u8]) = (b"z\x01a", b"z\x01b", b"z\x01c");
        let inner = |elements: &[&[u8]]| [b")\x01".as_slice(), &set(elements)].concat();
        let all = |sets: &[&[u8]]| read(&[&[b')', sets.len() as u8], sets.concat().as_slice()].concat());
        let mut one = all(&[&set(&[a, b]), &set(&[&inner(&[a, b]), c]), &set(&[b, a])]);
        let mut other = all(&[&set(&[b, a]), &set(&[c, &inner(&[b, a])]), &set(&[a, b])]);
        same_orders(&mut one, &mut other);
        assert!(first_difference(&one, &other).is_none());
        assert!(
            first_difference(&one, &all(&[&set(&[a, b]), &set(&[&inner(&[a, b]), c]), &set(&[a, b])]))
                .is_none()
        );
        // The last set is another.
        let mut one = all(&[&set(&[a, b]), &set(&[a, b, c])]);
        let mut other = all(&[&set(&[b, a]), &set(&[a, b, b"z\x01d"])]);
        same_orders(&mut one, &mut other);
        let found = first_difference(&one, &other).unwrap();
        assert_eq!(one.short_repr(found.0, 9), "'c'");
    }

    /// `marshal.loads` of CPython 3.8 to 3.15 returns equal numbers for both forms.
    #[test]
    fn numbers_of_older_versions_of_marshal_are_the_same() {
        let float = |value: f64| [b"g".as_slice(), &value.to_bits().to_le_bytes()].concat();
        let complex = [b"y".as_slice(), &float(1.5)[1..], &float(-0.0)[1..]].concat();
        let same: [(&[u8], &[u8]); 8] = [
            (b"f\x031.5", &float(1.5)),
            (b"f\x05+1.50", &float(1.5)),
            (b"f\x051e999", &float(f64::INFINITY)),
            (b"f\x02-0", &float(-0.0)),
            (b"x\x031.5\x02-0", &complex),
            (b"I\x05\0\0\0\0\0\0\0", b"i\x05\0\0\0"),
            (b"I\xff\xff\xff\xff\xff\xff\xff\xff", b"i\xff\xff\xff\xff"),
            (b"I\0\0\0\0\x01\0\0\0", b"l\x03\0\0\0\0\0\0\0\x04\0"),
        ];
        for (old, new) in same {
            assert!(first_difference(&read(old), &read(new)).is_none(), "{old:?}");
            assert!(have_same_value(&read(&set(&[old, b"N"])), &read(&set(&[b"N", new]))), "{old:?}");
        }
        for (old, new) in [(&b"f\x010"[..], &float(-0.0)), (b"f\x011", &b"i\x01\0\0\0".to_vec())] {
            assert!(first_difference(&read(old), &read(new)).is_some(), "{old:?}");
        }
        for bad in [&b"f\x041.5 "[..], b"f\0", b"f\x030x1", b"f\x031_0", b"f\x04 1.5", b"f\x021"] {
            assert!(marshal::read(bad, CodeLayout::LocalsPlus).is_err(), "{bad:?}");
        }
    }

    /// Each element refers to the previous one: a chain as long as the file.
    #[test]
    fn long_chains_of_references_take_no_stack() {
        let chain = |last: &[u8]| {
            let mut elements = vec![b"\xda\x01a".to_vec()];
            for number in 0..100_000u32 {
                elements.push([b"\xa9\x01r".as_slice(), &number.to_le_bytes()].concat());
            }
            let elements = elements.iter().map(Vec::as_slice).chain([last]).collect::<Vec<_>>();
            let mut bytes = set(&elements);
            bytes[1..5].copy_from_slice(&(elements.len() as u32).to_le_bytes());
            bytes
        };
        assert!(have_same_value(&read(&chain(b"N")), &read(&chain(b"N"))));
        assert!(!have_same_value(&read(&chain(b"N")), &read(&chain(b"T"))));
    }
}
