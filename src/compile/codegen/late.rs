//! Errors that the symbol table leaves to code generation (up to CPython 3.13).
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult};
use crate::syntax::ast::{Expr, Stmt, StmtKind};
use crate::syntax::{ErrorType, SyntaxError};
use crate::text::Location;

impl Codegen<'_, '_> {
    /// Returns the first error of a statement, including errors left to it but not those left to
    /// nested statements. `warned` is the number of warnings before the statement.
    #[cold]
    pub(super) fn with_late(
        &mut self,
        statement: &Stmt<'_>,
        made: CodegenResult<()>,
        warned: usize,
    ) -> CodegenResult<()> {
        let bodies = bodies(statement);
        let is_own = |late: &&SyntaxError| {
            let at = start(late.location);
            holds(statement, at) && !bodies.iter().any(|body| body.iter().any(|inner| holds(inner, at)))
        };
        let mut own = self.symbols.late.iter().filter(is_own);
        let late = match statement.kind {
            // Decorators are compiled first.
            StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) => own.min_by_key(|late| start(late.location)),
            // The header of a handler is compiled after the body and `else`.
            StmtKind::Try(_) if made.is_err() => None,
            _ => own.next(),
        };
        match (late, made) {
            (None, made) => made,
            (Some(late), Err(error))
                if error.kind == ErrorType::Syntax && start(error.location) < start(late.location) =>
            {
                Err(error)
            }
            (Some(late), _) => {
                // CPython refuses what may not be here before it looks at the parts.
                if late.message.contains(" outside ") {
                    self.warnings.drop_after(warned, late.location);
                }
                Err(late.clone())
            }
        }
    }
}

/// Returns line and column of the start of a location.
const fn start(location: Location) -> (i32, i32) {
    (location.line(), location.column())
}

/// Returns whether a position is in a statement, including its decorators.
fn holds(statement: &Stmt<'_>, at: (i32, i32)) -> bool {
    let decorators: &[Expr<'_>] = match statement.kind {
        StmtKind::FunctionDef(function) => function.decorator_list,
        StmtKind::ClassDef(class) => class.decorator_list,
        _ => &[],
    };
    let location = statement.location;
    let first = decorators.first().map_or(location, |decorator| decorator.location);
    (start(first)..(location.end_line(), location.end_column())).contains(&at)
}

/// Returns the statements within a statement.
fn bodies<'a>(statement: &Stmt<'a>) -> Vec<&'a [Stmt<'a>]> {
    match statement.kind {
        StmtKind::FunctionDef(function) => vec![function.body],
        StmtKind::ClassDef(class) => vec![class.body],
        StmtKind::If { body, orelse, .. } | StmtKind::While { body, orelse, .. } => vec![body, orelse],
        StmtKind::For(statement) => vec![statement.body, statement.orelse],
        StmtKind::With(statement) => vec![statement.body],
        StmtKind::Match { cases, .. } => cases.iter().map(|case| case.body).collect(),
        StmtKind::Try(statement) => {
            let handlers = statement.handlers.iter().map(|handler| handler.body);
            [statement.body, statement.orelse, statement.finalbody].into_iter().chain(handlers).collect()
        }
        _ => Vec::new(),
    }
}
