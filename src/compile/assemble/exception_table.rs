//! `co_exceptiontable` (`assemble_exception_table`).
//!
//! CPython: `Python/assemble.c`.

use super::draft::{CodeDraft, Point};
use super::jumps::Shifts;
use crate::compile::flow::graph::{BlockId, Graph};

/// Appends one number of an entry (`assemble_emit_exception_table_item`).
fn put(value: u32, first: bool, bytes: &mut Vec<u8>) {
    if value < 64 {
        bytes.push(value as u8 | if first { 0x80 } else { 0 });
        return;
    }
    let groups = (32 - value.leading_zeros()).div_ceil(6);
    for group in (0..groups).rev() {
        let more = if group > 0 { 0x40 } else { 0 };
        let start = if first && group + 1 == groups { 0x80 } else { 0 };
        bytes.push((value >> (6 * group)) as u8 & 0x3f | more | start);
    }
}

/// Writes one entry for each run of instructions with the same handler
/// (`assemble_exception_table`).
pub(super) fn write(graph: &Graph, draft: &CodeDraft, shifts: &Shifts, bytes: &mut Vec<u8>) {
    bytes.clear();
    // Handlers are equal if their code starts at the same instruction, as it does for empty blocks.
    let index = |id: BlockId| draft.starts.get(id.0 as usize).map_or(u32::MAX, |start| start.index);
    let mut entry = |from: Point, to: Point, handler: BlockId| {
        let Some(start) = draft.starts.get(handler.0 as usize).filter(|start| start.index < draft.count)
        else {
            return;
        };
        let block = graph.block(handler);
        let depth = block.start_depth - 1 - i32::from(block.preserve_lasti);
        let from = shifts.offset(from);
        put(from, true, bytes);
        put(shifts.offset(to) - from, false, bytes);
        put(shifts.offset(start.point), false, bytes);
        put((depth.max(0) as u32) << 1 | u32::from(block.preserve_lasti), false, bytes);
    };
    let (mut from, mut handler) = (Point::default(), BlockId::NONE);
    for run in &draft.handlers {
        if index(run.of) != index(handler) {
            entry(from, run.start, handler);
            (from, handler) = (run.start, run.of);
        }
    }
    entry(from, draft.end, handler);
}
