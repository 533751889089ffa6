//! `co_linetable` (`assemble_location_info`, PEP 657).

use crate::compile::flow::graph::is_terminator;
use crate::target::Op;
use crate::text::Location;

fn varint(mut value: u32, bytes: &mut Vec<u8>) {
    while value >= 64 {
        bytes.push(value as u8 & 0x3f | 0x40);
        value >>= 6;
    }
    bytes.push(value as u8);
}

fn svarint(value: i32, bytes: &mut Vec<u8>) {
    let magnitude = value.unsigned_abs() << 1;
    varint(if value < 0 { magnitude | 1 } else { magnitude }, bytes);
}

/// The first byte of an entry of this code.
fn head(code: u32, units: u32) -> u8 {
    (0x80 | code << 3 | (units - 1)) as u8
}

/// The table of a code object under construction: one entry for each run of instructions at the same place.
#[derive(Debug)]
pub(super) struct LineTable<'a> {
    bytes: &'a mut Vec<u8>,
    /// Of the entry before.
    line: i32,
    /// Of the run, which begins at the code unit `start`; [`Location::NEXT`] while instructions wait for the place of
    /// what follows them.
    location: Location,
    start: u32,
    /// The run before those that wait.
    before: (Location, u32),
}

impl<'a> LineTable<'a> {
    /// An empty one, whose entries go to `bytes`.
    pub(super) fn new(first_line: i32, bytes: &'a mut Vec<u8>) -> Self {
        bytes.clear();
        let none = (Location::NONE, 0);
        Self { bytes, line: first_line, location: none.0, start: none.1, before: none }
    }

    /// The instruction at the code unit `offset`.
    #[inline]
    pub(super) fn add(&mut self, op: Op, location: &Location, offset: u32) {
        if *location != self.location || location.line == Location::NEXT.line {
            self.change(op, location, offset);
        }
    }

    #[inline(never)]
    fn change(&mut self, op: Op, location: &Location, offset: u32) {
        let waits = self.location == Location::NEXT;
        if *location == Location::NEXT && !is_terminator(op) {
            if !waits {
                self.before = (self.location, self.start);
                (self.location, self.start) = (Location::NEXT, offset);
            }
            return;
        }
        let location = if *location == Location::NEXT { Location::NONE } else { *location };
        let (before, start, end) = if waits {
            (self.before.0, self.before.1, self.start)
        } else {
            (self.location, self.start, offset)
        };
        self.location = location;
        if location == before {
            self.start = start;
        } else {
            self.start = end;
            self.run(&before, end - start);
        }
    }

    /// Ends the last run before the code unit `end`.
    pub(super) fn close(&mut self, end: u32) {
        if self.location == Location::NEXT {
            self.change(Op::NOP, &Location::NONE, end);
        }
        let location = self.location;
        self.run(&location, end - self.start);
    }

    fn run(&mut self, location: &Location, mut units: u32) {
        while units > 0 {
            let size = units.min(8);
            self.entry(location, size);
            units -= size;
        }
    }

    /// One entry of at most eight units.
    #[inline]
    fn entry(&mut self, location: &Location, units: u32) {
        // What is negative is large.
        let (column, end) = (location.column as u32, location.end_column as u32);
        if location.line >= 0 && location.end_line == location.line && column < 128 && end < 128 {
            let delta = location.line - self.line;
            let width = end.wrapping_sub(column);
            if delta == 0 && column < 80 && width < 16 {
                self.line = location.line;
                let columns = ((column % 8) << 4 | width) as u8;
                self.bytes.extend_from_slice(&[head(column / 8, units), columns]);
                return;
            }
            if (0..3).contains(&delta) {
                self.line = location.line;
                self.bytes.extend_from_slice(&[head(10 + delta as u32, units), column as u8, end as u8]);
                return;
            }
        }
        self.long_entry(location, units);
    }

    /// One that has no short form.
    #[inline(never)]
    fn long_entry(&mut self, location: &Location, units: u32) {
        if location.line < 0 {
            self.bytes.push(head(15, units));
            return;
        }
        let delta = location.line - self.line;
        self.line = location.line;
        let is_line = location.end_line == location.line || location.end_line == -1;
        if is_line && (location.column < 0 || location.end_column < 0) {
            self.bytes.push(head(13, units));
            svarint(delta, self.bytes);
            return;
        }
        self.bytes.push(head(14, units));
        svarint(delta, self.bytes);
        varint((location.end_line - location.line).max(0) as u32, self.bytes);
        varint((location.column + 1).max(0) as u32, self.bytes);
        varint((location.end_column + 1).max(0) as u32, self.bytes);
    }
}
