//! Shortening of `SWAP` runs, and reordering of stores in place of swaps.
//!
//! CPython: `Python/flowgraph.c`.

use super::graph::Instr;
use crate::target::Op;

const DONE: usize = usize::MAX;

/// Replaces the run of `SWAP` and NOP at `start` by its shortest equivalent and returns its end
/// (`swaptimize`).
fn shorten(code: &mut [Instr], start: usize) -> usize {
    let run = &mut code[start..];
    let len = run.iter().position(|instr| !matches!(instr.op, Op::SWAP | Op::NOP)).unwrap_or(run.len());
    let run = &mut run[..len];
    if run.iter().filter(|instr| instr.op == Op::SWAP).count() < 2 {
        return start;
    }
    let depth =
        run.iter().filter(|instr| instr.op == Op::SWAP).map(|instr| instr.arg as usize).max().unwrap_or(0);
    let mut stack: Vec<usize> = (0..depth).collect();
    for instr in run.iter() {
        if instr.op == Op::SWAP {
            stack.swap(0, instr.arg as usize - 1);
        }
    }
    let mut free = len;
    undo(&mut stack, |depth| {
        free -= 1;
        run[free].set(Op::SWAP, depth);
    });
    for instr in &mut run[..free] {
        instr.set_nop();
    }
    start + len - 1
}

/// Undoes a permutation cycle by cycle, rotating each through the top (`swaptimize`).
///
/// `put` receives the operands of the swaps, the last one first.
fn undo(stack: &mut [usize], mut put: impl FnMut(u32)) {
    for first in 0..stack.len() {
        if stack[first] == DONE || stack[first] == first {
            continue;
        }
        let mut item = first;
        loop {
            if item != 0 {
                put(item as u32 + 1);
            }
            if stack[item] == DONE {
                break;
            }
            item = std::mem::replace(&mut stack[item], DONE);
        }
    }
}

/// Returns the operands of the fewest swaps that put the value from index `stack[i]` at index `i`,
/// from the top.
pub(crate) fn shortest_swaps(mut stack: Vec<usize>) -> Vec<u32> {
    let mut swaps = Vec::new();
    undo(&mut stack, |depth| swaps.push(depth));
    swaps.reverse();
    swaps
}

/// Returns whether an instruction can be reordered (`SWAPPABLE`).
const fn swappable(op: Op) -> bool {
    matches!(op, Op::STORE_FAST | Op::STORE_FAST_MAYBE_NULL | Op::POP_TOP)
}

/// Returns the local that an instruction stores to (`STORES_TO`).
fn stored(instr: &Instr) -> Option<u32> {
    matches!(instr.op, Op::STORE_FAST | Op::STORE_FAST_MAYBE_NULL).then_some(instr.arg)
}

/// Returns the next instruction that can be reordered, on `line` if that is not negative
/// (`next_swappable_instruction`).
fn next_swappable(code: &[Instr], after: usize, line: i32) -> Option<usize> {
    for (index, instr) in code.iter().enumerate().skip(after + 1) {
        if line >= 0 && instr.location.line() != line {
            return None;
        }
        if instr.op == Op::NOP {
            continue;
        }
        return swappable(instr.op).then_some(index);
    }
    None
}

/// Replaces swaps by a different order of stores (`apply_static_swaps`).
///
/// `equal_stores` allows this where two of them store to the same local.
fn apply_static(code: &mut [Instr], end: usize, equal_stores: bool) {
    for index in (0..=end).rev() {
        let swap = code[index];
        if swap.op != Op::SWAP {
            if swap.op == Op::NOP || swappable(swap.op) {
                continue;
            }
            return;
        }
        let Some(first) = next_swappable(code, index, -1) else { return };
        let line = code[first].location.line();
        let mut second = first;
        for _ in 1..swap.arg {
            let Some(next) = next_swappable(code, second, line) else { return };
            second = next;
        }
        let (one, two) = (stored(&code[first]), stored(&code[second]));
        if !equal_stores && (one.is_some() || two.is_some()) {
            if one == two {
                return;
            }
            for instr in &code[first + 1..second.max(first + 1)] {
                let between = stored(instr);
                if between.is_some() && (between == one || between == two) {
                    return;
                }
            }
        }
        code[index].set_nop();
        code.swap(first, second);
    }
}

/// Optimizes the run of swaps at `index` and returns its end (`swaptimize`, `apply_static_swaps`).
pub(super) fn optimize_at(code: &mut [Instr], index: usize, equal_stores: bool) -> usize {
    let end = shorten(code, index);
    apply_static(code, end, equal_stores);
    end
}

/// Optimizes the swaps of one block (`swaptimize`, `apply_static_swaps`).
pub(super) fn optimize(code: &mut [Instr]) {
    let mut index = 0;
    while index < code.len() {
        if code[index].op == Op::SWAP {
            index = optimize_at(code, index, false);
        }
        index += 1;
    }
}
