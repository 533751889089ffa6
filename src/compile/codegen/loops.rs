//! The `while`, `for` and `async for` statements.
//!
//! CPython: `Python/codegen.c`.

use super::block::Loop;
use super::{Codegen, CodegenResult, FrameBlock};
use crate::compile::instruction::Label;
use crate::syntax::ast::{Constant, Expr, For, Stmt};
use crate::target::Op;
use crate::text::Location;

impl<'a, 'ast> Codegen<'a, 'ast> {
    /// Emits a `while` statement (`codegen_while`).
    pub(super) fn while_statement(
        &mut self,
        test: &Expr<'_>,
        body: &'a [Stmt<'ast>],
        orelse: &'a [Stmt<'ast>],
        location: Location,
    ) -> CodegenResult<()> {
        let start = self.new_label();
        let again = self.target.features.repeat_loop_test.then(|| self.new_label());
        let mut end = self.new_label();
        let mut anchor = self.new_label();
        if self.target.features.passes_follow_creation {
            (end, anchor) = (anchor, end);
        }
        self.use_label(start);
        self.push_block(FrameBlock::While(Loop { start, end }), location)?;
        self.jump_if(test, anchor, false)?;
        if let Some(again) = again {
            self.use_label(again);
            self.visit_body(body)?;
            self.set_here(location);
            self.jump_if(test, again, true)?;
        } else {
            self.visit_body(body)?;
            self.emit_jump(Op::JUMP, start, Location::NONE);
        }
        self.pop_block();
        self.use_label(anchor);
        self.visit_body(orelse)?;
        self.use_label(end);
        Ok(())
    }

    /// Emits a `for` statement (`codegen_for`).
    pub(super) fn for_statement(
        &mut self,
        statement: &'a For<'ast>,
        location: Location,
    ) -> CodegenResult<()> {
        if statement.is_async {
            self.check_async("async for", location)?;
            return self.async_for(statement, location);
        }
        let start = self.new_label();
        let body = self.block_label();
        let cleanup = self.new_label();
        let end = self.new_label();
        self.push_block(FrameBlock::For(Loop { start, end }), location)?;
        let by_statement = self.target.features.loop_at_statement;
        let iter = if by_statement { location } else { statement.iter.location };
        self.visit_expr(&statement.iter)?;
        self.emit(Op::GET_ITER, iter);
        self.use_label(start);
        self.emit_jump(Op::FOR_ITER, cleanup, iter);
        if !by_statement {
            // Tracing needs an instruction at the start of each iteration.
            self.emit(Op::NOP, statement.target.location);
        }
        self.use_block_label(body);
        self.visit_expr(&statement.target)?;
        self.visit_body(statement.body)?;
        self.emit_jump(Op::JUMP, start, Location::NONE);
        self.use_label(cleanup);
        self.end_for();
        self.pop_block();
        self.set_here(Location::NONE);
        self.visit_body(statement.orelse)?;
        self.use_label(end);
        Ok(())
    }

    /// Awaits the next element of an asynchronous iterator and jumps to `except` when it is
    /// exhausted.
    ///
    /// Returns the label of the `SEND` in the loop that awaits.
    pub(super) fn next_of_async(&mut self, except: Label, location: Location) -> Label {
        // Only a jump back to it needs the label.
        let is_jump = self.target.operation(Op::END_ASYNC_FOR).is_some();
        let send = if is_jump { self.new_label() } else { except };
        self.emit_jump(Op::SETUP_FINALLY, except, location);
        self.emit(Op::GET_ANEXT, location);
        self.push_index(location);
        self.load_const(&Constant::None, location);
        if is_jump {
            self.use_label(send);
        }
        self.emit_send_loop(location, true);
        self.emit(Op::POP_BLOCK, location);
        send
    }

    /// Emits the end of an asynchronous iterator; `send` is the label of the loop's `SEND`.
    pub(super) fn end_async_for(&mut self, send: Label, location: Location) {
        if self.target.operation(Op::END_ASYNC_FOR_PLAIN).is_some() {
            self.emit(Op::END_ASYNC_FOR_PLAIN, location);
        } else {
            self.emit_jump(Op::END_ASYNC_FOR, send, location);
        }
    }

    /// Ends a loop over an iterator that is exhausted.
    pub(super) fn end_for(&mut self) {
        // `FOR_ITER` itself drops the iterator where nothing else does.
        if self.target.operation(Op::END_FOR).is_some() {
            self.emit(Op::END_FOR, Location::NONE);
            self.pop_iterator();
        }
    }

    /// Removes an exhausted iterator from the stack.
    pub(super) fn pop_iterator(&mut self) {
        if self.target.features.end_for_drops_iterator {
            return;
        }
        let has_own = self.target.operation(Op::POP_ITER).is_some();
        self.emit(if has_own { Op::POP_ITER } else { Op::POP_TOP }, Location::NONE);
    }

    /// Emits an `async for` statement (`codegen_async_for`).
    fn async_for(&mut self, statement: &'a For<'ast>, location: Location) -> CodegenResult<()> {
        let start = self.new_label();
        let except = self.new_label();
        let end = self.new_label();
        let iter = statement.iter.location;
        self.visit_expr(&statement.iter)?;
        let by_statement = self.target.features.loop_at_statement;
        self.emit(Op::GET_AITER, if by_statement { location } else { iter });
        self.use_label(start);
        self.push_block(FrameBlock::AsyncFor(Loop { start, end }), location)?;
        let send = self.next_of_async(except, location);
        if self.target.features.mark_not_taken {
            self.emit(Op::NOT_TAKEN, location);
        }
        self.visit_expr(&statement.target)?;
        self.visit_body(statement.body)?;
        self.emit_jump(Op::JUMP, start, Location::NONE);
        self.pop_block();
        self.use_label(except);
        self.end_async_for(send, iter);
        self.set_here(iter);
        self.visit_body(statement.orelse)?;
        self.use_label(end);
        Ok(())
    }
}
