//! `co_exceptiontable` (`assemble_exception_table`).

use super::jumps::Layout;
use crate::compile::flow::graph::{BlockId, Graph};

fn put(value: u32, first: bool, bytes: &mut Vec<u8>) {
    let groups = (32 - value.leading_zeros()).div_ceil(6).max(1);
    for group in (0..groups).rev() {
        let more = if group > 0 { 0x40 } else { 0 };
        let start = if first && group + 1 == groups { 0x80 } else { 0 };
        bytes.push((value >> (6 * group)) as u8 & 0x3f | more | start);
    }
}

/// The table of a code object under construction: one entry for each run of instructions with the same handler.
#[derive(Debug)]
pub(super) struct ExceptionTable<'a> {
    graph: &'a Graph,
    layout: &'a Layout,
    bytes: &'a mut Vec<u8>,
    /// Of the run, which begins at the code unit `start`.
    handler: BlockId,
    start: u32,
}

impl<'a> ExceptionTable<'a> {
    /// An empty one, whose entries go to `bytes`.
    pub(super) fn new(graph: &'a Graph, layout: &'a Layout, bytes: &'a mut Vec<u8>) -> Self {
        bytes.clear();
        Self { graph, layout, bytes, handler: BlockId::NONE, start: 0 }
    }

    /// The instruction at the code unit `offset`.
    #[inline]
    pub(super) fn add(&mut self, handler: BlockId, offset: u32) {
        // Handlers are the same if their code starts at the same place, which empty blocks do.
        if handler != self.handler && self.layout.index(handler) != self.layout.index(self.handler) {
            self.close(offset);
            (self.handler, self.start) = (handler, offset);
        }
    }

    /// Ends the run before the code unit `end`.
    pub(super) fn close(&mut self, end: u32) {
        let Some(to) = self.layout.offset(self.handler) else { return };
        let block = self.graph.block(self.handler);
        let depth = block.start_depth - 1 - i32::from(block.preserve_lasti);
        put(self.start, true, self.bytes);
        put(end - self.start, false, self.bytes);
        put(to, false, self.bytes);
        put((depth.max(0) as u32) << 1 | u32::from(block.preserve_lasti), false, self.bytes);
    }
}
