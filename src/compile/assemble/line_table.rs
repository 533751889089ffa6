//! `co_linetable` (`assemble_location_info`, PEP 657).

use super::jumps::Flat;
use crate::compile::flow::graph::is_terminator;
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

/// One entry of at most eight units.
fn entry(location: Location, units: u32, line: &mut i32, bytes: &mut Vec<u8>) {
    let head = |code: u32| (0x80 | code << 3 | (units - 1)) as u8;
    if location.line < 0 {
        bytes.push(head(15));
        return;
    }
    let delta = location.line - *line;
    *line = location.line;
    let (column, end) = (location.column, location.end_column);
    if column < 0 || end < 0 {
        if location.end_line == location.line || location.end_line == -1 {
            bytes.push(head(13));
            svarint(delta, bytes);
            return;
        }
    } else if location.end_line == location.line {
        if delta == 0 && column < 80 && end >= column && end - column < 16 {
            bytes.push(head(column as u32 / 8));
            bytes.push(((column % 8) << 4 | (end - column)) as u8);
            return;
        }
        if (0..3).contains(&delta) && column < 128 && end < 128 {
            bytes.push(head(10 + delta as u32));
            bytes.extend_from_slice(&[column as u8, end as u8]);
            return;
        }
    }
    bytes.push(head(14));
    svarint(delta, bytes);
    varint((location.end_line - location.line).max(0) as u32, bytes);
    varint((column + 1).max(0) as u32, bytes);
    varint((end + 1).max(0) as u32, bytes);
}

/// One entry for each run of instructions at the same place. `Location::NEXT` is settled first.
pub(super) fn encode(flat: &mut Flat, first_line: i32) -> Vec<u8> {
    let settled = if flat.has_next { 0 } else { flat.code.len() };
    for index in (settled..flat.code.len()).rev() {
        if flat.code[index].location == Location::NEXT {
            flat.code[index].location = match flat.code.get(index + 1) {
                Some(next) if !is_terminator(flat.code[index].op) => next.location,
                _ => Location::NONE,
            };
        }
    }
    let mut bytes = Vec::with_capacity(flat.code.len() * 2);
    let mut line = first_line;
    let mut run = |location: Location, mut size: u32| {
        while size > 8 {
            entry(location, 8, &mut line, &mut bytes);
            size -= 8;
        }
        if size > 0 {
            entry(location, size, &mut line, &mut bytes);
        }
    };
    let (mut location, mut size) = (Location::NONE, 0);
    for placed in &flat.code {
        if placed.location != location {
            run(location, size);
            location = placed.location;
            size = 0;
        }
        size += placed.size;
    }
    run(location, size);
    bytes
}
