//! Basic blocks and their instructions.
//!
//! Blocks keep the slots of removed instructions: in CPython's arrays they stay behind the used length with their old
//! exception handler, and an instruction appended later inherits that handler (3.14).

use crate::target::{LateHandlers, Op};
use crate::text::Location;

/// A block, by its index in [`Graph::blocks`]; `u32::MAX` for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct BlockId(pub(crate) u32);

impl BlockId {
    /// No block.
    pub(crate) const NONE: Self = Self(u32::MAX);

    /// Whether there is a block.
    pub(crate) const fn is_some(self) -> bool {
        self.0 != u32::MAX
    }
}

/// An instruction of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instr {
    /// The opcode.
    pub(crate) op: Op,
    /// The operand; meaningless for those that have a target.
    pub(crate) arg: u32,
    /// Where it jumps to, or the handler it sets up.
    pub(crate) target: BlockId,
    /// What handles its exceptions.
    pub(crate) handler: BlockId,
    /// Where in the source.
    pub(crate) location: Location,
}

const _: () = assert!(size_of::<Instr>() <= 40);

impl Instr {
    /// Without target and handler.
    pub(crate) const fn new(op: Op, arg: u32, location: Location) -> Self {
        Self { op, arg, target: BlockId::NONE, handler: BlockId::NONE, location }
    }

    /// Replaces opcode and operand, and keeps the rest.
    pub(crate) fn set(&mut self, op: Op, arg: u32) {
        self.op = op;
        self.arg = arg;
    }

    /// Makes it do nothing, at the same place.
    pub(crate) fn set_nop(&mut self) {
        self.set(Op::NOP, 0);
    }
}

/// A basic block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    slots: Vec<Instr>,
    used: usize,
    /// The block after it in the code.
    pub(crate) next: BlockId,
    /// Whether something jumps here (CPython: has a label).
    pub(crate) labelled: bool,
    /// Stack depth on entry; `i32::MIN` while it is not known.
    pub(crate) start_depth: i32,
    /// How many ways lead here.
    pub(crate) predecessors: u32,
    /// Which of the first 64 locals may be unset on entry.
    pub(crate) unsafe_locals: u64,
    /// Handler that restores `f_lasti`.
    pub(crate) preserve_lasti: bool,
    /// Is an exception handler.
    pub(crate) except_handler: bool,
    /// Reached only through exceptions.
    pub(crate) cold: bool,
    /// Reached without exceptions.
    pub(crate) warm: bool,
    /// Mark of the pass that runs.
    pub(crate) visited: bool,
}

impl Block {
    /// An empty one that nothing follows.
    pub(crate) fn new() -> Self {
        Self {
            slots: Vec::new(),
            used: 0,
            next: BlockId::NONE,
            labelled: false,
            start_depth: i32::MIN,
            predecessors: 0,
            unsafe_locals: 0,
            preserve_lasti: false,
            except_handler: false,
            cold: false,
            warm: false,
            visited: false,
        }
    }

    /// Its instructions.
    pub(crate) fn code(&self) -> &[Instr] {
        &self.slots[..self.used]
    }

    /// Its instructions.
    pub(crate) fn code_mut(&mut self) -> &mut [Instr] {
        &mut self.slots[..self.used]
    }

    /// How many instructions it has.
    pub(crate) fn len(&self) -> usize {
        self.used
    }

    /// Whether it has no instructions.
    pub(crate) fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Its last instruction.
    pub(crate) fn last(&self) -> Option<&Instr> {
        self.code().last()
    }

    /// Its last instruction.
    pub(crate) fn last_mut(&mut self) -> Option<&mut Instr> {
        self.code_mut().last_mut()
    }

