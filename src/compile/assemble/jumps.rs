//! Blocks → instructions with distances, and their bytes (`resolve_jump_offsets`, `assemble_emit`).

use crate::compile::flow::FlowError;
use crate::compile::flow::graph::{BlockId, Graph, has_target};
use crate::target::{Op, Target};
use crate::text::Location;

/// From the `SEND` that ends an `async for` step to its `END_SEND`, in code units.
fn end_send_offset(target: &Target) -> u32 {
    [Op::SEND, Op::YIELD_VALUE, Op::RESUME, Op::JUMP_BACKWARD_NO_INTERRUPT]
        .into_iter()
        .map(|op| 1 + target.opcode(op).map_or(0, |info| u32::from(info.caches)))
        .sum()
}

/// An instruction at its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) op: Op,
    pub(super) arg: u32,
    /// Index of the instruction jumped to.
    pub(super) target: u32,
    /// The handler's block.
    pub(super) handler: BlockId,
    pub(super) location: Location,
    /// In code units, with prefixes and caches.
    pub(super) size: u32,
    caches: u8,
    number: u8,
}

/// All instructions, and where blocks start among them.
#[derive(Debug)]
pub(super) struct Flat {
    pub(super) code: Vec<Placed>,
    /// By block: index of its first instruction.
    pub(super) starts: Vec<u32>,
    /// By instruction: offset in code units.
    pub(super) offsets: Vec<u32>,
}

fn prefixes(arg: u32) -> u32 {
    u32::from(arg > 0xff) + u32::from(arg > 0xffff) + u32::from(arg > 0xff_ffff)
}

/// Blocks in order, unconditional jumps made forward or backward.
pub(super) fn flatten(graph: &Graph) -> Result<Flat, FlowError> {
    let mut starts = vec![u32::MAX; graph.blocks.len()];
    let mut code = Vec::with_capacity(graph.blocks.iter().map(crate::compile::flow::graph::Block::len).sum());
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let block = graph.block(id);
        starts[id.0 as usize] = code.len() as u32;
        for instr in graph.code(id) {
            code.push(Placed {
                op: instr.op,
                arg: instr.arg,
                target: instr.target.0,
                handler: instr.handler,
                location: instr.location,
                size: 0,
                caches: 0,
                number: 0,
            });
        }
        id = block.next;
    }
    for (index, placed) in code.iter_mut().enumerate() {
        if has_target(placed.op) {
            placed.target = starts.get(placed.target as usize).copied().unwrap_or(u32::MAX);
            let forward = placed.target > index as u32;
            placed.op = match placed.op {
                Op::JUMP | Op::JUMP_NO_INTERRUPT if forward => Op::JUMP_FORWARD,
                Op::JUMP => Op::JUMP_BACKWARD,
                Op::JUMP_NO_INTERRUPT => Op::JUMP_BACKWARD_NO_INTERRUPT,
                op => op,
            };
            // The size that CPython starts from is that of the target's index.
            placed.arg = placed.target;
        }
    }
    Ok(Flat { code, starts, offsets: Vec::new() })
}

/// Gives jumps their distances; a longer distance may need a longer instruction, so until nothing changes.
pub(super) fn resolve(flat: &mut Flat, target: &Target) -> Result<(), FlowError> {
    for placed in &mut flat.code {
        let Some(info) = target.opcode(placed.op).filter(|info| info.number < 256) else {
            return Err(FlowError::Opcode(placed.op.name()));
        };
        placed.caches = info.caches;
        placed.number = info.number as u8;
        placed.size = prefixes(placed.arg) + 1 + u32::from(info.caches);
    }
    flat.offsets.resize(flat.code.len(), 0);
    let end_send = end_send_offset(target);
    loop {
        let mut offset = 0;
        for (index, placed) in flat.code.iter().enumerate() {
            flat.offsets[index] = offset;
            offset += placed.size;
        }
        let mut changed = false;
        for (index, placed) in flat.code.iter_mut().enumerate() {
            if !has_target(placed.op) {
                continue;
            }
            let after = flat.offsets[index] + placed.size;
            let Some(&to) = flat.offsets.get(placed.target as usize) else {
                return Err(FlowError::Malformed("jump to the end"));
            };
            placed.arg = if placed.op == Op::END_ASYNC_FOR {
                after.saturating_sub(to + end_send)
            } else {
                after.abs_diff(to)
            };
            let size = prefixes(placed.arg) + 1 + u32::from(placed.caches);
            changed |= size != placed.size;
            placed.size = size;
        }
        if !changed {
            return Ok(());
        }
    }
}

/// `co_code`.
pub(super) fn emit(flat: &Flat, target: &Target) -> Result<Vec<u8>, FlowError> {
    let prefix = target.opcode(Op::EXTENDED_ARG).ok_or(FlowError::Opcode("EXTENDED_ARG"))?.number as u8;
    let units: usize = flat.code.iter().map(|placed| placed.size as usize).sum();
    let mut bytes = Vec::with_capacity(units * 2);
    for placed in &flat.code {
        for position in (1..=prefixes(placed.arg)).rev() {
            bytes.extend_from_slice(&[prefix, (placed.arg >> (8 * position)) as u8]);
        }
        bytes.extend_from_slice(&[placed.number, placed.arg as u8]);
        bytes.resize(bytes.len() + 2 * usize::from(placed.caches), 0);
    }
    Ok(bytes)
}
