//! Rewrites of a block in one walk, with jumps that pop a value or keep it
//! (`optimize_basic_block`).
//!
//! CPython: `Python/compile.c` of 3.11.

use super::block_rewrites::rewrite_at;
use super::cleaned_blocks::clean;
use super::context::Context;
use super::graph::{BlockId, Graph, Instr, has_target};
use super::kinds::Kinds;
use crate::target::Op;

/// Lets a jump with the opcode `op` lead to where its target jumps (`jump_thread`).
///
/// Returns false if that is the same block, or on another line.
fn thread(graph: &mut Graph, id: BlockId, index: usize, target: Instr, op: Op) -> bool {
    let instr = &mut graph.code_mut(id)[index];
    if instr.location.line() != target.location.line() || instr.target == target.target {
        return false;
    }
    (instr.op, instr.target) = (op, target.target);
    true
}

/// Lets a jump that keeps its value drop it and lead past its target, a test of the same value with
/// the opposite outcome (`optimize_basic_block`).
fn pass_test(graph: &mut Graph, id: BlockId, index: usize, target: Instr, op: Op) -> bool {
    let instr = graph.code(id)[index];
    if instr.location.line() != target.location.line() {
        return false;
    }
    let after = graph.next(instr.target);
    let instr = &mut graph.code_mut(id)[index];
    (instr.op, instr.target) = (op, after);
    true
}

/// Changes the jump `index` of a block by the instruction that it leads to; returns whether to look
/// at it again (`optimize_basic_block`).
fn redirect(graph: &mut Graph, id: BlockId, index: usize) -> bool {
    let instr = graph.code(id)[index];
    let Some(&target) = graph.code(instr.target).first() else { return false };
    match (instr.op, target.op) {
        (Op::JUMP_IF_FALSE_OR_POP, Op::POP_JUMP_IF_FALSE)
        | (Op::JUMP_IF_TRUE_OR_POP, Op::POP_JUMP_IF_TRUE) => thread(graph, id, index, target, target.op),
        (Op::JUMP_IF_FALSE_OR_POP, Op::JUMP | Op::JUMP_IF_FALSE_OR_POP)
        | (Op::JUMP_IF_TRUE_OR_POP, Op::JUMP | Op::JUMP_IF_TRUE_OR_POP) => {
            thread(graph, id, index, target, instr.op)
        }
        (Op::JUMP_IF_FALSE_OR_POP, Op::JUMP_IF_TRUE_OR_POP | Op::POP_JUMP_IF_TRUE) => {
            pass_test(graph, id, index, target, Op::POP_JUMP_IF_FALSE)
        }
        (Op::JUMP_IF_TRUE_OR_POP, Op::JUMP_IF_FALSE_OR_POP | Op::POP_JUMP_IF_FALSE) => {
            pass_test(graph, id, index, target, Op::POP_JUMP_IF_TRUE)
        }
        (
            Op::POP_JUMP_IF_NOT_NONE
            | Op::POP_JUMP_IF_NONE
            | Op::POP_JUMP_IF_FALSE
            | Op::POP_JUMP_IF_TRUE
            | Op::JUMP,
            Op::JUMP,
        ) => thread(graph, id, index, target, instr.op),
        _ => false,
    }
}

/// Drops the constant at `index`, or the jump after it, if that is a jump that keeps its value
/// (`optimize_basic_block`).
///
/// Returns whether it is.
fn drop_test(code: &mut [Instr], index: usize, context: &Context<'_>) -> bool {
    let Some(next @ (Op::JUMP_IF_FALSE_OR_POP | Op::JUMP_IF_TRUE_OR_POP)) =
        code.get(index + 1).map(|next| next.op)
    else {
        return false;
    };
    if context.truth(Op::LOAD_CONST, code[index].arg) == (next == Op::JUMP_IF_TRUE_OR_POP) {
        code[index + 1].op = Op::JUMP;
    } else {
        code[index].set_nop();
        code[index + 1].set_nop();
    }
    true
}

/// Rewrites one block (`optimize_basic_block`).
fn rewrite(graph: &mut Graph, id: BlockId, context: &mut Context<'_>) {
    let mut index = 0;
    while let Some(&Instr { op, arg, target, .. }) = graph.code(id).get(index) {
        if has_target(op) {
            let target = graph.non_empty(target);
            graph.code_mut(id)[index].target = target;
            if target.is_some() && redirect(graph, id, index) {
                continue;
            }
        }
        let code = graph.code_mut(id);
        if op != Op::LOAD_CONST || !drop_test(code, index, context) {
            index = rewrite_at(code, index, (op, arg), context);
        }
        index += 1;
    }
    let block = graph.block_mut(id);
    block.kinds = Kinds::ANY;
    (block.nops, block.lineless) = (true, true);
}

/// Rewrites all blocks, and removes NOPs from each (`optimize_cfg`).
pub(super) fn rewrite_blocks(graph: &mut Graph, context: &mut Context<'_>) {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        rewrite(graph, id, context);
        clean(graph, id);
        id = graph.next(id);
    }
    graph.rerouted = true;
}
