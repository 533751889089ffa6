//! The first location at which a pyc's code differs from the expected code.

use super::change::{around, change, other_order, without_rows};
use super::reason::CodePlace;
use super::search::OtherCodes;
use crate::diff::{DiffFinding, DifferenceKind, Row, compare_values};
use crate::pyc::join;
use crate::text::counted;
use std::collections::{BTreeMap, BTreeSet};

/// Largest size of two pycs that are searched, in bytes: their separate instructions take hundreds
/// of times as much memory.
const LARGEST: usize = 1 << 20;
/// Words before the code that the source compiles to.
pub(super) const EXPECTED: &str = " where the source compiles to ";
/// Weight of a difference that is one of locations only.
const LOCATIONS: u8 = 5;
/// Instruction that stores the first line of a class.
const STORE_LINE: &str = "STORE_NAME __firstlineno__";
/// Number of names that a sentence has.
const NAMES: usize = 3;

/// A location in a module, and the difference there.
#[derive(Clone)]
pub(super) struct FirstPlace {
    /// Module, or module and code object: `demo.core:Store.get`.
    place: String,
    line: Option<u32>,
    /// Difference, such as `the pyc lacks RETURN_CONST 1`, or its kind.
    what: String,
    /// Number of other code objects that differ in more than their locations.
    others: usize,
    /// Release whose code was compared, if it is not the preferred one.
    release: Option<String>,
}

impl FirstPlace {
    /// Compares a pyc with the code that its source compiles to; `name` is the file name of the
    /// pyc.
    pub(super) fn of(name: &str, expected: OtherCodes, found: &[u8]) -> Option<Self> {
        let findings = compare_values(name, &join(found.first_chunk()?, expected.code.clone()), found);
        let first_lines = first_lines(&findings);
        let lines_of = |finding: &DiffFinding| first_lines.get(finding.place.as_deref()?);
        let is_of_lines = |finding: &DiffFinding| {
            matches!(finding.kind, DifferenceKind::LineTable | DifferenceKind::FirstLine)
                || (is_first_line(finding, lines_of(finding)) && stores_first_line(finding))
        };
        let weight = |finding: &&DiffFinding| match finding.kind {
            _ if is_first_line(finding, lines_of(finding)) => LOCATIONS,
            // What runs comes before what only describes it.
            DifferenceKind::Instructions if finding.rows.iter().any(differs_visibly) => 0,
            DifferenceKind::Constants | DifferenceKind::Names if finding.rows.iter().any(differs_visibly) => {
                1
            }
            DifferenceKind::Structure | DifferenceKind::ExceptionTable => 2,
            // Two jumps may have the same text and lead to different instructions.
            DifferenceKind::Instructions => 3,
            _ if !finding.rows.iter().any(differs_visibly) => LOCATIONS + 2,
            DifferenceKind::FirstLine | DifferenceKind::LineTable => LOCATIONS + 1,
            _ => 4,
        };
        let finding = findings.iter().min_by_key(weight)?;
        let differ = findings.iter().filter(|finding| weight(finding) < LOCATIONS);
        let differ: BTreeSet<&str> = differ.filter_map(|finding| finding.place.as_deref()).collect();
        let (line, what) = match telling_row(finding, lines_of(finding)) {
            Some(at) => {
                let row = &finding.rows[at];
                let (left, right) = (text(row.left.as_deref()), text(row.right.as_deref()));
                let what = other_order(finding).unwrap_or_else(|| {
                    change(finding, row.label.as_deref(), left.as_deref(), right.as_deref())
                });
                // Only instructions are in the order of the source.
                let line = match finding.kind.has_instructions() {
                    true => line(&finding.rows, at),
                    false => own_line(row),
                };
                let names = new_names(&findings, finding.place.as_deref(), &what);
                (line, what + &names)
            }
            None => (None, without_rows(finding)),
        };
        // Code objects that only moved are the rows of one finding of the module.
        let moved = finding.rows.first().and_then(|row| row.label.clone());
        let moved = moved.filter(|_| finding.kind == DifferenceKind::FirstLine);
        let place = moved.or_else(|| finding.place.clone()).unwrap_or_else(|| name.to_owned());
        let is_of_lines = findings.iter().all(is_of_lines);
        let lines = if is_of_lines { "; nothing but lines and columns differs" } else { "" };
        let others = differ.len() - usize::from(differ.contains(place.as_str()));
        Some(Self { place, line, what: what + lines, others, release: expected.release })
    }

