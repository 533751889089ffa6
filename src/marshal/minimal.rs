//! The normal form of references that some distributions use: every object is written once, and has
//! `FLAG_REF` only if a reference leads to it.
//!
//! CPython sets `FLAG_REF` by the reference count in its process, and writes the second of two
//! equal objects as a reference if they are one object there. In this form neither decides a byte.

use super::classes::{classes, ends};
use crate::object::{Code, ObjectId, ObjectNode, Objects, Value};

/// Clears `FLAG_REF` of every object that no reference leads to. The other objects get new numbers
/// when they are written.
pub fn drop_unused_flags(objects: &mut Objects) {
    let mut used = vec![false; objects.len()];
    for (_, node) in objects.nodes() {
        if let Value::Ref(target) = node.value {
            used[target.0 as usize] = true;
        }
    }
    for (node, used) in objects.nodes.iter_mut().zip(used) {
        node.flagged &= used;
    }
}

/// Writes equal objects once, with references to the first, and clears all other flags. Objects are
/// equal if they have the same type code and the same content, bit for bit; a mutable object (list,
/// set, dictionary) is equal to itself only.
pub fn minimal_refs(objects: &mut Objects) {
    let ends = ends(objects);
    let classes = classes(objects, &ends);
    let count = classes.iter().max().map_or(0, |&last| last as usize + 1);
    // New number of the first object of each class.
    let mut first: Vec<Option<ObjectId>> = vec![None; count];
    let mut moved = vec![ObjectId(0); objects.len()];
    let nodes = &mut objects.nodes;
    // Descendants of an object that was written before.
    let mut skipped = 0;
    let mut written = 0;
    for at in 0..nodes.len() {
        if at < skipped {
            continue;
        }
        let new = ObjectId(written as u32);
        moved[at] = new;
        let node = match first[classes[at] as usize] {
            Some(target) if !is_short(&nodes[target.0 as usize]) => {
                nodes[target.0 as usize].flagged = true;
                skipped = ends[at] as usize;
                ObjectNode { type_code: b'r', flagged: false, value: Value::Ref(target) }
            }
            Some(target) => nodes[target.0 as usize].clone(),
            None => {
                first[classes[at] as usize] = Some(new);
                let value = std::mem::replace(&mut nodes[at].value, Value::Singleton);
                ObjectNode { type_code: nodes[at].type_code, flagged: false, value }
            }
        };
        nodes[written] = node;
        written += 1;
    }
    nodes.truncate(written);
    for node in nodes {
        match &mut node.value {
            Value::Sequence(elements) => elements.iter_mut().for_each(|id| *id = moved[id.0 as usize]),
            Value::Code(code) => move_parts(code, &moved),
            _ => {}
        }
    }
}

/// Returns whether the object is `None`, `True`, `False`, `...` or `StopIteration`, which is
/// shorter than a reference and never has `FLAG_REF`.
fn is_short(node: &ObjectNode) -> bool {
    matches!(node.value, Value::Singleton)
}

fn move_parts(code: &mut Code, moved: &[ObjectId]) {
    let always = [
        &mut code.code,
        &mut code.consts,
        &mut code.names,
        &mut code.varnames,
        &mut code.freevars,
        &mut code.filename,
        &mut code.name,
        &mut code.linetable,
    ];
    let sometimes = [&mut code.cellvars, &mut code.qualname, &mut code.exceptiontable];
    for id in always.into_iter().chain(sometimes.into_iter().flatten()) {
        *id = moved[id.0 as usize];
    }
}
