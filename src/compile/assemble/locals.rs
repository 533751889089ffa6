//! `co_localsplusnames` and `co_localspluskinds` (`compute_localsplus_info`).

use crate::compile::unit::CodeUnit;
use crate::target::Target;
use crate::text::{Name, Names};
use rustc_hash::{FxHashMap, FxHashSet};

const POSITIONAL: u8 = 0x02;
const KEYWORD: u8 = 0x04;
const VARIABLE: u8 = 0x08;
const HIDDEN: u8 = 0x10;
const LOCAL: u8 = 0x20;
const CELL: u8 = 0x40;
const FREE: u8 = 0x80;

/// Names and kinds: locals, cells that are no locals, free variables.
pub(super) fn layout(unit: &CodeUnit, names: &mut Names, target: &Target) -> (Vec<Name>, Vec<u8>) {
    let mut order = unit.varnames.clone();
    let mut kinds = vec![LOCAL; order.len()];
    if target.features.argument_kinds {
        let groups = [
            (unit.posonlyargcount, POSITIONAL),
            (unit.argcount, POSITIONAL | KEYWORD),
            (unit.kwonlyargcount, KEYWORD),
            (unit.flags >> 2 & 1, VARIABLE | POSITIONAL),
            (unit.flags >> 3 & 1, VARIABLE | KEYWORD),
        ];
        let passed = groups.iter().flat_map(|&(count, kind)| std::iter::repeat_n(kind, count as usize));
        for (kind, how) in kinds.iter_mut().zip(passed) {
            *kind |= how;
        }
    }
    if !unit.fast_hidden.is_empty() {
        let hidden: FxHashSet<Name> = unit.fast_hidden.iter().copied().collect();
        for (name, kind) in order.iter().zip(&mut kinds) {
            if hidden.contains(name) {
                *kind |= HIDDEN;
            }
        }
    }
    if !unit.cellvars.is_empty() {
        let places: FxHashMap<Name, usize> =
            order.iter().enumerate().map(|(index, &name)| (name, index)).collect();
        for &name in &unit.cellvars {
            match places.get(&name) {
                Some(&place) => kinds[place] |= CELL,
                None => {
                    order.push(name);
                    kinds.push(CELL);
                }
            }
        }
    }
    for &name in &unit.freevars {
        order.push(name);
        kinds.push(FREE);
    }
    if unit.is_annotate
        && let Some(first) = order.first_mut()
    {
        *first = names.intern("format");
    }
    (order, kinds)
}
