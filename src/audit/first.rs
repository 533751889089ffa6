//! The first location at which a pyc's code differs from the expected code.

use crate::diff::{Kind, Row, compare_pycs};
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
/// Bytes of a constant that are compared.
const SHOWN: usize = 400;

/// A location in a module, and the difference there.
pub(super) struct FirstPlace {
    /// Module, or module and code object: `demo.core:Store.get`.
    place: String,
    line: Option<u32>,
    /// Difference, such as `RETURN_CONST 1 became RETURN_CONST 2`, or its kind.
    what: String,
}

impl FirstPlace {
    /// Compares two pycs; `name` is the file name of the pyc.
    pub(super) fn of(name: &str, expected: &[u8], found: &[u8]) -> Option<Self> {
        let findings = compare_pycs(name, expected, found);
        let weight = |kind: Kind| match kind {
            Kind::Instructions => 0,
            Kind::Constants | Kind::Names => 1,
            Kind::LineTable | Kind::FirstLine => 3,
            _ => 2,
        };
        let finding = findings.iter().min_by_key(|finding| weight(finding.kind))?;
        let differs = |row: &Row| !row.same && (row.left.is_some() || row.right.is_some());
        let (line, what) = match finding.rows.iter().position(differs) {
            Some(at) => {
                let row = &finding.rows[at];
                let ((line, left), (_, right)) =
                    (instruction(row.left.as_deref()), instruction(row.right.as_deref()));
                // Only the first instruction of a line has a line number.
                let before =
                    finding.rows[..at].iter().rev().find_map(|row| instruction(row.left.as_deref()).0);
                (line.or(before), format!("{left} became {right}"))
            }
            None => (None, finding.kind.words().to_owned()),
        };
        let place = finding.place.clone().unwrap_or_else(|| name.to_owned());
        Some(Self { place, line, what })
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
    Some(format!("{}{}", first.code(), first.line()))
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
        let (ours, theirs) = (disassemble(one, series).ok()?, disassemble(other, series).ok()?);
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
/// separately, and sets without their order.
fn does(view: CodeView<'_>, instruction: &Instruction) -> (u8, Option<u32>, Option<String>) {
    let words = match &instruction.operand {
        Operand::Const(id) => {
            let shown = view.objects.short_repr(*id, SHOWN);
            (view.objects.code(view.objects.resolve(*id)).is_none() && !shown.contains("frozenset("))
                .then_some(shown)
        }
        operand => operand.words(),
    };
    (instruction.opcode, instruction.arg, words)
}

/// Splits a listed instruction into its line number, if it begins a line, and its text; other rows
/// are text only.
fn instruction(side: Option<&str>) -> (Option<u32>, String) {
    let Some(side) = side else { return (None, "nothing".to_owned()) };
    let words: Vec<&str> = side.split_whitespace().collect();
    let numbers = words.iter().take_while(|word| word.parse::<u32>().is_ok()).count();
    let line = if numbers == 2 { words[0].parse().ok() } else { None };
    (line, words[numbers.min(words.len() - usize::from(!words.is_empty()))..].join(" "))
}
