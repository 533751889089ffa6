//! Replacement of pseudo-instructions by real ones.
//!
//! CPython: `Python/flowgraph.c`.

use super::graph::{BlockId, Graph, Instr};
use super::kinds::is_pseudo;
use super::{FlowError, redundant};
use crate::target::Op;

/// Replaces `JUMP_IF_FALSE` and `JUMP_IF_TRUE` (`convert_pseudo_conditional_jumps`).
pub(super) fn convert_conditional_jumps(graph: &mut Graph) {
    for id in (0..graph.blocks.len() as u32).map(BlockId) {
        let Some(last) = graph.last_mut(id) else { continue };
        last.op = match last.op {
            Op::JUMP_IF_FALSE => Op::POP_JUMP_IF_FALSE,
            Op::JUMP_IF_TRUE => Op::POP_JUMP_IF_TRUE,
            _ => continue,
        };
        let copy = Instr { op: Op::COPY, arg: 1, target: BlockId::NONE, ..*last };
        graph.recount(id);
        let end = graph.block(id).len() - 1;
        graph.insert(id, end, copy);
        graph.insert(id, end + 1, Instr { op: Op::TO_BOOL, arg: 0, ..copy });
    }
}

/// Replaces all other pseudo-instructions (`convert_pseudo_ops`).
pub(super) fn convert_pseudo_ops(graph: &mut Graph) -> Result<(), FlowError> {
    let blocks = if graph.kinds.has_pseudo() { graph.blocks.len() as u32 } else { 0 };
    for id in (0..blocks).map(BlockId) {
        if !graph.block(id).kinds.has_pseudo() {
            continue;
        }
        let (blocks, code) = graph.blocks_and_code(id);
        for instr in code.iter_mut().filter(|instr| is_pseudo(instr.op)) {
            match instr.op {
                Op::LOAD_CLOSURE => instr.op = Op::LOAD_FAST,
                Op::STORE_FAST_MAYBE_NULL => instr.op = Op::STORE_FAST,
                _ => {
                    instr.set_nop();
                    blocks[id.0 as usize].nops = true;
                }
            }
        }
        graph.recount(id);
    }
    graph.rerouted = true;
    redundant::remove_nops_and_jumps(graph)
}
