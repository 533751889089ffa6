//! A code object under construction.
//!
//! CPython: `compiler_unit` in `Python/compile.c`.

use super::FrameBlock;
use crate::compile::constants::ConstId;
use crate::compile::positions::Positions;
use crate::compile::symtable::{NameScope, ScopeId, SymbolInfo, SymbolTable, flag};
use crate::compile::unit::CodeUnit;
use crate::syntax::ast::Stmt;
use crate::text::{Location, Name, Names};
use rustc_hash::{FxHashMap, FxHashSet};

/// Kind of a unit (`COMPILE_SCOPE_*`).
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
    /// Index in `__conditional_annotations__`, if the statement is conditional.
    pub(crate) condition: Option<i64>,
}

/// A code object under construction (`compiler_unit`).
#[derive(Debug)]
pub(crate) struct CompilerUnit<'a, 'ast> {
    pub(crate) kind: UnitKind,
    pub(crate) scope: ScopeId,
    pub(crate) code: CodeUnit,
    /// Class for the mangling of private names.
    pub(crate) private: Option<Name>,
    pub(crate) blocks: Vec<FrameBlock<'a, 'ast>>,
    /// Depth of inlined comprehensions that are being compiled.
    pub(crate) inlined_depth: u32,
    /// Symbols that inlined comprehensions currently override.
    pub(crate) overrides: FxHashMap<Name, SymbolInfo>,
    /// Names of a module or class that are currently fast locals.
    pub(crate) hidden_now: FxHashSet<Name>,
    /// Attributes of `self` that methods of this class store, with repetitions.
    pub(crate) static_attributes: Vec<Name>,
    /// Annotations to evaluate in `__annotate__`, in source order.
    pub(crate) deferred: Vec<Deferred<'a, 'ast>>,
    /// Number of conditional annotations.
    pub(crate) conditions: i64,
    /// Number of conditional statements around the current one.
    pub(crate) conditional_depth: u32,
    /// Number of swaps emitted for captures of patterns.
    pub(super) swaps: usize,
    /// Location that was set last, where locations linger.
    pub(super) here: Location,
    pub(super) cell_index: Positions<Name>,
    pub(super) free_index: Positions<Name>,
    /// Number of free variables that the scope lists; late ones follow.
    pub(super) listed_free: u32,
    pub(super) const_index: Positions<ConstId>,
}

impl CompilerUnit<'_, '_> {
    /// Returns a unit without a scope.
    pub(super) fn empty() -> Self {
        Self {
            kind: UnitKind::Module,
            scope: ScopeId(0),
            code: CodeUnit::default(),
            private: None,
            blocks: Vec::new(),
            inlined_depth: 0,
            overrides: FxHashMap::default(),
            hidden_now: FxHashSet::default(),
            static_attributes: Vec::new(),
            deferred: Vec::new(),
            conditions: 0,
            conditional_depth: 0,
            swaps: 0,
            here: Location::NONE,
            cell_index: Positions::default(),
            free_index: Positions::default(),
            listed_free: 0,
            const_index: Positions::default(),
        }
    }

    /// Resets the unit for a scope, with cells and free variables in CPython's order
    /// (`_PyCompile_EnterScope`).
    ///
    /// Allocations are kept.
    pub(super) fn begin(
        &mut self,
        symbols: &SymbolTable,
        names: &mut Names,
        scope_id: ScopeId,
        kind: UnitKind,
        name: Name,
    ) {
        self.clear();
        (self.kind, self.scope) = (kind, scope_id);
        let code = &mut self.code;
        (code.name, code.qualname) = (name, name);
        let scope = symbols.scope(scope_id);
        code.varnames.extend_from_slice(&scope.varnames);
        for symbol in &scope.symbols {
            if symbol.scope == NameScope::Cell || symbol.flags & flag::COMP_CELL != 0 {
                code.cellvars.push(symbol.name);
            }
            if symbol.scope == NameScope::Free || symbol.flags & flag::FREE_CLASS != 0 {
                code.freevars.push(symbol.name);
            }
        }
        code.cellvars.sort_by(|left, right| names.text(*left).cmp(names.text(*right)));
        code.freevars.sort_by(|left, right| names.text(*left).cmp(names.text(*right)));
        let special = [
            (scope.needs_class_closure, "__class__"),
            (scope.needs_classdict, "__classdict__"),
            (scope.has_conditional_annotations, "__conditional_annotations__"),
        ];
        for (_, text) in special.into_iter().filter(|(needed, _)| *needed) {
            let name = names.intern(text);
            if !code.cellvars.contains(&name) {
                code.cellvars.push(name);
            }
        }
        self.cell_index.restart(&code.cellvars);
        self.free_index.restart(&code.freevars);
        self.listed_free = code.freevars.len() as u32;
    }

    /// Removes everything and keeps the allocations.
    fn clear(&mut self) {
        let Self {
            kind: _,
            scope: _,
            code,
            private,
            blocks,
            inlined_depth,
            overrides,
            hidden_now,
            static_attributes,
            deferred,
            conditions,
            conditional_depth,
            swaps,
            here,
            // The indices are reset together with their lists.
            cell_index: _,
            free_index: _,
            listed_free: _,
            const_index,
        } = self;
        code.clear();
        *private = None;
        blocks.clear();
        *inlined_depth = 0;
        overrides.clear();
        hidden_now.clear();
        static_attributes.clear();
        deferred.clear();
        *conditions = 0;
        *conditional_depth = 0;
        *swaps = 0;
        *here = Location::NONE;
        const_index.restart::<ConstId>(&[]);
    }
}
