//! The second pass: decides the scope of each name.
//!
//! CPython: `analyze_block` in `Python/symtable.c`, which passes copies of its sets of bound names
//! from scope to scope. Here one map holds the names that are currently visible, and each scope
//! reverts its changes when it is done.

use super::builder::Directive;
use super::known::Known;
use super::{BlockKind, NameScope, ScopeId, SymbolInfo, SymbolTable, flag};
use crate::compile::positions::Positions;
use crate::syntax::SyntaxError;
use crate::syntax::ast::ComprehensionKind;
use crate::target::Features;
use crate::text::{Location, Name, Names};
use rustc_hash::FxHashSet;

type AnalysisResult<T> = Result<T, Box<SyntaxError>>;

/// Visibility of a name that an enclosing function-like scope binds, as a type parameter or
/// otherwise.
#[derive(Clone, Copy, Debug, Default)]
struct Visible {
    bound: bool,
    type_param: bool,
}

struct Analysis<'t> {
    table: &'t mut SymbolTable,
    directives: &'t [Directive],
    known: &'t Known,
    names: &'t Names,
    features: &'t Features,
    /// Visibility by name.
    visible: Vec<Visible>,
    /// Changes of `visible`, with the previous values.
    undo: Vec<(Name, Visible)>,
}

/// Decides the scope of every name of `table` (`symtable_analyze`).
pub(super) fn analyze(
    table: &mut SymbolTable,
    directives: &[Directive],
    known: &Known,
    names: &Names,
    features: &Features,
) -> Result<(), SyntaxError> {
    let visible = vec![Visible::default(); names.len()];
    let mut analysis = Analysis { table, directives, known, names, features, visible, undo: Vec::new() };
    analysis.block(ScopeId(0), None).map(drop).map_err(|refused| *refused)
}

