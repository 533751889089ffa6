//! All expressions except formatted text.
//!
//! CPython: `append_ast_expr` in `Python/ast_unparse.c`.

use super::{Level, Unparser};
use crate::syntax::ast::{
    Arg, Arguments, BoolOperator, CompareOperator, Comprehension, ComprehensionExpr, ComprehensionKind,
    Constant, Expr, ExprKind, Keyword, Operator, UnaryOperator,
};
use crate::text::Name;

impl Unparser<'_> {
    fn name(&mut self, name: Name) {
        let names = self.names;
        self.text(names.text(name));
    }

    fn items(&mut self, items: &[Expr<'_>]) {
        self.separated(items, |writer, item| writer.expression(item, Level::Test));
    }

    pub(super) fn expression(&mut self, expression: &Expr<'_>, level: Level) {
        match &expression.kind {
            ExprKind::BoolOp { op, values } => self.bool_op(*op, values, level),
            ExprKind::BinOp { left, op, right } => self.binary(left, *op, right, level),
            ExprKind::UnaryOp { op, operand } => {
                let (text, own) = match op {
                    UnaryOperator::Invert => ("~", Level::Factor),
                    UnaryOperator::Not => ("not ", Level::Not),
                    UnaryOperator::UAdd => ("+", Level::Factor),
                    UnaryOperator::USub => ("-", Level::Factor),
                };
                self.grouped(level > own, |writer| {
                    writer.text(text);
                    writer.expression(operand, own);
                });
            }
            ExprKind::Lambda(lambda) => self.grouped(level > Level::Test, |writer| {
                let args = &lambda.args;
                let positional = !args.args.is_empty() || !args.posonlyargs.is_empty();
                writer.text(if positional { "lambda " } else { "lambda" });
                writer.arguments(args);
                writer.text(": ");
                writer.expression(&lambda.body, Level::Test);
            }),
            ExprKind::IfExp { test, body, orelse } => self.grouped(level > Level::Test, |writer| {
                writer.expression(body, Level::Or);
                writer.text(" if ");
                writer.expression(test, Level::Or);
                writer.text(" else ");
                writer.expression(orelse, Level::Test);
            }),
            ExprKind::Dict { keys, values } => self.dict(keys, values),
            ExprKind::Set(items) => {
                self.text("{");
                self.items(items);
                self.text("}");
            }
            ExprKind::List { elts, .. } => {
                self.text("[");
                self.items(elts);
                self.text("]");
            }
            ExprKind::Tuple { elts, .. } => {
                self.grouped(elts.is_empty() || level > Level::Tuple, |writer| {
                    writer.items(elts);
                    if elts.len() == 1 {
                        writer.text(",");
                    }
                });
            }
            ExprKind::Comprehension(comprehension) => self.comprehension(comprehension),
            ExprKind::Yield(None) => self.text("(yield)"),
            ExprKind::Yield(Some(value)) => {
                self.text("(yield ");
                self.expression(value, Level::Test);
                self.text(")");
            }
            ExprKind::YieldFrom(value) => {
                self.text("(yield from ");
                self.expression(value, Level::Test);
                self.text(")");
            }
            ExprKind::Await(value) => self.grouped(level > Level::Await, |writer| {
                writer.text("await ");
                writer.expression(value, Level::Atom);
            }),
            ExprKind::Compare { left, ops, comparators } => {
                self.compare(left, ops, comparators, level);
            }
            ExprKind::Call(call) => {
                self.expression(&call.func, Level::Atom);
                self.call_arguments(call.args, call.keywords);
            }
            ExprKind::Constant(constant) => {
                let place = (expression.location.line(), expression.location.column());
                if self.unicode_strings.binary_search(&place).is_ok() {
                    self.text("u");
                }
                self.constant(constant);
            }
            ExprKind::JoinedStr(values) => self.joined(values),
            ExprKind::TemplateStr(values) => self.template(values),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted(value, *conversion, format_spec.as_deref());
            }
            ExprKind::Interpolation { text, conversion, format_spec, .. } => {
                self.interpolation(text, *conversion, format_spec.as_deref());
            }
            ExprKind::Attribute { value, attr, .. } => {
                self.expression(value, Level::Atom);
                let integer =
                    matches!(value.kind, ExprKind::Constant(Constant::Int(_) | Constant::BigInt { .. }));
                self.text(if integer { " ." } else { "." });
                self.name(*attr);
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expression(value, Level::Atom);
                self.text("[");
                self.expression(slice, Level::Tuple);
                self.text("]");
            }
            ExprKind::Starred { value, .. } => {
                self.text("*");
                self.expression(value, Level::BitOr);
            }
            ExprKind::Slice { lower, upper, step } => {
                self.bound(lower.as_deref());
                self.text(":");
                self.bound(upper.as_deref());
                if step.is_some() {
                    self.text(":");
                }
                self.bound(step.as_deref());
            }
            ExprKind::Name { id, .. } => self.name(*id),
            ExprKind::NamedExpr { target, value } => {
                self.grouped(level > Level::Tuple, |writer| {
                    writer.expression(target, Level::Atom);
                    writer.text(" := ");
                    writer.expression(value, Level::Atom);
                });
            }
        }
    }

    fn bound(&mut self, bound: Option<&Expr<'_>>) {
        if let Some(bound) = bound {
            self.expression(bound, Level::Test);
        }
    }

    fn bool_op(&mut self, op: BoolOperator, values: &[Expr<'_>], level: Level) {
        let (text, own) = match op {
            BoolOperator::And => (" and ", Level::And),
            BoolOperator::Or => (" or ", Level::Or),
        };
        self.grouped(level > own, |writer| {
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    writer.text(text);
                }
                writer.expression(value, own.tighter());
            }
        });
    }

    fn binary(&mut self, left: &Expr<'_>, op: Operator, right: &Expr<'_>, level: Level) {
        let (text, own) = match op {
            Operator::Add => (" + ", Level::Arithmetic),
            Operator::Sub => (" - ", Level::Arithmetic),
            Operator::Mult => (" * ", Level::Term),
            Operator::MatMult => (" @ ", Level::Term),
            Operator::Div => (" / ", Level::Term),
            Operator::Mod => (" % ", Level::Term),
            Operator::FloorDiv => (" // ", Level::Term),
            Operator::LShift => (" << ", Level::Shift),
            Operator::RShift => (" >> ", Level::Shift),
            Operator::BitOr => (" | ", Level::BitOr),
            Operator::BitXor => (" ^ ", Level::BitXor),
            Operator::BitAnd => (" & ", Level::BitAnd),
            Operator::Pow => (" ** ", Level::Power),
        };
        let (on_left, on_right) =
            if op == Operator::Pow { (own.tighter(), own) } else { (own, own.tighter()) };
        self.grouped(level > own, |writer| {
            writer.expression(left, on_left);
            writer.text(text);
            writer.expression(right, on_right);
        });
    }

    fn compare(&mut self, left: &Expr<'_>, ops: &[CompareOperator], comparators: &[Expr<'_>], level: Level) {
        self.grouped(level > Level::Compare, |writer| {
            writer.expression(left, Level::BitOr);
            for (op, right) in ops.iter().zip(comparators) {
                writer.text(match op {
                    CompareOperator::Eq => " == ",
                    CompareOperator::NotEq => " != ",
                    CompareOperator::Lt => " < ",
                    CompareOperator::LtE => " <= ",
                    CompareOperator::Gt => " > ",
                    CompareOperator::GtE => " >= ",
                    CompareOperator::Is => " is ",
                    CompareOperator::IsNot => " is not ",
                    CompareOperator::In => " in ",
                    CompareOperator::NotIn => " not in ",
                });
                writer.expression(right, Level::BitOr);
            }
        });
    }

    fn parameter(&mut self, parameter: &Arg<'_>) {
        self.name(parameter.arg);
        if let Some(annotation) = &parameter.annotation {
            self.text(": ");
            self.expression(annotation, Level::Test);
        }
    }

    fn default(&mut self, default: Option<&Expr<'_>>) {
        if let Some(default) = default {
            self.text("=");
            self.expression(default, Level::Test);
        }
    }

    fn arguments(&mut self, arguments: &Arguments<'_>) {
        let mut first = true;
        let mut comma = |writer: &mut Self| {
            if !std::mem::take(&mut first) {
                writer.text(", ");
            }
        };
        let only = arguments.posonlyargs.len();
        let without = (only + arguments.args.len()).saturating_sub(arguments.defaults.len());
        let positional = arguments.posonlyargs.iter().chain(arguments.args.iter());
        for (index, parameter) in positional.enumerate() {
            comma(self);
            self.parameter(parameter);
            let default = index.checked_sub(without).and_then(|at| arguments.defaults.get(at));
            self.default(default);
            if index + 1 == only {
                self.text(", /");
            }
        }
        if arguments.vararg.is_some() || !arguments.kwonlyargs.is_empty() {
            comma(self);
            self.text("*");
            if let Some(parameter) = &arguments.vararg {
                self.parameter(parameter);
            }
        }
        for (parameter, default) in arguments.kwonlyargs.iter().zip(arguments.kw_defaults.iter()) {
            comma(self);
            self.parameter(parameter);
            self.default(default.as_ref());
        }
        if let Some(parameter) = &arguments.kwarg {
            comma(self);
            self.text("**");
            self.parameter(parameter);
        }
    }

    fn dict(&mut self, keys: &[Option<Expr<'_>>], values: &[Expr<'_>]) {
        self.text("{");
        for (index, (key, value)) in keys.iter().zip(values).enumerate() {
            if index > 0 {
                self.text(", ");
            }
            if let Some(key) = key {
                self.expression(key, Level::Test);
                self.text(": ");
                self.expression(value, Level::Test);
            } else {
                self.text("**");
                self.expression(value, Level::BitOr);
            }
        }
        self.text("}");
    }

    fn comprehension(&mut self, comprehension: &ComprehensionExpr<'_>) {
        let (open, close) = match comprehension.kind {
            ComprehensionKind::List => ("[", "]"),
            ComprehensionKind::Set | ComprehensionKind::Dict => ("{", "}"),
            ComprehensionKind::Generator => ("(", ")"),
        };
        self.text(open);
        if comprehension.kind == ComprehensionKind::Dict && comprehension.value.is_none() {
            self.text("**");
        }
        self.expression(&comprehension.element, Level::Test);
        if let Some(value) = &comprehension.value {
            self.text(": ");
            self.expression(value, Level::Test);
        }
        comprehension.generators.iter().for_each(|clause| self.clause(clause));
        self.text(close);
    }

    fn clause(&mut self, clause: &Comprehension<'_>) {
        self.text(if clause.is_async { " async for " } else { " for " });
        self.expression(&clause.target, Level::Tuple);
        self.text(" in ");
        self.expression(&clause.iter, Level::Or);
        for condition in clause.ifs {
            self.text(" if ");
            self.expression(condition, Level::Or);
        }
    }

    fn call_arguments(&mut self, args: &[Expr<'_>], keywords: &[Keyword<'_>]) {
        if let ([only], []) = (args, keywords)
            && let ExprKind::Comprehension(comprehension) = &only.kind
            && comprehension.kind == ComprehensionKind::Generator
        {
            self.comprehension(comprehension);
            return;
        }
        self.text("(");
        self.items(args);
        if !args.is_empty() && !keywords.is_empty() {
            self.text(", ");
        }
        self.separated(keywords, |writer, keyword| {
            if let Some(name) = keyword.arg {
                writer.name(name);
                writer.text("=");
            } else {
                writer.text("**");
            }
            writer.expression(&keyword.value, Level::Test);
        });
        self.text(")");
    }
}
