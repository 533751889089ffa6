//! The `try … except*` statement (PEP 654).
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult, FrameBlock};
use crate::compile::instruction::Label;
use crate::syntax::ast::{ExceptHandler, ExprContext, Try};
use crate::target::Op;
use crate::text::Location;

/// `CALL_INTRINSIC_2` operand that prepares the exception to raise at the end.
const INTRINSIC_PREP_RERAISE_STAR: u32 = 1;

impl<'a, 'ast> Codegen<'a, 'ast> {
    /// Emits a `try … except*` statement without `finally` (`codegen_try_star_except`).
    ///
    /// Each handler finds on the stack the exception, a list of the exceptions that handlers
    /// raised, and on top the rest of the group.
    pub(super) fn try_star_except(
        &mut self,
        statement: &'a Try<'ast>,
        location: Location,
    ) -> CodegenResult<()> {
        let body = self.block_label();
        let except = self.new_label();
        let orelse = self.new_label();
        let end = self.new_label();
        let cleanup = self.new_label();
        let reraise_star = self.new_label();
        self.emit_jump(Op::SETUP_FINALLY, except, location);
        self.use_block_label(body);
        self.push_block(FrameBlock::Try, location)?;
        self.visit_body(statement.body)?;
        self.pop_block();
        self.emit(Op::POP_BLOCK, Location::NONE);
        self.emit_join(orelse);
        self.use_label(except);
        self.emit_jump(Op::SETUP_CLEANUP, cleanup, Location::NONE);
        self.emit(Op::PUSH_EXC_INFO, Location::NONE);
        self.push_block(FrameBlock::GroupHandlers, location)?;
        for (index, handler) in statement.handlers.iter().enumerate() {
            self.except_star_handler(handler, index == 0)?;
            if index + 1 == statement.handlers.len() {
                self.emit_arg(Op::LIST_APPEND, 1, Location::NONE);
                self.emit_join(reraise_star);
            }
        }
        self.pop_block();
        self.use_label(reraise_star);
        self.reraise_group(end);
        self.use_label(cleanup);
        self.pop_except_and_reraise(Location::NONE);
        self.use_label(orelse);
        self.set_here(Location::NONE);
        self.visit_body(statement.orelse)?;
        self.use_label(end);
        Ok(())
    }

    /// Emits one `except*` handler (`codegen_try_star_except`).
    fn except_star_handler(&mut self, handler: &'a ExceptHandler<'ast>, is_first: bool) -> CodegenResult<()> {
        let location = handler.location;
        let done = self.new_label();
        let left_first = self.target.features.unmatched_left_first;
        let failed = if left_first { done } else { self.new_label() };
        // Where to go on with a match, or without one.
        let other = self.new_label();
        let copies_first = self.target.features.group_copied_first;
        if is_first && copies_first {
            self.emit_arg(Op::COPY, 1, location);
        }
        if is_first {
            self.emit_arg(Op::BUILD_LIST, 0, location);
            let (op, depth) = if copies_first { (Op::SWAP, 2) } else { (Op::COPY, 2) };
            self.emit_arg(op, depth, location);
        }
        if let Some(kind) = &handler.kind {
            self.visit_expr(kind)?;
            self.emit(Op::CHECK_EG_MATCH, location);
            self.emit_arg(Op::COPY, 1, location);
            if left_first {
                self.emit_jump(Op::POP_JUMP_IF_NOT_NONE, other, location);
                self.emit(Op::POP_TOP, location);
                self.emit_jump(Op::JUMP, done, location);
                self.use_label(other);
            } else {
                self.emit_jump(Op::POP_JUMP_IF_NONE, other, location);
            }
        }
        let cleanup = self.new_label();
        let body = self.block_label();
        match handler.name {
            Some(name) => self.name_op(name, ExprContext::Store, location)?,
            None => self.emit(Op::POP_TOP, location),
        }
        self.emit_jump(Op::SETUP_CLEANUP, cleanup, location);
        self.use_block_label(body);
        self.push_block(FrameBlock::Handler(handler.name), location)?;
        self.visit_body(handler.body)?;
        self.pop_block();
        self.emit(Op::POP_BLOCK, Location::NONE);
        if let Some(name) = handler.name {
            self.unbind(name, Location::NONE)?;
        }
        self.emit_join(done);
        self.use_label(cleanup);
        if let Some(name) = handler.name {
            self.unbind(name, Location::NONE)?;
        }
        self.emit_arg(Op::LIST_APPEND, 3, Location::NONE);
        self.emit(Op::POP_TOP, Location::NONE);
        self.emit_join(failed);
        self.use_label(done);
        if left_first {
            return Ok(());
        }
        // CPython gives this NOP the location of the instruction before it.
        self.emit(Op::NOP, Location::NONE);
        self.emit_join(failed);
        self.use_label(other);
        let lingers = self.target.features.locations_linger;
        self.emit(Op::POP_TOP, if lingers { Location::NONE } else { location });
        self.use_label(failed);
        Ok(())
    }

    /// Raises the exceptions that handlers raised and the rest of the group, if any
    /// (`codegen_try_star_except`).
    fn reraise_group(&mut self, end: Label) {
        let reraise = self.new_label();
        if self.target.operation(Op::PREP_RERAISE_STAR).is_some() {
            self.emit(Op::PREP_RERAISE_STAR, Location::NONE);
        } else {
            self.emit_arg(Op::CALL_INTRINSIC_2, INTRINSIC_PREP_RERAISE_STAR, Location::NONE);
        }
        self.emit_arg(Op::COPY, 1, Location::NONE);
        self.emit_jump(Op::POP_JUMP_IF_NOT_NONE, reraise, Location::NONE);
        self.emit(Op::POP_TOP, Location::NONE);
        self.emit(Op::POP_BLOCK, Location::NONE);
        self.emit(Op::POP_EXCEPT, Location::NONE);
        self.emit_join(end);
        self.use_label(reraise);
        self.emit(Op::POP_BLOCK, Location::NONE);
        self.emit_arg(Op::SWAP, 2, Location::NONE);
        self.emit(Op::POP_EXCEPT, Location::NONE);
        self.emit_arg(Op::RERAISE, 0, Location::NONE);
    }
}
