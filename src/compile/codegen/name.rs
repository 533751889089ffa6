//! Names: where they live decides the instruction.

use super::{Codegen, Result, Unit, UnitKind};
use crate::compile::symtable::{BlockKind, NameScope, SymbolInfo};
use crate::syntax::ast::{Expr, ExprContext, ExprKind};
use crate::syntax::{ErrorType, SyntaxError};
use crate::target::Op;
use crate::text::{Location, Name};

impl Unit<'_, '_> {
    /// Place of a free variable, after the cells; see [`Codegen::late_free_index`] for those that came late.
    fn free_place(&self, name: Name) -> Option<u32> {
        let place = self.free_index.find(&self.code.freevars, name)?;
        Some(if place < self.listed_free { place + self.code.cellvars.len() as u32 } else { place })
    }
}

impl Codegen<'_, '_> {
    /// Loads, stores or deletes a name.
    pub(crate) fn name_op(&mut self, name: Name, ctx: ExprContext, location: Location) -> Result<()> {
        let name = self.mangled(name);
        let scope = self.symbol(name).map_or(NameScope::Unknown, |symbol| symbol.scope);
        let here = self.scope();
        let (kind, sees_class) = (here.kind, here.can_see_class_scope);
        let in_inlined = self.unit.inlined_depth > 0;
        match scope {
            NameScope::Free | NameScope::Cell => {
                let op = match ctx {
                    ExprContext::Store => Op::STORE_DEREF,
                    ExprContext::Del => Op::DELETE_DEREF,
                    ExprContext::Load if kind == BlockKind::Class && !in_inlined => {
                        self.emit(Op::LOAD_LOCALS, location);
                        Op::LOAD_FROM_DICT_OR_DEREF
                    }
                    ExprContext::Load if sees_class => {
                        self.load_class_dict(location)?;
                        Op::LOAD_FROM_DICT_OR_DEREF
                    }
                    ExprContext::Load => Op::LOAD_DEREF,
                };
                let index = self.closure_index(name)?;
                self.emit_arg(op, index, location);
            }
            NameScope::Local if self.in_function_like() || self.unit.hidden_now.contains(&name) => {
                let index = self.varname_index(name);
                let op = match ctx {
                    ExprContext::Load => Op::LOAD_FAST,
                    ExprContext::Store => Op::STORE_FAST,
                    ExprContext::Del => Op::DELETE_FAST,
                };
                self.emit_arg(op, index, location);
            }
            NameScope::GlobalExplicit => self.global_op(name, ctx, false, location)?,
            NameScope::GlobalImplicit if self.in_function_like() => {
                self.global_op(name, ctx, sees_class, location)?;
            }
            _ => {
                let index = self.name_index(name);
                match ctx {
                    ExprContext::Load if kind == BlockKind::Class && in_inlined => {
                        self.emit_arg(Op::LOAD_GLOBAL, index << 1, location);
                    }
                    ExprContext::Load => self.emit_arg(Op::LOAD_NAME, index, location),
                    ExprContext::Store => self.emit_arg(Op::STORE_NAME, index, location),
                    ExprContext::Del => self.emit_arg(Op::DELETE_NAME, index, location),
                }
            }
        }
        Ok(())
    }

    fn global_op(
        &mut self,
        name: Name,
        ctx: ExprContext,
        from_class: bool,
        location: Location,
    ) -> Result<()> {
        let index = self.name_index(name);
        match ctx {
            ExprContext::Load if from_class => {
                self.load_class_dict(location)?;
                self.emit_arg(Op::LOAD_FROM_DICT_OR_GLOBALS, index, location);
            }
            ExprContext::Load => self.emit_arg(Op::LOAD_GLOBAL, index << 1, location),
            ExprContext::Store => self.emit_arg(Op::STORE_GLOBAL, index, location),
            ExprContext::Del => self.emit_arg(Op::DELETE_GLOBAL, index, location),
        }
        Ok(())
    }

    fn load_class_dict(&mut self, location: Location) -> Result<()> {
        let name = self.intern("__classdict__");
        let index = self.late_free_index(name);
        self.emit_arg(Op::LOAD_DEREF, index, location);
        Ok(())
    }

    /// Place of a variable of the class around, which becomes a free one where it is read first, listed by the scope or
    /// not. CPython counts only the free variables then, and not the cells before them.
    pub(super) fn late_free_index(&mut self, name: Name) -> u32 {
        self.unit.free_index.find_or_push(&mut self.unit.code.freevars, name);
        self.unit.free_place(name).unwrap_or_default()
    }

