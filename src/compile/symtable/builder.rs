//! The first pass: collects the uses of each name, scope by scope.
//!
//! CPython: `Python/symtable.c`.

use super::known::Known;
use super::{BlockKind, NameScope, Scope, ScopeId, ScopeKey, ScopeRole, SymbolInfo, SymbolTable, flag};
use crate::allowance;
use crate::compile::future::{Future, docstring};
use crate::compile::positions::Positions;
use crate::syntax::SyntaxError;
use crate::syntax::ast::{ExprContext, Module, NodeId};
use crate::target::Target;
use crate::text::{Location, Name, Names};
use rustc_hash::FxHashMap;

/// Result of a visit. The error is boxed so that the result fits in a register.
pub(super) type Visit = Result<(), Box<SyntaxError>>;

/// State of a scope that is only needed while its part of the tree is visited.
#[derive(Debug, Default)]
pub(super) struct ScopeProgress {
    pub(super) comp_iter_target: bool,
    pub(super) comp_iter_expr: u32,
    pub(super) in_conditional_block: bool,
    pub(super) in_try_block: bool,
    pub(super) in_unevaluated_annotation: bool,
    /// True for `async def`. An `await` that is not compiled does not set it.
    pub(super) is_async_def: bool,
    pub(super) info: &'static str,
}

/// A name declared `global` or `nonlocal`, with the location.
#[derive(Debug)]
pub(super) struct Directive {
    pub(super) scope: ScopeId,
    pub(super) name: Name,
    pub(super) location: Location,
}

pub(super) struct Builder<'n> {
    pub(super) table: SymbolTable,
    pub(super) progress: Vec<ScopeProgress>,
    pub(super) directives: Vec<Directive>,
    /// Last symbol found for each name: the scope and the index among its symbols.
    last: Vec<(ScopeId, u32)>,
    pub(super) stack: Vec<ScopeId>,
    pub(super) current: ScopeId,
    pub(super) private: Option<Name>,
    pub(super) future: &'n Future,
    pub(super) target: &'n Target,
    pub(super) names: &'n mut Names,
    pub(super) known: Known,
}

/// Bytes that a scope takes in all lists and tables, while these grow.
const SCOPE: usize = 3 * (size_of::<Scope>() + size_of::<ScopeProgress>() + 16) + 8 * size_of::<SymbolInfo>();
/// Bytes that a symbol takes, while lists grow.
const SYMBOL: usize = 6 * size_of::<SymbolInfo>();

const MODULE: ScopeId = ScopeId(0);
/// Key for a symbol that was never looked up.
const NOWHERE: ScopeId = ScopeId(u32::MAX);

impl<'n> Builder<'n> {
    /// Returns a builder for a tree with about `nodes` nodes that open scopes.
    pub(super) fn new(future: &'n Future, target: &'n Target, names: &'n mut Names, nodes: usize) -> Self {
        let known = Known::new(names);
        let by_key = FxHashMap::with_capacity_and_hasher(nodes, Default::default());
        let table = SymbolTable { scopes: Vec::with_capacity(nodes), by_key, mangled_names: Vec::new() };
        Self {
            table,
            progress: Vec::with_capacity(nodes),
            directives: Vec::new(),
            last: vec![(NOWHERE, 0); names.len()],
            stack: Vec::new(),
            current: MODULE,
            private: None,
            future,
            target,
            names,
            known,
        }
    }

    /// Returns the results.
    pub(super) fn finish(self) -> (SymbolTable, Vec<Directive>, Known) {
        (self.table, self.directives, self.known)
    }

    /// Visits a module (`_PySymtable_Build`).
    pub(super) fn module(&mut self, module: &Module<'_>) -> Visit {
        let location = Location::new(0, 0, 0, 0);
        let key = ScopeKey { node: module.id, role: ScopeRole::Own };
        self.enter_new(self.known.top, BlockKind::Module, key, location)?;
        self.current().has_docstring = docstring(module.body).is_some();
        self.statements(module.body)
    }

    /// Returns the current scope.
    pub(super) fn current(&mut self) -> &mut Scope {
        &mut self.table.scopes[self.current.0 as usize]
    }

    /// Returns the current scope.
    pub(super) fn scope(&self) -> &Scope {
        &self.table.scopes[self.current.0 as usize]
    }

    /// Returns the state of the current scope.
    pub(super) fn progress(&mut self) -> &mut ScopeProgress {
        &mut self.progress[self.current.0 as usize]
    }

    /// Returns the key of a node's own scope.
    pub(super) fn own(node: NodeId) -> ScopeKey {
        ScopeKey { node, role: ScopeRole::Own }
    }

