//! Rewrites inside a block, and jumps to jumps (`optimize_basic_block`).
//!
//! CPython: `Python/flowgraph.c`.

use super::context::Context;
use super::fold;
use super::graph::{BlockId, Graph, Instr};
use super::kinds::{Kinds, is_jump, is_rewritten};
use super::swaps;
use crate::target::{LateHandlers, Op};

/// Replaces the jump at the end of a block by one to where `target` jumps (`jump_thread`).
///
/// Returns false if that is the same block.
fn thread(graph: &mut Graph, id: BlockId, op: Op, handlers: LateHandlers) -> bool {
    let Some(&instr) = graph.last(id) else { return false };
    let Some(&target) = graph.code(instr.target).first() else { return false };
    if instr.target == target.target {
        return false;
    }
    if let Some(last) = graph.last_mut(id) {
        last.set_nop();
    }
    graph.block_mut(id).nops = true;
    graph.rerouted = true;
    graph.push_late(id, op, target.location, target.target, instr.handler, handlers);
    true
}

/// Threads the jump at the end of a block as far as possible (`optimize_basic_block`).
fn thread_all(graph: &mut Graph, id: BlockId, handlers: LateHandlers) {
    while let Some(&instr) = graph.last(id)
        && is_jump(instr.op)
    {
        let first = graph.code(instr.target).first().map_or(Op::NOP, |first| first.op);
        let threaded = match (instr.op, first) {
            (
                Op::POP_JUMP_IF_NOT_NONE
                | Op::POP_JUMP_IF_NONE
                | Op::POP_JUMP_IF_FALSE
                | Op::POP_JUMP_IF_TRUE,
                Op::JUMP,
            )
            | (Op::JUMP_IF_FALSE, Op::JUMP | Op::JUMP_IF_FALSE)
            | (Op::JUMP_IF_TRUE, Op::JUMP | Op::JUMP_IF_TRUE) => thread(graph, id, instr.op, handlers),
            (Op::JUMP_IF_FALSE, Op::JUMP_IF_TRUE) | (Op::JUMP_IF_TRUE, Op::JUMP_IF_FALSE) => {
                let next = graph.next(instr.target);
                if let Some(last) = graph.last_mut(id) {
                    last.target = next;
                }
                graph.rerouted = true;
                true
            }
            (Op::JUMP | Op::JUMP_NO_INTERRUPT, Op::JUMP) => thread(graph, id, Op::JUMP, handlers),
            (Op::JUMP | Op::JUMP_NO_INTERRUPT, Op::JUMP_NO_INTERRUPT) => {
                thread(graph, id, instr.op, handlers)
            }
            _ => false,
        };
        if !threaded {
            return;
        }
    }
}

/// NOPs that a rewrite leaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Nothing, and the kinds of all instructions.
    Nothing,
    /// NOPs with the lines of the replaced instructions, or another opcode, in place of the
    /// instruction and the next one.
    Nops,
    /// NOPs that may have no line.
    Lineless,
}

impl Left {
    /// Returns what folding leaves that did happen or did not.
    fn by_fold(folded: bool) -> Self {
        if folded { Self::Lineless } else { Self::Nothing }
    }
}

