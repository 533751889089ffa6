//! Isolation of the names of an inlined comprehension from the enclosing unit (PEP 709).
//!
//! CPython: `Python/codegen.c` and `Python/compile.c`.

use super::{Codegen, CodegenResult};
use crate::compile::instruction::Label;
use crate::compile::symtable::{BlockKind, NameScope, ScopeId, SymbolInfo, flag};
use crate::target::Op;
use crate::text::{Location, Name};

/// Changes made by an inlined comprehension in the enclosing unit
/// (`_PyCompile_InlinedComprehensionState`).
pub(super) struct Inlined {
    /// Names whose outer values are saved on the stack.
    pushed: Vec<Name>,
    /// Handler that restores the saved names, if there are any, and the end.
    cleanup: Option<(Label, Label)>,
    /// Symbols of the names outside the comprehension.
    outer: Vec<(Name, Option<SymbolInfo>)>,
    /// Names that are fast locals of a module or class only inside the comprehension.
    hidden: Vec<Name>,
}

impl Codegen<'_, '_> {
    /// Gives names their meaning inside `comprehension` and saves the values it hides
    /// (`push_inlined_comprehension_state`).
    pub(super) fn enter_inlined(
        &mut self,
        comprehension: ScopeId,
        location: Location,
    ) -> CodegenResult<Inlined> {
        let in_class = self.scope().kind == BlockKind::Class && self.unit.inlined_depth == 0;
        let is_function_like = self.in_function_like();
        self.unit.inlined_depth += 1;
        let symbols = &self.symbols.scope(comprehension).symbols;
        let mut state = Inlined { pushed: Vec::new(), cleanup: None, outer: Vec::new(), hidden: Vec::new() };
        let mut bound = Vec::new();
        for &symbol in symbols {
            let name = symbol.name;
            let outer_scope = self.symbol(name).map_or(NameScope::Unknown, |outer| outer.scope);
            let is_saved = in_class && self.target.features.save_all_in_class;
            let is_bound = is_saved || symbol.flags & flag::LOCAL != 0 && symbol.flags & flag::NONLOCAL == 0;
            let only_saved = self.target.features.override_saved_only;
            let differs = symbol.scope != outer_scope
                && (symbol.scope != NameScope::Free || only_saved)
                && !(symbol.scope == NameScope::Cell && outer_scope == NameScope::Free);
            let is_overridden = if only_saved { differs && is_bound } else { differs || in_class };
            if is_overridden {
                let outer = self.unit.overrides.insert(name, symbol);
                state.outer.push((name, outer));
            }
            if (is_bound || in_class) && !is_function_like && self.unit.hidden_now.insert(name) {
                state.hidden.push(name);
            }
            if is_bound {
                let by_outer = self.target.features.cell_by_outer_scope;
                let is_free = outer_scope == NameScope::Free && by_outer;
                bound.push((name, symbol.scope, is_free));
            }
        }
        self.name_places.change_meaning();
        for (name, scope, is_free) in bound {
            let index = self.varname_index(name);
            self.emit_arg(Op::LOAD_FAST_AND_CLEAR, index, location);
            if !is_function_like {
                self.note_hidden(name);
            }
            if scope == NameScope::Cell {
                let index = if is_free { self.late_free_index(name) } else { self.closure_index(name)? };
                self.emit_arg(Op::MAKE_CELL, index, location);
            }
            state.pushed.push(name);
        }
        if !state.pushed.is_empty() {
            self.emit_arg(Op::SWAP, state.pushed.len() as u32 + 1, location);
            let (cleanup, end) = (self.new_label(), self.new_label());
            self.emit_jump(Op::SETUP_FINALLY, cleanup, location);
            self.push_inlined_block(location)?;
            state.cleanup = Some((cleanup, end));
        }
        Ok(state)
    }

    /// Reverts the changes of [`Self::enter_inlined`] (`pop_inlined_comprehension_state`).
    pub(super) fn leave_inlined(&mut self, state: Inlined, location: Location) {
        if let Some((cleanup, end)) = state.cleanup {
            self.pop_inlined_block();
            self.emit(Op::POP_BLOCK, Location::NONE);
            self.emit_join(end);
            self.use_label(cleanup);
            // The unfinished collection is below the exception.
            self.emit_arg(Op::SWAP, 2, Location::NONE);
            self.emit(Op::POP_TOP, Location::NONE);
            self.restore_locals(&state.pushed, location);
            self.emit_arg(Op::RERAISE, 0, Location::NONE);
            self.use_label(end);
            self.restore_locals(&state.pushed, location);
        }
        let unit = &mut self.unit;
        unit.inlined_depth -= 1;
        for (name, outer) in state.outer.into_iter().rev() {
            match outer {
                Some(symbol) => unit.overrides.insert(name, symbol),
                None => unit.overrides.remove(&name),
            };
        }
        for name in &state.hidden {
            unit.hidden_now.remove(name);
        }
        self.name_places.change_meaning();
    }

    /// Restores the values of hidden names (`restore_inlined_comprehension_locals`).
    fn restore_locals(&mut self, names: &[Name], location: Location) {
        self.emit_arg(Op::SWAP, names.len() as u32 + 1, location);
        for &name in names.iter().rev() {
            let index = self.varname_index(name);
            self.emit_arg(Op::STORE_FAST_MAYBE_NULL, index, location);
        }
    }
}
