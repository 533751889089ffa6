//! Basic blocks and their instructions.
//!
//! CPython: `basicblock` in `Python/flowgraph.c`. Blocks keep the slots of removed instructions. In
//! CPython's arrays, such slots keep their old exception handler, and an instruction appended later
//! inherits that handler (3.14).

pub(crate) use super::kinds::{has_target, is_terminator};
pub(crate) use crate::compile::instruction::{BlockId, Instr};

use super::kinds::{Kinds, is_scope_exit};
use crate::target::{LateHandlers, Op};
use crate::text::Location;

/// A basic block: a range of [`Graph`]'s slots, with the results of passes (`basicblock`).
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// First slot.
    start: u32,
    /// Number of instructions.
    used: u32,
    /// Largest number of instructions so far.
    made: u32,
    /// Number of allocated slots.
    room: u32,
    /// Next block in the code.
    pub(crate) next: BlockId,
    /// Stack depth on entry; `i32::MIN` if unknown.
    pub(crate) start_depth: i32,
    /// Number of incoming edges.
    pub(crate) predecessors: u32,
    /// Bit set of those of the first 64 locals that may be unset on entry.
    pub(crate) unsafe_locals: u64,
    /// Number of the label in CPython, where the size of a jump depends on it; 0 for none.
    pub(crate) label: u32,
    /// Kinds of the instructions, and perhaps more; kept by each pass that creates other kinds.
    /// [`Self::nops`] tells of NOPs.
    pub(crate) kinds: Kinds,
    /// True if the block is a jump target (in CPython, has a label).
    pub(crate) labeled: bool,
    /// True if the block sets up exception handlers, or did.
    pub(crate) sets_up: bool,
    /// True if the block may contain NOPs; set by each pass that creates some.
    pub(crate) nops: bool,
    /// True if the block may contain instructions without a line; set by each pass that creates
    /// some.
    pub(crate) lineless: bool,
    /// True if the block is a handler that restores `f_lasti`.
    pub(crate) preserve_lasti: bool,
    /// True if the block is an exception handler.
    pub(crate) except_handler: bool,
    /// True if the block is reached only through exceptions.
    pub(crate) cold: bool,
    /// True if the block is reached without exceptions.
    pub(crate) warm: bool,
    /// Mark of the current pass.
    pub(crate) visited: bool,
}

impl Block {
    /// Returns a block of `len` slots from `start`.
    const fn new(start: u32, len: u32, kinds: Kinds) -> Self {
        Self {
            start,
            used: len,
            made: len,
            room: len,
            next: BlockId::NONE,
            start_depth: i32::MIN,
            predecessors: 0,
            unsafe_locals: 0,
            label: 0,
            kinds,
            labeled: false,
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

    /// Returns whether the block has no instructions.
    pub(crate) fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Truncates the block to `len` instructions and keeps the slots of the others.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.used = self.used.min(len as u32);
    }

    /// Returns the first slot.
    pub(super) fn start(&self) -> u32 {
        self.start
    }

    /// Returns the slot of the last instruction.
    fn last_slot(&self) -> Option<usize> {
        (self.start as usize + self.used as usize).checked_sub(1).filter(|_| self.used > 0)
    }

    /// Returns the slots of the instructions.
    fn range(&self) -> std::ops::Range<usize> {
        let start = self.start as usize;
        start..start + self.used as usize
    }
}

/// Returns the block that [`Graph::cut`] made from the slots at `start`.
pub(crate) fn starting_at(blocks: &[Block], start: u32) -> Option<BlockId> {
    blocks.binary_search_by_key(&start, |block| block.start).ok().map(|index| BlockId(index as u32))
}

/// Blocks of one code unit, the first of which is the entry; reused for the next unit
/// (`cfg_builder`).
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    /// Blocks in order of creation; `next` gives their order in the code.
    pub(crate) blocks: Vec<Block>,
    /// Instructions of all blocks, and unused slots of blocks that moved.
    slots: Vec<Instr>,
    /// Kinds of all instructions as generated.
    pub(crate) kinds: Kinds,
    /// True if the control flow may have changed since predecessors were counted; set by each pass
    /// that changes it.
    pub(crate) rerouted: bool,
    /// [`Features::resume_lacks_line`](crate::target::Features).
    pub(crate) resume_lacks_line: bool,
    /// Stack for walks, kept for its allocation.
    stack: Vec<BlockId>,
}

