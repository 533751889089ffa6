//! Instruction sequence → basic blocks (`_PyCfg_FromInstructionSequence`).
//!
//! CPython: `Python/flowgraph.c`.

use super::FlowError;
use super::graph::{BlockId, Graph, Instr, starting_at};
use super::kinds::{Kinds, has_target};
use crate::compile::instruction::InstructionSequence;
use crate::target::Features;
use smallvec::{SmallVec, smallvec};

/// Splits a sequence into the blocks of `graph` (`_PyCfg_FromInstructionSequence`).
///
/// Blocks start at jump targets and after jumps, or at all labels where the features say so. The
/// sequence is empty afterwards.
pub(super) fn build(
    sequence: &mut InstructionSequence,
    graph: &mut Graph,
    features: &Features,
) -> Result<(), FlowError> {
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
    graph.resume_lacks_line = features.resume_lacks_line;
    let follows = features.passes_follow_creation;
    let numbers = match features.labels_start_blocks {
        true if follows => order_labels(&mut slots, sequence, &mut targets),
        true => number_labels(&mut slots, &sequence.labels, &mut targets),
        false => Vec::new(),
    };
    graph.refill(slots, |graph, slots| cut(graph, slots, &targets));
    for &(place, number) in &numbers {
        if let Some(id) = starting_at(&graph.blocks, place) {
            graph.block_mut(id).label = number;
        }
    }
    if follows {
        number_blocks(graph, &numbers, sequence);
    }
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

/// Lets all labels be in `targets`, and gives jumps the number of the last label at their target.
///
/// Returns these numbers by place, ascending.
fn number_labels(slots: &mut [Instr], labels: &[u32], targets: &mut [u64]) -> Vec<(u32, u32)> {
    let mut numbers: Vec<(u32, u32)> = labels
        .iter()
        .zip(1..)
        .filter(|&(&place, _)| (place as usize) < slots.len())
        .map(|(&place, number)| (place, number))
        .collect();
    numbers.sort_unstable();
    numbers.dedup_by(|later, first| {
        let same = later.0 == first.0;
        if same {
            first.1 = later.1;
        }
        same
    });
    for &(place, _) in &numbers {
        targets[place as usize / 64] |= 1 << (place % 64);
    }
    for instr in slots.iter_mut().filter(|instr| has_target(instr.op)) {
        let found = numbers.binary_search_by_key(&instr.target.0, |&(place, _)| place);
        instr.arg = found.map_or(0, |at| numbers[at].1);
    }
    numbers
}

/// Lets all labels be in `targets`; returns the last label at each place, ascending by place.
fn order_labels(slots: &mut [Instr], sequence: &InstructionSequence, targets: &mut [u64]) -> Vec<(u32, u32)> {
    let mut last = Vec::<(u32, u32)>::new();
    for &label in &sequence.placed {
        let place = sequence.labels[label as usize];
        match last.last_mut() {
            Some(before) if before.0 == place => before.1 = label,
            _ => last.push((place, label)),
        }
    }
    last.retain(|&(place, _)| (place as usize) < slots.len());
    for &(place, _) in &last {
        targets[place as usize / 64] |= 1 << (place % 64);
    }
    for instr in slots.iter_mut().filter(|instr| has_target(instr.op)) {
        instr.arg = 0;
    }
    last
}

/// Numbers the blocks in the order in which code generation made them: that of a label with the
/// label, others with their first instruction.
fn number_blocks(graph: &mut Graph, labels: &[(u32, u32)], sequence: &InstructionSequence) {
    let mut made: Vec<(u32, u32, u32)> = Vec::with_capacity(graph.blocks.len());
    for (index, block) in graph.blocks.iter().enumerate() {
        let label = labels.binary_search_by_key(&block.start(), |&(place, _)| place);
        made.push(match label {
            Ok(at) => {
                let label = labels[at].1;
                (sequence.made_at[label as usize], label, index as u32)
            }
            Err(_) => (block.start(), u32::MAX, index as u32),
        });
    }
    made.sort_unstable();
    for ((.., index), number) in made.into_iter().zip(1..) {
        graph.blocks[index as usize].label = number;
    }
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
