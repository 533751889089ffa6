//! Basic blocks and their instructions.
//!
//! Blocks keep the slots of removed instructions: in CPython's arrays they stay behind the used length with their old
//! exception handler, and an instruction appended later inherits that handler (3.14).

use crate::target::{LateHandlers, OP_COUNT, Op};
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

/// A basic block: a range of [`Graph`]'s slots, and what passes know about it.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// Its first slot.
    start: u32,
    /// How many instructions it has.
    used: u32,
    /// How many it had at most.
    made: u32,
    /// How many slots it has.
    room: u32,
    /// The block after it in the code.
    pub(crate) next: BlockId,
    /// Stack depth on entry; `i32::MIN` while it is not known.
    pub(crate) start_depth: i32,
    /// How many ways lead here.
    pub(crate) predecessors: u32,
    /// Which of the first 64 locals may be unset on entry.
    pub(crate) unsafe_locals: u64,
    /// Whether something jumps here (CPython: has a label).
    pub(crate) labelled: bool,
    /// Whether it sets up exception handlers, or did.
    pub(crate) sets_up: bool,
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
    /// How many instructions it has.
    pub(crate) fn len(&self) -> usize {
        self.used as usize
    }

    /// Whether it has no instructions.
    pub(crate) fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Cuts it to `len` instructions; the slots of the others stay.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.used = self.used.min(len as u32);
    }

    fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.used) as usize
    }
}

/// The blocks of one code unit; the first is the entry.
#[derive(Debug)]
pub(crate) struct Graph {
    /// In order of creation; order in the code is by `next`.
    pub(crate) blocks: Vec<Block>,
    /// The instructions of all blocks, and the room of those that moved away.
    slots: Vec<Instr>,
    /// Kept from one walk to the next.
    stack: Vec<BlockId>,
}

impl Graph {
    /// The entry.
    pub(crate) const ENTRY: BlockId = BlockId(0);

