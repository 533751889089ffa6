//! Constant folding in a block.
//!
//! CPython: `Python/flowgraph.c`. Each function returns whether it left NOPs, which may have no
//! line.

use super::context::{Context, loads_const};
use super::graph::Instr;
use crate::compile::constants::{ConstId, ConstValue};
use crate::compile::folding::{self, Folded};
use crate::syntax::ast::{Operator, UnaryOperator};
use crate::target::Op;
use crate::text::Location;
use smallvec::SmallVec;

/// Longest display that is folded.
const MAX_ITEMS: usize = 30;
/// Shortest list or set display that is built from a constant (`MIN_CONST_SEQUENCE_SIZE`).
const MIN_ITEMS: usize = 3;
/// `INTRINSIC_UNARY_POSITIVE`
pub(super) const UNARY_POSITIVE: u32 = 5;
/// `INTRINSIC_LIST_TO_TUPLE`
pub(super) const LIST_TO_TUPLE: u32 = 6;
/// `NB_SUBSCR`
const SUBSCRIPT: u32 = 26;

/// Returns the indices of the `size` constant loads before `end`, with only NOPs in between
/// (`get_const_loading_instrs`).
fn const_loads(code: &[Instr], end: usize, size: usize) -> Option<SmallVec<[usize; 8]>> {
    let mut found = SmallVec::new();
    for (index, instr) in code[..end].iter().enumerate().rev() {
        if found.len() == size {
            break;
        }
        if instr.op == Op::NOP {
            continue;
        }
        if !loads_const(instr.op, instr.arg) {
            return None;
        }
        found.push(index);
    }
    found.reverse();
    (found.len() == size).then_some(found)
}

/// Turns an instruction into a NOP without a location (`nop_out`).
fn nop_out(instr: &mut Instr) {
    instr.set_nop();
    instr.location = Location::NONE;
}

/// Returns the constants that the instructions at `places` load.
fn ids(code: &[Instr], places: &[usize], context: &mut Context<'_>) -> Vec<ConstId> {
    places.iter().map(|&place| context.id(code[place].op, code[place].arg)).collect()
}

/// Folds a `BUILD_TUPLE` of constants (`fold_tuple_of_constants`).
pub(super) fn fold_tuple(code: &mut [Instr], index: usize, context: &mut Context<'_>) -> bool {
    let size = code[index].arg as usize;
    if size > MAX_ITEMS {
        return false;
    }
    let Some(places) = const_loads(code, index, size) else { return false };
    let items = ids(code, &places, context);
    for place in places {
        nop_out(&mut code[place]);
    }
    context.load(&mut code[index], Folded::Value(ConstValue::Tuple(items.into())));
    true
}

/// Folds a `BUILD_TUPLE` directly after its constants (`fold_tuple_on_constants`, CPython 3.13).
pub(super) fn fold_adjacent_tuple(code: &mut [Instr], index: usize, context: &mut Context<'_>) -> bool {
    let Some(start) = index.checked_sub(code[index].arg as usize) else { return false };
    if code[start..index].iter().any(|instr| instr.op != Op::LOAD_CONST) {
        return false;
    }
    let places: Vec<usize> = (start..index).collect();
    let items = ids(code, &places, context);
    code[start..index].iter_mut().for_each(Instr::set_nop);
    context.load(&mut code[index], Folded::Value(ConstValue::Tuple(items.into())));
    true
}

/// Folds a display of constants that is built by appending
/// (`fold_constant_intrinsic_list_to_tuple`).
///
/// `index` is the conversion to a tuple, or the last append before the display is iterated over or
/// searched.
pub(super) fn fold_appended(code: &mut [Instr], index: usize, context: &mut Context<'_>) -> bool {
    let is_append = code[index].op != Op::CALL_INTRINSIC_1;
    let (build, append) = match code[index].op {
        Op::SET_ADD => (Op::BUILD_SET, Op::SET_ADD),
        _ => (Op::BUILD_LIST, Op::LIST_APPEND),
    };
    let mut places = Vec::new();
    let mut expect_append = !is_append;
    for position in (0..index).rev() {
        let instr = code[position];
        match instr.op {
            Op::NOP => continue,
            op if op == build && instr.arg == 0 => {
                if !expect_append {
                    return false;
                }
                places.reverse();
                let items = ids(code, &places, context);
                for instr in &mut code[position..index + usize::from(is_append)] {
                    if instr.op != Op::NOP {
                        nop_out(instr);
                    }
                }
                let value = if build == Op::BUILD_SET {
                    ConstValue::FrozenSet(folding::distinct(&items, context.constants).into())
                } else {
                    ConstValue::Tuple(items.into())
                };
                context.load(&mut code[index], Folded::Value(value));
                return true;
            }
            op if expect_append && op == append && instr.arg == 1 => {}
            op if !expect_append && loads_const(op, instr.arg) => places.push(position),
            _ => return false,
        }
        expect_append = !expect_append;
    }
    false
}

