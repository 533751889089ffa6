//! Indices of cells among the locals, and prefix instructions (`prepare_localsplus`).
//!
//! CPython: `Python/flowgraph.c`.

use super::graph::{BlockId, Graph, Instr};
use crate::compile::unit::CodeUnit;
use crate::target::{Features, Op};
use crate::text::{Location, Name};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// `CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR`.
const GENERATOR_FLAGS: u32 = 0x20 | 0x80 | 0x200;

/// Returns whether the unit is code of a generator or coroutine.
fn is_generator(unit: &CodeUnit) -> bool {
    unit.flags & GENERATOR_FLAGS != 0 || unit.starts_as_generator
}

/// Inserts prefix instructions and gives cells and free variables their final indices
/// (`prepare_localsplus`).
pub(super) fn prepare_locals(graph: &mut Graph, unit: &CodeUnit, features: &Features) {
    let locals = unit.varnames.len();
    let cells = unit.cellvars.len();
    let mut fixed: SmallVec<[usize; 16]> = (locals..locals + cells + unit.freevars.len()).collect();
    if cells > 0 {
        let places: FxHashMap<Name, usize> =
            unit.varnames.iter().enumerate().map(|(index, &name)| (name, index)).collect();
        for (index, name) in unit.cellvars.iter().enumerate() {
            if let Some(&place) = places.get(name) {
                fixed[index] = place;
            }
        }
    }
    let mut prefix: SmallVec<[Instr; 8]> = SmallVec::new();
    if !unit.freevars.is_empty() {
        prefix.push(Instr::new(Op::COPY_FREE_VARS, unit.freevars.len() as u32, Location::NONE));
    }
    let mut sorted: SmallVec<[usize; 16]> = (0..cells).collect();
    sorted.sort_by_key(|&cell| fixed[cell]);
    prefix.extend(sorted.iter().map(|&cell| Instr::new(Op::MAKE_CELL, cell as u32, Location::NONE)));
    if is_generator(unit) && !unit.has_preamble {
        let location = Location::new(unit.first_line, unit.first_line, -1, -1);
        prefix.push(Instr::new(Op::RETURN_GENERATOR, 0, location));
        let location = if features.generator_pop_lacks_line { Location::NONE } else { location };
        prefix.push(Instr::new(Op::POP_TOP, 0, location));
    }
    graph.prepend(Graph::ENTRY, &prefix);
    let mut dropped = 0;
    for (index, place) in fixed.iter_mut().enumerate() {
        if *place == index + locals {
            *place -= dropped;
        } else {
            dropped += 1;
        }
    }
    if fixed.is_empty() {
        return;
    }
    for id in (0..graph.blocks.len() as u32).map(BlockId) {
        for instr in graph.code_mut(id) {
            if matches!(
                instr.op,
                Op::MAKE_CELL
                    | Op::LOAD_CLOSURE
                    | Op::LOAD_DEREF
                    | Op::STORE_DEREF
                    | Op::DELETE_DEREF
                    | Op::LOAD_FROM_DICT_OR_DEREF
                    | Op::LOAD_CLASSDEREF
            ) && let Some(&place) = fixed.get(instr.arg as usize)
            {
                instr.arg = place as u32;
            }
        }
    }
}
