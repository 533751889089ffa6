//! The first location at which a pyc's code differs from the expected code.

use crate::diff::{DiffFinding, DifferenceKind, Row, compare_pycs};
use crate::dis::{Instruction, Operand, disassemble};
use crate::marshal;
use crate::object::{CodeView, Objects};
use crate::pyc::HEADER_SIZE;
use crate::target::Series;
use std::collections::BTreeSet;

/// Bytes of bytecode that are disassembled per byte of the two pycs: references can make code large
/// that is small on disk.
const PROPORTION: usize = 4;
/// Largest size of two pycs that are searched, in bytes: their separate instructions take hundreds
/// of times as much memory.
const LARGEST: usize = 1 << 20;
/// End of the message about bytes that mean the same.
const OTHER_ENCODINGS: &str = "with other encodings";
/// Characters of an instruction or constant that a sentence shows.
const WORDS: usize = 60;
/// Bytes of a constant that are compared.
const SHOWN: usize = 400;

/// A location in a module, and the difference there.
#[derive(Clone)]
pub(super) struct FirstPlace {
    /// Module, or module and code object: `demo.core:Store.get`.
    place: String,
    line: Option<u32>,
    /// Difference, such as `RETURN_CONST 1 became RETURN_CONST 2`, or its kind.
    what: String,
    /// True if the code does the same, and only its lines and columns differ.
    is_of_lines: bool,
}

impl FirstPlace {
    /// Compares two pycs; `name` is the file name of the pyc.
    pub(super) fn of(name: &str, expected: &[u8], found: &[u8]) -> Option<Self> {
        let findings = compare_pycs(name, expected, found);
        let is_of_lines = |kind| matches!(kind, DifferenceKind::LineTable | DifferenceKind::FirstLine);
        let weight = |finding: &&DiffFinding| match finding.kind {
            // Two jumps may have the same text and lead to different instructions.
            _ if !finding.rows.iter().any(differs_visibly) => 4,
            DifferenceKind::Instructions => 0,
            DifferenceKind::Constants | DifferenceKind::Names => 1,
            kind if is_of_lines(kind) => 3,
            _ => 2,
        };
        let finding = findings.iter().min_by_key(weight)?;
        let at = finding.rows.iter().position(differs_visibly);
        let (line, what) = match at.or_else(|| finding.rows.iter().position(differs)) {
            Some(at) => {
                let row = &finding.rows[at];
                let ((line, left), (_, right)) =
                    (instruction(row.left.as_deref()), instruction(row.right.as_deref()));
                // Only the first instruction of a line has a line number.
                let before =
                    finding.rows[..at].iter().rev().find_map(|row| instruction(row.left.as_deref()).0);
                let own = row.left.as_deref().filter(|_| finding.kind == DifferenceKind::LineTable);
                let own = own.and_then(|left| left.split([':', '-']).next()?.parse().ok());
                let what = change(finding, row.label.as_deref(), left.as_deref(), right.as_deref());
                (line.or(before).or(own), what)
            }
            None => (None, finding.kind.words().to_owned()),
        };
        let place = finding.place.clone().unwrap_or_else(|| name.to_owned());
        let is_of_lines = findings.iter().all(|finding| is_of_lines(finding.kind));
        Some(Self { place, line, what, is_of_lines })
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
        write!(formatter, "at {}{}, {}", self.place, self.line(), self.what)
    }
}

/// Returns the first code object and line at which the code differs: `f, line 3`; `None` for large
/// pycs. `name` is the file name of the pyc.
pub(super) fn within_module(name: &str, expected: &[u8], found: &[u8], series: &Series) -> Option<String> {
    if expected.len() + found.len() > LARGEST {
        return None;
    }
    let read = |pyc: &[u8]| marshal::read(pyc.get(HEADER_SIZE..)?, series.code_layout).ok();
    let (left, right) = (read(expected)?, read(found)?);
    let budget = (expected.len() + found.len()).saturating_mul(PROPORTION);
    if let Some((code, line)) = first_instruction(&left, &right, series, budget) {
        return Some(format!("{code}, line {line}"));
    }
    let first = FirstPlace::of(name, expected, found)?;
    let lines = if first.is_of_lines { ", in nothing but lines and columns" } else { "" };
    Some(format!("{}{}{lines}", first.code(), first.line()))
}

