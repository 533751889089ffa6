//! Byte offset → line and column.

use ruff_text_size::{TextRange, TextSize};

use crate::text::Location;

/// A place: line from 1, column in bytes from 0.
pub(crate) type Place = (i32, i32);

/// How far the cursor walks before it searches.
const WALK: usize = 8;

/// Maps offsets to places. Look-ups come nearly in source order, so it remembers the last line and walks from there.
#[derive(Debug)]
pub(crate) struct Positions {
    /// Offset of each line's first byte, and one past the end of the text.
    starts: Vec<u32>,
    /// The last line, counted from 0.
    line: usize,
    /// Where it starts.
    start: u32,
    /// How long it is, with its end.
    length: u32,
}

impl Positions {
    /// Indexes `text`; `text` must be shorter than 4 GiB.
    pub(crate) fn new(text: &str) -> Self {
        let mut starts = Vec::with_capacity(text.len() / 32 + 2);
        starts.push(0);
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| offset(at + 1)));
        starts.push(u32::MAX);
        let mut positions = Self { starts, line: 0, start: 0, length: 0 };
        positions.seek(0);
        positions
    }

    /// Where `at` stands.
    #[inline]
    pub(crate) fn place(&mut self, at: TextSize) -> Place {
        let at = at.to_u32();
        if at.wrapping_sub(self.start) >= self.length {
            self.seek(at);
        }
        (self.line as i32 + 1, at.wrapping_sub(self.start) as i32)
    }

    #[inline(never)]
    fn seek(&mut self, at: u32) {
        let mut line = self.line;
        for _ in 0..WALK {
            if at < self.starts[line] {
                line -= 1;
            } else if at >= self.starts[line + 1] {
                line += 1;
            } else {
                return self.set(line);
            }
        }
        self.set(self.starts.partition_point(|&start| start <= at) - 1);
    }

    fn set(&mut self, line: usize) {
        self.line = line;
        self.start = self.starts[line];
        self.length = self.starts[line + 1] - self.start;
    }

    /// The whole of a token on one line.
    #[inline]
    pub(crate) fn token(&mut self, range: TextRange) -> Location {
        let (line, column) = self.place(range.start());
        Location::new(line, line, column, column.wrapping_add(range.len().to_u32() as i32))
    }

    /// The whole of `range`.
    pub(crate) fn range(&mut self, range: TextRange) -> Location {
        let start = self.place(range.start());
        between(start, self.place(range.end()))
    }
}

/// From `start` to `end`.
pub(crate) const fn between(start: Place, end: Place) -> Location {
    Location::new(start.0, end.0, start.1, end.1)
}

/// The end of `location`.
pub(crate) const fn end_of(location: Location) -> Place {
    (location.end_line, location.end_column)
}

/// A length of a text known to be below 4 GiB.
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
