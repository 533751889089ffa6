//! Private names. CPython: `_Py_Mangle`.

use crate::text::{Name, Names};

/// `__name` inside the class `class` becomes `_class__name`.
pub fn mangle(class: Option<Name>, name: Name, names: &mut Names) -> Name {
    let Some(class) = class else { return name };
    if !names.is_private(name) {
        return name;
    }
    let text = names.text(name);
    let class = names.text(class).trim_start_matches('_');
    if class.is_empty() {
        return name;
    }
    let mangled = format!("_{class}{text}");
    names.intern(&mangled)
}
