//! Code objects → instructions with the meaning of their operands.
//!
//! CPython: `Lib/dis.py`.
//!
//! **Invariant:** invalid code is shown as it is and causes no panic, and the output has at most a
//! fixed number of bytes for each byte of `co_code`.

mod operand;

use crate::object::{CodeView, HandlerError, decode_handlers, lines};
use crate::target::{Argument, Operation, Operations, Series};
use crate::text::Location;
use std::fmt;

pub use operand::Operand;

/// One instruction. `EXTENDED_ARG` is an instruction of its own; cache entries are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Offset in bytes of `co_code`.
    pub offset: u32,
    /// Number of the opcode.
    pub opcode: u8,
    /// Operand, including the `EXTENDED_ARG`s before it; `None` if the operation has none.
    pub arg: Option<u32>,
    /// Meaning of the operand.
    pub operand: Operand,
    /// Bits of the operand below an index: whether NULL or `self` is pushed as well, or the result
    /// is converted to a bool.
    pub flags: u32,
    /// True for `EXTENDED_ARG`: the operand is the upper part of the next one.
    pub extends: bool,
    /// Location in the source; −1 for unknown parts.
    pub location: Location,
    /// True if a jump or an exception handler leads here.
    pub is_target: bool,
    name: Option<&'static str>,
}

impl Instruction {
    /// Returns CPython's name, or `<NN>` for a number without one.
    pub fn name(&self) -> OperationName {
        OperationName { name: self.name, opcode: self.opcode }
    }
}

/// Name of an operation, for `Display`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperationName {
    name: Option<&'static str>,
    opcode: u8,
}

impl fmt::Display for OperationName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Some(name) => formatter.pad(name),
            None => formatter.pad(&format!("<{}>", self.opcode)),
        }
    }
}

/// A table of a code object that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DisError {
    /// An error in the line table.
    #[error(transparent)]
    Lines(#[from] lines::LineError),
    /// An error in the exception table.
    #[error(transparent)]
    Handlers(#[from] HandlerError),
}

/// Returns the instructions of a code object of the version `series`.
///
/// # Errors
/// [`DisError`] for a line or exception table that cannot be read.
///
/// ```
/// use pycompile::Pyc;
/// use pycompile::dis::disassemble;
/// use pycompile::object::{CodeView, Objects};
/// # use pycompile::{CompileOptions, compile_source, target::{Release, Target}};
/// # let target = Target::find("3.14".parse::<Release>()?).ok_or("no native compiler for it")?;
/// # let options = CompileOptions::default();
/// # let bytes = compile_source(b"answer = 42", "answer.py", target, &options)?;
///
/// let pyc = Pyc::parse(&bytes)?;
/// let code = CodeView::at(&pyc.objects, Objects::ROOT).ok_or("not a code object")?;
/// let instructions = disassemble(code, pyc.series)?;
/// assert_eq!(instructions[1].name().to_string(), "LOAD_SMALL_INT");
/// assert_eq!(instructions[1].arg, Some(42));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn disassemble(view: CodeView<'_>, series: &Series) -> Result<Vec<Instruction>, DisError> {
    let table = Operations::of(series);
    let bytes = view.bytecode();
    let mut places = LineIteration::new(view, series)?;
    let names = operand::Resolver::new(view, table);
    let mut instructions = Vec::with_capacity(bytes.len() / 2);
    let mut extended = 0_u32;
    let mut after_caches = 0;
    for (unit, pair) in bytes.chunks_exact(2).enumerate() {
        let location = places.next_unit();
        if unit < after_caches {
            continue;
        }
        let (opcode, low) = (pair[0], u32::from(pair[1]));
        let operation = table.get(opcode);
        let offset = unit as u32 * 2;
        let caches = operation.map_or(0, |operation| u32::from(operation.caches));
        after_caches = unit + 1 + caches as usize;
        let (arg, operand, flags) = match operation.map(|operation| operation.argument) {
            None | Some(Argument::None) => (None, Operand::Plain, 0),
            Some(argument) => {
                let arg = extended << 8 | low;
                let flags = arg & ((1 << argument.flag_bits()) - 1);
                (Some(arg), names.resolve(argument, arg, offset + 2 + 2 * caches), flags)
            }
        };
        let extends = operation.is_some_and(Operation::extends);
        extended = if extends { arg.unwrap_or(0) } else { 0 };
        let name = operation.map(|operation| operation.name);
        instructions.push(Instruction {
            offset,
            opcode,
            arg,
            operand,
            flags,
            extends,
            location,
            is_target: false,
            name,
        });
    }
    mark_targets(view, &mut instructions)?;
    Ok(instructions)
}

fn mark_targets(view: CodeView<'_>, instructions: &mut [Instruction]) -> Result<(), HandlerError> {
    let handlers = decode_handlers(view.exception_table())?;
    let jumps = instructions.iter().filter_map(|instruction| match instruction.operand {
        Operand::Target(target) => Some(target),
        _ => None,
    });
    let mut targets: Vec<u32> = handlers.iter().map(|handler| handler.target).chain(jumps).collect();
    targets.sort_unstable();
    for instruction in instructions {
        instruction.is_target = targets.binary_search(&instruction.offset).is_ok();
    }
    Ok(())
}

/// Iteration over the line table by code units of two bytes.
struct LineIteration {
    runs: std::vec::IntoIter<lines::LineRun>,
    /// Bytes left of the current run.
    left: u32,
    location: Location,
}

impl LineIteration {
    fn new(view: CodeView<'_>, series: &Series) -> Result<Self, lines::LineError> {
        let size = view.bytecode().len() as u32;
        let runs = lines::decode(series.line_format, view.line_table(), view.code.firstlineno, size)?;
        Ok(Self { runs: runs.into_iter(), left: 0, location: Location::NONE })
    }

    fn next_unit(&mut self) -> Location {
        while self.left == 0 {
            let Some(run) = self.runs.next() else {
                self.location = Location::NONE;
                return self.location;
            };
            (self.left, self.location) = (run.size, run.location);
        }
        // A run of a table up to 3.9 may end within a code unit; the next run then starts at the
        // next unit.
        self.left = self.left.saturating_sub(2);
        self.location
    }
}
