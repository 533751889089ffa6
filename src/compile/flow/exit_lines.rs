//! Lines of exits and other code without a line of its own (`resolve_line_numbers`).
//!
//! CPython: `Python/flowgraph.c` of 3.12.

use super::extended_blocks::last_made_first;
use super::graph::{BlockId, Graph};
use super::kinds::is_jump;
use super::lines::{continue_lines, duplicate_exit};
use crate::target::{Features, Op};
use crate::text::Location;

/// Returns whether a block is an exit without lines (`is_exit_without_lineno`).
fn needs_line(graph: &Graph, id: BlockId) -> bool {
    graph.exits_scope(id) && graph.has_no_line(id)
}

/// Copies exits without a line, so that each has one predecessor
/// (`duplicate_exits_without_lineno`).
fn duplicate_exits(graph: &mut Graph, features: &Features) {
    let mut label = graph.next_label();
    let blocks =
        if features.passes_follow_creation { last_made_first(graph) } else { graph.in_order().collect() };
    for id in blocks {
        if let Some(&last) = graph.last(id)
            && is_jump(last.op)
            && graph.block(last.target).predecessors > 1
            && needs_line(graph, last.target)
        {
            let copy = duplicate_exit(graph, id, last.target);
            graph.block_mut(copy).label = label;
            label += 1;
        }
    }
    continue_lines(graph, needs_line);
}

/// Copies lines to instructions and blocks without one (`propagate_line_numbers`).
fn propagate(graph: &mut Graph) {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let mut previous = Location::NONE;
        for instr in graph.code_mut(id) {
            if instr.location.line() < 0 {
                instr.location = previous;
            } else {
                previous = instr.location;
            }
        }
        if !graph.block(id).is_empty() {
            for to in graph.successors(id) {
                if graph.block(to).predecessors == 1
                    && let Some(first) = graph.code_mut(to).first_mut()
                    && first.location.line() < 0
                {
                    first.location = previous;
                }
            }
        }
        id = graph.next(id);
    }
}

/// Gives the returns that still lack a line that of the code before them
/// (`guarantee_lineno_for_exits`).
fn guarantee(graph: &mut Graph, first_line: i32) {
    let mut line = first_line;
    let mut id = Graph::ENTRY;
    while id.is_some() {
        if let Some(&last) = graph.last(id) {
            if last.location.line() >= 0 {
                line = last.location.line();
            } else if last.op == Op::RETURN_VALUE {
                for instr in graph.code_mut(id) {
                    let old = instr.location;
                    instr.location = Location::new(line, old.end_line(), old.column(), old.end_column());
                }
            }
        }
        id = graph.next(id);
    }
}

/// Gives exits without a line one (`resolve_line_numbers`).
pub(super) fn resolve_exit_lines(graph: &mut Graph, first_line: i32, features: &Features) {
    graph.rerouted = true;
    duplicate_exits(graph, features);
    propagate(graph);
    guarantee(graph, first_line);
}
