//! Comparison of two code objects, and of the code objects in them by qualified name.

use super::align::align;
use super::content::bytes_row;
use super::listing::{self, Both};
use super::lists::{ConstClasses, constants, list, paired, used_list};
use super::model::{DiffFinding, DifferenceKind, Row};
use super::tables::{exception_tables, line_tables};
use crate::object::{CodeView, Value, flag_names};
use crate::target::Series;
use crate::text;
use std::collections::BTreeMap;

/// Bytes of bytecode, tables and constants that are compared per byte of a pyc: references can make
/// code large that is small on disk.
const PROPORTION: usize = 4;

/// Limit on the bytes that the findings show for two pycs.
const MOST: usize = 64 << 20;

/// Comparison of the code objects of two pycs.
pub(super) struct Comparer<'a> {
    module: &'a str,
    series: &'static Series,
    /// Bytes that may still be compared.
    left: usize,
    findings: Vec<DiffFinding>,
    /// Bytes that the findings show so far.
    shown: usize,
    /// Code objects that differ only in their first line.
    moved: Vec<Moved>,
}

/// A code object whose first line differs.
struct Moved {
    place: String,
    lines: (i32, i32),
}

impl<'a> Comparer<'a> {
    /// Returns a comparison; `size` is the number of bytes of both pycs.
    pub(super) fn new(module: &'a str, series: &'static Series, size: usize) -> Self {
        Self {
            module,
            series,
            left: size.saturating_mul(PROPORTION),
            findings: Vec::new(),
            shown: 0,
            moved: Vec::new(),
        }
    }

    /// Returns the findings for each code object, outermost first.
    pub(super) fn compare(mut self, left: CodeView<'_>, right: CodeView<'_>) -> Vec<DiffFinding> {
        let filenames = (left.filename(), right.filename());
        if filenames.0 != filenames.1 {
            self.add(
                self.module,
                DiffFinding::new(DifferenceKind::Filename, "").sides(&filenames.0, &filenames.1),
            );
        }
        let mut pairs = vec![(left, right, String::new())];
        // References can make one code object appear at many locations.
        let mut seen = rustc_hash::FxHashSet::default();
        while let Some((left, right, path)) = pairs.pop() {
            if !seen.insert((left.id, right.id)) {
                continue;
            }
            let place = self.place(&path);
            let own = (left.filename(), right.filename());
            if own.0 != own.1 && own != filenames {
                self.add(&place, DiffFinding::new(DifferenceKind::Filename, "").sides(own.0, own.1));
            }
            if !self.afford(&[left, right]) {
                let message = "the rest of the code is too large to be compared";
                let size = |code: CodeView<'_>| format!("{} of bytecode", text::bytes(code.bytecode().len()));
                self.add(
                    &place,
                    DiffFinding::new(DifferenceKind::Code, message).sides(size(left), size(right)),
                );
                break;
            }
            self.compare_code_objects(&place, left, right);
            let inner = self.children(left, right, &path);
            pairs.extend(inner.into_iter().rev());
        }
        self.tell_moved();
        self.findings
    }

    /// Adds one finding for all code objects that moved by the same number of lines.
    fn tell_moved(&mut self) {
        let mut by_distance: BTreeMap<i64, Vec<Moved>> = BTreeMap::new();
        for moved in std::mem::take(&mut self.moved) {
            let distance = i64::from(moved.lines.1) - i64::from(moved.lines.0);
            by_distance.entry(distance).or_default().push(moved);
        }
        for (distance, all) in by_distance {
            let lines = if distance.abs() == 1 { "line" } else { "lines" };
            let direction = if distance < 0 { "earlier" } else { "later" };
            let by = format!("{} {lines} {direction}", distance.abs());
            let message = match all.len() {
                1 => format!("one code object begins {by} and differs in nothing else"),
                count => format!("{count} code objects begin {by} and differ in nothing else"),
            };
            let line = |line: i32| format!("line {line}");
            let rows = all
                .into_iter()
                .map(|moved| Row::differ(line(moved.lines.0), line(moved.lines.1)).labeled(moved.place));
            let finding = DiffFinding::new(DifferenceKind::FirstLine, message).rows(rows.collect());
            self.add(self.module, finding);
        }
    }

    fn place(&self, path: &str) -> String {
        if path.is_empty() { self.module.to_owned() } else { format!("{}:{path}", self.module) }
    }

