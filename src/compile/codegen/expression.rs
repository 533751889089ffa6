//! Expressions: one arm for each kind, with the short ones in place.
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Expr, ExprContext, ExprKind, Operator, UnaryOperator};
use crate::target::Op;
use crate::text::Location;

/// `CALL_INTRINSIC_1` operand of unary `+`.
const INTRINSIC_UNARY_POSITIVE: u32 = 5;

impl Codegen<'_, '_> {
    /// Emits an expression: loads its value, or stores to or deletes the target
    /// (`codegen_visit_expr`).
    pub(super) fn visit_expr(&mut self, expr: &Expr<'_>) -> CodegenResult<()> {
        self.ask();
        let location = expr.location;
        match &expr.kind {
            ExprKind::NamedExpr { target, value } => {
                self.visit_expr(value)?;
                self.emit_arg(Op::COPY, 1, location);
                self.visit_expr(target)
            }
            ExprKind::BoolOp { op, values } => self.bool_op(*op, values, location),
            ExprKind::BinOp { left, op, right } => {
                self.visit_expr(left)?;
                self.visit_expr(right)?;
                self.binary_op(*op, false, location);
                Ok(())
            }
            ExprKind::UnaryOp { op, operand } => {
                self.visit_expr(operand)?;
                self.unary_op(*op, location);
                Ok(())
            }
            ExprKind::Lambda(lambda) => self.lambda(lambda, location),
            ExprKind::IfExp { test, body, orelse } => self.if_exp(test, body, orelse, location),
            ExprKind::Dict { keys, values } => self.dict(keys, values, location),
            ExprKind::Set(elements) => self.set(elements, location),
            ExprKind::Comprehension(comprehension) => self.comprehension(comprehension, location),
            ExprKind::Await(value) => self.await_expr(value, location),
            ExprKind::Yield(value) => self.yield_expr(value.as_deref(), location),
            ExprKind::YieldFrom(value) => self.yield_from_expr(value, location),
            ExprKind::Compare { left, ops, comparators } => self.compare(left, ops, comparators, location),
            ExprKind::Call(call) => self.call(call, location),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted_value(value, *conversion, format_spec.as_deref(), location)
            }
            ExprKind::Interpolation { value, text, conversion, format_spec } => {
                self.interpolation(value, text, *conversion, format_spec.as_deref(), location)
            }
            ExprKind::JoinedStr(values) => self.joined_str(values, location),
            ExprKind::TemplateStr(values) => self.template_str(values, location),
            ExprKind::Constant(value) => {
                self.load_const(value, location);
                Ok(())
            }
            ExprKind::Attribute { value, attr, ctx } => self.attribute(expr, value, *attr, *ctx),
            ExprKind::Subscript { value, slice, ctx } => self.subscript(value, slice, *ctx, location),
            ExprKind::Starred { ctx, .. } => {
                let message = if *ctx == ExprContext::Store {
                    "starred assignment target must be in a list or tuple"
                } else {
                    "can't use starred expression here"
                };
                Err(SyntaxError::new(message, location))
            }
            ExprKind::Name { id, ctx } => self.name_op(*id, *ctx, location),
            ExprKind::List { elts, ctx } => self.list(elts, *ctx, location),
            ExprKind::Tuple { elts, ctx } => self.tuple(elts, *ctx, location),
            ExprKind::Slice { lower, upper, step } => {
                self.slice(lower.as_deref(), upper.as_deref(), step.as_deref(), location)
            }
        }
    }

    /// Emits expressions in order.
    pub(super) fn visit_exprs(&mut self, exprs: &[Expr<'_>]) -> CodegenResult<()> {
        exprs.iter().try_for_each(|expr| self.visit_expr(expr))
    }

    /// Emits `BINARY_OP` for an operator or its augmented assignment (`addop_binary`).
    pub(super) fn binary_op(&mut self, op: Operator, inplace: bool, location: Location) {
        let number = match op {
            Operator::Add => 0,
            Operator::BitAnd => 1,
            Operator::FloorDiv => 2,
            Operator::LShift => 3,
            Operator::MatMult => 4,
            Operator::Mult => 5,
            Operator::Mod => 6,
            Operator::BitOr => 7,
            Operator::Pow => 8,
            Operator::RShift => 9,
            Operator::Sub => 10,
            Operator::Div => 11,
            Operator::BitXor => 12,
        };
        self.emit_arg(Op::BINARY_OP, if inplace { number + 13 } else { number }, location);
    }

    /// Emits an instruction, or the call of an intrinsic function where there are such.
    pub(super) fn emit_intrinsic(&mut self, op: Op, number: u32, location: Location) {
        if self.target.operation(op).is_some() {
            self.emit(op, location);
        } else {
            self.emit_arg(Op::CALL_INTRINSIC_1, number, location);
        }
    }

    /// Emits a unary operator (`unaryop`).
    fn unary_op(&mut self, op: UnaryOperator, location: Location) {
        match op {
            UnaryOperator::UAdd => {
                self.emit_intrinsic(Op::UNARY_POSITIVE, INTRINSIC_UNARY_POSITIVE, location);
            }
            UnaryOperator::Not => {
                self.emit_truth(location);
                self.emit(Op::UNARY_NOT, location);
            }
            UnaryOperator::Invert => self.emit(Op::UNARY_INVERT, location),
            UnaryOperator::USub => self.emit(Op::UNARY_NEGATIVE, location),
        }
    }

    /// Emits a conditional expression (`codegen_ifexp`).
    fn if_exp(
        &mut self,
        test: &Expr<'_>,
        body: &Expr<'_>,
        orelse: &Expr<'_>,
        location: Location,
    ) -> CodegenResult<()> {
        let end = self.new_label();
        let next = self.new_label();
        let here = std::mem::replace(&mut self.unit.here, location);
        self.jump_if(test, next, false)?;
        self.set_here(here);
        self.visit_expr(body)?;
        self.emit_join(end);
        self.use_label(next);
        self.visit_expr(orelse)?;
        self.use_label(end);
        Ok(())
    }
}