impl Graph {
    /// The entry block.
    pub(crate) const ENTRY: BlockId = BlockId(0);

    /// Replaces the graph by other instructions, which `cut` splits into blocks in order by
    /// [`Self::cut`].
    pub(crate) fn refill(&mut self, slots: Vec<Instr>, cut: impl FnOnce(&mut Self, &[Instr])) {
        self.blocks.clear();
        self.kinds = Kinds::default();
        self.rerouted = true;
        cut(self, &slots);
        self.slots = slots;
    }

    /// Turns the next `len` instructions, which have these kinds, into a block after the previous
    /// one, and returns it.
    pub(crate) fn cut(&mut self, len: u32, kinds: Kinds) -> &mut Block {
        let id = BlockId(self.blocks.len() as u32);
        let start = self.blocks.last_mut().map_or(0, |last| {
            last.next = id;
            last.start + last.used
        });
        self.kinds.add(kinds);
        self.blocks.push(Block {
            sets_up: kinds.has_block_push(),
            nops: kinds.has_nop(),
            ..Block::new(start, len, kinds)
        });
        let last = self.blocks.len() - 1;
        &mut self.blocks[last]
    }

    /// Returns the allocation of the instructions, for reuse.
    pub(crate) fn take_slots(&mut self) -> Vec<Instr> {
        std::mem::take(&mut self.slots)
    }

