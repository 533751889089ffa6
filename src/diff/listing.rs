//! Listing of the instructions of two code objects side by side.

use super::align::{Alignment, IndexPair, align};
use super::content::bytes_row;
use super::lists::{ConstClasses, are_same, around, paired, show};
use super::model::{DiffFinding, DifferenceKind, Row};
use crate::dis::{DisError, Instruction, Operand, disassemble};
use crate::object::CodeView;
use crate::target::{Argument, Operations, Series};
use crate::text::Location;
use rustc_hash::FxHashMap;

/// Bytes of a constant or name that are shown next to an instruction.
const BESIDE: usize = 80;
/// Number of instructions that are listed of a code object on one side only.
const ALONE: usize = 300;

/// One instruction.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Offset in bytes of the instruction or of its first `EXTENDED_ARG`.
    pub(super) offset: u32,
    /// Key that is equal for instructions with the same effect: offsets, locations and jump targets
    /// do not count.
    pub(super) key: u32,
    /// Jump target, in bytes.
    target: Option<u32>,
    /// Location in the source.
    pub(super) location: Location,
    /// Name of the operation.
    name: String,
    /// Meaning of the operand.
    operand: String,
}

impl Line {
    /// Returns the text, such as `LOAD_CONST 'text'`.
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.name, self.operand).trim_end().to_owned()
    }

    /// Returns the number of the line, if there is one.
    pub(super) fn number(&self) -> Option<u32> {
        u32::try_from(self.location.line()).ok().filter(|_| !self.location.is_none())
    }
}

/// Effect of an instruction.
#[derive(PartialEq, Eq, Hash)]
enum Does {
    Nothing,
    Number(u32),
    Constant(u32),
    Words(String, u32),
    Jump,
}

/// Paired instructions of two code objects.
pub(super) struct Both {
    pub(super) left: Vec<Line>,
    pub(super) right: Vec<Line>,
    alignment: Alignment,
    /// By offset on the left: the offset of the paired instruction on the right.
    pub(super) partner: FxHashMap<u32, u32>,
}

impl Both {
    /// # Errors
    /// [`DisError`] of the side that cannot be disassembled.
    pub(super) fn of(
        left: CodeView<'_>,
        right: CodeView<'_>,
        classes: &ConstClasses,
        series: &Series,
    ) -> Result<Self, DisError> {
        let mut keys = FxHashMap::default();
        let one = lines(left, &classes.left, series, &mut keys)?;
        let other = lines(right, &classes.right, series, &mut keys)?;
        let alignment = if left.bytecode() == right.bytecode() {
            Alignment { pairs: (0..one.len()).map(|at| (Some(at), Some(at))).collect(), is_complete: true }
        } else {
            let keys = |lines: &[Line]| lines.iter().map(|line| line.key).collect::<Vec<_>>();
            align(&keys(&one), &keys(&other))
        };
        let pairs = alignment.pairs.iter();
        let mut partner: FxHashMap<u32, u32> =
            pairs.filter_map(|(a, b)| Some((one[(*a)?].offset, other[(*b)?].offset))).collect();
        // A range that ends with the code on the left ends with the code on the right.
        partner.insert(left.bytecode().len() as u32, right.bytecode().len() as u32);
        Ok(Self { left: one, right: other, alignment, partner })
    }

    /// Returns the pairs of instructions, in order.
    pub(super) fn pairs(&self) -> &[IndexPair] {
        &self.alignment.pairs
    }

    /// Returns a finding for the instructions that differ; if all are the same, for the bytes that
    /// differ.
    pub(super) fn instructions(self, left: CodeView<'_>, right: CodeView<'_>) -> DiffFinding {
        let Self { left: one, right: other, alignment, partner } = self;
        let is_complete = alignment.is_complete;
        let pairs = paired(alignment);
        let same = are_same(&pairs, |a, b| {
            let (a, b) = (&one[a], &other[b]);
            // Jumps are the same if their target instructions are paired.
            a.key == b.key && a.target.map(|target| partner.get(&target).copied()) == b.target.map(Some)
        });
        let message = match same.iter().filter(|same| !**same).count() {
            0 => "the same instructions, encoded differently".to_owned(),
            1 => "one instruction differs".to_owned(),
            count if is_complete => format!("{count} instructions differ"),
            _ => "very many instructions differ".to_owned(),
        };
        let finding = DiffFinding::new(DifferenceKind::Instructions, message);
        if !same.contains(&false) {
            return finding.rows(vec![bytes_row(left.bytecode(), right.bytecode())]);
        }
        finding.rows(numbered(around(&same, |at| {
            let (a, b) = pairs[at];
            let (a, b) = (a.map(|at| &one[at]), b.map(|at| &other[at]));
            let lines = [a, b].map(|line| line.and_then(Line::number));
            Row { lines, ..Row::sides(a.map(row), b.map(row), same[at]) }
        })))
    }
}

