//! Frame blocks: the statements that a jump out of the current one must unwind, innermost first.
//!
//! CPython: `fblockinfo` in `Python/compile.c` and `codegen_unwind_fblock` in `Python/codegen.c`.

use super::{Codegen, CodegenResult};
use crate::compile::instruction::Label;
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Constant, ExprContext, Stmt};
use crate::target::{FinallyWarnings, Op};
use crate::text::{Location, Name};

/// `GET_AWAITABLE` operand for `__aexit__`.
const AWAIT_EXIT: u32 = 2;

/// End of unwinding.
#[derive(Clone, Copy, Debug)]
pub(super) enum UnwindTo {
    /// The innermost loop.
    Loop,
    /// The caller of the function.
    Caller {
        /// True if the top of the stack is the value to return.
        keeps_value: bool,
    },
}

/// A frame block (`fblockinfo`): its values on the stack and the code that must run to leave it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FrameBlock<'a, 'ast> {
    /// A loop without an iterator.
    While(Loop),
    /// A loop whose iterator is on the stack.
    For(Loop),
    /// An asynchronous loop whose iterator is on the stack.
    AsyncFor(Loop),
    /// The body of `try … except`.
    Try,
    /// The body of `try … finally`. The statements of `finally` are compiled again for each exit.
    Finally(&'a [Stmt<'ast>]),
    /// The `finally` block after an exception.
    FinallyEnd,
    /// The body of `with` or `async with`, with the location of its context expression.
    With { at: Location, is_async: bool },
    /// All handlers of a `try`.
    Handlers,
    /// All handlers of a `try` with `except*`.
    GroupHandlers,
    /// The body of one handler, with the name that it binds.
    Handler(Option<Name>),
    /// A value on the stack that is discarded.
    Value,
    /// The call of `__anext__` in a comprehension.
    AsyncComprehension,
    /// The body of a generator.
    StopIteration,
}

/// Targets of `continue` and `break`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Loop {
    pub(super) start: Label,
    pub(super) end: Label,
}

impl<'a, 'ast> Codegen<'a, 'ast> {
    /// Enters a frame block (`_PyCompile_PushFBlock`).
    pub(super) fn push_block(
        &mut self,
        block: FrameBlock<'a, 'ast>,
        location: Location,
    ) -> CodegenResult<()> {
        if self.unit.blocks.len() >= self.target.features.deepest_blocks {
            return Err(SyntaxError::new("too many statically nested blocks", location));
        }
        self.unit.blocks.push(block);
        self.count_repetition(block, 1);
        Ok(())
    }

    /// Enters the handler that restores locals after an inlined comprehension.
    ///
    /// No jump leaves it, so it only counts as a block, and not at all in older releases.
    pub(super) fn push_inlined_block(&mut self, location: Location) -> CodegenResult<()> {
        if self.target.features.inlined_comprehension_is_block {
            self.push_block(FrameBlock::StopIteration, location)?;
        }
        Ok(())
    }

    /// Leaves the block entered by [`Self::push_inlined_block`].
    pub(super) fn pop_inlined_block(&mut self) {
        if self.target.features.inlined_comprehension_is_block {
            self.pop_block();
        }
    }

    /// Leaves the innermost frame block (`_PyCompile_PopFBlock`).
    pub(super) fn pop_block(&mut self) {
        if let Some(block) = self.unit.blocks.pop() {
            self.count_repetition(block, -1);
        }
    }

    /// Counts the copy of a `finally` block that handles exceptions, if a jump out of it leaves it.
    fn count_repetition(&mut self, block: FrameBlock<'_, '_>, change: i32) {
        let warnings = self.target.features.finally_warnings;
        if matches!(block, FrameBlock::FinallyEnd) && warnings == FinallyWarnings::DroppedInside {
            self.warnings.repetitions += change;
        }
    }

