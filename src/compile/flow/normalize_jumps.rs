//! Forward direction of conditional jumps (`normalize_jumps`).
//!
//! CPython: `Python/flowgraph.c`.

use super::graph::{BlockId, Graph};
use super::kinds::is_conditional_jump;
use crate::target::{Features, Op};

/// Makes conditional jumps go forward and marks the code after them as not taken
/// (`normalize_jumps`).
pub(super) fn normalize_jumps(graph: &mut Graph, features: &Features) {
    graph.clear_visited();
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let block = graph.block_mut(id);
        block.visited = true;
        let next = block.next;
        let cold = block.cold;
        let Some(last) = graph.last(id).copied().filter(|last| is_conditional_jump(last.op)) else {
            id = next;
            continue;
        };
        if !graph.block(last.target).visited {
            if features.mark_not_taken {
                graph.push_late(
                    id,
                    Op::NOT_TAKEN,
                    last.location,
                    BlockId::NONE,
                    last.handler,
                    features.late_handlers,
                );
            }
            id = next;
            continue;
        }
        let start_depth = graph.block(last.target).start_depth;
        let backward = graph.add();
        if features.mark_not_taken {
            graph.push_late(
                backward,
                Op::NOT_TAKEN,
                last.location,
                BlockId::NONE,
                last.handler,
                features.late_handlers,
            );
        }
        graph.push_late(backward, Op::JUMP, last.location, last.target, last.handler, features.late_handlers);
        if features.jumps_sized_by_label {
            let label = graph.block(last.target).label;
            graph.code_mut(backward)[0].arg = label;
        }
        let block = graph.block_mut(backward);
        block.start_depth = start_depth;
        block.cold = cold;
        block.next = next;
        graph.block_mut(id).next = backward;
        if let Some(last) = graph.last_mut(id) {
            last.target = next;
            last.op = match last.op {
                Op::POP_JUMP_IF_NOT_NONE => Op::POP_JUMP_IF_NONE,
                Op::POP_JUMP_IF_NONE => Op::POP_JUMP_IF_NOT_NONE,
                Op::POP_JUMP_IF_FALSE => Op::POP_JUMP_IF_TRUE,
                _ => Op::POP_JUMP_IF_FALSE,
            };
        }
        id = next;
    }
}