    fn add(&mut self, place: &str, finding: DiffFinding) {
        let sides = finding.rows.iter().flat_map(|row| [&row.left, &row.right]);
        self.shown += sides.map(|side| side.as_ref().map_or(0, String::len)).sum::<usize>();
        self.findings.push(finding.at(place));
    }

    /// Returns whether these code objects are within the limits, and counts them.
    fn afford(&mut self, codes: &[CodeView<'_>]) -> bool {
        let mut left = Some(self.left);
        for code in codes {
            left = left.and_then(|left| spend(*code, left));
        }
        self.left = left.unwrap_or(0);
        left.is_some() && self.shown < MOST
    }

    /// Returns the code objects inside of both, paired by name and order.
    fn children<'b>(
        &mut self,
        left: CodeView<'b>,
        right: CodeView<'b>,
        path: &str,
    ) -> Vec<(CodeView<'b>, CodeView<'b>, String)> {
        let (one, other): (Vec<_>, Vec<_>) = (left.children().collect(), right.children().collect());
        // Paired by `co_name`: a qualified name also changes if an enclosing code object is
        // renamed.
        let names = |codes: &[CodeView<'b>]| codes.iter().map(|code| code.name()).collect::<Vec<_>>();
        let (left_names, right_names) = (names(&one), names(&other));
        let mut pairs = Vec::new();
        let mut alone = Vec::new();
        for pair in paired(align(&left_names, &right_names)) {
            match pair {
                // A renamed code object is recognized by its bytecode.
                (Some(a), Some(b))
                    if left_names[a] == right_names[b] || one[a].bytecode() == other[b].bytecode() =>
                {
                    pairs.push((one[a], other[b], qualified(one[a], left, path)));
                }
                (a, b) => {
                    alone.extend(a.map(|a| (true, qualified(one[a], left, path), one[a])));
                    alone.extend(b.map(|b| (false, qualified(other[b], right, path), other[b])));
                }
            }
        }
        for (is_left, name, code) in alone {
            let side = if is_left { "left" } else { "right" };
            let mut message = format!("only the {side} side has it, from line {}", code.code.firstlineno);
            let rows = match self.afford(&[code]).then(|| listing::alone(code, is_left, self.series)) {
                Some(Ok(rows)) => rows,
                Some(Err(error)) => {
                    message.push_str(&format!("; it cannot be listed: {error}"));
                    Vec::new()
                }
                None => {
                    message.push_str("; it is too large to be listed");
                    Vec::new()
                }
            };
            let finding = DiffFinding::new(DifferenceKind::Structure, message).rows(rows);
            self.add(&self.place(&name), finding);
        }
        pairs
    }

    /// Compares two code objects, apart from the code objects among their constants.
    fn compare_code_objects(&mut self, place: &str, left: CodeView<'_>, right: CodeView<'_>) {
        let before = self.findings.len();
        self.compare_names(place, left, right);
        self.compare_sizes(place, left, right);
        if left.flags() != right.flags() {
            let words = |flags: u32| format!("{flags:#x} {}", flag_names(flags).join(" "));
            let finding = DiffFinding::new(DifferenceKind::Flags, "");
            self.add(place, finding.sides(words(left.flags()), words(right.flags())));
        }
        self.compare_lists(place, left, right);
        let lines = (left.code.firstlineno, right.code.firstlineno);
        if lines.0 == lines.1 {
            return;
        }
        if self.findings.len() == before {
            self.moved.push(Moved { place: place.to_owned(), lines });
        } else {
            let line = |line: i32| format!("line {line}");
            let finding = DiffFinding::new(DifferenceKind::FirstLine, "").sides(line(lines.0), line(lines.1));
            self.findings.insert(before, finding.at(place));
        }
    }

    fn compare_names(&mut self, place: &str, left: CodeView<'_>, right: CodeView<'_>) {
        for (what, one, other) in [
            ("name", Some(left.name()), Some(right.name())),
            ("qualified name", left.qualname(), right.qualname()),
        ] {
            if one != other {
                let finding = DiffFinding::new(DifferenceKind::Name, what);
                self.add(place, finding.sides(one.unwrap_or_default(), other.unwrap_or_default()));
            }
        }
    }

    fn compare_sizes(&mut self, place: &str, left: CodeView<'_>, right: CodeView<'_>) {
        let (a, b) = (left.code, right.code);
        let sizes = [
            ("arguments", a.argcount, b.argcount),
            ("positional-only arguments", a.posonlyargcount, b.posonlyargcount),
            ("keyword-only arguments", a.kwonlyargcount, b.kwonlyargcount),
            ("locals", a.nlocals.unwrap_or(0), b.nlocals.unwrap_or(0)),
            ("stack size", a.stacksize, b.stacksize),
        ];
        for (what, one, other) in sizes {
            if one != other {
                let finding = DiffFinding::new(DifferenceKind::Size, what);
                self.add(place, finding.sides(one.to_string(), other.to_string()));
            }
        }
    }

    /// Compares constants, names, variables, instructions and their tables.
    fn compare_lists(&mut self, place: &str, left: CodeView<'_>, right: CodeView<'_>) {
        let classes = ConstClasses::of(left, right);
        let series = self.series;
        let uses = |kind| move || [left, right].map(|code| listing::first_uses(code, kind, series));
        let found = constants(left, right, &classes, uses(DifferenceKind::Constants));
        found.into_iter().for_each(|finding| self.add(place, finding));
        let kind = DifferenceKind::Names;
        let names = used_list(kind, &left.names(), &right.names(), uses(kind));
        names.into_iter().for_each(|finding| self.add(place, finding));
        let variables = |code: CodeView<'_>| {
            let variables = code.variables().into_iter();
            variables.map(|(name, kind)| format!("{name} ({})", kind.words())).collect::<Vec<_>>()
        };
        let variables = list(DifferenceKind::Variables, &variables(left), &variables(right));
        variables.into_iter().for_each(|finding| self.add(place, finding));
        let same_code = left.bytecode() == right.bytecode();
        if same_code
            && left.line_table() == right.line_table()
            && left.exception_table() == right.exception_table()
        {
            return;
        }
        let found = match Both::of(left, right, &classes, self.series) {
            Ok(both) => {
                let tables = [line_tables(left, right, &both), exception_tables(left, right, Some(&both))];
                let instructions = (!same_code).then(|| both.instructions(left, right));
                instructions.into_iter().chain(tables.into_iter().flatten()).collect()
            }
            Err(error) => undecoded(left, right, &error.to_string()),
        };
        found.into_iter().for_each(|finding| self.add(place, finding));
    }
}

