//! Flow graph → code object: bytes, line table, exception table, locals.
//!
//! CPython: `Python/assemble.c`, and `code_richcompare` of `Objects/codeobject.c` for which code objects are one.
//!
//! **Invariant:** jumps are settled here and nowhere else; nothing is reordered any more.

mod exception_table;
mod jumps;
mod line_table;
mod locals;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher as _;

use super::constants::{CodeId, ConstId, ConstValue, Constants};
use super::flow::{self, FlowError};
use super::unit::CodeUnit;
use crate::target::Target;
use crate::text::{Name, Names};

/// A finished code object. Its shared parts are constants of the module, as in CPython's const cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeObject {
    /// `co_argcount`, with the positional-only ones.
    pub argcount: u32,
    /// `co_posonlyargcount`
    pub posonlyargcount: u32,
    /// `co_kwonlyargcount`
    pub kwonlyargcount: u32,
    /// `co_stacksize`
    pub stack_size: u32,
    /// `co_flags`
    pub flags: u32,
    /// `co_code`
    pub code: Box<[u8]>,
    /// `co_consts`, a tuple.
    pub consts: ConstId,
    /// `co_names`, a tuple.
    pub names: ConstId,
    /// `co_localsplusnames`, a tuple.
    pub locals: ConstId,
    /// Whether the tuple of locals was made anew for this code object (the parameter of `__annotate__` is renamed).
    pub own_locals: bool,
    /// `co_localspluskinds`
    pub kinds: Box<[u8]>,
    /// `co_name`
    pub name: Name,
    /// `co_qualname`
    pub qualname: Name,
    /// `co_firstlineno`
    pub first_line: i32,
    /// `co_linetable`, bytes.
    pub line_table: ConstId,
    /// `co_exceptiontable`, bytes.
    pub exception_table: ConstId,
}

/// The code objects of a module; equal ones are one.
#[derive(Debug, Default)]
pub struct Codes {
    list: Vec<CodeObject>,
    by_value: HashTable<CodeId>,
}

impl Codes {
    /// The code object `id`.
    pub fn get(&self, id: CodeId) -> &CodeObject {
        &self.list[id.0 as usize]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    fn add(&mut self, code: CodeObject) -> CodeId {
        let hash = |code: &CodeObject| {
            FxBuildHasher.hash_one((code.name, code.first_line, &code.code, code.consts, code.line_table))
        };
        let of_code = hash(&code);
        if let Some(&id) = self.by_value.find(of_code, |id| self.list[id.0 as usize] == code) {
            return id;
        }
        let id = CodeId(self.list.len() as u32);
        self.list.push(code);
        let list = &self.list;
        self.by_value.insert_unique(of_code, id, |id| hash(&list[id.0 as usize]));
        id
    }
}

/// Optimises and assembles one unit. Units inside it come first.
///
/// # Errors
/// A malformed unit, which is a bug in code generation.
pub fn assemble(
    mut unit: CodeUnit,
    constants: &mut Constants,
    codes: &mut Codes,
    names: &mut Names,
    target: &'static Target,
) -> Result<CodeId, FlowError> {
    let (graph, stack_size) = flow::run(&mut unit, constants, target)?;
    let mut flat = jumps::flatten(&graph, target)?;
    jumps::resolve(&mut flat, target)?;
    let exception_table = exception_table::encode(&flat, &graph);
    let line_table = line_table::encode(&mut flat, unit.first_line);
    let code = jumps::emit(&flat, target)?;
    let (locals, kinds) = locals::layout(&unit, names, target);
    let mut text_tuple = |names_of: &[Name]| {
        let items = names_of.iter().map(|&name| constants.add_name(name, names)).collect();
        constants.add(ConstValue::Tuple(items))
    };
    let names_tuple = text_tuple(&unit.names);
    let locals = text_tuple(&locals);
    let consts = constants.add(ConstValue::Tuple(unit.consts.into()));
    let line_table = constants.add(ConstValue::Bytes(line_table.into()));
    let exception_table = constants.add(ConstValue::Bytes(exception_table.into()));
    constants.note_qualname(unit.qualname, unit.qualname_const);
    Ok(codes.add(CodeObject {
        argcount: unit.argcount + unit.posonlyargcount,
        posonlyargcount: unit.posonlyargcount,
        kwonlyargcount: unit.kwonlyargcount,
        stack_size,
        flags: unit.flags,
        code: code.into(),
        consts,
        names: names_tuple,
        locals,
        own_locals: unit.is_annotate,
        kinds: kinds.into(),
        name: unit.name,
        qualname: unit.qualname,
        first_line: unit.first_line,
        line_table,
        exception_table,
    }))
}
