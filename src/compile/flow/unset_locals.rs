//! `LOAD_FAST_CHECK` where a local may be unset (`add_checks_for_loads_of_uninitialized_variables`).

use super::context::Context;
use super::graph::{BlockId, Graph, is_jump};
use crate::target::Op;

/// Locals that are followed from block to block.
const TRACKED: usize = 64;

fn push(graph: &mut Graph, id: BlockId, mask: u64, stack: &mut Vec<BlockId>) {
    let block = graph.block_mut(id);
    let both = block.unsafe_locals | mask;
    if block.unsafe_locals != both {
        block.unsafe_locals = both;
        if !block.visited {
            block.visited = true;
            stack.push(id);
        }
    }
}

fn scan(graph: &mut Graph, id: BlockId, stack: &mut Vec<BlockId>) {
    let mut mask = graph.block(id).unsafe_locals;
    for index in 0..graph.block(id).len() {
        let instr = graph.block(id).code()[index];
        if instr.handler.is_some() {
            push(graph, instr.handler, mask, stack);
        }
        if instr.arg as usize >= TRACKED {
            continue;
        }
        let bit = 1u64 << instr.arg;
        match instr.op {
            Op::DELETE_FAST | Op::LOAD_FAST_AND_CLEAR | Op::STORE_FAST_MAYBE_NULL => mask |= bit,
            Op::STORE_FAST | Op::LOAD_FAST_CHECK => mask &= !bit,
            Op::LOAD_FAST => {
                if mask & bit != 0 {
                    graph.block_mut(id).code_mut()[index].op = Op::LOAD_FAST_CHECK;
                }
                mask &= !bit;
            }
            _ => {}
        }
    }
    let block = graph.block(id);
    let (next, falls, last) = (block.next, !block.no_fallthrough(), block.last().copied());
    if next.is_some() && falls {
        push(graph, next, mask, stack);
    }
    if let Some(last) = last
        && is_jump(last.op)
    {
        push(graph, last.target, mask, stack);
    }
}

fn scan_others(graph: &mut Graph, locals: usize) {
    let mut states = vec![0u32; locals - TRACKED];
    let mut number = 0;
    let mut id = Graph::ENTRY;
    while id.is_some() {
        number += 1;
        for instr in graph.block_mut(id).code_mut() {
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

pub(super) fn check_unset_locals(graph: &mut Graph, context: &Context<'_>) {
    if context.locals == 0 {
        return;
    }
    if context.locals > TRACKED {
        scan_others(graph, context.locals);
    }
    graph.clear_visited();
    let mut stack = Vec::new();
    let start = (context.parameters..context.locals.min(TRACKED)).fold(0, |mask, local| mask | 1 << local);
    push(graph, Graph::ENTRY, start, &mut stack);
    let mut id = Graph::ENTRY;
    while id.is_some() {
        scan(graph, id, &mut stack);
        id = graph.next(id);
    }
    while let Some(id) = stack.pop() {
        graph.block_mut(id).visited = false;
        scan(graph, id, &mut stack);
    }
}
