//! Loads of locals that need no reference of their own (`optimize_load_fast`).
//!
//! CPython: `Python/flowgraph.c`.

use super::FlowError;
use super::graph::{BlockId, Graph, Instr};
use super::kinds::{has_target, is_block_push};
use crate::target::{Op, Target};

const NOT_LOCAL: u32 = u32::MAX;
const DUMMY: u32 = u32::MAX;

/// A value on the stack: the instruction that produced it and the local it was loaded from.
type StackValue = (u32, u32);

struct BorrowWalk<'a> {
    target: &'static Target,
    values: &'a mut Vec<StackValue>,
    /// Instructions of the block. Loads borrow until their value is stored, outlives its local or
    /// stays on the stack.
    code: &'a mut [Instr],
}

const UNDERFLOW: FlowError = FlowError::Malformed("stack underflow");

impl BorrowWalk<'_> {
    /// Marks an instruction as needing a reference.
    fn own(&mut self, instr: u32) {
        if let Some(instr) = self.code.get_mut(instr as usize) {
            instr.op = match instr.op {
                Op::LOAD_FAST_BORROW => Op::LOAD_FAST,
                Op::LOAD_FAST_BORROW_LOAD_FAST_BORROW => Op::LOAD_FAST_LOAD_FAST,
                op => op,
            };
        }
    }

    /// Lets a load borrow for now.
    fn borrow(&mut self, index: u32, op: Op) {
        self.code[index as usize].op = op;
    }

    /// Pushes a value produced by an instruction (`ref_stack_push`).
    fn push(&mut self, instr: u32) {
        self.values.push((instr, NOT_LOCAL));
    }

    /// Pops a value (`ref_stack_pop`).
    fn pop(&mut self) -> Result<StackValue, FlowError> {
        self.values.pop().ok_or(UNDERFLOW)
    }

    /// Returns the index of the value at `depth`, counted from the top as 1 (`ref_stack_at`).
    fn at(&self, depth: u32) -> Result<usize, FlowError> {
        self.values.len().checked_sub(depth as usize).ok_or(UNDERFLOW)
    }

    /// Marks the loads of a local that changes (`kill_local`).
    fn kill(&mut self, local: u32) {
        for index in 0..self.values.len() {
            let (instr, of) = self.values[index];
            if of == local {
                self.own(instr);
            }
        }
    }

    /// Pops a value and stores it to a local (`store_local`).
    fn store(&mut self, local: u32) -> Result<(), FlowError> {
        let (instr, _) = self.pop()?;
        self.kill(local);
        self.own(instr);
        Ok(())
    }

    /// Applies the instruction at `index` to the stack (`optimize_load_fast`).
    fn step(&mut self, index: u32, op: Op, arg: u32) -> Result<(), FlowError> {
        match op {
            Op::DELETE_FAST => self.kill(arg),
            Op::LOAD_FAST => {
                self.borrow(index, Op::LOAD_FAST_BORROW);
                self.values.push((index, arg));
            }
            Op::LOAD_FAST_AND_CLEAR => {
                self.kill(arg);
                self.values.push((index, arg));
            }
            Op::LOAD_FAST_LOAD_FAST => {
                self.borrow(index, Op::LOAD_FAST_BORROW_LOAD_FAST_BORROW);
                self.values.push((index, arg >> 4));
                self.values.push((index, arg & 15));
            }
            Op::STORE_FAST => self.store(arg)?,
            Op::STORE_FAST_LOAD_FAST => {
                self.store(arg >> 4)?;
                self.values.push((index, arg & 15));
            }
            Op::STORE_FAST_STORE_FAST => {
                self.store(arg >> 4)?;
                self.store(arg & 15)?;
            }
            Op::COPY => {
                let place = self.at(arg)?;
                let value = *self.values.get(place).ok_or(UNDERFLOW)?;
                self.values.push(value);
            }
            Op::SWAP => {
                let place = self.at(arg)?;
                let top = self.at(1)?;
                self.values.swap(place, top);
            }
            Op::GET_ITER if !self.target.features.iter_keeps_operand => {
                self.pop()?;
                self.push(index);
            }
            // The operands of these instructions stay on the stack.
            Op::FORMAT_SIMPLE
            | Op::GET_ANEXT
            | Op::GET_ITER
            | Op::GET_LEN
            | Op::GET_YIELD_FROM_ITER
            | Op::IMPORT_FROM
            | Op::MATCH_KEYS
            | Op::MATCH_MAPPING
            | Op::MATCH_SEQUENCE
            | Op::WITH_EXCEPT_START => {
                let (popped, pushed) = self.target.stack_effect(op, arg);
                for number in 0..pushed.saturating_sub(popped) {
                    let from_first = self.target.features.results_of_first_instructions;
                    self.push(if from_first { number } else { index });
                }
            }
            Op::DICT_MERGE
            | Op::DICT_UPDATE
            | Op::LIST_APPEND
            | Op::LIST_EXTEND
            | Op::MAP_ADD
            | Op::RERAISE
            | Op::SET_ADD
            | Op::SET_UPDATE => {
                let (popped, pushed) = self.target.stack_effect(op, arg);
                for _ in pushed..popped {
                    self.pop()?;
                }
            }
            Op::END_SEND | Op::SET_FUNCTION_ATTRIBUTE => {
                let (popped, _) = self.target.stack_effect(op, arg);
                let top = self.pop()?;
                for _ in 1..popped {
                    self.pop()?;
                }
                self.values.push(top);
            }
            Op::CHECK_EXC_MATCH | Op::SEND => {
                self.pop()?;
                self.push(index);
            }
            Op::FOR_ITER => self.push(index),
            Op::LOAD_ATTR | Op::LOAD_SUPER_ATTR => {
                let receiver = self.pop()?;
                if op == Op::LOAD_SUPER_ATTR {
                    self.pop()?;
                    self.pop()?;
                }
                self.push(index);
                if arg & 1 != 0 {
                    self.values.push(receiver);
                }
            }
            Op::LOAD_SPECIAL | Op::PUSH_EXC_INFO => {
                let top = self.pop()?;
                self.push(index);
                self.values.push(top);
            }
            op if is_block_push(op) => {}
            _ => self.replace(index, op, arg)?,
        }
        Ok(())
    }

    /// Applies an instruction that pops its operands and pushes its results.
    #[inline]
    fn replace(&mut self, index: u32, op: Op, arg: u32) -> Result<(), FlowError> {
        let (popped, pushed) = self.target.stack_effect(op, arg);
        let left = self.at(popped)?;
        self.values.truncate(left);
        for _ in 0..pushed {
            self.push(index);
        }
        Ok(())
    }

    /// Decides on the loads of the block.
    fn run(&mut self) -> Result<(), FlowError> {
        for index in 0..self.code.len() {
            let Instr { op, arg, .. } = self.code[index];
            self.step(index as u32, op, arg)?;
        }
        for index in 0..self.values.len() {
            let (instr, _) = self.values[index];
            self.own(instr);
        }
        Ok(())
    }
}

