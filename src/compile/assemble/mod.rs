//! Flow graph → code object: bytes, line table, exception table, locals.
//!
//! CPython: `Python/assemble.c`, and `code_richcompare` of `Objects/codeobject.c` for which code objects are one.
//!
//! **Invariant:** jumps are settled here and nowhere else; nothing is reordered any more.

mod draft;
mod emit;
mod encoding;
mod exception_table;
mod jumps;
mod line_table;
mod locals;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher as _;

use self::draft::Draft;
use self::encoding::Encodings;
use self::jumps::Shifts;
use super::constants::{CodeId, ConstId, Constants, Text};
use super::flow::graph::Graph;
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
    /// True if the tuple of locals was made anew for this code object (the parameter of
    /// `__annotate__` is renamed).
    pub own_locals: bool,
    /// `co_localspluskinds`
    pub kinds: Text,
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

    /// All of them, in the order of their numbers.
    pub fn iter(&self) -> std::slice::Iter<'_, CodeObject> {
        self.list.iter()
    }

    /// Returns the number of code objects.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Returns whether there are none.
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

/// Makes the code objects of a module, one after the other.
#[derive(Debug)]
pub struct Assembler {
    /// Code objects made so far.
    pub codes: Codes,
    target: &'static Target,
    encodings: Encodings,
    // Empty between two of them; kept for the room they have.
    graph: Graph,
    draft: Draft,
    shifts: Shifts,
    line_table: Vec<u8>,
    exception_table: Vec<u8>,
    locals: Vec<Name>,
    kinds: Vec<u8>,
}

impl Assembler {
    /// One that has made none, with room for `count`.
    pub fn new(target: &'static Target, count: usize) -> Self {
        Self {
            codes: Codes { list: Vec::with_capacity(count), by_value: HashTable::with_capacity(count) },
            target,
            encodings: Encodings::new(target),
            graph: Graph::default(),
            draft: Draft::default(),
            shifts: Shifts::default(),
            line_table: Vec::new(),
            exception_table: Vec::new(),
            locals: Vec::new(),
            kinds: Vec::new(),
        }
    }

    /// Optimises and assembles one unit, whose instructions are gone then. Units inside it come first.
    ///
    /// # Errors
    /// A malformed unit, which is a bug in code generation.
    pub fn assemble(
        &mut self,
        unit: &mut CodeUnit,
        constants: &mut Constants,
        names: &mut Names,
    ) -> Result<CodeId, FlowError> {
        let target = self.target;
        let stack_size = flow::run(unit, &mut self.graph, constants, target)?;
        self.draft.emit(&self.graph, &self.encodings)?;
        self.shifts.settle(&mut self.draft, self.encodings.end_send)?;
        let code = self.shifts.code(&mut self.draft, self.encodings.prefix);
        line_table::write(unit.first_line, &self.draft, &self.shifts, &mut self.line_table);
        exception_table::write(&self.graph, &self.draft, &self.shifts, &mut self.exception_table);
        unit.sequence.instructions = self.graph.take_slots();
        locals::layout(unit, names, target, &mut self.locals, &mut self.kinds);
        // In CPython's order: a table may be equal to the constants.
        let names_tuple = constants.add_table(&unit.names, names);
        let consts = constants.add_tuple(&unit.consts);
        let locals = constants.add_table(&self.locals, names);
        let line_table = constants.add_bytes(&self.line_table);
        let exception_table = constants.add_bytes(&self.exception_table);
        constants.note_qualname(unit.qualname, unit.qualname_const);
        Ok(self.codes.add(CodeObject {
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
            kinds: Text::from_slice(&self.kinds),
            name: unit.name,
            qualname: unit.qualname,
            first_line: unit.first_line,
            line_table,
            exception_table,
        }))
    }
}
