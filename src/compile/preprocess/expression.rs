//! Expressions.
//!
//! CPython: `Python/ast_preprocess.c`.

use super::Preprocess;
use crate::syntax::ast::{
    Arg, Arguments, Call, Comprehension, ComprehensionExpr, Constant, Expr, ExprContext, ExprKind, Keyword,
    Lambda, Operator,
};

impl<'a> Preprocess<'a, '_> {
    /// Preprocesses expressions.
    pub(super) fn expressions(&self, expressions: &'a [Expr<'a>]) -> &'a [Expr<'a>] {
        self.list(expressions, |expression| self.expression(expression))
    }

    pub(super) fn optional(&self, expression: Option<&'a Expr<'a>>) -> Option<&'a Expr<'a>> {
        expression.map(|expression| self.expression(expression))
    }

    /// Preprocesses keyword arguments (`astfold_keyword`).
    pub(super) fn keywords(&self, keywords: &'a [Keyword<'a>]) -> &'a [Keyword<'a>] {
        self.list(keywords, |keyword| {
            self.node(keyword, || Keyword { value: *self.expression(&keyword.value), ..*keyword })
        })
    }

    /// Preprocesses the parameters of a function (`astfold_arguments`).
    pub(super) fn arguments(&self, arguments: &'a Arguments<'a>) -> Arguments<'a> {
        let mut new = *arguments;
        if !self.text_annotations {
            let parameter = |parameter| self.parameter(parameter);
            new.posonlyargs = self.list(arguments.posonlyargs, parameter);
            new.args = self.list(arguments.args, parameter);
            new.kwonlyargs = self.list(arguments.kwonlyargs, parameter);
            new.vararg = arguments.vararg.map(parameter);
            new.kwarg = arguments.kwarg.map(parameter);
        }
        new.kw_defaults = self.options(arguments.kw_defaults);
        new.defaults = self.expressions(arguments.defaults);
        new
    }

    /// Preprocesses the annotation of a parameter (`astfold_arg`).
    fn parameter(&self, parameter: &'a Arg<'a>) -> &'a Arg<'a> {
        self.node(parameter, || Arg { annotation: self.optional(parameter.annotation), ..*parameter })
    }

    fn options(&self, list: &'a [Option<Expr<'a>>]) -> &'a [Option<Expr<'a>>] {
        self.list(list, |option| {
            self.node(option, || option.as_ref().map(|expression| *self.expression(expression)))
        })
    }

    /// Preprocesses an expression (`astfold_expr`).
    pub(super) fn expression(&self, expression: &'a Expr<'a>) -> &'a Expr<'a> {
        self.ask();
        self.deeper(|| match expression.kind {
            ExprKind::Constant(_) => expression,
            ExprKind::Name { id, .. } if Some(id) != self.debug => expression,
            _ => self.node(expression, || {
                let mut new = Expr { location: expression.location, kind: self.kind(&expression.kind) };
                if self.target.features.fold_in_tree {
                    self.fold(&mut new);
                }
                new
            }),
        })
    }

    /// Preprocesses the parts of an expression (`astfold_expr`).
    fn kind(&self, kind: &'a ExprKind<'a>) -> ExprKind<'a> {
        match *kind {
            ExprKind::Constant(_) => *kind,
            ExprKind::Name { id, ctx: ExprContext::Load } if Some(id) == self.debug => {
                self.change();
                ExprKind::Constant(if self.optimize == 0 { Constant::True } else { Constant::False })
            }
            ExprKind::Name { .. } => *kind,
            ExprKind::BoolOp { op, values } => ExprKind::BoolOp { op, values: self.expressions(values) },
            ExprKind::Set(values) => ExprKind::Set(self.expressions(values)),
            ExprKind::JoinedStr(values) => ExprKind::JoinedStr(self.expressions(values)),
            ExprKind::TemplateStr(values) => ExprKind::TemplateStr(self.expressions(values)),
            ExprKind::List { elts, ctx } => ExprKind::List { elts: self.expressions(elts), ctx },
            ExprKind::Tuple { elts, ctx } => ExprKind::Tuple { elts: self.expressions(elts), ctx },
            ExprKind::BinOp { left, op, right } => {
                let (left, right) = (self.expression(left), self.expression(right));
                if op == Operator::Mod
                    && let ExprKind::Constant(Constant::Str(format)) = left.kind
                    && let ExprKind::Tuple { elts, .. } = right.kind
                    && let Some(values) = self.percent_format(format, elts)
                {
                    self.change();
                    return ExprKind::JoinedStr(values);
                }
                ExprKind::BinOp { left, op, right }
            }
            ExprKind::UnaryOp { op, operand } => ExprKind::UnaryOp { op, operand: self.expression(operand) },
            ExprKind::NamedExpr { target, value } => {
                ExprKind::NamedExpr { target, value: self.expression(value) }
            }
            ExprKind::Await(value) => ExprKind::Await(self.expression(value)),
            ExprKind::YieldFrom(value) => ExprKind::YieldFrom(self.expression(value)),
            ExprKind::Attribute { value, attr, ctx } => {
                ExprKind::Attribute { value: self.expression(value), attr, ctx }
            }
            ExprKind::Starred { value, ctx } => ExprKind::Starred { value: self.expression(value), ctx },
            ExprKind::Yield(value) => ExprKind::Yield(self.optional(value)),
            ExprKind::Lambda(lambda) => ExprKind::Lambda(self.node(lambda, || Lambda {
                id: lambda.id,
                args: self.arguments(&lambda.args),
                body: *self.expression(&lambda.body),
            })),
            ExprKind::IfExp { test, body, orelse } => ExprKind::IfExp {
                test: self.expression(test),
                body: self.expression(body),
                orelse: self.expression(orelse),
            },
            ExprKind::Dict { keys, values } => {
                ExprKind::Dict { keys: self.options(keys), values: self.expressions(values) }
            }
            ExprKind::Comprehension(comprehension) => {
                ExprKind::Comprehension(self.node(comprehension, || self.comprehension(comprehension)))
            }
            ExprKind::Compare { left, ops, comparators } => ExprKind::Compare {
                left: self.expression(left),
                ops,
                comparators: self.expressions(comparators),
            },
            ExprKind::Call(call) => ExprKind::Call(self.node(call, || Call {
                func: *self.expression(&call.func),
                args: self.expressions(call.args),
                keywords: self.keywords(call.keywords),
            })),
            ExprKind::FormattedValue { value, conversion, format_spec } => ExprKind::FormattedValue {
                value: self.expression(value),
                conversion,
                format_spec: self.optional(format_spec),
            },
            ExprKind::Interpolation { value, text, conversion, format_spec } => ExprKind::Interpolation {
                value: self.expression(value),
                text,
                conversion,
                format_spec: self.optional(format_spec),
            },
            ExprKind::Subscript { value, slice, ctx } => {
                ExprKind::Subscript { value: self.expression(value), slice: self.expression(slice), ctx }
            }
            ExprKind::Slice { lower, upper, step } => ExprKind::Slice {
                lower: self.optional(lower),
                upper: self.optional(upper),
                step: self.optional(step),
            },
        }
    }

    /// Preprocesses a comprehension.
    fn comprehension(&self, comprehension: &'a ComprehensionExpr<'a>) -> ComprehensionExpr<'a> {
        ComprehensionExpr {
            element: *self.expression(&comprehension.element),
            value: comprehension.value.as_ref().map(|value| *self.expression(value)),
            generators: self.list(comprehension.generators, |clause| self.clause(clause)),
            ..*comprehension
        }
    }

    /// Preprocesses a clause of a comprehension (`astfold_comprehension`).
    fn clause(&self, clause: &'a Comprehension<'a>) -> &'a Comprehension<'a> {
        self.node(clause, || Comprehension {
            target: *self.expression(&clause.target),
            iter: *self.iterable(self.expression(&clause.iter)),
            ifs: self.expressions(clause.ifs),
            is_async: clause.is_async,
        })
    }
}
