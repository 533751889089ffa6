//! Moves what only exceptions reach to the end (`push_cold_blocks_to_end`).

use super::graph::{Block, BlockId, Graph, Instr, is_jump};
use super::{FlowError, redundant};
use crate::target::Op;
use crate::text::Location;

fn mark_warm(graph: &mut Graph) {
    graph.clear_visited();
    let mut stack = Vec::new();
    graph.visit(Graph::ENTRY, &mut stack);
    while let Some(id) = stack.pop() {
        let block = graph.block_mut(id);
        block.warm = true;
        let next = block.next;
        if next.is_some() && !block.no_fallthrough() {
            graph.visit(next, &mut stack);
        }
        for index in 0..graph.block(id).len() {
            let instr = graph.block(id).code()[index];
            if is_jump(instr.op) {
                graph.visit(instr.target, &mut stack);
            }
        }
    }
}

fn mark_cold(graph: &mut Graph) {
    graph.clear_visited();
    let mut stack = Vec::new();
    let mut id = Graph::ENTRY;
    while id.is_some() {
        if graph.block(id).except_handler {
            graph.visit(id, &mut stack);
        }
        id = graph.next(id);
    }
    while let Some(id) = stack.pop() {
        let block = graph.block_mut(id);
        block.cold = true;
        let (next, falls) = (block.next, !block.no_fallthrough());
        if next.is_some() && falls && !graph.block(next).warm {
            graph.visit(next, &mut stack);
        }
        if let Some(last) = graph.block(id).last().copied()
            && is_jump(last.op)
            && !graph.block(last.target).warm
        {
            graph.visit(last.target, &mut stack);
        }
    }
}

pub(super) fn push_cold_blocks(graph: &mut Graph) -> Result<(), FlowError> {
    if !graph.next(Graph::ENTRY).is_some() {
        return Ok(());
    }
    mark_warm(graph);
    mark_cold(graph);
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let block = graph.block(id);
        let next = block.next;
        if block.cold && !block.no_fallthrough() && next.is_some() && graph.block(next).warm {
            graph.block_mut(next).labelled = true;
            let mut jump = Block::new();
            jump.push_copy(Instr { target: next, ..Instr::new(Op::JUMP_NO_INTERRUPT, 0, Location::NONE) });
            jump.cold = true;
            jump.next = next;
            jump.predecessors = 1;
            let jump = graph.add(jump);
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
        redundant::remove_nops_and_jumps(graph)?;
    }
    Ok(())
}
