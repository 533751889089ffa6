//! Operations of each version and the meaning of their operands.

mod py310;
mod py311;
mod py312;
mod py313;
mod py314;
mod py315;
mod py38;
mod py39;

use crate::target::{SERIES, Series};

/// Meaning of an operand.
#[derive(Clone, Copy, Debug)]
pub(in crate::dis) enum Argument {
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
    pub(in crate::dis) const fn flag_bits(self) -> u8 {
        match self {
            Self::Name(bits) | Self::Compare(bits) => bits,
            _ => 0,
        }
    }
}

/// An operation.
#[derive(Clone, Copy, Debug)]
pub(in crate::dis) struct Operation {
    pub(in crate::dis) number: u8,
    pub(in crate::dis) name: &'static str,
    pub(in crate::dis) argument: Argument,
    /// Number of cache entries after the instruction, of two bytes each.
    pub(in crate::dis) caches: u8,
}

impl Operation {
    /// Returns whether the operand is the upper part of the next one (`EXTENDED_ARG`).
    pub(in crate::dis) fn extends(&self) -> bool {
        self.name == "EXTENDED_ARG"
    }
}

/// Operations of a version.
#[derive(Debug)]
pub(in crate::dis) struct Table {
    /// Operations sorted by number.
    pub(in crate::dis) operations: &'static [Operation],
    /// Names of comparisons.
    pub(in crate::dis) compare: &'static [&'static str],
}

impl Table {
    pub(in crate::dis) fn operation(&self, number: u8) -> Option<&'static Operation> {
        let at = self.operations.binary_search_by_key(&number, |operation| operation.number).ok()?;
        self.operations.get(at)
    }

    /// Returns the table of a series; every series has one.
    pub(in crate::dis) fn of(series: &Series) -> &'static Self {
        let at = SERIES.iter().position(|known| known == series);
        TABLES[at.unwrap_or(TABLES.len() - 1)]
    }
}

/// Tables in the order of [`SERIES`].
static TABLES: [&Table; SERIES.len()] = [
    &py38::TABLE,
    &py39::TABLE,
    &py310::TABLE,
    &py311::TABLE,
    &py312::TABLE,
    &py313::TABLE,
    &py314::TABLE,
    &py315::TABLE,
];
