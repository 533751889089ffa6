//! `LOAD_FAST_CHECK` for locals that may be unset
//! (`add_checks_for_loads_of_uninitialized_variables`).
//!
//! CPython: `Python/flowgraph.c`.

use super::context::Context;
use super::graph::{Block, BlockId, Graph};
use super::kinds::is_local;
use crate::target::Op;

/// Number of locals that are tracked across blocks.
const TRACKED: usize = 64;

/// Adds locals that may be unset on entry of a block and schedules it if needed (`maybe_push`).
///
/// `visited` marks a scheduled block.
fn push(blocks: &mut [Block], id: BlockId, mask: u64, stack: &mut Vec<BlockId>) {
    let block = &mut blocks[id.0 as usize];
    let both = block.unsafe_locals | mask;
    if block.unsafe_locals != both {
        block.unsafe_locals = both;
        if !block.visited {
            block.visited = true;
            stack.push(id);
        }
    }
}

/// Checks the loads of one block (`scan_block_for_locals`).
fn scan(graph: &mut Graph, id: BlockId, stack: &mut Vec<BlockId>) {
    let block = graph.block_mut(id);
    block.visited = false;
    let mut mask = block.unsafe_locals;
    let mut pushed = (BlockId::NONE, mask);
    let is_read = graph.block(id).kinds.has_local() || graph.kinds.has_block_push();
    let (blocks, code) = graph.blocks_and_code(id);
    let code = if is_read { code } else { &mut [] };
    for instr in code {
        if instr.handler.is_some() && pushed != (instr.handler, mask) {
            pushed = (instr.handler, mask);
            push(blocks, instr.handler, mask, stack);
        }
        if !is_local(instr.op) || instr.arg as usize >= TRACKED {
            continue;
        }
        let bit = 1u64 << instr.arg;
        match instr.op {
            Op::DELETE_FAST | Op::LOAD_FAST_AND_CLEAR | Op::STORE_FAST_MAYBE_NULL => mask |= bit,
            Op::STORE_FAST | Op::LOAD_FAST_CHECK => mask &= !bit,
            Op::LOAD_FAST => {
                if mask & bit != 0 {
                    instr.op = Op::LOAD_FAST_CHECK;
                }
                mask &= !bit;
            }
            _ => {}
        }
    }
    for to in graph.successors(id) {
        push(&mut graph.blocks, to, mask, stack);
    }
}

/// Checks the loads of untracked locals, block by block (`fast_scan_many_locals`).
fn scan_others(graph: &mut Graph, locals: usize) {
    let mut states = vec![0u32; locals - TRACKED];
    let mut number = 0;
    let mut id = Graph::ENTRY;
    while id.is_some() {
        number += 1;
        for instr in graph.code_mut(id) {
            let Some(state) =
                (instr.arg as usize).checked_sub(TRACKED).and_then(|index| states.get_mut(index))
            else {
                continue;
            };
            match instr.op {
                Op::DELETE_FAST | Op::LOAD_FAST_AND_CLEAR | Op::STORE_FAST_MAYBE_NULL => *state = number - 1,
                Op::STORE_FAST => *state = number,
                Op::LOAD_FAST => {
                    if *state != number {
                        instr.op = Op::LOAD_FAST_CHECK;
                    }
                    *state = number;
                }
                _ => {}
            }
        }
        id = graph.next(id);
    }
}

/// Turns loads of locals that may be unset into `LOAD_FAST_CHECK`
/// (`add_checks_for_loads_of_uninitialized_variables`).
pub(super) fn check_unset_locals(graph: &mut Graph, context: &Context<'_>) {
    if context.locals == 0 {
        return;
    }
    if context.locals > TRACKED {
        scan_others(graph, context.locals);
    }
    if context.parameters >= context.locals && !graph.kinds.has_unset() {
        return;
    }
    graph.clear_visited();
    let mut stack = graph.take_stack();
    let start = (context.parameters..context.locals.min(TRACKED)).fold(0, |mask, local| mask | 1 << local);
    push(&mut graph.blocks, Graph::ENTRY, start, &mut stack);
    let mut id = Graph::ENTRY;
    while id.is_some() {
        scan(graph, id, &mut stack);
        id = graph.next(id);
    }
    while let Some(id) = stack.pop() {
        if graph.block(id).visited {
            scan(graph, id, &mut stack);
        }
    }
    graph.give_stack(stack);
}
