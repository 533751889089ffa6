//! Expressions.
//!
//! CPython: `Python/symtable.c`.

use super::builder::{Builder, Visit};
use super::{BlockKind, flag};
use crate::allowance;
use crate::syntax::SyntaxError;
use crate::syntax::ast::{ComprehensionKind, Expr, ExprContext, ExprKind};
use crate::text::{Location, Name};

impl Builder<'_> {
    pub(super) fn expressions(&mut self, expressions: &[Expr<'_>]) -> Visit {
        expressions.iter().try_for_each(|expression| self.expression(expression))
    }

    pub(super) fn optional(&mut self, expression: Option<&Expr<'_>>) -> Visit {
        expression.map_or(Ok(()), |expression| self.expression(expression))
    }

    /// Visits an expression (`symtable_visit_expr`).
    pub(super) fn expression(&mut self, expression: &Expr<'_>) -> Visit {
        allowance::ask();
        let location = expression.location;
        match &expression.kind {
            ExprKind::Name { id, ctx } => self.name(*id, *ctx, location),
            ExprKind::Constant(_) => Ok(()),
            ExprKind::Attribute { value, attr, ctx } => {
                self.check_name(*attr, location, *ctx)?;
                self.expression(value)
            }
            ExprKind::Call(call) => {
                self.expression(&call.func)?;
                self.expressions(call.args)?;
                self.keywords(call.keywords)
            }
            ExprKind::NamedExpr { target, value } => {
                self.refuse_in_annotation("named expression", location)?;
                self.named_expression(target, value, location)
            }
            ExprKind::BoolOp { values, .. }
            | ExprKind::Set(values)
            | ExprKind::JoinedStr(values)
            | ExprKind::TemplateStr(values)
            | ExprKind::List { elts: values, .. }
            | ExprKind::Tuple { elts: values, .. } => self.expressions(values),
            ExprKind::BinOp { left, right, .. } => {
                self.expression(left)?;
                self.expression(right)
            }
            ExprKind::UnaryOp { operand, .. } => self.expression(operand),
            ExprKind::Starred { value, .. } => self.expression(value),
            ExprKind::Lambda(lambda) => self.lambda(lambda, location),
            ExprKind::IfExp { test, body, orelse } => {
                self.expression(test)?;
                self.expression(body)?;
                self.expression(orelse)
            }
            ExprKind::Dict { keys, values } => {
                keys.iter().flatten().try_for_each(|key| self.expression(key))?;
                self.expressions(values)
            }
            ExprKind::Comprehension(comprehension) => self.comprehension(comprehension, location),
            ExprKind::Yield(value) => self.yields(value.as_deref(), location),
            ExprKind::YieldFrom(value) => self.yields(Some(value), location),
            ExprKind::Await(value) => self.awaits(value, location),
            ExprKind::Compare { left, comparators, .. } => {
                self.expression(left)?;
                self.expressions(comparators)
            }
            ExprKind::FormattedValue { value, format_spec, .. }
            | ExprKind::Interpolation { value, format_spec, .. } => {
                self.expression(value)?;
                self.optional(format_spec.as_deref())
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expression(value)?;
                self.expression(slice)
            }
            ExprKind::Slice { lower, upper, step } => {
                self.optional(lower.as_deref())?;
                self.optional(upper.as_deref())?;
                self.optional(step.as_deref())
            }
        }
    }

    /// Visits a name (`symtable_visit_expr`).
    fn name(&mut self, name: Name, context: ExprContext, location: Location) -> Visit {
        if self.progress().in_unevaluated_annotation {
            return Ok(());
        }
        let load = context == ExprContext::Load;
        let flags = if load { flag::USE } else { flag::LOCAL };
        self.define_in_context(name, flags, location, context)?;
        if load && name == self.known.super_ && self.scope().kind.is_function_like() {
            self.define(self.known.class, flag::USE, location)?;
        }
        Ok(())
    }

    /// Visits `yield` and `yield from` (`symtable_visit_expr`).
    fn yields(&mut self, value: Option<&Expr<'_>>, location: Location) -> Visit {
        self.refuse_in_annotation("yield expression", location)?;
        self.optional(value)?;
        self.current().generator = true;
        let place = match self.scope().comprehension {
            None => return Ok(()),
            Some(ComprehensionKind::List) => "list comprehension",
            Some(ComprehensionKind::Set) => "set comprehension",
            Some(ComprehensionKind::Dict) => "dict comprehension",
            Some(ComprehensionKind::Generator) => "generator expression",
        };
        Err(Box::new(SyntaxError::new(format!("'yield' inside {place}"), location)))
    }

    /// Visits `await` (`symtable_visit_expr`).
    fn awaits(&mut self, value: &Expr<'_>, location: Location) -> Visit {
        self.refuse_in_annotation("await expression", location)?;
        if self.checks_here() {
            let scope = self.scope();
            if !scope.kind.is_function_like() {
                return Err(Box::new(SyntaxError::new("'await' outside function", location)));
            }
            if !self.in_async_function() && scope.comprehension.is_none() {
                return Err(Box::new(SyntaxError::new("'await' outside async function", location)));
            }
        }
        self.expression(value)?;
        self.mark_awaits();
        Ok(())
    }

    /// Records that the current scope awaits something.
    pub(super) fn mark_awaits(&mut self) {
        let is_function_like = self.scope().kind.is_function_like();
        let scope = self.current();
        (scope.coroutine, scope.awaits) = (is_function_like, true);
    }

    /// Returns whether the current scope is an asynchronous function.
    pub(super) fn in_async_function(&self) -> bool {
        self.progress[self.current.0 as usize].is_async_def
    }

    /// Refuses an expression in an annotation, bound, default or alias
    /// (`symtable_raise_if_annotation_block`).
    fn refuse_in_annotation(&mut self, what: &str, location: Location) -> Visit {
        let place = match self.scope().kind {
            BlockKind::Annotation => "an annotation",
            BlockKind::TypeVariable => self.progress().info,
            BlockKind::TypeAlias => "a type alias",
            BlockKind::TypeParameters => "the definition of a generic",
            BlockKind::Module | BlockKind::Function | BlockKind::Class => return Ok(()),
        };
        let message = match self.target.features.quotes_kind_in_annotation {
            true => format!("'{what}' can not be used within {place}"),
            false => format!("{what} cannot be used within {place}"),
        };
        Err(Box::new(SyntaxError::new(message, location)))
    }
}
