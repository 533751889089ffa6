//! Number of values that each instruction pops and pushes (`_PyOpcode_num_popped`, `_num_pushed`).

use super::{Features, OP_COUNT, Op};

/// Number of values popped or pushed: a constant, a factor of the operand, and the number added if
/// the operand is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StackCount {
    least: u8,
    for_each: u8,
    if_odd: u8,
}

impl StackCount {
    /// Returns the count that gives `values` for the operands 0, 1 and 2.
    const fn of(values: [u32; 3]) -> Self {
        let for_each = (values[2] - values[0]) / 2;
        let if_odd = values[1] - values[0] - for_each;
        Self { least: values[0] as u8, for_each: for_each as u8, if_odd: if_odd as u8 }
    }

    const fn is_fixed(self) -> bool {
        self.for_each == 0 && self.if_odd == 0
    }

    /// Returns the count for an operand. Operands that count values have far fewer than 32 bits.
    const fn with(self, operand: u32) -> u32 {
        let each = (self.for_each as u32).wrapping_mul(operand);
        (self.least as u32).wrapping_add(each).wrapping_add(self.if_odd as u32 * (operand & 1))
    }
}

/// Number of pushed values minus the number of popped ones, as in [`StackCount`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Net {
    least: i8,
    for_each: i8,
    if_odd: i8,
    rule: EffectRule,
}

/// The part of an instruction's counts that its effect depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EffectRule {
    /// The constants, whatever the operand is.
    Fixed,
    /// Constants and factors.
    Counted,
    /// The counts do not determine the effect.
    Irregular,
}

impl Net {
    const fn of(popped: StackCount, pushed: StackCount, rule: EffectRule) -> Self {
        Self {
            least: pushed.least as i8 - popped.least as i8,
            for_each: pushed.for_each as i8 - popped.for_each as i8,
            if_odd: pushed.if_odd as i8 - popped.if_odd as i8,
            rule,
        }
    }

    fn with(self, operand: u32) -> i32 {
        let each = i32::from(self.for_each).wrapping_mul(operand as i32);
        i32::from(self.least).wrapping_add(each).wrapping_add(i32::from(self.if_odd) * (operand & 1) as i32)
    }
}

/// Stack effects of all opcodes of a target, by [`Op`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StackEffects {
    /// Popped and pushed values.
    counts: [(StackCount, StackCount); OP_COUNT],
    net: [Net; OP_COUNT],
}

/// Returns the table for a target with these features.
pub(super) const fn stack_effects(features: &Features) -> StackEffects {
    const NONE: StackCount = StackCount { least: 0, for_each: 0, if_odd: 0 };
    /// Operands for which the counts are checked against the effect; they stand for all others.
    const TRIED: [u32; 6] = [0, 1, 2, 3, 4, 257];
    let mut effects = StackEffects {
        counts: [(NONE, NONE); OP_COUNT],
        net: [Net::of(NONE, NONE, EffectRule::Irregular); OP_COUNT],
    };
    let mut index = 0;
    while index < OP_COUNT {
        let op = Op::ALL[index];
        let [zero, one, two] =
            [stack_effect(op, 0, features), stack_effect(op, 1, features), stack_effect(op, 2, features)];
        let popped = StackCount::of([zero.0, one.0, two.0]);
        let pushed = StackCount::of([zero.1, one.1, two.1]);
        let mut irregular = false;
        let mut number = 0;
        while number < TRIED.len() {
            let (real_popped, real_pushed) = stack_effect(op, TRIED[number], features);
            irregular |=
                popped.with(TRIED[number]) != real_popped || pushed.with(TRIED[number]) != real_pushed;
            number += 1;
        }
        effects.counts[op as usize] = (popped, pushed);
        let rule = match irregular {
            true => EffectRule::Irregular,
            false if popped.is_fixed() && pushed.is_fixed() => EffectRule::Fixed,
            false => EffectRule::Counted,
        };
        effects.net[op as usize] = Net::of(popped, pushed, rule);
        index += 1;
    }
    effects
}

impl super::Target {
    /// Returns the change of the stack's depth by an instruction.
    #[inline]
    pub(crate) fn net_stack_effect(&self, op: Op, arg: u32) -> i32 {
        let net = self.stack_effects.net[op as usize];
        match net.rule {
            EffectRule::Fixed => i32::from(net.least),
            EffectRule::Counted => net.with(arg),
            EffectRule::Irregular => {
                let (popped, pushed) = stack_effect(op, arg, &self.features);
                pushed as i32 - popped as i32
            }
        }
    }

