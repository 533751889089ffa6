//! Exception handler of each instruction (`mark_except_handlers`, `label_exception_targets`).
//!
//! CPython: `Python/flowgraph.c`.

use super::FlowError;
use super::graph::{BlockId, Graph};
use super::kinds::{changes_handlers, is_block_push, is_jump};
use crate::target::{Features, Op};

/// `RESUME` operands that follow no yield.
const AT_START: u32 = 0;
const AT_GENERATOR_START: u32 = 4;

/// Stack of active handlers: the index of the innermost in a list of all that occurred. Index 0 is
/// the empty stack.
type HandlerStack = usize;

struct Active {
    handler: BlockId,
    depth: u32,
    outer: HandlerStack,
}

/// Labels reachable instructions with their handler (`mark_except_handlers`,
/// `label_exception_targets`).
///
/// `POP_BLOCK` becomes a NOP, and `RESUME` or `YIELD_VALUE` gets the depth of the yield.
pub(super) fn label_exceptions(graph: &mut Graph, features: &Features) -> Result<(), FlowError> {
    if !graph.blocks.iter().any(|block| block.sets_up) {
        return Ok(());
    }
    for id in (0..graph.blocks.len() as u32).map(BlockId) {
        let (blocks, code) = graph.blocks_and_code(id);
        if blocks[id.0 as usize].sets_up {
            for instr in code.iter().filter(|instr| is_block_push(instr.op)) {
                blocks[instr.target.0 as usize].except_handler = true;
            }
        }
    }
    graph.clear_visited();
    graph.block_mut(Graph::ENTRY).visited = true;
    let mut actives = vec![Active { handler: BlockId::NONE, depth: 0, outer: 0 }];
    let mut todo: Vec<(BlockId, HandlerStack)> = vec![(Graph::ENTRY, 0)];
    while let Some((id, mut stack)) = todo.pop() {
        let mut handler = actives[stack].handler;
        let mut yield_depth = None;
        let (blocks, code) = graph.blocks_and_code(id);
        for slot in code.iter_mut() {
            if !changes_handlers(slot.op) {
                slot.handler = handler;
                continue;
            }
            let instr = *slot;
            if is_block_push(instr.op) {
                let target = &mut blocks[instr.target.0 as usize];
                target.preserve_lasti |= matches!(instr.op, Op::SETUP_WITH | Op::SETUP_CLEANUP);
                if !std::mem::replace(&mut target.visited, true) {
                    todo.push((instr.target, stack));
                }
                let depth = actives[stack].depth + 1;
                if depth > features.deepest_handlers {
                    return Err(FlowError::Handlers(instr.location));
                }
                actives.push(Active { handler: instr.target, depth, outer: stack });
                stack = actives.len() - 1;
                handler = instr.target;
                continue;
            }
            match instr.op {
                Op::POP_BLOCK => {
                    if !features.late_block_ends {
                        slot.set_nop();
                        blocks[id.0 as usize].nops = true;
                    }
                    if stack == 0 {
                        return Err(FlowError::Malformed("POP_BLOCK without a block"));
                    }
                    stack = actives[stack].outer;
                    handler = actives[stack].handler;
                }
                op if is_jump(op) => {
                    slot.handler = handler;
                    if !std::mem::replace(&mut blocks[instr.target.0 as usize].visited, true) {
                        todo.push((instr.target, stack));
                    }
                }
                Op::YIELD_VALUE => {
                    slot.handler = handler;
                    yield_depth = Some(actives[stack].depth);
                    if features.yields_tell_depth {
                        slot.arg = actives[stack].depth;
                    }
                }
                Op::RESUME => {
                    slot.handler = handler;
                    if !matches!(slot.arg, AT_START | AT_GENERATOR_START) {
                        if yield_depth == Some(1) {
                            slot.arg |= features.resume_depth_bit;
                        }
                        yield_depth = None;
                    }
                }
                Op::RETURN_GENERATOR => slot.handler = BlockId::NONE,
                _ => slot.handler = handler,
            }
        }
        let next = graph.next(id);
        if !graph.no_fallthrough(id)
            && next.is_some()
            && !std::mem::replace(&mut graph.block_mut(next).visited, true)
        {
            todo.push((next, stack));
        }
    }
    Ok(())
}
