//! Two files that are no pycs → the lines or bytes that differ.

use super::align::align;
use super::lists::{around, paired};
use super::model::{Finding, Kind, Row, clip};

/// Bytes up to which texts are compared line by line.
const TEXT: usize = 4 << 20;

/// What differs in two files that do.
pub(super) fn compare_content(left: &[u8], right: &[u8]) -> Finding {
    match (text(left), text(right)) {
        (Some(one), Some(other)) => compare_texts(one, other),
        _ => Finding::new(Kind::Content, "").rows(vec![bytes_row(left, right)]),
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| text.len() <= TEXT && !text.contains('\0'))
}

fn compare_texts(left: &str, right: &str) -> Finding {
    let (one, other): (Vec<&str>, Vec<&str>) = (left.split('\n').collect(), right.split('\n').collect());
    let mut count = 0;
    let mut rows = Vec::new();
    for (a, b) in paired(align(&one, &other)) {
        let same = matches!((a, b), (Some(a), Some(b)) if one[a] == other[b]);
        count += usize::from(!same);
        let (line, partner) = clip(a.map_or("", |a| one[a]), b.map_or("", |b| other[b]));
        let number = |at: Option<usize>, line: String| at.map(|at| format!("{:>5} {line}", at + 1));
        rows.push(Row::sides(number(a, line), number(b, partner), same));
    }
    let message = if count == 1 { "one line differs".to_owned() } else { format!("{count} lines differ") };
    Finding::new(Kind::Content, message).rows(around(rows))
}

/// The first place where two byte strings differ.
pub(super) fn bytes_row(left: &[u8], right: &[u8]) -> Row {
    let at = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let side = |bytes: &[u8]| {
        let window: Vec<String> = bytes.iter().skip(at).take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("{} bytes, from byte {at}: {}", bytes.len(), window.join(" "))
    };
    Row::differ(side(left), side(right))
}
