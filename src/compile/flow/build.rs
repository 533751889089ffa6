//! Instruction sequence → basic blocks (`_PyCfg_FromInstructionSequence`).
//!
//! CPython: `Python/flowgraph.c`.

use super::FlowError;
use super::graph::{BlockId, Graph, Instr, starting_at};
use super::kinds::{Kinds, has_target};
use crate::compile::instruction::InstructionSequence;
use smallvec::{SmallVec, smallvec};

/// Splits a sequence into the blocks of `graph` (`_PyCfg_FromInstructionSequence`).
///
/// Blocks start at jump targets and after jumps. The sequence is empty afterwards.
pub(super) fn build(sequence: &mut InstructionSequence, graph: &mut Graph) -> Result<(), FlowError> {
    let mut slots = std::mem::take(&mut sequence.instructions);
    if let Some((position, code)) = sequence.inserted.take() {
        // A label at the end of the inserted code refers to the next instruction.
        for label in sequence.labels.iter_mut().filter(|label| **label != u32::MAX && **label >= position) {
            *label += code.len() as u32;
        }
        slots.splice(position as usize..position as usize, code);
    }
    let count = slots.len();
    let mut targets: SmallVec<[u64; 16]> = smallvec![0; count / 64 + 1];
    for instr in slots.iter_mut().filter(|instr| has_target(instr.op)) {
        let place = sequence.labels.get(instr.arg as usize).copied().unwrap_or(u32::MAX);
        if place as usize >= count {
            return Err(FlowError::Label(instr.arg));
        }
        targets[place as usize / 64] |= 1 << (place % 64);
        // The target is a slot index until the blocks exist.
        instr.target = BlockId(place);
    }
    graph.refill(slots, |graph, slots| cut(graph, slots, &targets));
    for id in (0..graph.blocks.len() as u32).map(BlockId) {
        let sets_up = graph.block(id).sets_up;
        let (blocks, code) = graph.blocks_and_code(id);
        // Jumps end their blocks.
        let first = if sets_up { 0 } else { code.len().saturating_sub(1) };
        for instr in code[first..].iter_mut().filter(|instr| has_target(instr.op)) {
            instr.target = starting_at(blocks, instr.target.0).ok_or(FlowError::Label(instr.arg))?;
        }
    }
    Ok(())
}

/// Creates the blocks; `targets` has a bit for each slot that is a jump target.
fn cut(graph: &mut Graph, slots: &[Instr], targets: &[u64]) {
    let (mut start, mut labeled) = (0, false);
    for (number, &word) in targets.iter().enumerate() {
        let mut word = word;
        while word != 0 {
            let target = number * 64 + word.trailing_zeros() as usize;
            word &= word - 1;
            cut_run(graph, &slots[start..target], labeled);
            (start, labeled) = (target, true);
        }
    }
    cut_run(graph, &slots[start..], labeled);
    if slots.is_empty() {
        graph.cut(0, Kinds::default());
    }
}

/// Creates blocks from instructions of which at most the first is a jump target.
fn cut_run(graph: &mut Graph, mut slots: &[Instr], mut labeled: bool) {
    while !slots.is_empty() {
        let mut kinds = Kinds::default();
        let mut lines = 0;
        let end = slots.iter().position(|instr| {
            let of_instr = Kinds::of(instr.op);
            kinds.add(of_instr);
            // The sign is negative if any instruction has no line.
            lines |= instr.location.line();
            of_instr.has_terminator()
        });
        let len = end.map_or(slots.len(), |end| end + 1);
        let block = graph.cut(len as u32, kinds);
        block.labeled = labeled;
        block.lineless = lines < 0;
        labeled = false;
        slots = &slots[len..];
    }
}
