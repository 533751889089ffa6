//! Comparison of two lists as rows: constants, names, variables, and functions for any two lists.

use super::align::{Alignment, IndexPair, align};
use super::model::{DiffFinding, DifferenceKind, Row, clip};
use super::same::{differ, same_objects};
use crate::object::{CodeView, ObjectId, Objects, Value, str_repr};
use rustc_hash::FxHashMap;

/// Number of unchanged rows that are shown around a difference.
const AROUND: usize = 3;
/// Bytes that are shown of a constant without a difference.
const SHOWN: usize = 100;
/// Bytes that are shown of a constant with a difference.
const COMPARED: usize = 20_000;
/// Bytes of a long string that are shown, and of these the bytes before the first difference.
const WINDOW: usize = 200;
const AHEAD: usize = 40;
/// Number of constants with the same beginning among which an equal constant is searched.
const BUCKET: usize = 64;

/// Pairs removed elements with those added in their place.
pub(super) fn paired(Alignment { pairs, .. }: Alignment) -> Vec<IndexPair> {
    let mut out = Vec::with_capacity(pairs.len());
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    let flush = |removed: &mut Vec<usize>, added: &mut Vec<usize>, out: &mut Vec<_>| {
        for at in 0..removed.len().max(added.len()) {
            out.push((removed.get(at).copied(), added.get(at).copied()));
        }
        removed.clear();
        added.clear();
    };
    for pair in pairs {
        match pair {
            (Some(a), Some(b)) => {
                flush(&mut removed, &mut added, &mut out);
                out.push((Some(a), Some(b)));
            }
            (a, b) => {
                removed.extend(a);
                added.extend(b);
            }
        }
    }
    flush(&mut removed, &mut added, &mut out);
    out
}

/// Returns the rows of the pairs that differ, with a few rows around them; `same` tells for each
/// pair whether it is the same on both sides, and `row` makes its row.
pub(super) fn around(same: &[bool], mut row: impl FnMut(usize) -> Row) -> Vec<Row> {
    let mut keep = vec![false; same.len()];
    for at in (0..same.len()).filter(|&at| !same[at]) {
        let range = at.saturating_sub(AROUND)..(at + AROUND + 1).min(same.len());
        keep[range].fill(true);
    }
    let mut out = Vec::new();
    let mut skipped = 0;
    for (at, keep) in keep.into_iter().enumerate() {
        if keep {
            out.extend(left_out(&mut skipped));
            out.push(row(at));
        } else {
            skipped += 1;
        }
    }
    out.extend(left_out(&mut skipped));
    out
}

fn left_out(skipped: &mut usize) -> Option<Row> {
    let count = std::mem::take(skipped);
    (count > 0).then(|| Row::remark(format!("⋯ {count} the same")))
}

/// Lines of the instructions that use an element of a list first, by its index, for each side.
pub(super) type FirstUses = [FxHashMap<usize, u32>; 2];

/// Returns the lines of a pair of elements.
fn lines_of(uses: &FirstUses, (a, b): IndexPair) -> [Option<u32>; 2] {
    [a.and_then(|a| uses[0].get(&a).copied()), b.and_then(|b| uses[1].get(&b).copied())]
}

/// Compares two lists of texts.
pub(super) fn list(kind: DifferenceKind, left: &[String], right: &[String]) -> Option<DiffFinding> {
    used_list(kind, left, right, FirstUses::default)
}

/// Compares two lists of texts that instructions use.
pub(super) fn used_list(
    kind: DifferenceKind,
    left: &[String],
    right: &[String],
    uses: impl FnOnce() -> FirstUses,
) -> Option<DiffFinding> {
    if left == right {
        return None;
    }
    let uses = uses();
    let pairs = paired(align(left, right));
    let same = are_same(&pairs, |a, b| left[a] == right[b]);
    let row = |at: usize| {
        let (a, b) = pairs[at];
        let (one, other) = clip(a.map_or("", |a| &left[a]), b.map_or("", |b| &right[b]));
        let side = |at: Option<usize>, text: String| at.map(|at| format!("[{at}] {text}"));
        let lines = lines_of(&uses, pairs[at]);
        Row { lines, ..Row::sides(side(a, one), side(b, other), same[at]) }
    };
    Some(DiffFinding::new(kind, "").rows(around(&same, row)))
}