    /// An instruction whose operand is the place of an attribute in `co_names`.
    pub(crate) fn emit_name(&mut self, op: Op, name: Name, location: Location) {
        let name = self.mangled(name);
        let index = self.name_index(name);
        self.emit_arg(op, index, location);
    }

    /// Returns the symbol of a mangled name in the current scope.
    #[inline]
    pub(crate) fn symbol(&self, name: Name) -> Option<SymbolInfo> {
        let overridden = self.unit.overrides.get(&name).copied();
        overridden.or_else(|| self.scope().symbol(name).copied())
    }

    /// `name` as the current scope calls it.
    #[inline]
    pub(crate) fn mangled(&mut self, name: Name) -> Name {
        self.symbols.mangled(self.unit.scope, self.unit.private, name, self.names)
    }

    /// The place of a mangled name in `co_names`.
    #[inline]
    pub(crate) fn name_index(&mut self, name: Name) -> u32 {
        self.unit.name_index.find_or_push(&mut self.unit.code.names, name)
    }

    /// The place of a mangled name among the fast locals.
    pub(crate) fn varname_index(&mut self, name: Name) -> u32 {
        self.unit.varname_index.find_or_push(&mut self.unit.code.varnames, name)
    }

    /// The place of a mangled name among cells and free variables.
    ///
    /// # Errors
    /// A variable that no enclosing scope provides; CPython 3.13 runs into that too, and refuses.
    pub(crate) fn closure_index(&self, name: Name) -> Result<u32> {
        let unit = &self.unit;
        let cell = || unit.cell_index.find(&unit.code.cellvars, name);
        let free = || unit.free_place(name);
        let is_cell = self.symbol(name).is_none_or(|symbol| symbol.scope != NameScope::Free);
        let place = if is_cell { cell().or_else(free) } else { free().or_else(cell) };
        place.ok_or_else(|| self.lacks_cell(name))
    }

    fn lacks_cell(&self, name: Name) -> SyntaxError {
        let message = format!("no cell for {:?}", self.names.text(name));
        SyntaxError { kind: ErrorType::System, message, location: Location::NONE }
    }

    /// Place of the variable that a function made here closes over. In a class body the names of the class's own cells
    /// mean those, even if the body itself reads a variable of an enclosing scope by that name.
    ///
    /// # Errors
    /// A variable that the current scope does not have, as CPython refuses it.
    pub(crate) fn captured_index(&self, name: Name) -> Result<u32> {
        let place = match self.reference_scope(name) {
            NameScope::Cell => self.unit.cell_index.find(&self.unit.code.cellvars, name),
            _ => self.unit.free_place(name),
        };
        place.ok_or_else(|| self.lacks_cell(name))
    }

    /// Returns the scope that a captured name has here, as `get_ref_type` (`compile.c`) does.
    pub(super) fn reference_scope(&self, name: Name) -> NameScope {
        let text = self.names.text(name);
        let is_class_cell = self.unit.kind == UnitKind::Class
            && (matches!(text, "__class__" | "__classdict__")
                || text == "__conditional_annotations__" && self.target.features.deferred_annotations);
        match self.symbol(name) {
            _ if is_class_cell => NameScope::Cell,
            Some(symbol) => symbol.scope,
            None => NameScope::Unknown,
        }
    }

    /// Remembers `self.attr = …` for the `__static_attributes__` of the enclosing class.
    pub(super) fn note_static_attribute(&mut self, value: &Expr<'_>, attr: Name, ctx: ExprContext) {
        let ExprKind::Name { id, .. } = value.kind else { return };
        if ctx != ExprContext::Store || self.names.text(id) != "self" {
            return;
        }
        if let Some(class) = self.stack.iter_mut().rev().find(|unit| unit.kind == UnitKind::Class) {
            class.static_attributes.push(attr);
        }
    }

    /// Marks a fast local of a module or class as a comprehension's.
    pub(super) fn note_hidden(&mut self, name: Name) {
        self.unit.code.fast_hidden.push(name);
    }

    pub(crate) fn name_text(&self, name: Name) -> &str {
        self.names.text(name)
    }

    pub(crate) fn intern(&mut self, text: &str) -> Name {
        self.names.intern(text)
    }

    /// Returns whether names are fast locals here (`_PyST_IsFunctionLike`).
    #[inline]
    pub(crate) fn in_function_like(&self) -> bool {
        !matches!(self.scope().kind, BlockKind::Module | BlockKind::Class)
    }

    pub(crate) fn in_async_function(&self) -> bool {
        self.unit.kind == UnitKind::AsyncFunction
    }
}
