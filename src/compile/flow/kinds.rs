//! Effects of opcodes on the control flow and on locals, in one table.

use crate::target::{OP_COUNT, Op};

const PUSH: u32 = 1;
const EXIT: u32 = 2;
const ALWAYS: u32 = 4;
const CONDITIONAL: u32 = 8;
const OTHER_JUMP: u32 = 16;
const EVAL_BREAK: u32 = 32;
const PSEUDO: u32 = 64;
const LOCAL: u32 = 128;
const UNSET: u32 = 256;
const NOP: u32 = 512;
const CONSTANT: u32 = 1024;
const REWRITTEN: u32 = 2048;
const FETCH: u32 = 4096;
const HANDLERS: u32 = 8192;
const PAIRED: u32 = 16384;
const DISCARD: u32 = 32768;
const POOLED: u32 = 65536;
const EXCHANGE: u32 = 131_072;
const JUMP: u32 = ALWAYS | CONDITIONAL | OTHER_JUMP;

/// Kinds of each opcode.
static KINDS: [u32; OP_COUNT] = {
    let mut kinds = [0; OP_COUNT];
    let groups: [(u32, &[Op]); 18] = [
        (PUSH, &[Op::SETUP_FINALLY, Op::SETUP_WITH, Op::SETUP_CLEANUP]),
        (
            PSEUDO,
            &[
                Op::SETUP_FINALLY,
                Op::SETUP_WITH,
                Op::SETUP_CLEANUP,
                Op::LOAD_CLOSURE,
                Op::STORE_FAST_MAYBE_NULL,
            ],
        ),
        (
            LOCAL,
            &[
                Op::DELETE_FAST,
                Op::LOAD_FAST,
                Op::LOAD_FAST_AND_CLEAR,
                Op::LOAD_FAST_CHECK,
                Op::STORE_FAST,
                Op::STORE_FAST_MAYBE_NULL,
            ],
        ),
        (UNSET, &[Op::DELETE_FAST, Op::LOAD_FAST_AND_CLEAR, Op::STORE_FAST_MAYBE_NULL]),
        (NOP, &[Op::NOP]),
        (CONSTANT, &[Op::LOAD_CONST, Op::LOAD_SMALL_INT, Op::LOAD_COMMON_CONSTANT, Op::COPY]),
        (
            REWRITTEN,
            &[
                Op::BUILD_TUPLE,
                Op::BUILD_LIST,
                Op::BUILD_SET,
                Op::LIST_APPEND,
                Op::SET_ADD,
                Op::STORE_FAST,
                Op::SWAP,
                Op::LOAD_GLOBAL,
                Op::COMPARE_OP,
                Op::CONTAINS_OP,
                Op::IS_OP,
                Op::TO_BOOL,
                Op::UNARY_NOT,
                Op::UNARY_INVERT,
                Op::UNARY_NEGATIVE,
                Op::CALL_INTRINSIC_1,
                Op::BINARY_OP,
            ],
        ),
        (
            HANDLERS,
            &[
                Op::SETUP_FINALLY,
                Op::SETUP_WITH,
                Op::SETUP_CLEANUP,
                Op::POP_BLOCK,
                Op::YIELD_VALUE,
                Op::RESUME,
                Op::RETURN_GENERATOR,
                Op::JUMP,
                Op::JUMP_NO_INTERRUPT,
                Op::POP_JUMP_IF_FALSE,
                Op::POP_JUMP_IF_TRUE,
                Op::POP_JUMP_IF_NONE,
                Op::POP_JUMP_IF_NOT_NONE,
                Op::JUMP_IF_FALSE,
                Op::JUMP_IF_TRUE,
                Op::FOR_ITER,
                Op::SEND,
                Op::END_ASYNC_FOR,
                Op::JUMP_IF_FALSE_OR_POP,
                Op::JUMP_IF_TRUE_OR_POP,
            ],
        ),
        (PAIRED, &[Op::LOAD_FAST, Op::STORE_FAST]),
        (DISCARD, &[Op::POP_TOP]),
        (EXCHANGE, &[Op::SWAP]),
        (POOLED, &[Op::LOAD_CONST, Op::RETURN_CONST, Op::KW_NAMES]),
        (FETCH, &[Op::LOAD_FAST, Op::LOAD_FAST_LOAD_FAST, Op::LOAD_CLOSURE]),
        (EXIT, &[Op::RETURN_VALUE, Op::RETURN_CONST, Op::RAISE_VARARGS, Op::RERAISE]),
        (
            ALWAYS,
            &[
                Op::JUMP,
                Op::JUMP_NO_INTERRUPT,
                Op::JUMP_FORWARD,
                Op::JUMP_BACKWARD,
                Op::JUMP_BACKWARD_NO_INTERRUPT,
            ],
        ),
        (
            CONDITIONAL,
            &[Op::POP_JUMP_IF_FALSE, Op::POP_JUMP_IF_TRUE, Op::POP_JUMP_IF_NONE, Op::POP_JUMP_IF_NOT_NONE],
        ),
        (
            OTHER_JUMP,
            &[
                Op::JUMP_IF_FALSE,
                Op::JUMP_IF_TRUE,
                Op::FOR_ITER,
                Op::SEND,
                Op::END_ASYNC_FOR,
                Op::JUMP_IF_FALSE_OR_POP,
                Op::JUMP_IF_TRUE_OR_POP,
                Op::POP_JUMP_FORWARD_IF_FALSE,
                Op::POP_JUMP_FORWARD_IF_TRUE,
                Op::POP_JUMP_FORWARD_IF_NONE,
                Op::POP_JUMP_FORWARD_IF_NOT_NONE,
                Op::POP_JUMP_BACKWARD_IF_FALSE,
                Op::POP_JUMP_BACKWARD_IF_TRUE,
                Op::POP_JUMP_BACKWARD_IF_NONE,
                Op::POP_JUMP_BACKWARD_IF_NOT_NONE,
            ],
        ),
        (EVAL_BREAK, &[Op::JUMP, Op::JUMP_BACKWARD, Op::RESUME, Op::CALL, Op::CALL_KW, Op::CALL_FUNCTION_EX]),
    ];
    let mut group = 0;
    while group < groups.len() {
        let (kind, ops) = groups[group];
        let mut index = 0;
        while index < ops.len() {
            kinds[ops[index] as usize] |= kind;
            index += 1;
        }
        group += 1;
    }
    kinds
};

