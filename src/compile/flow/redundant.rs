//! Takes out NOPs, pairs and jumps that do nothing (`remove_redundant_nops`, `…_pairs`, `…_jumps`).

use super::FlowError;
use super::context::loads_const;
use super::graph::{BlockId, Graph, is_jump, is_unconditional_jump};
use crate::target::Op;

/// Removes the NOPs of one block that hold no line of their own; whether there were any.
fn clean_block(graph: &mut Graph, id: BlockId) -> bool {
    if !graph.block(id).code().iter().any(|instr| instr.op == Op::NOP) {
        return false;
    }
    // Only a NOP at the very end looks into the next block.
    let after = {
        let next = graph.non_empty(graph.next(id));
        if next.is_some() {
            let code = graph.block(next).code();
            code.iter()
                .find(|instr| instr.op != Op::NOP || instr.location.line >= 0)
                .map_or(-1, |instr| instr.location.line)
        } else {
            -1
        }
    };
    let block = graph.block_mut(id);
    let len = block.len();
    let code = block.code_mut();
    let mut kept = 0;
    let mut previous = -1;
    for source in 0..len {
        let instr = code[source];
        let line = instr.location.line;
        if instr.op == Op::NOP {
            if line < 0 || previous == line {
                continue;
            }
            if source + 1 < len {
                let next = &mut code[source + 1].location;
                if next.line == line {
                    continue;
                }
                if next.line < 0 {
                    *next = instr.location;
                    continue;
                }
            } else if line == after {
                continue;
            }
        }
        code[kept] = code[source];
        kept += 1;
        previous = line;
    }
    block.truncate(kept);
    kept < len
}

/// Removes redundant NOPs everywhere; whether there were any.
pub(super) fn remove_nops(graph: &mut Graph) -> bool {
    let mut changed = false;
    let mut id = Graph::ENTRY;
    while id.is_some() {
        changed |= clean_block(graph, id);
        id = graph.next(id);
    }
    changed
}

/// Removes NOPs, and values that are loaded to be thrown away.
pub(super) fn remove_nops_and_pairs(graph: &mut Graph) {
    loop {
        let mut done = true;
        let mut previous: Option<(BlockId, usize)> = None;
        let mut id = Graph::ENTRY;
        while id.is_some() {
            clean_block(graph, id);
            if graph.block(id).labelled {
                previous = None;
            }
            for index in 0..graph.block(id).len() {
                let instr = graph.block(id).code()[index];
                if instr.op == Op::POP_TOP
                    && let Some((block, at)) = previous
                {
                    let load = &mut graph.block_mut(block).code_mut()[at];
                    if loads_const(load.op, load.arg) || load.op == Op::COPY && load.arg == 1 {
                        load.set_nop();
                        graph.block_mut(id).code_mut()[index].set_nop();
                        done = false;
                    }
                }
                previous = Some((id, index));
            }
            let block = graph.block(id);
            let jumps = previous.is_some_and(|(block, at)| {
                graph.block(block).code().get(at).is_some_and(|instr| is_jump(instr.op))
            });
            if jumps || block.no_fallthrough() {
                previous = None;
            }
            id = block.next;
        }
        if done {
            return;
        }
    }
}

fn remove_jumps(graph: &mut Graph) -> Result<bool, FlowError> {
    let mut changed = false;
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let block = graph.block(id);
        let next = block.next;
        if let Some(last) = block.last()
            && is_unconditional_jump(last.op)
        {
            let target = graph.non_empty(last.target);
            if !target.is_some() {
                return Err(FlowError::Malformed("jump to nothing"));
            }
            if target == graph.non_empty(next)
                && let Some(last) = graph.block_mut(id).last_mut()
            {
                last.set_nop();
                changed = true;
            }
        }
        id = next;
    }
    Ok(changed)
}

/// Removes NOPs and jumps to the next instruction until there are none.
pub(super) fn remove_nops_and_jumps(graph: &mut Graph) -> Result<(), FlowError> {
    loop {
        let nops = remove_nops(graph);
        let jumps = remove_jumps(graph)?;
        if !nops && !jumps {
            return Ok(());
        }
    }
}
