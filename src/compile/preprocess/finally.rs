//! Warnings about `return`, `break` and `continue` that leave a `finally` block (PEP 765).
//!
//! CPython: `before_return`, `before_loop_exit` in `Python/ast_preprocess.c`.

use crate::compile::warned::Warnings;
use crate::syntax::ast::{Module, Stmt, StmtKind};
use crate::target::Target;

/// Innermost enclosing statement that matters. As in CPython, a loop hides the `finally` block
/// around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Nothing,
    Finally,
    Function,
    Loop,
}

/// Warns of statements that leave a `finally` block.
pub(super) fn warn(module: &Module<'_>, target: &Target, warnings: &mut Warnings) {
    FinallyWalk { target, warnings }.body(module.body, Around::Nothing);
}

struct FinallyWalk<'w> {
    target: &'w Target,
    warnings: &'w mut Warnings,
}

impl FinallyWalk<'_> {
    fn body(&mut self, body: &[Stmt<'_>], around: Around) {
        for statement in body {
            self.statement(statement, around);
        }
    }

    /// Visits a statement (`astfold_stmt`).
    fn statement(&mut self, statement: &Stmt<'_>, around: Around) {
        match &statement.kind {
            StmtKind::Return(_) => self.leave(statement, around, "return"),
            StmtKind::Break => self.leave(statement, around, "break"),
            StmtKind::Continue => self.leave(statement, around, "continue"),
            StmtKind::FunctionDef(function) => self.body(function.body, Around::Function),
            StmtKind::ClassDef(class) => self.body(class.body, around),
            StmtKind::For(statement) => {
                self.body(statement.body, Around::Loop);
                self.body(statement.orelse, around);
            }
            StmtKind::While { body, orelse, .. } => {
                self.body(body, Around::Loop);
                self.body(orelse, around);
            }
            StmtKind::If { body, orelse, .. } => {
                self.body(body, around);
                self.body(orelse, around);
            }
            StmtKind::With(statement) => self.body(statement.body, around),
            StmtKind::Match { cases, .. } => {
                for case in *cases {
                    self.body(case.body, around);
                }
            }
            StmtKind::Try(statement) => {
                self.body(statement.body, around);
                for handler in statement.handlers {
                    self.body(handler.body, around);
                }
                self.body(statement.orelse, around);
                self.body(statement.finalbody, Around::Finally);
            }
            _ => {}
        }
    }

    /// Warns of one statement (`control_flow_in_finally_warning`).
    fn leave(&mut self, statement: &Stmt<'_>, around: Around, keyword: &str) {
        if around == Around::Finally {
            let message = format!("'{keyword}' in a 'finally' block");
            self.warnings.issue(message, statement.location, self.target);
        }
    }
}
