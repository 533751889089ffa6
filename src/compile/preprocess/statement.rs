//! Statements.

use super::Preprocess;
use crate::syntax::ast::{Stmt, StmtKind, TypeParam};

impl<'a> Preprocess<'a, '_> {
    pub(super) fn statements(&self, statements: &mut [Stmt<'a>]) {
        statements.iter_mut().for_each(|statement| self.statement(statement));
    }

    fn type_params(&self, parameters: &mut [TypeParam<'a>]) {
        for parameter in parameters {
            self.optional(&mut parameter.bound);
            self.optional(&mut parameter.default_value);
        }
    }

    fn statement(&self, statement: &mut Stmt<'a>) {
        match &mut statement.kind {
            StmtKind::FunctionDef(function) => {
                self.type_params(function.type_params);
                self.arguments(&mut function.args);
                self.body(&mut function.body);
                self.expressions(function.decorator_list);
                if !self.text_annotations {
                    self.optional(&mut function.returns);
                }
            }
            StmtKind::ClassDef(class) => {
                self.type_params(class.type_params);
                self.expressions(class.bases);
                self.keywords(class.keywords);
                self.body(&mut class.body);
                self.expressions(class.decorator_list);
            }
            StmtKind::TypeAlias(alias) => {
                self.type_params(alias.type_params);
                self.expression(alias.value);
            }
            StmtKind::Return(value) => self.optional(value),
            StmtKind::Delete(targets) => self.expressions(targets),
            StmtKind::Assign { targets, value } => {
                self.expressions(targets);
                self.expression(value);
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expression(target);
                self.expression(value);
            }
            StmtKind::AnnAssign { target, annotation, value, .. } => {
                self.expression(target);
                if !self.text_annotations {
                    self.expression(annotation);
                }
                self.optional(value);
            }
            StmtKind::For(statement) => {
                self.expression(&mut statement.target);
                self.expression(&mut statement.iter);
                self.statements(statement.body);
                self.statements(statement.orelse);
                if !statement.is_async {
                    self.fold_iterable(&mut statement.iter);
                }
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expression(test);
                self.statements(body);
                self.statements(orelse);
            }
            StmtKind::With(statement) => {
                for item in statement.items.iter_mut() {
                    self.expression(&mut item.context_expr);
                    self.optional(&mut item.optional_vars);
                }
                self.statements(statement.body);
            }
            StmtKind::Match { subject, cases } => {
                self.expression(subject);
                cases.iter_mut().for_each(|case| self.case(case));
            }
            StmtKind::Raise { exc, cause } => {
                self.optional(exc);
                self.optional(cause);
            }
            StmtKind::Try(statement) => {
                self.statements(statement.body);
                for handler in statement.handlers.iter_mut() {
                    self.optional(&mut handler.kind);
                    self.statements(handler.body);
                }
                self.statements(statement.orelse);
                self.statements(statement.finalbody);
            }
            StmtKind::Assert { test, msg } => {
                self.expression(test);
                self.optional(msg);
            }
            StmtKind::Expr(value) => self.expression(value),
            StmtKind::Import { .. }
            | StmtKind::ImportFrom { .. }
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue => {}
        }
    }
}
