//! Removal of unreachable and empty blocks, and predecessor counts, each block once
//! (`mark_reachable`, `optimize_cfg`).
//!
//! CPython: `Python/compile.c` of 3.11.

use super::cleaned_blocks::clean_all;
use super::drop_unreachable::{count_predecessors, empty_unreached};
use super::graph::Graph;
use super::kinds::is_jump;
use crate::target::Op;

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
    count_predecessors(graph, |block| block.predecessors == 1);
    empty_unreached(graph);
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
