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
    /// Indices of those that jump.
    jumps: Vec<u32>,
    /// Whether some have a handler.
    pub(super) has_handlers: bool,
    /// Whether some are at the place of what follows.
    pub(super) has_next: bool,
    /// In code units.
    size: u32,
}

fn prefixes(arg: u32) -> u32 {
    u32::from(arg > 0xff) + u32::from(arg > 0xffff) + u32::from(arg > 0xff_ffff)
}

/// Opcode number, caches and size of an instruction whose operand is known.
fn settle(placed: &mut Placed, target: &Target) -> Result<(), FlowError> {
    let Some(info) = target.opcode(placed.op).filter(|info| info.number < 256) else {
        return Err(FlowError::Opcode(placed.op.name()));
    };
    placed.caches = info.caches;
    placed.number = info.number as u8;
    placed.size = prefixes(placed.arg) + 1 + u32::from(info.caches);
    Ok(())
}

/// Blocks in order, unconditional jumps made forward or backward.
pub(super) fn flatten(graph: &Graph, target: &Target) -> Result<Flat, FlowError> {
    let count = graph.blocks.iter().map(crate::compile::flow::graph::Block::len).sum();
    let mut flat = Flat {
        code: Vec::with_capacity(count),
        starts: vec![u32::MAX; graph.blocks.len()],
        offsets: Vec::new(),
        jumps: Vec::new(),
        has_handlers: false,
        has_next: false,
        size: 0,
    };
    let mut id = Graph::ENTRY;
    while id.is_some() {
        flat.starts[id.0 as usize] = flat.code.len() as u32;
        for instr in graph.code(id) {
            let mut placed = Placed {
                op: instr.op,
                arg: instr.arg,
                target: instr.target.0,
                handler: instr.handler,
                location: instr.location,
                size: 0,
                caches: 0,
                number: 0,
            };
            flat.has_handlers |= instr.handler.is_some();
            flat.has_next |= instr.location == Location::NEXT;
            if has_target(instr.op) {
                flat.jumps.push(flat.code.len() as u32);
            } else {
                settle(&mut placed, target)?;
            }
            flat.code.push(placed);
        }
        id = graph.next(id);
    }
    for &index in &flat.jumps {
        let placed = &mut flat.code[index as usize];
        placed.target = flat.starts.get(placed.target as usize).copied().unwrap_or(u32::MAX);
        let forward = placed.target > index;
        placed.op = match placed.op {
            Op::JUMP | Op::JUMP_NO_INTERRUPT if forward => Op::JUMP_FORWARD,
            Op::JUMP => Op::JUMP_BACKWARD,
            Op::JUMP_NO_INTERRUPT => Op::JUMP_BACKWARD_NO_INTERRUPT,
            op => op,
        };
        // The size that CPython starts from is that of the target's index.
        placed.arg = placed.target;
        settle(placed, target)?;
    }
    Ok(flat)
}

/// Gives jumps their distances; a longer distance may need a longer instruction, so until nothing changes.
pub(super) fn resolve(flat: &mut Flat, target: &Target) -> Result<(), FlowError> {
    flat.offsets.resize(flat.code.len(), 0);
    let end_send = end_send_offset(target);
    loop {
        let mut offset = 0;
        for (placed, place) in flat.code.iter().zip(&mut flat.offsets) {
            *place = offset;
            offset += placed.size;
        }
        flat.size = offset;
        let mut changed = false;
        for &index in &flat.jumps {
            let placed = &mut flat.code[index as usize];
            let after = flat.offsets[index as usize] + placed.size;
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
    // Caches are zero.
    let mut bytes = vec![0; flat.size as usize * 2];
    let mut units = bytes.chunks_exact_mut(2);
    for placed in &flat.code {
        for position in (1..=prefixes(placed.arg)).rev() {
            if let Some(unit) = units.next() {
                unit.copy_from_slice(&[prefix, (placed.arg >> (8 * position)) as u8]);
            }
        }
        if let Some(unit) = units.next() {
            unit.copy_from_slice(&[placed.number, placed.arg as u8]);
        }
        if placed.caches > 0 {
            units.nth(usize::from(placed.caches) - 1);
        }
    }
    Ok(bytes)
}
