//! `co_linetable` (`assemble_location_info`, PEP 657).
//!
//! CPython: `Python/assemble.c`.

use super::draft::CodeDraft;
use super::jumps::Shifts;
use crate::object::lines::{read_signed, write_signed, write_unsigned};
use crate::text::Location;

/// Returns the first byte of an entry with this code (`write_location_first_byte`).
fn head(code: u32, units: u32) -> u8 {
    (0x80 | code << 3 | (units - 1)) as u8
}

/// Largest number of code units of one entry.
const LONGEST: u32 = 8;

/// Writes entries for each run of instructions with the same location (`assemble_location_info`).
pub(super) fn write(first_line: i32, draft: &CodeDraft, shifts: &Shifts, bytes: &mut Vec<u8>) {
    bytes.clear();
    let mut entries = LineEntries { bytes, line: first_line };
    let mut start = 0;
    for pair in draft.places.windows(2) {
        let [run, next] = pair else { continue };
        let end = shifts.offset(next.start);
        let mut units = end - start;
        while units > LONGEST {
            entries.add(&run.of, LONGEST);
            units -= LONGEST;
        }
        entries.add(&run.of, units);
        start = end;
    }
}

/// Writes a table without its columns, as CPython does with `-X no_debug_ranges`
/// (`remove_column_info` in `Objects/codeobject.c`). Entries are not merged.
pub(super) fn without_columns(table: &[u8], bytes: &mut Vec<u8>) {
    bytes.clear();
    // Only the first byte of an entry has this bit.
    let starts = (0..table.len()).filter(|&at| table[at] & 0x80 != 0);
    for at in starts {
        match u32::from(table[at] >> 3 & 15) {
            15 => bytes.push(table[at]),
            code => {
                bytes.push(head(13, u32::from(table[at] & 7) + 1));
                write_signed(line_delta(code, &table[at + 1..]), bytes);
            }
        }
    }
}

/// Returns the number of lines from the last entry to one with this code (`get_line_delta`).
fn line_delta(code: u32, rest: &[u8]) -> i32 {
    match code {
        // The compiler has written the table.
        13 | 14 => read_signed(rest).unwrap_or_default(),
        10..=12 => code as i32 - 10,
        _ => 0,
    }
}

/// Writer of entries.
struct LineEntries<'a> {
    bytes: &'a mut Vec<u8>,
    /// Line of the last entry.
    line: i32,
}

impl LineEntries<'_> {
    /// Appends an entry for 1 to [`LONGEST`] code units (`write_location_info_entry`).
    #[inline]
    fn add(&mut self, location: &Location, units: u32) {
        // As unsigned numbers, negative columns are large. A line within a short distance is not
        // negative.
        let (column, end) = (location.column() as u32, location.end_column() as u32);
        let delta = location.line().wrapping_sub(self.line) as u32;
        if delta < 3 && location.end_line() == location.line() && (column | end) < 128 {
            self.line = location.line();
            let width = end.wrapping_sub(column);
            if delta == 0 && column < 80 && width < 16 {
                let columns = ((column % 8) << 4 | width) as u8;
                self.bytes.extend_from_slice(&[head(column / 8, units), columns]);
            } else {
                self.bytes.extend_from_slice(&[head(10 + delta, units), column as u8, end as u8]);
            }
        } else {
            self.line = add_long(self.line, location, units, self.bytes);
        }
    }
}

/// Appends an entry that has no short form, and returns its line, or that of the last entry if it
/// has none (`write_location_info_entry`).
#[inline(never)]
fn add_long(last_line: i32, location: &Location, units: u32, bytes: &mut Vec<u8>) -> i32 {
    if location.line() < 0 {
        bytes.push(head(15, units));
        return last_line;
    }
    let delta = location.line() - last_line;
    let is_line = location.end_line() == location.line() || location.end_line() == -1;
    if is_line && (location.column() < 0 || location.end_column() < 0) {
        bytes.push(head(13, units));
        write_signed(delta, bytes);
        return location.line();
    }
    bytes.push(head(14, units));
    write_signed(delta, bytes);
    // An exit may have another line than the code whose end it has.
    write_unsigned(location.end_line().wrapping_sub(location.line()) as u32, bytes);
    write_unsigned((location.column() + 1).max(0) as u32, bytes);
    write_unsigned((location.end_column() + 1).max(0) as u32, bytes);
    location.line()
}
