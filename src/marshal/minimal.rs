//! The normal form without unused `FLAG_REF`s, which some distributions bring pycs into.
//!
//! Which objects CPython flags follows from how many references a process happens to hold; which of them are referred to
//! follows from the source.

use crate::object::{Objects, Value};

/// Takes the flag off every object that nothing refers to; what refers to the others is numbered anew when it is
/// written.
pub fn minimal_refs(objects: &mut Objects) {
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
