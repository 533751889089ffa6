//! Number of code objects in which two modules differ.

use super::same::ValueClasses;
use crate::object::{Code, ObjectId, Objects, Value};
use rustc_hash::FxHashMap;

/// Returns the number of code objects that only one of two modules has, without regard to those
/// that they contain.
pub fn code_distance(one: &Objects, other: &Objects) -> usize {
    let mut classes = ValueClasses::default();
    let mut counts: FxHashMap<_, isize> = FxHashMap::default();
    for (side, objects, step) in [(0, one, 1), (1, other, -1)] {
        for (_, node) in objects.nodes() {
            if let Value::Code(code) = &node.value {
                *counts.entry((code.numbers(), own_parts(&mut classes, side, objects, code))).or_default() +=
                    step;
            }
        }
    }
    counts.values().map(|count| count.unsigned_abs()).sum()
}

/// Returns the numbers of the parts of a code object; `None` stands for code objects in it.
fn own_parts(classes: &mut ValueClasses, side: u8, objects: &Objects, code: &Code) -> Vec<Option<u32>> {
    let mut numbers = Vec::new();
    for part in code.parts() {
        let mut number = |id: ObjectId| classes.of(side, objects, id);
        match (number(part), &objects.node(objects.resolve(part)).value) {
            (None, Value::Sequence(elements)) => numbers.extend(elements.iter().map(|&id| number(id))),
            (number, _) => numbers.push(number),
        }
    }
    numbers
}
