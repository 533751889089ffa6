//! The `type X = …` statement (PEP 695).
//!
//! CPython: `Python/codegen.c`.

use super::scope::Counts;
use super::{Codegen, CodegenResult, UnitKind};
use crate::compile::symtable::ScopeRole;
use crate::syntax::ast::{Constant, ExprContext, TypeAlias};
use crate::target::Op;
use crate::text::Location;

/// `CALL_INTRINSIC_1` operand that makes a type alias of its name, parameters and evaluator.
const INTRINSIC_TYPEALIAS: u32 = 11;

impl Codegen<'_, '_> {
    /// Emits a type alias (`codegen_typealias`).
    pub(super) fn type_alias(&mut self, alias: &TypeAlias<'_>, location: Location) -> CodegenResult<()> {
        let is_generic = !alias.type_params.is_empty();
        if is_generic && self.target.features.null_first {
            self.emit(Op::PUSH_NULL, location);
        }
        if is_generic {
            let counts = Counts::default();
            self.enter_type_parameters(alias.id, alias.name, location.line(), None, counts)?;
            self.load_name_const(alias.name, location);
            self.type_parameters(alias.type_params)?;
        } else {
            self.load_name_const(alias.name, location);
            self.load_const(&Constant::None, location);
        }
        let flags = self.load_format_default(location);
        let scope = self.find_scope(alias.id, ScopeRole::Own)?;
        if self.target.features.deferred_annotations {
            self.enter_annotations(scope, alias.name, location);
        } else {
            let counts = Counts::default();
            self.enter_scope(scope, UnitKind::Function, alias.name, location.line(), None, counts);
            self.reserve_docstring();
        }
        self.visit_expr(alias.value)?;
        self.emit(Op::RETURN_VALUE, location);
        let code = self.finish_unit(false)?;
        self.make_closure(code, flags, location)?;
        self.emit_arg(Op::BUILD_TUPLE, 3, location);
        self.emit_arg(Op::CALL_INTRINSIC_1, INTRINSIC_TYPEALIAS, location);
        if is_generic {
            let code = self.finish_unit(false)?;
            self.make_closure(code, 0, location)?;
            self.call_own_function(location);
        }
        self.name_op(alias.name, ExprContext::Store, location)
    }
}
