//! Operations: the numbers that a version gives to opcodes, and the meaning of their operands. The
//! native compiler and `dis` read the same tables.

use super::op::{OP_COUNT, Op};
use super::operations;
use super::series::{SERIES, Series};

/// Meaning of an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// No operand.
    None,
    /// A plain number.
    Plain,
    /// An index into `co_consts`.
    Const,
    /// An index into `co_names`, above this number of bits of flags.
    Name(u8),
    /// A fast local.
    Local,
    /// Two fast locals, four bits each.
    LocalPair,
    /// A cell or free variable.
    Free,
    /// A distance from the next instruction, in units of this number of bytes.
    JumpForward(u8),
    /// A distance backward from the next instruction, in code units of two bytes.
    JumpBackward,
    /// An offset in units of this number of bytes.
    JumpAbsolute(u8),
    /// A comparison, above this number of bits.
    Compare(u8),
    /// A word from a list.
    Words(&'static [&'static str]),
    /// A set of words, one bit for each.
    Flags(&'static [&'static str]),
    /// A conversion, and whether a format spec follows.
    FormatValue,
}

impl Argument {
    /// Returns the number of bits of the operand below an index.
    pub const fn flag_bits(self) -> u8 {
        match self {
            Self::Name(bits) | Self::Compare(bits) => bits,
            _ => 0,
        }
    }
}

/// An operation of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Number of the operation; 256 and above for pseudo-instructions.
    pub number: u16,
    /// CPython's name.
    pub name: &'static str,
    /// Opcode of the native compiler, if it supports the version and emits the operation.
    pub op: Option<Op>,
    /// Meaning of the operand.
    pub argument: Argument,
    /// Number of cache entries after the instruction, in code units.
    pub caches: u8,
}

impl Operation {
    /// Creates an operation that the native compiler emits.
    pub(super) const fn new(number: u16, op: Op, argument: Argument, caches: u8) -> Self {
        Self { number, name: op.name(), op: Some(op), argument, caches }
    }

    /// Creates an operation that the native compiler never emits.
    pub(super) const fn foreign(number: u16, name: &'static str, argument: Argument, caches: u8) -> Self {
        Self { number, name, op: None, argument, caches }
    }

    /// Returns the operation under another name than that of its opcode.
    pub(super) const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// Returns whether the operand is the upper part of the next one (`EXTENDED_ARG`).
    pub fn extends(&self) -> bool {
        self.name == "EXTENDED_ARG"
    }
}

/// Operations of a version.
#[derive(Debug)]
pub struct Operations {
    /// Operations sorted by number.
    pub list: &'static [Operation],
    /// Names of comparisons.
    pub compare: &'static [&'static str],
}

/// Operations of a version by [`Op`]; `None` where the version lacks the opcode.
pub(super) type ByOp = [Option<&'static Operation>; OP_COUNT];

impl Operations {
    /// Returns the operation with this number.
    pub fn get(&self, number: u8) -> Option<&'static Operation> {
        let at = self.list.binary_search_by_key(&u16::from(number), |operation| operation.number).ok()?;
        self.list.get(at)
    }

    /// Returns the operations of a series; every series has some.
    pub fn of(series: &Series) -> &'static Self {
        let at = SERIES.iter().position(|known| known == series);
        operations::OF_SERIES[at.unwrap_or(SERIES.len() - 1)]
    }

    pub(super) const fn by_op(&self) -> ByOp {
        let mut by_op = [None; OP_COUNT];
        let list: &'static [Operation] = self.list;
        let mut index = 0;
        while index < list.len() {
            if let Some(op) = list[index].op {
                by_op[op as usize] = Some(&list[index]);
            }
            index += 1;
        }
        by_op
    }
}
