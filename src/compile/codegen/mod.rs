//! Syntax tree and symbol table → one [`CodeUnit`] for each code object.
//!
//! CPython: `Python/codegen.c` and the bookkeeping half of `Python/compile.c`. A unit is handed to the assembler as
//! soon as its scope ends, inner ones first.
//!
//! **Invariant:** instructions come out as CPython's generator emits them; nothing is optimised here.

mod attribute;
mod await_yield;
mod bool_op;
mod call;
mod closure;
mod compare;
mod comprehension;
mod constant;
mod display;
mod expression;
mod fstring;
mod inlined;
mod jump_if;
mod module;
mod name;
mod pattern;
mod scope;
mod statement;
mod subscript;
mod template;

pub use module::compile;

use super::constants::{CodeId, Constants};
use super::future::Future;
use super::instruction::{InstructionSequence, Label};
use super::symtable::{Scope, ScopeId, SymbolInfo, SymbolTable};
use super::unit::CodeUnit;
use crate::syntax::SyntaxError;
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
#[expect(dead_code, reason = "`def` is refused for now, and it makes the unit of that kind")]
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

/// CPython's frame blocks that only expressions and functions push; statements push their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    AsyncComprehension,
}

/// The deepest nesting of blocks (`CO_MAXBLOCKS`).
const MAX_BLOCKS: usize = 40;

/// One code object under construction.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) kind: UnitKind,
    pub(crate) scope: ScopeId,
    pub(crate) code: CodeUnit,
    /// The class whose private names are mangled.
    pub(crate) private: Option<Name>,
    pub(crate) blocks: Vec<Block>,
    /// Inlined comprehensions that are being compiled.
    pub(crate) inlined_depth: u32,
    /// Names that an inlined comprehension gives another meaning for now.
    pub(crate) overrides: FxHashMap<Name, SymbolInfo>,
    /// Names of a module or class that are fast locals for now.
    pub(crate) hidden_now: FxHashSet<Name>,
    /// Attributes of `self` stored by methods of this class.
    pub(crate) static_attributes: Vec<Name>,
    const_index: FxHashMap<super::constants::ConstId, u32>,
    name_index: FxHashMap<Name, u32>,
    varname_index: FxHashMap<Name, u32>,
}

/// The generator of one module.
pub struct Codegen<'a> {
    pub(crate) symbols: &'a SymbolTable,
    pub(crate) names: &'a mut Names,
    pub(crate) constants: &'a mut Constants,
    pub(crate) future: Future,
    #[expect(dead_code, reason = "3.14 is the only target so far")]
    pub(crate) target: &'static Target,
    pub(crate) finish: &'a mut dyn Finish,
    pub(crate) unit: Unit,
    /// The enclosing units, outermost first.
    pub(crate) stack: Vec<Unit>,
}

impl std::fmt::Debug for Codegen<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Codegen").field("unit", &self.unit).finish_non_exhaustive()
    }
}

impl Codegen<'_> {
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

    fn push_block(&mut self, block: Block, location: Location) -> Result<()> {
        if self.unit.blocks.len() >= MAX_BLOCKS {
            return Err(SyntaxError::new("too many statically nested blocks", location));
        }
        self.unit.blocks.push(block);
        Ok(())
    }

    fn pop_block(&mut self) {
        self.unit.blocks.pop();
    }
}
