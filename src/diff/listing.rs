//! Listing of the instructions of two code objects side by side.

use super::align::align;
use super::content::bytes_row;
use super::lists::{ConstClasses, around, paired, show};
use super::model::{DiffFinding, DifferenceKind, Row};
use crate::dis::{DisError, Instruction, Operand, disassemble};
use crate::object::CodeView;
use crate::target::Series;
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
    pub(super) pairs: Vec<(Option<usize>, Option<usize>)>,
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
        let pairs = if left.bytecode() == right.bytecode() {
            (0..one.len()).map(|at| (Some(at), Some(at))).collect()
        } else {
            let keys = |lines: &[Line]| lines.iter().map(|line| line.key).collect::<Vec<_>>();
            align(&keys(&one), &keys(&other))
        };
        let mut partner: FxHashMap<u32, u32> =
            pairs.iter().filter_map(|(a, b)| Some((one[(*a)?].offset, other[(*b)?].offset))).collect();
        // A range that ends with the code on the left ends with the code on the right.
        partner.insert(left.bytecode().len() as u32, right.bytecode().len() as u32);
        Ok(Self { left: one, right: other, pairs, partner })
    }

    /// Returns a finding for the instructions that differ; if all are the same, for the bytes that
    /// differ.
    pub(super) fn instructions(self, left: CodeView<'_>, right: CodeView<'_>) -> DiffFinding {
        let Self { left: one, right: other, pairs, partner } = self;
        let mut count = 0;
        let mut rows = Vec::new();
        let mut before = (0, 0);
        for (a, b) in paired(pairs) {
            let same = match (a, b) {
                (Some(a), Some(b)) => {
                    let (a, b) = (&one[a], &other[b]);
                    // Jumps are the same if their target instructions are paired.
                    a.key == b.key
                        && a.target.map(|target| partner.get(&target).copied()) == b.target.map(Some)
                }
                _ => false,
            };
            count += usize::from(!same);
            let left = a.map(|at| row(&one[at], &mut before.0));
            let right = b.map(|at| row(&other[at], &mut before.1));
            rows.push(Row::sides(left, right, same));
        }
        let message = match count {
            0 => "the same instructions with other encodings".to_owned(),
            1 => "one instruction differs".to_owned(),
            _ => format!("{count} instructions differ"),
        };
        let rows = if count == 0 { vec![bytes_row(left.bytecode(), right.bytecode())] } else { around(rows) };
        DiffFinding::new(DifferenceKind::Instructions, message).rows(rows)
    }
}

/// Lists the instructions of a code object on one side only.
pub(super) fn alone(view: CodeView<'_>, is_left: bool, series: &Series) -> Result<Vec<Row>, DisError> {
    let classes: Vec<u32> = (0..view.consts().len() as u32).collect();
    let lines = lines(view, &classes, series, &mut FxHashMap::default())?;
    let mut before = 0;
    let side = |line: &Line, before: &mut i32| {
        let text = Some(row(line, before));
        if is_left { Row::sides(text, None, false) } else { Row::sides(None, text, false) }
    };
    let mut rows: Vec<Row> = lines.iter().take(ALONE).map(|line| side(line, &mut before)).collect();
    if lines.len() > ALONE {
        rows.push(Row::remark(format!("… {} more instructions", lines.len() - ALONE)));
    }
    Ok(rows)
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

/// Formats an instruction as `  12    4 LOAD_CONST             'text'`: the line number if it
/// changes, then the offset.
fn row(line: &Line, before: &mut i32) -> String {
    let number = match line.location.line() {
        number if number == *before => String::new(),
        number if line.location.is_none() => {
            *before = number;
            "-".to_owned()
        }
        number => {
            *before = number;
            number.to_string()
        }
    };
    format!("{number:>5} {:>5} {:<22} {}", line.offset, line.name, line.operand).trim_end().to_owned()
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
