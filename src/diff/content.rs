//! Comparison of two files that are not pycs, by lines or bytes.

use super::align::align;
use super::lists::{are_same, around, paired};
use super::model::{DiffFinding, DifferenceKind, Row, clip};
use super::sides::Stream;
use crate::text;
use std::io;

/// Size above which a file on disk is never read into memory.
const LARGE: u64 = 64 << 20;
/// Bytes that are shown of the first difference.
pub(super) const WINDOW: usize = 16;
/// Size up to which texts are compared line by line.
pub(super) const TEXT: usize = 4 << 20;

/// Describes the difference between two files whose bytes differ.
pub(super) fn compare_content(left: &[u8], right: &[u8]) -> DiffFinding {
    match (text(left), text(right)) {
        (Some(one), Some(other)) => compare_texts(one, other),
        _ => DiffFinding::new(DifferenceKind::Content, "").rows(vec![bytes_row(left, right)]),
    }
}

/// Compares two files block by block if one of them is too large for a comparison by line. Returns
/// `None` if neither is, or if both have parts that are compared; returns no findings for equal
/// files.
///
/// # Errors
/// An I/O error.
pub(super) fn compare_large(
    left: &mut Stream<'_>,
    right: &mut Stream<'_>,
) -> io::Result<Option<Vec<DiffFinding>>> {
    let size = left.size.max(right.size);
    if size <= TEXT as u64 {
        return Ok(None);
    }
    // Archives and pycs are read into memory for a comparison of their parts, except very large
    // files on disk.
    let is_held = size <= LARGE || left.is_entry || right.is_entry;
    if is_held && has_parts(left.reader.fill_buf()?) && has_parts(right.reader.fill_buf()?) {
        return Ok(None);
    }
    let mut at = 0;
    loop {
        let (block, other_block) = (left.reader.fill_buf()?, right.reader.fill_buf()?);
        let length = block.len().min(other_block.len());
        let same = block.iter().zip(other_block).take_while(|(a, b)| a == b).count();
        if length == 0 && block.is_empty() && other_block.is_empty() {
            return Ok(Some(Vec::new()));
        }
        at += same as u64;
        left.reader.consume(same);
        right.reader.consume(same);
        if same < length || length == 0 {
            break;
        }
    }
    let row = Row::differ(side(left.size, at, &left.window()?), side(right.size, at, &right.window()?));
    Ok(Some(vec![DiffFinding::new(DifferenceKind::Content, "").rows(vec![row])]))
}

/// Returns whether a file that begins like this has parts that are compared: a zip, a zipapp or a
/// pyc.
fn has_parts(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"#!") || is_pyc(start)
}

/// Returns whether the bytes begin like a pyc.
pub(super) fn is_pyc(bytes: &[u8]) -> bool {
    bytes.get(2..4) == Some(b"\r\n")
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| text.len() <= TEXT && !text.contains('\0'))
}

fn compare_texts(left: &str, right: &str) -> DiffFinding {
    let ended = left.strip_suffix('\n').zip(right.strip_suffix('\n'));
    let (left, right) = ended.unwrap_or((left, right));
    let (one, other): (Vec<&str>, Vec<&str>) = (left.split('\n').collect(), right.split('\n').collect());
    let alignment = align(&one, &other);
    let is_complete = alignment.is_complete;
    let pairs = paired(alignment);
    let same = are_same(&pairs, |a, b| one[a] == other[b]);
    let message = match same.iter().filter(|same| !**same).count() {
        1 => "one line differs".to_owned(),
        count if is_complete => format!("{count} lines differ"),
        _ => "very many lines differ".to_owned(),
    };
    let row = |at: usize| {
        let (a, b) = pairs[at];
        let (line, partner) = clip(a.map_or("", |a| one[a]), b.map_or("", |b| other[b]));
        let number = |at: Option<usize>, line: String| at.map(|at| format!("{:>5} {line}", at + 1));
        Row::sides(number(a, line), number(b, partner), same[at])
    };
    DiffFinding::new(DifferenceKind::Content, message).rows(around(&same, row))
}

/// Returns a row for the first difference between two byte strings.
pub(super) fn bytes_row(left: &[u8], right: &[u8]) -> Row {
    let at = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let side = |bytes: &[u8]| {
        let window = bytes.get(at..).unwrap_or_default();
        side(bytes.len() as u64, at as u64, &window[..window.len().min(WINDOW)])
    };
    Row::differ(side(left), side(right))
}

fn side(size: u64, at: u64, window: &[u8]) -> String {
    let window: Vec<String> = window.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}, from byte {at}: {}", text::bytes(size), window.join(" "))
}
