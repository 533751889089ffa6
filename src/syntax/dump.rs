//! The tree as text, for developers and for comparison with CPython's `ast`
//! (`tests/oracle/syntax_tree.py`).

use std::fmt::{Debug, Write};

use super::ast::{
    Alias, Arg, Arguments, Comprehension, ComprehensionKind, Constant, ExceptHandler, Expr, ExprKind,
    Keyword, MatchCase, Module, Pattern, PatternKind, Stmt, StmtKind, TypeParam, WithItem,
};
use crate::text::{Location, Name, Names};

/// Returns one line for each node in the order of `Python.asdl`: indentation, field, kind,
/// location, plain values.
pub fn dump(module: &Module<'_>, names: &Names) -> String {
    let mut dump = Dump { out: String::new(), names, depth: 0 };
    dump.statements("body", module.body);
    dump.out
}

/// Writer of nodes. A node is opened, its plain values are written on its line and its children
/// below it, and it is closed.
struct Dump<'n> {
    out: String,
    names: &'n Names,
    depth: usize,
}

impl Dump<'_> {
    fn open(&mut self, field: &str, kind: &str, location: Option<Location>) -> &mut Self {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n(' ', self.depth));
        self.put(format_args!("{field}={kind}"));
        if let Some(at) = location {
            self.put(format_args!(" {}:{}-{}:{}", at.line(), at.column(), at.end_line(), at.end_column()));
        }
        self.depth += 1;
        self
    }

    fn close(&mut self) {
        self.depth -= 1;
    }

    /// Writes to the text, which cannot fail.
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = self.out.write_fmt(text);
    }

    fn value(&mut self, field: &str, value: impl Debug) -> &mut Self {
        self.put(format_args!(" {field}={value:?}"));
        self
    }

    /// Writes a field that only some nodes have, as CPython's 1.
    fn flag(&mut self, field: &str, is_set: bool) -> &mut Self {
        if is_set { self.value(field, 1) } else { self }
    }

    fn names(&mut self, field: &str, list: impl IntoIterator<Item = Name>) -> &mut Self {
        let names = self.names;
        list.into_iter().for_each(|name| self.put(format_args!(" {field}={}", names.text(name))));
        self
    }

    fn name(&mut self, field: &str, name: Name) -> &mut Self {
        self.names(field, [name])
    }

    /// Writes each item with `write`.
    fn each<T>(&mut self, list: impl IntoIterator<Item = T>, write: impl Fn(&mut Self, T)) -> &mut Self {
        list.into_iter().for_each(|item| write(self, item));
        self
    }

    fn statements(&mut self, field: &str, list: &[Stmt<'_>]) -> &mut Self {
        self.each(list, |this, statement| this.statement(field, statement))
    }

    fn expressions<'e>(&mut self, field: &str, list: impl IntoIterator<Item = &'e Expr<'e>>) -> &mut Self {
        self.each(list, |this, expression| this.expression(field, expression))
    }

    /// Writes expressions, including absent ones.
    fn gaps(&mut self, field: &str, list: &[Option<Expr<'_>>]) -> &mut Self {
        self.each(list, |this, item| match item {
            Some(expression) => this.expression(field, expression),
            None => this.open(field, "None", None).close(),
        })
    }

    fn patterns<'p>(&mut self, field: &str, list: impl IntoIterator<Item = &'p Pattern<'p>>) -> &mut Self {
        self.each(list, |this, pattern| this.pattern(field, pattern))
    }

    fn statement(&mut self, field: &str, statement: &Stmt<'_>) {
        let at = Some(statement.location);
        let node = match &statement.kind {
            StmtKind::FunctionDef(node) => self
                .open(field, if node.is_async { "AsyncFunctionDef" } else { "FunctionDef" }, at)
                .name("name", node.name)
                .arguments(&node.args)
                .statements("body", node.body)
                .expressions("decorator_list", node.decorator_list)
                .expressions("returns", node.returns)
                .each(node.type_params, Self::type_param),
            StmtKind::ClassDef(node) => self
                .open(field, "ClassDef", at)
                .name("name", node.name)
                .expressions("bases", node.bases)
                .each(node.keywords, Self::keyword)
                .statements("body", node.body)
                .expressions("decorator_list", node.decorator_list)
                .each(node.type_params, Self::type_param),
            StmtKind::Return(value) => self.open(field, "Return", at).expressions("value", *value),
            StmtKind::Delete(targets) => self.open(field, "Delete", at).expressions("targets", *targets),
            StmtKind::Assign { targets, value } => {
                self.open(field, "Assign", at).expressions("targets", *targets).expressions("value", [*value])
            }
            StmtKind::TypeAlias(node) => {
                let node_of = self.open(field, "TypeAlias", at);
                let name = node_of.open("name", "Name", Some(node.name_location)).name("id", node.name);
                name.put(format_args!(" ctx=Store"));
                name.close();
                name.each(node.type_params, Self::type_param).expressions("value", [node.value])
            }
            StmtKind::AugAssign { target, op, value } => self
                .open(field, "AugAssign", at)
                .value("op", op)
                .expressions("target", [*target])
                .expressions("value", [*value]),
            StmtKind::AnnAssign { target, annotation, value, simple } => self
                .open(field, "AnnAssign", at)
                .value("simple", u8::from(*simple))
                .expressions("target", [*target])
                .expressions("annotation", [*annotation])
                .expressions("value", *value),
            StmtKind::For(node) => self
                .open(field, if node.is_async { "AsyncFor" } else { "For" }, at)
                .expressions("target", [&node.target])
                .expressions("iter", [&node.iter])
                .statements("body", node.body)
                .statements("orelse", node.orelse),
            StmtKind::While { test, body, orelse } => {
                let node = self.open(field, "While", at).expressions("test", [*test]);
                node.statements("body", body).statements("orelse", orelse)
            }
            StmtKind::If { test, body, orelse } => {
                let node = self.open(field, "If", at).expressions("test", [*test]);
                node.statements("body", body).statements("orelse", orelse)
            }
            StmtKind::With(node) => self
                .open(field, if node.is_async { "AsyncWith" } else { "With" }, at)
                .each(node.items, Self::with_item)
                .statements("body", node.body),
            StmtKind::Match { subject, cases } => self
                .open(field, "Match", at)
                .expressions("subject", [*subject])
                .each(*cases, Self::match_case),
            StmtKind::Raise { exc, cause } => {
                self.open(field, "Raise", at).expressions("exc", *exc).expressions("cause", *cause)
            }
            StmtKind::Try(node) => self
                .open(field, if node.is_star { "TryStar" } else { "Try" }, at)
                .statements("body", node.body)
                .each(node.handlers, Self::handler)
                .statements("orelse", node.orelse)
                .statements("finalbody", node.finalbody),
            StmtKind::Assert { test, msg } => {
                self.open(field, "Assert", at).expressions("test", [*test]).expressions("msg", *msg)
            }
            StmtKind::Import { names, is_lazy } => {
                self.open(field, "Import", at).flag("is_lazy", *is_lazy).each(*names, Self::alias)
            }
            StmtKind::ImportFrom { module, names, level, is_lazy } => self
                .open(field, "ImportFrom", at)
                .names("module", *module)
                .value("level", level)
                .flag("is_lazy", *is_lazy)
                .each(*names, Self::alias),
            StmtKind::Global(names) => self.open(field, "Global", at).names("names", names.iter().copied()),
            StmtKind::Nonlocal(names) => {
                self.open(field, "Nonlocal", at).names("names", names.iter().copied())
            }
            StmtKind::Expr(value) => self.open(field, "Expr", at).expressions("value", [*value]),
            StmtKind::Pass => self.open(field, "Pass", at),
            StmtKind::Break => self.open(field, "Break", at),
            StmtKind::Continue => self.open(field, "Continue", at),
        };
        node.close();
    }

    fn with_item(&mut self, item: &WithItem<'_>) {
        self.open("items", "withitem", None)
            .expressions("context_expr", [&item.context_expr])
            .expressions("optional_vars", item.optional_vars)
            .close();
    }

    fn match_case(&mut self, case: &MatchCase<'_>) {
        self.open("cases", "match_case", None)
            .patterns("pattern", [&case.pattern])
            .expressions("guard", case.guard)
            .statements("body", case.body)
            .close();
    }

    fn handler(&mut self, handler: &ExceptHandler<'_>) {
        self.open("handlers", "ExceptHandler", Some(handler.location))
            .names("name", handler.name)
            .expressions("type", handler.kind)
            .statements("body", handler.body)
            .close();
    }

    fn alias(&mut self, alias: &Alias) {
        self.open("names", "alias", Some(alias.location))
            .name("name", alias.name)
            .names("asname", alias.asname)
            .close();
    }

    fn keyword(&mut self, keyword: &Keyword<'_>) {
        self.open("keywords", "keyword", Some(keyword.location))
            .names("arg", keyword.arg)
            .expressions("value", [&keyword.value])
            .close();
    }

    fn arguments(&mut self, arguments: &Arguments<'_>) -> &mut Self {
        self.open("args", "arguments", None)
            .args("posonlyargs", arguments.posonlyargs)
            .args("args", arguments.args)
            .args("vararg", arguments.vararg)
            .args("kwonlyargs", arguments.kwonlyargs)
            .gaps("kw_defaults", arguments.kw_defaults)
            .args("kwarg", arguments.kwarg)
            .expressions("defaults", arguments.defaults)
            .close();
        self
    }

    fn args<'e>(&mut self, field: &str, list: impl IntoIterator<Item = &'e Arg<'e>>) -> &mut Self {
        self.each(list, |this, arg| {
            this.open(field, "arg", Some(arg.location))
                .name("arg", arg.arg)
                .expressions("annotation", arg.annotation)
                .close();
        })
    }

    fn type_param(&mut self, param: &TypeParam<'_>) {
        self.open("type_params", &format!("{:?}", param.kind), Some(param.location))
            .name("name", param.name)
            .expressions("bound", param.bound)
            .expressions("default_value", param.default_value)
            .close();
    }

    fn pattern(&mut self, field: &str, pattern: &Pattern<'_>) {
        let at = Some(pattern.location);
        let node = match &pattern.kind {
            PatternKind::MatchValue(value) => {
                self.open(field, "MatchValue", at).expressions("value", [*value])
            }
            PatternKind::MatchSingleton(value) => self.open(field, "MatchSingleton", at).constant(value),
            PatternKind::MatchSequence(patterns) => {
                self.open(field, "MatchSequence", at).patterns("patterns", *patterns)
            }
            PatternKind::MatchMapping { keys, patterns, rest } => self
                .open(field, "MatchMapping", at)
                .names("rest", *rest)
                .expressions("keys", *keys)
                .patterns("patterns", *patterns),
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => self
                .open(field, "MatchClass", at)
                .names("kwd_attrs", kwd_attrs.iter().copied())
                .expressions("cls", [*cls])
                .patterns("patterns", *patterns)
                .patterns("kwd_patterns", *kwd_patterns),
            PatternKind::MatchStar(name) => self.open(field, "MatchStar", at).names("name", *name),
            PatternKind::MatchAs { pattern, name } => {
                self.open(field, "MatchAs", at).names("name", *name).patterns("pattern", *pattern)
            }
            PatternKind::MatchOr(patterns) => self.open(field, "MatchOr", at).patterns("patterns", *patterns),
        };
        node.close();
    }

    fn comprehension(&mut self, comprehension: &Comprehension<'_>) {
        self.open("generators", "comprehension", None)
            .value("is_async", u8::from(comprehension.is_async))
            .expressions("target", [&comprehension.target])
            .expressions("iter", [&comprehension.iter])
            .expressions("ifs", comprehension.ifs)
            .close();
    }

    fn expression(&mut self, field: &str, expression: &Expr<'_>) {
        let at = Some(expression.location);
        let node = match &expression.kind {
            ExprKind::BoolOp { op, values } => {
                self.open(field, "BoolOp", at).value("op", op).expressions("values", *values)
            }
            ExprKind::NamedExpr { target, value } => self
                .open(field, "NamedExpr", at)
                .expressions("target", [*target])
                .expressions("value", [*value]),
            ExprKind::BinOp { left, op, right } => {
                let node = self.open(field, "BinOp", at).value("op", op);
                node.expressions("left", [*left]).expressions("right", [*right])
            }
            ExprKind::UnaryOp { op, operand } => {
                self.open(field, "UnaryOp", at).value("op", op).expressions("operand", [*operand])
            }
            ExprKind::Lambda(node) => {
                self.open(field, "Lambda", at).arguments(&node.args).expressions("body", [&node.body])
            }
            ExprKind::IfExp { test, body, orelse } => self
                .open(field, "IfExp", at)
                .expressions("test", [*test])
                .expressions("body", [*body])
                .expressions("orelse", [*orelse]),
            ExprKind::Dict { keys, values } => {
                self.open(field, "Dict", at).gaps("keys", keys).expressions("values", *values)
            }
            ExprKind::Set(elts) => self.open(field, "Set", at).expressions("elts", *elts),
            ExprKind::Comprehension(node) => {
                let kind = match node.kind {
                    ComprehensionKind::List => "ListComp",
                    ComprehensionKind::Set => "SetComp",
                    ComprehensionKind::Dict => "DictComp",
                    ComprehensionKind::Generator => "GeneratorExp",
                };
                self.open(field, kind, at)
                    .expressions("elt", [&node.element])
                    .expressions("value", &node.value)
                    .each(node.generators, Self::comprehension)
            }
            ExprKind::Await(value) => self.open(field, "Await", at).expressions("value", [*value]),
            ExprKind::Yield(value) => self.open(field, "Yield", at).expressions("value", *value),
            ExprKind::YieldFrom(value) => self.open(field, "YieldFrom", at).expressions("value", [*value]),
            ExprKind::Compare { left, ops, comparators } => self
                .open(field, "Compare", at)
                .each(*ops, |this, op| this.put(format_args!(" ops={op:?}")))
                .expressions("left", [*left])
                .expressions("comparators", *comparators),
            ExprKind::Call(node) => self
                .open(field, "Call", at)
                .expressions("func", [&node.func])
                .expressions("args", node.args)
                .each(node.keywords, Self::keyword),
            ExprKind::FormattedValue { value, conversion, format_spec } => self
                .open(field, "FormattedValue", at)
                .value("conversion", conversion)
                .expressions("value", [*value])
                .expressions("format_spec", *format_spec),
            ExprKind::Interpolation { value, text, conversion, format_spec } => self
                .open(field, "Interpolation", at)
                .hex(" str=", text)
                .value("conversion", conversion)
                .expressions("value", [*value])
                .expressions("format_spec", *format_spec),
            ExprKind::JoinedStr(values) => self.open(field, "JoinedStr", at).expressions("values", *values),
            ExprKind::TemplateStr(values) => {
                self.open(field, "TemplateStr", at).expressions("values", *values)
            }
            ExprKind::Constant(value) => self.open(field, "Constant", at).constant(value),
            ExprKind::Attribute { value, attr, ctx } => self
                .open(field, "Attribute", at)
                .name("attr", *attr)
                .value("ctx", ctx)
                .expressions("value", [*value]),
            ExprKind::Subscript { value, slice, ctx } => {
                let node = self.open(field, "Subscript", at).value("ctx", ctx);
                node.expressions("value", [*value]).expressions("slice", [*slice])
            }
            ExprKind::Starred { value, ctx } => {
                self.open(field, "Starred", at).value("ctx", ctx).expressions("value", [*value])
            }
            ExprKind::Name { id, ctx } => self.open(field, "Name", at).name("id", *id).value("ctx", ctx),
            ExprKind::List { elts, ctx } => {
                self.open(field, "List", at).value("ctx", ctx).expressions("elts", *elts)
            }
            ExprKind::Tuple { elts, ctx } => {
                self.open(field, "Tuple", at).value("ctx", ctx).expressions("elts", *elts)
            }
            ExprKind::Slice { lower, upper, step } => self
                .open(field, "Slice", at)
                .expressions("lower", *lower)
                .expressions("upper", *upper)
                .expressions("step", *step),
        };
        node.close();
    }

    fn hex(&mut self, label: &str, bytes: &[u8]) -> &mut Self {
        self.out.push_str(label);
        bytes.iter().for_each(|byte| self.put(format_args!("{byte:02x}")));
        self
    }

    fn constant(&mut self, value: &Constant<'_>) -> &mut Self {
        match value {
            Constant::Int(value) => self.put(format_args!(" int:{value}")),
            Constant::BigInt { negative, magnitude } => {
                return self.hex(if *negative { " -big:" } else { " big:" }, magnitude);
            }
            Constant::Float(value) => self.put(format_args!(" float:{:016x}", value.to_bits())),
            Constant::Complex(real, imaginary) => {
                self.put(format_args!(" complex:{:016x},{:016x}", real.to_bits(), imaginary.to_bits()));
            }
            Constant::Str(text) => return self.hex(" str:", text),
            Constant::FreshPercent => return self.hex(" str:", b"%"),
            Constant::Bytes(bytes) => return self.hex(" bytes:", bytes),
            Constant::FreshEmptyBytes => return self.hex(" bytes:", b""),
            Constant::Tuple(items) | Constant::FrozenSet(items) => {
                self.out.push(' ');
                return self.each(*items, |this, item| _ = this.constant(item));
            }
            other => self.put(format_args!(" {other:?}")),
        }
        self
    }
}
