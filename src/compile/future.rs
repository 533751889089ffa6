//! `from __future__ import …`.
//!
//! CPython: `Python/future.c`.

use crate::syntax::SyntaxError;
use crate::syntax::ast::{Constant, ExprKind, Module, Stmt, StmtKind};
use crate::target::Target;
use crate::text::{Location, Name, Names};

/// `CO_FUTURE_BARRY_AS_BDFL`.
pub const BARRY_AS_BDFL: u32 = 0x40_0000;
/// `CO_FUTURE_ANNOTATIONS`.
pub const ANNOTATIONS: u32 = 0x100_0000;

/// The future statements of a module.
#[derive(Clone, Copy, Debug)]
pub struct Future {
    /// Flags added to every code object.
    pub flags: u32,
    /// Location of the last future statement; [`Location::NONE`] without one.
    pub location: Location,
    /// True if a module `__future__` of the own package counts.
    of_package: bool,
    /// True if only statements on later lines are late.
    by_line: bool,
}

const LATE: &str = "from __future__ imports must occur at the beginning of the file";

impl Future {
    /// Returns whether annotations are kept as text (PEP 563).
    pub const fn annotations(&self) -> bool {
        self.flags & ANNOTATIONS != 0
    }

    /// Refuses an import of `__future__` after the start of the module.
    ///
    /// # Errors
    /// Fails for such an import.
    pub fn check_place(
        &self,
        module: Option<Name>,
        level: u32,
        location: Location,
        names: &Names,
    ) -> Result<(), SyntaxError> {
        let last = self.location;
        let is_late = location.line() > last.line()
            || !self.by_line && (location.line() == last.end_line() && location.column() > last.end_column());
        match module {
            Some(module)
                if (level == 0 || self.of_package) && is_late && names.text(module) == "__future__" =>
            {
                Err(SyntaxError::new(LATE, location))
            }
            _ => Ok(()),
        }
    }
}

/// Reads the future statements at the start of `module` (`_PyFuture_FromAST`).
///
/// # Errors
/// Reports a feature that does not exist.
pub fn scan(module: &Module<'_>, names: &Names, target: &Target) -> Result<Future, SyntaxError> {
    let of_package = target.features.future_of_package;
    let by_line = target.features.late_futures_by_line;
    let mut future = Future { flags: 0, location: Location::NONE, of_package, by_line };
    let start = usize::from(docstring(module.body).is_some());
    let mut ended_on = None;
    for statement in &module.body[start..] {
        let line = statement.location.line();
        if ended_on.is_some_and(|ended| !by_line || line > ended) {
            break;
        }
        let aliases = match &statement.kind {
            StmtKind::ImportFrom { module: Some(from), names: aliases, level, .. }
                if names.text(*from) == "__future__" && (*level == 0 || of_package) =>
            {
                *aliases
            }
            _ => {
                ended_on = Some(line);
                continue;
            }
        };
        if ended_on.is_some() {
            // CPython gives the column in front, and no end.
            let place = Location::new(line, line, statement.location.column() - 1, -1);
            return Err(SyntaxError::new(LATE, place));
        }
        for alias in aliases {
            let place = match target.features.place_future_at_statement {
                true => Location::new(
                    statement.location.line(),
                    statement.location.line(),
                    statement.location.column(),
                    -1,
                ),
                false => alias.location,
            };
            future.flags |= match names.text(alias.name) {
                "nested_scopes" | "generators" | "division" | "absolute_import" | "with_statement"
                | "print_function" | "unicode_literals" | "generator_stop" => 0,
                "barry_as_FLUFL" => BARRY_AS_BDFL,
                "annotations" => ANNOTATIONS,
                "braces" => return Err(SyntaxError::new("not a chance", place)),
                unknown => {
                    let unknown: String = unknown.chars().take(100).collect();
                    let message = format!("future feature {unknown} is not defined");
                    return Err(SyntaxError::new(message, place));
                }
            };
        }
        future.location = statement.location;
    }
    Ok(future)
}

/// Returns the docstring of a body: its first statement, if that is a text constant
/// (`_PyAST_GetDocString`).
pub fn docstring<'a>(body: &[Stmt<'a>]) -> Option<&'a [u8]> {
    let StmtKind::Expr(expression) = &body.first()?.kind else { return None };
    match expression.kind {
        ExprKind::Constant(Constant::Str(text)) => Some(text),
        _ => None,
    }
}