    /// An empty entry, and space for `capacity` instructions.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        let mut graph = Self {
            blocks: Vec::with_capacity(capacity / 4 + 4),
            slots: Vec::with_capacity(capacity),
            stack: Vec::with_capacity(16),
        };
        graph.add();
        graph
    }

    /// Adds a block that is empty and that nothing follows.
    pub(crate) fn add(&mut self) -> BlockId {
        self.blocks.push(Block {
            start: self.slots.len() as u32,
            used: 0,
            made: 0,
            room: 0,
            next: BlockId::NONE,
            start_depth: i32::MIN,
            predecessors: 0,
            unsafe_locals: 0,
            labelled: false,
            sets_up: false,
            preserve_lasti: false,
            except_handler: false,
            cold: false,
            warm: false,
            visited: false,
        });
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

    /// The instructions of a block.
    pub(crate) fn code(&self, id: BlockId) -> &[Instr] {
        &self.slots[self.block(id).range()]
    }

    /// The instructions of a block.
    pub(crate) fn code_mut(&mut self, id: BlockId) -> &mut [Instr] {
        let range = self.block(id).range();
        &mut self.slots[range]
    }

    /// All blocks, and the instructions of one.
    pub(crate) fn blocks_and_code(&mut self, id: BlockId) -> (&mut [Block], &mut [Instr]) {
        let range = self.block(id).range();
        (&mut self.blocks, &mut self.slots[range])
    }

    /// The last instruction of a block.
    pub(crate) fn last(&self, id: BlockId) -> Option<&Instr> {
        self.code(id).last()
    }

    /// The last instruction of a block.
    pub(crate) fn last_mut(&mut self, id: BlockId) -> Option<&mut Instr> {
        self.code_mut(id).last_mut()
    }

    /// Appends a copy of an instruction with its handler.
    pub(crate) fn push_copy(&mut self, id: BlockId, instr: Instr) {
        let block = &mut self.blocks[id.0 as usize];
        block.sets_up |= is_block_push(instr.op);
        let place = (block.start + block.used) as usize;
        if block.used < block.room {
            self.slots[place] = instr;
        } else if place == self.slots.len() {
            self.slots.push(instr);
            block.room += 1;
        } else {
            return self.move_away(id, instr);
        }
        block.used += 1;
        block.made = block.made.max(block.used);
    }

    /// Appends to the block that was added last; [`Self::close_last`] makes it so.
    #[inline]
    pub(crate) fn push_last(&mut self, instr: Instr) {
        self.slots.push(instr);
    }

    /// Gives the block that was added last the `count` instructions that were pushed since.
    pub(crate) fn close_last(&mut self, count: u32, sets_up: bool) {
        if let Some(block) = self.blocks.last_mut() {
            block.used = count;
            block.made = count;
            block.room = count;
            block.sets_up = sets_up;
        }
    }

    /// A stack for a walk over blocks, to be given back by [`Self::give_stack`].
    pub(crate) fn take_stack(&mut self) -> Vec<BlockId> {
        std::mem::take(&mut self.stack)
    }

    /// Takes back what [`Self::take_stack`] gave.
    pub(crate) fn give_stack(&mut self, mut stack: Vec<BlockId>) {
        stack.clear();
        self.stack = stack;
    }

    /// Appends to a block that has another behind it.
    #[cold]
    fn move_away(&mut self, id: BlockId, instr: Instr) {
        let block = &mut self.blocks[id.0 as usize];
        let old = block.start as usize..(block.start + block.made) as usize;
        block.start = self.slots.len() as u32;
        block.room = 2 * block.made + 2;
        let end = (block.start + block.room) as usize;
        block.used += 1;
        block.made = block.made.max(block.used);
        let place = (block.start + block.used - 1) as usize;
        self.slots.extend_from_within(old);
        self.slots.resize(end, Instr::new(Op::NOP, 0, Location::NONE));
        self.slots[place] = instr;
    }

    /// Appends an instruction after handlers were assigned; `near` is the handler of the one it belongs to.
    pub(crate) fn push_late(
        &mut self,
        id: BlockId,
        op: Op,
        location: Location,
        target: BlockId,
        near: BlockId,
        handlers: LateHandlers,
    ) {
        let block = self.block(id);
        let handler = match handlers {
            LateHandlers::OfSlot if block.used < block.made => self.slots[block.range().end].handler,
            LateHandlers::OfSlot => BlockId::NONE,
            LateHandlers::Inherited => near,
        };
        self.push_copy(id, Instr { op, arg: 0, target, handler, location });
    }

    /// Inserts an instruction before `position`.
    pub(crate) fn insert(&mut self, id: BlockId, position: usize, instr: Instr) {
        self.push_copy(id, instr);
        self.code_mut(id)[position..].rotate_right(1);
    }

    /// Inserts instructions before all others.
    pub(crate) fn prepend(&mut self, id: BlockId, prefix: &[Instr]) {
        for &instr in prefix {
            self.push_copy(id, instr);
        }
        self.code_mut(id).rotate_right(prefix.len());
    }

    /// Whether control never runs past the end of a block.
    pub(crate) fn no_fallthrough(&self, id: BlockId) -> bool {
        self.last(id).is_some_and(|last| is_scope_exit(last.op) || is_unconditional_jump(last.op))
    }

    /// Whether a block ends by leaving the scope.
    pub(crate) fn exits_scope(&self, id: BlockId) -> bool {
        self.last(id).is_some_and(|last| is_scope_exit(last.op))
    }

    /// Whether no instruction of a block has a line.
    pub(crate) fn has_no_line(&self, id: BlockId) -> bool {
        self.code(id).iter().all(|instr| instr.location.line < 0)
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

const PUSH: u8 = 1;
const EXIT: u8 = 2;
const ALWAYS: u8 = 4;
const CONDITIONAL: u8 = 8;
const OTHER_JUMP: u8 = 16;
const EVAL_BREAK: u8 = 32;
const PSEUDO: u8 = 64;
const LOCAL: u8 = 128;
const JUMP: u8 = ALWAYS | CONDITIONAL | OTHER_JUMP;

/// What each opcode does to the control flow.
static KINDS: [u8; OP_COUNT] = {
    let mut kinds = [0; OP_COUNT];
    let groups: [(u8, &[Op]); 8] = [
        (PUSH, &[Op::SETUP_FINALLY, Op::SETUP_WITH, Op::SETUP_CLEANUP]),
        (
            PSEUDO,
            &[
                Op::SETUP_FINALLY,
                Op::SETUP_WITH,
                Op::SETUP_CLEANUP,
                Op::LOAD_CLOSURE,
                Op::STORE_FAST_MAYBE_NULL,
            ],
        ),
        (
            LOCAL,
            &[
                Op::DELETE_FAST,
                Op::LOAD_FAST,
                Op::LOAD_FAST_AND_CLEAR,
                Op::LOAD_FAST_CHECK,
                Op::STORE_FAST,
                Op::STORE_FAST_MAYBE_NULL,
            ],
        ),
        (EXIT, &[Op::RETURN_VALUE, Op::RETURN_CONST, Op::RAISE_VARARGS, Op::RERAISE]),
        (
            ALWAYS,
            &[
                Op::JUMP,
                Op::JUMP_NO_INTERRUPT,
                Op::JUMP_FORWARD,
                Op::JUMP_BACKWARD,
                Op::JUMP_BACKWARD_NO_INTERRUPT,
            ],
        ),
        (
            CONDITIONAL,
            &[Op::POP_JUMP_IF_FALSE, Op::POP_JUMP_IF_TRUE, Op::POP_JUMP_IF_NONE, Op::POP_JUMP_IF_NOT_NONE],
        ),
        (OTHER_JUMP, &[Op::JUMP_IF_FALSE, Op::JUMP_IF_TRUE, Op::FOR_ITER, Op::SEND, Op::END_ASYNC_FOR]),
        (EVAL_BREAK, &[Op::JUMP, Op::JUMP_BACKWARD, Op::RESUME, Op::CALL, Op::CALL_KW, Op::CALL_FUNCTION_EX]),
    ];
    let mut group = 0;
    while group < groups.len() {
        let (kind, ops) = groups[group];
        let mut index = 0;
        while index < ops.len() {
            kinds[ops[index] as usize] |= kind;
            index += 1;
        }
        group += 1;
    }
    kinds
};

fn is(op: Op, kinds: u8) -> bool {
    KINDS[op as usize] & kinds != 0
}

/// Reads or changes one fast local.
pub(crate) fn is_local(op: Op) -> bool {
    is(op, LOCAL)
}

/// Becomes another instruction before it is assembled.
pub(crate) fn is_pseudo(op: Op) -> bool {
    is(op, PSEUDO)
}

/// `SETUP_*`.
pub(crate) fn is_block_push(op: Op) -> bool {
    is(op, PUSH)
}

/// Leaves the code object.
pub(crate) fn is_scope_exit(op: Op) -> bool {
    is(op, EXIT)
}

/// Always jumps.
pub(crate) fn is_unconditional_jump(op: Op) -> bool {
    is(op, ALWAYS)
}

/// Jumps or not, and has an opposite.
pub(crate) fn is_conditional_jump(op: Op) -> bool {
    is(op, CONDITIONAL)
}

/// Has a jump as operand.
pub(crate) fn is_jump(op: Op) -> bool {
    is(op, JUMP)
}

/// Refers to a block.
pub(crate) fn has_target(op: Op) -> bool {
    is(op, JUMP | PUSH)
}

/// Must end its block.
pub(crate) fn is_terminator(op: Op) -> bool {
    is(op, JUMP | EXIT)
}

/// Looks for signals and the like when it runs.
pub(crate) fn has_eval_break(op: Op) -> bool {
    is(op, EVAL_BREAK)
}
