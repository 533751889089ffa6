//! `await`, `yield`, `yield from` and the loop that drives a delegate.
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Constant, Expr};
use crate::target::Op;
use crate::text::Location;

/// `CALL_INTRINSIC_1` operand that wraps a value yielded by an asynchronous generator.
const INTRINSIC_ASYNC_GEN_WRAP: u32 = 4;
/// `GET_ITER` operands of `yield from`: in a coroutine, and elsewhere.
const DELEGATE: u32 = 2;
const DELEGATE_CHECKED: u32 = 3;
/// `CO_COROUTINE | CO_ITERABLE_COROUTINE`.
const COROUTINE_FLAGS: u32 = 0x80 | 0x100;
const RESUME_AFTER_YIELD: u32 = 1;
const RESUME_AFTER_YIELD_FROM: u32 = 2;
const RESUME_AFTER_AWAIT: u32 = 3;

impl Codegen<'_, '_> {
    /// Emits a `yield` expression (`codegen_visit_expr`).
    pub(super) fn yield_expr(&mut self, value: Option<&Expr<'_>>, location: Location) -> CodegenResult<()> {
        if !self.in_function_like() {
            return Err(SyntaxError::new("'yield' outside function", location));
        }
        match value {
            Some(value) => self.visit_expr(value)?,
            None => self.load_const(&Constant::None, location),
        }
        self.emit_yield(location);
        Ok(())
    }

    /// Emits a `yield from` expression (`codegen_visit_expr`).
    pub(super) fn yield_from_expr(&mut self, value: &Expr<'_>, location: Location) -> CodegenResult<()> {
        if !self.in_function_like() {
            let has_name = self.target.features.yield_from_has_name;
            let message = if has_name { "'yield from' outside function" } else { "'yield' outside function" };
            return Err(SyntaxError::new(message, location));
        }
        if self.in_async_function() {
            return Err(SyntaxError::new("'yield from' inside async function", location));
        }
        self.visit_expr(value)?;
        if self.target.features.indexed_iterators {
            // Only a coroutine may delegate to a coroutine.
            let is_coroutine = self.code_flags() & COROUTINE_FLAGS != 0;
            let kind = if is_coroutine { DELEGATE } else { DELEGATE_CHECKED };
            self.emit_arg(Op::GET_ITER, kind, location);
        } else {
            self.emit(Op::GET_YIELD_FROM_ITER, location);
        }
        self.load_const(&Constant::None, location);
        self.emit_send_loop(location, false);
        Ok(())
    }

    /// Emits an `await` expression (`codegen_visit_expr`).
    pub(super) fn await_expr(&mut self, value: &Expr<'_>, location: Location) -> CodegenResult<()> {
        self.check_await(location)?;
        self.visit_expr(value)?;
        self.emit_await(0, location);
        Ok(())
    }

    /// Awaits the top of the stack. `kind` is 0 for an expression and 1 or 2 for entering or
    /// leaving `async with`.
    pub(super) fn emit_await(&mut self, kind: u32, location: Location) {
        self.emit_arg(Op::GET_AWAITABLE, kind, location);
        self.push_index(location);
        self.load_const(&Constant::None, location);
        self.emit_send_loop(location, true);
    }

    /// Pushes the index slot that an indexed iterator has next to it.
    pub(super) fn push_index(&mut self, location: Location) {
        if self.target.features.indexed_iterators {
            self.emit(Op::PUSH_NULL, location);
        }
    }

    /// Yields the top of the stack (`codegen_addop_yield`).
    pub(super) fn emit_yield(&mut self, location: Location) {
        let scope = self.scope();
        if scope.generator && scope.coroutine {
            self.emit_intrinsic(Op::ASYNC_GEN_WRAP, INTRINSIC_ASYNC_GEN_WRAP, location);
        }
        self.emit_arg(Op::YIELD_VALUE, 0, location);
        self.emit_arg(Op::RESUME, RESUME_AFTER_YIELD, location);
    }

    /// Emits the loop that sends values to a delegate until it is exhausted
    /// (`codegen_add_yield_from`).
    pub(super) fn emit_send_loop(&mut self, location: Location, is_await: bool) {
        let resume = if is_await { RESUME_AFTER_AWAIT } else { RESUME_AFTER_YIELD_FROM };
        let send = self.new_label();
        // The handler of exceptions, or else only a block.
        let fail = self.new_label();
        let exit = self.new_label();
        self.use_label(send);
        self.emit_jump(Op::SEND, exit, location);
        if self.target.operation(Op::CLEANUP_THROW).is_none() {
            self.use_label(fail);
            self.emit(Op::YIELD_VALUE, location);
            self.emit_arg(Op::RESUME, resume, location);
            self.emit_jump(Op::JUMP_NO_INTERRUPT, send, location);
            self.use_label(exit);
            return;
        }
        self.emit_jump(Op::SETUP_FINALLY, fail, location);
        self.emit_arg(Op::YIELD_VALUE, 1, location);
        self.emit(Op::POP_BLOCK, Location::NONE);
        self.emit_arg(Op::RESUME, resume, location);
        self.emit_jump(Op::JUMP_NO_INTERRUPT, send, location);
        self.use_label(fail);
        self.emit(Op::CLEANUP_THROW, location);
        self.use_label(exit);
        self.emit(Op::END_SEND, location);
    }
}