/// Returns for each pair whether it has two elements that are the same.
pub(super) fn are_same(pairs: &[IndexPair], same: impl Fn(usize, usize) -> bool) -> Vec<bool> {
    pairs.iter().map(|pair| matches!(*pair, (Some(a), Some(b)) if same(a, b))).collect()
}

/// Classes of equal constants of two code objects: a number for each index, which equal constants
/// share.
pub(super) struct ConstClasses {
    pub(super) left: Vec<u32>,
    pub(super) right: Vec<u32>,
}

/// Constants with the same beginning.
type Bucket<'a> = Vec<(&'a Objects, ObjectId, u32)>;

impl ConstClasses {
    pub(super) fn of(left: CodeView<'_>, right: CodeView<'_>) -> Self {
        let mut buckets: FxHashMap<(u8, String), Bucket<'_>> = FxHashMap::default();
        let mut next = 0;
        let mut classify = |objects, id| {
            let bucket = buckets.entry(key(objects, id)).or_default();
            let known = bucket.iter().rev().take(BUCKET).find(|(other, other_id, _)| {
                let codes = (objects.code(id), other.code(*other_id));
                // Code objects are compared separately; their key contains the name.
                matches!(codes, (Some(_), Some(_))) || same_objects(objects, id, other, *other_id)
            });
            match known {
                Some((_, _, class)) => *class,
                None => {
                    next += 1;
                    bucket.push((objects, id, next));
                    next
                }
            }
        };
        let left = left.consts().iter().map(|&id| classify(left.objects, id)).collect();
        let right = right.consts().iter().map(|&id| classify(right.objects, id)).collect();
        Self { left, right }
    }
}

fn key(objects: &Objects, id: ObjectId) -> (u8, String) {
    let node = objects.get(id);
    let text = match (&node.value, objects.code(id)) {
        (_, Some(code)) => objects.text(code.name).unwrap_or_default(),
        // Equal strings may have different type codes.
        (Value::Str(_) | Value::Sequence(_), _) => return (0, objects.short_repr(id, SHOWN)),
        _ => objects.short_repr(id, SHOWN),
    };
    // Numbers may be in the form of an older version of marshal.
    let type_code = match node.type_code {
        b'f' => b'g',
        b'x' => b'y',
        other => other,
    };
    (type_code, text)
}

/// Compares constants, except the contents of code objects, which are compared separately.
pub(super) fn constants(
    left: CodeView<'_>,
    right: CodeView<'_>,
    classes: &ConstClasses,
    uses: impl FnOnce() -> FirstUses,
) -> Option<DiffFinding> {
    if classes.left == classes.right {
        return None;
    }
    let uses = uses();
    let pairs = paired(align(&classes.left, &classes.right));
    let same = are_same(&pairs, |a, b| classes.left[a] == classes.right[b]);
    let row = |at: usize| {
        let ((a, b), same) = (pairs[at], same[at]);
        let ids = (a.and_then(|a| left.consts().get(a)), b.and_then(|b| right.consts().get(b)));
        let both = ids.0.zip(ids.1).filter(|_| !same);
        let side = |at: Option<usize>, text: String| at.map(|at| format!("[{at}] {text}"));
        if let Some((label, [one, other])) =
            both.and_then(|(&one, &other)| long(left.objects, one, right.objects, other))
        {
            let row = Row::sides(side(a, one), side(b, other), false).labeled(label);
            return Row { lines: lines_of(&uses, (a, b)), ..row };
        }
        let limit = if same { SHOWN } else { COMPARED };
        let text = |code: CodeView<'_>, id: Option<&ObjectId>| {
            id.map(|&id| show(code.objects, id, limit)).unwrap_or_default()
        };
        let (whole_one, whole_other) = (text(left, ids.0), text(right, ids.1));
        let (one, other) = clip(&whole_one, &whole_other);
        let lines = lines_of(&uses, (a, b));
        let row = Row { lines, ..Row::sides(side(a, one), side(b, other), same) };
        match both.filter(|_| whole_one == whole_other) {
            Some((&one, &other)) => row.labeled(inside(left.objects, one, right.objects, other)),
            None => row,
        }
    };
    Some(DiffFinding::new(DifferenceKind::Constants, "").rows(around(&same, row)))
}

