//! Syntax tree and symbol table → one [`CodeUnit`] for each code object.
//!
//! CPython: `Python/codegen.c` and the bookkeeping half of `Python/compile.c`. A unit is handed to the assembler as
//! soon as its scope ends, inner ones first.
//!
//! **Invariant:** instructions come out as CPython's generator emits them; nothing is optimised here.

mod annotation;
mod assertion;
mod attribute;
mod await_yield;
mod block;
mod bool_op;
mod call;
mod check;
mod class;
mod closure;
mod compare;
mod comprehension;
mod constant;
mod display;
mod docstring;
mod exception_group;
mod expression;
mod fstring;
mod function;
mod import;
mod inlined;
mod jump_if;
mod late;
mod leave;
mod loops;
mod module;
mod name;
mod pattern;
mod scope;
mod statement;
mod subscript;
mod template;
mod try_except;
mod type_alias;
mod type_parameter;
mod unit;
mod with;

pub use module::compile;

pub(crate) use block::Block;
pub(crate) use unit::{Deferred, Unit, UnitKind};

use super::constants::{CodeId, Constants};
use super::future::Future;
use super::instruction::{InstructionSequence, Label};
use super::symtable::{Scope, SymbolTable};
use super::unit::CodeUnit;
use super::warned::Warnings;
use crate::allowance;
use crate::syntax::SyntaxError;
use crate::target::{Op, Target};
use crate::text::{Location, Name, Names};
use rustc_hash::FxHashMap;

/// Result of code generation. An error is always the source's fault, in CPython's words.
pub(crate) type Result<T> = std::result::Result<T, SyntaxError>;

/// `_PY_STACK_USE_GUIDELINE`: longer displays and argument lists are built piece by piece.
const STACK_USE_GUIDELINE: usize = 30;

/// Takes finished units, optimises and assembles them.
pub trait Finish {
    /// The code object of `unit`, whose lists may be used up; equal code objects get the same number.
    ///
    /// # Errors
    /// Reports errors that CPython finds only at the end of a unit.
    fn finish(&mut self, unit: &mut CodeUnit, constants: &mut Constants, names: &mut Names)
    -> Result<CodeId>;

    /// `co_name` and `co_freevars` of a finished code object.
    fn closure(&self, code: CodeId) -> (Name, &[Name]);
}

/// The generator of one module.
pub struct Codegen<'a, 'ast> {
    pub(crate) symbols: &'a SymbolTable,
    pub(crate) names: &'a mut Names,
    pub(crate) constants: &'a mut Constants,
    pub(crate) future: Future,
    /// Positions of strings with the prefix `u`.
    pub(crate) unicode_strings: &'a [(i32, i32)],
    pub(crate) target: &'static Target,
    /// The level: 0, 1 or 2.
    pub(crate) optimize: u8,
    pub(crate) finish: &'a mut dyn Finish,
    pub(crate) warnings: &'a mut Warnings,
    /// NaN constants, by the address of their node: each is equal only to itself.
    pub(crate) nans: FxHashMap<usize, super::constants::ConstId>,
    pub(crate) unit: Box<Unit<'a, 'ast>>,
    /// The enclosing units, outermost first.
    #[expect(clippy::vec_box, reason = "each takes the place of the current unit, and is large")]
    pub(crate) stack: Vec<Box<Unit<'a, 'ast>>>,
    /// A qualified name under construction; kept for the room it has.
    text: String,
    /// Units that are done, for the room of their lists.
    #[expect(clippy::vec_box, reason = "as `stack`")]
    spare: Vec<Box<Unit<'a, 'ast>>>,
}

impl std::fmt::Debug for Codegen<'_, '_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Codegen").field("unit", &self.unit).finish_non_exhaustive()
    }
}

impl Codegen<'_, '_> {
    /// Ends the work if the file has used up its allowance.
    pub(crate) fn ask(&self) {
        allowance::ask_holding(|| self.unit.code.sequence.size() + self.constants.size());
    }

    /// An instruction without operand.
    pub(crate) fn emit(&mut self, op: Op, location: Location) {
        self.sequence().emit(op, 0, location);
    }

    /// An instruction with operand.
    pub(crate) fn emit_arg(&mut self, op: Op, arg: u32, location: Location) {
        self.sequence().emit(op, arg, location);
    }

    /// A jump, or the start of a block whose handler stands at `target`.
    pub(crate) fn emit_jump(&mut self, op: Op, target: Label, location: Location) {
        self.sequence().emit(op, target.0, location);
    }

    pub(crate) fn new_label(&mut self) -> Label {
        self.sequence().new_label()
    }

    /// Places `label` before the next instruction.
    pub(crate) fn use_label(&mut self, label: Label) {
        self.sequence().use_label(label);
    }

    pub(crate) fn sequence(&mut self) -> &mut InstructionSequence {
        &mut self.unit.code.sequence
    }

    /// The symbol table's scope of the current unit; [`Codegen::symbol`] knows what inlined comprehensions override.
    pub(crate) fn scope(&self) -> &Scope {
        self.symbols.scope(self.unit.scope)
    }
}
