//! The `assert` statement.
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult};
use crate::syntax::ast::Expr;
use crate::target::Op;
use crate::text::Location;

/// `LOAD_COMMON_CONSTANT` operand of `AssertionError`.
const ASSERTION_ERROR: u32 = 0;

impl Codegen<'_, '_> {
    /// Emits an `assert` statement (`codegen_assert`).
    pub(super) fn assertion(
        &mut self,
        test: &Expr<'_>,
        message: Option<&Expr<'_>>,
        location: Location,
    ) -> CodegenResult<()> {
        self.check_assertion(test, location);
        if self.optimize > 0 {
            return Ok(());
        }
        let end = self.new_label();
        self.jump_if(test, end, true)?;
        let location = self.here_or(location);
        if self.target.operation(Op::LOAD_ASSERTION_ERROR).is_some() {
            self.emit(Op::LOAD_ASSERTION_ERROR, location);
        } else {
            self.emit_arg(Op::LOAD_COMMON_CONSTANT, ASSERTION_ERROR, location);
        }
        if let Some(message) = message {
            self.visit_expr(message)?;
            self.emit_call(Op::CALL, 0, location);
        }
        let at_statement = self.target.features.assertion_raised_at_statement;
        self.emit_arg(Op::RAISE_VARARGS, 1, if at_statement { location } else { test.location });
        self.use_label(end);
        Ok(())
    }
}
