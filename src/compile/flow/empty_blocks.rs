//! Removal of blocks without instructions (`eliminate_empty_basic_blocks`).
//!
//! CPython: `Python/flowgraph.c` of 3.12.

use super::graph::{Block, BlockId, Graph};
use super::kinds::has_target;

/// Drops empty blocks, and lets jumps to them lead to the next block
/// (`eliminate_empty_basic_blocks`).
pub(super) fn drop_empty_blocks(graph: &mut Graph) {
    if !graph.blocks.iter().any(Block::is_empty) {
        return;
    }
    graph.rerouted = true;
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let next = graph.non_empty(graph.next(id));
        graph.block_mut(id).next = next;
        id = next;
    }
    let mut label = graph.next_label();
    let mut id = Graph::ENTRY;
    while id.is_some() {
        for index in 0..graph.block(id).len() {
            let instr = graph.code(id)[index];
            if has_target(instr.op) {
                retarget(graph, id, index, instr.target, &mut label);
            }
        }
        id = graph.next(id);
    }
}

/// Lets the jump `index` of a block lead to the first block from `old` on that has instructions.
fn retarget(graph: &mut Graph, id: BlockId, index: usize, old: BlockId, label: &mut u32) {
    let target = graph.non_empty(old);
    if target == old || !target.is_some() {
        return;
    }
    let number = ensure_label(graph, target, label);
    let instr = &mut graph.code_mut(id)[index];
    (instr.target, instr.arg) = (target, number);
}

/// Returns the label of a block, which gets the number `next` if it has none.
pub(super) fn ensure_label(graph: &mut Graph, id: BlockId, next: &mut u32) -> u32 {
    let block = graph.block_mut(id);
    if block.label == 0 {
        block.label = *next;
        block.labeled = true;
        *next += 1;
    }
    block.label
}
