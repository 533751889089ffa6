//! Blocks → code units, with the runs of locations and handlers (`assemble_emit`).
//!
//! CPython: `Python/assemble.c`.

use super::draft::{CodeDraft, InstructionRun, Jump, Point, Start, prefixes};
use super::encoding::Encodings;
use crate::compile::flow::FlowError;
use crate::compile::flow::graph::{Block, BlockId, Graph, Instr, has_target, is_terminator};
use crate::target::Op;
use crate::text::Location;

/// Location of instructions that take the location of the next one; no instruction has it itself.
const WAITING: Location = Location::new(-3, -3, -3, -3);

/// Compares locations without a branch for each field.
fn is_same(left: &Location, right: &Location) -> bool {
    (left.line() == right.line())
        & (left.end_line() == right.end_line())
        & (left.column() == right.column())
        & (left.end_column() == right.end_column())
}

impl CodeDraft {
    /// Emits the instructions of `graph` (`assemble_emit`).
    pub(super) fn emit(&mut self, graph: &Graph, encodings: &Encodings) -> Result<(), FlowError> {
        self.clear(graph, encodings);
        let mut point = Point::default();
        let (mut place, mut handler) = (&WAITING, BlockId::NONE);
        let mut id = Graph::ENTRY;
        while id.is_some() {
            let code = graph.code(id);
            self.starts[id.0 as usize] = Start { index: self.count, point };
            self.count += code.len() as u32;
            for instr in code {
                if instr.handler != handler {
                    handler = self.begin_handler(instr, point);
                }
                if !is_same(&instr.location, place) {
                    if instr.location.line() >= Location::NONE.line() && self.waiting.is_none() {
                        place = &instr.location;
                        self.places.push(InstructionRun { start: point, of: *place });
                    } else {
                        place = self.begin_around_next(instr, point);
                    }
                }
                let encoding = encodings.of(instr.op);
                if encoding.plain > 0 && instr.arg <= 0xff {
                    self.units[point.offset as usize] = [encoding.number, instr.arg as u8];
                    point.offset += u32::from(encoding.plain);
                } else {
                    point = self.emit_other(instr, point, encodings)?;
                }
            }
            id = graph.next(id);
        }
        self.end = point;
        if let Some(start) = self.waiting {
            self.begin_place(&Location::NONE, start);
        }
        self.places.push(InstructionRun { start: point, of: Location::NONE });
        Ok(())
    }

    /// Removes everything and reserves room for the code of `graph`.
    fn clear(&mut self, graph: &Graph, encodings: &Encodings) {
        let Self { units, starts, jumps, places, handlers, count, end, waiting } = self;
        units[..end.offset as usize].fill([0; 2]);
        let room = graph.blocks.iter().map(Block::len).sum::<usize>() * encodings.longest;
        if units.len() < room {
            units.resize(room, [0; 2]);
        }
        starts.clear();
        starts.resize(graph.blocks.len(), Start::NOWHERE);
        jumps.clear();
        places.clear();
        handlers.clear();
        *count = 0;
        *end = Point::default();
        *waiting = None;
    }

    /// Emits a jump or an instruction with prefixes and returns the position after it
    /// (`assemble_emit_instr`).
    #[inline(never)]
    fn emit_other(
        &mut self,
        instr: &Instr,
        mut point: Point,
        encodings: &Encodings,
    ) -> Result<Point, FlowError> {
        let mut op = instr.op;
        let mut arg = instr.arg;
        if has_target(op) {
            let Some(start) = self.starts.get(instr.target.0 as usize) else {
                return Err(FlowError::Malformed("jump to nowhere"));
            };
            let forward = start.index == u32::MAX;
            op = match op {
                Op::JUMP | Op::JUMP_NO_INTERRUPT if forward => Op::JUMP_FORWARD,
                Op::JUMP => Op::JUMP_BACKWARD,
                Op::JUMP_NO_INTERRUPT => Op::JUMP_BACKWARD_NO_INTERRUPT,
                op => op,
            };
            self.jumps.push(Jump {
                units: encodings.of(op).units,
                arg: 0,
                ends_loop: op == Op::END_ASYNC_FOR,
                target: instr.target,
                offset: point.offset,
                prefixes: prefixes(arg),
            });
            point.jumps += 1;
            arg = 0;
        }
        for position in (1..=prefixes(arg)).rev() {
            self.units[point.offset as usize] = [encodings.prefix, (arg >> (8 * position)) as u8];
            point.offset += 1;
        }
        let encoding = encodings.checked(op)?;
        self.units[point.offset as usize] = [encoding.number, arg as u8];
        point.offset += u32::from(encoding.units);
        Ok(point)
    }

    /// Starts a run of instructions with another handler and returns the handler.
    #[inline(never)]
    fn begin_handler(&mut self, instr: &Instr, point: Point) -> BlockId {
        self.handlers.push(InstructionRun { start: point, of: instr.handler });
        instr.handler
    }

    /// Starts a run of locations at an instruction that has the location of the next one, or at the
    /// one after it. Returns its location, or [`WAITING`] if that is not known yet.
    #[inline(never)]
    fn begin_around_next<'g>(&mut self, instr: &'g Instr, point: Point) -> &'g Location {
        let mut place = &instr.location;
        if *place == Location::NEXT {
            if !is_terminator(instr.op) {
                self.waiting.get_or_insert(point);
                return &WAITING;
            }
            place = &Location::NONE;
        }
        let start = self.waiting.take().unwrap_or(point);
        self.begin_place(place, start);
        place
    }

    /// Starts a run of instructions with another location.
    fn begin_place(&mut self, place: &Location, start: Point) {
        if self.places.last().is_none_or(|before| before.of != *place) {
            self.places.push(InstructionRun { start, of: *place });
        }
    }
}