fn differs(row: &Row) -> bool {
    !row.same && (row.left.is_some() || row.right.is_some())
}

/// Returns whether a row differs in more than offsets and indices.
fn differs_visibly(row: &Row) -> bool {
    differs(row) && instruction(row.left.as_deref()).1 != instruction(row.right.as_deref()).1
}

/// Finds the first instruction that differs, outer code objects first.
fn first_instruction(
    left: &Objects,
    right: &Objects,
    series: &Series,
    mut budget: usize,
) -> Option<(String, i32)> {
    let root = |objects| CodeView::at(objects, Objects::ROOT);
    let mut pairs = vec![(root(left)?, root(right)?, "<module>".to_owned())];
    let mut seen = BTreeSet::new();
    while let Some((one, other, name)) = pairs.pop() {
        if !seen.insert((one.id, other.id)) {
            continue;
        }
        budget = budget.checked_sub(one.bytecode().len() + other.bytecode().len())?;
        let (ours, theirs) = (instructions(one, series)?, instructions(other, series)?);
        let differ = |at: &usize| match (ours.get(*at), theirs.get(*at)) {
            (Some(ours), Some(theirs)) => does(one, ours) != does(other, theirs),
            _ => true,
        };
        if let Some(at) = (0..ours.len().max(theirs.len())).find(differ) {
            let line = ours.get(at).or(ours.last()).map(|instruction| instruction.location.line());
            return line.filter(|line| *line > 0).map(|line| (name, line));
        }
        let inner = one.children().zip(other.children()).map(|(one, other)| {
            let plain = match name.as_str() {
                "<module>" => one.name(),
                outer => format!("{outer}.{}", one.name()),
            };
            (one, other, one.qualname().unwrap_or(plain))
        });
        let inner: Vec<_> = inner.collect();
        pairs.extend(inner.into_iter().rev());
    }
    None
}

/// Returns the operation and operand by which instructions are compared. Code objects are compared
/// separately, sets without their order, and jumps without their distance, since instructions may
/// be inserted before their targets.
fn does(view: CodeView<'_>, instruction: &Instruction) -> (u8, u32, Option<String>) {
    let words = match &instruction.operand {
        Operand::Const(id) => {
            let shown = view.objects.short_repr(*id, SHOWN);
            (view.objects.code(view.objects.resolve(*id)).is_none() && !shown.contains("frozenset("))
                .then_some(shown)
        }
        Operand::Target(_) => None,
        // Indices of names and constants may differ although the names and constants do not.
        operand => operand.words().or_else(|| instruction.arg.map(|arg| arg.to_string())),
    };
    (instruction.opcode, instruction.flags, words)
}

/// Returns the instructions of a code object; `EXTENDED_ARG` is a part of the next one.
fn instructions(view: CodeView<'_>, series: &Series) -> Option<Vec<Instruction>> {
    let mut all = disassemble(view, series).ok()?;
    all.retain(|instruction| !instruction.extends);
    Some(all)
}

/// Splits a listed instruction into its line number, if it begins a line, and its text; other rows
/// are text only, without their index.
fn instruction(side: Option<&str>) -> (Option<u32>, Option<String>) {
    let Some(side) = side else { return (None, None) };
    let mut words: Vec<&str> = side.split_whitespace().collect();
    // An instruction without a line.
    if words.len() > 2 && words[0] == "-" && words[1].parse::<u32>().is_ok() {
        words.remove(0);
    }
    let numbers = words.iter().take_while(|word| word.parse::<u32>().is_ok()).count();
    let line = if numbers == 2 { words[0].parse().ok() } else { None };
    let rest = words[numbers.min(words.len() - usize::from(!words.is_empty()))..].join(" ");
    let is_index = |word: &str| word.starts_with('[') && word.ends_with(']');
    let rest = match rest.split_once(' ') {
        Some((index, value)) if is_index(index) => value.to_owned(),
        _ => rest,
    };
    (line, Some(rest))
}