    /// Returns the number of values that an instruction pops and pushes; for `SETUP_*`, the effect
    /// at the entry of the handler.
    #[inline]
    pub(crate) fn stack_effect(&self, op: Op, arg: u32) -> (u32, u32) {
        let (popped, pushed) = self.stack_effects.counts[op as usize];
        match self.stack_effects.net[op as usize].rule {
            EffectRule::Fixed => (u32::from(popped.least), u32::from(pushed.least)),
            EffectRule::Counted => (popped.with(arg), pushed.with(arg)),
            EffectRule::Irregular => stack_effect(op, arg, &self.features),
        }
    }
}

const fn stack_effect(op: Op, arg: u32, features: &Features) -> (u32, u32) {
    let n = arg;
    match op {
        Op::BUILD_SLICE if !features.slice_constants => (2 + (n == 3) as u32, 1),
        Op::END_FOR if features.end_for_drops_iterator => (2, 0),
        Op::MAKE_FUNCTION if features.attributes_in_make_function => (1 + arg.count_ones(), 1),
        Op::PRECALL => (n, 0),
        Op::CALL if features.methods_have_opcode => (2, 1),
        Op::LOAD_ATTR if features.methods_have_opcode => (1, 1),
        // A generator has the value from its start.
        Op::RETURN_GENERATOR if features.methods_have_opcode => (0, 0),
        Op::SEND if features.methods_have_opcode => (1, 1),
        Op::PREP_RERAISE_STAR => (2, 1),
        Op::JUMP_IF_FALSE_OR_POP | Op::JUMP_IF_TRUE_OR_POP | Op::IMPORT_STAR => (1, 0),
        Op::POP_JUMP_FORWARD_IF_FALSE
        | Op::POP_JUMP_FORWARD_IF_TRUE
        | Op::POP_JUMP_FORWARD_IF_NONE
        | Op::POP_JUMP_FORWARD_IF_NOT_NONE
        | Op::POP_JUMP_BACKWARD_IF_FALSE
        | Op::POP_JUMP_BACKWARD_IF_TRUE
        | Op::POP_JUMP_BACKWARD_IF_NONE
        | Op::POP_JUMP_BACKWARD_IF_NOT_NONE => (1, 0),
        Op::ASYNC_GEN_WRAP | Op::LIST_TO_TUPLE | Op::UNARY_POSITIVE => (1, 1),
        Op::LOAD_CLASSDEREF => (0, 1),
        Op::FORMAT_VALUE => (1 + (n >> 2 & 1), 1),
        Op::GET_ITER if features.indexed_iterators => (1, 2),
        Op::POP_ITER if features.indexed_iterators => (2, 0),
        Op::END_SEND if features.indexed_iterators => (3, 1),
        Op::BINARY_OP | Op::BINARY_SUBSCR | Op::BUILD_TEMPLATE | Op::CALL_INTRINSIC_2 | Op::COMPARE_OP => {
            (2, 1)
        }
        Op::CONTAINS_OP | Op::END_SEND | Op::FORMAT_WITH_SPEC | Op::IMPORT_NAME | Op::IS_OP => (2, 1),
        Op::SET_FUNCTION_ATTRIBUTE => (2, 1),
        Op::BINARY_SLICE => (3, 1),
        Op::BUILD_INTERPOLATION => (2 + (n & 1), 1),
        Op::BUILD_LIST | Op::BUILD_SET | Op::BUILD_SLICE | Op::BUILD_STRING | Op::BUILD_TUPLE => (n, 1),
        Op::BUILD_CONST_KEY_MAP => (n + 1, 1),
        Op::BUILD_MAP => (2 * n, 1),
        Op::CALL => (n + 2, 1),
        Op::CALL_KW => (n + 3, 1),
        Op::CALL_FUNCTION_EX => (if features.call_ex_flag { 3 + (n & 1) } else { 4 }, 1),
        Op::CALL_INTRINSIC_1 | Op::CONVERT_VALUE | Op::FORMAT_SIMPLE | Op::GET_AITER | Op::GET_AWAITABLE => {
            (1, 1)
        }
        Op::GET_ITER | Op::GET_YIELD_FROM_ITER | Op::JUMP_IF_FALSE | Op::JUMP_IF_TRUE => (1, 1),
        Op::LOAD_FROM_DICT_OR_DEREF
        | Op::LOAD_FROM_DICT_OR_GLOBALS
        | Op::MAKE_FUNCTION
        | Op::RETURN_VALUE => (1, 1),
        Op::STORE_FAST_LOAD_FAST | Op::TO_BOOL | Op::UNARY_INVERT | Op::UNARY_NEGATIVE | Op::UNARY_NOT => {
            (1, 1)
        }
        Op::YIELD_VALUE => (1, 1),
        Op::CHECK_EG_MATCH | Op::CHECK_EXC_MATCH | Op::SEND => (2, 2),
        Op::CLEANUP_THROW => (3, 2),
        Op::COPY => (n, n + 1),
        Op::DELETE_SUBSCR
        | Op::END_ASYNC_FOR
        | Op::END_ASYNC_FOR_PLAIN
        | Op::STORE_ATTR
        | Op::STORE_FAST_STORE_FAST => (2, 0),
        Op::DICT_MERGE => (n + 4, n + 3),
        Op::DICT_UPDATE | Op::LIST_APPEND | Op::LIST_EXTEND | Op::SET_ADD | Op::SET_UPDATE => (n + 1, n),
        Op::MAP_ADD => (n + 2, n),
        Op::DELETE_ATTR | Op::END_FOR | Op::EXIT_INIT_CHECK | Op::POP_EXCEPT | Op::POP_ITER | Op::POP_TOP => {
            (1, 0)
        }
        Op::POP_JUMP_IF_FALSE | Op::POP_JUMP_IF_NONE | Op::POP_JUMP_IF_NOT_NONE | Op::POP_JUMP_IF_TRUE => {
            (1, 0)
        }
        Op::STORE_DEREF | Op::STORE_FAST | Op::STORE_FAST_MAYBE_NULL | Op::STORE_GLOBAL | Op::STORE_NAME => {
            (1, 0)
        }
        Op::BEFORE_ASYNC_WITH
        | Op::BEFORE_WITH
        | Op::FOR_ITER
        | Op::GET_ANEXT
        | Op::GET_LEN
        | Op::IMPORT_FROM => (1, 2),
        Op::LOAD_SPECIAL | Op::MATCH_MAPPING | Op::MATCH_SEQUENCE | Op::PUSH_EXC_INFO => (1, 2),
        Op::LOAD_ATTR => (1, 1 + (n & 1)),
        Op::LOAD_METHOD => (1, 2),
        Op::LOAD_SUPER_ATTR => (3, 1 + (n & 1)),
        Op::LOAD_GLOBAL => (0, 1 + (n & 1)),
        Op::LOAD_FAST_LOAD_FAST | Op::LOAD_FAST_BORROW_LOAD_FAST_BORROW | Op::SETUP_CLEANUP => (0, 2),
        Op::LOAD_ASSERTION_ERROR | Op::LOAD_BUILD_CLASS | Op::LOAD_CLOSURE | Op::LOAD_COMMON_CONSTANT => {
            (0, 1)
        }
        Op::LOAD_CONST | Op::LOAD_DEREF | Op::LOAD_FAST | Op::LOAD_FAST_AND_CLEAR | Op::LOAD_FAST_BORROW => {
            (0, 1)
        }
        Op::LOAD_FAST_CHECK | Op::LOAD_LOCALS | Op::LOAD_NAME | Op::LOAD_SMALL_INT | Op::PUSH_NULL => (0, 1),
        Op::RETURN_GENERATOR | Op::SETUP_FINALLY | Op::SETUP_WITH => (0, 1),
        Op::MATCH_CLASS => (3, 1),
        Op::MATCH_KEYS => (2, 3),
        Op::RAISE_VARARGS => (n, 0),
        Op::RERAISE => (n + 1, n),
        Op::STORE_SLICE => (4, 0),
        Op::STORE_SUBSCR => (3, 0),
        Op::SWAP => (n, n),
        Op::UNPACK_EX => (1, 1 + (n & 0xff) + (n >> 8)),
        Op::UNPACK_SEQUENCE => (1, n),
        Op::WITH_EXCEPT_START if !features.special_methods => (4, 5),
        Op::WITH_EXCEPT_START => (5, 6),
        _ => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use crate::target::{Op, PyVersion, Target};

    /// `tests/golden/stack_effects.tsv` holds `opcode.stack_effect` of CPython 3.14.10.
    #[test]
    fn net_effects_are_those_of_cpython() {
        let target = Target::find(PyVersion::new(3, 14)).unwrap();
        let mut seen = 0;
        for line in include_str!("../../tests/golden/stack_effects.tsv").lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let op = Op::ALL.into_iter().find(|op| op.name() == fields[0]);
            let Some(op) = op.filter(|op| target.operation(*op).is_some()) else { continue };
            let arg: u32 = fields[1].parse().unwrap();
            let (popped, pushed) = target.stack_effect(op, arg);
            assert_eq!((i64::from(pushed) - i64::from(popped)).to_string(), fields[2], "{line}");
            seen += 1;
        }
        assert!(seen > 700, "{seen}");
    }
}
