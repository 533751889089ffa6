//! Sequence → blocks (`_PyCfg_FromInstructionSequence`).

use super::FlowError;
use super::graph::{Block, BlockId, Graph, Instr, has_target, is_terminator};
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
    let mut builder = Builder { graph: Graph { blocks: vec![Block::new()] }, current: Graph::ENTRY };
    // A placeholder is skipped with its label; whatever jumps to it jumps to what follows.
    let mut pending = Vec::new();
    for (index, instruction) in sequence.instructions.iter().enumerate() {
        if instruction.op == Op::ANNOTATIONS_PLACEHOLDER {
            if let Some(annotations) = &sequence.annotations_code {
                for instruction in &annotations.instructions {
                    builder.add(instruction);
                }
            }
            if starts[index] == TARGET {
                pending.push(index);
            }
            continue;
        }
        if starts[index] == TARGET || !pending.is_empty() {
            let block = builder.start_labelled();
            starts[index] = block.0;
            for earlier in pending.drain(..) {
                starts[earlier] = block.0;
            }
        }
        builder.add(instruction);
    }
    let mut graph = builder.graph;
    for block in &mut graph.blocks {
        for instr in block.code_mut() {
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
}

impl Builder {
    fn start_labelled(&mut self) -> BlockId {
        let block = self.graph.block(self.current);
        if !block.is_empty() || block.labelled {
            self.start();
        }
        self.graph.block_mut(self.current).labelled = true;
        self.current
    }

    fn start(&mut self) {
        let id = self.graph.add(Block::new());
        self.graph.block_mut(self.current).next = id;
        self.current = id;
    }

    fn add(&mut self, instruction: &Instruction) {
        if self.graph.block(self.current).last().is_some_and(|last| is_terminator(last.op)) {
            self.start();
        }
        let instr = Instr::new(instruction.op, instruction.arg, instruction.location);
        self.graph.block_mut(self.current).push_copy(instr);
    }
}