/// Subtracts the size of a code object from `left`: bytes, constants and names, including shared
/// ones.
fn spend(code: CodeView<'_>, left: usize) -> Option<usize> {
    let sizes = code.bytecode().len() + code.line_table().len() + code.exception_table().len();
    let mut left = left.checked_sub(sizes + code.consts().len())?;
    let lists =
        [Some(code.code.names), Some(code.code.varnames), code.code.cellvars, Some(code.code.freevars)];
    for list in lists.into_iter().flatten() {
        for &name in code.objects.elements(list).unwrap_or_default() {
            let size = match &code.objects.get(name).value {
                Value::Str(text) => text.len(),
                _ => 0,
            };
            left = left.checked_sub(size + 1)?;
        }
    }
    Some(left)
}

/// Returns findings for code objects with a table that cannot be decoded.
fn undecoded(left: CodeView<'_>, right: CodeView<'_>, error: &str) -> Vec<DiffFinding> {
    let parts = [
        (DifferenceKind::Instructions, left.bytecode(), right.bytecode()),
        (DifferenceKind::LineTable, left.line_table(), right.line_table()),
        (DifferenceKind::ExceptionTable, left.exception_table(), right.exception_table()),
    ];
    let differing = parts.into_iter().filter(|(_, one, other)| one != other);
    let finding = |(kind, one, other): (DifferenceKind, &[u8], &[u8])| {
        DiffFinding::new(kind, format!("they differ, and cannot be decoded: {error}"))
            .rows(vec![bytes_row(one, other)])
    };
    differing.map(finding).collect()
}

/// Returns `co_qualname`; for versions without it, the name that it would have.
fn qualified(code: CodeView<'_>, parent: CodeView<'_>, path: &str) -> String {
    const NEWLOCALS: u32 = 2;
    code.qualname().unwrap_or_else(|| match (path, parent.flags() & NEWLOCALS) {
        ("", _) => code.name(),
        (_, 0) => format!("{path}.{}", code.name()),
        _ => format!("{path}.<locals>.{}", code.name()),
    })
}
