//! Flow graph → code object: bytes, line table, exception table, locals.
//!
//! CPython: `Python/assemble.c`, and `code_richcompare` in `Objects/codeobject.c` for the equality
//! of code objects.
//!
//! **Invariant:** jumps are resolved here and nowhere else; nothing is reordered.

mod draft;
mod emit;
mod encoding;
mod exception_table;
mod jumps;
mod line_entries;
mod line_table;
mod locals;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher as _;

use self::draft::CodeDraft;
use self::encoding::Encodings;
use self::jumps::Shifts;
use super::Columns;
use super::constants::{CodeId, ConstId, ConstantText, Constants};
use super::flow::graph::Graph;
use super::flow::{self, FlowError};
use super::unit::CodeUnit;
use crate::allowance;
use crate::target::Target;
use crate::text::{Name, Names};

/// A finished code object. Its shared parts are constants of the module, as in CPython's const
/// cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeObject {
    /// `co_argcount`, including positional-only parameters.
    pub argcount: u32,
    /// `co_posonlyargcount`.
    pub posonlyargcount: u32,
    /// `co_kwonlyargcount`.
    pub kwonlyargcount: u32,
    /// `co_stacksize`.
    pub stack_size: u32,
    /// `co_flags`.
    pub flags: u32,
    /// `co_code`.
    pub code: Box<[u8]>,
    /// `co_consts`, a tuple.
    pub consts: ConstId,
    /// `co_names`, a tuple.
    pub names: ConstId,
    /// `co_localsplusnames`, a tuple.
    pub locals: ConstId,
    /// True if the tuple of locals belongs to this code object alone, because the parameter of
    /// `__annotate__` was renamed.
    pub own_locals: bool,
    /// `co_localspluskinds`.
    pub kinds: ConstantText,
    /// `co_name`.
    pub name: Name,
    /// `co_qualname`.
    pub qualname: Name,
    /// `co_firstlineno`.
    pub first_line: i32,
    /// `co_linetable`, bytes.
    pub line_table: ConstId,
    /// `co_exceptiontable`, bytes.
    pub exception_table: ConstId,
}

/// Code objects of a module, without duplicates.
#[derive(Debug, Default)]
pub struct ModuleCodes {
    list: Vec<CodeObject>,
    /// Name and qualified name of each, where these are not interned.
    own_names: Vec<[ConstId; 2]>,
    by_value: HashTable<CodeId>,
}

impl ModuleCodes {
    /// Returns the code object `id`.
    pub fn get(&self, id: CodeId) -> &CodeObject {
        &self.list[id.0 as usize]
    }

    /// Returns the strings of the name and the qualified name of a code object, where these are not
    /// interned.
    pub fn own_names(&self, id: CodeId) -> Option<[ConstId; 2]> {
        self.own_names.get(id.0 as usize).copied()
    }

    /// Returns all code objects in the order of their numbers.
    pub fn iter(&self) -> std::slice::Iter<'_, CodeObject> {
        self.list.iter()
    }

    /// Returns the number of code objects.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Returns whether there are no code objects.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Gives each code object a line table of its own, as CPython does if it leaves out columns
    /// (`_PyCode_New`). Equal code objects have been merged before.
    pub(super) fn separate_line_tables(&mut self, constants: &mut Constants) {
        for code in &mut self.list {
            code.line_table = constants.add_unmerged(constants.value(code.line_table).clone());
        }
    }

    /// Adds a code object, or finds an equal one (`code_richcompare`).
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

/// Assembler for the code objects of a module.
#[derive(Debug)]
pub struct Assembler {
    /// Code objects assembled so far.
    pub codes: ModuleCodes,
    target: &'static Target,
    columns: Columns,
    encodings: Encodings,
    // Empty between code objects; kept for their allocations.
    graph: Graph,
    draft: CodeDraft,
    shifts: Shifts,
    line_table: Vec<u8>,
    /// Line table without columns.
    lines_only: Vec<u8>,
    exception_table: Vec<u8>,
    locals: Vec<Name>,
    kinds: Vec<u8>,
    /// Bytes that were counted for these.
    working: usize,
}

