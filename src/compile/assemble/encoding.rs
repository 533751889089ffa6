//! Opcodes as bytes of one version.
//!
//! CPython: `write_instr` in `Python/assemble.c`.

use crate::compile::flow::FlowError;
use crate::compile::flow::graph::has_target;
use crate::target::{OP_COUNT, Op, Target};

/// Number of `EXTENDED_ARG` prefixes that the largest operand needs.
const MOST_PREFIXES: usize = 3;

/// Encoding of one instruction.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Encoding {
    /// Number of the opcode.
    pub(super) number: u8,
    /// Size in code units, with caches and without prefixes; 0 if the version does not have the
    /// opcode.
    pub(super) units: u8,
    /// Same as `units`, but 0 for a [`super::jumps::Jump`].
    pub(super) plain: u8,
}

/// Encodings of all instructions of a target.
#[derive(Debug)]
pub(super) struct Encodings {
    by_op: [Encoding; OP_COUNT],
    /// Distance from the `SEND` that ends an `async for` step to its `END_SEND`, in code units.
    pub(super) end_send: u32,
    /// Number of `EXTENDED_ARG`.
    pub(super) prefix: u8,
    /// Size of the longest instruction in code units.
    pub(super) longest: usize,
}

impl Encodings {
    /// Returns the encodings of `target`.
    pub(super) fn new(target: &Target) -> Self {
        let mut by_op = [Encoding::default(); OP_COUNT];
        for (op, encoding) in Op::ALL.into_iter().zip(&mut by_op) {
            if let Some(operation) = target.operation(op).filter(|operation| operation.number < 256) {
                encoding.number = operation.number as u8;
                encoding.units = 1 + operation.caches;
                encoding.plain = if has_target(op) { 0 } else { encoding.units };
            }
        }
        let step = [Op::SEND, Op::YIELD_VALUE, Op::RESUME, Op::JUMP_BACKWARD_NO_INTERRUPT];
        let end_send = step.into_iter().map(|op| u32::from(by_op[op as usize].units)).sum();
        let prefix = by_op[Op::EXTENDED_ARG as usize].number;
        let most = by_op.iter().map(|encoding| usize::from(encoding.units)).max();
        Self { by_op, end_send, prefix, longest: MOST_PREFIXES + most.unwrap_or_default() }
    }

    /// Returns the encoding of `op`.
    pub(super) fn of(&self, op: Op) -> Encoding {
        self.by_op[op as usize]
    }

    /// Returns the encoding of an instruction, or an error if the version does not have it.
    pub(super) fn checked(&self, op: Op) -> Result<Encoding, FlowError> {
        let encoding = self.of(op);
        if encoding.units > 0 { Ok(encoding) } else { Err(FlowError::Opcode(op.name())) }
    }
}