/// Returns the lines of the instructions that use each constant or each name first; empty for code
/// that cannot be disassembled.
pub(super) fn first_uses(view: CodeView<'_>, kind: DifferenceKind, series: &Series) -> FxHashMap<usize, u32> {
    let table = Operations::of(series);
    let mut uses = FxHashMap::default();
    for instruction in disassemble(view, series).unwrap_or_default() {
        let argument = table.get(instruction.opcode).map(|operation| operation.argument);
        let (index, line) = (instruction.arg.unwrap_or(0), u32::try_from(instruction.location.line()));
        let index = match argument {
            Some(Argument::Const) if kind == DifferenceKind::Constants => index,
            Some(Argument::Name(bits)) if kind == DifferenceKind::Names => index >> bits,
            _ => continue,
        };
        if let Ok(line) = line {
            uses.entry(index as usize).or_insert(line);
        }
    }
    uses
}

/// Lists the instructions of a code object on one side only.
pub(super) fn alone(view: CodeView<'_>, is_left: bool, series: &Series) -> Result<Vec<Row>, DisError> {
    let classes: Vec<u32> = (0..view.consts().len() as u32).collect();
    let lines = lines(view, &classes, series, &mut FxHashMap::default())?;
    let side = |line: &Line| {
        let (text, number) = (Some(row(line)), line.number());
        match is_left {
            true => Row { lines: [number, None], ..Row::sides(text, None, false) },
            false => Row { lines: [None, number], ..Row::sides(None, text, false) },
        }
    };
    let mut rows: Vec<Row> = lines.iter().take(ALONE).map(side).collect();
    if lines.len() > ALONE {
        rows.push(Row::remark(format!("… {} more instructions", lines.len() - ALONE)));
    }
    Ok(numbered(rows))
}

fn lines(
    view: CodeView<'_>,
    classes: &[u32],
    series: &Series,
    keys: &mut FxHashMap<(u8, Does), u32>,
) -> Result<Vec<Line>, DisError> {
    let mut lines: Vec<Line> = Vec::new();
    let mut begin = None;
    for instruction in disassemble(view, series)? {
        let offset = begin.take().unwrap_or(instruction.offset);
        if instruction.extends {
            // The operand becomes a part of the next instruction's operand.
            begin = Some(offset);
            continue;
        }
        let (does, operand) = does(view, classes, &instruction);
        let count = keys.len() as u32;
        let key = *keys.entry((instruction.opcode, does)).or_insert(count);
        let target = match instruction.operand {
            Operand::Target(target) => Some(target),
            _ => None,
        };
        let name = instruction.name().to_string();
        lines.push(Line { offset, key, target, location: instruction.location, name, operand });
    }
    Ok(lines)
}

fn does(view: CodeView<'_>, classes: &[u32], instruction: &Instruction) -> (Does, String) {
    let arg = instruction.arg.unwrap_or(0);
    match &instruction.operand {
        Operand::Target(target) => (Does::Jump, format!("to {target}")),
        Operand::Const(id) => {
            let class = classes.get(arg as usize).copied().unwrap_or(u32::MAX);
            (Does::Constant(class), show(view.objects, *id, BESIDE))
        }
        operand => match (operand.words(), instruction.arg) {
            (Some(words), _) => {
                let mut text = start(&words);
                if instruction.flags != 0 {
                    text.push_str(&format!(" (+{})", instruction.flags));
                }
                (Does::Words(words, instruction.flags), text)
            }
            (None, Some(arg)) => (Does::Number(arg), arg.to_string()),
            (None, None) => (Does::Nothing, String::new()),
        },
    }
}

fn start(text: &str) -> String {
    if text.len() <= BESIDE {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(BESIDE)])
}

/// Formats an instruction as `    4 LOAD_CONST             'text'`: the offset, the operation and
/// its operand.
fn row(line: &Line) -> String {
    format!("{:>5} {:<22} {}", line.offset, line.name, line.operand).trim_end().to_owned()
}

/// Puts line numbers before the instructions of rows whose line differs from that of the previous
/// row; `-` stands for no line.
fn numbered(mut rows: Vec<Row>) -> Vec<Row> {
    let mut before = [None, None];
    for row in &mut rows {
        if row.is_remark() {
            before = [None, None];
        }
        for ((side, line), before) in
            [&mut row.left, &mut row.right].into_iter().zip(row.lines).zip(&mut before)
        {
            let Some(text) = side else { continue };
            let number = match line {
                _ if *before == Some(line) => String::new(),
                Some(line) => line.to_string(),
                None => "-".to_owned(),
            };
            *before = Some(line);
            text.insert_str(0, &format!("{number:>5} "));
        }
    }
    rows
}

/// Formats a location as `3:4-3:10`, `3`, or `no line`; columns count from 0.
pub(super) fn location(location: Location) -> String {
    let (line, end_line) = (location.line(), location.end_line());
    match (location.is_none(), location.column() < 0 || location.end_column() < 0) {
        (true, _) => "no line".to_owned(),
        (_, true) if end_line == line || end_line < 0 => format!("{line}"),
        (_, true) => format!("{line}-{end_line}"),
        _ => format!("{location:?}"),
    }
}