/// Processes one block and pushes its jump targets to `stack` (`optimize_load_fast`).
fn borrow_in(
    graph: &mut Graph,
    id: BlockId,
    target: &'static Target,
    values: &mut Vec<StackValue>,
    stack: &mut Vec<BlockId>,
) -> Result<(), FlowError> {
    // A jump is the last instruction, or the last but one before `NOT_TAKEN`.
    let len = graph.block(id).len();
    for index in len.saturating_sub(2)..len {
        let Instr { op, target, .. } = graph.code(id)[index];
        if has_target(op) {
            graph.visit(target, stack);
        }
    }
    let depth = graph.block(id).start_depth.max(0) as usize;
    if !graph.block(id).kinds.has_local_load() {
        return Ok(());
    }
    values.clear();
    values.resize(depth, (DUMMY, NOT_LOCAL));
    BorrowWalk { target, values, code: graph.code_mut(id) }.run()
}

/// Lets loads borrow if their values are gone before their locals change (`optimize_load_fast`).
pub(super) fn borrow_locals(graph: &mut Graph, target: &'static Target) -> Result<(), FlowError> {
    if !graph.kinds.has_local_load() {
        return Ok(());
    }
    graph.clear_visited();
    let mut values = Vec::with_capacity(16);
    let mut stack = graph.take_stack();
    graph.block_mut(Graph::ENTRY).start_depth = 0;
    graph.visit(Graph::ENTRY, &mut stack);
    while let Some(id) = stack.pop() {
        borrow_in(graph, id, target, &mut values, &mut stack)?;
        let next = graph.next(id);
        let passes = !graph.block(id).is_empty() || target.features.borrow_past_empty_blocks;
        if next.is_some() && passes && !graph.no_fallthrough(id) {
            graph.visit(next, &mut stack);
        }
    }
    graph.give_stack(stack);
    Ok(())
}
