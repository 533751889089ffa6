//! Counts predecessors and empties blocks that nothing reaches (`remove_unreachable`).

use super::graph::{Graph, has_target};

pub(super) fn remove_unreachable(graph: &mut Graph) {
    for block in &mut graph.blocks {
        block.predecessors = 0;
        block.visited = false;
    }
    let entry = graph.block_mut(Graph::ENTRY);
    entry.predecessors = 1;
    entry.visited = true;
    let mut stack = vec![Graph::ENTRY];
    while let Some(id) = stack.pop() {
        let block = graph.block(id);
        let next = block.next;
        if next.is_some() && !block.no_fallthrough() {
            graph.visit(next, &mut stack);
            graph.block_mut(next).predecessors += 1;
        }
        for index in 0..graph.block(id).len() {
            let instr = graph.block(id).code()[index];
            if has_target(instr.op) {
                graph.visit(instr.target, &mut stack);
                graph.block_mut(instr.target).predecessors += 1;
            }
        }
    }
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let block = graph.block_mut(id);
        if block.predecessors == 0 {
            block.truncate(0);
            block.except_handler = false;
        }
        id = block.next;
    }
}
