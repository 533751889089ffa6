//! Locations of single instructions, for line tables with an entry for each.
//!
//! CPython: `assemble_emit_location` in `Python/compile.c` of 3.11.

use super::draft::{CodeDraft, InstructionRun, Point, prefixes};
use super::encoding::Encodings;
use crate::compile::flow::graph::{Graph, has_target};
use crate::target::Op;
use crate::text::Location;

impl CodeDraft {
    /// Makes each instruction a run of its own (`assemble_emit_location`).
    pub(super) fn separate_places(&mut self, graph: &Graph, encodings: &Encodings) {
        self.places.clear();
        let mut point = Point::default();
        for instr in graph.in_order().flat_map(|id| graph.code(id)) {
            self.places.push(InstructionRun { start: point, of: instr.location });
            let op = match instr.op {
                // Every jump without a condition has the same size.
                Op::JUMP | Op::JUMP_NO_INTERRUPT => Op::JUMP_FORWARD,
                op => op,
            };
            point.offset += u32::from(encodings.of(op).units);
            if has_target(op) {
                point.jumps += 1;
            } else {
                point.offset += prefixes(instr.arg);
            }
        }
        self.places.push(InstructionRun { start: point, of: Location::NONE });
    }
}