/// Rewrites the instruction `index` and those after it (`optimize_basic_block`).
///
/// Returns the NOPs that it left.
fn rewrite(code: &mut [Instr], index: usize, context: &mut Context<'_>) -> Left {
    let folds = !context.target.features.fold_in_tree;
    let Instr { op, arg, .. } = code[index];
    let (next, next_arg) = code.get(index + 1).map_or((Op::NOP, 0), |next| (next.op, next.arg));
    match op {
        Op::BUILD_TUPLE => {
            let unpacked = next == Op::UNPACK_SEQUENCE && next_arg == arg;
            match arg {
                1 if unpacked => {
                    code[index].set_nop();
                    code[index + 1].set_nop();
                }
                2 | 3 if unpacked => {
                    code[index].set_nop();
                    code[index + 1].op = Op::SWAP;
                }
                _ if folds => return Left::by_fold(fold::fold_tuple(code, index, context)),
                _ => return Left::by_fold(fold::fold_adjacent_tuple(code, index, context)),
            }
        }
        Op::BUILD_LIST | Op::BUILD_SET if folds => {
            return Left::by_fold(fold::optimize_display(code, index, next, context));
        }
        Op::LIST_APPEND | Op::SET_ADD
            if arg == 1
                && context.target.features.fold_long_displays
                && matches!(next, Op::GET_ITER | Op::CONTAINS_OP) =>
        {
            return Left::by_fold(fold::fold_appended(code, index, context));
        }
        Op::STORE_FAST
            if next == Op::STORE_FAST
                && next_arg == arg
                && code[index + 1].location.line() == code[index].location.line() =>
        {
            code[index].set(Op::POP_TOP, 0);
        }
        Op::SWAP if arg == 1 => code[index].set_nop(),
        Op::LOAD_GLOBAL if next == Op::PUSH_NULL && arg & 1 == 0 => {
            code[index].arg |= 1;
            code[index + 1].set_nop();
        }
        Op::COMPARE_OP if next == Op::TO_BOOL => {
            code[index].set_nop();
            code[index + 1].set(Op::COMPARE_OP, arg | 16);
        }
        Op::CONTAINS_OP | Op::IS_OP if next == Op::TO_BOOL => {
            code[index].set_nop();
            code[index + 1].set(op, arg);
        }
        Op::CONTAINS_OP | Op::IS_OP if next == Op::UNARY_NOT && folds => {
            code[index].set_nop();
            code[index + 1].set(op, arg ^ 1);
        }
        Op::TO_BOOL if next == Op::TO_BOOL => code[index].set_nop(),
        Op::UNARY_NOT if next == Op::TO_BOOL => {
            code[index].set_nop();
            code[index + 1].set(Op::UNARY_NOT, 0);
        }
        Op::UNARY_NOT if next == Op::UNARY_NOT => {
            code[index].set_nop();
            code[index + 1].set_nop();
        }
        Op::UNARY_NOT | Op::UNARY_INVERT | Op::UNARY_NEGATIVE if folds => {
            return Left::by_fold(fold::fold_unary(code, index, context));
        }
        Op::CALL_INTRINSIC_1 if folds && arg == fold::LIST_TO_TUPLE => {
            // A list that is only iterated over needs no conversion, but some releases prefer a
            // constant.
            if next != Op::GET_ITER || context.target.features.fold_long_displays {
                let folded = fold::fold_appended(code, index, context);
                if next != Op::GET_ITER || code[index].op != Op::CALL_INTRINSIC_1 {
                    return Left::by_fold(folded);
                }
            }
            code[index].set_nop();
        }
        Op::CALL_INTRINSIC_1 if folds && arg == fold::UNARY_POSITIVE => {
            return Left::by_fold(fold::fold_unary(code, index, context));
        }
        Op::BINARY_OP if folds => return Left::by_fold(fold::fold_binary(code, index, context)),
        _ => return Left::Nothing,
    }
    Left::Nops
}

/// Rewrites the instructions of one block (`optimize_basic_block`).
fn rewrite_all(graph: &mut Graph, id: BlockId, context: &mut Context<'_>) {
    let (blocks, code) = graph.blocks_and_code(id);
    let block = &mut blocks[id.0 as usize];
    let mut folded = false;
    let mut from = 0;
    while let Some(found) = code[from..].iter().position(|instr| is_rewritten(instr.op)) {
        let index = from + found;
        from = index + 1;
        let left = rewrite(code, index, context);
        block.nops |= left != Left::Nothing;
        block.lineless |= left == Left::Lineless;
        folded |= left == Left::Lineless;
        if left == Left::Nops {
            code[index..].iter().take(2).for_each(|instr| block.kinds.add(Kinds::of(instr.op)));
        }
    }
    if folded {
        graph.recount(id);
    }
}

/// Optimizes one block (`optimize_basic_block`).
fn optimize_block(graph: &mut Graph, id: BlockId, context: &mut Context<'_>) {
    let kinds = graph.block(id).kinds;
    if kinds.has_rewritten() {
        rewrite_all(graph, id, context);
    }
    thread_all(graph, id, context.target.features.late_handlers);
    if graph.block(id).kinds.has_swap() {
        swaps::optimize(graph.code_mut(id));
        graph.block_mut(id).nops = true;
    }
}

/// Optimizes all blocks (`optimize_cfg`).
pub(super) fn peephole(graph: &mut Graph, context: &mut Context<'_>) {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        optimize_block(graph, id, context);
        id = graph.next(id);
    }
}
