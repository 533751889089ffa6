//! Removal of NOPs, pairs and jumps that have no effect.
//!
//! CPython: `Python/flowgraph.c`.

use super::FlowError;
use super::context::loads_const;
use super::graph::{BlockId, Graph, Instr};
use super::kinds::{is_terminator, is_unconditional_jump};
use crate::target::Op;

/// Removes the redundant NOPs of one block (`basicblock_remove_redundant_nops`).
///
/// Returns whether there were any.
#[inline]
fn clean_block(graph: &mut Graph, id: BlockId) -> bool {
    graph.block(id).nops && remove_nops_of(graph, id)
}

/// Removes the redundant NOPs of a block that may have some (`basicblock_remove_redundant_nops`).
#[inline(never)]
fn remove_nops_of(graph: &mut Graph, id: BlockId) -> bool {
    let Some(first) = graph.code(id).iter().position(|instr| instr.op == Op::NOP) else {
        graph.block_mut(id).nops = false;
        return false;
    };
    // Only a NOP at the very end needs the line of the next block.
    let after = {
        let next = graph.non_empty(graph.next(id));
        if next.is_some() {
            let code = graph.code(next);
            code.iter()
                .find(|instr| instr.op != Op::NOP || instr.location.line() >= 0)
                .map_or(-1, |instr| instr.location.line())
        } else {
            -1
        }
    };
    let resume_lacks_line = graph.resume_lacks_line;
    let code = graph.code_mut(id);
    let len = code.len();
    let (mut kept, mut source) = (first, first);
    let mut left = false;
    while source < len {
        // Each round handles a NOP and the instructions up to the next one.
        let nop = code[source];
        let previous = match kept.checked_sub(1).map(|index| &code[index]) {
            Some(instr) if !resume_lacks_line || instr.op != Op::RESUME => instr.location.line(),
            _ => -1,
        };
        let run = source + 1;
        if is_redundant(&nop, previous, code.get_mut(run), after) {
            source = run;
        } else {
            left = true;
        }
        let end = code[run..].iter().position(|instr| instr.op == Op::NOP).map_or(len, |found| run + found);
        if kept < source {
            code.copy_within(source..end, kept);
        }
        kept += end - source;
        source = end;
    }
    let block = graph.block_mut(id);
    block.truncate(kept);
    block.nops = left;
    if block.lineless {
        let lineless = graph.code(id).iter().any(|instr| instr.location.line() < 0);
        graph.block_mut(id).lineless = lineless;
    }
    kept < len
}

/// Returns whether a NOP is redundant: the instruction after it has or gets its line
/// (`basicblock_remove_redundant_nops`).
///
/// `after` is the first line of the next block.
fn is_redundant(nop: &Instr, previous: i32, next: Option<&mut Instr>, after: i32) -> bool {
    let line = nop.location.line();
    if line < 0 || previous == line {
        return true;
    }
    match next {
        Some(next) if next.location.line() < 0 => {
            next.location = nop.location;
            true
        }
        Some(next) => next.location.line() == line,
        None => line == after,
    }
}

/// Removes redundant NOPs from all blocks (`remove_redundant_nops`).
///
/// Returns whether there were any.
pub(super) fn remove_nops(graph: &mut Graph) -> bool {
    if !graph.has_nops() {
        return false;
    }
    let mut changed = false;
    let mut id = Graph::ENTRY;
    while id.is_some() {
        changed |= clean_block(graph, id);
        id = graph.next(id);
    }
    changed
}

/// Removes NOPs, and loads of values that are discarded (`remove_redundant_nops_and_pairs`).
pub(super) fn remove_nops_and_pairs(graph: &mut Graph) {
    loop {
        let mut done = true;
        let mut previous: Option<(BlockId, usize)> = None;
        let mut id = Graph::ENTRY;
        while id.is_some() {
            clean_block(graph, id);
            if graph.block(id).labeled {
                previous = None;
            }
            let mut from = if graph.block(id).kinds.has_discard() { 0 } else { graph.block(id).len() };
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

/// Turns jumps to the next instruction into NOPs (`remove_redundant_jumps`).
pub(super) fn remove_jumps(graph: &mut Graph) -> Result<bool, FlowError> {
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
                graph.rerouted = true;
                changed = true;
            }
        }
        id = next;
    }
    Ok(changed)
}

/// Removes NOPs and jumps to the next instruction until there are none
/// (`remove_redundant_nops_and_jumps`).
pub(super) fn remove_nops_and_jumps(graph: &mut Graph) -> Result<(), FlowError> {
    loop {
        let nops = remove_nops(graph);
        let jumps = remove_jumps(graph)?;
        // Without any NOP, another round finds nothing.
        let again = jumps || nops && graph.has_nops();
        if !again {
            return Ok(());
        }
    }
}
