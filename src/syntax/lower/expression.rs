//! Expressions, calls, parameters and comprehensions.

use ruff_python_ast as ruff;
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Lowering;
use super::operator::{comparison, operator};
use super::position::{between, end_of};
use crate::syntax::ast::{
    Arg, Arguments, BoolOperator, Call, Comprehension, ComprehensionExpr, ComprehensionKind, Constant, Expr,
    ExprContext, ExprKind, Keyword, Lambda, UnaryOperator,
};
use crate::syntax::{ErrorType, soft_keyword};

impl<'a> Lowering<'a, '_> {
    pub(super) fn expressions(&mut self, list: &[ruff::Expr]) -> &'a [Expr<'a>] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(list.iter().map(|expression| self.expression(expression)))
    }

    pub(super) fn boxed(&mut self, expression: &ruff::Expr) -> &'a Expr<'a> {
        let lowered = self.expression(expression);
        self.arena.alloc(lowered)
    }

    pub(super) fn optional(&mut self, expression: Option<&ruff::Expr>) -> Option<&'a Expr<'a>> {
        expression.map(|expression| self.boxed(expression))
    }

    pub(super) fn expression(&mut self, expression: &ruff::Expr) -> Expr<'a> {
        self.ask();
        match expression {
            ruff::Expr::Name(node) => {
                let id = self.name(soft_keyword::as_written(&node.id, self.text, node.range));
                let kind = ExprKind::Name { id, ctx: context(node.ctx) };
                return Expr { location: self.positions.token(node.range), kind };
            }
            ruff::Expr::NumberLiteral(node) => {
                let kind = ExprKind::Constant(self.number(node));
                return Expr { location: self.positions.token(node.range), kind };
            }
            _ => {}
        }
        let range = expression.range();
        if !self.enter() {
            let location = self.positions.range(range);
            return Expr { location, kind: ExprKind::Constant(Constant::None) };
        }
        if is_yield(expression)
            && self.open_yield.take_if(|start| *start == range.start()).is_none()
            && !is_closed(&self.text[range.end().to_usize()..])
        {
            self.fail(ErrorType::Syntax, "invalid syntax", range);
        }
        let start = self.positions.place(range.start());
        let kind = self.expression_kind(expression, range);
        let end = self.positions.place(range.end());
        self.leave();
        let lowered = Expr { location: between(start, end), kind };
        self.note_replaceable(&lowered);
        lowered
    }

    fn expression_kind(&mut self, expression: &ruff::Expr, range: TextRange) -> ExprKind<'a> {
        let arena = self.arena;
        match expression {
            ruff::Expr::BoolOp(node) => {
                let op = match node.op {
                    ruff::BoolOp::And => BoolOperator::And,
                    ruff::BoolOp::Or => BoolOperator::Or,
                };
                ExprKind::BoolOp { op, values: self.expressions(&node.values) }
            }
            ruff::Expr::Named(node) => {
                if node.target.start() != node.start() {
                    // In parentheses, which the parser underneath takes.
                    self.fail(ErrorType::Syntax, "invalid syntax", node.target.range());
                }
                ExprKind::NamedExpr { target: self.boxed(&node.target), value: self.boxed(&node.value) }
            }
            ruff::Expr::BinOp(node) => {
                let left = self.boxed(&node.left);
                ExprKind::BinOp { left, op: operator(node.op), right: self.boxed(&node.right) }
            }
            ruff::Expr::UnaryOp(node) => {
                let op = match node.op {
                    // Parsed as a minus: see `positive_number`.
                    ruff::UnaryOp::USub if self.text[range].starts_with('+') => UnaryOperator::UAdd,
                    ruff::UnaryOp::Invert => UnaryOperator::Invert,
                    ruff::UnaryOp::Not => UnaryOperator::Not,
                    ruff::UnaryOp::UAdd => UnaryOperator::UAdd,
                    ruff::UnaryOp::USub => UnaryOperator::USub,
                };
                ExprKind::UnaryOp { op, operand: self.boxed(&node.operand) }
            }
            ruff::Expr::Lambda(node) => {
                let id = self.id();
                let args = node.parameters.as_deref().map(|args| self.arguments(args)).unwrap_or_default();
                let body = self.expression(&node.body);
                ExprKind::Lambda(arena.alloc(Lambda { id, args, body }))
            }
            ruff::Expr::If(node) => {
                let body = self.boxed(&node.body);
                let test = self.boxed(&node.test);
                ExprKind::IfExp { test, body, orelse: self.boxed(&node.orelse) }
            }
            ruff::Expr::Dict(node) => {
                self.tight_mappings(node);
                let mut values = bumpalo::collections::Vec::with_capacity_in(node.items.len(), arena);
                let keys = arena.alloc_slice_fill_iter(node.items.iter().map(|item| {
                    let key = item.key.as_ref().map(|key| self.expression(key));
                    values.push(self.expression(&item.value));
                    key
                }));
                ExprKind::Dict { keys, values: values.into_bump_slice() }
            }
            ruff::Expr::Set(node) => {
                node.elts.iter().for_each(|element| self.tight(element));
                ExprKind::Set(self.expressions(&node.elts))
            }
            ruff::Expr::ListComp(node) => {
                self.tight(&node.elt);
                self.comprehension(ComprehensionKind::List, &node.elt, None, &node.generators)
            }
            ruff::Expr::SetComp(node) => {
                self.tight(&node.elt);
                self.comprehension(ComprehensionKind::Set, &node.elt, None, &node.generators)
            }
            ruff::Expr::Generator(node) => {
                self.comprehension(ComprehensionKind::Generator, &node.elt, None, &node.generators)
            }
            ruff::Expr::DictComp(node) => match &node.key {
                Some(key) => {
                    self.comprehension(ComprehensionKind::Dict, key, Some(&node.value), &node.generators)
                }
                None => self.comprehension(ComprehensionKind::Dict, &node.value, None, &node.generators),
            },
            ruff::Expr::Await(node) => ExprKind::Await(self.boxed(&node.value)),
            ruff::Expr::Yield(node) => ExprKind::Yield(self.optional(node.value.as_deref())),
            ruff::Expr::YieldFrom(node) => ExprKind::YieldFrom(self.boxed(&node.value)),
            ruff::Expr::Compare(node) => ExprKind::Compare {
                left: self.boxed(&node.left),
                ops: arena.alloc_slice_fill_iter(node.ops.iter().map(|&op| comparison(op))),
                comparators: self.expressions(&node.comparators),
            },
            ruff::Expr::Call(node) => self.call(node),
            ruff::Expr::FString(node) => self.f_string(node),
            ruff::Expr::TString(node) => self.t_string(node),
            ruff::Expr::StringLiteral(node) => ExprKind::Constant(Constant::Str(self.string(node))),
            ruff::Expr::BytesLiteral(node) => ExprKind::Constant(Constant::Bytes(self.bytes(node))),
            ruff::Expr::BooleanLiteral(node) => {
                ExprKind::Constant(if node.value { Constant::True } else { Constant::False })
            }
            ruff::Expr::NoneLiteral(_) => ExprKind::Constant(Constant::None),
            ruff::Expr::EllipsisLiteral(_) => ExprKind::Constant(Constant::Ellipsis),
            ruff::Expr::Attribute(node) => ExprKind::Attribute {
                value: self.boxed(&node.value),
                attr: self.name(&node.attr.id),
                ctx: context(node.ctx),
            },
            ruff::Expr::Subscript(node) => ExprKind::Subscript {
                value: self.boxed(&node.value),
                slice: self.boxed(&node.slice),
                ctx: context(node.ctx),
            },
            ruff::Expr::Starred(node) => {
                ExprKind::Starred { value: self.boxed(&node.value), ctx: context(node.ctx) }
            }
            ruff::Expr::List(node) => {
                node.elts.iter().for_each(|element| self.tight(element));
                ExprKind::List { elts: self.expressions(&node.elts), ctx: context(node.ctx) }
            }
            ruff::Expr::Tuple(node) => {
                self.tight_elements(node);
                ExprKind::Tuple { elts: self.expressions(&node.elts), ctx: context(node.ctx) }
            }
            ruff::Expr::Slice(node) => ExprKind::Slice {
                lower: self.optional(node.lower.as_deref()),
                upper: self.optional(node.upper.as_deref()),
                step: self.optional(node.step.as_deref()),
            },
            ruff::Expr::Name(_) | ruff::Expr::NumberLiteral(_) | ruff::Expr::IpyEscapeCommand(_) => {
                self.fail(ErrorType::Syntax, "invalid syntax", range);
                ExprKind::Constant(Constant::None)
            }
        }
    }

    fn call(&mut self, node: &ruff::ExprCall) -> ExprKind<'a> {
        let arena = self.arena;
        let func = self.expression(&node.func);
        let arguments = &node.arguments;
        let args = match &*arguments.args {
            // CPython's rule for a sole generator takes the call's parentheses as its own.
            [ruff::Expr::Generator(generator)] if !generator.parenthesized => {
                let start = self.positions.place(arguments.range.start());
                let kind = self.comprehension(
                    ComprehensionKind::Generator,
                    &generator.elt,
                    None,
                    &generator.generators,
                );
                let end = self.positions.place(arguments.range.end());
                let lowered = Expr { location: between(start, end), kind };
                self.note_replaceable(&lowered);
                std::slice::from_ref(arena.alloc(lowered))
            }
            args => self.expressions(args),
        };
        let keywords = self.keywords(&arguments.keywords);
        ExprKind::Call(arena.alloc(Call { func, args, keywords }))
    }

    pub(super) fn keywords(&mut self, keywords: &[ruff::Keyword]) -> &'a [Keyword<'a>] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(keywords.iter().map(|keyword| {
            let start = self.positions.place(keyword.range.start());
            let arg = keyword.arg.as_ref().map(|name| self.name(&name.id));
            let value = self.expression(&keyword.value);
            let end = self.positions.place(keyword.range.end());
            Keyword { location: between(start, end), arg, value }
        }))
    }

    fn comprehension(
        &mut self,
        kind: ComprehensionKind,
        element: &ruff::Expr,
        value: Option<&ruff::Expr>,
        generators: &[ruff::Comprehension],
    ) -> ExprKind<'a> {
        let arena = self.arena;
        let id = self.id();
        let element = self.expression(element);
        let value = value.map(|value| self.expression(value));
        let generators = arena.alloc_slice_fill_iter(generators.iter().map(|generator| Comprehension {
            target: self.expression(&generator.target),
            iter: self.expression(&generator.iter),
            ifs: self.expressions(&generator.ifs),
            is_async: generator.is_async,
        }));
        ExprKind::Comprehension(arena.alloc(ComprehensionExpr { id, kind, element, value, generators }))
    }

    pub(super) fn arguments(&mut self, parameters: &ruff::Parameters) -> Arguments<'a> {
        let arena = self.arena;
        let defaulted = parameters.posonlyargs.iter().chain(&parameters.args);
        let count = defaulted.filter(|parameter| parameter.default.is_some()).count();
        let mut defaults = bumpalo::collections::Vec::with_capacity_in(count, arena);
        let mut positional = |list: &[ruff::ParameterWithDefault], this: &mut Self| {
            arena.alloc_slice_fill_iter(list.iter().map(|parameter| {
                let arg = this.arg(&parameter.parameter);
                defaults.extend(parameter.default.as_deref().map(|default| this.expression(default)));
                arg
            })) as &'a [Arg<'a>]
        };
        let posonlyargs = positional(&parameters.posonlyargs, self);
        let args = positional(&parameters.args, self);
        let vararg = parameters.vararg.as_deref().map(|arg| {
            if let Some(annotation) = arg.annotation.as_deref() {
                self.tight(annotation);
            }
            let arg = self.arg(arg);
            &*arena.alloc(arg)
        });
        let mut kw_defaults = bumpalo::collections::Vec::with_capacity_in(parameters.kwonlyargs.len(), arena);
        let kwonlyargs = arena.alloc_slice_fill_iter(parameters.kwonlyargs.iter().map(|parameter| {
            let arg = self.arg(&parameter.parameter);
            kw_defaults.push(parameter.default.as_deref().map(|default| self.expression(default)));
            arg
        }));
        let kwarg = parameters.kwarg.as_deref().map(|arg| {
            let arg = self.arg(arg);
            &*arena.alloc(arg)
        });
        Arguments {
            posonlyargs,
            args,
            vararg,
            kwonlyargs,
            kw_defaults: kw_defaults.into_bump_slice(),
            kwarg,
            defaults: defaults.into_bump_slice(),
        }
    }

    /// ruff counts the stars of `*args` in, CPython starts at the name.
    fn arg(&mut self, parameter: &ruff::Parameter) -> Arg<'a> {
        let start = self.positions.place(parameter.name.range.start());
        let arg = self.name(&parameter.name.id);
        let annotation = self.optional(parameter.annotation.as_deref());
        let end = match &annotation {
            // The annotation's own parentheses belong to the parameter.
            Some(annotation) if parameter.range.end() == parameter.name.range.end() => {
                end_of(annotation.location)
            }
            _ => self.positions.place(parameter.range.end()),
        };
        Arg { location: between(start, end), arg, annotation }
    }
}

fn is_yield(expression: &ruff::Expr) -> bool {
    matches!(expression, ruff::Expr::Yield(_) | ruff::Expr::YieldFrom(_))
}

/// Where `value` starts if it is a `yield`: it may stand there without parentheses, one that it starts with may not.
pub(super) fn yield_start(value: &ruff::Expr) -> Option<TextSize> {
    is_yield(value).then(|| value.start())
}

fn context(context: ruff::ExprContext) -> ExprContext {
    match context {
        ruff::ExprContext::Store => ExprContext::Store,
        ruff::ExprContext::Del => ExprContext::Del,
        ruff::ExprContext::Load | ruff::ExprContext::Invalid => ExprContext::Load,
    }
}

/// Whether a closing parenthesis is the next token.
fn is_closed(mut rest: &str) -> bool {
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\x0c', '\n', '\\']);
        let Some(comment) = rest.strip_prefix('#') else { return rest.starts_with(')') };
        rest = comment.find('\n').map_or("", |at| &comment[at..]);
    }
}
