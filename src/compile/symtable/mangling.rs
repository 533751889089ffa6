//! Mangling of private names.
//!
//! CPython: `Python/symtable.c`.

use crate::text::{Name, Names};

/// Mangles `__name` inside the class `class` to `_class__name` (`_Py_Mangle`).
#[inline]
pub fn mangle(class: Option<Name>, name: Name, names: &mut Names) -> Name {
    match class {
        Some(class) if names.is_private(name) => mangle_private(class, name, names),
        _ => name,
    }
}

/// Mangles a name that starts with two underscores (`_Py_Mangle`).
fn mangle_private(class: Name, name: Name, names: &mut Names) -> Name {
    let text = names.text(name);
    let class = names.text(class).trim_start_matches('_');
    if class.is_empty() {
        return name;
    }
    let mangled = format!("_{class}{text}");
    names.intern(&mangled)
}
