//! Comparison of two lists as rows: constants, names, variables, and functions for any two lists.

use super::align::align;
use super::model::{DiffFinding, DifferenceKind, Row, clip};
use super::same::same_objects;
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
pub(super) fn paired(pairs: Vec<(Option<usize>, Option<usize>)>) -> Vec<(Option<usize>, Option<usize>)> {
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

/// Returns the rows that differ, with a few rows around them.
pub(super) fn around(rows: Vec<Row>) -> Vec<Row> {
    let mut keep = vec![false; rows.len()];
    for (at, row) in rows.iter().enumerate() {
        if !row.same {
            let range = at.saturating_sub(AROUND)..(at + AROUND + 1).min(rows.len());
            keep[range].fill(true);
        }
    }
    let mut out = Vec::new();
    let mut skipped = 0;
    for (row, keep) in rows.into_iter().zip(keep) {
        if keep {
            out.extend(left_out(&mut skipped));
            out.push(row);
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

/// Compares two lists of texts.
pub(super) fn list(kind: DifferenceKind, left: &[String], right: &[String]) -> Option<DiffFinding> {
    if left == right {
        return None;
    }
    let mut rows = Vec::new();
    for (a, b) in paired(align(left, right)) {
        let same = matches!((a, b), (Some(a), Some(b)) if left[a] == right[b]);
        let (one, other) = clip(a.map_or("", |a| &left[a]), b.map_or("", |b| &right[b]));
        let side = |at: Option<usize>, text: String| at.map(|at| format!("[{at}] {text}"));
        rows.push(Row::sides(side(a, one), side(b, other), same));
    }
    Some(DiffFinding::new(kind, "").rows(around(rows)))
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
) -> Option<DiffFinding> {
    if classes.left == classes.right {
        return None;
    }
    let mut rows = Vec::new();
    for (a, b) in paired(align(&classes.left, &classes.right)) {
        let same = matches!((a, b), (Some(a), Some(b)) if classes.left[a] == classes.right[b]);
        if let Some(row) = a.zip(b).filter(|_| !same).and_then(|(a, b)| long(left, a, right, b)) {
            rows.push(row);
            continue;
        }
        let limit = if same { SHOWN } else { COMPARED };
        let text = |code: CodeView<'_>, at: Option<usize>| {
            at.and_then(|at| code.consts().get(at))
                .map(|&id| show(code.objects, id, limit))
                .unwrap_or_default()
        };
        let (whole_one, whole_other) = (text(left, a), text(right, b));
        let (one, other) = clip(&whole_one, &whole_other);
        let side = |at: Option<usize>, text: String| at.map(|at| format!("[{at}] {text}"));
        let mut row = Row::sides(side(a, one), side(b, other), same);
        if !same && whole_one == whole_other {
            row = row.labeled("they differ in what is not shown here");
        }
        rows.push(row);
    }
    Some(DiffFinding::new(DifferenceKind::Constants, "").rows(around(rows)))
}

/// Returns a row for two long strings, from shortly before the first difference.
fn long(left: CodeView<'_>, at: usize, right: CodeView<'_>, other_at: usize) -> Option<Row> {
    let one = left.objects.get(*left.consts().get(at)?);
    let other = right.objects.get(*right.consts().get(other_at)?);
    let (one, other, is_text) = match (&one.value, &other.value) {
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
    let side = |at: usize, text: &[u8]| Some(format!("[{at}] {}", window(text)));
    Some(Row::sides(side(at, one), side(other_at, other), false).labeled(label))
}

/// Returns the text of a constant, which distinguishes values that look alike.
pub(super) fn show(objects: &Objects, id: ObjectId, limit: usize) -> String {
    match objects.get(id).value {
        // NaNs are distinguished by their bits.
        Value::Float(bits) if f64::from_bits(bits).is_nan() => format!("nan {bits:#x}"),
        Value::Code(ref code) => {
            format!("<code object {}>", objects.text(code.name).unwrap_or_default())
        }
        _ => objects.short_repr(id, limit),
    }
}
