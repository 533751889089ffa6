//! Copies small exit blocks, and exits without lines, into the blocks that jump to them
//! (`inline_small_or_no_lineno_blocks`).

use super::graph::{BlockId, Graph, is_unconditional_jump};
use crate::target::Op;

/// Largest exit block that is copied.
const MAX_COPY: usize = 4;

fn inline_target(graph: &mut Graph, id: BlockId) -> bool {
    let Some(last) = graph.block(id).last().copied() else { return false };
    if !is_unconditional_jump(last.op) {
        return false;
    }
    let target = graph.block(last.target);
    let small_exit = target.exits_scope() && target.len() <= MAX_COPY;
    let no_line = target.has_no_line() && target.no_fallthrough();
    if !small_exit && !no_line {
        return false;
    }
    let copies = target.code().to_vec();
    let block = graph.block_mut(id);
    if let Some(last) = block.last_mut() {
        last.set_nop();
    }
    for instr in copies {
        block.push_copy(instr);
    }
    if no_line
        && let Some(end) = block.last_mut()
        && is_unconditional_jump(end.op)
        && last.op == Op::JUMP
    {
        end.op = Op::JUMP;
    }
    let target = graph.block_mut(last.target);
    target.predecessors = target.predecessors.wrapping_sub(1);
    true
}

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
