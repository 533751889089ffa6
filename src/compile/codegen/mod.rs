//! Syntax tree and symbol table → one [`CodeUnit`] for each code object.
//!
//! CPython: `Python/codegen.c` and the code-unit half of `Python/compile.c`. A unit is passed to
//! the assembler as soon as its scope ends, nested scopes first.
//!
//! **Invariant:** instructions are those that CPython's generator emits; nothing is optimized here.

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
mod leave;
mod loops;
mod module;
mod name;
mod pattern;
mod refuse;
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

pub(crate) use block::FrameBlock;
pub(crate) use unit::{CompilerUnit, Deferred, UnitKind};

use super::constants::{CodeId, Constants};
use super::future::Future;
use super::instruction::{InstructionSequence, Label};
use super::name_places::NamePlaces;
use super::symtable::{Scope, SymbolTable};
use super::unit::CodeUnit;
use super::warned::Warnings;
use crate::allowance;
use crate::syntax::SyntaxError;
use crate::target::{Op, Target};
use crate::text::{Location, Name, Names};
use rustc_hash::FxHashMap;

/// Result of code generation. An error is always an error of the source, in CPython's words.
pub(crate) type CodegenResult<T> = Result<T, SyntaxError>;

/// `_PY_STACK_USE_GUIDELINE`: longer displays and argument lists are built piece by piece.
const STACK_USE_GUIDELINE: usize = 30;

/// Optimizes and assembles finished units.
pub trait Finish {
    /// Assembles `unit`, whose lists may be consumed; equal code objects get the same number.
    ///
    /// # Errors
    /// Reports errors that CPython finds only at the end of a unit.
    fn finish(
        &mut self,
        unit: &mut CodeUnit,
        constants: &mut Constants,
        names: &mut Names,
    ) -> CodegenResult<CodeId>;

    /// Returns `co_name` and `co_freevars` of a finished code object.
    fn closure(&self, code: CodeId) -> (Name, &[Name]);
}

/// Code generator of one module.
pub struct Codegen<'a, 'ast> {
    pub(crate) symbols: &'a SymbolTable,
    pub(crate) names: &'a mut Names,
    pub(crate) constants: &'a mut Constants,
    pub(crate) future: Future,
    /// Positions of string literals with the prefix `u`.
    pub(crate) unicode_strings: &'a [(i32, i32)],
    pub(crate) target: &'static Target,
    /// Optimization level: 0, 1 or 2.
    pub(crate) optimize: u8,
    pub(crate) finish: &'a mut dyn Finish,
    pub(crate) warnings: &'a mut Warnings,
    /// NaN constants by the address of their node, because each is equal only to itself.
    pub(crate) nans: FxHashMap<usize, super::constants::ConstId>,
    /// Places of names in the current unit.
    name_places: NamePlaces,
    /// The name `__debug__`, if its bindings are refused here.
    forbidden: Option<Name>,
    pub(crate) unit: Box<CompilerUnit<'a, 'ast>>,
    /// Enclosing units, outermost first.
    #[expect(clippy::vec_box, reason = "each takes the place of the current unit, and is large")]
    pub(crate) stack: Vec<Box<CompilerUnit<'a, 'ast>>>,
    /// Buffer for qualified names, kept for its allocation.
    text: String,
    /// Finished units, kept for their allocations.
    #[expect(clippy::vec_box, reason = "as `stack`")]
    spare: Vec<Box<CompilerUnit<'a, 'ast>>>,
}

impl std::fmt::Debug for Codegen<'_, '_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Codegen").field("unit", &self.unit).finish_non_exhaustive()
    }
}

impl Codegen<'_, '_> {
    /// Stops the compilation if the file has used up its allowance.
    pub(crate) fn ask(&self) {
        allowance::ask_holding(|| {
            let lists = self.unit.code.sequence.size() + self.constants.size() + self.names.size();
            allowance::growing(lists) + self.name_places.size()
        });
    }

    /// Emits an instruction without an operand (`codegen_addop_noarg`).
    pub(crate) fn emit(&mut self, op: Op, location: Location) {
        self.sequence().emit(op, 0, location);
    }

    /// Emits an instruction with an operand (`codegen_addop_i`).
    pub(crate) fn emit_arg(&mut self, op: Op, arg: u32, location: Location) {
        self.sequence().emit(op, arg, location);
    }

    /// Emits a jump, or the start of a block whose handler is `target` (`codegen_addop_j`).
    pub(crate) fn emit_jump(&mut self, op: Op, target: Label, location: Location) {
        self.sequence().emit(op, target.0, location);
    }

    /// Emits the jump to the end of a statement or expression, which has no location.
    pub(crate) fn emit_join(&mut self, target: Label) {
        let checks = self.target.features.joins_check_signals;
        let op = if checks { Op::JUMP } else { Op::JUMP_NO_INTERRUPT };
        self.emit_jump(op, target, Location::NONE);
    }

    /// Emits the conversion of the top of the stack to its truth value, where jumps and `not` need
    /// one.
    pub(crate) fn emit_truth(&mut self, location: Location) {
        if self.target.operation(Op::TO_BOOL).is_some() {
            self.emit(Op::TO_BOOL, location);
        }
    }

    /// Emits a call with `count` arguments, after the instruction that prepares it, where there is
    /// one.
    pub(crate) fn emit_call(&mut self, op: Op, count: u32, location: Location) {
        if self.target.operation(Op::PRECALL).is_some() {
            self.emit_arg(Op::PRECALL, count, location);
        }
        self.emit_arg(op, count, location);
    }

    /// Sets the location of code that has none of its own, where locations linger.
    pub(crate) fn set_here(&mut self, location: Location) {
        self.unit.here = location;
    }

    /// Returns the location of code that belongs to `location` and follows other code, which may
    /// have left its own where locations linger.
    pub(crate) fn here_or(&self, location: Location) -> Location {
        if self.target.features.locations_linger { self.unit.here } else { location }
    }

    /// Returns a label that only starts a block, where labels do.
    pub(crate) fn block_label(&mut self) -> Option<Label> {
        self.target.features.labels_start_blocks.then(|| self.new_label())
    }

    /// Places a label from [`Self::block_label`].
    pub(crate) fn use_block_label(&mut self, label: Option<Label>) {
        if let Some(label) = label {
            self.use_label(label);
        }
    }

    /// Returns a label that is not placed yet (`NEW_JUMP_TARGET_LABEL`).
    pub(crate) fn new_label(&mut self) -> Label {
        self.sequence().new_label()
    }

    /// Places `label` before the next instruction (`USE_LABEL`).
    pub(crate) fn use_label(&mut self, label: Label) {
        self.sequence().use_label(label);
    }

    /// Returns the instruction sequence of the current unit.
    pub(crate) fn sequence(&mut self) -> &mut InstructionSequence {
        &mut self.unit.code.sequence
    }

    /// Returns the symbol table entry of the current unit; [`Codegen::symbol`] includes the
    /// overrides of inlined comprehensions.
    pub(crate) fn scope(&self) -> &Scope {
        self.symbols.scope(self.unit.scope)
    }
}
