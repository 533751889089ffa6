//! The code of a code object before the sizes of its jumps are known.

use crate::compile::flow::graph::BlockId;
use crate::text::Location;

/// Returns the number of `EXTENDED_ARG` prefixes that an operand needs.
pub(super) fn prefixes(arg: u32) -> u32 {
    u32::from(arg > 0xff) + u32::from(arg > 0xffff) + u32::from(arg > 0xff_ffff)
}

/// A position in the code before the sizes of jumps are known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Point {
    /// Number of code units before the position, without the prefixes of jumps.
    pub(super) offset: u32,
    /// Number of jumps before the position.
    pub(super) jumps: u32,
}

/// Start of a block in the code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    /// Number of instructions before the block; `u32::MAX` if the block is not part of the code.
    pub(super) index: u32,
    pub(super) point: Point,
}

impl Start {
    /// Start of a block that is not part of the code.
    pub(super) const NOWHERE: Self = Self { index: u32::MAX, point: Point { offset: 0, jumps: 0 } };
}

/// An instruction whose operand is the distance to a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jump {
    /// Size of the instruction in code units, with caches and without prefixes.
    pub(super) units: u8,
    /// Distance to the target.
    pub(super) arg: u32,
    /// True for the `END_ASYNC_FOR` of newer versions, whose distance counts from `END_SEND`.
    pub(super) ends_loop: bool,
    pub(super) target: BlockId,
    /// End offset, in the unit of [`Point::offset`].
    pub(super) offset: u32,
    pub(super) prefixes: u32,
}

/// Consecutive instructions with a common property.
#[derive(Clone, Copy, Debug)]
pub(super) struct InstructionRun<T> {
    pub(super) start: Point,
    pub(super) of: T,
}

/// The code of a code object before its jumps are resolved; reused for its allocations.
#[derive(Debug, Default)]
pub(super) struct CodeDraft {
    /// Code units without the prefixes of jumps, followed by zeros; caches are zero.
    pub(super) units: Vec<[u8; 2]>,
    /// Start of each block of the graph.
    pub(super) starts: Vec<Start>,
    /// Jumps in the order of the code.
    pub(super) jumps: Vec<Jump>,
    /// Runs of instructions with the same location, followed by a run for the end.
    pub(super) places: Vec<InstructionRun<Location>>,
    /// Runs of instructions with the same handler.
    pub(super) handlers: Vec<InstructionRun<BlockId>>,
    /// Number of instructions.
    pub(super) count: u32,
    pub(super) end: Point,
    /// Start of the instructions that take the location of the next instruction.
    pub(super) waiting: Option<Point>,
}
