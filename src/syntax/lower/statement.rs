//! Statements.

use ruff_python_ast as ruff;
use ruff_text_size::{Ranged, TextSize};

use super::Lowering;
use super::expression::yield_start;
use super::operator::operator;
use super::position::{Place, between, end_of};
use crate::syntax::ErrorType;
use crate::syntax::ast::{
    Alias, ClassDef, ExceptHandler, For, FunctionDef, MatchCase, Stmt, StmtKind, Try, TypeAlias, TypeParam,
    TypeParamKind, With, WithItem,
};
use crate::text::Name;

impl<'a> Lowering<'a, '_> {
    /// The statements of a block, and where the block ends: after a trailing `;` if there is one.
    pub(super) fn suite(&mut self, body: &[ruff::Stmt]) -> (&'a [Stmt<'a>], Place) {
        let arena = self.arena;
        self.blocks += 1;
        if self.blocks > super::MAX_BLOCKS + 1
            && let Some(first) = body.first()
            && self.is_indented(first.start())
        {
            self.fail(ErrorType::Indentation, "too many levels of indentation", first.range());
        }
        let statements = arena.alloc_slice_fill_iter(body.iter().map(|statement| self.statement(statement)));
        self.blocks -= 1;
        let end = match (body.last(), statements.last()) {
            (Some(last), Some(lowered)) => {
                let compound = matches!(
                    last,
                    ruff::Stmt::FunctionDef(_)
                        | ruff::Stmt::ClassDef(_)
                        | ruff::Stmt::If(_)
                        | ruff::Stmt::For(_)
                        | ruff::Stmt::While(_)
                        | ruff::Stmt::With(_)
                        | ruff::Stmt::Try(_)
                        | ruff::Stmt::Match(_)
                );
                match if compound { None } else { self.semicolon_after(last.end()) } {
                    Some(after) => self.positions.place(after),
                    None => end_of(lowered.location),
                }
            }
            _ => (1, 0),
        };
        (statements, end)
    }

    /// Whether only blanks stand before `at` on its line.
    fn is_indented(&self, at: TextSize) -> bool {
        let ahead = &self.text.as_bytes()[..at.to_usize()];
        ahead.iter().rev().take_while(|&&byte| byte != b'\n').all(u8::is_ascii_whitespace)
    }

    /// The offset after a `;` that follows `at`, with only blanks and line continuations between them.
    fn semicolon_after(&self, at: TextSize) -> Option<TextSize> {
        let mut index = at.to_usize();
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(index)? {
                b' ' | b'\t' | b'\x0c' => index += 1,
                b'\\' if bytes.get(index + 1) == Some(&b'\n') => index += 2,
                b';' => return Some(TextSize::new(super::position::offset(index + 1))),
                _ => return None,
            }
        }
    }

    /// The optional block, which ends at `end` if it is empty.
    fn optional_suite(&mut self, body: &[ruff::Stmt], end: Place) -> (&'a [Stmt<'a>], Place) {
        if body.is_empty() { (Default::default(), end) } else { self.suite(body) }
    }

    fn statement(&mut self, statement: &ruff::Stmt) -> Stmt<'a> {
        let range = statement.range();
        if !self.enter() {
            let location = self.positions.range(range);
            return Stmt { location, kind: StmtKind::Pass };
        }
        let start = self.positions.place(range.start());
        let lowered = match statement {
            ruff::Stmt::FunctionDef(node) => self.function(node),
            ruff::Stmt::ClassDef(node) => self.class(node),
            ruff::Stmt::If(node) => {
                let test = self.boxed(&node.test);
                let (body, end) = self.suite(&node.body);
                let (orelse, end) = self.else_chain(&node.elif_else_clauses, end);
                Stmt { location: between(start, end), kind: StmtKind::If { test, body, orelse } }
            }
            ruff::Stmt::For(node) => {
                let target = self.expression(&node.target);
                let iter = self.expression(&node.iter);
                self.note_iterable(&iter);
                let (body, end) = self.suite(&node.body);
                let (orelse, end) = self.optional_suite(&node.orelse, end);
                let lowered = For { is_async: node.is_async, target, iter, body, orelse };
                Stmt { location: between(start, end), kind: StmtKind::For(self.arena.alloc(lowered)) }
            }
            ruff::Stmt::While(node) => {
                let test = self.boxed(&node.test);
                let (body, end) = self.suite(&node.body);
                let (orelse, end) = self.optional_suite(&node.orelse, end);
                Stmt { location: between(start, end), kind: StmtKind::While { test, body, orelse } }
            }
            ruff::Stmt::With(node) => {
                let arena = self.arena;
                let items = arena.alloc_slice_fill_iter(node.items.iter().map(|item| WithItem {
                    context_expr: self.expression(&item.context_expr),
                    optional_vars: self.optional(item.optional_vars.as_deref()),
                }));
                let (body, end) = self.suite(&node.body);
                let lowered = With { is_async: node.is_async, items, body };
                Stmt { location: between(start, end), kind: StmtKind::With(arena.alloc(lowered)) }
            }
            ruff::Stmt::Match(node) => self.match_statement(node, start),
            ruff::Stmt::Try(node) => self.try_statement(node, start),
            simple => {
                let kind = self.simple(simple);
                let end = self.positions.place(range.end());
                Stmt { location: between(start, end), kind }
            }
        };
        self.leave();
        lowered
    }

    fn simple(&mut self, statement: &ruff::Stmt) -> StmtKind<'a> {
        match statement {
            ruff::Stmt::Assign(ruff::StmtAssign { value, .. })
            | ruff::Stmt::AugAssign(ruff::StmtAugAssign { value, .. })
            | ruff::Stmt::AnnAssign(ruff::StmtAnnAssign { value: Some(value), .. })
            | ruff::Stmt::Expr(ruff::StmtExpr { value, .. }) => {
                self.tight(value);
                self.open_yield = yield_start(value);
            }
            ruff::Stmt::Return(ruff::StmtReturn { value: Some(value), .. }) => self.tight(value),
            _ => {}
        }
        match statement {
            ruff::Stmt::Return(node) => StmtKind::Return(self.optional(node.value.as_deref())),
            ruff::Stmt::Delete(node) => StmtKind::Delete(self.expressions(&node.targets)),
            ruff::Stmt::TypeAlias(node) => self.type_alias(node),
            ruff::Stmt::Assign(node) => {
                StmtKind::Assign { targets: self.expressions(&node.targets), value: self.boxed(&node.value) }
            }
            ruff::Stmt::AugAssign(node) => StmtKind::AugAssign {
                target: self.boxed(&node.target),
                op: operator(node.op),
                value: self.boxed(&node.value),
            },
            ruff::Stmt::AnnAssign(node) => {
                if begins_with_target(&node.target) {
                    self.fail(ErrorType::Syntax, "illegal target for annotation", node.target.range());
                }
                StmtKind::AnnAssign {
                    target: self.boxed(&node.target),
                    annotation: self.boxed(&node.annotation),
                    value: self.optional(node.value.as_deref()),
                    simple: node.simple,
                }
            }
            ruff::Stmt::Raise(node) => StmtKind::Raise {
                exc: self.optional(node.exc.as_deref().filter(|exc| !is_missing(exc))),
                cause: self.optional(node.cause.as_deref()),
            },
            ruff::Stmt::Assert(node) => {
                StmtKind::Assert { test: self.boxed(&node.test), msg: self.optional(node.msg.as_deref()) }
            }
            ruff::Stmt::Import(node) => {
                StmtKind::Import { names: self.aliases(&node.names), is_lazy: node.is_lazy }
            }
            ruff::Stmt::ImportFrom(node) => {
                let module = node.module.as_ref().map(|module| self.dotted(&module.id));
                let is_future = module.is_some_and(|module| self.names.text(module) == "__future__");
                if node.is_lazy && node.level == 0 && is_future {
                    self.fail(ErrorType::Syntax, "lazy from __future__ import is not allowed", node.range);
                }
                StmtKind::ImportFrom {
                    module,
                    names: self.aliases(&node.names),
                    level: node.level,
                    is_lazy: node.is_lazy,
                }
            }
            ruff::Stmt::Global(node) => StmtKind::Global(self.identifiers(&node.names)),
            ruff::Stmt::Nonlocal(node) => StmtKind::Nonlocal(self.identifiers(&node.names)),
            ruff::Stmt::Expr(node) => StmtKind::Expr(self.boxed(&node.value)),
            ruff::Stmt::Break(_) => StmtKind::Break,
            ruff::Stmt::Continue(_) => StmtKind::Continue,
            _ => StmtKind::Pass,
        }
    }

    fn aliases(&mut self, aliases: &[ruff::Alias]) -> &'a [Alias] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(aliases.iter().map(|alias| Alias {
            location: self.positions.range(alias.range),
            name: self.dotted(&alias.name.id),
            asname: alias.asname.as_ref().map(|name| self.name(&name.id)),
        }))
    }

    /// The name of a module. Each part of it is an identifier by itself too.
    fn dotted(&mut self, text: &str) -> Name {
        if text.contains('.') {
            for part in text.split('.') {
                self.name(part);
            }
        }
        self.name(text)
    }

    fn identifiers(&mut self, names: &[ruff::Identifier]) -> &'a [Name] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(names.iter().map(|name| self.name(&name.id)))
    }

    /// `elif` and `else` clauses: CPython nests them, ruff lists them.
    fn else_chain(&mut self, clauses: &[ruff::ElifElseClause], end: Place) -> (&'a [Stmt<'a>], Place) {
        let Some((first, rest)) = clauses.split_first() else {
            return (Default::default(), end);
        };
        let Some(test) = &first.test else {
            return self.suite(&first.body);
        };
        if !self.enter() {
            return (Default::default(), end);
        }
        let start = self.positions.place(first.range.start());
        let test = self.boxed(test);
        let (body, end) = self.suite(&first.body);
        let (orelse, end) = self.else_chain(rest, end);
        self.leave();
        let nested = Stmt { location: between(start, end), kind: StmtKind::If { test, body, orelse } };
        (std::slice::from_ref(self.arena.alloc(nested)), end)
    }

    fn try_statement(&mut self, node: &ruff::StmtTry, start: Place) -> Stmt<'a> {
        let arena = self.arena;
        let (body, end) = self.suite(&node.body);
        let handlers = arena.alloc_slice_fill_iter(node.handlers.iter().map(|handler| {
            let ruff::ExceptHandler::ExceptHandler(handler) = handler;
            let start = self.positions.place(handler.range.start());
            let kind = self.optional(handler.type_.as_deref());
            let name = handler.name.as_ref().map(|name| self.name(&name.id));
            let (body, end) = self.suite(&handler.body);
            ExceptHandler { location: between(start, end), kind, name, body }
        }));
        let end = handlers.last().map_or(end, |handler| end_of(handler.location));
        let (orelse, end) = self.optional_suite(&node.orelse, end);
        let (finalbody, end) = self.optional_suite(&node.finalbody, end);
        if handlers.is_empty() && !orelse.is_empty() {
            // The parser underneath takes it.
            self.fail(ErrorType::Syntax, "expected 'except' or 'finally' block", node.range());
        }
        let lowered = Try { is_star: node.is_star, body, handlers, orelse, finalbody };
        Stmt { location: between(start, end), kind: StmtKind::Try(arena.alloc(lowered)) }
    }

    fn match_statement(&mut self, node: &ruff::StmtMatch, start: Place) -> Stmt<'a> {
        let arena = self.arena;
        self.note_for_all(start.0);
        let subject = self.boxed(&node.subject);
        let mut end = end_of(subject.location);
        self.blocks += 1;
        let cases = arena.alloc_slice_fill_iter(node.cases.iter().map(|case| {
            let pattern = self.pattern(&case.pattern);
            let guard = self.optional(case.guard.as_deref());
            let (body, after) = self.suite(&case.body);
            end = after;
            MatchCase { pattern, guard, body }
        }));
        self.blocks -= 1;
        Stmt { location: between(start, end), kind: StmtKind::Match { subject, cases } }
    }

    fn decorators(&mut self, decorators: &[ruff::Decorator]) -> &'a [crate::syntax::ast::Expr<'a>] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(decorators.iter().map(|decorator| self.expression(&decorator.expression)))
    }

    /// Where a definition's own keyword stands: ruff's range starts at the first `@`.
    fn definition_start(&mut self, start: TextSize, decorators: &[ruff::Decorator]) -> Place {
        let Some(last) = decorators.last() else {
            return self.positions.place(start);
        };
        let bytes = self.text.as_bytes();
        let mut index = last.range.end().to_usize();
        while let Some(byte) = bytes.get(index) {
            match byte {
                b'#' => index += memchr::memchr(b'\n', &bytes[index..]).unwrap_or(bytes.len() - index),
                b' ' | b'\t' | b'\n' | b'\x0c' | b'\\' => index += 1,
                _ => break,
            }
        }
        self.positions.place(TextSize::new(super::position::offset(index)))
    }

    fn function(&mut self, node: &ruff::StmtFunctionDef) -> Stmt<'a> {
        let decorator_list = self.decorators(&node.decorator_list);
        let start = self.definition_start(node.range.start(), &node.decorator_list);
        let id = self.id();
        let name = self.name(&node.name.id);
        let type_params = self.type_params(node.type_params.as_deref());
        let args = self.arguments(&node.parameters);
        let returns = self.optional(node.returns.as_deref());
        let (body, end) = self.suite(&node.body);
        let is_async = node.is_async;
        let lowered = FunctionDef { id, is_async, name, args, body, decorator_list, returns, type_params };
        Stmt { location: between(start, end), kind: StmtKind::FunctionDef(self.arena.alloc(lowered)) }
    }

    fn class(&mut self, node: &ruff::StmtClassDef) -> Stmt<'a> {
        let decorator_list = self.decorators(&node.decorator_list);
        let start = self.definition_start(node.range.start(), &node.decorator_list);
        let id = self.id();
        let name = self.name(&node.name.id);
        let type_params = self.type_params(node.type_params.as_deref());
        let (bases, keywords) = match &node.arguments {
            Some(arguments) => (self.expressions(&arguments.args), self.keywords(&arguments.keywords)),
            None => Default::default(),
        };
        let (body, end) = self.suite(&node.body);
        let lowered = ClassDef { id, name, bases, keywords, body, decorator_list, type_params };
        Stmt { location: between(start, end), kind: StmtKind::ClassDef(self.arena.alloc(lowered)) }
    }

    fn type_alias(&mut self, node: &ruff::StmtTypeAlias) -> StmtKind<'a> {
        let id = self.id();
        let name_location = self.positions.range(node.name.range());
        let name = match &*node.name {
            ruff::Expr::Name(name) => self.name(&name.id),
            _ => self.name(""),
        };
        let type_params = self.type_params(node.type_params.as_deref());
        let value = self.boxed(&node.value);
        let lowered = TypeAlias { id, name, name_location, type_params, value };
        StmtKind::TypeAlias(self.arena.alloc(lowered))
    }

    fn type_params(&mut self, params: Option<&ruff::TypeParams>) -> &'a [TypeParam<'a>] {
        let arena = self.arena;
        let Some(params) = params else { return Default::default() };
        arena.alloc_slice_fill_iter(params.type_params.iter().map(|param| {
            let (kind, name, bound, default) = match param {
                ruff::TypeParam::TypeVar(node) => {
                    (TypeParamKind::TypeVar, &node.name, node.bound.as_deref(), node.default.as_deref())
                }
                ruff::TypeParam::ParamSpec(node) => {
                    (TypeParamKind::ParamSpec, &node.name, None, node.default.as_deref())
                }
                ruff::TypeParam::TypeVarTuple(node) => {
                    if let Some(default) = node.default.as_deref() {
                        self.tight(default);
                    }
                    (TypeParamKind::TypeVarTuple, &node.name, None, node.default.as_deref())
                }
            };
            TypeParam {
                id: self.id(),
                location: self.positions.range(param.range()),
                kind,
                name: self.name(&name.id),
                bound: self.optional(bound),
                default_value: self.optional(default),
            }
        }))
    }
}

/// Whether an annotated target goes on behind a target in parentheses, `(a).b: c`: CPython's grammar expects the colon there.
fn begins_with_target(target: &ruff::Expr) -> bool {
    let mut node = target;
    loop {
        let inner = match node {
            ruff::Expr::Attribute(node) => &node.value,
            ruff::Expr::Subscript(node) => &node.value,
            ruff::Expr::Call(node) => &node.func,
            _ => return false,
        };
        if inner.start() != target.start() {
            return matches!(
                **inner,
                ruff::Expr::Name(_) | ruff::Expr::Attribute(_) | ruff::Expr::Subscript(_)
            );
        }
        node = inner;
    }
}

/// Whether the parser put this where it found no expression.
fn is_missing(expression: &ruff::Expr) -> bool {
    matches!(expression, ruff::Expr::Name(name) if name.ctx == ruff::ExprContext::Invalid && name.id.is_empty())
}
