//! State that passes need in addition to the graph.

use std::borrow::Cow;

use super::graph::Instr;
use crate::allowance;
use crate::compile::constants::{ConstId, ConstValue, Constants};
use crate::compile::folding::{Folded, truth};
use crate::compile::positions::Positions;
use crate::target::{Op, Target};

/// Constants and options for one code unit.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    /// The target.
    pub(crate) target: &'static Target,
    /// The module's constants.
    pub(crate) constants: &'a mut Constants,
    /// The unit's `co_consts`.
    pub(crate) consts: &'a mut Vec<ConstId>,
    /// Index of each constant in `consts`, built when the first one is added.
    pub(crate) places: Option<Positions<ConstId>>,
    /// Number of locals that are parameters.
    pub(crate) parameters: usize,
    /// Number of locals.
    pub(crate) locals: usize,
}

impl Context<'_> {
    /// Returns the value that a constant load pushes (`get_const_value`).
    pub(crate) fn value(&self, op: Op, arg: u32) -> Cow<'_, ConstValue> {
        match op {
            Op::LOAD_SMALL_INT => return Cow::Owned(ConstValue::Int(i64::from(arg))),
            Op::LOAD_COMMON_CONSTANT => return Cow::Owned(common_value(arg).unwrap_or(ConstValue::Ellipsis)),
            _ => {}
        }
        match self.consts.get(arg as usize) {
            Some(&id) => Cow::Borrowed(self.constants.value(id)),
            None => Cow::Owned(ConstValue::None),
        }
    }

    /// Returns the constant that a constant load pushes.
    pub(crate) fn id(&mut self, op: Op, arg: u32) -> ConstId {
        match self.consts.get(arg as usize) {
            Some(&id) if op == Op::LOAD_CONST => id,
            _ => {
                let value = self.value(op, arg).into_owned();
                self.constants.add(value)
            }
        }
    }

    /// Returns the truth value of a loaded constant.
    pub(crate) fn truth(&self, op: Op, arg: u32) -> bool {
        truth(&self.value(op, arg))
    }

    /// Returns the index of a value in `co_consts`, which is extended if needed (`add_const`).
    pub(crate) fn add(&mut self, value: ConstValue) -> u32 {
        let id = self.constants.add(value);
        self.place(id)
    }

    /// Returns the index of a constant in `co_consts`, which is extended if needed (`add_const`).
    pub(crate) fn place(&mut self, id: ConstId) -> u32 {
        self.places.get_or_insert_with(|| Positions::of(self.consts)).find_or_push(self.consts, id)
    }

    /// Turns a `LOAD_CONST` of a small integer into `LOAD_SMALL_INT`
    /// (`maybe_instr_make_load_smallint`).
    pub(crate) fn make_small_int(&self, instr: &mut Instr) {
        if let Some(&id) = self.consts.get(instr.arg as usize)
            && let Some((op, arg)) = self.small_int(self.constants.value(id))
        {
            instr.set(op, arg);
        }
    }

    /// Turns a `LOAD_CONST` of a common value into `LOAD_COMMON_CONSTANT`.
    pub(crate) fn make_common(&self, instr: &mut Instr) {
        if let Some(&id) = self.consts.get(instr.arg as usize)
            && let Some((op, arg)) = self.common(self.constants.value(id))
        {
            instr.set(op, arg);
        }
    }

    /// Turns `instr` into a load of a folded value (`instr_make_load_const`).
    pub(crate) fn load(&mut self, instr: &mut Instr, folded: Folded) {
        // Each sum of a row of strings is a constant of its own.
        allowance::ask_holding(|| allowance::growing(self.constants.size()));
        let id = match folded {
            Folded::Value(value) => {
                if let Some((op, arg)) = self.without_constant(&value) {
                    instr.set(op, arg);
                    return;
                }
                self.constants.add(value)
            }
            Folded::Fresh(value) => self.constants.add_fresh(value),
            Folded::Member(id) => id,
        };
        // The constant stays in `co_consts` even if it is not loaded from there.
        let place = self.place(id);
        let (op, arg) = self.without_constant(self.constants.value(id)).unwrap_or((Op::LOAD_CONST, place));
        instr.set(op, arg);
    }

    /// Returns the instruction that loads a value without `co_consts`, if there is one.
    fn without_constant(&self, value: &ConstValue) -> Option<(Op, u32)> {
        self.small_int(value).or_else(|| self.common(value))
    }

    /// Returns the `LOAD_SMALL_INT` for a value, if there is one.
    fn small_int(&self, value: &ConstValue) -> Option<(Op, u32)> {
        let &ConstValue::Int(value @ 0..256) = value else { return None };
        self.target.operation(Op::LOAD_SMALL_INT).map(|_| (Op::LOAD_SMALL_INT, value as u32))
    }

    /// Returns the `LOAD_COMMON_CONSTANT` for a value, if there is one.
    fn common(&self, value: &ConstValue) -> Option<(Op, u32)> {
        let number = self.target.features.common_values.then(|| common_number(value)).flatten();
        number.map(|number| (Op::LOAD_COMMON_CONSTANT, number))
    }
}

/// Constants among the operands of `LOAD_COMMON_CONSTANT`, by operand (`CONSTANT_NONE` and so on).
const COMMON_VALUES: [(u32, ConstValue); 4] =
    [(7, ConstValue::None), (9, ConstValue::True), (10, ConstValue::False), (11, ConstValue::Int(-1))];
const COMMON_EMPTY_TEXT: u32 = 8;

/// Returns the operand of `LOAD_COMMON_CONSTANT` for a value.
fn common_number(value: &ConstValue) -> Option<u32> {
    match value {
        ConstValue::Str(text) if text.is_empty() => Some(COMMON_EMPTY_TEXT),
        value => COMMON_VALUES.iter().find(|(_, common)| common == value).map(|(number, _)| *number),
    }
}

/// Returns the constant for an operand of `LOAD_COMMON_CONSTANT`; none for builtins and exceptions.
fn common_value(number: u32) -> Option<ConstValue> {
    if number == COMMON_EMPTY_TEXT {
        return Some(ConstValue::Str(Default::default()));
    }
    COMMON_VALUES.into_iter().find(|(common, _)| *common == number).map(|(_, value)| value)
}

/// Returns whether an instruction loads a constant of known value (`loads_const`).
pub(crate) const fn loads_const(op: Op, arg: u32) -> bool {
    match op {
        Op::LOAD_CONST | Op::LOAD_SMALL_INT => true,
        Op::LOAD_COMMON_CONSTANT => arg >= 7,
        _ => false,
    }
}
