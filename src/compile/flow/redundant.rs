//! Takes out NOPs, pairs and jumps that do nothing (`remove_redundant_nops`, `…_pairs`, `…_jumps`).

use super::FlowError;
use super::context::loads_const;
use super::graph::{BlockId, Graph};
use super::kinds::{is_terminator, is_unconditional_jump};
use crate::target::Op;

/// Removes the NOPs of one block that hold no line of their own; whether there were any.
fn clean_block(graph: &mut Graph, id: BlockId) -> bool {
    if !graph.block(id).nops {
        return false;
    }
    let Some(first) = graph.code(id).iter().position(|instr| instr.op == Op::NOP) else {
        graph.block_mut(id).nops = false;
        return false;
    };
    // Only a NOP at the very end looks into the next block.
    let after = {
        let next = graph.non_empty(graph.next(id));
        if next.is_some() {
            let code = graph.code(next);
            code.iter()
                .find(|instr| instr.op != Op::NOP || instr.location.line >= 0)
                .map_or(-1, |instr| instr.location.line)
        } else {
            -1
        }
    };
    let code = graph.code_mut(id);
    let len = code.len();
    let mut kept = first;
    let mut previous = first.checked_sub(1).map_or(-1, |index| code[index].location.line);
    for source in first..len {
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
        if kept < source {
            code[kept] = instr;
        }
        kept += 1;
        previous = line;
    }
    graph.block_mut(id).truncate(kept);
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
            let mut from = 0;
            while let Some(found) = graph.code(id)[from..].iter().position(|instr| instr.op == Op::POP_TOP) {
                let index = from + found;
                from = index + 1;
                let before = index.checked_sub(1).map_or(previous, |before| Some((id, before)));
                if let Some((block, at)) = before {
                    let load = &mut graph.code_mut(block)[at];
                    if loads_const(load.op, load.arg) || load.op == Op::COPY && load.arg == 1 {
                        load.set_nop();
                        graph.code_mut(id)[index].set_nop();
                        graph.block_mut(block).nops = true;
                        graph.block_mut(id).nops = true;
                        done = false;
                    }
                }
            }
            if let Some(last) = graph.last(id) {
                previous = (!is_terminator(last.op)).then(|| (id, graph.block(id).len() - 1));
            }
            id = graph.next(id);
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
        let next = graph.next(id);
        if let Some(last) = graph.last(id)
            && is_unconditional_jump(last.op)
        {
            let target = graph.non_empty(last.target);
            if !target.is_some() {
                return Err(FlowError::Malformed("jump to nothing"));
            }
            if target == graph.non_empty(next)
                && let Some(last) = graph.last_mut(id)
            {
                last.set_nop();
                graph.block_mut(id).nops = true;
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