/// Describes a row that differs; `left` is what the source compiles to.
fn change(finding: &DiffFinding, label: Option<&str>, left: Option<&str>, right: Option<&str>) -> String {
    if finding.kind == DifferenceKind::Structure {
        let change = if left.is_some() { "missing" } else { "added" };
        return format!("the code object is {change}");
    }
    let what = field(finding).map_or(String::new(), |field| format!("{field} "));
    match (left, right) {
        (Some(left), Some(right)) if left == right => {
            let text = around(left, "").0;
            match finding.kind {
                DifferenceKind::Instructions if left.contains(" to ") => {
                    format!("{text} leads to another instruction")
                }
                _ => format!("{what}{text} differs in what is not shown"),
            }
        }
        (Some(_), Some(_)) if finding.message.ends_with(OTHER_ENCODINGS) => finding.message.clone(),
        (Some(left), Some(right)) if finding.kind == DifferenceKind::LineTable => {
            let of =
                label.and_then(|label| label.strip_prefix("at ")).and_then(|label| label.split_once(' '));
            let of = of.map(|(_, text)| text.split(" and on to ").next().unwrap_or(text));
            let of = of.map_or(String::new(), |text| format!(" of {}", around(text, "").0));
            format!("the position{of} in the source, {left}, became {right}")
        }
        (Some(left), Some(right)) => {
            let (left, right) = around(left, right);
            format!("{what}{left} became {right}")
        }
        (Some(left), None) => format!("{what}{} is missing", around(left, "").0),
        (None, Some(right)) => format!("{what}{} is added", around(right, "").0),
        (None, None) => finding.kind.words().to_owned(),
    }
}

/// Returns the name of what a finding is about, if its rows do not name it themselves.
fn field(finding: &DiffFinding) -> Option<&'static str> {
    Some(match finding.kind {
        DifferenceKind::Constants => "constant",
        DifferenceKind::Names => "name",
        DifferenceKind::Variables => "variable",
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
        let (_, one) = instruction(Some("  3     6 LOAD_CONST             'text'"));
        assert_eq!(one.as_deref(), Some("LOAD_CONST 'text'"));
        let (_, constant) = instruction(Some("[12] 'a b'"));
        assert_eq!(constant.as_deref(), Some("'a b'"));
        let finding = |kind, message: &str| DiffFinding::new(kind, message);
        let of = |kind| finding(kind, "");
        assert_eq!(change(&of(DifferenceKind::Constants), None, Some("1"), Some("2")), "constant 1 became 2");
        assert_eq!(change(&of(DifferenceKind::Instructions), None, Some("NOP"), None), "NOP is missing");
        assert_eq!(change(&of(DifferenceKind::Names), None, None, Some("x")), "name x is added");
        let stack = finding(DifferenceKind::Size, "stack size");
        assert_eq!(change(&stack, None, Some("1"), Some("2")), "co_stacksize 1 became 2");
        let added = change(&of(DifferenceKind::Structure), None, None, Some("RESUME 0"));
        assert_eq!(added, "the code object is added");
        let jump = "POP_JUMP_IF_FALSE to 12";
        assert_eq!(
            change(&of(DifferenceKind::Instructions), None, Some(jump), Some(jump)),
            "POP_JUMP_IF_FALSE to 12 leads to another instruction"
        );
        let (line, text) = instruction(Some("    -     2 COPY                   1"));
        assert_eq!((line, text.as_deref()), (None, Some("COPY 1")));
        let long = |end: &str| format!("'{}{end}{}'", "a".repeat(300), "b".repeat(300));
        let text = change(&of(DifferenceKind::Constants), None, Some(&long("one")), Some(&long("two")));
        assert!(text.len() < 200 && text.contains("aone") && text.contains("became …a"), "{text}");
    }
}
