//! Removal of the constants after the last one that is loaded (`trim_unused_consts`).
//!
//! CPython: `Python/compile.c` of 3.11.

use super::context::Context;
use super::graph::Graph;
use crate::target::Op;

/// Removes the constants after the last one that is loaded, but never the first
/// (`trim_unused_consts`).
pub(super) fn trim_consts(graph: &Graph, context: &mut Context<'_>) {
    let mut last = 0;
    let mut id = Graph::ENTRY;
    while id.is_some() {
        for instr in graph.code(id) {
            if matches!(instr.op, Op::LOAD_CONST | Op::KW_NAMES) {
                last = last.max(instr.arg as usize);
            }
        }
        id = graph.next(id);
    }
    context.consts.truncate(last + 1);
    context.places = None;
}
