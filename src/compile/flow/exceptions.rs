//! Marks exception handlers and gives each instruction its own (`mark_except_handlers`, `label_exception_targets`).

use std::rc::Rc;

use super::FlowError;
use super::graph::{BlockId, Graph, is_block_push, is_jump};
use crate::target::Op;

/// Operands of `RESUME` where no yield lies before.
const AT_START: u32 = 0;
const AT_GENERATOR_START: u32 = 4;

/// Handlers active at a place, innermost first.
type Stack = Option<Rc<Active>>;

struct Active {
    handler: BlockId,
    depth: u32,
    outer: Stack,
}

fn top(stack: &Stack) -> BlockId {
    stack.as_ref().map_or(BlockId::NONE, |active| active.handler)
}

/// Labels all instructions that can be reached; `POP_BLOCK` becomes a NOP, and `RESUME` learns the depth of its yield.
pub(super) fn label_exceptions(graph: &mut Graph, resume_depth_bit: u32) -> Result<(), FlowError> {
    for id in 0..graph.blocks.len() {
        for index in 0..graph.blocks[id].len() {
            let instr = graph.blocks[id].code()[index];
            if is_block_push(instr.op) {
                let target = graph.block_mut(instr.target);
                target.except_handler = true;
            }
        }
    }
    graph.clear_visited();
    graph.block_mut(Graph::ENTRY).visited = true;
    let mut todo: Vec<(BlockId, Stack)> = vec![(Graph::ENTRY, None)];
    while let Some((id, mut stack)) = todo.pop() {
        let mut handler = top(&stack);
        let mut yield_depth = None;
        for index in 0..graph.block(id).len() {
            let instr = graph.block(id).code()[index];
            if is_block_push(instr.op) {
                if matches!(instr.op, Op::SETUP_WITH | Op::SETUP_CLEANUP) {
                    graph.block_mut(instr.target).preserve_lasti = true;
                }
                if !graph.block(instr.target).visited {
                    graph.block_mut(instr.target).visited = true;
                    todo.push((instr.target, stack.clone()));
                }
                let depth = stack.as_ref().map_or(0, |active| active.depth) + 1;
                stack = Some(Rc::new(Active { handler: instr.target, depth, outer: stack }));
                handler = instr.target;
                continue;
            }
            let slot = &mut graph.block_mut(id).code_mut()[index];
            match instr.op {
                Op::POP_BLOCK => {
                    slot.set_nop();
                    let Some(active) = stack.take() else {
                        return Err(FlowError::Malformed("POP_BLOCK without a block"));
                    };
                    stack = active.outer.clone();
                    handler = top(&stack);
                }
                op if is_jump(op) => {
                    slot.handler = handler;
                    if !graph.block(instr.target).visited {
                        graph.block_mut(instr.target).visited = true;
                        todo.push((instr.target, stack.clone()));
                    }
                }
                Op::YIELD_VALUE => {
                    slot.handler = handler;
                    yield_depth = Some(stack.as_ref().map_or(0, |active| active.depth));
                }
                Op::RESUME => {
                    slot.handler = handler;
                    if !matches!(slot.arg, AT_START | AT_GENERATOR_START) {
                        if yield_depth == Some(1) {
                            slot.arg |= resume_depth_bit;
                        }
                        yield_depth = None;
                    }
                }
                Op::RETURN_GENERATOR => slot.handler = BlockId::NONE,
                _ => slot.handler = handler,
            }
        }
        let block = graph.block(id);
        let next = block.next;
        if !block.no_fallthrough() && next.is_some() && !graph.block(next).visited {
            graph.block_mut(next).visited = true;
            todo.push((next, stack));
        }
    }
    Ok(())
}
