//! The stack depth on entry of each block, and the greatest (`calculate_stackdepth`).

use super::FlowError;
use super::graph::{Block, BlockId, Graph, has_target, is_block_push, is_scope_exit, is_unconditional_jump};
use crate::target::{Op, Target};

fn push(blocks: &mut [Block], id: BlockId, depth: i32, stack: &mut Vec<BlockId>) -> Result<(), FlowError> {
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
            let (popped, pushed) = target.stack_effect(instr.op, instr.arg);
            let net = pushed as i32 - popped as i32;
            let after = if is_block_push(instr.op) { depth } else { depth + net };
            if after < 0 {
                return Err(FlowError::Malformed("stack underflow"));
            }
            deepest = deepest.max(depth);
            if has_target(instr.op) && instr.op != Op::END_ASYNC_FOR {
                push(blocks, instr.target, depth + net, &mut stack)?;
            }
            depth = after;
            if is_unconditional_jump(instr.op) || is_scope_exit(instr.op) {
                next = BlockId::NONE;
                break;
            }
        }
        if next.is_some() {
            push(&mut graph.blocks, next, depth, &mut stack)?;
        }
    }
    graph.give_stack(stack);
    // A code object has room for one value at least.
    Ok(deepest.max(1) as u32)
}
