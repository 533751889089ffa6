//! Result of code generation: a sequence of instructions with symbolic jump targets.
//!
//! CPython: `Python/instruction_sequence.c`.

use crate::target::Op;
use crate::text::Location;

/// Largest number of instructions that are kept. A pattern with many captures needs a square of
/// them, and would exhaust the memory before CPython does.
pub const MAX_INSTRUCTIONS: usize = 1 << 25;

/// A jump target that is placed later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label(pub u32);

/// A block of the flow graph by index; `u32::MAX` for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockId(pub u32);

impl BlockId {
    /// No block.
    pub const NONE: Self = Self(u32::MAX);

    /// Returns whether there is a block.
    pub const fn is_some(self) -> bool {
        self.0 != u32::MAX
    }
}

/// An instruction, from code generation to assembly; the flow graph uses the same list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instr {
    /// The opcode, or a pseudo-instruction.
    pub op: Op,
    /// Operand. For jumps and `SETUP_*`, the number of the [`Label`] until the graph is built, and
    /// unused afterwards.
    pub arg: u32,
    /// Jump target or handler; none before the graph is built.
    pub target: BlockId,
    /// Handler of the instruction's exceptions; none before the graph is built.
    pub handler: BlockId,
    /// Location in the source.
    pub location: Location,
}

const _: () = assert!(size_of::<Instr>() <= 32);

impl Instr {
    /// Returns an instruction without target and handler.
    pub const fn new(op: Op, arg: u32, location: Location) -> Self {
        Self { op, arg, target: BlockId::NONE, handler: BlockId::NONE, location }
    }

    /// Replaces opcode and operand and keeps the rest.
    pub fn set(&mut self, op: Op, arg: u32) {
        self.op = op;
        self.arg = arg;
    }

    /// Turns the instruction into a NOP at the same location.
    pub fn set_nop(&mut self) {
        self.set(Op::NOP, 0);
    }
}

/// An instruction sequence under construction (`_PyInstructionSequence`).
#[derive(Clone, Debug, Default)]
pub struct InstructionSequence {
    /// Instructions in order of emission.
    pub instructions: Vec<Instr>,
    /// For each label the index of the next instruction; `u32::MAX` if it is not placed.
    pub labels: Vec<u32>,
    /// True if the order in which labels were made and placed is recorded.
    pub keeps_order: bool,
    /// For each label the number of instructions when it was made.
    pub made_at: Vec<u32>,
    /// Labels in the order in which they were placed.
    pub placed: Vec<u32>,
    /// Code to insert before the instruction of this index at the end (`ANNOTATIONS_PLACEHOLDER`).
    pub inserted: Option<(u32, Vec<Instr>)>,
}

impl InstructionSequence {
    /// Removes everything and keeps the allocations.
    pub fn clear(&mut self) {
        self.instructions.clear();
        self.labels.clear();
        self.made_at.clear();
        self.placed.clear();
        self.inserted = None;
    }

    /// Returns the size in memory in bytes.
    pub fn size(&self) -> usize {
        self.instructions.capacity() * size_of::<Instr>() + self.labels.capacity() * size_of::<u32>()
    }

    /// Returns a label that is not placed yet (`_PyInstructionSequence_NewLabel`).
    pub fn new_label(&mut self) -> Label {
        self.labels.push(u32::MAX);
        if self.keeps_order {
            self.made_at.push(self.instructions.len() as u32);
        }
        Label(self.labels.len() as u32 - 1)
    }

    /// Places `label` before the next instruction (`_PyInstructionSequence_UseLabel`).
    pub fn use_label(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.instructions.len() as u32;
        if self.keeps_order {
            self.placed.push(label.0);
        }
    }

    /// Appends an instruction (`_PyInstructionSequence_Addop`).
    #[inline]
    pub fn emit(&mut self, op: Op, arg: u32, location: Location) {
        if self.instructions.len() < MAX_INSTRUCTIONS {
            self.instructions.push(Instr::new(op, arg, location));
        }
    }

    /// Marks the position at which [`Self::insert_at_place`] inserts code.
    pub fn reserve_place(&mut self) {
        self.inserted = Some((self.instructions.len() as u32, Vec::new()));
    }

    /// Inserts code without jumps at the marked position.
    pub fn insert_at_place(&mut self, code: Vec<Instr>) {
        if let Some((_, inserted)) = &mut self.inserted {
            *inserted = code;
        }
    }

    /// Inserts an instruction at `position` and moves later labels
    /// (`_PyInstructionSequence_InsertInstruction`).
    pub fn insert(&mut self, position: usize, op: Op, arg: u32, location: Location) {
        self.instructions.insert(position, Instr::new(op, arg, location));
        for label in &mut self.labels {
            if *label != u32::MAX && *label as usize >= position {
                *label += 1;
            }
        }
    }
}
