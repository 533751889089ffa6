//! Invariants that hold after every pass (`check_cfg`).
//!
//! CPython: `Python/flowgraph.c`.

use super::FlowError;
use super::graph::Graph;
use super::kinds::{Kinds, has_target, is_terminator};
use super::unreachable::remove_unreachable;
use crate::target::Op;

/// Checks the graph (`check_cfg`): jumps and exits end their blocks, targets exist, and flags
/// match.
pub(super) fn verify(graph: &Graph) -> Result<(), FlowError> {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let block = graph.block(id);
        for (index, instr) in graph.code(id).iter().enumerate() {
            if is_terminator(instr.op) && index + 1 != block.len() {
                return Err(FlowError::Malformed("code after a jump"));
            }
            if has_target(instr.op) && instr.target.0 as usize >= graph.blocks.len() {
                return Err(FlowError::Malformed("jump to nothing"));
            }
            if instr.op == Op::NOP && !block.nops {
                return Err(FlowError::Malformed("NOP in a block that says it has none"));
            }
            if !Kinds::of(instr.op).are_in(block.kinds) {
                return Err(FlowError::Malformed("a kind of instruction that the block says it has not"));
            }
            if instr.location.line() < 0 && !block.lineless {
                return Err(FlowError::Malformed("no line in a block that says it has all"));
            }
        }
        id = block.next;
    }
    if !graph.rerouted {
        let mut again = graph.clone();
        again.rerouted = true;
        remove_unreachable(&mut again);
        if again
            .blocks
            .iter()
            .zip(&graph.blocks)
            .any(|(again, block)| again.predecessors != block.predecessors)
        {
            return Err(FlowError::Malformed("control flows otherwise than was said"));
        }
    }
    Ok(())
}
