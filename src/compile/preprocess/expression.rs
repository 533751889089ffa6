//! Expressions.

use super::Preprocess;
use crate::syntax::ast::{Arg, Arguments, Constant, Expr, ExprContext, ExprKind, Keyword, Operator};

impl<'a> Preprocess<'a, '_> {
    pub(super) fn expressions(&self, expressions: &mut [Expr<'a>]) {
        expressions.iter_mut().for_each(|expression| self.expression(expression));
    }

    pub(super) fn optional(&self, expression: &mut Option<&'a mut Expr<'a>>) {
        if let Some(expression) = expression {
            self.expression(expression);
        }
    }

    pub(super) fn keywords(&self, keywords: &mut [Keyword<'a>]) {
        keywords.iter_mut().for_each(|keyword| self.expression(&mut keyword.value));
    }

    pub(super) fn arguments(&self, arguments: &mut Arguments<'a>) {
        if !self.text_annotations {
            self.annotations(arguments.posonlyargs);
            self.annotations(arguments.args);
            self.annotations(arguments.kwonlyargs);
            for parameter in [&mut arguments.vararg, &mut arguments.kwarg].into_iter().flatten() {
                self.optional(&mut parameter.annotation);
            }
        }
        arguments.kw_defaults.iter_mut().flatten().for_each(|default| self.expression(default));
        self.expressions(arguments.defaults);
    }

    fn annotations(&self, parameters: &mut [Arg<'a>]) {
        parameters.iter_mut().for_each(|parameter| self.optional(&mut parameter.annotation));
    }

    pub(super) fn expression(&self, expression: &mut Expr<'a>) {
        match &mut expression.kind {
            ExprKind::Constant(_) => {}
            ExprKind::Name { id, ctx } => {
                if *ctx == ExprContext::Load && Some(*id) == self.debug {
                    let value = if self.optimize == 0 { Constant::True } else { Constant::False };
                    expression.kind = ExprKind::Constant(value);
                }
            }
            ExprKind::BoolOp { values, .. }
            | ExprKind::Set(values)
            | ExprKind::JoinedStr(values)
            | ExprKind::TemplateStr(values)
            | ExprKind::List { elts: values, .. }
            | ExprKind::Tuple { elts: values, .. } => self.expressions(values),
            ExprKind::BinOp { left, op, right } => {
                self.expression(left);
                self.expression(right);
                if *op == Operator::Mod
                    && let ExprKind::Constant(Constant::Str(format)) = left.kind
                    && let ExprKind::Tuple { elts, .. } = &mut right.kind
                    && let Some(values) = self.percent_format(format, elts)
                {
                    expression.kind = ExprKind::JoinedStr(values);
                    return;
                }
            }
            ExprKind::UnaryOp { operand: value, .. }
            | ExprKind::NamedExpr { value, .. }
            | ExprKind::Await(value)
            | ExprKind::YieldFrom(value)
            | ExprKind::Attribute { value, .. }
            | ExprKind::Starred { value, .. } => self.expression(value),
            ExprKind::Yield(value) => self.optional(value),
            ExprKind::Lambda(lambda) => {
                self.arguments(&mut lambda.args);
                self.expression(&mut lambda.body);
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expression(test);
                self.expression(body);
                self.expression(orelse);
            }
            ExprKind::Dict { keys, values } => {
                keys.iter_mut().flatten().for_each(|key| self.expression(key));
                self.expressions(values);
            }
            ExprKind::Comprehension(comprehension) => {
                self.expression(&mut comprehension.element);
                if let Some(value) = &mut comprehension.value {
                    self.expression(value);
                }
                for clause in comprehension.generators.iter_mut() {
                    self.expression(&mut clause.target);
                    self.expression(&mut clause.iter);
                    self.expressions(clause.ifs);
                    self.fold_iterable(&mut clause.iter);
                }
            }
            ExprKind::Compare { left, comparators, .. } => {
                self.expression(left);
                self.expressions(comparators);
            }
            ExprKind::Call(call) => {
                self.expression(&mut call.func);
                self.expressions(call.args);
                self.keywords(call.keywords);
            }
            ExprKind::FormattedValue { value, format_spec, .. }
            | ExprKind::Interpolation { value, format_spec, .. } => {
                self.expression(value);
                self.optional(format_spec);
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expression(value);
                self.expression(slice);
            }
            ExprKind::Slice { lower, upper, step } => {
                self.optional(lower);
                self.optional(upper);
                self.optional(step);
            }
        }
        if self.target.features.fold_in_tree {
            self.fold(expression);
        }
    }
}
