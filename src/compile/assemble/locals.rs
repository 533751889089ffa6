//! `co_localsplusnames` and `co_localspluskinds` (`compute_localsplus_info`).
//!
//! CPython: `Python/assemble.c`.

use crate::compile::positions::Positions;
use crate::compile::unit::CodeUnit;
use crate::target::Target;
use crate::text::{Name, Names};
use rustc_hash::FxHashSet;

const POSITIONAL: u8 = 0x02;
const KEYWORD: u8 = 0x04;
const VARIABLE: u8 = 0x08;
const HIDDEN: u8 = 0x10;
const LOCAL: u8 = 0x20;
const CELL: u8 = 0x40;
const FREE: u8 = 0x80;

/// Fills `order` with the locals, the cells that are not locals, and the free variables, and
/// `kinds` with their kinds (`compute_localsplus_info`).
pub(super) fn layout(
    unit: &CodeUnit,
    names: &mut Names,
    target: &Target,
    order: &mut Vec<Name>,
    kinds: &mut Vec<u8>,
) {
    order.clone_from(&unit.varnames);
    kinds.clear();
    kinds.resize(order.len(), LOCAL);
    if target.features.argument_kinds {
        let groups = [
            (unit.posonlyargcount, POSITIONAL),
            (unit.argcount, POSITIONAL | KEYWORD),
            (unit.kwonlyargcount, KEYWORD),
            (unit.flags >> 2 & 1, VARIABLE | POSITIONAL),
            (unit.flags >> 3 & 1, VARIABLE | KEYWORD),
        ];
        let mut rest = kinds.as_mut_slice();
        for (count, kind) in groups {
            let passed = rest.split_off_mut(..(count as usize).min(rest.len())).unwrap_or_default();
            passed.iter_mut().for_each(|how| *how |= kind);
        }
    }
    if !unit.fast_hidden.is_empty() {
        let hidden: FxHashSet<Name> = unit.fast_hidden.iter().copied().collect();
        for (name, kind) in order.iter().zip(&mut *kinds) {
            if hidden.contains(name) {
                *kind |= HIDDEN;
            }
        }
    }
    if !unit.cellvars.is_empty() {
        let places: Positions<Name> = Positions::of(&unit.varnames);
        for &name in &unit.cellvars {
            match places.find(&unit.varnames, name) {
                Some(place) => kinds[place as usize] |= CELL,
                None => {
                    order.push(name);
                    kinds.push(CELL);
                }
            }
        }
    }
    order.extend_from_slice(&unit.freevars);
    kinds.resize(order.len(), FREE);
    if unit.is_annotate
        && let Some(first) = order.first_mut()
    {
        *first = names.intern("format");
    }
}