    /// Returns the difference without the location.
    pub(super) fn what(&self) -> &str {
        &self.what
    }

    /// Returns the name of the code object: `Store.get`.
    fn code(&self) -> &str {
        self.place.rsplit_once(':').map_or("<module>", |(_, code)| code)
    }

    fn line(&self) -> String {
        self.line.map_or(String::new(), |line| format!(", line {line}"))
    }
}

impl std::fmt::Display for FirstPlace {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "at {}{}, {}", self.place, self.line(), self.what)?;
        write!(formatter, "{}{}", of_others(self.others), of_release(self.release.as_deref()))
    }
}

/// First lines of a code object, by the source and in the pyc.
type FirstLines = [Option<String>; 2];

/// Returns the first lines of the code objects in which they differ.
fn first_lines(findings: &[DiffFinding]) -> BTreeMap<&str, FirstLines> {
    let lines = findings.iter().filter(|finding| finding.kind == DifferenceKind::FirstLine);
    lines.filter_map(|finding| Some((finding.place.as_deref()?, numbers(finding.rows.first()?)))).collect()
}

/// Returns the numbers on both sides of a row: lines, constants, or constants that an instruction
/// loads.
fn numbers(row: &Row) -> FirstLines {
    [&row.left, &row.right].map(|side| {
        let text = text(side.as_deref())?;
        let prefixes = ["LOAD_CONST ", "LOAD_SMALL_INT ", "line "];
        let number = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(&text);
        number.parse::<u32>().is_ok().then(|| number.to_owned())
    })
}

/// Returns whether a finding may be only about the first line of a code object, which that of a
/// class stores.
fn is_first_line(finding: &DiffFinding, lines: Option<&FirstLines>) -> bool {
    let mut differing = finding.rows.iter().filter(|row| differs_visibly(row)).peekable();
    matches!(finding.kind, DifferenceKind::Instructions | DifferenceKind::Constants)
        && differing.peek().is_some()
        && differing.all(|row| Some(&numbers(row)) == lines)
}

/// Returns whether the instructions that differ are those that store the first line of a class.
fn stores_first_line(finding: &DiffFinding) -> bool {
    let rows = &finding.rows;
    let is_store = |row: &Row| text(row.right.as_deref()).is_some_and(|text| text == STORE_LINE);
    finding.kind == DifferenceKind::Instructions
        && (0..rows.len())
            .filter(|&at| differs_visibly(&rows[at]))
            .all(|at| rows.get(at + 1).is_some_and(is_store))
}

/// Returns the row of a finding that says most: not the first line of the code object, and of
/// constants, one that an instruction loads.
fn telling_row(finding: &DiffFinding, lines: Option<&FirstLines>) -> Option<usize> {
    let rows = &finding.rows;
    let is_telling = |row: &Row| differs_visibly(row) && Some(&numbers(row)) != lines;
    let has_line = |row: &Row| finding.kind.has_instructions() || own_line(row).is_some();
    rows.iter()
        .position(|row| is_telling(row) && has_line(row))
        .or_else(|| rows.iter().position(is_telling))
        .or_else(|| rows.iter().position(differs_visibly))
        .or_else(|| rows.iter().position(differs))
}

