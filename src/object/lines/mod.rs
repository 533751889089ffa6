//! Line tables ↔ runs of bytecode with their location in the source.
//!
//! CPython: `Objects/lnotab_notes.txt` (3.8, 3.9), PEP 626 (3.10), `Objects/locations.md` (3.11 and
//! newer).
//!
//! **Invariant:** a table that CPython wrote is the same after decoding and encoding.

mod lnotab;
mod locations;
mod ranges;

pub use locations::{read_signed, write_signed, write_unsigned};

use crate::target::LineFormat;
use crate::text::Location;

/// A run of bytecode with one location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRun {
    /// Bytes of `co_code`; 0 for a step that changes the line only.
    pub size: u32,
    /// Location; columns are −1 if the format has no columns.
    pub location: Location,
}

/// A line table that cannot be read, with the offset in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// An entry is cut short.
    #[error("the line table ends within an entry, at its byte {0}")]
    Short(usize),
    /// An entry does not begin with the start bit.
    #[error("an entry at byte {0} of the line table has no start mark")]
    Mark(usize),
    /// A number is not a line or column.
    #[error("a number at byte {0} of the line table is out of range")]
    Large(usize),
}

/// Reads a line table. `code_size` is the size of `co_code` in bytes, where the last run of an
/// lnotab ends.
///
/// # Errors
/// [`LineError`].
pub fn decode(
    format: LineFormat,
    table: &[u8],
    first_line: i32,
    code_size: u32,
) -> Result<Vec<LineRun>, LineError> {
    match format {
        LineFormat::Lnotab => lnotab::decode(table, first_line, code_size),
        LineFormat::Ranges => ranges::decode(table, first_line),
        LineFormat::Locations => locations::decode(table, first_line),
    }
}

/// Writes a line table.
pub fn encode(format: LineFormat, runs: &[LineRun], first_line: i32) -> Vec<u8> {
    match format {
        LineFormat::Lnotab => lnotab::encode(runs),
        LineFormat::Ranges => ranges::encode(runs, first_line),
        LineFormat::Locations => locations::encode(runs, first_line),
    }
}

/// Returns whether a line table has no columns, in a format that can have them.
pub fn lacks_columns(format: LineFormat, table: &[u8]) -> bool {
    format == LineFormat::Locations && locations::lacks_columns(table)
}

const fn line(line: i32) -> Location {
    Location::new(line, line, -1, -1)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use crate::target::LineFormat;

    /// An entry of the table that CPython 3.12.1 writes for the class of
    /// `tests/golden/312/class_end_after_handlers`, and its `co_positions`.
    #[test]
    fn an_end_may_come_before_its_start() {
        let table = b"\xf0\x00\x7e\x7f\x7f\x7f\x7f\x03\x09\x0e";
        let runs = decode(LineFormat::Locations, table, 10, 2).unwrap();
        let location = runs[0].location;
        let found = (location.line(), location.end_line(), location.column(), location.end_column());
        assert_eq!(found, (10, 8, 8, 13));
        assert_eq!(encode(LineFormat::Locations, &runs, 10), table);
    }
}
