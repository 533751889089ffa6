//! Pairs of local loads and stores in one instruction (`insert_superinstructions`).
//!
//! CPython: `Python/flowgraph.c`.

use super::graph::{BlockId, Graph};
use super::kinds::is_paired;
use super::redundant;
use crate::target::Op;

/// Combines pairs of local loads and stores (`insert_superinstructions`).
pub(super) fn insert_superinstructions(graph: &mut Graph) {
    for id in (0..graph.blocks.len() as u32).map(BlockId) {
        if !graph.block(id).kinds.has_paired() {
            continue;
        }
        let (blocks, code) = graph.blocks_and_code(id);
        let mut from = 1;
        while let Some(found) =
            code.get(from..).and_then(|code| code.iter().position(|instr| is_paired(instr.op)))
        {
            let index = from + found;
            from = index + 1;
            let op = match (code[index - 1].op, code[index].op) {
                (Op::LOAD_FAST, Op::LOAD_FAST) => Op::LOAD_FAST_LOAD_FAST,
                (Op::STORE_FAST, Op::LOAD_FAST) => Op::STORE_FAST_LOAD_FAST,
                (Op::STORE_FAST, Op::STORE_FAST) => Op::STORE_FAST_STORE_FAST,
                _ => continue,
            };
            let (first, second) = (code[index - 1], code[index]);
            let (line, other) = (first.location.line(), second.location.line());
            if line >= 0 && other >= 0 && line != other || first.arg >= 16 || second.arg >= 16 {
                continue;
            }
            code[index - 1].set(op, first.arg << 4 | second.arg);
            code[index].set_nop();
            blocks[id.0 as usize].nops = true;
        }
    }
    redundant::remove_nops(graph);
}
