//! Move of the blocks that only exceptions reach to the end (`push_cold_blocks_to_end`).
//!
//! CPython: `Python/flowgraph.c`.

use super::empty_blocks::ensure_label;
use super::graph::{BlockId, Graph, Instr};
use super::{FlowError, redundant};
use crate::target::{Features, Op};
use crate::text::Location;

/// Marks blocks that are reached without exceptions (`mark_warm`).
fn mark_warm(graph: &mut Graph) {
    graph.clear_visited();
    let mut stack = graph.take_stack();
    graph.visit(Graph::ENTRY, &mut stack);
    while let Some(id) = stack.pop() {
        graph.block_mut(id).warm = true;
        for to in graph.successors(id) {
            graph.visit(to, &mut stack);
        }
    }
    graph.give_stack(stack);
}

/// Marks blocks that only exceptions reach (`mark_cold`).
fn mark_cold(graph: &mut Graph) {
    graph.clear_visited();
    let mut stack = graph.take_stack();
    let mut id = Graph::ENTRY;
    while id.is_some() {
        if graph.block(id).except_handler {
            graph.visit(id, &mut stack);
        }
        id = graph.next(id);
    }
    while let Some(id) = stack.pop() {
        graph.block_mut(id).cold = true;
        for to in graph.successors(id) {
            if !graph.block(to).warm {
                graph.visit(to, &mut stack);
            }
        }
    }
    graph.give_stack(stack);
}

/// Moves cold blocks to the end (`push_cold_blocks_to_end`).
pub(super) fn push_cold_blocks(graph: &mut Graph, features: &Features) -> Result<(), FlowError> {
    if !graph.next(Graph::ENTRY).is_some() {
        return Ok(());
    }
    if !graph.blocks.iter().any(|block| block.except_handler) {
        return Ok(());
    }
    mark_warm(graph);
    mark_cold(graph);
    let mut label = if features.jumps_sized_by_label { graph.next_label() } else { 0 };
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let next = graph.next(id);
        if graph.block(id).cold && !graph.no_fallthrough(id) && next.is_some() && graph.block(next).warm {
            graph.block_mut(next).labeled = true;
            graph.rerouted = true;
            let jump = graph.add();
            let op = if features.joins_check_signals { Op::JUMP } else { Op::JUMP_NO_INTERRUPT };
            let number =
                if features.jumps_sized_by_label { ensure_label(graph, next, &mut label) } else { 0 };
            let instr = Instr { target: next, ..Instr::new(op, number, Location::NONE) };
            graph.push_copy(jump, instr);
            let block = graph.block_mut(jump);
            block.cold = true;
            block.next = next;
            block.predecessors = u32::from(!features.cold_jumps_lack_line);
            graph.block_mut(id).next = jump;
        }
        id = next;
    }
    let mut warm_tail = Graph::ENTRY;
    let (mut cold_head, mut cold_tail) = (BlockId::NONE, BlockId::NONE);
    let mut id = graph.next(Graph::ENTRY);
    while id.is_some() {
        let next = graph.next(id);
        if graph.block(id).cold {
            if cold_head.is_some() {
                graph.block_mut(cold_tail).next = id;
            } else {
                cold_head = id;
            }
            cold_tail = id;
        } else {
            graph.block_mut(warm_tail).next = id;
            warm_tail = id;
        }
        id = next;
    }
    graph.block_mut(warm_tail).next = cold_head;
    if cold_head.is_some() {
        graph.block_mut(cold_tail).next = BlockId::NONE;
        if features.late_block_ends {
            redundant::remove_jumps(graph)?;
        } else {
            redundant::remove_nops_and_jumps(graph)?;
        }
    }
    Ok(())
}
