//! Removal of unreachable and empty blocks, and predecessor counts, each block once
//! (`mark_reachable`, `optimize_cfg`).
//!
//! CPython: `Python/compile.c` of 3.11.

use super::cleaned_blocks::clean_all;
use super::graph::{BlockId, Graph, has_target};
use super::kinds::is_jump;
use crate::target::Op;

/// Counts predecessors (`mark_reachable`).
fn count_predecessors(graph: &mut Graph) {
    for block in &mut graph.blocks {
        block.predecessors = 0;
    }
    let mut stack = graph.take_stack();
    graph.block_mut(Graph::ENTRY).predecessors = 1;
    stack.push(Graph::ENTRY);
    while let Some(id) = stack.pop() {
        let next = graph.next(id);
        if next.is_some() && !graph.no_fallthrough(id) {
            reach(graph, next, &mut stack);
        }
        for index in 0..graph.block(id).len() {
            let instr = graph.code(id)[index];
            if has_target(instr.op) {
                reach(graph, instr.target, &mut stack);
            }
        }
    }
    graph.give_stack(stack);
}

/// Counts an edge to a block and schedules the block if it is the first.
fn reach(graph: &mut Graph, id: BlockId, stack: &mut Vec<BlockId>) {
    let block = graph.block_mut(id);
    if block.predecessors == 0 {
        stack.push(id);
    }
    block.predecessors += 1;
}

/// Unlinks empty blocks, but for the last one, and lets jumps to them lead to the next block
/// (`eliminate_empty_basic_blocks`).
fn unlink_empty(graph: &mut Graph) {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let mut next = graph.next(id);
        while next.is_some() && graph.block(next).is_empty() && graph.next(next).is_some() {
            next = graph.next(next);
        }
        graph.block_mut(id).next = next;
        id = next;
    }
    let mut id = Graph::ENTRY;
    while id.is_some() {
        if let Some(&last) = graph.last(id)
            && is_jump(last.op)
        {
            let target = graph.non_empty(last.target);
            if let Some(last) = graph.last_mut(id) {
                last.target = target;
            }
        }
        id = graph.next(id);
    }
}

/// Drops unreachable and empty blocks, NOPs, and jumps to the next block (`optimize_cfg`).
pub(super) fn drop_unmarked(graph: &mut Graph) {
    count_predecessors(graph);
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let block = graph.block_mut(id);
        if block.predecessors == 0 {
            block.truncate(0);
        }
        id = block.next;
    }
    unlink_empty(graph);
    clean_all(graph);
    let mut found = false;
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let next = graph.next(id);
        if let Some(last) = graph.last_mut(id)
            && matches!(last.op, Op::JUMP | Op::JUMP_NO_INTERRUPT)
            && last.target == next
        {
            last.set_nop();
            graph.block_mut(id).nops = true;
            found = true;
        }
        id = next;
    }
    if found {
        unlink_empty(graph);
    }
    graph.rerouted = true;
}