/// Bytes that blocks, drafts and tables take for an instruction at most, while lists grow.
const PER_INSTRUCTION: usize = 224;

impl Assembler {
    /// Returns an assembler with room for `count` code objects.
    pub fn new(target: &'static Target, columns: Columns, count: usize) -> Self {
        Self {
            codes: ModuleCodes {
                list: Vec::with_capacity(count),
                own_names: Vec::new(),
                by_value: HashTable::with_capacity(count),
            },
            target,
            columns,
            encodings: Encodings::new(target),
            graph: Graph::default(),
            draft: CodeDraft::default(),
            shifts: Shifts::default(),
            line_table: Vec::new(),
            lines_only: Vec::new(),
            exception_table: Vec::new(),
            locals: Vec::new(),
            kinds: Vec::new(),
            working: 0,
        }
    }

    /// Optimizes and assembles one unit, whose instructions are consumed
    /// (`_PyAssemble_MakeCodeObject`).
    ///
    /// Nested units come first.
    ///
    /// # Errors
    /// Reports a malformed unit, which is a bug in code generation.
    pub fn assemble(
        &mut self,
        unit: &mut CodeUnit,
        constants: &mut Constants,
        names: &mut Names,
    ) -> Result<CodeId, FlowError> {
        let target = self.target;
        // The memory of the flow graph and the assembler is kept for the next unit.
        let working = unit.sequence.instructions.len() * PER_INSTRUCTION;
        allowance::hold(working.saturating_sub(self.working));
        self.working = self.working.max(working);
        let stack_size = flow::run(unit, &mut self.graph, constants, target)?;
        self.draft.emit(&self.graph, &self.encodings)?;
        if target.features.line_entry_for_each {
            self.draft.separate_places(&self.graph, &self.encodings);
        }
        let by_label = target.features.jumps_sized_by_label;
        self.shifts.settle(&mut self.draft, self.encodings.end_send, by_label)?;
        let code = self.shifts.code(&mut self.draft, self.encodings.prefix);
        line_table::write(unit.first_line, &self.draft, &self.shifts, &mut self.line_table);
        exception_table::write(&self.graph, &self.draft, &self.shifts, &mut self.exception_table);
        unit.sequence.instructions = self.graph.take_slots();
        locals::layout(unit, names, target, &mut self.locals, &mut self.kinds);
        // The tables are constants too, so they are added in CPython's order.
        let names_tuple = constants.add_table(&unit.names, names);
        let consts = constants.add_tuple(&unit.consts);
        let locals = constants.add_table(&self.locals, names);
        let line_table = match self.columns {
            Columns::Recorded => constants.add_bytes(&self.line_table),
            Columns::LeftOut => {
                line_table::without_columns(&self.line_table, &mut self.lines_only);
                constants.add_bytes(&self.lines_only)
            }
        };
        let exception_table = constants.add_bytes(&self.exception_table);
        let mut own_names = None;
        if target.features.interned_qualified_names {
            constants.note_qualname(unit.qualname, unit.qualname_const);
        } else {
            let interns = target.features.interned_start_up_names;
            let both = [unit.name, unit.qualname];
            own_names = Some(constants.add_own_names(both, unit.qualname_const, interns, names));
        }
        allowance::note(code.len() + allowance::growing(size_of::<CodeObject>()));
        let id = self.codes.add(CodeObject {
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
            kinds: ConstantText::from_slice(&self.kinds),
            name: unit.name,
            qualname: unit.qualname,
            first_line: unit.first_line,
            line_table,
            exception_table,
        });
        if self.codes.own_names.len() == id.0 as usize {
            self.codes.own_names.extend(own_names);
        }
        Ok(id)
    }
}
