//! Names that the symbol table defines or looks up itself.
//!
//! CPython: the static strings of `Python/symtable.c`.

use crate::text::{Name, Names};

/// Names that the symbol table defines or looks up itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) iterable: Name,
    pub(super) format: Name,
    pub(super) type_params: Name,
    pub(super) generic_base: Name,
    pub(super) defaults: Name,
    pub(super) kwdefaults: Name,
    pub(super) class: Name,
    pub(super) classdict: Name,
    pub(super) conditional_annotations: Name,
    pub(super) annotate: Name,
    pub(super) dunder_type_params: Name,
    pub(super) debug: Name,
    pub(super) super_: Name,
    pub(super) top: Name,
    pub(super) lambda: Name,
    pub(super) genexpr: Name,
    pub(super) listcomp: Name,
    pub(super) setcomp: Name,
    pub(super) dictcomp: Name,
    pub(super) star: Name,
}

impl Known {
    /// Interns the names.
    pub(super) fn new(names: &mut Names) -> Self {
        Self {
            iterable: names.intern(".0"),
            format: names.intern(".format"),
            type_params: names.intern(".type_params"),
            generic_base: names.intern(".generic_base"),
            defaults: names.intern(".defaults"),
            kwdefaults: names.intern(".kwdefaults"),
            class: names.intern("__class__"),
            classdict: names.intern("__classdict__"),
            conditional_annotations: names.intern("__conditional_annotations__"),
            annotate: names.intern("__annotate__"),
            dunder_type_params: names.intern("__type_params__"),
            debug: names.intern("__debug__"),
            super_: names.intern("super"),
            top: names.intern("top"),
            lambda: names.intern("lambda"),
            genexpr: names.intern("genexpr"),
            listcomp: names.intern("listcomp"),
            setcomp: names.intern("setcomp"),
            dictcomp: names.intern("dictcomp"),
            star: names.intern("*"),
        }
    }
}
