//! Directions of conditional jumps that have an opcode for each (`normalize_jumps`).
//!
//! CPython: `Python/compile.c` of 3.11.

use super::FlowError;
use super::graph::Graph;
use super::kinds::Kinds;
use crate::target::Op;

/// Returns the opcodes of a conditional jump forward and backward.
const fn directions(op: Op) -> Option<(Op, Op)> {
    Some(match op {
        Op::POP_JUMP_IF_NOT_NONE => (Op::POP_JUMP_FORWARD_IF_NOT_NONE, Op::POP_JUMP_BACKWARD_IF_NOT_NONE),
        Op::POP_JUMP_IF_NONE => (Op::POP_JUMP_FORWARD_IF_NONE, Op::POP_JUMP_BACKWARD_IF_NONE),
        Op::POP_JUMP_IF_FALSE => (Op::POP_JUMP_FORWARD_IF_FALSE, Op::POP_JUMP_BACKWARD_IF_FALSE),
        Op::POP_JUMP_IF_TRUE => (Op::POP_JUMP_FORWARD_IF_TRUE, Op::POP_JUMP_BACKWARD_IF_TRUE),
        _ => return None,
    })
}

/// Gives conditional jumps the opcodes of their directions (`normalize_jumps`).
pub(super) fn choose_directions(graph: &mut Graph) -> Result<(), FlowError> {
    graph.clear_visited();
    let mut id = Graph::ENTRY;
    while id.is_some() {
        graph.block_mut(id).visited = true;
        if let Some(&last) = graph.last(id) {
            let is_backward = last.target.is_some() && graph.block(last.target).visited;
            if is_backward && matches!(last.op, Op::JUMP_IF_FALSE_OR_POP | Op::JUMP_IF_TRUE_OR_POP) {
                return Err(FlowError::Malformed("a jump backward that keeps its value"));
            }
            if let Some((forward, backward)) = directions(last.op)
                && let Some(last) = graph.last_mut(id)
            {
                last.op = if is_backward { backward } else { forward };
                graph.block_mut(id).kinds = Kinds::ANY;
            }
        }
        id = graph.next(id);
    }
    Ok(())
}
