//! A code object under construction.

use super::Block;
use crate::compile::constants::ConstId;
use crate::compile::positions::Positions;
use crate::compile::symtable::{NameScope, ScopeId, SymbolInfo, SymbolTable, flag};
use crate::compile::unit::CodeUnit;
use crate::syntax::ast::Stmt;
use crate::text::{Name, Names};
use rustc_hash::{FxHashMap, FxHashSet};

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
    /// Number of inlined comprehensions around the current place that are not among the blocks.
    pub(crate) inlined_blocks: usize,
    /// Inlined comprehensions that are being compiled.
    pub(crate) inlined_depth: u32,
    /// Names that an inlined comprehension gives another meaning for now.
    pub(crate) overrides: FxHashMap<Name, SymbolInfo>,
    /// Names of a module or class that are fast locals for now.
    pub(crate) hidden_now: FxHashSet<Name>,
    /// Attributes of `self` stored by methods of this class, as often as they are.
    pub(crate) static_attributes: Vec<Name>,
    /// Annotations to evaluate later, in source order.
    pub(crate) deferred: Vec<Deferred<'a, 'ast>>,
    /// Number of conditional annotations.
    pub(crate) conditions: i64,
    /// Number of conditional statements around the current one.
    pub(crate) conditional_depth: u32,
    /// Swaps that captures of patterns took.
    pub(super) swaps: usize,
    pub(super) cell_index: Positions<Name>,
    pub(super) free_index: Positions<Name>,
    /// Number of free variables that the scope lists; others may follow.
    pub(super) listed_free: u32,
    pub(super) const_index: Positions<ConstId>,
    pub(super) name_index: Positions<Name>,
    pub(super) varname_index: Positions<Name>,
}

impl Unit<'_, '_> {
    /// Of no scope.
    pub(super) fn empty() -> Self {
        Self {
            kind: UnitKind::Module,
            scope: ScopeId(0),
            code: CodeUnit::default(),
            private: None,
            blocks: Vec::new(),
            inlined_blocks: 0,
            inlined_depth: 0,
            overrides: FxHashMap::default(),
            hidden_now: FxHashSet::default(),
            static_attributes: Vec::new(),
            deferred: Vec::new(),
            conditions: 0,
            conditional_depth: 0,
            swaps: 0,
            cell_index: Positions::default(),
            free_index: Positions::default(),
            listed_free: 0,
            const_index: Positions::default(),
            name_index: Positions::default(),
            varname_index: Positions::default(),
        }
    }

    /// Makes it that of a scope, with the cells and free variables in CPython's order and no code; of what was in it
    /// only the room is kept.
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
        self.varname_index.restart(&code.varnames);
    }

    fn clear(&mut self) {
        let Self {
            kind: _,
            scope: _,
            code,
            private,
            blocks,
            inlined_blocks,
            inlined_depth,
            overrides,
            hidden_now,
            static_attributes,
            deferred,
            conditions,
            conditional_depth,
            swaps,
            // Made anew with their lists.
            cell_index: _,
            free_index: _,
            listed_free: _,
            varname_index: _,
            const_index,
            name_index,
        } = self;
        code.clear();
        *private = None;
        blocks.clear();
        *inlined_blocks = 0;
        *inlined_depth = 0;
        overrides.clear();
        hidden_now.clear();
        static_attributes.clear();
        deferred.clear();
        *conditions = 0;
        *conditional_depth = 0;
        *swaps = 0;
        const_index.restart::<ConstId>(&[]);
        name_index.restart::<Name>(&[]);
    }
}
