//! Statements.
//!
//! CPython: `Python/ast_preprocess.c`.

use super::Preprocess;
use crate::syntax::ast::{
    ClassDef, ExceptHandler, For, FunctionDef, Stmt, StmtKind, Try, TypeAlias, TypeParam, With, WithItem,
};

impl<'a> Preprocess<'a, '_> {
    pub(super) fn statements(&self, statements: &'a [Stmt<'a>]) -> &'a [Stmt<'a>] {
        self.list(statements, |statement| {
            self.ask();
            if self.only.is_some_and(|lines| !has_one(lines, statement)) {
                return statement;
            }
            self.deeper(|| {
                self.node(statement, || Stmt {
                    location: statement.location,
                    kind: self.statement(&statement.kind),
                })
            })
        })
    }

    /// Preprocesses type parameters (`astfold_type_param`).
    fn type_params(&self, parameters: &'a [TypeParam<'a>]) -> &'a [TypeParam<'a>] {
        self.list(parameters, |parameter| {
            self.node(parameter, || TypeParam {
                bound: self.optional(parameter.bound),
                default_value: self.optional(parameter.default_value),
                ..*parameter
            })
        })
    }

    /// Preprocesses the parts of a statement (`astfold_stmt`).
    fn statement(&self, kind: &'a StmtKind<'a>) -> StmtKind<'a> {
        match *kind {
            StmtKind::FunctionDef(function) => {
                StmtKind::FunctionDef(self.node(function, || self.function(function)))
            }
            StmtKind::ClassDef(class) => StmtKind::ClassDef(self.node(class, || ClassDef {
                type_params: self.type_params(class.type_params),
                bases: self.expressions(class.bases),
                keywords: self.keywords(class.keywords),
                body: self.body(class.body),
                decorator_list: self.expressions(class.decorator_list),
                ..*class
            })),
            StmtKind::TypeAlias(alias) => StmtKind::TypeAlias(self.node(alias, || TypeAlias {
                type_params: self.type_params(alias.type_params),
                value: self.expression(alias.value),
                ..*alias
            })),
            StmtKind::Return(value) => StmtKind::Return(self.optional(value)),
            StmtKind::Delete(targets) => StmtKind::Delete(self.expressions(targets)),
            StmtKind::Assign { targets, value } => {
                StmtKind::Assign { targets: self.expressions(targets), value: self.expression(value) }
            }
            StmtKind::AugAssign { target, op, value } => {
                StmtKind::AugAssign { target: self.expression(target), op, value: self.expression(value) }
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => StmtKind::AnnAssign {
                target: self.expression(target),
                annotation: if self.text_annotations { annotation } else { self.expression(annotation) },
                value: self.optional(value),
                simple,
            },
            StmtKind::For(statement) => StmtKind::For(self.node(statement, || {
                let iter = self.expression(&statement.iter);
                For {
                    is_async: statement.is_async,
                    target: *self.expression(&statement.target),
                    iter: if statement.is_async { *iter } else { *self.iterable(iter) },
                    body: self.statements(statement.body),
                    orelse: self.statements(statement.orelse),
                }
            })),
            StmtKind::While { test, body, orelse } => StmtKind::While {
                test: self.expression(test),
                body: self.statements(body),
                orelse: self.statements(orelse),
            },
            StmtKind::If { test, body, orelse } => StmtKind::If {
                test: self.expression(test),
                body: self.statements(body),
                orelse: self.statements(orelse),
            },
            StmtKind::With(statement) => StmtKind::With(self.node(statement, || With {
                is_async: statement.is_async,
                items: self.list(statement.items, |item| self.with_item(item)),
                body: self.statements(statement.body),
            })),
            StmtKind::Match { subject, cases } => StmtKind::Match {
                subject: self.expression(subject),
                cases: self.list(cases, |case| self.case(case)),
            },
            StmtKind::Raise { exc, cause } => {
                StmtKind::Raise { exc: self.optional(exc), cause: self.optional(cause) }
            }
            StmtKind::Try(statement) => StmtKind::Try(self.node(statement, || Try {
                is_star: statement.is_star,
                body: self.statements(statement.body),
                handlers: self.list(statement.handlers, |handler| self.handler(handler)),
                orelse: self.statements(statement.orelse),
                finalbody: self.statements(statement.finalbody),
            })),
            StmtKind::Assert { test, msg } => {
                StmtKind::Assert { test: self.expression(test), msg: self.optional(msg) }
            }
            StmtKind::Expr(value) => StmtKind::Expr(self.expression(value)),
            StmtKind::Import { .. }
            | StmtKind::ImportFrom { .. }
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue => *kind,
        }
    }

    /// Preprocesses a function definition (`astfold_stmt`).
    fn function(&self, function: &'a FunctionDef<'a>) -> FunctionDef<'a> {
        FunctionDef {
            type_params: self.type_params(function.type_params),
            args: self.arguments(&function.args),
            body: self.body(function.body),
            decorator_list: self.expressions(function.decorator_list),
            returns: if self.text_annotations { function.returns } else { self.optional(function.returns) },
            ..*function
        }
    }

    /// Preprocesses an item of a `with` statement (`astfold_withitem`).
    fn with_item(&self, item: &'a WithItem<'a>) -> &'a WithItem<'a> {
        self.node(item, || WithItem {
            context_expr: *self.expression(&item.context_expr),
            optional_vars: self.optional(item.optional_vars),
        })
    }

    /// Preprocesses an `except` handler (`astfold_excepthandler`).
    fn handler(&self, handler: &'a ExceptHandler<'a>) -> &'a ExceptHandler<'a> {
        self.node(handler, || ExceptHandler {
            kind: self.optional(handler.kind),
            body: self.statements(handler.body),
            ..*handler
        })
    }
}

/// Returns whether a line of `statement` is among `lines`, which are sorted.
fn has_one(lines: &[i32], statement: &Stmt<'_>) -> bool {
    let decorators = match statement.kind {
        StmtKind::FunctionDef(function) => function.decorator_list,
        StmtKind::ClassDef(class) => class.decorator_list,
        _ => &[],
    };
    // Decorators are before the location of the definition.
    let first = decorators.first().map_or(statement.location, |decorator| decorator.location).line();
    let next = lines.partition_point(|&line| line < first);
    lines.get(next).is_some_and(|&line| line <= statement.location.end_line())
}
