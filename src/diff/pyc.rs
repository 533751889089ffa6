//! Two pycs → what differs, from the header to the instruction.

use super::code::compare_code;
use super::model::{Finding, Kind};
use super::references;
use super::same::first_difference;
use crate::marshal;
use crate::object::{CodeView, Objects};
use crate::pyc::{HEADER_SIZE, Header, InvalidationMode, parse_name};
use crate::target::Series;

/// The differences of two files named like pycs; empty only if their bytes are the same.
pub(super) fn compare_pycs(name: &str, left: &[u8], right: &[u8]) -> Vec<Finding> {
    if left == right {
        return Vec::new();
    }
    let headers = match (Header::parse(left), Header::parse(right)) {
        (Ok(left), Ok(right)) => (left, right),
        (one, other) => return vec![unreadable(one.err(), other.err())],
    };
    let mut findings = Vec::new();
    findings.extend(compare_headers(headers.0, headers.1));
    let (left, right) = (&left[HEADER_SIZE..], &right[HEADER_SIZE..]);
    if left == right || headers.0.magic() != headers.1.magic() {
        return findings;
    }
    let Some(series) = Series::with_magic(headers.0.magic()) else {
        let message = format!(
            "the code differs, and magic number {} is of no version that is known",
            headers.0.magic()
        );
        findings.push(Finding::new(Kind::Unreadable, message).sides(size(left), size(right)));
        return findings;
    };
    match (marshal::read(left, series.code_layout), marshal::read(right, series.code_layout)) {
        (Ok(left), Ok(right)) => findings.extend(compare_objects(name, &left, &right, series)),
        (one, other) => findings.push(unreadable(one.err(), other.err())),
    }
    findings
}

fn size(bytes: &[u8]) -> String {
    format!("{} bytes", bytes.len())
}

fn unreadable<E: std::fmt::Display>(left: Option<E>, right: Option<E>) -> Finding {
    let say = |error: Option<E>| error.map_or_else(|| "can be read".to_owned(), |error| error.to_string());
    Finding::new(Kind::Unreadable, "a side cannot be read as a pyc").sides(say(left), say(right))
}

fn compare_headers(left: Header, right: Header) -> Option<Finding> {
    let mut finding = Finding::new(Kind::Header, "");
    let mut fields = Vec::new();
    if left.magic() != right.magic() {
        fields.push("magic number");
        finding = finding.sides(magic(left.magic()), magic(right.magic()));
    }
    match (left, right) {
        (Header::Timestamp { mtime: a, size: c, .. }, Header::Timestamp { mtime: b, size: d, .. }) => {
            if a != b {
                fields.push("source time");
                finding = finding.sides(format!("source time {a}"), format!("source time {b}"));
            }
            if c != d {
                fields.push("source size");
                finding = finding.sides(format!("source size {c}"), format!("source size {d}"));
            }
        }
        (Header::Hash { hash: a, checked: c, .. }, Header::Hash { hash: b, checked: d, .. }) => {
            if c != d {
                fields.push("invalidation mode");
                finding = finding.sides(left.mode().name(), right.mode().name());
            }
            if a != b {
                fields.push("source hash");
                finding = finding.sides(hash(a), hash(b));
            }
        }
        _ => {
            fields.push("invalidation mode");
            finding = finding.sides(whole(left), whole(right));
        }
    }
    finding.message = fields.join(", ");
    (!fields.is_empty()).then_some(finding)
}

fn magic(magic: u16) -> String {
    let version = Series::with_magic(magic)
        .map_or_else(|| "no known version".to_owned(), |series| format!("Python {}", series.version));
    format!("magic number {magic} ({version})")
}

fn hash(hash: [u8; 8]) -> String {
    use std::fmt::Write as _;
    hash.iter().fold("source hash ".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn whole(header: Header) -> String {
    match header {
        Header::Timestamp { mtime, size, .. } => {
            format!("{}: source time {mtime}, source size {size}", InvalidationMode::Timestamp.name())
        }
        Header::Hash { hash: bytes, .. } => format!("{}: {}", header.mode().name(), hash(bytes)),
    }
}

fn compare_objects(name: &str, left: &Objects, right: &Objects, series: &'static Series) -> Vec<Finding> {
    if first_difference(left, right).is_none() {
        return vec![references::compare(name_of_module(name).as_str(), left, right)];
    }
    match (CodeView::at(left, Objects::ROOT), CodeView::at(right, Objects::ROOT)) {
        (Some(left), Some(right)) => compare_code(&name_of_module(name), left, right, series),
        (left, right) => {
            let say =
                |code: Option<CodeView<'_>>| if code.is_some() { "a code object" } else { "something else" };
            vec![Finding::new(Kind::Unreadable, "a side holds no code object").sides(say(left), say(right))]
        }
    }
}

/// `demo.core` for `demo/__pycache__/core.cpython-314.pyc`.
fn name_of_module(name: &str) -> String {
    let source = parse_name(name).map_or_else(|| name.to_owned(), |name| name.source);
    let stem = source.strip_suffix(".py").unwrap_or(&source);
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    stem.replace('/', ".")
}
