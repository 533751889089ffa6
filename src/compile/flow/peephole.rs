//! Rewrites inside a block, and jumps to jumps (`optimize_basic_block`).

use super::context::Context;
use super::fold;
use super::graph::{BlockId, Graph, has_target};
use super::swaps;
use crate::target::{LateHandlers, Op};

/// Replaces the jump at the end by one to where `target` jumps; whether that is another place.
fn thread(graph: &mut Graph, id: BlockId, op: Op, handlers: LateHandlers) -> bool {
    let Some(instr) = graph.block(id).last().copied() else { return false };
    let Some(target) = graph.block(instr.target).code().first().copied() else { return false };
    if instr.target == target.target {
        return false;
    }
    let block = graph.block_mut(id);
    if let Some(last) = block.last_mut() {
        last.set_nop();
    }
    block.push_late(op, target.location, target.target, instr.handler, handlers);
    true
}

fn optimize_block(graph: &mut Graph, id: BlockId, context: &mut Context<'_>) {
    let handlers = context.target.features.late_handlers;
    let folds = !context.target.features.fold_in_tree;
    let mut index = 0;
    while index < graph.block(id).len() {
        let instr = graph.block(id).code()[index];
        if has_target(instr.op) {
            let target = graph.block(instr.target);
            let first = target.code().first().map_or(Op::NOP, |first| first.op);
            let next = target.next;
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
                    graph.block_mut(id).code_mut()[index].target = next;
                    true
                }
                (Op::JUMP | Op::JUMP_NO_INTERRUPT, Op::JUMP) => thread(graph, id, Op::JUMP, handlers),
                (Op::JUMP | Op::JUMP_NO_INTERRUPT, Op::JUMP_NO_INTERRUPT) => {
                    thread(graph, id, instr.op, handlers)
                }
                _ => false,
            };
            if !threaded {
                index += 1;
            }
            continue;
        }
        let code = graph.block_mut(id).code_mut();
        let following = code.get(index + 1).copied();
        let next = following.map_or(Op::NOP, |next| next.op);
        match instr.op {
            Op::BUILD_TUPLE => {
                let unpacked =
                    next == Op::UNPACK_SEQUENCE && following.is_some_and(|next| next.arg == instr.arg);
                match instr.arg {
                    1 if unpacked => {
                        code[index].set_nop();
                        code[index + 1].set_nop();
                    }
                    2 | 3 if unpacked => {
                        code[index].set_nop();
                        code[index + 1].op = Op::SWAP;
                    }
                    _ if folds => fold::fold_tuple(code, index, context),
                    _ => fold::fold_adjacent_tuple(code, index, context),
                }
            }
            Op::BUILD_LIST | Op::BUILD_SET if folds => fold::optimize_display(code, index, next, context),
            Op::LIST_APPEND | Op::SET_ADD
                if instr.arg == 1
                    && context.target.features.fold_long_displays
                    && matches!(next, Op::GET_ITER | Op::CONTAINS_OP) =>
            {
                fold::fold_appended(code, index, context);
            }
            Op::STORE_FAST => {
                if let Some(following) = following
                    && next == Op::STORE_FAST
                    && following.arg == instr.arg
                    && following.location.line == instr.location.line
                {
                    code[index].set(Op::POP_TOP, 0);
                }
            }
            Op::SWAP if instr.arg == 1 => code[index].set_nop(),
            Op::LOAD_GLOBAL if next == Op::PUSH_NULL && instr.arg & 1 == 0 => {
                code[index].arg |= 1;
                code[index + 1].set_nop();
            }
            Op::COMPARE_OP if next == Op::TO_BOOL => {
                code[index].set_nop();
                code[index + 1].set(Op::COMPARE_OP, instr.arg | 16);
            }
            Op::CONTAINS_OP | Op::IS_OP if next == Op::TO_BOOL => {
                code[index].set_nop();
                code[index + 1].set(instr.op, instr.arg);
            }
            Op::CONTAINS_OP | Op::IS_OP if next == Op::UNARY_NOT && folds => {
                code[index].set_nop();
                code[index + 1].set(instr.op, instr.arg ^ 1);
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
                fold::fold_unary(code, index, context);
            }
            Op::CALL_INTRINSIC_1 if folds && instr.arg == fold::LIST_TO_TUPLE => {
                fold::fold_appended(code, index, context);
                if next == Op::GET_ITER && code[index].op == Op::CALL_INTRINSIC_1 {
                    code[index].set_nop();
                }
            }
            Op::CALL_INTRINSIC_1 if folds && instr.arg == fold::UNARY_POSITIVE => {
                fold::fold_unary(code, index, context);
            }
            Op::BINARY_OP if folds => fold::fold_binary(code, index, context),
            _ => {}
        }
        index += 1;
    }
    swaps::optimize(graph.block_mut(id).code_mut());
}

pub(super) fn peephole(graph: &mut Graph, context: &mut Context<'_>) {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        optimize_block(graph, id, context);
        id = graph.next(id);
    }
}
