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
mod with;

pub use module::compile;

pub(crate) use block::Block;

use super::constants::{CodeId, Constants};
use super::future::Future;
use super::instruction::{InstructionSequence, Label};
use super::positions::Positions;
use super::symtable::{Scope, ScopeId, SymbolInfo, SymbolTable};
use super::unit::CodeUnit;
use crate::syntax::SyntaxError;
use crate::syntax::ast::Stmt;
use crate::target::{Op, Target};
use crate::text::{Location, Name, Names};
use rustc_hash::{FxHashMap, FxHashSet};

/// What goes wrong is always the source's fault, in CPython's words.
pub(crate) type Result<T> = std::result::Result<T, SyntaxError>;

/// `_PY_STACK_USE_GUIDELINE`: longer displays and argument lists are built piece by piece.
const STACK_USE_GUIDELINE: usize = 30;

/// Takes finished units, optimises and assembles them.
pub trait Finish {
    /// The code object of `unit`; equal code objects get the same number.
    ///
    /// # Errors
    /// What CPython refuses as late as this.
    fn finish(&mut self, unit: CodeUnit, constants: &mut Constants, names: &mut Names) -> Result<CodeId>;

    /// The free variables of a code object, in its order.
    fn freevars(&self, code: CodeId) -> &[Name];
}

/// CPython's `COMPILE_SCOPE_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnitKind {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
    Annotations,
}

/// An annotated name of a module or class whose annotation is evaluated in `__annotate__`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deferred<'a, 'ast> {
    /// The annotated assignment.
    pub(crate) statement: &'a Stmt<'ast>,
    /// Its number in `__conditional_annotations__`, if it may or may not be executed.
    pub(crate) condition: Option<i64>,
}

/// One code object under construction.
#[derive(Debug)]
pub(crate) struct Unit<'a, 'ast> {
    pub(crate) kind: UnitKind,
    pub(crate) scope: ScopeId,
    pub(crate) code: CodeUnit,
    /// The class whose private names are mangled.
    pub(crate) private: Option<Name>,
    pub(crate) blocks: Vec<Block<'a, 'ast>>,
    /// Inlined comprehensions that are being compiled.
    pub(crate) inlined_depth: u32,
    /// Names that an inlined comprehension gives another meaning for now.
    pub(crate) overrides: FxHashMap<Name, SymbolInfo>,
    /// Names of a module or class that are fast locals for now.
    pub(crate) hidden_now: FxHashSet<Name>,
    /// Attributes of `self` stored by methods of this class.
    pub(crate) static_attributes: Vec<Name>,
    /// Annotations to evaluate later, in source order.
    pub(crate) deferred: Vec<Deferred<'a, 'ast>>,
    /// How many of them are conditional.
    pub(crate) conditions: i64,
    /// How many conditional statements are around the current one.
    pub(crate) conditional_depth: u32,
    cell_index: Positions<Name>,
    free_index: Positions<Name>,
    /// How many free variables the scope lists; others may follow.
    listed_free: u32,
    const_index: Positions<super::constants::ConstId>,
    name_index: Positions<Name>,
    varname_index: Positions<Name>,
}

/// The generator of one module.
pub struct Codegen<'a, 'ast> {
    pub(crate) symbols: &'a SymbolTable,
    pub(crate) names: &'a mut Names,
    pub(crate) constants: &'a mut Constants,
    pub(crate) future: Future,
    /// Where strings with the prefix `u` start.
    pub(crate) unicode_strings: &'a [(i32, i32)],
    pub(crate) target: &'static Target,
    /// The level: 0, 1 or 2.
    pub(crate) optimize: u8,
    pub(crate) finish: &'a mut dyn Finish,
    /// What is never equal to itself, by the place of its node.
    pub(crate) nans: FxHashMap<usize, super::constants::ConstId>,
    pub(crate) unit: Unit<'a, 'ast>,
    /// The enclosing units, outermost first.
    pub(crate) stack: Vec<Unit<'a, 'ast>>,
}

impl std::fmt::Debug for Codegen<'_, '_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Codegen").field("unit", &self.unit).finish_non_exhaustive()
    }
}

impl Codegen<'_, '_> {
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
