//! Gives exits without a line the line of what leads to them (`resolve_line_numbers`).

use super::graph::{Block, Graph, has_eval_break, is_jump};
use crate::text::Location;

fn needs_line(block: &Block) -> bool {
    (block.exits_scope() || block.code().iter().any(|instr| has_eval_break(instr.op))) && block.has_no_line()
}

fn duplicate_exits(graph: &mut Graph) {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        if let Some(last) = graph.block(id).last().copied()
            && is_jump(last.op)
        {
            let target = graph.non_empty(last.target);
            if target.is_some() && needs_line(graph.block(target)) && graph.block(target).predecessors > 1 {
                let mut copy = Block::new();
                let original = graph.block_mut(target);
                original.predecessors -= 1;
                for instr in original.code() {
                    copy.push_copy(*instr);
                }
                copy.code_mut()[0].location = last.location;
                copy.next = original.next;
                copy.predecessors = 1;
                copy.labelled = true;
                let copy = graph.add(copy);
                graph.block_mut(target).next = copy;
                if let Some(last) = graph.block_mut(id).last_mut() {
                    last.target = copy;
                }
            }
        }
        id = graph.next(id);
    }
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let block = graph.block(id);
        let next = block.next;
        if let Some(last) = block.last().copied()
            && next.is_some()
            && !block.no_fallthrough()
            && needs_line(graph.block(next))
        {
            graph.block_mut(next).code_mut()[0].location = last.location;
        }
        id = next;
    }
}

fn propagate(graph: &mut Graph) {
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let block = graph.block_mut(id);
        let next = block.next;
        let Some(last) = block.last().copied() else {
            id = next;
            continue;
        };
        let mut previous = Location::NONE;
        for instr in block.code_mut() {
            if instr.location.line == -1 {
                instr.location = previous;
            } else {
                previous = instr.location;
            }
        }
        let falls = !block.no_fallthrough();
        let mut inherit = |id| {
            let block = graph.block_mut(id);
            if block.predecessors == 1
                && let Some(first) = block.code_mut().first_mut()
                && first.location.line == -1
            {
                first.location = previous;
            }
        };
        if falls && next.is_some() {
            inherit(next);
        }
        if is_jump(last.op) {
            inherit(last.target);
        }
        id = next;
    }
}

pub(super) fn resolve_lines(graph: &mut Graph) {
    duplicate_exits(graph);
    propagate(graph);
}