/// Returns the end of a sentence about the names that only the pyc has in a code object, without
/// those that the sentence has already.
fn new_names(findings: &[DiffFinding], place: Option<&str>, sentence: &str) -> String {
    let of_place =
        |finding: &&DiffFinding| finding.kind == DifferenceKind::Names && finding.place.as_deref() == place;
    let rows = || findings.iter().filter(of_place).flat_map(|finding| &finding.rows);
    let known: BTreeSet<String> = rows().filter_map(|row| text(row.left.as_deref())).collect();
    let names = rows().filter_map(|row| text(row.right.as_deref()));
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let named: BTreeSet<&str> = sentence.split(|character| !is_part(character)).collect();
    let names = names.filter(|name| !known.contains(name) && !named.contains(name.as_str()));
    let names: Vec<String> = names.map(|name| around(&name, "").0).collect();
    let more = match names.len().saturating_sub(NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match names.as_slice() {
        [] => String::new(),
        names => format!("; names only in the pyc: {}{more}", names[..names.len().min(NAMES)].join(", ")),
    }
}

/// Returns the end of a sentence about the number of other code objects that differ.
pub(super) fn of_others(others: usize) -> String {
    match others {
        0 => String::new(),
        others => {
            format!(", and {}", counted(others, "other code object differs", "other code objects differ"))
        }
    }
}

/// Returns the end of a sentence about the release whose code was compared.
pub(super) fn of_release(release: Option<&str>) -> String {
    release.map_or(String::new(), |release| format!("; compared with the code of CPython {release}"))
}

/// Returns the first location in the module at which the code differs; `None` for large pycs.
/// `name` is the file name of the pyc.
pub(super) fn within_module(name: &str, expected: OtherCodes, found: &[u8]) -> Option<CodePlace> {
    if expected.code.len() + found.len() > LARGEST {
        return None;
    }
    let first = FirstPlace::of(name, expected, found)?;
    Some(CodePlace {
        code: first.code().to_owned(),
        line: first.line,
        what: first.what,
        others: first.others,
        release: first.release,
    })
}

/// Returns the source line of the row that differs: that of the instruction to which the source
/// compiles, or of an added one; if it has none, that of the next instruction to which the source
/// compiles, or of the one before.
fn line(rows: &[Row], at: usize) -> Option<u32> {
    let of_source = |row: &Row| row.lines[0].filter(|line| *line > 0);
    let (before, rest) = rows.split_at(at);
    let after = || rest.iter().find_map(of_source);
    own_line(&rows[at]).or_else(after).or_else(|| before.iter().rev().find_map(of_source))
}

fn own_line(row: &Row) -> Option<u32> {
    row.lines[usize::from(row.left.is_none())].filter(|line| *line > 0)
}

fn differs(row: &Row) -> bool {
    !row.same && (row.left.is_some() || row.right.is_some())
}

/// Returns whether a row differs in more than offsets and indices.
fn differs_visibly(row: &Row) -> bool {
    differs(row) && text(row.left.as_deref()) != text(row.right.as_deref())
}

/// Returns a side without what precedes its text: the line number and the offset of an instruction,
/// the index of a constant or name.
pub(super) fn text(side: Option<&str>) -> Option<String> {
    let is_number = |word: &str| word.parse::<u32>().is_ok();
    let mut rest = side?.trim();
    let mut is_first = true;
    while let Some((word, more)) = rest.split_once(char::is_whitespace) {
        let more = more.trim_start();
        let has_number = more.split_whitespace().next().is_some_and(is_number);
        // An instruction without a line.
        let has_no_line = is_first && word == "-" && has_number && more.contains(' ');
        if !is_number(word) && !has_no_line {
            break;
        }
        (rest, is_first) = (more, false);
    }
    let is_index = |word: &str| word.starts_with('[') && word.ends_with(']');
    let is_operation = |word: &str| word.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'));
    Some(match rest.split_once(' ') {
        Some((index, value)) if is_index(index) => value.to_owned(),
        // Operations are padded; blanks in a constant are its own.
        Some((operation, argument)) if is_operation(operation) => {
            format!("{operation} {}", argument.trim_start())
        }
        _ => rest.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_added_instruction_has_its_own_line() {
        let row = |left: Option<u32>, right: Option<u32>| Row {
            lines: [left, right],
            ..Row::sides(left.map(|_| "1 NOP".to_owned()), Some("1 NOP".to_owned()), false)
        };
        let rows = [row(Some(2), Some(2)), row(None, Some(3)), row(None, None), row(Some(5), Some(5))];
        assert_eq!([0, 1, 2, 3].map(|at| line(&rows, at)), [Some(2), Some(3), Some(5), Some(5)]);
        assert_eq!(line(&rows[..3], 2), Some(2));
    }
}