/// Kinds of instructions, of one or of many.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kinds(u32);

impl Kinds {
    /// All kinds, for a block of which nothing is known.
    pub(crate) const ANY: Self = Self(u32::MAX);

    /// Returns the kinds of one opcode.
    pub(crate) fn of(op: Op) -> Self {
        Self(KINDS[op as usize])
    }

    /// Adds other kinds.
    pub(crate) fn add(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// Returns whether these kinds are among `others`, but for NOPs.
    pub(crate) fn are_in(self, others: Self) -> bool {
        self.0 & !(others.0 | NOP) == 0
    }

    /// Returns whether any instruction loads a constant or may copy one.
    pub(crate) fn has_constant(self) -> bool {
        self.0 & CONSTANT != 0
    }

    /// Returns whether any instruction refers to `co_consts`.
    pub(crate) fn has_pooled(self) -> bool {
        self.0 & POOLED != 0
    }

    /// Returns whether any instruction is a `SWAP`.
    pub(crate) fn has_swap(self) -> bool {
        self.0 & EXCHANGE != 0
    }

    /// Returns whether any instruction discards a value.
    pub(crate) fn has_discard(self) -> bool {
        self.0 & DISCARD != 0
    }

    /// Returns whether `peephole` rewrites any instruction together with its neighbors.
    pub(crate) fn has_rewritten(self) -> bool {
        self.0 & REWRITTEN != 0
    }

    /// Returns whether any instruction may form a superinstruction with a neighbor.
    pub(crate) fn has_paired(self) -> bool {
        self.0 & PAIRED != 0
    }

    /// Returns whether any instruction reads or changes one fast local.
    pub(crate) fn has_local(self) -> bool {
        self.0 & LOCAL != 0
    }

    /// Returns whether any instruction sets up handlers.
    pub(crate) fn has_block_push(self) -> bool {
        self.0 & PUSH != 0
    }

    /// Returns whether any instruction is a NOP.
    pub(crate) fn has_nop(self) -> bool {
        self.0 & NOP != 0
    }

    /// Returns whether any instruction is replaced before assembly.
    pub(crate) fn has_pseudo(self) -> bool {
        self.0 & PSEUDO != 0
    }

    /// Returns whether any instruction may leave a local unset.
    pub(crate) fn has_unset(self) -> bool {
        self.0 & UNSET != 0
    }

    /// Returns whether any instruction loads a local, or is replaced by one that does.
    pub(crate) fn has_local_load(self) -> bool {
        self.0 & FETCH != 0
    }

    /// Returns whether any instruction refers to a block.
    pub(crate) fn has_target(self) -> bool {
        self.0 & (JUMP | PUSH) != 0
    }

    /// Returns whether any instruction jumps.
    pub(crate) fn has_jump(self) -> bool {
        self.0 & JUMP != 0
    }

    /// Returns whether control may not continue with the next instruction.
    pub(crate) fn never_falls_through(self) -> bool {
        self.0 & (EXIT | ALWAYS) != 0
    }

    /// Returns whether control always continues with the next instruction and no block is referred
    /// to.
    pub(crate) fn is_straight(self) -> bool {
        self.0 & (JUMP | PUSH | EXIT) == 0
    }

    /// Returns whether any instruction must end its block.
    pub(crate) fn has_terminator(self) -> bool {
        self.0 & (JUMP | EXIT) != 0
    }
}

/// Returns whether an opcode has one of `kinds`.
fn is(op: Op, kinds: u32) -> bool {
    Kinds::of(op).0 & kinds != 0
}

/// Returns whether an opcode reads or changes one fast local.
pub(crate) fn is_local(op: Op) -> bool {
    Kinds::of(op).has_local()
}

/// Returns whether an opcode loads a constant or may copy one.
pub(crate) fn is_constant(op: Op) -> bool {
    Kinds::of(op).has_constant()
}

/// Returns whether `peephole` rewrites an opcode together with its neighbors.
pub(crate) fn is_rewritten(op: Op) -> bool {
    Kinds::of(op).has_rewritten()
}

/// Returns whether an opcode is rewritten together with its neighbors, or uses a constant, where
/// one walk does all.
pub(crate) fn is_rewritten_once(op: Op) -> bool {
    matches!(op, Op::LOAD_CONST | Op::BUILD_TUPLE | Op::SWAP | Op::PUSH_NULL)
}

/// Returns whether an opcode refers to `co_consts`.
pub(crate) fn is_pooled(op: Op) -> bool {
    Kinds::of(op).has_pooled()
}

/// Returns whether an opcode is replaced before assembly.
pub(crate) fn is_pseudo(op: Op) -> bool {
    Kinds::of(op).has_pseudo()
}

/// Returns whether an opcode affects handlers beyond having one.
pub(crate) fn changes_handlers(op: Op) -> bool {
    is(op, HANDLERS)
}

/// Returns whether an opcode may form a superinstruction with a neighbor.
pub(crate) fn is_paired(op: Op) -> bool {
    Kinds::of(op).has_paired()
}

/// Returns whether an opcode is one of `SETUP_*` (`IS_BLOCK_PUSH_OPCODE`).
pub(crate) fn is_block_push(op: Op) -> bool {
    Kinds::of(op).has_block_push()
}

/// Returns whether an opcode leaves the code object (`IS_SCOPE_EXIT_OPCODE`).
pub(crate) fn is_scope_exit(op: Op) -> bool {
    is(op, EXIT)
}

/// Returns whether an opcode always jumps (`IS_UNCONDITIONAL_JUMP_OPCODE`).
pub(crate) fn is_unconditional_jump(op: Op) -> bool {
    is(op, ALWAYS)
}

/// Returns whether an opcode is a conditional jump that can be reversed
/// (`IS_CONDITIONAL_JUMP_OPCODE`).
pub(crate) fn is_conditional_jump(op: Op) -> bool {
    is(op, CONDITIONAL)
}

/// Returns whether an opcode has a jump target as operand (`OPCODE_HAS_JUMP`).
pub(crate) fn is_jump(op: Op) -> bool {
    Kinds::of(op).has_jump()
}

/// Returns whether an opcode refers to a block (`HAS_TARGET`).
pub(crate) fn has_target(op: Op) -> bool {
    Kinds::of(op).has_target()
}

/// Returns whether an opcode must end its block (`IS_TERMINATOR_OPCODE`).
pub(crate) fn is_terminator(op: Op) -> bool {
    Kinds::of(op).has_terminator()
}

/// Returns whether an opcode handles signals and other pending events (`OPCODE_HAS_EVAL_BREAK`).
pub(crate) fn has_eval_break(op: Op) -> bool {
    is(op, EVAL_BREAK)
}
