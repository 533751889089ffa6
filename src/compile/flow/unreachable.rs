//! Counts predecessors and empties blocks that nothing reaches (`remove_unreachable`).

use super::graph::{BlockId, Graph};
use super::kinds::is_block_push;

fn reach(graph: &mut Graph, id: BlockId, stack: &mut Vec<BlockId>) {
    graph.visit(id, stack);
    graph.block_mut(id).predecessors += 1;
}

pub(super) fn remove_unreachable(graph: &mut Graph) {
    for block in &mut graph.blocks {
        block.predecessors = 0;
        block.visited = false;
    }
    let mut stack = graph.take_stack();
    reach(graph, Graph::ENTRY, &mut stack);
    while let Some(id) = stack.pop() {
        for to in graph.successors(id) {
            reach(graph, to, &mut stack);
        }
        if graph.block(id).sets_up {
            for index in 0..graph.block(id).len() {
                let instr = graph.code(id)[index];
                if is_block_push(instr.op) {
                    reach(graph, instr.target, &mut stack);
                }
            }
        }
    }
    graph.give_stack(stack);
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
