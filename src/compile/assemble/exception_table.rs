//! `co_exceptiontable` (`assemble_exception_table`).

use super::jumps::Flat;
use crate::compile::flow::graph::{BlockId, Graph};

fn put(value: u32, first: bool, bytes: &mut Vec<u8>) {
    let groups = (32 - value.leading_zeros()).div_ceil(6).max(1);
    for group in (0..groups).rev() {
        let more = if group > 0 { 0x40 } else { 0 };
        let start = if first && group + 1 == groups { 0x80 } else { 0 };
        bytes.push((value >> (6 * group)) as u8 & 0x3f | more | start);
    }
}

/// One entry for each run of instructions with the same handler.
pub(super) fn encode(flat: &Flat, graph: &Graph) -> Vec<u8> {
    let mut bytes = Vec::new();
    if !flat.has_handlers {
        return bytes;
    }
    // Handlers are the same if their code starts at the same place, which empty blocks do.
    let place = |handler: BlockId| if handler.is_some() { flat.starts[handler.0 as usize] } else { u32::MAX };
    let mut close = |handler: BlockId, start: u32, end: u32| {
        let Some(&to) = flat.offsets.get(place(handler) as usize) else { return };
        let block = graph.block(handler);
        let depth = block.start_depth - 1 - i32::from(block.preserve_lasti);
        put(start, true, &mut bytes);
        put(end - start, false, &mut bytes);
        put(to, false, &mut bytes);
        put((depth.max(0) as u32) << 1 | u32::from(block.preserve_lasti), false, &mut bytes);
    };
    let mut handler = BlockId::NONE;
    let (mut start, mut offset) = (0, 0);
    for placed in &flat.code {
        if place(placed.handler) != place(handler) {
            close(handler, start, offset);
            start = offset;
            handler = placed.handler;
        }
        offset += placed.size;
    }
    close(handler, start, offset);
    bytes
}
