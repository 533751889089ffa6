//! Removal of constants that no instruction loads, except for the first (`remove_unused_consts`).
//!
//! CPython: `Python/flowgraph.c`.

use super::context::Context;
use super::graph::{BlockId, Graph};
use super::kinds::is_pooled;
use smallvec::{SmallVec, smallvec};

/// Removes unused constants and renumbers the others (`remove_unused_consts`).
pub(super) fn remove_unused_consts(graph: &mut Graph, context: &mut Context<'_>) {
    if context.consts.is_empty() {
        return;
    }
    let mut used: SmallVec<[bool; 64]> = smallvec![false; context.consts.len()];
    let used = &mut used[..];
    used[0] = true;
    let mut uses: SmallVec<[(BlockId, u32); 64]> = SmallVec::new();
    for id in (0..graph.blocks.len() as u32).map(BlockId) {
        if !graph.block(id).kinds.has_pooled() {
            continue;
        }
        for (instr, index) in graph.code(id).iter().zip(0..) {
            if is_pooled(instr.op)
                && let Some(used) = used.get_mut(instr.arg as usize)
            {
                *used = true;
                uses.push((id, index));
            }
        }
    }
    context.places = None;
    if used.iter().all(|&used| used) {
        return;
    }
    let mut map: SmallVec<[u32; 64]> = smallvec![0; used.len()];
    let mut kept = 0;
    for (index, &used) in used.iter().enumerate() {
        map[index] = kept as u32;
        if used {
            context.consts[kept] = context.consts[index];
            kept += 1;
        }
    }
    context.consts.truncate(kept);
    for &(id, index) in &uses {
        let instr = &mut graph.code_mut(id)[index as usize];
        instr.arg = map[instr.arg as usize];
    }
}
