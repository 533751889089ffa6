//! The `return`, `break` and `continue` statements.
//!
//! CPython: `Python/codegen.c`.

use super::block::UnwindTo;
use super::{Codegen, CodegenResult, FrameBlock};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Expr, ExprKind};
use crate::target::Op;
use crate::text::Location;

impl Codegen<'_, '_> {
    /// Emits a `return` statement (`codegen_return`).
    pub(super) fn return_statement(
        &mut self,
        value: Option<&Expr<'_>>,
        statement: Location,
    ) -> CodegenResult<()> {
        if !self.in_function_like() {
            return Err(SyntaxError::new("'return' outside function", statement));
        }
        let scope = self.scope();
        if value.is_some() && scope.coroutine && scope.generator {
            return Err(SyntaxError::new("'return' with value in async generator", statement));
        }
        let constant = value.and_then(|value| match &value.kind {
            ExprKind::Constant(constant) => Some(constant),
            _ => None,
        });
        let keeps_value = value.is_some() && constant.is_none();
        let mut location = statement;
        if let Some(value) = value {
            if keeps_value {
                self.visit_expr(value)?;
            } else {
                location = value.location;
                self.set_here(location);
                self.emit(Op::NOP, location);
            }
        }
        if value.is_none_or(|value| value.location.line() != statement.line()) {
            location = statement;
            self.set_here(location);
            self.emit(Op::NOP, location);
        }
        self.unwind(&mut location, UnwindTo::Caller { keeps_value })?;
        if let Some(constant) = constant {
            self.load_const(constant, location);
        } else if value.is_none() {
            self.load_const(&crate::syntax::ast::Constant::None, location);
        }
        self.emit(Op::RETURN_VALUE, location);
        Ok(())
    }

    /// Emits a `break` statement (`codegen_break`).
    pub(super) fn break_statement(&mut self, statement: Location) -> CodegenResult<()> {
        let mut location = statement;
        self.emit(Op::NOP, location);
        let block = self.unwind(&mut location, UnwindTo::Loop)?;
        let Some(
            found @ (FrameBlock::While(target) | FrameBlock::For(target) | FrameBlock::AsyncFor(target)),
        ) = block
        else {
            return Err(SyntaxError::new("'break' outside loop", statement));
        };
        self.leave_block(found, &mut location, false)?;
        self.emit_jump(Op::JUMP, target.end, location);
        Ok(())
    }

    /// Emits a `continue` statement (`codegen_continue`).
    pub(super) fn continue_statement(&mut self, statement: Location) -> CodegenResult<()> {
        let mut location = statement;
        self.emit(Op::NOP, location);
        let block = self.unwind(&mut location, UnwindTo::Loop)?;
        let Some(FrameBlock::While(target) | FrameBlock::For(target) | FrameBlock::AsyncFor(target)) = block
        else {
            return Err(SyntaxError::new("'continue' not properly in loop", statement));
        };
        self.emit_jump(Op::JUMP, target.start, location);
        Ok(())
    }
}