/// Folds a `BUILD_LIST` or `BUILD_SET` of constants (`optimize_lists_and_sets`).
pub(super) fn optimize_display(
    code: &mut [Instr],
    index: usize,
    next: Op,
    context: &mut Context<'_>,
) -> bool {
    let iterated = matches!(next, Op::GET_ITER | Op::CONTAINS_OP);
    let instr = code[index];
    let size = instr.arg as usize;
    if size > MAX_ITEMS || size < MIN_ITEMS && !iterated {
        return false;
    }
    let Some(places) = const_loads(code, index, size) else {
        if iterated && instr.op == Op::BUILD_LIST {
            code[index].op = Op::BUILD_TUPLE;
        }
        return false;
    };
    let mut items = ids(code, &places, context);
    let value = if instr.op == Op::BUILD_SET {
        items = folding::distinct(&items, context.constants);
        ConstValue::FrozenSet(items.into())
    } else {
        ConstValue::Tuple(items.into())
    };
    let constant = context.add(value);
    for place in places {
        nop_out(&mut code[place]);
    }
    if iterated {
        code[index].set(Op::LOAD_CONST, constant);
    } else if index >= 2 {
        code[index - 2].location = instr.location;
        code[index - 2].set(instr.op, 0);
        code[index - 1].set(Op::LOAD_CONST, constant);
        code[index].set(if instr.op == Op::BUILD_LIST { Op::LIST_EXTEND } else { Op::SET_UPDATE }, 1);
    }
    true
}

/// Returns the operator of a `BINARY_OP`.
fn operator(arg: u32) -> Option<Operator> {
    Some(match arg {
        0 => Operator::Add,
        1 => Operator::BitAnd,
        2 => Operator::FloorDiv,
        3 => Operator::LShift,
        4 => Operator::MatMult,
        5 => Operator::Mult,
        6 => Operator::Mod,
        7 => Operator::BitOr,
        8 => Operator::Pow,
        9 => Operator::RShift,
        10 => Operator::Sub,
        11 => Operator::Div,
        12 => Operator::BitXor,
        _ => return None,
    })
}

/// Folds a `BINARY_OP` on constants (`fold_const_binop`).
pub(super) fn fold_binary(code: &mut [Instr], index: usize, context: &mut Context<'_>) -> bool {
    let Some(places) = const_loads(code, index, 2) else { return false };
    let (left, right) = (code[places[0]], code[places[1]]);
    let arg = code[index].arg;
    let left = context.value(left.op, left.arg);
    let right = context.value(right.op, right.arg);
    let folded = if arg == SUBSCRIPT {
        folding::subscript(&left, &right, context.constants)
    } else {
        operator(arg)
            .and_then(|operator| folding::binary(operator, &left, &right, context.constants, context.target))
            .map(|value| {
                let is_fresh = folding::makes_empty_anew(&value, &left, &right);
                if is_fresh { Folded::Fresh(value) } else { Folded::Value(value) }
            })
    };
    let Some(folded) = folded else { return false };
    for place in places {
        nop_out(&mut code[place]);
    }
    context.load(&mut code[index], folded);
    true
}

/// Folds a unary operator on a constant (`fold_const_unaryop`).
pub(super) fn fold_unary(code: &mut [Instr], index: usize, context: &mut Context<'_>) -> bool {
    let Some(places) = const_loads(code, index, 1) else { return false };
    let operand = code[places[0]];
    let operator = match code[index].op {
        Op::UNARY_NEGATIVE => UnaryOperator::USub,
        Op::UNARY_INVERT => UnaryOperator::Invert,
        Op::UNARY_NOT => UnaryOperator::Not,
        _ => UnaryOperator::UAdd,
    };
    let value = context.value(operand.op, operand.arg);
    if operator == UnaryOperator::Invert && matches!(*value, ConstValue::True | ConstValue::False) {
        return false;
    }
    let Some(folded) = folding::unary(operator, &value) else { return false };
    nop_out(&mut code[places[0]]);
    context.load(&mut code[index], Folded::Value(folded));
    true
}