    /// Cuts it to `len` instructions; the slots of the others stay.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.used = self.used.min(len);
    }

    /// Appends a copy of an instruction with its handler.
    pub(crate) fn push_copy(&mut self, instr: Instr) {
        if self.used < self.slots.len() {
            self.slots[self.used] = instr;
        } else {
            self.slots.push(instr);
        }
        self.used += 1;
    }

    /// Appends an instruction after handlers were assigned; `near` is the handler of the one it belongs to.
    pub(crate) fn push_late(
        &mut self,
        op: Op,
        location: Location,
        target: BlockId,
        near: BlockId,
        handlers: LateHandlers,
    ) {
        let handler = match handlers {
            LateHandlers::OfSlot => self.slots.get(self.used).map_or(BlockId::NONE, |slot| slot.handler),
            LateHandlers::Inherited => near,
        };
        self.push_copy(Instr { op, arg: 0, target, handler, location });
    }

    /// Inserts an instruction before `position`.
    pub(crate) fn insert(&mut self, position: usize, instr: Instr) {
        self.push_copy(instr);
        self.slots[position..self.used].rotate_right(1);
    }

    /// Whether control never runs past its end.
    pub(crate) fn no_fallthrough(&self) -> bool {
        self.last().is_some_and(|last| is_scope_exit(last.op) || is_unconditional_jump(last.op))
    }

    /// Whether it ends by leaving the scope.
    pub(crate) fn exits_scope(&self) -> bool {
        self.last().is_some_and(|last| is_scope_exit(last.op))
    }

    /// Whether none of its instructions has a line.
    pub(crate) fn has_no_line(&self) -> bool {
        self.code().iter().all(|instr| instr.location.line < 0)
    }
}

/// The blocks of one code unit; the first is the entry.
#[derive(Debug)]
pub(crate) struct Graph {
    /// In order of creation; order in the code is by `next`.
    pub(crate) blocks: Vec<Block>,
}

impl Graph {
    /// The entry.
    pub(crate) const ENTRY: BlockId = BlockId(0);

    /// Adds a block.
    pub(crate) fn add(&mut self, block: Block) -> BlockId {
        self.blocks.push(block);
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// The block `id`.
    pub(crate) fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.0 as usize]
    }

    /// The block `id`.
    pub(crate) fn block_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.0 as usize]
    }

    /// The block after `id` in the code.
    pub(crate) fn next(&self, id: BlockId) -> BlockId {
        self.block(id).next
    }

    /// `id` or the first block after it that is not empty.
    pub(crate) fn non_empty(&self, mut id: BlockId) -> BlockId {
        while id.is_some() && self.block(id).is_empty() {
            id = self.next(id);
        }
        id
    }

    /// Forgets which blocks were visited.
    pub(crate) fn clear_visited(&mut self) {
        for block in &mut self.blocks {
            block.visited = false;
        }
    }

    /// Pushes `id` on `stack` unless it was visited.
    pub(crate) fn visit(&mut self, id: BlockId, stack: &mut Vec<BlockId>) {
        let block = self.block_mut(id);
        if !block.visited {
            block.visited = true;
            stack.push(id);
        }
    }
}

/// `SETUP_*`.
pub(crate) const fn is_block_push(op: Op) -> bool {
    matches!(op, Op::SETUP_FINALLY | Op::SETUP_WITH | Op::SETUP_CLEANUP)
}

/// Leaves the code object.
pub(crate) const fn is_scope_exit(op: Op) -> bool {
    matches!(op, Op::RETURN_VALUE | Op::RETURN_CONST | Op::RAISE_VARARGS | Op::RERAISE)
}

/// Always jumps.
pub(crate) const fn is_unconditional_jump(op: Op) -> bool {
    matches!(
        op,
        Op::JUMP
            | Op::JUMP_NO_INTERRUPT
            | Op::JUMP_FORWARD
            | Op::JUMP_BACKWARD
            | Op::JUMP_BACKWARD_NO_INTERRUPT
    )
}

/// Jumps or not, and has an opposite.
pub(crate) const fn is_conditional_jump(op: Op) -> bool {
    matches!(
        op,
        Op::POP_JUMP_IF_FALSE | Op::POP_JUMP_IF_TRUE | Op::POP_JUMP_IF_NONE | Op::POP_JUMP_IF_NOT_NONE
    )
}

/// Has a jump as operand.
pub(crate) const fn is_jump(op: Op) -> bool {
    is_unconditional_jump(op)
        || is_conditional_jump(op)
        || matches!(op, Op::JUMP_IF_FALSE | Op::JUMP_IF_TRUE | Op::FOR_ITER | Op::SEND | Op::END_ASYNC_FOR)
}

/// Refers to a block.
pub(crate) const fn has_target(op: Op) -> bool {
    is_jump(op) || is_block_push(op)
}

/// Must end its block.
pub(crate) const fn is_terminator(op: Op) -> bool {
    is_jump(op) || is_scope_exit(op)
}

/// Looks for signals and the like when it runs.
pub(crate) const fn has_eval_break(op: Op) -> bool {
    matches!(op, Op::JUMP | Op::JUMP_BACKWARD | Op::RESUME | Op::CALL | Op::CALL_KW | Op::CALL_FUNCTION_EX)
}