    /// Unwinds the blocks that a statement leaves, and returns the loop if it stays in one
    /// (`codegen_unwind_fblock_stack`).
    ///
    /// `location` is the location of the jump; it becomes none after other code has been emitted.
    pub(super) fn unwind(
        &mut self,
        location: &mut Location,
        to: UnwindTo,
    ) -> CodegenResult<Option<FrameBlock<'a, 'ast>>> {
        let (to_loop, keeps_value) = match to {
            UnwindTo::Loop => (true, false),
            UnwindTo::Caller { keeps_value } => (false, keeps_value),
        };
        let mut left = Vec::new();
        let mut found = None;
        while let Some(&block) = self.unit.blocks.last() {
            match block {
                FrameBlock::GroupHandlers => {
                    let message = "'break', 'continue' and 'return' cannot appear in an except* block";
                    return Err(SyntaxError::new(message, *location));
                }
                FrameBlock::While(_) | FrameBlock::For(_) | FrameBlock::AsyncFor(_) if to_loop => {
                    found = Some(block);
                    break;
                }
                _ => {}
            }
            self.pop_block();
            left.push(block);
            self.leave_block(block, location, keeps_value)?;
        }
        for block in left.into_iter().rev() {
            self.unit.blocks.push(block);
            self.count_repetition(block, 1);
        }
        Ok(found)
    }

    /// Emits the code that leaves one block (`codegen_unwind_fblock`).
    pub(super) fn leave_block(
        &mut self,
        block: FrameBlock<'a, 'ast>,
        location: &mut Location,
        keeps_value: bool,
    ) -> CodegenResult<()> {
        let keep = |this: &mut Self, at: Location| {
            if keeps_value {
                this.emit_arg(Op::SWAP, 2, at);
            }
        };
        match block {
            FrameBlock::While(_)
            | FrameBlock::Handlers
            | FrameBlock::GroupHandlers
            | FrameBlock::AsyncComprehension
            | FrameBlock::StopIteration => {}
            FrameBlock::For(_) if self.target.features.indexed_iterators => {
                if keeps_value {
                    self.emit_arg(Op::SWAP, 3, *location);
                }
                self.emit(Op::POP_TOP, *location);
                self.emit(Op::POP_TOP, *location);
            }
            FrameBlock::For(_) | FrameBlock::AsyncFor(_) | FrameBlock::Value => {
                keep(self, *location);
                self.emit(Op::POP_TOP, *location);
            }
            FrameBlock::Try => self.emit(Op::POP_BLOCK, *location),
            FrameBlock::Finally(body) => {
                self.emit(Op::POP_BLOCK, *location);
                if keeps_value {
                    self.push_block(FrameBlock::Value, *location)?;
                }
                self.visit_body(body)?;
                if keeps_value {
                    self.pop_block();
                }
                *location = Location::NONE;
                self.set_here(*location);
            }
            FrameBlock::FinallyEnd => {
                keep(self, *location);
                self.emit(Op::POP_TOP, *location);
                keep(self, *location);
                self.emit(Op::POP_BLOCK, *location);
                self.emit(Op::POP_EXCEPT, *location);
            }
            FrameBlock::With { at, is_async } => {
                self.emit(Op::POP_BLOCK, at);
                if keeps_value {
                    if self.target.features.special_methods {
                        self.emit_arg(Op::SWAP, 3, at);
                    }
                    self.emit_arg(Op::SWAP, 2, at);
                }
                self.call_exit(at);
                if is_async {
                    self.emit_await(AWAIT_EXIT, at);
                }
                self.emit(Op::POP_TOP, at);
                *location = Location::NONE;
                self.set_here(*location);
            }
            FrameBlock::Handler(name) => {
                if name.is_some() {
                    self.emit(Op::POP_BLOCK, *location);
                }
                keep(self, *location);
                self.emit(Op::POP_BLOCK, *location);
                self.emit(Op::POP_EXCEPT, *location);
                if let Some(name) = name {
                    self.unbind(name, *location)?;
                }
            }
        }
        Ok(())
    }

    /// Emits `NAME = None; del NAME`, at the end of a handler.
    pub(super) fn unbind(&mut self, name: Name, location: Location) -> CodegenResult<()> {
        self.load_const(&Constant::None, location);
        self.name_op(name, ExprContext::Store, location)?;
        self.name_op(name, ExprContext::Del, location)
    }
}
