//! Copies of small exit blocks and exits without lines (`inline_small_or_no_lineno_blocks`).
//!
//! CPython: `Python/flowgraph.c`.

use super::graph::{BlockId, Graph};
use super::kinds::is_unconditional_jump;
use crate::target::Op;

/// Largest exit block that is copied (`MAX_COPY_SIZE`).
pub(super) const MAX_COPY: usize = 4;

/// Copies the target of a block's jump if it is small or has no line
/// (`basicblock_inline_small_or_no_lineno_blocks`).
fn inline_target(graph: &mut Graph, id: BlockId) -> bool {
    let Some(&last) = graph.last(id) else { return false };
    if !is_unconditional_jump(last.op) {
        return false;
    }
    let small_exit = graph.exits_scope(last.target) && graph.block(last.target).len() <= MAX_COPY;
    let no_line = graph.has_no_line(last.target) && graph.no_fallthrough(last.target);
    if !small_exit && !no_line {
        return false;
    }
    graph.replace_jump(id, last.target);
    if no_line
        && let Some(end) = graph.last_mut(id)
        && is_unconditional_jump(end.op)
        && last.op == Op::JUMP
    {
        end.op = Op::JUMP;
        graph.recount(id);
    }
    let target = graph.block_mut(last.target);
    target.predecessors = target.predecessors.wrapping_sub(1);
    true
}

/// Copies exit blocks into the blocks that jump to them (`inline_small_or_no_lineno_blocks`).
pub(super) fn inline_exits(graph: &mut Graph) {
    loop {
        let mut changed = false;
        let mut id = Graph::ENTRY;
        while id.is_some() {
            changed |= inline_target(graph, id);
            id = graph.next(id);
        }
        if !changed {
            return;
        }
    }
}
