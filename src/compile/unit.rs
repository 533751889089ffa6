//! Input of the flow graph for one code object.
//!
//! CPython: `_PyCompile_CodeUnitMetadata` of `compile.c`.

use super::constants::ConstId;
use super::instruction::InstructionSequence;
use crate::text::Name;

/// A code object before its instructions are optimized and assembled
/// (`_PyCompile_CodeUnitMetadata`).
#[derive(Debug)]
pub struct CodeUnit {
    /// Instructions as generated.
    pub sequence: InstructionSequence,
    /// `co_consts` so far; flow passes append folded constants and remove unused ones.
    pub consts: Vec<ConstId>,
    /// `co_names`.
    pub names: Vec<Name>,
    /// Parameters, then other fast locals in order of first use in code generation.
    pub varnames: Vec<Name>,
    /// Cell variables in CPython's order.
    pub cellvars: Vec<Name>,
    /// Free variables in CPython's order.
    pub freevars: Vec<Name>,
    /// Names in `varnames` that belong to comprehensions inlined in a class or module
    /// (`CO_FAST_HIDDEN`), with repetitions.
    pub fast_hidden: Vec<Name>,
    /// `co_argcount` without positional-only parameters.
    pub argcount: u32,
    /// `co_posonlyargcount`.
    pub posonlyargcount: u32,
    /// `co_kwonlyargcount`.
    pub kwonlyargcount: u32,
    /// `co_flags`, complete.
    pub flags: u32,
    /// `co_firstlineno`.
    pub first_line: i32,
    /// `co_name`.
    pub name: Name,
    /// `co_qualname`.
    pub qualname: Name,
    /// Constant for the qualified name, if this is the first class with that name.
    pub qualname_const: Option<ConstId>,
    /// True for a generator expression that gets its iterator before it becomes a generator.
    pub has_preamble: bool,
    /// True if the code starts as a generator regardless of its flags.
    pub starts_as_generator: bool,
    /// True if the scope has `yield` or `await`, even if only in assertions that are not compiled.
    pub suspends: bool,
    /// True for a generated `__annotate__`, whose parameter `.format` is renamed to `format` in the
    /// code object.
    pub is_annotate: bool,
}

impl Default for CodeUnit {
    fn default() -> Self {
        Self {
            sequence: InstructionSequence::default(),
            consts: Vec::new(),
            names: Vec::new(),
            varnames: Vec::new(),
            cellvars: Vec::new(),
            freevars: Vec::new(),
            fast_hidden: Vec::new(),
            argcount: 0,
            posonlyargcount: 0,
            kwonlyargcount: 0,
            flags: 0,
            first_line: 1,
            name: Name(u32::MAX),
            qualname: Name(u32::MAX),
            qualname_const: None,
            has_preamble: false,
            starts_as_generator: false,
            suspends: false,
            is_annotate: false,
        }
    }
}

impl CodeUnit {
    /// Resets the unit and keeps the allocations of its lists.
    pub fn clear(&mut self) {
        let Self {
            sequence,
            consts,
            names,
            varnames,
            cellvars,
            freevars,
            fast_hidden,
            argcount,
            posonlyargcount,
            kwonlyargcount,
            flags,
            first_line,
            name,
            qualname,
            qualname_const,
            has_preamble,
            starts_as_generator,
            suspends,
            is_annotate,
        } = self;
        sequence.clear();
        consts.clear();
        for list in [names, varnames, cellvars, freevars, fast_hidden] {
            list.clear();
        }
        for number in [argcount, posonlyargcount, kwonlyargcount, flags] {
            *number = 0;
        }
        *first_line = 1;
        (*name, *qualname, *qualname_const) = (Name(u32::MAX), Name(u32::MAX), None);
        (*has_preamble, *starts_as_generator, *is_annotate) = (false, false, false);
        *suspends = false;
    }
}
