//! Copies of small exits without lines, in the order in which blocks were made (`extend_block`).
//!
//! CPython: `Python/compile.c` of 3.11.

use super::graph::{BlockId, Graph};
use super::inline_exits::MAX_COPY;
use crate::target::Op;
use std::cmp::Reverse;

/// Returns all blocks, the one that was made last first (`u_blocks`).
pub(super) fn last_made_first(graph: &Graph) -> Vec<BlockId> {
    let mut blocks: Vec<BlockId> = (0..graph.blocks.len() as u32).map(BlockId).collect();
    blocks.sort_by_key(|&id| Reverse(graph.block(id).label));
    blocks
}

/// Replaces the jump at the end of a block by the code that it leads to, if that is a small exit
/// without lines (`extend_block`).
fn extend(graph: &mut Graph, id: BlockId) {
    let Some(&last) = graph.last(id) else { return };
    if last.op != Op::JUMP {
        return;
    }
    let target = graph.block(last.target);
    if target.len() > MAX_COPY || !graph.exits_scope(last.target) {
        return;
    }
    if graph.code(last.target).iter().any(|instr| instr.location.line() > 0) {
        return;
    }
    graph.replace_jump(id, last.target);
}

/// Replaces jumps to small exits without lines by copies of these (`extend_block`).
pub(super) fn extend_blocks(graph: &mut Graph) {
    for id in last_made_first(graph) {
        extend(graph, id);
    }
}