impl Analysis<'_> {
    /// Changes the visibility of a name.
    fn set(&mut self, name: Name, value: Visible) {
        let place = &mut self.visible[name.0 as usize];
        self.undo.push((name, *place));
        *place = value;
    }

    /// Reverts changes of visibility.
    fn restore(&mut self, mark: usize) {
        for (name, value) in self.undo.drain(mark..).rev() {
            self.visible[name.0 as usize] = value;
        }
    }

    /// Analyzes a scope and returns the names that are free in it or below, sorted
    /// (`analyze_block`).
    fn block(&mut self, id: ScopeId, class: Option<ScopeId>) -> AnalysisResult<Vec<Name>> {
        let mark = self.undo.len();
        let kind = self.table.scope(id).kind;
        let mut free = Vec::new();
        let mut symbols = std::mem::take(&mut self.table.scopes[id.0 as usize].symbols);
        for symbol in &mut symbols {
            symbol.scope = self.name(id, kind, *symbol, class)?;
            if symbol.scope == NameScope::Free {
                free.push(symbol.name);
            }
        }
        self.table.scopes[id.0 as usize].symbols = symbols;
        if self.table.scope(id).children.is_empty() {
            self.restore(mark);
            free.sort_unstable();
            return Ok(free);
        }
        if kind == BlockKind::Class {
            for name in self.cells_of_class().into_iter().flatten() {
                let type_param = self.visible[name.0 as usize].type_param;
                self.set(name, Visible { bound: true, type_param });
            }
        }
        let mut below = Vec::new();
        let mut inlined_cells = Vec::new();
        self.children(id, class, &mut below, &mut inlined_cells)?;
        self.restore(mark);
        if below.is_empty() && inlined_cells.is_empty() {
            free.sort_unstable();
            return Ok(free);
        }
        below.sort_unstable();
        below.dedup();
        inlined_cells.sort_unstable();
        if kind == BlockKind::Class {
            self.drop_class_free(id, &mut below);
        } else if kind.is_function_like() {
            self.cells(id, &mut below, &inlined_cells);
        }
        self.update(id, &below, &inlined_cells);
        free.append(&mut below);
        free.sort_unstable();
        free.dedup();
        Ok(free)
    }

    /// Analyzes the children of a scope and inlines comprehensions (`analyze_child_block`).
    fn children(
        &mut self,
        id: ScopeId,
        class: Option<ScopeId>,
        below: &mut Vec<Name>,
        inlined_cells: &mut Vec<Name>,
    ) -> AnalysisResult<()> {
        let children = std::mem::take(&mut self.table.scopes[id.0 as usize].children);
        let mut spliced = Vec::with_capacity(children.len());
        let kind = self.table.scope(id).kind;
        let sees_class = self.table.scope(id).can_see_class_scope;
        for child in children {
            if child == ScopeId::UNANNOTATED {
                let name = self.known.classdict;
                let used = SymbolInfo { name, flags: flag::USE, scope: NameScope::Unknown };
                if self.name(id, BlockKind::Annotation, used, Some(id))? == NameScope::Free {
                    below.push(name);
                }
                continue;
            }
            let entry = self.table.scope(child);
            let class = match (entry.can_see_class_scope, kind) {
                (true, BlockKind::Class) => Some(id),
                (true, _) => class,
                (false, _) => None,
            };
            let inline = self.features.inlines_comprehensions
                && entry.comprehension.is_some_and(|kind| kind != ComprehensionKind::Generator)
                && !sees_class;
            let mut free = self.block(child, class)?;
            if inline {
                self.inline(id, child, &mut free, inlined_cells);
                let entry = &mut self.table.scopes[child.0 as usize];
                entry.comp_inlined = true;
                spliced.extend_from_slice(&entry.children);
            } else {
                spliced.push(child);
            }
            below.append(&mut free);
        }
        self.table.scopes[id.0 as usize].children = spliced;
        Ok(())
    }

    /// Decides the scope of one name (`analyze_name`).
    fn name(
        &mut self,
        id: ScopeId,
        kind: BlockKind,
        symbol: SymbolInfo,
        class: Option<ScopeId>,
    ) -> AnalysisResult<NameScope> {
        let SymbolInfo { name, flags, .. } = symbol;
        let visible = self.visible[name.0 as usize];
        if flags & flag::GLOBAL != 0 {
            if flags & flag::NONLOCAL != 0 {
                return Err(self.error(id, name, "name '", "' is nonlocal and global"));
            }
            if visible.bound && kind != BlockKind::Class {
                self.set(name, Visible { bound: false, ..visible });
            }
            return Ok(NameScope::GlobalExplicit);
        }
        if flags & flag::NONLOCAL != 0 {
            if kind == BlockKind::Module {
                let message = "nonlocal declaration not allowed at module level";
                return Err(Box::new(SyntaxError::new(message, self.directive(id, name))));
            }
            if !visible.bound {
                return Err(self.error(id, name, "no binding for nonlocal '", "' found"));
            }
            if visible.type_param {
                let start = "nonlocal binding not allowed for type parameter '";
                return Err(self.error(id, name, start, "'"));
            }
            return Ok(NameScope::Free);
        }
        if flags & flag::BOUND != 0 {
            let new = Visible {
                bound: visible.bound || kind.is_function_like(),
                type_param: flags & flag::TYPE_PARAM != 0,
            };
            if new.bound != visible.bound || new.type_param != visible.type_param {
                self.set(name, new);
            }
            return Ok(NameScope::Local);
        }
        if let Some(symbol) = class.and_then(|class| self.table.scope(class).symbol(name)) {
            if symbol.flags & flag::GLOBAL != 0 {
                return Ok(NameScope::GlobalExplicit);
            }
            if symbol.flags & flag::BOUND != 0 && symbol.flags & flag::NONLOCAL == 0 {
                return Ok(NameScope::GlobalImplicit);
            }
        }
        Ok(if visible.bound { NameScope::Free } else { NameScope::GlobalImplicit })
    }

    /// Returns the location of the `global` or `nonlocal` statement for a name
    /// (`error_at_directive`).
    fn directive(&self, id: ScopeId, name: Name) -> Location {
        let found = self.directives.iter().find(|entry| entry.scope == id && entry.name == name);
        found.map_or(Location::NONE, |entry| entry.location)
    }

    /// Returns an error at the `global` or `nonlocal` statement for a name (`error_at_directive`).
    fn error(&self, id: ScopeId, name: Name, start: &str, end: &str) -> Box<SyntaxError> {
        let message = format!("{start}{}{end}", self.names.text(name));
        Box::new(SyntaxError::new(message, self.directive(id, name)))
    }

    /// Merges the names of a comprehension into the scope in which it is inlined
    /// (`inline_comprehension`).
    fn inline(&mut self, id: ScopeId, inner: ScopeId, free: &mut Vec<Name>, inlined_cells: &mut Vec<Name>) {
        let known = self.known;
        let kind = self.table.scope(id).kind;
        let mut hidden = Vec::new();
        // Removed from `free` together at the end: removing them one by one takes quadratic time.
        let mut bound_here = FxHashSet::default();
        for index in 0..self.table.scope(inner).symbols.len() {
            let SymbolInfo { name, flags, mut scope } = self.table.scope(inner).symbols[index];
            if flags & flag::PARAM != 0 {
                continue;
            }
            if scope == NameScope::Cell || flags & flag::COMP_CELL != 0 {
                inlined_cells.push(name);
            }
            let of_class = [known.class, known.classdict, known.conditional_annotations].contains(&name)
                && (name == known.class || self.features.classdict_in_comprehensions)
                && !self.features.class_cells_in_comprehensions;
            if scope == NameScope::Free && kind == BlockKind::Class && of_class {
                scope = NameScope::GlobalImplicit;
                if self.features.lose_class_cell || !self.free_in_a_child(inner, name) {
                    bound_here.insert(name);
                }
                hidden.push(name);
            }
            match self.table.scope(id).symbol(name).map(|symbol| symbol.flags) {
                None => {
                    let symbol = self.table.scopes[id.0 as usize].symbol_entry(name);
                    symbol.flags = flags;
                    symbol.scope = scope;
                }
                Some(outer) => {
                    let bound = outer & flag::BOUND != 0 && kind != BlockKind::Class;
                    if bound {
                        self.table.scopes[id.0 as usize].symbol_entry(name).flags |= flags & flag::USE;
                    }
                    if bound && !self.free_in_a_child(inner, name) {
                        bound_here.insert(name);
                    }
                }
            }
        }
        if !bound_here.is_empty() {
            free.retain(|name| !bound_here.contains(name));
        }
        if !hidden.is_empty() {
            let scope = &mut self.table.scopes[inner.0 as usize];
            scope.symbols.retain(|symbol| !hidden.contains(&symbol.name));
            scope.index = Positions::of(&scope.symbols);
        }
    }

    /// Returns whether a name is free in a child of a scope (`is_free_in_any_child`).
    fn free_in_a_child(&self, id: ScopeId, name: Name) -> bool {
        let children = &self.table.scope(id).children;
        children.iter().any(|child| self.table.scope(*child).name_scope(name) == NameScope::Free)
    }

    /// Turns locals that are free below into cells (`analyze_cells`).
    fn cells(&mut self, id: ScopeId, below: &mut Vec<Name>, inlined_cells: &[Name]) {
        let scope = &mut self.table.scopes[id.0 as usize];
        let inlined = inlined_cells.iter().filter(|name| below.binary_search(name).is_err());
        for name in inlined {
            if let Some(symbol) = scope.symbol_mut(*name)
                && symbol.scope == NameScope::Local
            {
                symbol.scope = NameScope::Cell;
            }
        }
        below.retain(|name| {
            let Some(symbol) = scope.symbol_mut(*name) else { return true };
            if symbol.scope != NameScope::Local {
                return true;
            }
            symbol.scope = NameScope::Cell;
            false
        });
    }

    /// Returns the names that a class provides to nested scopes, whether it binds them or not.
    fn cells_of_class(&self) -> [Option<Name>; 3] {
        let known = self.known;
        let conditional = self.features.deferred_annotations.then_some(known.conditional_annotations);
        let classdict = self.features.class_dict_cells.then_some(known.classdict);
        [Some(known.class), classdict, conditional]
    }

    /// Removes the names that a class provides from the free names (`drop_class_free`).
    fn drop_class_free(&mut self, id: ScopeId, below: &mut Vec<Name>) {
        let known = self.known;
        let deferred = self.features.deferred_annotations;
        let has_dict = self.features.class_dict_cells;
        let scope = &mut self.table.scopes[id.0 as usize];
        below.retain(|&name| {
            if name == known.class {
                scope.needs_class_closure = true;
            } else if name == known.classdict && has_dict {
                scope.needs_classdict = true;
            } else if name == known.conditional_annotations && deferred {
                scope.has_conditional_annotations = true;
            } else {
                return true;
            }
            false
        });
    }

    /// Records free names in the symbols of a scope (`update_symbols`).
    fn update(&mut self, id: ScopeId, below: &[Name], inlined_cells: &[Name]) {
        let scope = &mut self.table.scopes[id.0 as usize];
        for name in inlined_cells {
            if let Some(symbol) = scope.symbol_mut(*name) {
                symbol.flags |= flag::COMP_CELL;
            }
        }
        let class = scope.kind == BlockKind::Class || scope.can_see_class_scope;
        for &name in below {
            if let Some(symbol) = scope.symbol_mut(name) {
                if class {
                    symbol.flags |= flag::FREE_CLASS;
                }
            } else if self.visible[name.0 as usize].bound {
                scope.symbol_entry(name).scope = NameScope::Free;
            }
        }
    }
}
