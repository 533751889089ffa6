//! Conditional jumps only go forward, and what follows them is marked (`normalize_jumps`).

use super::graph::{Block, Graph, is_conditional_jump};
use crate::target::Op;

pub(super) fn normalize_jumps(graph: &mut Graph, mark_not_taken: bool) {
    graph.clear_visited();
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let block = graph.block_mut(id);
        block.visited = true;
        let next = block.next;
        let cold = block.cold;
        let Some(last) = block.last().copied().filter(|last| is_conditional_jump(last.op)) else {
            id = next;
            continue;
        };
        if !graph.block(last.target).visited {
            if mark_not_taken {
                graph.block_mut(id).push_new(Op::NOT_TAKEN, 0, last.location);
            }
            id = next;
            continue;
        }
        let mut backward = Block::new();
        if mark_not_taken {
            backward.push_new(Op::NOT_TAKEN, 0, last.location);
        }
        backward.push_new(Op::JUMP, 0, last.location).target = last.target;
        backward.start_depth = graph.block(last.target).start_depth;
        backward.cold = cold;
        backward.next = next;
        let backward = graph.add(backward);
        let block = graph.block_mut(id);
        block.next = backward;
        if let Some(last) = block.last_mut() {
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
