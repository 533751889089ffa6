//! The `try` statement with its handlers, `else` and `finally`.
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult, FrameBlock};
use crate::compile::instruction::Label;
use crate::syntax::SyntaxError;
use crate::syntax::ast::{ExceptHandler, ExprContext, Try};
use crate::target::{FinallyWarnings, Op};
use crate::text::Location;

impl<'a, 'ast> Codegen<'a, 'ast> {
    /// Emits a `try` statement (`codegen_try`, `codegen_try_star`).
    pub(super) fn try_statement(
        &mut self,
        statement: &'a Try<'ast>,
        location: Location,
    ) -> CodegenResult<()> {
        if statement.finalbody.is_empty() {
            self.try_handlers(statement, location)
        } else {
            self.try_finally(statement, location)
        }
    }

    /// Emits the part of a `try` statement without `finally`.
    fn try_handlers(&mut self, statement: &'a Try<'ast>, location: Location) -> CodegenResult<()> {
        if statement.is_star {
            self.try_star_except(statement, location)
        } else {
            self.try_except(statement, location)
        }
    }

    /// Emits a `try` statement with `finally` (`codegen_try_finally`, `codegen_try_star_finally`).
    fn try_finally(&mut self, statement: &'a Try<'ast>, location: Location) -> CodegenResult<()> {
        let body = self.block_label();
        let handler = self.new_label();
        let exit = self.new_label();
        let cleanup = self.new_label();
        self.emit_jump(Op::SETUP_FINALLY, handler, location);
        self.use_block_label(body);
        self.push_block(FrameBlock::Finally(statement.finalbody), location)?;
        if statement.handlers.is_empty() {
            self.visit_body(statement.body)?;
        } else {
            self.try_handlers(statement, location)?;
        }
        self.emit(Op::POP_BLOCK, Location::NONE);
        self.pop_block();
        self.visit_body(statement.finalbody)?;
        self.emit_join(exit);
        self.use_label(handler);
        self.emit_jump(Op::SETUP_CLEANUP, cleanup, Location::NONE);
        self.emit(Op::PUSH_EXC_INFO, Location::NONE);
        self.push_block(FrameBlock::FinallyEnd, Location::NONE)?;
        let dropped = i32::from(self.target.features.finally_warnings == FinallyWarnings::Dropped);
        self.warnings.repetitions += dropped;
        self.set_here(Location::NONE);
        self.visit_body(statement.finalbody)?;
        self.warnings.repetitions -= dropped;
        self.pop_block();
        let at = self.here_or(Location::NONE);
        self.emit_arg(Op::RERAISE, 0, at);
        self.use_label(cleanup);
        self.pop_except_and_reraise(at);
        self.use_label(exit);
        Ok(())
    }

    /// Emits a `try` statement with `except` (`codegen_try_except`).
    fn try_except(&mut self, statement: &'a Try<'ast>, location: Location) -> CodegenResult<()> {
        let body = self.block_label();
        let except = self.new_label();
        let end = self.new_label();
        let cleanup = self.new_label();
        self.emit_jump(Op::SETUP_FINALLY, except, location);
        self.use_block_label(body);
        self.push_block(FrameBlock::Try, location)?;
        self.visit_body(statement.body)?;
        self.pop_block();
        self.emit(Op::POP_BLOCK, Location::NONE);
        self.visit_body(statement.orelse)?;
        self.emit_join(end);
        self.use_label(except);
        self.emit_jump(Op::SETUP_CLEANUP, cleanup, Location::NONE);
        self.emit(Op::PUSH_EXC_INFO, Location::NONE);
        self.push_block(FrameBlock::Handlers, location)?;
        for (index, handler) in statement.handlers.iter().enumerate() {
            if handler.kind.is_none() && index + 1 < statement.handlers.len() {
                return Err(SyntaxError::new("default 'except:' must be last", handler.location));
            }
            self.except_handler(handler, end)?;
        }
        self.pop_block();
        self.set_here(Location::NONE);
        self.emit_arg(Op::RERAISE, 0, Location::NONE);
        self.use_label(cleanup);
        self.pop_except_and_reraise(Location::NONE);
        self.use_label(end);
        Ok(())
    }

    /// Emits one `except` handler (`codegen_try_except`).
    fn except_handler(&mut self, handler: &'a ExceptHandler<'ast>, end: Label) -> CodegenResult<()> {
        let location = handler.location;
        let next = self.new_label();
        if let Some(kind) = &handler.kind {
            self.visit_expr(kind)?;
            self.emit(Op::CHECK_EXC_MATCH, location);
            self.emit_jump(Op::POP_JUMP_IF_FALSE, next, location);
        }
        let cleanup = handler.name.map(|name| (name, self.new_label()));
        let body = self.block_label();
        if let Some((name, cleanup)) = cleanup {
            self.name_op(name, ExprContext::Store, location)?;
            self.emit_jump(Op::SETUP_CLEANUP, cleanup, location);
        } else {
            self.emit(Op::POP_TOP, location);
        }
        self.use_block_label(body);
        self.push_block(FrameBlock::Handler(handler.name), location)?;
        self.visit_body(handler.body)?;
        self.pop_block();
        if cleanup.is_some() {
            self.emit(Op::POP_BLOCK, Location::NONE);
        }
        self.emit(Op::POP_BLOCK, Location::NONE);
        self.emit(Op::POP_EXCEPT, Location::NONE);
        if let Some(name) = handler.name {
            self.unbind(name, Location::NONE)?;
        }
        self.emit_join(end);
        if let Some((name, cleanup)) = cleanup {
            self.use_label(cleanup);
            self.unbind(name, Location::NONE)?;
            self.emit_arg(Op::RERAISE, 1, Location::NONE);
        }
        self.use_label(next);
        Ok(())
    }

    /// Restores the outer exception and raises the new one again
    /// (`codegen_pop_except_and_reraise`).
    pub(super) fn pop_except_and_reraise(&mut self, location: Location) {
        self.emit_arg(Op::COPY, 3, location);
        self.emit(Op::POP_EXCEPT, location);
        self.emit_arg(Op::RERAISE, 1, location);
    }
}
