//! Lines of exits and other code without a line of its own (`resolve_line_numbers`).
//!
//! CPython: `Python/flowgraph.c`.

use super::graph::{Block, BlockId, Graph};
use super::kinds::{has_eval_break, is_jump};
use crate::text::Location;

/// Returns whether a block without lines needs one (`is_exit_or_eval_check_without_lineno`).
fn needs_line(graph: &Graph, id: BlockId) -> bool {
    graph.has_no_line(id)
        && (graph.exits_scope(id) || graph.code(id).iter().any(|instr| has_eval_break(instr.op)))
}

/// Copies exits without a line, so that each has one predecessor
/// (`duplicate_exits_without_lineno`).
fn duplicate_exits(graph: &mut Graph) {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        if let Some(&last) = graph.last(id)
            && is_jump(last.op)
        {
            let target = graph.non_empty(last.target);
            if target.is_some() && graph.block(target).predecessors > 1 && needs_line(graph, target) {
                let copy = graph.add();
                graph.rerouted = true;
                for index in 0..graph.block(target).len() {
                    let instr = graph.code(target)[index];
                    graph.push_copy(copy, instr);
                }
                graph.code_mut(copy)[0].location = last.location;
                let original = graph.block_mut(target);
                original.predecessors -= 1;
                let next = std::mem::replace(&mut original.next, copy);
                let block = graph.block_mut(copy);
                block.next = next;
                block.predecessors = 1;
                block.labeled = true;
                if let Some(last) = graph.last_mut(id) {
                    last.target = copy;
                }
            }
        }
        id = graph.next(id);
    }
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let next = graph.next(id);
        if next.is_some()
            && graph.block(next).has_lineless()
            && let Some(&last) = graph.last(id)
            && !graph.no_fallthrough(id)
            && needs_line(graph, next)
        {
            graph.code_mut(next)[0].location = last.location;
        }
        id = next;
    }
}

/// Copies lines to instructions and blocks without one (`propagate_line_numbers`).
fn propagate(graph: &mut Graph) {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let next = graph.next(id);
        if graph.block(id).is_empty() {
            id = next;
            continue;
        }
        if graph.block(id).has_lineless() {
            let from = graph.block(id).lineless_from as usize;
            let code = graph.code_mut(id);
            let mut previous = from.checked_sub(1).map_or(Location::NONE, |last| code[last].location);
            let mut lineless_from = u32::MAX;
            for (instr, index) in code[from..].iter_mut().zip(from as u32..) {
                if instr.location.line() == -1 {
                    instr.location = previous;
                } else {
                    previous = instr.location;
                }
                if instr.location.line() < 0 {
                    lineless_from = lineless_from.min(index);
                }
            }
            graph.block_mut(id).lineless_from = lineless_from;
        }
        let previous = graph.last(id).map_or(Location::NONE, |last| last.location);
        for to in graph.successors(id) {
            if graph.block(to).has_lineless()
                && graph.block(to).predecessors == 1
                && let Some(first) = graph.code_mut(to).first_mut()
                && first.location.line() == -1
            {
                first.location = previous;
            }
        }
        id = next;
    }
}

/// Gives exits without a line the line of the code before them (`resolve_line_numbers`).
pub(super) fn resolve_lines(graph: &mut Graph) {
    if !graph.blocks.iter().any(Block::has_lineless) {
        return;
    }
    duplicate_exits(graph);
    propagate(graph);
}
