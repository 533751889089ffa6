//! The first location at which a pyc's code differs from the expected code.

use super::reason::CodePlace;
use crate::diff::{AS_LONG, DiffFinding, DifferenceKind, Row, compare_values};
use crate::pyc::join;
use crate::text::counted;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization as _;

/// Largest size of two pycs that are searched, in bytes: their separate instructions take hundreds
/// of times as much memory.
const LARGEST: usize = 1 << 20;
/// End of the message about bytes that mean the same.
const OTHER_ENCODING: &str = "encoded differently";
/// Words before the code that the source compiles to.
pub(super) const EXPECTED: &str = " where the source compiles to ";
/// Weight of a difference that is one of locations only.
const LOCATIONS: u8 = 5;
/// Characters of an instruction or constant that a sentence shows.
const WORDS: usize = 60;

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
}

impl FirstPlace {
    /// Compares a pyc with the code that its source compiles to; `name` is the file name of the
    /// pyc.
    pub(super) fn of(name: &str, expected: &[u8], found: &[u8]) -> Option<Self> {
        let findings = compare_values(name, &join(found.first_chunk()?, expected), found);
        let is_of_lines = |kind| matches!(kind, DifferenceKind::LineTable | DifferenceKind::FirstLine);
        let weight = |finding: &&DiffFinding| match finding.kind {
            // What runs comes before what only describes it.
            DifferenceKind::Instructions if finding.rows.iter().any(differs_visibly) => 0,
            DifferenceKind::Constants | DifferenceKind::Names if finding.rows.iter().any(differs_visibly) => {
                1
            }
            DifferenceKind::Structure | DifferenceKind::ExceptionTable => 2,
            // Two jumps may have the same text and lead to different instructions.
            DifferenceKind::Instructions => 3,
            _ if !finding.rows.iter().any(differs_visibly) => LOCATIONS + 1,
            kind if is_of_lines(kind) => LOCATIONS,
            _ => 4,
        };
        let finding = findings.iter().min_by_key(weight)?;
        let differ = findings.iter().filter(|finding| weight(finding) < LOCATIONS);
        let differ: BTreeSet<&str> = differ.filter_map(|finding| finding.place.as_deref()).collect();
        let at = finding.rows.iter().position(differs_visibly);
        let (line, what) = match at.or_else(|| finding.rows.iter().position(differs)) {
            Some(at) => {
                let row = &finding.rows[at];
                let (left, right) = (text(row.left.as_deref()), text(row.right.as_deref()));
                let what = change(finding, row.label.as_deref(), left.as_deref(), right.as_deref());
                // Only instructions are in the order of the source.
                let line = match finding.kind.has_instructions() {
                    true => line(&finding.rows, at),
                    false => own_line(row),
                };
                (line, what)
            }
            None => (None, without_rows(finding)),
        };
        // Code objects that only moved are the rows of one finding of the module.
        let moved = finding.rows.first().and_then(|row| row.label.clone());
        let moved = moved.filter(|_| finding.kind == DifferenceKind::FirstLine);
        let place = moved.or_else(|| finding.place.clone()).unwrap_or_else(|| name.to_owned());
        let is_of_lines = findings.iter().all(|finding| is_of_lines(finding.kind));
        let lines = if is_of_lines { "; nothing but lines and columns differs" } else { "" };
        let others = differ.len() - usize::from(differ.contains(place.as_str()));
        Some(Self { place, line, what: what + lines, others })
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
        write!(formatter, "at {}{}, {}{}", self.place, self.line(), self.what, of_others(self.others))
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

/// Returns the first location in the module at which the code differs; `None` for large pycs.
/// `name` is the file name of the pyc.
pub(super) fn within_module(name: &str, expected: &[u8], found: &[u8]) -> Option<CodePlace> {
    if expected.len() + found.len() > LARGEST {
        return None;
    }
    let first = FirstPlace::of(name, expected, found)?;
    Some(CodePlace {
        code: first.code().to_owned(),
        line: first.line,
        what: first.what,
        others: first.others,
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
fn text(side: Option<&str>) -> Option<String> {
    let mut words: Vec<&str> = side?.split_whitespace().collect();
    // An instruction without a line.
    if words.len() > 2 && words[0] == "-" && words[1].parse::<u32>().is_ok() {
        words.remove(0);
    }
    let numbers = words.iter().take_while(|word| word.parse::<u32>().is_ok()).count();
    let rest = words[numbers.min(words.len() - usize::from(!words.is_empty()))..].join(" ");
    let is_index = |word: &str| word.starts_with('[') && word.ends_with(']');
    Some(match rest.split_once(' ') {
        Some((index, value)) if is_index(index) => value.to_owned(),
        _ => rest,
    })
}

/// Returns two texts with their characters outside ASCII escaped, if they may look the same: they
/// are as long, or equal once they are normalized (NFKC).
fn told_apart(left: &str, right: &str) -> (String, String) {
    let is_alike = left.chars().count() == right.chars().count() || left.nfkc().eq(right.nfkc());
    let shown = |text: &str| match is_alike {
        true => text.chars().map(escaped).collect(),
        false => text.to_owned(),
    };
    (shown(left), shown(right))
}

/// Returns a character as `ascii` shows it; an ellipsis stands for text that is left out.
fn escaped(character: char) -> String {
    match u32::from(character) {
        0..=0x7f => character.into(),
        _ if character == '…' => character.into(),
        number @ 0x80..=0xff => format!("\\x{number:02x}"),
        number @ 0x100..=0xffff => format!("\\u{number:04x}"),
        number => format!("\\U{number:08x}"),
    }
}

/// Describes a row that differs; `left` is what the source compiles to.
fn change(finding: &DiffFinding, label: Option<&str>, left: Option<&str>, right: Option<&str>) -> String {
    if finding.kind == DifferenceKind::Structure {
        return match left {
            Some(_) => "the pyc lacks the code object".to_owned(),
            None => "the pyc has an extra code object".to_owned(),
        };
    }
    let what = field(finding).map_or(String::new(), |field| format!("{field} "));
    match (left, right) {
        (Some(left), Some(right)) if left == right => {
            let text = around(left, "").0;
            match (finding.kind, label) {
                (DifferenceKind::Instructions, _) if left.contains(" to ") => {
                    format!("{text} jumps to another instruction")
                }
                (DifferenceKind::Constants, Some(label)) => format!("{what}{text} differs {}", of_pyc(label)),
                _ => format!("{what}{text} differs in a part that is not shown"),
            }
        }
        (Some(_), Some(_)) if finding.message.ends_with(OTHER_ENCODING) => {
            format!("the pyc has {}", finding.message)
        }
        (Some(left), Some(right)) if finding.kind == DifferenceKind::LineTable => {
            let of =
                label.and_then(|label| label.strip_prefix("at ")).and_then(|label| label.split_once(' '));
            let of = of.map(|(_, text)| text.split(" and on to ").next().unwrap_or(text));
            let of = of.map_or(String::new(), |text| format!(" for {}", around(text, "").0));
            let at = |location: &str| match location.contains(':') {
                true => format!("the location {location}"),
                false if location.starts_with("no ") => location.to_owned(),
                false => format!("line {location}"),
            };
            format!("the pyc records {}{of}{EXPECTED}{}", at(right), at(left))
        }
        (Some(left), Some(right))
            if right.strip_prefix(left).is_some_and(|end| end.trim_start() == AS_LONG) =>
        {
            format!(
                "the pyc has the int {} in the form of a long",
                left.strip_prefix("LOAD_CONST ").unwrap_or(left)
            )
        }
        (Some(left), Some(right)) if finding.kind == DifferenceKind::FirstLine => {
            format!("the pyc starts on {right} instead of {left}")
        }
        // The source has been compiled under the name that the module records.
        (Some(left), Some(right)) if finding.kind == DifferenceKind::Filename => {
            let (left, right) = around(left, right);
            format!("the pyc records the file name {right}; its module records {left}")
        }
        (Some(left), Some(right)) => {
            let (left, right) = around(left, right);
            let (left, right) = told_apart(&left, &right);
            format!("the pyc has {what}{right}{EXPECTED}{left}")
        }
        (Some(left), None) if finding.kind == DifferenceKind::ExceptionTable => {
            format!("the pyc lacks the exception handler {}", handler(left))
        }
        (Some(left), None) => format!("the pyc lacks {what}{}", around(left, "").0),
        (None, Some(right)) if finding.kind == DifferenceKind::ExceptionTable => {
            format!("the pyc has an extra exception handler {}", handler(right))
        }
        (None, Some(right)) => {
            let what = what.strip_prefix("the ").unwrap_or(&what);
            format!("the pyc has an extra {what}{}", around(right, "").0)
        }
        (None, None) => finding.kind.words().to_owned(),
    }
}

/// Returns the words about an entry of an exception table, such as `4 to 26: handler 138, depth 0`.
fn handler(entry: &str) -> String {
    match entry.split_once(": handler ") {
        Some((range, handler)) => format!("for {} (handler {handler})", range.replace(" to ", "–")),
        None => around(entry, "").0,
    }
}

/// Describes a difference without rows. A line table has none if its columns are missing.
fn without_rows(finding: &DiffFinding) -> String {
    match finding.kind {
        DifferenceKind::LineTable if finding.message.ends_with("right") => {
            "the pyc has the same lines without columns".to_owned()
        }
        DifferenceKind::LineTable => "the pyc has the same lines, with columns".to_owned(),
        kind => kind.words().to_owned(),
    }
}

/// Returns a label about both sides in words about the source and the pyc.
fn of_pyc(label: &str) -> String {
    label.replace(" on the left, ", " by its source, ").replace(" on the right", " in the pyc")
}

/// Returns the name of what a finding is about, if its rows do not name it themselves.
fn field(finding: &DiffFinding) -> Option<&'static str> {
    Some(match finding.kind {
        DifferenceKind::Constants => "the constant",
        DifferenceKind::Names => "the name",
        DifferenceKind::Variables => "the variable",
        DifferenceKind::Filename => "co_filename",
        DifferenceKind::FirstLine => "co_firstlineno",
        DifferenceKind::Flags => "co_flags",
        DifferenceKind::ExceptionTable => "co_exceptiontable:",
        DifferenceKind::Name if finding.message == "qualified name" => "co_qualname",
        DifferenceKind::Name => "co_name",
        DifferenceKind::Size => match finding.message.as_str() {
            "arguments" => "co_argcount",
            "positional-only arguments" => "co_posonlyargcount",
            "keyword-only arguments" => "co_kwonlyargcount",
            "locals" => "co_nlocals",
            _ => "co_stacksize",
        },
        _ => return None,
    })
}

/// Shortens two texts to the part where they begin to differ.
fn around(left: &str, right: &str) -> (String, String) {
    let common = left.chars().zip(right.chars()).take_while(|(one, other)| one == other).count();
    let is_long = left.chars().count().max(right.chars().count()) > WORDS;
    let from = if is_long { common.saturating_sub(WORDS / 3) } else { 0 };
    let window = |text: &str| {
        let mut rest = text.chars().skip(from);
        let mut shown = String::from(if from > 0 { "…" } else { "" });
        shown.extend(rest.by_ref().take(WORDS));
        shown.push_str(if rest.next().is_some() { "…" } else { "" });
        shown
    };
    (window(left), window(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_short_enough_to_quote() {
        assert_eq!(text(Some("  3     6 LOAD_CONST             'text'")).unwrap(), "LOAD_CONST 'text'");
        assert_eq!(text(Some("    -     2 COPY                   1")).unwrap(), "COPY 1");
        assert_eq!(text(Some("          2 COPY                   1")).unwrap(), "COPY 1");
        assert_eq!(text(Some("[12] 'a b'")).unwrap(), "'a b'");
        let finding = |kind, message: &str| DiffFinding::new(kind, message);
        let of = |kind| finding(kind, "");
        let has = "the pyc has the constant 2 where the source compiles to 1";
        assert_eq!(change(&of(DifferenceKind::Constants), None, Some("1"), Some("2")), has);
        let constants = |left, right| change(&of(DifferenceKind::Constants), None, Some(left), Some(right));
        assert_eq!(
            constants("'caf\u{e9}'", "'cafe\u{301}'"),
            r"the pyc has the constant 'cafe\u0301' where the source compiles to 'caf\xe9'"
        );
        assert_eq!(
            constants("'admin'", "'\u{430}dmin'"),
            r"the pyc has the constant '\u0430dmin' where the source compiles to 'admin'"
        );
        assert_eq!(
            constants("'é'", "'xy'"),
            "the pyc has the constant 'xy' where the source compiles to 'é'"
        );
        let long = format!("1 {AS_LONG}");
        let written = change(&of(DifferenceKind::Constants), None, Some("1"), Some(&long));
        assert_eq!(written, "the pyc has the int 1 in the form of a long");
        let lacks = change(&of(DifferenceKind::Instructions), None, Some("NOP"), None);
        assert_eq!(lacks, "the pyc lacks NOP");
        let more = change(&of(DifferenceKind::Names), None, None, Some("x"));
        assert_eq!(more, "the pyc has an extra name x");
        let stack = finding(DifferenceKind::Size, "stack size");
        let has = "the pyc has co_stacksize 2 where the source compiles to 1";
        assert_eq!(change(&stack, None, Some("1"), Some("2")), has);
        let added = change(&of(DifferenceKind::Structure), None, None, Some("RESUME 0"));
        assert_eq!(added, "the pyc has an extra code object");
        let jump = "POP_JUMP_IF_FALSE to 12";
        assert_eq!(
            change(&of(DifferenceKind::Instructions), None, Some(jump), Some(jump)),
            "POP_JUMP_IF_FALSE to 12 jumps to another instruction"
        );
        let long = |end: &str| format!("'{}{end}{}'", "a".repeat(300), "b".repeat(300));
        let words = change(&of(DifferenceKind::Constants), None, Some(&long("one")), Some(&long("two")));
        assert!(
            words.len() < 200 && words.contains("aone") && words.contains("has the constant …a"),
            "{words}"
        );
    }

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
