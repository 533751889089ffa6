//! Copies of small exit blocks (`inline_small_exit_blocks`).
//!
//! CPython: `Python/flowgraph.c` of 3.12.

use super::graph::{BlockId, Graph};
use super::inline_exits::MAX_COPY;
use super::kinds::is_unconditional_jump;

/// Copies the target of a block's jump if it is a small exit (`inline_small_exit_blocks`).
fn inline_target(graph: &mut Graph, id: BlockId) {
    let Some(&last) = graph.last(id) else { return };
    if !is_unconditional_jump(last.op) {
        return;
    }
    if graph.block(last.target).len() > MAX_COPY || !graph.exits_scope(last.target) {
        return;
    }
    graph.replace_jump(id, last.target);
}

/// Copies small exit blocks into the blocks that jump to them (`inline_small_exit_blocks`).
pub(super) fn inline_small_exits(graph: &mut Graph) {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        inline_target(graph, id);
        id = graph.next(id);
    }
}