/// Describes the first difference of two constants whose texts do not show it.
fn inside(left: &Objects, one: ObjectId, right: &Objects, other: ObjectId) -> String {
    let Some((one, other)) = differ(left, one, right, other, None) else {
        return "they differ in a part that is not shown".to_owned();
    };
    let (label, [one, other]) = long(left, one, right, other).unwrap_or_else(|| {
        let text = |objects, id| show(objects, id, WINDOW);
        (String::new(), [text(left, one), text(right, other)])
    });
    let label = if label.is_empty() { label } else { format!(" {label}") };
    format!("inside{label}: {one} on the left, {other} on the right")
}

/// Returns a label and texts for two long strings, from shortly before the first difference.
fn long(left: &Objects, one: ObjectId, right: &Objects, other: ObjectId) -> Option<(String, [String; 2])> {
    let (one, other, is_text) = match (&left.get(one).value, &right.get(other).value) {
        (Value::Str(one), Value::Str(other)) => (one, other, true),
        (Value::Bytes(one), Value::Bytes(other)) => (one, other, false),
        _ => return None,
    };
    if one.len().max(other.len()) <= COMPARED {
        return None;
    }
    let common = one.iter().zip(other.iter()).take_while(|(a, b)| a == b).count();
    let mut from = common.saturating_sub(AHEAD);
    while is_text && from > 0 && one.get(from).is_some_and(|byte| byte & 0xc0 == 0x80) {
        from -= 1;
    }
    let window = |text: &[u8]| {
        let end = text.len().min(from + WINDOW);
        // A character that is cut in the middle would look like a difference.
        let end = (end..text.len()).find(|&end| !is_text || text[end] & 0xc0 != 0x80).unwrap_or(text.len());
        let part = &text[from..end];
        let shown = if is_text { str_repr(part) } else { format!("b'{}'", part.escape_ascii()) };
        format!("{}{shown}{}", if from > 0 { "…" } else { "" }, if end < text.len() { "…" } else { "" })
    };
    let label = format!("from byte {common} of {} and {}", one.len(), other.len());
    Some((label, [window(one), window(other)]))
}

/// Remark on an int that is written in the long form although CPython writes the short one.
pub const AS_LONG: &str = "(written as a long)";

/// Returns whether a number in the long form fits the short form.
fn is_short(negative: bool, digits: &[u16]) -> bool {
    let value = digits
        .iter()
        .rev()
        .try_fold(0_i64, |value, &digit| value.checked_mul(1 << 15)?.checked_add(i64::from(digit)));
    value.is_some_and(|value| i32::try_from(if negative { -value } else { value }).is_ok())
}

/// Returns the text of a constant, which distinguishes values that look alike.
pub(super) fn show(objects: &Objects, id: ObjectId, limit: usize) -> String {
    match objects.get(id).value {
        // NaNs are distinguished by their bits.
        Value::Float(bits) if f64::from_bits(bits).is_nan() => format!("nan {bits:#x}"),
        // CPython writes such a number in the short form.
        Value::Long { negative, ref digits } if is_short(negative, digits) => {
            format!("{} {AS_LONG}", objects.short_repr(id, limit))
        }
        Value::Code(ref code) => {
            format!("<code object {}>", objects.text(code.name).unwrap_or_default())
        }
        _ => objects.short_repr(id, limit),
    }
}
