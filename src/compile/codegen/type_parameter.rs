//! Type parameters (PEP 695, PEP 696).
//!
//! CPython: `Python/codegen.c`.

use super::closure::function_flag;
use super::scope::Counts;
use super::{Codegen, CodegenResult, UnitKind};
use crate::compile::constants::{ConstValue, Items};
use crate::compile::symtable::{ScopeId, ScopeRole};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Expr, ExprContext, ExprKind, NodeId, TypeParam, TypeParamKind};
use crate::target::Op;
use crate::text::{Location, Name};

/// `CALL_INTRINSIC_1` operands.
const INTRINSIC_TYPEVAR: u32 = 7;
const INTRINSIC_PARAMSPEC: u32 = 8;
const INTRINSIC_TYPEVARTUPLE: u32 = 9;

/// `CALL_INTRINSIC_2` operands.
const INTRINSIC_TYPEVAR_WITH_BOUND: u32 = 2;
const INTRINSIC_TYPEVAR_WITH_CONSTRAINTS: u32 = 3;
const INTRINSIC_SET_TYPEPARAM_DEFAULT: u32 = 5;

impl Codegen<'_, '_> {
    /// Enters the scope of the type parameters of the definition `node`.
    pub(super) fn enter_type_parameters(
        &mut self,
        node: NodeId,
        name: Name,
        first_line: i32,
        private: Option<Name>,
        counts: Counts,
    ) -> CodegenResult<()> {
        let scope = self.find_scope(node, ScopeRole::TypeParameters)?;
        let name = format!("<generic parameters of {}>", self.name_text(name));
        let name = self.intern(&name);
        self.enter_scope(scope, UnitKind::Annotations, name, first_line, private, counts);
        Ok(())
    }

    /// Emits the tuple of type parameters and stores each under its name (`codegen_type_params`).
    pub(super) fn type_parameters(&mut self, parameters: &[TypeParam<'_>]) -> CodegenResult<()> {
        let mut has_default = false;
        for parameter in parameters {
            let (name, location) = (parameter.name, parameter.location);
            self.load_name_const(name, location);
            match (parameter.kind, &parameter.bound) {
                (TypeParamKind::TypeVar, Some(bound)) => {
                    let scope = self.find_scope(parameter.id, ScopeRole::Own)?;
                    self.evaluator(bound, scope, name, location)?;
                    let is_tuple = matches!(bound.kind, ExprKind::Tuple { .. });
                    let intrinsic = if is_tuple {
                        INTRINSIC_TYPEVAR_WITH_CONSTRAINTS
                    } else {
                        INTRINSIC_TYPEVAR_WITH_BOUND
                    };
                    self.emit_arg(Op::CALL_INTRINSIC_2, intrinsic, location);
                }
                (TypeParamKind::TypeVar, None) => {
                    self.emit_arg(Op::CALL_INTRINSIC_1, INTRINSIC_TYPEVAR, location);
                }
                (TypeParamKind::ParamSpec, _) => {
                    self.emit_arg(Op::CALL_INTRINSIC_1, INTRINSIC_PARAMSPEC, location);
                }
                (TypeParamKind::TypeVarTuple, _) => {
                    self.emit_arg(Op::CALL_INTRINSIC_1, INTRINSIC_TYPEVARTUPLE, location);
                }
            }
            if let Some(default) = &parameter.default_value {
                has_default = true;
                let scope = self.find_scope(parameter.id, ScopeRole::Default)?;
                self.evaluator(default, scope, name, location)?;
                self.emit_arg(Op::CALL_INTRINSIC_2, INTRINSIC_SET_TYPEPARAM_DEFAULT, location);
            } else if has_default {
                let name = self.name_text(name);
                let message = format!("non-default type parameter '{name}' follows default type parameter");
                return Err(SyntaxError::new(message, location));
            }
            self.emit_arg(Op::COPY, 1, location);
            self.name_op(name, ExprContext::Store, location)?;
        }
        if let Some(first) = parameters.first() {
            self.emit_arg(Op::BUILD_TUPLE, parameters.len() as u32, first.location);
        }
        Ok(())
    }

    /// Emits the function that evaluates a bound or default
    /// (`codegen_type_param_bound_or_default`).
    fn evaluator(
        &mut self,
        expr: &Expr<'_>,
        scope: ScopeId,
        name: Name,
        parameter: Location,
    ) -> CodegenResult<()> {
        let at_parameter = self.target.features.evaluators_at_parameter;
        let location = if at_parameter { parameter } else { expr.location };
        let flags = self.load_format_default(location);
        self.enter_annotations(scope, name, expr.location);
        self.unpacked(expr, location)?;
        self.emit(Op::RETURN_VALUE, location);
        let code = self.finish_unit(true)?;
        self.make_closure(code, flags, location)?;
        Ok(())
    }

    /// Loads the default format for an evaluator, if it has one, and returns its function flag.
    pub(super) fn load_format_default(&mut self, location: Location) -> u32 {
        if !self.target.features.deferred_annotations {
            return 0;
        }
        let value = self.constants.add(ConstValue::Int(1));
        let defaults = self.constants.add(ConstValue::Tuple(Items::from_slice(&[value])));
        self.load_const_id(defaults, location);
        function_flag::DEFAULTS
    }
}
