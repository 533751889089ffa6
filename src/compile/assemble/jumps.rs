//! Where blocks and jumps stand (`resolve_unconditional_jumps`, `resolve_jump_offsets`).

use super::encoding::{Encoding, Encodings};
use crate::compile::flow::FlowError;
use crate::compile::flow::graph::{BlockId, Graph, Instr, has_target};
use crate::target::Op;

/// How many `EXTENDED_ARG` an operand needs.
pub(super) fn prefixes(arg: u32) -> u32 {
    u32::from(arg > 0xff) + u32::from(arg > 0xffff) + u32::from(arg > 0xff_ffff)
}

/// Where a block starts.
#[derive(Clone, Copy, Debug)]
struct Start {
    /// How many instructions are before it; `u32::MAX` if the block is not part of the code.
    index: u32,
    /// How many code units, without the prefixes of jumps.
    offset: u32,
    /// How many jumps.
    jumps: u32,
}

/// An instruction whose operand is the distance to a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jump {
    pub(super) encoding: Encoding,
    /// The distance.
    pub(super) arg: u32,
    /// Whether it is the `END_ASYNC_FOR` of newer versions, which counts from `END_SEND`.
    ends_loop: bool,
    target: BlockId,
    /// As [`Start::offset`].
    offset: u32,
    prefixes: u32,
}

/// The places of a code object's blocks and jumps; kept for the room it has.
#[derive(Debug, Default)]
pub(super) struct Layout {
    starts: Vec<Start>,
    /// In the order of the code.
    pub(super) jumps: Vec<Jump>,
    /// For each jump how many code units the prefixes of those before it take; one more for the end.
    shifts: Vec<u32>,
    /// How many instructions there are.
    count: u32,
    /// How many code units, without the prefixes of jumps.
    size: u32,
}

impl Layout {
    /// Places everything, and gives jumps their distances.
    pub(super) fn settle(&mut self, graph: &Graph, encodings: &Encodings) -> Result<(), FlowError> {
        self.place(graph, encodings)?;
        for jump in &mut self.jumps {
            // The size that CPython starts from is that of the target's index.
            jump.prefixes = prefixes(self.starts[jump.target.0 as usize].index);
        }
        // A longer distance may need a longer instruction, so until nothing changes.
        while self.measure(encodings.end_send)? {}
        Ok(())
    }

    fn place(&mut self, graph: &Graph, encodings: &Encodings) -> Result<(), FlowError> {
        self.starts.clear();
        self.starts.resize(graph.blocks.len(), Start { index: u32::MAX, offset: 0, jumps: 0 });
        self.jumps.clear();
        self.count = 0;
        let mut size = 0;
        let mut id = Graph::ENTRY;
        while id.is_some() {
            self.starts[id.0 as usize] =
                Start { index: self.count, offset: size, jumps: self.jumps.len() as u32 };
            let code = graph.code(id);
            self.count += code.len() as u32;
            for instr in code {
                let plain = encodings.of(instr.op).plain;
                size += if plain > 0 && instr.arg <= 0xff {
                    u32::from(plain)
                } else {
                    self.place_other(instr, size, encodings)?
                };
            }
            id = graph.next(id);
        }
        self.size = size;
        Ok(())
    }

    /// A jump, or what needs a prefix. Returns the size without the prefixes of jumps.
    #[inline(never)]
    fn place_other(&mut self, instr: &Instr, offset: u32, encodings: &Encodings) -> Result<u32, FlowError> {
        if !has_target(instr.op) {
            return Ok(prefixes(instr.arg) + u32::from(encodings.checked(instr.op)?.units));
        }
        let Some(start) = self.starts.get(instr.target.0 as usize) else {
            return Err(FlowError::Malformed("jump to nowhere"));
        };
        let forward = start.index == u32::MAX;
        let op = match instr.op {
            Op::JUMP | Op::JUMP_NO_INTERRUPT if forward => Op::JUMP_FORWARD,
            Op::JUMP => Op::JUMP_BACKWARD,
            Op::JUMP_NO_INTERRUPT => Op::JUMP_BACKWARD_NO_INTERRUPT,
            op => op,
        };
        let encoding = encodings.checked(op)?;
        self.jumps.push(Jump {
            encoding,
            arg: 0,
            ends_loop: op == Op::END_ASYNC_FOR,
            target: instr.target,
            offset,
            prefixes: 0,
        });
        Ok(u32::from(encoding.units))
    }

    /// Gives jumps the distances that follow from their sizes; whether a size changed.
    fn measure(&mut self, end_send: u32) -> Result<bool, FlowError> {
        self.shifts.clear();
        let mut shift = 0;
        for jump in &self.jumps {
            self.shifts.push(shift);
            shift += jump.prefixes;
        }
        self.shifts.push(shift);
        let mut changed = false;
        for (jump, shift) in self.jumps.iter_mut().zip(&self.shifts) {
            let start = self.starts[jump.target.0 as usize];
            if start.index >= self.count {
                return Err(FlowError::Malformed("jump to the end"));
            }
            let after = jump.offset + shift + jump.prefixes + u32::from(jump.encoding.units);
            let to = start.offset + self.shifts[start.jumps as usize];
            jump.arg = if jump.ends_loop { after.saturating_sub(to + end_send) } else { after.abs_diff(to) };
            let needed = prefixes(jump.arg);
            changed |= needed != jump.prefixes;
            jump.prefixes = needed;
        }
        Ok(changed)
    }

    /// The number of code units.
    pub(super) fn size(&self) -> u32 {
        self.size + self.shifts.last().copied().unwrap_or_default()
    }

    /// The index of a block's first instruction, which tells blocks apart that are not empty.
    pub(super) fn index(&self, id: BlockId) -> u32 {
        self.starts.get(id.0 as usize).map_or(u32::MAX, |start| start.index)
    }

    /// The code unit that a block starts at, if an instruction is there.
    pub(super) fn offset(&self, id: BlockId) -> Option<u32> {
        let start = self.starts.get(id.0 as usize).filter(|start| start.index < self.count)?;
        Some(start.offset + self.shifts[start.jumps as usize])
    }
}
