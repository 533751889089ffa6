//! Sequence → blocks (`_PyCfg_FromInstructionSequence`).

use super::FlowError;
use super::graph::{BlockId, Graph, Instr, has_target, is_block_push, is_terminator};
use crate::compile::instruction::{Instruction, InstructionSequence};
use crate::target::Op;

/// Cuts `sequence` into blocks at jump targets and after jumps, with the annotations in their place.
pub(super) fn build(sequence: &InstructionSequence) -> Result<Graph, FlowError> {
    let count = sequence.instructions.len();
    let position = |label: u32| -> Result<usize, FlowError> {
        let place = sequence.labels.get(label as usize).copied().unwrap_or(u32::MAX) as usize;
        if place < count { Ok(place) } else { Err(FlowError::Label(label)) }
    };
    // For each instruction the block that starts there; filled in when the block is made.
    let mut starts = vec![u32::MAX; count];
    const TARGET: u32 = u32::MAX - 1;
    for instruction in &sequence.instructions {
        if has_target(instruction.op) {
            starts[position(instruction.arg)?] = TARGET;
        }
    }
    let annotations = sequence.annotations_code.as_ref().map_or(0, |code| code.instructions.len());
    let mut builder = Builder {
        graph: Graph::with_capacity(count + annotations + count / 8 + 4),
        current: Graph::ENTRY,
        ended: false,
        count: 0,
        sets_up: false,
    };
    // A placeholder is skipped with its label; whatever jumps to it jumps to what follows.
    let mut pending = Vec::new();
    for (instruction, start) in sequence.instructions.iter().zip(0..) {
        let is_target = starts[start] == TARGET;
        if instruction.op == Op::ANNOTATIONS_PLACEHOLDER {
            if let Some(annotations) = &sequence.annotations_code {
                for instruction in &annotations.instructions {
                    builder.add(instruction);
                }
            }
            if is_target {
                pending.push(start);
            }
            continue;
        }
        if is_target || !pending.is_empty() {
            let block = builder.start_labelled();
            starts[start] = block.0;
            for earlier in pending.drain(..) {
                starts[earlier] = block.0;
            }
        }
        builder.add(instruction);
    }
    builder.close();
    let mut graph = builder.graph;
    for id in (0..graph.blocks.len() as u32).map(BlockId) {
        let (blocks, code) = graph.blocks_and_code(id);
        let sets_up = blocks[id.0 as usize].sets_up;
        // Jumps end their blocks.
        let first = if sets_up { 0 } else { code.len().saturating_sub(1) };
        for instr in &mut code[first..] {
            if has_target(instr.op) {
                let start = starts[position(instr.arg)?];
                if start >= TARGET {
                    return Err(FlowError::Label(instr.arg));
                }
                instr.target = BlockId(start);
            }
        }
    }
    Ok(graph)
}

struct Builder {
    graph: Graph,
    current: BlockId,
    /// Whether the current block ended with a jump or an exit.
    ended: bool,
    /// How many instructions it has.
    count: u32,
    /// Whether it sets up handlers.
    sets_up: bool,
}

impl Builder {
    fn start_labelled(&mut self) -> BlockId {
        if self.count > 0 || self.graph.block(self.current).labelled {
            self.start();
        }
        self.graph.block_mut(self.current).labelled = true;
        self.current
    }

    fn close(&mut self) {
        self.graph.close_last(std::mem::take(&mut self.count), std::mem::take(&mut self.sets_up));
    }

    fn start(&mut self) {
        self.close();
        let id = self.graph.add();
        self.graph.block_mut(self.current).next = id;
        self.current = id;
        self.ended = false;
    }

    fn add(&mut self, instruction: &Instruction) {
        if self.ended {
            self.start();
        }
        let instr = Instr::new(instruction.op, instruction.arg, instruction.location);
        self.graph.push_last(instr);
        self.count += 1;
        self.sets_up |= is_block_push(instruction.op);
        self.ended = is_terminator(instruction.op);
    }
}
