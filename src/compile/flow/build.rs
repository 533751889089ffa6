//! Sequence → blocks (`_PyCfg_FromInstructionSequence`).

use super::FlowError;
use super::graph::{BlockId, Graph, Instr};
use super::kinds::{Kinds, has_target};
use crate::compile::instruction::InstructionSequence;
use smallvec::{SmallVec, smallvec};

/// Cuts what was generated into the blocks of `graph`, at jump targets and after jumps; the sequence is empty afterwards.
pub(super) fn build(sequence: &mut InstructionSequence, graph: &mut Graph) -> Result<(), FlowError> {
    let mut slots = std::mem::take(&mut sequence.instructions);
    if let Some((position, code)) = sequence.inserted.take() {
        // What jumps there jumps to what follows.
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
        // The slot for now; the block when there are blocks.
        instr.target = BlockId(place);
    }
    graph.refill(slots, |graph, slots| cut(graph, slots, &targets));
    for id in (0..graph.blocks.len() as u32).map(BlockId) {
        let len = graph.block(id).len();
        // Jumps end their blocks.
        let first = if graph.block(id).sets_up { 0 } else { len.saturating_sub(1) };
        for index in first..len {
            let instr = graph.code(id)[index];
            if has_target(instr.op) {
                let target = graph.starting_at(instr.target.0).ok_or(FlowError::Label(instr.arg))?;
                graph.code_mut(id)[index].target = target;
            }
        }
    }
    Ok(())
}

/// Makes the blocks; `targets` has a bit for each slot that something jumps to.
fn cut(graph: &mut Graph, slots: &[Instr], targets: &[u64]) {
    let (mut len, mut labelled, mut ended) = (0, false, false);
    let mut kinds = Kinds::default();
    for (slots, &targets) in slots.chunks(64).zip(targets) {
        let mut targets = targets;
        for instr in slots {
            let is_target = targets & 1 != 0;
            targets >>= 1;
            if (is_target || ended) && len > 0 {
                graph.cut(len, labelled, kinds);
                (len, labelled, kinds) = (0, false, Kinds::default());
            }
            labelled |= is_target;
            let of_instr = Kinds::of(instr.op);
            kinds.add(of_instr);
            ended = of_instr.has_terminator();
            len += 1;
        }
    }
    graph.cut(len, labelled, kinds);
}
