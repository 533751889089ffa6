//! What passes need besides the graph.

use std::borrow::Cow;

use super::graph::Instr;
use super::load_const::truth;
use crate::compile::constants::{ConstId, ConstValue, Constants};
use crate::compile::folding::Folded;
use crate::target::{Op, Target};
use rustc_hash::FxHashMap;

/// Constants and options for one code unit.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    /// What to compile for.
    pub(crate) target: &'static Target,
    /// The module's constants.
    pub(crate) constants: &'a mut Constants,
    /// The unit's `co_consts`.
    pub(crate) consts: &'a mut Vec<ConstId>,
    /// Where each constant stands in `consts`; made when the first one is added.
    pub(crate) places: Option<FxHashMap<ConstId, u32>>,
    /// How many of the locals are parameters.
    pub(crate) parameters: usize,
    /// How many locals there are.
    pub(crate) locals: usize,
}

impl Context<'_> {
    /// The value that a constant load puts on the stack.
    pub(crate) fn value(&self, op: Op, arg: u32) -> Cow<'_, ConstValue> {
        if op == Op::LOAD_SMALL_INT {
            return Cow::Owned(ConstValue::Int(i64::from(arg)));
        }
        match self.consts.get(arg as usize) {
            Some(&id) => Cow::Borrowed(self.constants.value(id)),
            None => Cow::Owned(ConstValue::None),
        }
    }

    /// The constant that a constant load puts on the stack.
    pub(crate) fn id(&mut self, op: Op, arg: u32) -> ConstId {
        match self.consts.get(arg as usize) {
            Some(&id) if op != Op::LOAD_SMALL_INT => id,
            _ => self.constants.add(ConstValue::Int(i64::from(arg))),
        }
    }

    /// Whether the loaded constant is true.
    pub(crate) fn truth(&self, op: Op, arg: u32) -> bool {
        truth(&self.value(op, arg))
    }

    /// The index of a constant in `co_consts`, appended if it is not there.
    pub(crate) fn add(&mut self, value: ConstValue) -> u32 {
        let id = self.constants.add(value);
        self.place(id)
    }

    /// The index of a constant in `co_consts`, appended if it is not there.
    pub(crate) fn place(&mut self, id: ConstId) -> u32 {
        let places = self.places.get_or_insert_with(|| {
            let mut places = FxHashMap::default();
            for (index, &id) in self.consts.iter().enumerate() {
                places.entry(id).or_insert(index as u32);
            }
            places
        });
        *places.entry(id).or_insert_with(|| {
            self.consts.push(id);
            self.consts.len() as u32 - 1
        })
    }

    /// Turns the load of a small integer into `LOAD_SMALL_INT`; whether it was one.
    pub(crate) fn make_small_int(&self, instr: &mut Instr) -> bool {
        let ConstValue::Int(value @ 0..256) = *self.value(instr.op, instr.arg) else { return false };
        if self.target.opcode(Op::LOAD_SMALL_INT).is_none() {
            return false;
        }
        instr.set(Op::LOAD_SMALL_INT, value as u32);
        true
    }

    /// Makes `instr` load a folded value.
    pub(crate) fn load(&mut self, instr: &mut Instr, folded: Folded) {
        let id = match folded {
            Folded::Value(value) => {
                if let ConstValue::Int(value @ 0..256) = value
                    && self.target.opcode(Op::LOAD_SMALL_INT).is_some()
                {
                    instr.set(Op::LOAD_SMALL_INT, value as u32);
                    return;
                }
                self.constants.add(value)
            }
            Folded::Member(id) => id,
        };
        let place = self.place(id);
        instr.set(Op::LOAD_CONST, place);
        self.make_small_int(instr);
    }
}
