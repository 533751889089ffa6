//! Attributes, including those of `super()`.
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult};
use crate::compile::symtable::{BlockKind, NameScope, ScopeId};
use crate::syntax::ast::{Call, Expr, ExprContext, ExprKind};
use crate::target::Op;
use crate::text::{Location, Name};

/// Scope of the module, always the first in the symbol table.
const MODULE: ScopeId = ScopeId(0);

impl Codegen<'_, '_> {
    /// Emits the load, store or deletion of an attribute (`codegen_visit_expr`).
    pub(super) fn attribute(
        &mut self,
        expr: &Expr<'_>,
        value: &Expr<'_>,
        attr: Name,
        ctx: ExprContext,
    ) -> CodegenResult<()> {
        if ctx == ExprContext::Load
            && let Some(call) = self.super_call(value, attr)
        {
            self.load_super_args(call, value.location)?;
            self.load_super_attr(call, attr, false, expr.location);
            let location = self.attribute_location(expr.location, expr.location, attr);
            self.emit(Op::NOP, location);
            return Ok(());
        }
        self.note_static_attribute(value, attr, ctx);
        self.visit_expr(value)?;
        let location = self.attribute_location(expr.location, expr.location, attr);
        match ctx {
            ExprContext::Load => self.load_attr(attr, location),
            ExprContext::Store => {
                self.check_name(attr, ctx, location)?;
                self.emit_name(Op::STORE_ATTR, attr, location);
            }
            ExprContext::Del => self.emit_name(Op::DELETE_ATTR, attr, location),
        }
        Ok(())
    }

    /// Emits `LOAD_ATTR` for an attribute (`codegen_addop_name`).
    pub(super) fn load_attr(&mut self, attr: Name, location: Location) {
        let attr = self.mangled(attr);
        let index = self.name_index(attr);
        let bits = u32::from(!self.target.features.methods_have_opcode);
        self.emit_arg(Op::LOAD_ATTR, index << bits, location);
    }

    /// Emits `LOAD_ATTR` for a method and its object (`codegen_addop_name`).
    pub(super) fn load_method_attr(&mut self, attr: Name, location: Location) {
        let attr = self.mangled(attr);
        let index = self.name_index(attr);
        if self.target.features.methods_have_opcode {
            self.emit_arg(Op::LOAD_METHOD, index, location);
        } else {
            self.emit_arg(Op::LOAD_ATTR, index << 1 | 1, location);
        }
    }

    /// Returns `location`, moved to the attribute's name if the name is on another line
    /// (`update_start_location_to_match_attr`).
    ///
    /// The length of the name is counted in characters and the column in bytes, as in CPython.
    #[inline]
    pub(super) fn attribute_location(&self, location: Location, attribute: Location, attr: Name) -> Location {
        if location.line() == attribute.end_line() {
            location
        } else {
            self.location_of_name(location, attribute, attr)
        }
    }

    /// Computes the location for a name on another line (`update_start_location_to_match_attr`).
    fn location_of_name(&self, location: Location, attribute: Location, attr: Name) -> Location {
        let line = attribute.end_line();
        let length = self.name_text(attr).chars().count() as i32;
        let (column, mut end_column) = if length <= attribute.end_column() {
            (attribute.end_column() - length, location.end_column())
        } else {
            (-1, -1)
        };
        let end_line = location.end_line().max(line);
        if line == end_line {
            end_column = end_column.max(column);
        }
        Location::new(line, end_line, column, end_column)
    }

    /// Returns the call of `super` if `value.attr` needs no `super` object
    /// (`can_optimize_super_call`).
    pub(super) fn super_call<'e, 'a>(&self, value: &'e Expr<'a>, attr: Name) -> Option<&'e Call<'a>> {
        let ExprKind::Call(call) = &value.kind else { return None };
        let ExprKind::Name { id, .. } = call.func.kind else { return None };
        let lacks_opcode = self.target.operation(Op::LOAD_SUPER_ATTR).is_none();
        if lacks_opcode
            || self.name_text(id) != "super"
            || self.name_text(attr) == "__class__"
            || !call.keywords.is_empty()
        {
            return None;
        }
        let here = self.symbol(id).map_or(NameScope::Unknown, |symbol| symbol.scope);
        let shadowed = here != NameScope::GlobalImplicit
            || self.symbols.scope(MODULE).name_scope(id) != NameScope::Unknown;
        if shadowed {
            return None;
        }
        let fits = match call.args.len() {
            0 => self.is_method_with_class(),
            2 => !call.args.iter().any(|arg| matches!(arg.kind, ExprKind::Starred { .. })),
            _ => false,
        };
        fits.then_some(call)
    }

    /// Returns whether the unit has a first parameter and a free `__class__`
    /// (`can_optimize_super_call`).
    fn is_method_with_class(&self) -> bool {
        let code = &self.unit.code;
        let Some(class) = self.names.find("__class__") else { return false };
        let counts_late = self.target.features.late_parameter_count;
        if counts_late && self.scope().kind == BlockKind::TypeParameters {
            return false;
        }
        code.argcount + code.posonlyargcount > 0
            && self.symbol(class).is_some_and(|symbol| symbol.scope == NameScope::Free)
    }

    /// Loads `super`, the class and the object (`load_args_for_super`).
    pub(super) fn load_super_args(&mut self, call: &Call<'_>, location: Location) -> CodegenResult<()> {
        if let ExprKind::Name { id, .. } = call.func.kind {
            self.name_op(id, ExprContext::Load, call.func.location)?;
        }
        if !call.args.is_empty() {
            return self.visit_exprs(call.args);
        }
        let class = self.intern("__class__");
        self.name_op(class, ExprContext::Load, location)?;
        if let Some(&first) = self.unit.code.varnames.first() {
            self.name_op(first, ExprContext::Load, location)?;
        }
        Ok(())
    }

    /// Emits `LOAD_SUPER_ATTR` (`codegen_addop_name`). Bit 0 selects a method, bit 1 says that
    /// `super` has arguments.
    pub(super) fn load_super_attr(
        &mut self,
        call: &Call<'_>,
        attr: Name,
        is_method: bool,
        location: Location,
    ) {
        let attr = self.mangled(attr);
        let index = self.name_index(attr);
        let operand = index << 2 | u32::from(!call.args.is_empty()) << 1 | u32::from(is_method);
        self.emit_arg(Op::LOAD_SUPER_ATTR, operand, location);
    }

    /// Returns whether `expr` is a name that an import binds in the module's scope
    /// (`is_import_originated`).
    pub(super) fn is_import_bound(&self, expr: &Expr<'_>) -> bool {
        use crate::compile::symtable::flag::IMPORT;
        let ExprKind::Name { id, .. } = expr.kind else { return false };
        let outermost = self.stack.first().unwrap_or(&self.unit);
        if outermost.scope == MODULE && outermost.overrides.contains_key(&id) {
            // An inlined comprehension, and the functions made in it, see its own symbols in place
            // of the module's.
            return false;
        }
        self.symbols.scope(MODULE).symbol(id).is_some_and(|symbol| symbol.flags & IMPORT != 0)
    }
}
