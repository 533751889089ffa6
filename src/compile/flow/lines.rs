//! Lines of exits and other code without a line of its own (`resolve_line_numbers`).
//!
//! CPython: `Python/flowgraph.c`.

use super::graph::{BlockId, Graph};
use super::kinds::{has_eval_break, is_jump};
use crate::text::Location;

/// Returns whether a block without lines needs one (`is_exit_or_eval_check_without_lineno`).
fn needs_line(graph: &Graph, id: BlockId) -> bool {
    graph.block(id).lineless
        && graph.has_no_line(id)
        && (graph.exits_scope(id) || graph.code(id).iter().any(|instr| has_eval_break(instr.op)))
}

/// Copies exits without a line, so that each has one predecessor
/// (`duplicate_exits_without_lineno`).
fn duplicate_exits(graph: &mut Graph) {
    // A copy has one predecessor, so none is copied that is not found now.
    let found = graph.any(|block, id| block.predecessors > 1 && needs_line(graph, id));
    let mut id = if found { Graph::ENTRY } else { BlockId::NONE };
    while id.is_some() {
        if let Some(&last) = graph.last(id)
            && is_jump(last.op)
        {
            let target = graph.non_empty(last.target);
            if target.is_some() && graph.block(target).predecessors > 1 && needs_line(graph, target) {
                duplicate_exit(graph, id, target);
            }
        }
        id = graph.next(id);
    }
    continue_lines(graph, needs_line);
}

/// Lets the jump at the end of a block lead to a copy of its target, which follows the target and
/// has the jump's location; returns the copy (`duplicate_exits_without_lineno`).
pub(super) fn duplicate_exit(graph: &mut Graph, id: BlockId, target: BlockId) -> BlockId {
    let copy = graph.add();
    graph.rerouted = true;
    graph.append_code(copy, target);
    let original = graph.block_mut(target);
    original.predecessors -= 1;
    let next = std::mem::replace(&mut original.next, copy);
    let block = graph.block_mut(copy);
    block.next = next;
    block.predecessors = 1;
    block.labeled = true;
    if let Some(last) = graph.last_mut(id) {
        last.target = copy;
        let location = last.location;
        graph.code_mut(copy)[0].location = location;
    }
    copy
}

/// Gives each block that needs a line that of the block from which control continues with it
/// (`duplicate_exits_without_lineno`).
pub(super) fn continue_lines(graph: &mut Graph, needs_line: impl Fn(&Graph, BlockId) -> bool) {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let next = graph.next(id);
        if next.is_some()
            && graph.block(next).lineless
            && let Some(&last) = graph.last(id)
            && !graph.no_fallthrough(id)
            && needs_line(graph, next)
        {
            graph.code_mut(next)[0].location = last.location;
        }
        id = next;
    }
}

/// Returns whether a block gets the line of its only predecessor.
fn takes_line(graph: &Graph, id: BlockId) -> bool {
    let block = graph.block(id);
    block.lineless
        && block.predecessors == 1
        && graph.code(id).first().is_some_and(|first| first.location.line() == -1)
}

/// Copies lines to the instructions of a block without one.
fn fill(graph: &mut Graph, id: BlockId) {
    if !graph.block(id).lineless {
        return;
    }
    let mut previous = Location::NONE;
    let mut lines = 0;
    for instr in graph.code_mut(id) {
        if instr.location.line() == -1 {
            instr.location = previous;
        } else {
            previous = instr.location;
        }
        lines |= instr.location.line();
    }
    graph.block_mut(id).lineless = lines < 0;
}

/// Copies lines to instructions and blocks without one (`propagate_line_numbers`).
fn propagate(graph: &mut Graph) {
    if !graph.any(|_, id| takes_line(graph, id)) {
        (0..graph.blocks.len() as u32).for_each(|id| fill(graph, BlockId(id)));
        return;
    }
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let next = graph.next(id);
        if graph.block(id).is_empty() {
            id = next;
            continue;
        }
        fill(graph, id);
        let previous = graph.last(id).map_or(Location::NONE, |last| last.location);
        for to in graph.successors(id) {
            if takes_line(graph, to) {
                graph.code_mut(to)[0].location = previous;
            }
        }
        id = next;
    }
}

/// Gives exits without a line the line of the code before them (`resolve_line_numbers`).
pub(super) fn resolve_lines(graph: &mut Graph) {
    if !graph.any(|block, _| block.lineless) {
        return;
    }
    duplicate_exits(graph);
    propagate(graph);
}
