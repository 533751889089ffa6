//! Comparison of the line tables and exception tables of two code objects with paired instructions.

use super::content::bytes_row;
use super::listing::{Both, Line, location};
use super::lists::list;
use super::model::{DiffFinding, DifferenceKind, Row};
use crate::object::{CodeView, Handler, decode_handlers};
use crate::text::Location;

/// Number of ranges of instructions that are listed.
const LISTED: usize = 40;

/// Compares the locations of instructions on both sides, relative to the first line of the code
/// object.
pub(super) fn line_tables(left: CodeView<'_>, right: CodeView<'_>, both: &Both) -> Option<DiffFinding> {
    let (one, other) = (left.line_table(), right.line_table());
    let same_code = left.bytecode() == right.bytecode();
    if one == other && same_code {
        return None;
    }
    let relative = |line: &Line, code: CodeView<'_>| {
        let at = line.location;
        let from = |number: i32| if number < 0 { number } else { number.wrapping_sub(code.code.firstlineno) };
        Location::new(from(at.line()), from(at.end_line()), at.column(), at.end_column())
    };
    let mut groups: Vec<LocationGroup<'_>> = Vec::new();
    let mut adjacent = false;
    for (a, b) in both.pairs().iter().filter_map(|(a, b)| Some((&both.left[(*a)?], &both.right[(*b)?]))) {
        let (from, to) = (relative(a, left), relative(b, right));
        if from == to {
            adjacent = false;
            continue;
        }
        let shift = shift(from, to);
        match groups.last_mut() {
            Some(group) if adjacent && group.shift == shift => {
                (group.last, group.count) = (a, group.count + 1);
            }
            _ => groups.push(LocationGroup { first: a, partner: b, last: a, shift, count: 1 }),
        }
        adjacent = true;
    }
    if groups.is_empty() {
        return same_code.then(|| {
            let message = "the same locations, encoded differently";
            DiffFinding::new(DifferenceKind::LineTable, message).rows(vec![bytes_row(one, other)])
        });
    }
    if let Some(side) = without_columns(both) {
        let message = format!("the same lines, without columns on the {side}");
        return Some(DiffFinding::new(DifferenceKind::LineTable, message));
    }
    let message = match groups.len() {
        1 => "the location of one range of instructions differs".to_owned(),
        count => format!("the locations of {count} ranges of instructions differ"),
    };
    let mut rows: Vec<Row> = groups.iter().take(LISTED).map(LocationGroup::row).collect();
    if groups.len() > LISTED {
        rows.push(Row::remark(format!("… {} more ranges", groups.len() - LISTED)));
    }
    Some(DiffFinding::new(DifferenceKind::LineTable, message).rows(rows))
}

/// Returns the side without columns if the locations differ in nothing else.
fn without_columns(both: &Both) -> Option<&'static str> {
    let pairs = both.pairs().iter().filter_map(|(a, b)| Some((&both.left[(*a)?], &both.right[(*b)?])));
    let places = pairs.map(|(a, b)| (a.location, b.location)).filter(|(a, b)| a != b);
    let places: Vec<(Location, Location)> = places.collect();
    // CPython leaves out the last line with the columns.
    let lacks = |one: Location, other: Location| {
        one == Location::new(other.line(), other.line(), -1, -1) && other.column() >= 0
    };
    match () {
        () if places.iter().all(|(a, b)| lacks(*a, *b)) => Some("left"),
        () if places.iter().all(|(a, b)| lacks(*b, *a)) => Some("right"),
        () => None,
    }
}

/// Adjacent instructions whose locations differ in the same way.
struct LocationGroup<'a> {
    first: &'a Line,
    partner: &'a Line,
    last: &'a Line,
    shift: [i32; 4],
    count: usize,
}

impl LocationGroup<'_> {
    fn row(&self) -> Row {
        let label = match self.count {
            1 => format!("at {} {}", self.first.offset, self.first.text()),
            count => format!(
                "at {} {} and on to {}, {count} instructions",
                self.first.offset,
                self.first.text(),
                self.last.offset
            ),
        };
        let row = Row::differ(location(self.first.location), location(self.partner.location));
        Row { lines: [self.first, self.partner].map(Line::number), ..row.labeled(label) }
    }
}

fn shift(from: Location, to: Location) -> [i32; 4] {
    [
        to.line().wrapping_sub(from.line()),
        to.end_line().wrapping_sub(from.end_line()),
        to.column().wrapping_sub(from.column()),
        to.end_column().wrapping_sub(from.end_column()),
    ]
}

/// Compares the exception handlers of instructions.
pub(super) fn exception_tables(
    left: CodeView<'_>,
    right: CodeView<'_>,
    both: Option<&Both>,
) -> Option<DiffFinding> {
    let (one, other) = (left.exception_table(), right.exception_table());
    let same_code = left.bytecode() == right.bytecode();
    if one == other && same_code {
        return None;
    }
    let decoded = [decode_handlers(one), decode_handlers(other)];
    let unread = match decoded.each_ref().map(Result::is_ok) {
        [false, false] => "neither side can be decoded",
        [false, true] => "the left side cannot be decoded",
        _ => "the right side cannot be decoded",
    };
    let [Ok(handlers), Ok(others)] = decoded else {
        let finding = DiffFinding::new(DifferenceKind::ExceptionTable, unread);
        return Some(finding.rows(vec![bytes_row(one, other)]));
    };
    if !same_code && moved(&handlers, &others, both) {
        return None;
    }
    let texts = |handlers: &[Handler]| handlers.iter().map(text).collect::<Vec<_>>();
    match list(DifferenceKind::ExceptionTable, &texts(&handlers), &texts(&others)) {
        None if same_code => {
            let finding =
                DiffFinding::new(DifferenceKind::ExceptionTable, "the same entries, encoded differently");
            Some(finding.rows(vec![bytes_row(one, other)]))
        }
        found => found,
    }
}

/// Returns whether all entries moved with their instructions and are otherwise the same.
fn moved(left: &[Handler], right: &[Handler], both: Option<&Both>) -> bool {
    let Some(both) = both else { return false };
    let moved = |from: u32, to: u32| both.partner.get(&from) == Some(&to);
    left.len() == right.len()
        && left.iter().zip(right).all(|(a, b)| {
            moved(a.start, b.start)
                && moved(a.end, b.end)
                && moved(a.target, b.target)
                && (a.depth, a.lasti) == (b.depth, b.lasti)
        })
}

fn text(handler: &Handler) -> String {
    let lasti = if handler.lasti { ", pushes the offset" } else { "" };
    let Handler { start, end, target, depth, .. } = handler;
    format!("{start} to {end}: handler {target}, depth {depth}{lasti}")
}
