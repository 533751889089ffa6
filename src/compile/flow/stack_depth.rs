//! Stack depth on entry of each block, and the maximum (`calculate_stackdepth`).
//!
//! CPython: `Python/flowgraph.c`.

use super::FlowError;
use super::graph::{Block, BlockId, Graph};
use super::kinds::Kinds;
use crate::target::{Op, Target};

pub(super) const UNDERFLOW: FlowError = FlowError::Malformed("stack underflow");

/// Sets the stack depth on entry of a block and schedules the block (`stackdepth_push`).
pub(super) fn push(
    blocks: &mut [Block],
    id: BlockId,
    depth: i32,
    stack: &mut Vec<BlockId>,
) -> Result<(), FlowError> {
    let block = &mut blocks[id.0 as usize];
    if block.start_depth >= 0 && block.start_depth != depth {
        return Err(FlowError::Malformed("inconsistent stack depth"));
    }
    if block.start_depth < depth {
        block.start_depth = depth;
        stack.push(id);
    }
    Ok(())
}

/// Computes the stack depth of each block and returns `co_stacksize` (`calculate_stackdepth`).
pub(super) fn stack_depth(graph: &mut Graph, target: &Target) -> Result<u32, FlowError> {
    for block in &mut graph.blocks {
        block.start_depth = i32::MIN;
    }
    let mut stack = graph.take_stack();
    let mut deepest = 0;
    push(&mut graph.blocks, Graph::ENTRY, 0, &mut stack)?;
    while let Some(id) = stack.pop() {
        let mut depth = graph.block(id).start_depth;
        let mut next = graph.next(id);
        let (blocks, code) = graph.blocks_and_code(id);
        for instr in code.iter() {
            let kinds = Kinds::of(instr.op);
            let net = target.net_stack_effect(instr.op, instr.arg);
            deepest = deepest.max(depth);
            if kinds.is_straight() {
                depth += net;
                if depth < 0 {
                    return Err(UNDERFLOW);
                }
                continue;
            }
            if kinds.has_target() && instr.op != Op::END_ASYNC_FOR {
                push(blocks, instr.target, depth + net, &mut stack)?;
            }
            if !kinds.has_block_push() {
                depth += net;
            }
            if depth < 0 {
                return Err(UNDERFLOW);
            }
            if kinds.never_falls_through() {
                next = BlockId::NONE;
                break;
            }
        }
        if next.is_some() {
            push(&mut graph.blocks, next, depth, &mut stack)?;
        }
    }
    graph.give_stack(stack);
    Ok(target.features.least_stack.max(deepest as u32))
}
