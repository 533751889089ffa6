//! The `with` and `async with` statements.
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult, FrameBlock};
use crate::compile::instruction::Label;
use crate::syntax::ast::{Constant, With};
use crate::target::Op;
use crate::text::Location;

/// `GET_AWAITABLE` operands for `__aenter__` and `__aexit__`.
const AWAIT_ENTER: u32 = 1;
const AWAIT_EXIT: u32 = 2;

/// `LOAD_SPECIAL` operands.
const SPECIAL_ENTER: u32 = 0;
const SPECIAL_EXIT: u32 = 1;
const SPECIAL_AENTER: u32 = 2;
const SPECIAL_AEXIT: u32 = 3;

impl<'a, 'ast> Codegen<'a, 'ast> {
    /// Emits item `index` of a `with` statement at `whole` and everything in it
    /// (`codegen_with_inner`, `codegen_async_with_inner`).
    pub(super) fn with_statement(
        &mut self,
        statement: &'a With<'ast>,
        index: usize,
        whole: Location,
    ) -> CodegenResult<()> {
        let Some(item) = statement.items.get(index) else {
            return self.visit_body(statement.body);
        };
        let is_async = statement.is_async;
        let block = self.block_label();
        let handler = self.new_label();
        let exit = self.new_label();
        let cleanup = self.new_label();
        self.visit_expr(&item.context_expr)?;
        let by_whole = self.target.features.with_at_statement;
        let location = if by_whole { whole } else { item.context_expr.location };
        self.enter_context(is_async, location);
        if is_async {
            self.emit_await(AWAIT_ENTER, location);
        }
        self.emit_jump(Op::SETUP_WITH, handler, location);
        self.use_block_label(block);
        self.push_block(FrameBlock::With { at: location, is_async }, location)?;
        match &item.optional_vars {
            Some(target) => self.visit_expr(target)?,
            None => self.emit(Op::POP_TOP, location),
        }
        self.with_statement(statement, index + 1, whole)?;
        self.emit(Op::POP_BLOCK, if is_async { self.here_or(location) } else { Location::NONE });
        self.pop_block();
        self.call_exit(location);
        if is_async {
            self.emit_await(AWAIT_EXIT, location);
        }
        self.emit(Op::POP_TOP, location);
        self.emit_jump(Op::JUMP, exit, location);
        self.use_label(handler);
        self.emit_jump(Op::SETUP_CLEANUP, cleanup, location);
        self.emit(Op::PUSH_EXC_INFO, location);
        self.emit(Op::WITH_EXCEPT_START, location);
        if is_async {
            self.emit_await(AWAIT_EXIT, location);
        }
        self.finish_with_handler(cleanup);
        self.use_label(exit);
        Ok(())
    }

    /// Emits the call of the enter method, whose result is above the exit method.
    fn enter_context(&mut self, is_async: bool, location: Location) {
        if !self.target.features.special_methods {
            self.emit(if is_async { Op::BEFORE_ASYNC_WITH } else { Op::BEFORE_WITH }, location);
            return;
        }
        let (enter_method, exit_method) =
            if is_async { (SPECIAL_AENTER, SPECIAL_AEXIT) } else { (SPECIAL_ENTER, SPECIAL_EXIT) };
        self.emit_arg(Op::COPY, 1, location);
        self.emit_arg(Op::LOAD_SPECIAL, exit_method, location);
        self.emit_arg(Op::SWAP, 2, location);
        self.emit_arg(Op::SWAP, 3, location);
        self.emit_arg(Op::LOAD_SPECIAL, enter_method, location);
        self.emit_arg(Op::CALL, 0, location);
    }

    /// Emits the end of the handler, where the result of `__exit__` may suppress the exception
    /// (`codegen_with_except_finish`).
    fn finish_with_handler(&mut self, cleanup: Label) {
        let at = Location::NONE;
        self.set_here(at);
        let suppress = self.new_label();
        let cleanup_first = self.target.features.with_cleanup_first;
        let exit = if cleanup_first { suppress } else { self.new_label() };
        self.emit_truth(at);
        self.emit_jump(Op::POP_JUMP_IF_TRUE, suppress, at);
        self.emit_arg(Op::RERAISE, 2, at);
        if cleanup_first {
            self.use_label(cleanup);
            self.pop_except_and_reraise(at);
        }
        self.use_label(suppress);
        self.emit(Op::POP_TOP, at);
        self.emit(Op::POP_BLOCK, at);
        self.emit(Op::POP_EXCEPT, at);
        for _ in 0..2 + u32::from(self.target.features.special_methods) {
            self.emit(Op::POP_TOP, at);
        }
        if cleanup_first {
            return;
        }
        self.emit_join(exit);
        self.use_label(cleanup);
        self.pop_except_and_reraise(at);
        self.use_label(exit);
    }

    /// Emits `__exit__(None, None, None)` (`codegen_call_exit_with_nones`).
    pub(super) fn call_exit(&mut self, location: Location) {
        for _ in 0..3 {
            self.load_const(&Constant::None, location);
        }
        // Without `LOAD_SPECIAL`, the first argument occupies the slot of `self`.
        let arguments = 2 + u32::from(self.target.features.special_methods);
        self.emit_call(Op::CALL, arguments, location);
    }
}
