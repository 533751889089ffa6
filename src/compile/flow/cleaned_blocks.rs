//! Removal of NOPs that only the first line of the next block decides on (`clean_basic_block`).
//!
//! CPython: `Python/compile.c` of 3.11.

use super::graph::{BlockId, Graph};
use super::kinds::is_block_push;
use crate::target::Op;

/// Removes the redundant NOPs of one block (`clean_basic_block`).
pub(super) fn clean(graph: &mut Graph, id: BlockId) {
    if !graph.block(id).nops {
        return;
    }
    let next = graph.non_empty(graph.next(id));
    let after = next.is_some().then(|| graph.code(next)[0].location.line());
    let code = graph.code_mut(id);
    let (mut kept, mut line_before, mut left) = (0, -1, false);
    for index in 0..code.len() {
        let instr = code[index];
        let line = instr.location.line();
        if instr.op == Op::NOP {
            if line < 0 || line_before == line {
                continue;
            }
            match code.get_mut(index + 1) {
                Some(next) if next.location.line() == line => continue,
                Some(next) if next.location.line() < 0 => {
                    next.location = instr.location;
                    continue;
                }
                None if after == Some(line) => continue,
                _ => {}
            }
            left = true;
        }
        code[kept] = code[index];
        kept += 1;
        line_before = line;
    }
    let block = graph.block_mut(id);
    block.truncate(kept);
    block.nops = left;
}

/// Removes the redundant NOPs of all blocks (`clean_basic_block`).
pub(super) fn clean_all(graph: &mut Graph) {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        clean(graph, id);
        id = graph.next(id);
    }
}

/// Turns the instructions that start and end the ranges of handlers into NOPs and removes those
/// that are redundant (`convert_exception_handlers_to_nops`).
pub(super) fn erase_handlers(graph: &mut Graph) {
    for id in (0..graph.blocks.len() as u32).map(BlockId) {
        let (blocks, code) = graph.blocks_and_code(id);
        for instr in code.iter_mut().filter(|instr| instr.op == Op::POP_BLOCK || is_block_push(instr.op)) {
            instr.set_nop();
            blocks[id.0 as usize].nops = true;
        }
    }
    graph.rerouted = true;
    clean_all(graph);
}
