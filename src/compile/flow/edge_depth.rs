//! Stack depth on entry of each block, where an instruction has another effect if it jumps
//! (`stackdepth`).
//!
//! CPython: `Python/compile.c` of 3.11.

use super::FlowError;
use super::graph::{BlockId, Graph};
use super::kinds::Kinds;
use super::stack_depth::{UNDERFLOW, push};
use crate::compile::unit::CodeUnit;
use crate::target::{Op, Target};

/// Returns the effects of an instruction on the stack if it does not jump and if it does
/// (`stack_effect`).
fn effects(target: &Target, op: Op, arg: u32) -> (i32, i32) {
    let net = target.net_stack_effect(op, arg);
    match op {
        // An exhausted iterator is dropped.
        Op::FOR_ITER => (net, -1),
        Op::SEND => (net, -1),
        Op::JUMP_IF_FALSE_OR_POP | Op::JUMP_IF_TRUE_OR_POP => (-1, 0),
        _ if Kinds::of(op).has_block_push() => (0, net),
        _ => (net, net),
    }
}

/// Computes the stack depth of each block and returns `co_stacksize` (`stackdepth`).
///
/// Code of a scope that suspends starts with a value on the stack.
pub(super) fn edge_depth(graph: &mut Graph, target: &Target, unit: &CodeUnit) -> Result<u32, FlowError> {
    for block in &mut graph.blocks {
        block.start_depth = i32::MIN;
    }
    let mut stack = graph.take_stack();
    let mut deepest = 0;
    push(&mut graph.blocks, Graph::ENTRY, i32::from(unit.suspends), &mut stack)?;
    while let Some(id) = stack.pop() {
        let mut depth = graph.block(id).start_depth;
        let mut next = graph.next(id);
        let (blocks, code) = graph.blocks_and_code(id);
        for instr in code.iter() {
            let kinds = Kinds::of(instr.op);
            let (straight, jumping) = effects(target, instr.op, instr.arg);
            if kinds.has_target() {
                if depth + jumping < 0 {
                    return Err(UNDERFLOW);
                }
                deepest = deepest.max(depth + jumping);
                push(blocks, instr.target, depth + jumping, &mut stack)?;
            }
            depth += straight;
            deepest = deepest.max(depth);
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
    Ok(deepest as u32)
}
