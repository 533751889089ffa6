//! Small integers, and jumps and tests on constants (`optimize_load_const`).
//!
//! CPython: `Python/flowgraph.c`.

use super::context::{Context, loads_const};
use super::graph::{BlockId, Graph, Instr};
use super::kinds::is_constant;
use crate::compile::constants::ConstValue;
use crate::target::Op;

/// Simplifies the constant loads of one block (`basicblock_optimize_load_const`).
fn optimize_block(graph: &mut Graph, id: BlockId, context: &mut Context<'_>) {
    if !graph.block(id).kinds.has_constant() {
        return;
    }
    let (blocks, code) = graph.blocks_and_code(id);
    let (mut op, mut arg) = (Op::NOP, 0);
    let mut simplified = false;
    let mut from = 0;
    while let Some(found) = code[from..].iter().position(|instr| is_constant(instr.op)) {
        let index = from + found;
        from = index + 1;
        if found > 0 {
            op = Op::NOP;
        }
        if code[index].op == Op::LOAD_CONST {
            context.make_small_int(&mut code[index]);
        }
        let instr = &code[index];
        // A copy of a constant is a constant as well.
        let copies = op == Op::LOAD_CONST && instr.op == Op::COPY && instr.arg == 1;
        if !copies {
            op = instr.op;
            arg = instr.arg;
        }
        if loads_const(op, arg) && index + 1 < code.len() {
            simplified |= simplify(code, index, op, arg, context);
        }
        if code[index].op == Op::LOAD_CONST {
            context.make_common(&mut code[index]);
        }
    }
    if simplified {
        blocks[id.0 as usize].nops = true;
        graph.rerouted = true;
        graph.recount(id);
    }
}

/// Rewrites the instructions after `index` that use the constant `(op, arg)`
/// (`basicblock_optimize_load_const`).
///
/// Returns whether it changed any.
fn simplify(code: &mut [Instr], index: usize, op: Op, arg: u32, context: &mut Context<'_>) -> bool {
    match code[index + 1].op {
        next @ (Op::POP_JUMP_IF_FALSE | Op::POP_JUMP_IF_TRUE | Op::JUMP_IF_FALSE | Op::JUMP_IF_TRUE) => {
            let truth = context.truth(op, arg);
            if matches!(next, Op::POP_JUMP_IF_FALSE | Op::POP_JUMP_IF_TRUE) {
                code[index].set_nop();
            }
            if truth == matches!(next, Op::POP_JUMP_IF_TRUE | Op::JUMP_IF_TRUE) {
                code[index + 1].op = Op::JUMP;
            } else {
                code[index + 1].set_nop();
            }
        }
        Op::IS_OP => {
            if *context.value(op, arg) != ConstValue::None || index + 2 >= code.len() {
                return false;
            }
            let mut jump = index + 2;
            if code[jump].op == Op::TO_BOOL {
                code[jump].set_nop();
                jump += 1;
                if jump >= code.len() {
                    return true;
                }
            }
            let invert = (code[index + 1].arg != 0) != (code[jump].op == Op::POP_JUMP_IF_FALSE);
            if !matches!(code[jump].op, Op::POP_JUMP_IF_FALSE | Op::POP_JUMP_IF_TRUE) {
                return true;
            }
            code[index].set_nop();
            code[index + 1].set_nop();
            code[jump].op = if invert { Op::POP_JUMP_IF_NOT_NONE } else { Op::POP_JUMP_IF_NONE };
        }
        Op::RETURN_VALUE if op == Op::LOAD_CONST && context.target.operation(Op::RETURN_CONST).is_some() => {
            code[index].set_nop();
            code[index + 1].set(Op::RETURN_CONST, arg);
        }
        Op::TO_BOOL => {
            let value = if context.truth(op, arg) { ConstValue::True } else { ConstValue::False };
            let constant = context.add(value);
            code[index].set_nop();
            code[index + 1].set(Op::LOAD_CONST, constant);
        }
        _ => return false,
    }
    true
}

/// Simplifies constant loads (`optimize_load_const`).
pub(super) fn optimize_load_const(graph: &mut Graph, context: &mut Context<'_>) {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        optimize_block(graph, id, context);
        id = graph.next(id);
    }
}