    /// Adds an empty block that is not linked.
    pub(crate) fn add(&mut self) -> BlockId {
        self.blocks.push(Block::new(self.slots.len() as u32, 0, Kinds::default()));
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// Returns the block `id`.
    pub(crate) fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.0 as usize]
    }

    /// Returns the block `id`.
    pub(crate) fn block_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.0 as usize]
    }

    /// Returns the next block in the code.
    pub(crate) fn next(&self, id: BlockId) -> BlockId {
        self.block(id).next
    }

    /// Returns the blocks in the order of the code.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = BlockId> {
        let first = (!self.blocks.is_empty()).then_some(Self::ENTRY);
        std::iter::successors(first, |&id| Some(self.next(id)).filter(|next| next.is_some()))
    }

    /// Returns the instructions of a block.
    pub(crate) fn code(&self, id: BlockId) -> &[Instr] {
        &self.slots[self.block(id).range()]
    }

    /// Returns the instructions of a block.
    pub(crate) fn code_mut(&mut self, id: BlockId) -> &mut [Instr] {
        let range = self.block(id).range();
        &mut self.slots[range]
    }

    /// Returns all blocks, and the instructions of one.
    pub(crate) fn blocks_and_code(&mut self, id: BlockId) -> (&mut [Block], &mut [Instr]) {
        let range = self.block(id).range();
        (&mut self.blocks, &mut self.slots[range])
    }

    /// Returns the last instruction of a block (`basicblock_last_instr`).
    pub(crate) fn last(&self, id: BlockId) -> Option<&Instr> {
        self.slots.get(self.block(id).last_slot()?)
    }

    /// Returns the last instruction of a block (`basicblock_last_instr`).
    pub(crate) fn last_mut(&mut self, id: BlockId) -> Option<&mut Instr> {
        let slot = self.block(id).last_slot()?;
        self.slots.get_mut(slot)
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
        block.kinds.add(kinds);
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

    /// Appends copies of the instructions of another block (`basicblock_append_instructions`).
    pub(crate) fn append_code(&mut self, id: BlockId, from: BlockId) {
        for index in 0..self.block(from).len() {
            let instr = self.code(from)[index];
            self.push_copy(id, instr);
        }
    }

    /// Finds the kinds of a block again, after some of its opcodes were changed.
    pub(crate) fn recount(&mut self, id: BlockId) {
        let mut kinds = Kinds::default();
        self.code(id).iter().for_each(|instr| kinds.add(Kinds::of(instr.op)));
        self.block_mut(id).kinds = kinds;
    }

    /// Replaces the jump at the end of a block by a copy of the code that it leads to.
    pub(crate) fn replace_jump(&mut self, id: BlockId, target: BlockId) {
        if let Some(last) = self.last_mut(id) {
            last.set_nop();
        }
        self.block_mut(id).nops = true;
        self.rerouted = true;
        self.append_code(id, target);
    }

    /// Returns a stack for a walk over blocks, to be returned to [`Self::give_stack`]
    /// (`make_cfg_traversal_stack`).
    pub(crate) fn take_stack(&mut self) -> Vec<BlockId> {
        std::mem::take(&mut self.stack)
    }

    /// Accepts the stack from [`Self::take_stack`].
    pub(crate) fn give_stack(&mut self, mut stack: Vec<BlockId>) {
        stack.clear();
        self.stack = stack;
    }

    /// Appends to a block that has another block after it in the slots.
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

    /// Appends an instruction after handlers were assigned. `near` is the handler of the
    /// instruction it belongs to.
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

    /// Inserts an instruction before `position` (`basicblock_insert_instruction`).
    pub(crate) fn insert(&mut self, id: BlockId, position: usize, instr: Instr) {
        self.push_copy(id, instr);
        self.code_mut(id)[position..].rotate_right(1);
    }

    /// Inserts instructions at the start of a block.
    pub(crate) fn prepend(&mut self, id: BlockId, prefix: &[Instr]) {
        for &instr in prefix {
            self.push_copy(id, instr);
        }
        self.code_mut(id).rotate_right(prefix.len());
    }

    /// Returns whether control never continues past the end of a block
    /// (`basicblock_nofallthrough`).
    pub(crate) fn no_fallthrough(&self, id: BlockId) -> bool {
        self.last(id).is_some_and(|last| Kinds::of(last.op).never_falls_through())
    }

    /// Returns whether a block ends by leaving the scope (`basicblock_exits_scope`).
    pub(crate) fn exits_scope(&self, id: BlockId) -> bool {
        self.last(id).is_some_and(|last| is_scope_exit(last.op))
    }

    /// Returns whether no instruction of a block has a line (`basicblock_has_no_lineno`).
    pub(crate) fn has_no_line(&self, id: BlockId) -> bool {
        let block = self.block(id);
        block.is_empty() || block.lineless && self.code(id).iter().all(|instr| instr.location.line() < 0)
    }

    /// Returns `id` or the first block after it that is not empty (`next_nonempty_block`).
    pub(crate) fn non_empty(&self, mut id: BlockId) -> BlockId {
        while id.is_some() && self.block(id).is_empty() {
            id = self.next(id);
        }
        id
    }

    /// Returns whether `test` is true of any block.
    pub(crate) fn any(&self, test: impl Fn(&Block, BlockId) -> bool) -> bool {
        self.blocks.iter().zip(0..).any(|(block, index)| test(block, BlockId(index)))
    }

    /// Returns whether any block may contain NOPs.
    pub(crate) fn has_nops(&self) -> bool {
        self.any(|block, _| block.nops)
    }

    /// Returns a number for a new label (`get_max_label`).
    pub(crate) fn next_label(&self) -> u32 {
        let mut last = 0;
        let mut id = Self::ENTRY;
        while id.is_some() {
            last = last.max(self.block(id).label);
            id = self.next(id);
        }
        last + 1
    }

    /// Clears the `visited` mark of all blocks.
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
