//! Pairs of local loads and stores in one instruction (`insert_superinstructions`).
//!
//! CPython: `Python/flowgraph.c`.

use super::graph::{BlockId, Graph, Instr};
use super::kinds::is_paired;
use super::redundant;
use crate::target::Op;

/// Returns the instruction that does what two do (`make_super_instruction`).
fn combined(first: &Instr, second: &Instr) -> Option<Instr> {
    let op = match (first.op, second.op) {
        (Op::LOAD_FAST, Op::LOAD_FAST) => Op::LOAD_FAST_LOAD_FAST,
        (Op::STORE_FAST, Op::LOAD_FAST) => Op::STORE_FAST_LOAD_FAST,
        (Op::STORE_FAST, Op::STORE_FAST) => Op::STORE_FAST_STORE_FAST,
        _ => return None,
    };
    let (line, other) = (first.location.line(), second.location.line());
    if line >= 0 && other >= 0 && line != other || first.arg >= 16 || second.arg >= 16 {
        return None;
    }
    Some(Instr { op, arg: first.arg << 4 | second.arg, ..*first })
}

/// Combines pairs of local loads and stores (`insert_superinstructions`).
///
/// The second one becomes a NOP, which is dropped at once if the line of the first makes it
/// redundant.
pub(super) fn insert_superinstructions(graph: &mut Graph) {
    for id in (0..graph.blocks.len() as u32).map(BlockId) {
        if !graph.block(id).kinds.has_paired() {
            continue;
        }
        let (blocks, code) = graph.blocks_and_code(id);
        let (mut kept, mut index) = (0, 0);
        while let Some(&instr) = code.get(index) {
            index += 1;
            if is_paired(instr.op)
                && let Some(&next) = code.get(index)
                && let Some(both) = combined(&instr, &next)
            {
                index += 1;
                code[kept] = both;
                let line = next.location.line();
                if line >= 0 && line != both.location.line() {
                    kept += 1;
                    code[kept] = Instr { op: Op::NOP, arg: 0, ..next };
                    blocks[id.0 as usize].nops = true;
                }
            } else if kept + 1 < index {
                code[kept] = instr;
            }
            kept += 1;
        }
        blocks[id.0 as usize].truncate(kept);
    }
    redundant::remove_nops(graph);
}
