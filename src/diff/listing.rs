//! A code object → lines to be set side by side.

use crate::object::CodeView;
use crate::target::Series;
use crate::text::Location;

/// One instruction. Two are equal if they do the same: offsets, places and where jumps lead to do not count.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// In bytes.
    pub(super) offset: u32,
    /// The operation.
    pub(super) name: String,
    /// What the operand stands for, or its number.
    pub(super) operand: String,
    /// Where it jumps to, in bytes.
    pub(super) target: Option<u32>,
    /// As it is shown.
    pub(super) text: String,
}

impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.operand == other.operand
            && self.target.is_some() == other.target.is_some()
    }
}

/// The instructions of a code object.
///
/// # Errors
/// The text of what is wrong with its tables.
pub(super) fn lines(code: CodeView<'_>, _series: &Series) -> Result<Vec<Line>, String> {
    Ok(code
        .bytecode()
        .chunks(2)
        .enumerate()
        .map(|(at, unit)| {
            let (name, operand) = (unit[0].to_string(), unit.get(1).copied().unwrap_or(0).to_string());
            let text = format!("{} {name} {operand}", at * 2);
            Line { offset: at as u32 * 2, name, operand, target: None, text }
        })
        .collect())
}

/// `3:4-3:10`, `3`, or `no line`; columns count from 0.
pub(super) fn location(location: Location) -> String {
    let Location { line, end_line, column, end_column } = location;
    match (location.is_none(), column < 0 || end_column < 0) {
        (true, _) => "no line".to_owned(),
        (_, true) if end_line == line || end_line < 0 => format!("{line}"),
        (_, true) => format!("{line}-{end_line}"),
        _ => format!("{line}:{column}-{end_line}:{end_column}"),
    }
}
