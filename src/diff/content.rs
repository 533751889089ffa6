//! Two files that are no pycs → the lines or bytes that differ.

use super::align::align;
use super::lists::{around, paired};
use super::model::{Finding, Kind, Row, clip};
use crate::project::open_regular;
use crate::text;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

/// Bytes from which files are not taken into memory.
const LARGE: u64 = 64 << 20;
/// Bytes that are compared at once.
const BLOCK: usize = 1 << 16;
/// Bytes up to which texts are compared line by line.
const TEXT: usize = 4 << 20;

/// Describes the difference of two files that differ.
pub(super) fn compare_content(left: &[u8], right: &[u8]) -> Finding {
    match (text(left), text(right)) {
        (Some(one), Some(other)) => compare_texts(one, other),
        _ => Finding::new(Kind::Content, "").rows(vec![bytes_row(left, right)]),
    }
}

/// Compares two files of which one is too large to be read into memory. Returns `None` if neither
/// is, and no findings if they are equal.
///
/// # Errors
/// A file that cannot be read, by its path.
pub(super) fn compare_large(left: &Path, right: &Path) -> Result<Option<Vec<Finding>>, (PathBuf, io::Error)> {
    let open = |path: &Path| {
        let file = open_regular(path)?;
        let size = file.metadata()?.len();
        Ok((BufReader::with_capacity(BLOCK, file), size))
    };
    let (mut one, size) = open(left).map_err(|error| (left.into(), error))?;
    let (mut other, other_size) = open(right).map_err(|error| (right.into(), error))?;
    if size.max(other_size) <= LARGE {
        return Ok(None);
    }
    let mut at = 0;
    loop {
        let block = one.fill_buf().map_err(|error| (left.into(), error))?;
        let other_block = other.fill_buf().map_err(|error| (right.into(), error))?;
        let length = block.len().min(other_block.len());
        let same = block.iter().zip(other_block).take_while(|(a, b)| a == b).count();
        at += same as u64;
        if same < length || length == 0 {
            break;
        }
        one.consume(length);
        other.consume(length);
    }
    if at == size && at == other_size {
        return Ok(Some(Vec::new()));
    }
    let side = |size: u64| text::bytes(size);
    let message = format!("from byte {at}");
    Ok(Some(vec![Finding::new(Kind::Content, message).sides(side(size), side(other_size))]))
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
        format!("{}, from byte {at}: {}", text::bytes(bytes.len()), window.join(" "))
    };
    Row::differ(side(left), side(right))
}
