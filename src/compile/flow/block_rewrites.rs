//! Rewrites of a block in one walk, and jumps to jumps (`optimize_basic_block`).
//!
//! CPython: `Python/flowgraph.c` of 3.12. Jumps are threaded in their place, and constants are
//! folded in the same walk as all else.

use super::context::Context;
use super::fold;
use super::graph::{BlockId, Graph, Instr};
use super::kinds::{Kinds, is_rewritten_once};
use super::swaps;
use crate::compile::constants::ConstValue;
use crate::target::Op;

/// Lets the jump at the end of a block lead to where its target jumps (`jump_thread`).
///
/// Returns false if that is the same block, or another line.
fn thread(graph: &mut Graph, id: BlockId) -> bool {
    let Some(&instr) = graph.last(id) else { return false };
    let Some(&target) = graph.code(instr.target).first() else { return false };
    let line = target.location.line();
    if target.op != Op::JUMP || instr.target == target.target || line != instr.location.line() && line != -1 {
        return false;
    }
    if let Some(last) = graph.last_mut(id) {
        last.target = target.target;
    }
    graph.rerouted = true;
    true
}

/// Rewrites the instructions that use the constant at `index` (`optimize_basic_block`).
///
/// `arg` is the index of the constant.
fn use_constant(code: &mut [Instr], index: usize, arg: u32, context: &Context<'_>) {
    let Some(next) = code.get(index + 1).map(|next| next.op) else { return };
    match next {
        Op::POP_JUMP_IF_FALSE | Op::POP_JUMP_IF_TRUE => {
            let truth = context.truth(Op::LOAD_CONST, arg);
            code[index].set_nop();
            if truth == (next == Op::POP_JUMP_IF_TRUE) {
                code[index + 1].op = Op::JUMP;
            } else {
                code[index + 1].set_nop();
            }
        }
        Op::IS_OP => {
            let Some(jump) = code.get(index + 2).map(|jump| jump.op) else { return };
            let is_jump = matches!(jump, Op::POP_JUMP_IF_FALSE | Op::POP_JUMP_IF_TRUE);
            if is_jump && *context.value(Op::LOAD_CONST, arg) == ConstValue::None {
                let invert = (code[index + 1].arg != 0) != (jump == Op::POP_JUMP_IF_FALSE);
                code[index].set_nop();
                code[index + 1].set_nop();
                code[index + 2].op = if invert { Op::POP_JUMP_IF_NOT_NONE } else { Op::POP_JUMP_IF_NONE };
            }
        }
        _ => {}
    }
}

/// Rewrites the instruction at `index`, as if it had this opcode and operand, with those after it
/// (`optimize_basic_block`).
///
/// Returns the index of the last instruction that needs no more rewriting.
pub(super) fn rewrite_at(
    code: &mut [Instr],
    index: usize,
    (op, arg): (Op, u32),
    context: &mut Context<'_>,
) -> usize {
    let next = code.get(index + 1).map_or((Op::NOP, 0), |next| (next.op, next.arg));
    match (op, next) {
        (Op::LOAD_CONST, _) => use_constant(code, index, arg, context),
        (Op::BUILD_TUPLE, (Op::UNPACK_SEQUENCE, size)) if size == arg && (1..=3).contains(&arg) => {
            code[index].set_nop();
            if arg == 1 {
                code[index + 1].set_nop();
            } else {
                code[index + 1].op = Op::SWAP;
            }
        }
        (Op::BUILD_TUPLE, _) => _ = fold::fold_adjacent_tuple(code, index, context),
        (Op::SWAP, _) if arg == 1 => code[index].set_nop(),
        (Op::SWAP, _) => {
            return swaps::optimize_at(code, index, context.target.features.swaps_equal_stores);
        }
        (Op::PUSH_NULL, (Op::LOAD_GLOBAL, name)) if name & 1 == 0 => {
            code[index].set_nop();
            code[index + 1].arg |= 1;
        }
        _ => {}
    }
    index
}

/// Rewrites one block (`optimize_basic_block`).
fn optimize_block(graph: &mut Graph, id: BlockId, context: &mut Context<'_>) {
    let code = graph.code_mut(id);
    // The last instruction that is not a copy of a constant, as it was before it was rewritten.
    let (mut op, mut arg) = (Op::NOP, 0);
    let mut index = 0;
    while let Some(&instr) = code.get(index) {
        if op != Op::LOAD_CONST || instr.op != Op::COPY || instr.arg != 1 {
            (op, arg) = (instr.op, instr.arg);
        }
        if op == Op::LOAD_CONST && code.get(index + 1).is_some_and(|next| next.op == Op::RETURN_VALUE) {
            code[index].set_nop();
            index += 1;
            code[index].set(Op::RETURN_CONST, arg);
        } else if is_rewritten_once(op) {
            index = rewrite_at(code, index, (op, arg), context);
        }
        index += 1;
    }
    // Folding leaves NOPs without a line.
    let block = graph.block_mut(id);
    block.kinds = Kinds::ANY;
    (block.nops, block.lineless) = (true, true);
    graph.rerouted = true;
    while graph.last(id).is_some_and(|last| {
        matches!(
            last.op,
            Op::JUMP
                | Op::POP_JUMP_IF_FALSE
                | Op::POP_JUMP_IF_TRUE
                | Op::POP_JUMP_IF_NONE
                | Op::POP_JUMP_IF_NOT_NONE
        )
    }) && thread(graph, id)
    {}
}

/// Rewrites all blocks (`optimize_cfg`).
pub(super) fn optimize_blocks(graph: &mut Graph, context: &mut Context<'_>) {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        optimize_block(graph, id, context);
        id = graph.next(id);
    }
}
