//! Names, whose scope selects the instruction.
//!
//! CPython: `Python/codegen.c` and `Python/compile.c`.

use super::{Codegen, CodegenResult, CompilerUnit, UnitKind};
use crate::compile::name_places::NameAccess;
use crate::compile::symtable::{BlockKind, NameScope, SymbolInfo};
use crate::syntax::ast::{Expr, ExprContext, ExprKind};
use crate::syntax::{ErrorType, SyntaxError};
use crate::target::Op;
use crate::text::{Location, Name};

impl CompilerUnit<'_, '_> {
    /// Returns the index of a free variable, after the cells except for late ones
    /// ([`Codegen::late_free_index`]).
    fn free_place(&self, name: Name) -> Option<u32> {
        let place = self.free_index.find(&self.code.freevars, name)?;
        Some(if place < self.listed_free { place + self.code.cellvars.len() as u32 } else { place })
    }
}

impl Codegen<'_, '_> {
    /// Loads, stores or deletes a name (`codegen_nameop`).
    pub(crate) fn name_op(&mut self, name: Name, ctx: ExprContext, location: Location) -> CodegenResult<()> {
        self.check_name(name, ctx, location)?;
        let name = self.mangled(name);
        if let Some((access, index)) = self.name_places.access(name) {
            self.access(access, index, ctx, location);
            return Ok(());
        }
        let scope = self.symbol(name).map_or(NameScope::Unknown, |symbol| symbol.scope);
        let here = self.scope();
        let (kind, sees_class) = (here.kind, here.can_see_class_scope);
        let in_inlined = self.unit.inlined_depth > 0;
        match scope {
            NameScope::Free | NameScope::Cell => {
                let op = match ctx {
                    ExprContext::Store => Op::STORE_DEREF,
                    ExprContext::Del => Op::DELETE_DEREF,
                    ExprContext::Load
                        if kind == BlockKind::Class
                            && self.target.operation(Op::LOAD_CLASSDEREF).is_some() =>
                    {
                        Op::LOAD_CLASSDEREF
                    }
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
                if scope == NameScope::Free && self.is_lost_class_dict(name) {
                    return Err(self.lacks_cell(name));
                }
                let index = self.closure_index(name)?;
                self.emit_arg(op, index, location);
            }
            NameScope::Local if self.in_function_like() || self.unit.hidden_now.contains(&name) => {
                let index = self.varname_index(name);
                self.first_access(name, NameAccess::Fast, index, ctx, location);
            }
            NameScope::GlobalExplicit => self.global_op(name, ctx, false, location)?,
            NameScope::GlobalImplicit if self.in_function_like() => {
                self.global_op(name, ctx, sees_class, location)?;
            }
            _ => {
                let index = self.name_index(name);
                if ctx == ExprContext::Load && kind == BlockKind::Class && in_inlined {
                    self.emit_arg(Op::LOAD_GLOBAL, index << 1, location);
                } else if in_inlined {
                    self.access(NameAccess::Namespace, index, ctx, location);
                } else {
                    self.first_access(name, NameAccess::Namespace, index, ctx, location);
                }
            }
        }
        Ok(())
    }

    /// Loads, stores or deletes a global name (`codegen_nameop`).
    fn global_op(
        &mut self,
        name: Name,
        ctx: ExprContext,
        from_class: bool,
        location: Location,
    ) -> CodegenResult<()> {
        let index = self.name_index(name);
        if !from_class {
            self.first_access(name, NameAccess::Global, index, ctx, location);
        } else if ctx == ExprContext::Load {
            self.load_class_dict(location)?;
            self.emit_arg(Op::LOAD_FROM_DICT_OR_GLOBALS, index, location);
        } else {
            self.access(NameAccess::Global, index, ctx, location);
        }
        Ok(())
    }

    /// Loads, stores or deletes a name, and records the access for the next time
    /// (`codegen_nameop`).
    fn first_access(
        &mut self,
        name: Name,
        access: NameAccess,
        index: u32,
        ctx: ExprContext,
        location: Location,
    ) {
        self.name_places.set_access(name, access);
        self.access(access, index, ctx, location);
    }

    /// Loads, stores or deletes a name whose access is known (`codegen_nameop`).
    #[inline]
    fn access(&mut self, access: NameAccess, index: u32, ctx: ExprContext, location: Location) {
        let (op, arg) = match (access, ctx) {
            (NameAccess::Fast, ExprContext::Load) => (Op::LOAD_FAST, index),
            (NameAccess::Fast, ExprContext::Store) => (Op::STORE_FAST, index),
            (NameAccess::Fast, ExprContext::Del) => (Op::DELETE_FAST, index),
            (NameAccess::Global, ExprContext::Load) => (Op::LOAD_GLOBAL, index << 1),
            (NameAccess::Global, ExprContext::Store) => (Op::STORE_GLOBAL, index),
            (NameAccess::Global, ExprContext::Del) => (Op::DELETE_GLOBAL, index),
            (_, ExprContext::Load) => (Op::LOAD_NAME, index),
            (_, ExprContext::Store) => (Op::STORE_NAME, index),
            (_, ExprContext::Del) => (Op::DELETE_NAME, index),
        };
        self.emit_arg(op, arg, location);
    }

    /// Loads the namespace of the enclosing class (`codegen_load_classdict_freevar`).
    fn load_class_dict(&mut self, location: Location) -> CodegenResult<()> {
        let name = self.intern("__classdict__");
        let index = self.late_free_index(name);
        self.emit_arg(Op::LOAD_DEREF, index, location);
        Ok(())
    }

    /// Returns the index of a variable of the enclosing class, which is made a free variable when
    /// it is first read.
    ///
    /// CPython does not count the cells in this index if the scope does not list the variable.
    pub(super) fn late_free_index(&mut self, name: Name) -> u32 {
        self.unit.free_index.find_or_push(&mut self.unit.code.freevars, name);
        self.unit.free_place(name).unwrap_or_default()
    }

    /// Emits an instruction whose operand is an index in `co_names` (`codegen_addop_name`).
    pub(crate) fn emit_name(&mut self, op: Op, name: Name, location: Location) {
        let name = self.mangled(name);
        let index = self.name_index(name);
        self.emit_arg(op, index, location);
    }

    /// Returns the symbol of a mangled name in the current scope (`_PyST_GetSymbol`).
    #[inline]
    pub(crate) fn symbol(&self, name: Name) -> Option<SymbolInfo> {
        let overridden = self.unit.overrides.get(&name).copied();
        overridden.or_else(|| self.scope().symbol(name).copied())
    }

    /// Returns `name`, mangled for the current scope (`_PyCompile_MaybeMangle`).
    #[inline]
    pub(crate) fn mangled(&mut self, name: Name) -> Name {
        self.symbols.mangled(self.unit.scope, self.unit.private, name, self.names)
    }

    /// Returns the index of a mangled name in `co_names` (`_PyCompile_DictAddObj`).
    #[inline]
    pub(crate) fn name_index(&mut self, name: Name) -> u32 {
        self.name_places.in_names(name, &mut self.unit.code.names)
    }

    /// Returns the index of a mangled name among the fast locals (`_PyCompile_DictAddObj`).
    pub(crate) fn varname_index(&mut self, name: Name) -> u32 {
        self.name_places.in_locals(name, &mut self.unit.code.varnames)
    }

    /// Returns the index of a mangled name among cells and free variables.
    ///
    /// # Errors
    /// Fails if no enclosing scope provides the variable, as CPython 3.13 does.
    pub(crate) fn closure_index(&self, name: Name) -> CodegenResult<u32> {
        let unit = &self.unit;
        let cell = || unit.cell_index.find(&unit.code.cellvars, name);
        let free = || unit.free_place(name);
        let is_cell = self.symbol(name).is_none_or(|symbol| symbol.scope != NameScope::Free);
        let place = if is_cell { cell().or_else(free) } else { free().or_else(cell) };
        place.ok_or_else(|| self.lacks_cell(name))
    }

    /// Returns whether a comprehension in a class body refers to a `__classdict__` of an enclosing
    /// scope that the class does not capture. CPython crashes then.
    fn is_lost_class_dict(&self, name: Name) -> bool {
        let here = self.scope();
        here.kind == BlockKind::Class
            && !self.target.features.classdict_in_comprehensions
            && self.names.text(name) == "__classdict__"
            && self.unit.free_place(name).is_none()
    }

    /// Returns the error for a variable that is neither a cell nor a free variable.
    fn lacks_cell(&self, name: Name) -> SyntaxError {
        let message = format!("no cell for {:?}", self.names.text(name));
        SyntaxError::without_place(ErrorType::System, message)
    }

    /// Returns the index of a variable for the closure of a nested function
    /// (`_PyCompile_LookupArg`).
    ///
    /// In a class body, the names of the class's own cells refer to those cells, even if the body
    /// itself reads a variable of an enclosing scope by that name.
    ///
    /// # Errors
    /// Fails if the current scope does not have the variable, as CPython does.
    pub(crate) fn captured_index(&self, name: Name) -> CodegenResult<u32> {
        let place = match self.reference_scope(name) {
            NameScope::Cell => self.unit.cell_index.find(&self.unit.code.cellvars, name),
            _ => self.unit.free_place(name),
        };
        place.ok_or_else(|| self.lacks_cell(name))
    }

    /// Returns the scope of a captured name in the current unit (`_PyCompile_GetRefType`).
    pub(super) fn reference_scope(&self, name: Name) -> NameScope {
        let text = self.names.text(name);
        let is_class_cell = self.unit.kind == UnitKind::Class
            && (text == "__class__"
                || text == "__classdict__" && self.target.features.class_dict_cells
                || text == "__conditional_annotations__" && self.target.features.deferred_annotations);
        match self.symbol(name) {
            _ if is_class_cell => NameScope::Cell,
            Some(symbol) => symbol.scope,
            None => NameScope::Unknown,
        }
    }

    /// Records `self.attr = …` for the class's `__static_attributes__`
    /// (`_PyCompile_MaybeAddStaticAttributeToClass`).
    pub(super) fn note_static_attribute(&mut self, value: &Expr<'_>, attr: Name, ctx: ExprContext) {
        let ExprKind::Name { id, .. } = value.kind else { return };
        if ctx != ExprContext::Store || self.names.text(id) != "self" {
            return;
        }
        if let Some(class) = self.stack.iter_mut().rev().find(|unit| unit.kind == UnitKind::Class) {
            class.static_attributes.push(attr);
        }
    }

    /// Marks a fast local of a module or class as a variable of a comprehension.
    pub(super) fn note_hidden(&mut self, name: Name) {
        self.unit.code.fast_hidden.push(name);
    }

    /// Returns a name as text.
    pub(crate) fn name_text(&self, name: Name) -> &str {
        self.names.text(name)
    }

    /// Interns a name.
    pub(crate) fn intern(&mut self, text: &str) -> Name {
        self.names.intern(text)
    }

    /// Returns whether names are fast locals in the current scope (`_PyST_IsFunctionLike`).
    #[inline]
    pub(crate) fn in_function_like(&self) -> bool {
        !matches!(self.scope().kind, BlockKind::Module | BlockKind::Class)
    }

    /// Returns whether the current unit is an `async def` function.
    pub(crate) fn in_async_function(&self) -> bool {
        self.unit.kind == UnitKind::AsyncFunction
    }
}