    /// Creates a scope without entering it (`ste_new`).
    pub(super) fn new_scope(
        &mut self,
        name: Name,
        kind: BlockKind,
        key: ScopeKey,
        location: Location,
    ) -> ScopeId {
        let outer = self.stack.last().map(|id| &self.table.scopes[id.0 as usize]);
        let nested = outer.is_some_and(|outer| outer.nested || outer.kind.is_function_like());
        let in_class = outer.is_some_and(|outer| outer.kind == BlockKind::Class);
        let id = ScopeId(self.table.scopes.len() as u32);
        allowance::note(SCOPE);
        self.table.by_key.entry(key).or_insert(id);
        self.progress.push(ScopeProgress::default());
        self.table.scopes.push(Scope {
            key,
            kind,
            name,
            parent: self.stack.last().copied(),
            children: Vec::new(),
            symbols: Vec::with_capacity(8),
            index: Positions::default(),
            varnames: Vec::new(),
            nested,
            generator: false,
            coroutine: false,
            awaits: false,
            comprehension: None,
            comp_inlined: false,
            varargs: false,
            varkeywords: false,
            returns_value: false,
            needs_class_closure: false,
            needs_classdict: false,
            has_conditional_annotations: false,
            annotations_used: false,
            can_see_class_scope: false,
            method: in_class && kind == BlockKind::Function,
            has_docstring: false,
            annotations: None,
            location,
            mangled_names: None,
        });
        id
    }

    /// Enters an existing scope (`symtable_enter_existing_block`).
    pub(super) fn enter(&mut self, id: ScopeId, add_to_children: bool) {
        let outer = self.stack.last().copied();
        self.stack.push(id);
        self.current = id;
        let Some(outer) = outer else { return };
        self.progress[id.0 as usize].comp_iter_expr = self.progress[outer.0 as usize].comp_iter_expr;
        let kind = self.scope().kind;
        let inherited = self.table.scopes[outer.0 as usize].mangled_names;
        if inherited.is_some() && kind != BlockKind::Class {
            self.current().mangled_names = inherited;
        }
        let text_only = self.future.annotations() && kind == BlockKind::Annotation;
        if add_to_children && !text_only {
            self.table.scopes[outer.0 as usize].children.push(id);
        }
    }

    /// Creates and enters a scope (`symtable_enter_block`).
    pub(super) fn enter_new(
        &mut self,
        name: Name,
        kind: BlockKind,
        key: ScopeKey,
        location: Location,
    ) -> Result<ScopeId, Box<SyntaxError>> {
        let id = self.new_scope(name, kind, key, location);
        self.enter(id, true);
        let evaluator =
            matches!(kind, BlockKind::Annotation | BlockKind::TypeVariable | BlockKind::TypeAlias);
        if evaluator && self.target.features.deferred_annotations {
            self.define(self.known.format, flag::PARAM, location)?;
            self.define(self.known.format, flag::USE, location)?;
        }
        Ok(id)
    }

    /// Leaves the current scope (`symtable_exit_block`).
    pub(super) fn exit(&mut self) {
        self.stack.pop();
        self.current = self.stack.last().copied().unwrap_or(MODULE);
    }

    /// Returns a name, mangled for the current scope (`_Py_MaybeMangle`).
    #[inline]
    pub(super) fn mangled(&mut self, name: Name) -> Name {
        self.table.mangled(self.current, self.private, name, self.names)
    }

    /// Returns the current flags of `name` in `scope` (`symtable_lookup_entry`).
    pub(super) fn flags(&mut self, scope: ScopeId, name: Name) -> u32 {
        let name = self.mangled(name);
        self.table.scopes[scope.0 as usize].symbol(name).map_or(0, |symbol| symbol.flags)
    }

    /// Adds flags to a name in the current scope (`symtable_add_def`).
    pub(super) fn define(&mut self, name: Name, flags: u32, location: Location) -> Visit {
        let context = if flags == flag::USE { ExprContext::Load } else { ExprContext::Store };
        self.define_in_context(name, flags, location, context)
    }

    /// Adds flags to a name in the current scope, in a context (`symtable_add_def_ctx`).
    #[inline]
    pub(super) fn define_in_context(
        &mut self,
        name: Name,
        flags: u32,
        location: Location,
        context: ExprContext,
    ) -> Visit {
        if flags & (flag::PARAM | flag::LOCAL | flag::IMPORT) != 0 {
            self.check_name(name, location, context)?;
        }
        if flags & flag::TYPE_PARAM != 0
            && let Some(only) = self.scope().mangled_names
        {
            self.table.mangled_names[only as usize].push(name);
        }
        self.define_in(self.current, name, flags, location)
    }

