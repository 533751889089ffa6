//! Replacement of pseudo-instructions that stay until the end.
//!
//! CPython: `Python/flowgraph.c` of 3.12.

use super::graph::{BlockId, Graph};
use super::kinds::{Kinds, is_block_push};
use super::redundant;
use crate::target::Op;

/// Replaces all pseudo-instructions and removes NOPs (`_PyCfg_ConvertPseudoOps`).
pub(super) fn convert_late_pseudo_ops(graph: &mut Graph) {
    for id in (0..graph.blocks.len() as u32).map(BlockId) {
        let (blocks, code) = graph.blocks_and_code(id);
        for instr in code {
            match instr.op {
                Op::STORE_FAST_MAYBE_NULL => instr.op = Op::STORE_FAST,
                op if op == Op::POP_BLOCK || is_block_push(op) => {
                    instr.set_nop();
                    blocks[id.0 as usize].nops = true;
                }
                _ => {}
            }
        }
        graph.block_mut(id).kinds = Kinds::ANY;
    }
    graph.rerouted = true;
    redundant::remove_nops(graph);
}
