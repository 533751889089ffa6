//! Removal of unreachable and empty blocks, and predecessor counts (`mark_reachable`).
//!
//! CPython: `Python/flowgraph.c` of 3.12.

use super::FlowError;
use super::empty_blocks::drop_empty_blocks;
use super::graph::{Block, BlockId, Graph};
use super::kinds::has_target;
use super::redundant;

/// Counts predecessors (`mark_reachable`).
///
/// `is_due` returns whether a block that was just reached is scheduled; blocks that had their turn
/// are `visited`.
pub(super) fn count_predecessors(graph: &mut Graph, is_due: fn(&Block) -> bool) {
    for block in &mut graph.blocks {
        block.predecessors = 0;
        block.visited = false;
    }
    let mut stack = graph.take_stack();
    graph.block_mut(Graph::ENTRY).predecessors = 1;
    stack.push(Graph::ENTRY);
    while let Some(id) = stack.pop() {
        graph.block_mut(id).visited = true;
        let next = graph.next(id);
        if next.is_some() && !graph.no_fallthrough(id) {
            reach(graph, next, is_due, &mut stack);
        }
        for index in 0..graph.block(id).len() {
            let instr = graph.code(id)[index];
            if has_target(instr.op) {
                reach(graph, instr.target, is_due, &mut stack);
            }
        }
    }
    graph.give_stack(stack);
}

/// Counts an edge to a block and schedules the block if it is due (`mark_reachable`).
fn reach(graph: &mut Graph, id: BlockId, is_due: fn(&Block) -> bool, stack: &mut Vec<BlockId>) {
    let block = graph.block_mut(id);
    block.predecessors += 1;
    if is_due(block) {
        stack.push(id);
    }
}

/// Removes the instructions of blocks without predecessors (`optimize_cfg`).
pub(super) fn empty_unreached(graph: &mut Graph) {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let block = graph.block_mut(id);
        if block.predecessors == 0 {
            block.truncate(0);
        }
        id = block.next;
    }
}

/// Drops unreachable and empty blocks, NOPs, and jumps to the next instruction (`optimize_cfg`).
pub(super) fn drop_unreachable(graph: &mut Graph) -> Result<(), FlowError> {
    // The successors of a block that was reached twice before its turn are counted twice.
    count_predecessors(graph, |block| !block.visited);
    empty_unreached(graph);
    redundant::remove_nops(graph);
    drop_empty_blocks(graph);
    redundant::remove_jumps(graph)?;
    graph.rerouted = true;
    Ok(())
}