    /// Adds flags to a name in `scope` (`symtable_add_def_helper`).
    pub(super) fn define_in(&mut self, scope: ScopeId, name: Name, flags: u32, location: Location) -> Visit {
        let mangled = self.mangled(name);
        let is_target = self.progress[scope.0 as usize].comp_iter_target;
        let symbol = self.symbol(scope, mangled);
        if symbol.flags == 0 {
            allowance::note(SYMBOL);
        }
        let twice = flags & symbol.flags;
        if twice & (flag::PARAM | flag::TYPE_PARAM) != 0 {
            return self.duplicate(twice, name, location);
        }
        symbol.flags |= flags;
        if is_target {
            if symbol.flags & (flag::GLOBAL | flag::NONLOCAL) != 0 {
                let start = "comprehension inner loop cannot rebind assignment expression target '";
                return self.error_with_name(start, name, "'", location);
            }
            symbol.flags |= flag::COMP_ITER;
        }
        if flags & flag::PARAM != 0 {
            self.table.scopes[scope.0 as usize].varnames.push(mangled);
        } else if flags & flag::GLOBAL != 0 {
            self.table.scopes[MODULE.0 as usize].symbol_entry(mangled).flags |= flags;
        }
        Ok(())
    }

    /// Returns the symbol of `name` in `scope`, adding it if needed.
    ///
    /// The last index of each name is tried first, because names are often used again soon.
    #[inline]
    fn symbol(&mut self, scope: ScopeId, name: Name) -> &mut SymbolInfo {
        let entry = &mut self.table.scopes[scope.0 as usize];
        let at = name.0 as usize;
        let index = match self.last.get(at) {
            Some(&(last, index)) if last == scope => index,
            _ => {
                let index = entry.symbol_index(name);
                if at >= self.last.len() {
                    self.last.resize(self.names.len(), (NOWHERE, 0));
                }
                self.last[at] = (scope, index);
                index
            }
        };
        &mut entry.symbols[index as usize]
    }

    /// Refuses a repeated parameter or type parameter (`symtable_add_def_helper`).
    #[cold]
    fn duplicate(&self, flags: u32, name: Name, location: Location) -> Visit {
        if flags & flag::PARAM == 0 {
            return self.error_with_name("duplicate type parameter '", name, "'", location);
        }
        let start = format!("duplicate {} '", self.target.features.parameter_noun);
        self.error_with_name(&start, name, "' in function definition", location)
    }

    /// Returns whether errors are reported here that are otherwise left to code generation, as
    /// [`Features::check_with_code`](crate::target::Features) selects.
    pub(super) const fn checks_here(&self) -> bool {
        !self.target.features.check_with_code
    }

    /// Refuses to bind `__debug__` (`check_name`).
    pub(super) fn check_name(&self, name: Name, location: Location, context: ExprContext) -> Visit {
        if name != self.known.debug || context == ExprContext::Load || !self.checks_here() {
            return Ok(());
        }
        Err(Box::new(binds_debug(context, location)))
    }

    /// Records the location of a `global` or `nonlocal` statement (`symtable_record_directive`).
    pub(super) fn record_directive(&mut self, name: Name, location: Location) {
        let name = self.mangled(name);
        self.directives.push(Directive { scope: self.current, name, location });
    }

    /// Returns an error whose message contains a name.
    #[cold]
    pub(super) fn error_with_name(&self, start: &str, name: Name, end: &str, location: Location) -> Visit {
        let message = format!("{start}{}{end}", self.names.text(name));
        Err(Box::new(SyntaxError::new(message, location)))
    }
}

impl BlockKind {
    /// Returns whether names of the block are fast locals (`_PyST_IsFunctionLike`).
    pub const fn is_function_like(self) -> bool {
        !matches!(self, Self::Module | Self::Class)
    }
}

impl Scope {
    /// Returns the symbol of `name`, adding it if needed.
    pub(super) fn symbol_entry(&mut self, name: Name) -> &mut SymbolInfo {
        let index = self.symbol_index(name);
        &mut self.symbols[index as usize]
    }

    /// Returns the index of `name` in `symbols`, adding it if needed.
    fn symbol_index(&mut self, name: Name) -> u32 {
        let new = SymbolInfo { name, flags: 0, scope: NameScope::Unknown };
        self.index.find_or_push(&mut self.symbols, new)
    }
}

/// Returns the error for a name `__debug__` that is bound or deleted.
#[cold]
pub fn binds_debug(context: ExprContext, location: Location) -> SyntaxError {
    let what = if context == ExprContext::Store { "assign to" } else { "delete" };
    SyntaxError::new(format!("cannot {what} __debug__"), location)
}
