//! Removal of unreachable blocks, and predecessor counts (`remove_unreachable`).
//!
//! CPython: `Python/flowgraph.c`.

use super::graph::{Block, BlockId, Graph};
use super::kinds::is_block_push;

/// Counts an edge to a block and schedules the block when it is first reached.
fn reach(blocks: &mut [Block], id: BlockId, stack: &mut Vec<BlockId>) {
    let block = &mut blocks[id.0 as usize];
    if !block.visited {
        block.visited = true;
        stack.push(id);
    }
    block.predecessors += 1;
}

/// Counts predecessors and empties unreachable blocks (`remove_unreachable`).
///
/// Does nothing if the control flow has not changed since the last run.
pub(super) fn remove_unreachable(graph: &mut Graph) {
    if !std::mem::take(&mut graph.rerouted) {
        return;
    }
    for block in &mut graph.blocks {
        block.predecessors = 0;
        block.visited = false;
    }
    let mut stack = graph.take_stack();
    reach(&mut graph.blocks, Graph::ENTRY, &mut stack);
    while let Some(id) = stack.pop() {
        for to in graph.successors(id) {
            reach(&mut graph.blocks, to, &mut stack);
        }
        if graph.block(id).sets_up {
            let (blocks, code) = graph.blocks_and_code(id);
            for instr in code.iter().filter(|instr| is_block_push(instr.op)) {
                reach(blocks, instr.target, &mut stack);
            }
        }
    }
    graph.give_stack(stack);
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let block = graph.block_mut(id);
        if block.predecessors == 0 {
            block.truncate(0);
            block.except_handler = false;
        }
        id = block.next;
    }
}
