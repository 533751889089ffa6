//! The tree as text, for developers and for the comparison with CPython's `ast` (`tests/oracle/syntax_tree.py`).

use std::fmt::Write;

use super::ast::{
    Arg, Arguments, Comprehension, Constant, Expr, ExprKind, Keyword, Module, Pattern, PatternKind, Stmt,
    StmtKind, TypeParam,
};
use crate::text::{Location, Name, Names};

/// One line for each node in the order of `Python.asdl`: indentation, field, kind, location, plain values.
pub fn dump(module: &Module<'_>, names: &Names) -> String {
    let mut dump = Dump { out: String::new(), names, depth: 0 };
    dump.statements("body", module.body);
    dump.out
}

struct Dump<'n> {
    out: String,
    names: &'n Names,
    depth: usize,
}

impl Dump<'_> {
    fn line(&mut self, field: &str, kind: &str, location: Option<Location>) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        for _ in 0..self.depth {
            self.out.push(' ');
        }
        self.put(format_args!("{field}={kind}"));
        if let Some(at) = location {
            self.put(format_args!(" {}:{}-{}:{}", at.line, at.column, at.end_line, at.end_column));
        }
    }

    /// Writing to a string does not fail.
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = self.out.write_fmt(text);
    }

    fn name(&mut self, field: &str, name: Name) {
        let names = self.names;
        self.put(format_args!(" {field}={}", names.text(name)));
    }

    fn nested(&mut self, children: impl FnOnce(&mut Self)) {
        self.depth += 1;
        children(self);
        self.depth -= 1;
    }

    fn statements(&mut self, field: &str, list: &[Stmt<'_>]) {
        for statement in list {
            self.statement(field, statement);
        }
    }

    fn expressions(&mut self, field: &str, list: &[Expr<'_>]) {
        for expression in list {
            self.expression(field, expression);
        }
    }

    fn optional(&mut self, field: &str, expression: Option<&Expr<'_>>) {
        if let Some(expression) = expression {
            self.expression(field, expression);
        }
    }

    fn statement(&mut self, field: &str, statement: &Stmt<'_>) {
        let location = Some(statement.location);
        let open = |this: &mut Self, kind: &str| this.line(field, kind, location);
        match &statement.kind {
            StmtKind::FunctionDef(node) => {
                open(self, if node.is_async { "AsyncFunctionDef" } else { "FunctionDef" });
                self.name("name", node.name);
                self.nested(|this| {
                    this.arguments(&node.args);
                    this.statements("body", node.body);
                    this.expressions("decorator_list", node.decorator_list);
                    this.optional("returns", node.returns);
                    this.type_params(node.type_params);
                });
            }
            StmtKind::ClassDef(node) => {
                open(self, "ClassDef");
                self.name("name", node.name);
                self.nested(|this| {
                    this.expressions("bases", node.bases);
                    this.keywords(node.keywords);
                    this.statements("body", node.body);
                    this.expressions("decorator_list", node.decorator_list);
                    this.type_params(node.type_params);
                });
            }
            StmtKind::Return(value) => {
                open(self, "Return");
                self.nested(|this| this.optional("value", *value));
            }
            StmtKind::Delete(targets) => {
                open(self, "Delete");
                self.nested(|this| this.expressions("targets", targets));
            }
            StmtKind::Assign { targets, value } => {
                open(self, "Assign");
                self.nested(|this| {
                    this.expressions("targets", targets);
                    this.expression("value", value);
                });
            }
            StmtKind::TypeAlias(node) => {
                open(self, "TypeAlias");
                self.nested(|this| {
                    this.line("name", "Name", Some(node.name_location));
                    this.name("id", node.name);
                    this.put(format_args!(" ctx=Store"));
                    this.type_params(node.type_params);
                    this.expression("value", node.value);
                });
            }
            StmtKind::AugAssign { target, op, value } => {
                open(self, "AugAssign");
                self.put(format_args!(" op={op:?}"));
                self.nested(|this| {
                    this.expression("target", target);
                    this.expression("value", value);
                });
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                open(self, "AnnAssign");
                self.put(format_args!(" simple={}", u8::from(*simple)));
                self.nested(|this| {
                    this.expression("target", target);
                    this.expression("annotation", annotation);
                    this.optional("value", *value);
                });
            }
            StmtKind::For(node) => {
                open(self, if node.is_async { "AsyncFor" } else { "For" });
                self.nested(|this| {
                    this.expression("target", &node.target);
                    this.expression("iter", &node.iter);
                    this.statements("body", node.body);
                    this.statements("orelse", node.orelse);
                });
            }
            StmtKind::While { test, body, orelse } => {
                open(self, "While");
                self.nested(|this| {
                    this.expression("test", test);
                    this.statements("body", body);
                    this.statements("orelse", orelse);
                });
            }
            StmtKind::If { test, body, orelse } => {
                open(self, "If");
                self.nested(|this| {
                    this.expression("test", test);
                    this.statements("body", body);
                    this.statements("orelse", orelse);
                });
            }
            StmtKind::With(node) => {
                open(self, if node.is_async { "AsyncWith" } else { "With" });
                self.nested(|this| {
                    for item in node.items {
                        this.line("items", "withitem", None);
                        this.nested(|this| {
                            this.expression("context_expr", &item.context_expr);
                            this.optional("optional_vars", item.optional_vars);
                        });
                    }
                    this.statements("body", node.body);
                });
            }
            StmtKind::Match { subject, cases } => {
                open(self, "Match");
                self.nested(|this| {
                    this.expression("subject", subject);
                    for case in *cases {
                        this.line("cases", "match_case", None);
                        this.nested(|this| {
                            this.pattern("pattern", &case.pattern);
                            this.optional("guard", case.guard);
                            this.statements("body", case.body);
                        });
                    }
                });
            }
            StmtKind::Raise { exc, cause } => {
                open(self, "Raise");
                self.nested(|this| {
                    this.optional("exc", *exc);
                    this.optional("cause", *cause);
                });
            }
            StmtKind::Try(node) => {
                open(self, if node.is_star { "TryStar" } else { "Try" });
                self.nested(|this| {
                    this.statements("body", node.body);
                    for handler in node.handlers {
                        this.line("handlers", "ExceptHandler", Some(handler.location));
                        if let Some(name) = handler.name {
                            this.name("name", name);
                        }
                        this.nested(|this| {
                            this.optional("type", handler.kind);
                            this.statements("body", handler.body);
                        });
                    }
                    this.statements("orelse", node.orelse);
                    this.statements("finalbody", node.finalbody);
                });
            }
            StmtKind::Assert { test, msg } => {
                open(self, "Assert");
                self.nested(|this| {
                    this.expression("test", test);
                    this.optional("msg", *msg);
                });
            }
            StmtKind::Import { names, is_lazy } => {
                open(self, if *is_lazy { "LazyImport" } else { "Import" });
                self.aliases(names);
            }
            StmtKind::ImportFrom { module, names, level, is_lazy } => {
                open(self, if *is_lazy { "LazyImportFrom" } else { "ImportFrom" });
                if let Some(module) = module {
                    self.name("module", *module);
                }
                self.put(format_args!(" level={level}"));
                self.aliases(names);
            }
            StmtKind::Global(names) => {
                open(self, "Global");
                names.iter().for_each(|&name| self.name("names", name));
            }
            StmtKind::Nonlocal(names) => {
                open(self, "Nonlocal");
                names.iter().for_each(|&name| self.name("names", name));
            }
            StmtKind::Expr(value) => {
                open(self, "Expr");
                self.nested(|this| this.expression("value", value));
            }
            StmtKind::Pass => open(self, "Pass"),
            StmtKind::Break => open(self, "Break"),
            StmtKind::Continue => open(self, "Continue"),
        }
    }

    fn aliases(&mut self, aliases: &[super::ast::Alias]) {
        self.nested(|this| {
            for alias in aliases {
                this.line("names", "alias", Some(alias.location));
                this.name("name", alias.name);
                if let Some(name) = alias.asname {
                    this.name("asname", name);
                }
            }
        });
    }

    fn keywords(&mut self, keywords: &[Keyword<'_>]) {
        for keyword in keywords {
            self.line("keywords", "keyword", Some(keyword.location));
            if let Some(name) = keyword.arg {
                self.name("arg", name);
            }
            self.nested(|this| this.expression("value", &keyword.value));
        }
    }

    fn arguments(&mut self, arguments: &Arguments<'_>) {
        self.line("args", "arguments", None);
        self.nested(|this| {
            arguments.posonlyargs.iter().for_each(|arg| this.arg("posonlyargs", arg));
            arguments.args.iter().for_each(|arg| this.arg("args", arg));
            arguments.vararg.iter().for_each(|arg| this.arg("vararg", arg));
            arguments.kwonlyargs.iter().for_each(|arg| this.arg("kwonlyargs", arg));
            for default in arguments.kw_defaults {
                match default {
                    Some(default) => this.expression("kw_defaults", default),
                    None => this.line("kw_defaults", "None", None),
                }
            }
            arguments.kwarg.iter().for_each(|arg| this.arg("kwarg", arg));
            this.expressions("defaults", arguments.defaults);
        });
    }

    fn arg(&mut self, field: &str, arg: &Arg<'_>) {
        self.line(field, "arg", Some(arg.location));
        self.name("arg", arg.arg);
        self.nested(|this| this.optional("annotation", arg.annotation));
    }

    fn type_params(&mut self, params: &[TypeParam<'_>]) {
        for param in params {
            self.line("type_params", &format!("{:?}", param.kind), Some(param.location));
            self.name("name", param.name);
            self.nested(|this| {
                this.optional("bound", param.bound);
                this.optional("default_value", param.default_value);
            });
        }
    }

    fn pattern(&mut self, field: &str, pattern: &Pattern<'_>) {
        let location = Some(pattern.location);
        let open = |this: &mut Self, kind: &str| this.line(field, kind, location);
        match &pattern.kind {
            PatternKind::MatchValue(value) => {
                open(self, "MatchValue");
                self.nested(|this| this.expression("value", value));
            }
            PatternKind::MatchSingleton(value) => {
                open(self, "MatchSingleton");
                self.constant(value);
            }
            PatternKind::MatchSequence(patterns) => {
                open(self, "MatchSequence");
                self.nested(|this| patterns.iter().for_each(|each| this.pattern("patterns", each)));
            }
            PatternKind::MatchMapping { keys, patterns, rest } => {
                open(self, "MatchMapping");
                if let Some(rest) = rest {
                    self.name("rest", *rest);
                }
                self.nested(|this| {
                    this.expressions("keys", keys);
                    patterns.iter().for_each(|each| this.pattern("patterns", each));
                });
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                open(self, "MatchClass");
                kwd_attrs.iter().for_each(|&name| self.name("kwd_attrs", name));
                self.nested(|this| {
                    this.expression("cls", cls);
                    patterns.iter().for_each(|each| this.pattern("patterns", each));
                    kwd_patterns.iter().for_each(|each| this.pattern("kwd_patterns", each));
                });
            }
            PatternKind::MatchStar(name) => {
                open(self, "MatchStar");
                name.iter().for_each(|&name| self.name("name", name));
            }
            PatternKind::MatchAs { pattern, name } => {
                open(self, "MatchAs");
                name.iter().for_each(|&name| self.name("name", name));
                self.nested(|this| pattern.iter().for_each(|each| this.pattern("pattern", each)));
            }
            PatternKind::MatchOr(patterns) => {
                open(self, "MatchOr");
                self.nested(|this| patterns.iter().for_each(|each| this.pattern("patterns", each)));
            }
        }
    }

    fn comprehensions(&mut self, generators: &[Comprehension<'_>]) {
        for generator in generators {
            self.line("generators", "comprehension", None);
            self.put(format_args!(" is_async={}", u8::from(generator.is_async)));
            self.nested(|this| {
                this.expression("target", &generator.target);
                this.expression("iter", &generator.iter);
                this.expressions("ifs", generator.ifs);
            });
        }
    }

    fn expression(&mut self, field: &str, expression: &Expr<'_>) {
        let location = Some(expression.location);
        let open = |this: &mut Self, kind: &str| this.line(field, kind, location);
        match &expression.kind {
            ExprKind::BoolOp { op, values } => {
                open(self, "BoolOp");
                self.put(format_args!(" op={op:?}"));
                self.nested(|this| this.expressions("values", values));
            }
            ExprKind::NamedExpr { target, value } => {
                open(self, "NamedExpr");
                self.nested(|this| {
                    this.expression("target", target);
                    this.expression("value", value);
                });
            }
            ExprKind::BinOp { left, op, right } => {
                open(self, "BinOp");
                self.put(format_args!(" op={op:?}"));
                self.nested(|this| {
                    this.expression("left", left);
                    this.expression("right", right);
                });
            }
            ExprKind::UnaryOp { op, operand } => {
                open(self, "UnaryOp");
                self.put(format_args!(" op={op:?}"));
                self.nested(|this| this.expression("operand", operand));
            }
            ExprKind::Lambda(node) => {
                open(self, "Lambda");
                self.nested(|this| {
                    this.arguments(&node.args);
                    this.expression("body", &node.body);
                });
            }
            ExprKind::IfExp { test, body, orelse } => {
                open(self, "IfExp");
                self.nested(|this| {
                    this.expression("test", test);
                    this.expression("body", body);
                    this.expression("orelse", orelse);
                });
            }
            ExprKind::Dict { keys, values } => {
                open(self, "Dict");
                self.nested(|this| {
                    for key in *keys {
                        match key {
                            Some(key) => this.expression("keys", key),
                            None => this.line("keys", "None", None),
                        }
                    }
                    this.expressions("values", values);
                });
            }
            ExprKind::Set(elts) => {
                open(self, "Set");
                self.nested(|this| this.expressions("elts", elts));
            }
            ExprKind::Comprehension(node) => {
                use super::ast::ComprehensionKind;
                open(
                    self,
                    match node.kind {
                        ComprehensionKind::List => "ListComp",
                        ComprehensionKind::Set => "SetComp",
                        ComprehensionKind::Dict => "DictComp",
                        ComprehensionKind::Generator => "GeneratorExp",
                    },
                );
                self.nested(|this| {
                    this.expression("elt", &node.element);
                    if let Some(value) = &node.value {
                        this.expression("value", value);
                    }
                    this.comprehensions(node.generators);
                });
            }
            ExprKind::Await(value) => {
                open(self, "Await");
                self.nested(|this| this.expression("value", value));
            }
            ExprKind::Yield(value) => {
                open(self, "Yield");
                self.nested(|this| this.optional("value", *value));
            }
            ExprKind::YieldFrom(value) => {
                open(self, "YieldFrom");
                self.nested(|this| this.expression("value", value));
            }
            ExprKind::Compare { left, ops, comparators } => {
                open(self, "Compare");
                ops.iter().for_each(|op| self.put(format_args!(" ops={op:?}")));
                self.nested(|this| {
                    this.expression("left", left);
                    this.expressions("comparators", comparators);
                });
            }
            ExprKind::Call(node) => {
                open(self, "Call");
                self.nested(|this| {
                    this.expression("func", &node.func);
                    this.expressions("args", node.args);
                    this.keywords(node.keywords);
                });
            }
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                open(self, "FormattedValue");
                self.put(format_args!(" conversion={conversion}"));
                self.nested(|this| {
                    this.expression("value", value);
                    this.optional("format_spec", *format_spec);
                });
            }
            ExprKind::Interpolation { value, text, conversion, format_spec } => {
                open(self, "Interpolation");
                self.put(format_args!(" str="));
                self.hex(text);
                self.put(format_args!(" conversion={conversion}"));
                self.nested(|this| {
                    this.expression("value", value);
                    this.optional("format_spec", *format_spec);
                });
            }
            ExprKind::JoinedStr(values) => {
                open(self, "JoinedStr");
                self.nested(|this| this.expressions("values", values));
            }
            ExprKind::TemplateStr(values) => {
                open(self, "TemplateStr");
                self.nested(|this| this.expressions("values", values));
            }
            ExprKind::Constant(value) => {
                open(self, "Constant");
                self.constant(value);
            }
            ExprKind::Attribute { value, attr, ctx } => {
                open(self, "Attribute");
                self.name("attr", *attr);
                self.put(format_args!(" ctx={ctx:?}"));
                self.nested(|this| this.expression("value", value));
            }
            ExprKind::Subscript { value, slice, ctx } => {
                open(self, "Subscript");
                self.put(format_args!(" ctx={ctx:?}"));
                self.nested(|this| {
                    this.expression("value", value);
                    this.expression("slice", slice);
                });
            }
            ExprKind::Starred { value, ctx } => {
                open(self, "Starred");
                self.put(format_args!(" ctx={ctx:?}"));
                self.nested(|this| this.expression("value", value));
            }
            ExprKind::Name { id, ctx } => {
                open(self, "Name");
                self.name("id", *id);
                self.put(format_args!(" ctx={ctx:?}"));
            }
            ExprKind::List { elts, ctx } => {
                open(self, "List");
                self.put(format_args!(" ctx={ctx:?}"));
                self.nested(|this| this.expressions("elts", elts));
            }
            ExprKind::Tuple { elts, ctx } => {
                open(self, "Tuple");
                self.put(format_args!(" ctx={ctx:?}"));
                self.nested(|this| this.expressions("elts", elts));
            }
            ExprKind::Slice { lower, upper, step } => {
                open(self, "Slice");
                self.nested(|this| {
                    this.optional("lower", *lower);
                    this.optional("upper", *upper);
                    this.optional("step", *step);
                });
            }
        }
    }

    fn hex(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.put(format_args!("{byte:02x}")));
    }

    fn constant(&mut self, value: &Constant<'_>) {
        self.out.push(' ');
        match value {
            Constant::Int(value) => self.put(format_args!("int:{value}")),
            Constant::BigInt { negative, magnitude } => {
                self.put(format_args!("{}big:", if *negative { "-" } else { "" }));
                self.hex(magnitude);
            }
            Constant::Float(value) => self.put(format_args!("float:{:016x}", value.to_bits())),
            Constant::Complex(real, imaginary) => {
                self.put(format_args!("complex:{:016x},{:016x}", real.to_bits(), imaginary.to_bits()));
            }
            Constant::Str(text) => {
                self.put(format_args!("str:"));
                self.hex(text);
            }
            Constant::FreshPercent => self.put(format_args!("str:25")),
            Constant::FreshEmptyBytes => self.put(format_args!("bytes:")),
            Constant::Bytes(bytes) => {
                self.put(format_args!("bytes:"));
                self.hex(bytes);
            }
            Constant::Tuple(items) | Constant::FrozenSet(items) => {
                items.iter().for_each(|item| self.constant(item));
            }
            other => self.put(format_args!("{other:?}")),
        }
    }
}
