//! What code generation emits: a flat sequence of instructions with symbolic jump targets.
//!
//! CPython: `Python/instruction_sequence.c`.

use crate::target::Op;
use crate::text::Location;

/// More are not kept: a pattern of many captures takes a square of them, and memory ends before CPython's does.
pub const MAX_INSTRUCTIONS: usize = 1 << 25;

/// A jump target that is placed later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label(pub u32);

/// One instruction before assembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// The opcode, or a pseudo-instruction.
    pub op: Op,
    /// The operand; for jumps and `SETUP_*`, the number of the [`Label`].
    pub arg: u32,
    /// Where in the source.
    pub location: Location,
}

/// A sequence under construction.
#[derive(Clone, Debug)]
pub struct InstructionSequence {
    /// In order of emission.
    pub instructions: Vec<Instruction>,
    /// For each label the index of the instruction it stands before; `u32::MAX` while it is not placed.
    pub labels: Vec<u32>,
    /// What replaces `ANNOTATIONS_PLACEHOLDER` (module level, deferred annotations).
    pub annotations_code: Option<Box<InstructionSequence>>,
}

impl Default for InstructionSequence {
    fn default() -> Self {
        // Room for a function of common size.
        Self { instructions: Vec::with_capacity(64), labels: Vec::new(), annotations_code: None }
    }
}

impl InstructionSequence {
    /// A label that is not placed yet.
    pub fn new_label(&mut self) -> Label {
        self.labels.push(u32::MAX);
        Label(self.labels.len() as u32 - 1)
    }

    /// Places `label` before the instruction that is emitted next.
    pub fn use_label(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.instructions.len() as u32;
    }

    /// Appends an instruction.
    pub fn emit(&mut self, op: Op, arg: u32, location: Location) {
        if self.instructions.len() < MAX_INSTRUCTIONS {
            self.instructions.push(Instruction { op, arg, location });
        }
    }

    /// Inserts an instruction at `position`; labels behind it move along.
    pub fn insert(&mut self, position: usize, op: Op, arg: u32, location: Location) {
        self.instructions.insert(position, Instruction { op, arg, location });
        for label in &mut self.labels {
            if *label != u32::MAX && *label as usize >= position {
                *label += 1;
            }
        }
    }
}
