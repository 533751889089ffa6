//! The code of a code object while it is not known how long its jumps are.

use crate::compile::flow::graph::BlockId;
use crate::text::Location;

/// Returns the number of `EXTENDED_ARG` prefixes that an operand needs.
pub(super) fn prefixes(arg: u32) -> u32 {
    u32::from(arg > 0xff) + u32::from(arg > 0xffff) + u32::from(arg > 0xff_ffff)
}

/// A place in the code while it is not known how long its jumps are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Point {
    /// Number of code units before it, without the prefixes of jumps.
    pub(super) offset: u32,
    /// Number of jumps before it.
    pub(super) jumps: u32,
}

/// Start of a block in the code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    /// Number of instructions before it; `u32::MAX` if the block is not part of the code.
    pub(super) index: u32,
    pub(super) point: Point,
}

impl Start {
    /// Of a block that is not part of the code.
    pub(super) const NOWHERE: Self = Self { index: u32::MAX, point: Point { offset: 0, jumps: 0 } };
}

/// An instruction whose operand is the distance to a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jump {
    /// Of it, with caches, without prefixes.
    pub(super) units: u8,
    /// The distance.
    pub(super) arg: u32,
    /// True if it is the `END_ASYNC_FOR` of newer versions, which counts from `END_SEND`.
    pub(super) ends_loop: bool,
    pub(super) target: BlockId,
    /// As [`Point::offset`].
    pub(super) offset: u32,
    pub(super) prefixes: u32,
}

/// Instructions one after the other that have something in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run<T> {
    pub(super) start: Point,
    pub(super) of: T,
}

/// The code of a code object before its jumps are settled; kept for the room it has.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// Code units without the prefixes of jumps, and zeros after them; caches are zero.
    pub(super) units: Vec<[u8; 2]>,
    /// Start of each block of the graph.
    pub(super) starts: Vec<Start>,
    /// In the order of the code.
    pub(super) jumps: Vec<Jump>,
    /// Instructions at the same place; one more for the end.
    pub(super) places: Vec<Run<Location>>,
    /// Instructions with the same handler.
    pub(super) handlers: Vec<Run<BlockId>>,
    /// Number of instructions.
    pub(super) count: u32,
    pub(super) end: Point,
    /// The first of the instructions whose place is that of what follows them.
    pub(super) waiting: Option<Point>,
}
