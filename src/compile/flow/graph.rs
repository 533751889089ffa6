//! Basic blocks and their instructions.
//!
//! Blocks keep the slots of removed instructions: in CPython's arrays they stay after the used length with their old
//! exception handler, and an instruction appended later inherits that handler (3.14).

pub(crate) use super::kinds::{has_target, is_terminator};
pub(crate) use crate::compile::instruction::{BlockId, Instr};

use super::kinds::{Kinds, is_scope_exit};
use crate::target::{LateHandlers, Op};
use crate::text::Location;

/// A basic block: a range of [`Graph`]'s slots, and what passes know about it.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// Its first slot.
    start: u32,
    /// Number of instructions.
    used: u32,
    /// Largest number of instructions so far.
    made: u32,
    /// Number of allocated slots.
    room: u32,
    /// The block after it in the code.
    pub(crate) next: BlockId,
    /// Stack depth on entry; `i32::MIN` while it is not known.
    pub(crate) start_depth: i32,
    /// Number of edges that lead here.
    pub(crate) predecessors: u32,
    /// Set of those of the first 64 locals that may be unset on entry.
    pub(crate) unsafe_locals: u64,
    /// True if something jumps here (CPython: has a label).
    pub(crate) labelled: bool,
    /// True if it sets up exception handlers, or did.
    pub(crate) sets_up: bool,
    /// True if it may hold NOPs; a pass that makes some says so.
    pub(crate) nops: bool,
    /// True if it may hold instructions without a line; a pass that makes some says so.
    pub(crate) lineless: bool,
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
    /// Of `len` slots from `start`, with nothing known.
    const fn new(start: u32, len: u32) -> Self {
        Self {
            start,
            used: len,
            made: len,
            room: len,
            next: BlockId::NONE,
            start_depth: i32::MIN,
            predecessors: 0,
            unsafe_locals: 0,
            labelled: false,
            sets_up: false,
            nops: false,
            lineless: false,
            preserve_lasti: false,
            except_handler: false,
            cold: false,
            warm: false,
            visited: false,
        }
    }

    /// Returns the number of instructions.
    pub(crate) fn len(&self) -> usize {
        self.used as usize
    }

    /// Returns whether it has no instructions.
    pub(crate) fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Cuts it to `len` instructions; the slots of the others stay.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.used = self.used.min(len as u32);
    }

    fn range(&self) -> std::ops::Range<usize> {
        let start = self.start as usize;
        start..start + self.used as usize
    }
}

/// The block that [`Graph::cut`] made of the slots from `start`.
pub(crate) fn starting_at(blocks: &[Block], start: u32) -> Option<BlockId> {
    blocks.binary_search_by_key(&start, |block| block.start).ok().map(|index| BlockId(index as u32))
}

/// The blocks of one code unit; the first is the entry. It is used for one unit after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    /// In order of creation; order in the code is by `next`.
    pub(crate) blocks: Vec<Block>,
    /// The instructions of all blocks, and the room of those that moved away.
    slots: Vec<Instr>,
    /// Kinds of all instructions as they were generated.
    pub(crate) kinds: Kinds,
    /// True if control may flow otherwise than when predecessors were counted; a pass that changes
    /// it says so.
    pub(crate) rerouted: bool,
    /// Kept from one walk to the next.
    stack: Vec<BlockId>,
}

impl Graph {
    /// The entry.
    pub(crate) const ENTRY: BlockId = BlockId(0);

    /// Makes it the graph of other instructions, of the blocks that `cut` makes of them in their order by [`Self::cut`].
    pub(crate) fn refill(&mut self, slots: Vec<Instr>, cut: impl FnOnce(&mut Self, &[Instr])) {
        self.blocks.clear();
        self.kinds = Kinds::default();
        self.rerouted = true;
        cut(self, &slots);
        self.slots = slots;
    }

    /// Makes the next `len` instructions a block that follows the one before it; `kinds` are theirs, and some have no
    /// line if it is `lineless`.
    pub(crate) fn cut(&mut self, len: u32, labelled: bool, kinds: Kinds, lineless: bool) {
        let id = BlockId(self.blocks.len() as u32);
        let start = self.blocks.last_mut().map_or(0, |last| {
            last.next = id;
            last.start + last.used
        });
        self.blocks.push(Block {
            labelled,
            sets_up: kinds.has_block_push(),
            nops: kinds.has_nop(),
            lineless,
            ..Block::new(start, len)
        });
        self.kinds.add(kinds);
    }

    /// The room of its instructions, to generate others in.
    pub(crate) fn take_slots(&mut self) -> Vec<Instr> {
        std::mem::take(&mut self.slots)
    }

    /// Adds a block that is empty and that nothing follows.
    pub(crate) fn add(&mut self) -> BlockId {
        self.blocks.push(Block::new(self.slots.len() as u32, 0));
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

    /// Returns the successors of a block at its end: the next block and the jump target.
    pub(crate) fn successors(&self, id: BlockId) -> impl Iterator<Item = BlockId> + use<> {
        let (kinds, target) =
            self.last(id).map_or((Kinds::default(), BlockId::NONE), |last| (Kinds::of(last.op), last.target));
        let next = if kinds.never_falls_through() { BlockId::NONE } else { self.next(id) };
        let target = if kinds.has_jump() { target } else { BlockId::NONE };
        [next, target].into_iter().filter(|to| to.is_some())
    }

    /// Appends a copy of an instruction with its handler.
    pub(crate) fn push_copy(&mut self, id: BlockId, instr: Instr) {
        let block = &mut self.blocks[id.0 as usize];
        let kinds = Kinds::of(instr.op);
        block.sets_up |= kinds.has_block_push();
        block.nops |= kinds.has_nop();
        block.lineless |= instr.location.line() < 0;
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

    /// A stack for a walk over blocks, to be given back by [`Self::give_stack`].
    pub(crate) fn take_stack(&mut self) -> Vec<BlockId> {
        std::mem::take(&mut self.stack)
    }

    /// Takes back what [`Self::take_stack`] gave.
    pub(crate) fn give_stack(&mut self, mut stack: Vec<BlockId>) {
        stack.clear();
        self.stack = stack;
    }

    /// Appends to a block that has another after it.
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
            LateHandlers::OfSlot | LateHandlers::None => BlockId::NONE,
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

    /// Returns whether control never runs past the end of a block.
    pub(crate) fn no_fallthrough(&self, id: BlockId) -> bool {
        self.last(id).is_some_and(|last| Kinds::of(last.op).never_falls_through())
    }

    /// Returns whether a block ends by leaving the scope.
    pub(crate) fn exits_scope(&self, id: BlockId) -> bool {
        self.last(id).is_some_and(|last| is_scope_exit(last.op))
    }

    /// Returns whether no instruction of a block has a line.
    pub(crate) fn has_no_line(&self, id: BlockId) -> bool {
        let block = self.block(id);
        block.is_empty() || block.lineless && self.code(id).iter().all(|instr| instr.location.line() < 0)
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
