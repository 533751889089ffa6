//! The location table of 3.11 and newer. The first byte of an entry holds bit 7, the form, and the
//! size of one to eight code units.

use super::{LineError, LineRun};
use crate::text::Location;

const NO_LOCATION: u8 = 15;
const LONG: u8 = 14;
const NO_COLUMNS: u8 = 13;
const ONE_LINE: u8 = 10;
/// Bytes of a code unit.
const UNIT: u32 = 2;

struct LocationReader<'a> {
    table: &'a [u8],
    at: usize,
}

impl LocationReader<'_> {
    fn byte(&mut self) -> Result<u8, LineError> {
        let &byte = self.table.get(self.at).ok_or(LineError::Short(self.at))?;
        if byte & 0x80 != 0 {
            return Err(LineError::Mark(self.at));
        }
        self.at += 1;
        Ok(byte)
    }

    fn varint(&mut self) -> Result<u32, LineError> {
        let start = self.at;
        let (mut value, mut shift) = (0u64, 0);
        loop {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x3f) << shift;
            shift += 6;
            if byte & 0x40 == 0 {
                return u32::try_from(value).map_err(|_| LineError::Large(start));
            }
            if shift > 36 {
                return Err(LineError::Large(start));
            }
        }
    }

    fn signed(&mut self) -> Result<i32, LineError> {
        let value = self.varint()?;
        let magnitude = (value >> 1) as i32;
        Ok(if value & 1 != 0 { -magnitude } else { magnitude })
    }
}

pub(super) fn decode(table: &[u8], first_line: i32) -> Result<Vec<LineRun>, LineError> {
    let mut reader = LocationReader { table, at: 0 };
    let mut runs = Vec::with_capacity(table.len() / 2);
    let mut line = first_line;
    while let Some(&head) = table.get(reader.at) {
        let start = reader.at;
        if head & 0x80 == 0 {
            return Err(LineError::Mark(start));
        }
        reader.at += 1;
        let form = head >> 3 & 15;
        let advance = |line: i32, step: i32| line.checked_add(step).ok_or(LineError::Large(start));
        let location = match form {
            NO_LOCATION => Location::NONE,
            LONG => {
                line = advance(line, reader.signed()?)?;
                // CPython 3.12 writes ends before their starts as large numbers.
                let end_line = advance(line, reader.varint()? as i32)?;
                let mut column = || {
                    let place = reader.varint()?;
                    i32::try_from(place).map(|place| place - 1).map_err(|_| LineError::Large(start))
                };
                Location::new(line, end_line, column()?, column()?)
            }
            NO_COLUMNS => {
                line = advance(line, reader.signed()?)?;
                Location::new(line, line, -1, -1)
            }
            ONE_LINE.. => {
                line = advance(line, i32::from(form - ONE_LINE))?;
                Location::new(line, line, i32::from(reader.byte()?), i32::from(reader.byte()?))
            }
            _ => {
                let byte = reader.byte()?;
                let column = i32::from(form << 3 | byte >> 4);
                Location::new(line, line, column, column + i32::from(byte & 15))
            }
        };
        runs.push(LineRun { size: (u32::from(head & 7) + 1) * UNIT, location });
    }
    Ok(runs)
}

/// Returns whether no entry has columns.
pub(super) fn lacks_columns(table: &[u8]) -> bool {
    let heads = table.iter().filter(|byte| **byte & 0x80 != 0);
    heads.map(|head| head >> 3 & 15).all(|form| matches!(form, NO_COLUMNS | NO_LOCATION))
}

/// Reads the signed number at the start of the bytes (`read_signed_varint`).
///
/// # Errors
/// [`LineError`].
pub fn read_signed(bytes: &[u8]) -> Result<i32, LineError> {
    LocationReader { table: bytes, at: 0 }.signed()
}

/// Appends an unsigned number (`write_location_varint`).
#[inline]
pub fn write_unsigned(mut value: u32, table: &mut Vec<u8>) {
    while value >= 64 {
        table.push((value & 0x3f) as u8 | 0x40);
        value >>= 6;
    }
    table.push(value as u8);
}

/// Appends a signed number (`write_location_signed_varint`).
#[inline]
pub fn write_signed(value: i32, table: &mut Vec<u8>) {
    write_unsigned(value.unsigned_abs() << 1 | u32::from(value < 0), table);
}

/// Encodes runs; a run of more than eight code units becomes several entries with the same
/// location.
pub(super) fn encode(runs: &[LineRun], first_line: i32) -> Vec<u8> {
    let mut table = Vec::with_capacity(runs.len() * 3);
    let mut line = first_line;
    for run in runs {
        let mut units = run.size / UNIT;
        while units > 0 {
            let size = units.min(8);
            entry(run.location, size as u8, &mut line, &mut table);
            units -= size;
        }
    }
    table
}

fn entry(location: Location, units: u8, line: &mut i32, table: &mut Vec<u8>) {
    let head = |form: u8, table: &mut Vec<u8>| table.push(0x80 | form << 3 | (units - 1));
    if location.is_none() {
        head(NO_LOCATION, table);
        return;
    }
    let (column, end_column, end_line) = (location.column(), location.end_column(), location.end_line());
    let step = location.line().wrapping_sub(*line);
    *line = location.line();
    let one_line = end_line == location.line();
    if column < 0 || end_column < 0 {
        if one_line || end_line == -1 {
            head(NO_COLUMNS, table);
            write_signed(step, table);
            return;
        }
    } else if one_line {
        if step == 0 && column < 80 && end_column >= column && end_column - column < 16 {
            head((column >> 3) as u8, table);
            table.push((column as u8 & 7) << 4 | (end_column - column) as u8);
            return;
        }
        if (0..3).contains(&step) && column < 128 && end_column < 128 {
            head(ONE_LINE + step as u8, table);
            table.extend_from_slice(&[column as u8, end_column as u8]);
            return;
        }
    }
    head(LONG, table);
    write_signed(step, table);
    write_unsigned(end_line.wrapping_sub(location.line()) as u32, table);
    write_unsigned((column + 1).max(0) as u32, table);
    write_unsigned((end_column + 1).max(0) as u32, table);
}
