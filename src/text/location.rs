//! Location of a node or an instruction in the source. How it is laid out is known here only.

/// A position in the source, as one word: the line in its upper half, the column in its lower.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place(u64);

impl Place {
    /// The position at a line, counted from 1, and a column in bytes, counted from 0.
    #[inline(always)]
    pub const fn new(line: u32, column: u32) -> Self {
        Self((line as u64) << 32 | column as u64)
    }

    /// The line, from 1.
    #[inline(always)]
    pub const fn line(self) -> i32 {
        (self.0 >> 32) as i32
    }

    /// The column, in bytes from 0.
    #[inline(always)]
    pub const fn column(self) -> i32 {
        self.0 as i32
    }

    /// The position one byte further on the same line.
    pub const fn next_column(self) -> Self {
        Self(self.0 + 1)
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.line(), self.column()).cmp(&(other.line(), other.column()))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.line(), self.column())
    }
}

/// A source range in CPython's terms (`_Py_SourceLocation`).
///
/// Lines count from 1 (0 for a module's `RESUME`), columns from 0 in UTF-8 bytes of the decoded source; the end is
/// exclusive. A column is −1 where only the line is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Location {
    start: Place,
    end: Place,
}

impl Location {
    /// No location (CPython: `NO_LOCATION`).
    pub const NONE: Self = Self::new(-1, -1, -1, -1);
    /// The location of the instruction that follows (CPython: `NEXT_LOCATION`).
    pub const NEXT: Self = Self::new(-2, -2, -2, -2);

    /// A range from `(line, column)` to `(end_line, end_column)`; CPython's `LOCATION` macro has the same order.
    #[inline(always)]
    pub const fn new(line: i32, end_line: i32, column: i32, end_column: i32) -> Self {
        Self {
            start: Place::new(line as u32, column as u32),
            end: Place::new(end_line as u32, end_column as u32),
        }
    }

    /// The range between two positions.
    #[inline(always)]
    pub const fn between(start: Place, end: Place) -> Self {
        Self { start, end }
    }

    /// The first position.
    #[inline(always)]
    pub const fn start(self) -> Place {
        self.start
    }

    /// The position after the last.
    #[inline(always)]
    pub const fn end(self) -> Place {
        self.end
    }

    /// The first line.
    #[inline(always)]
    pub const fn line(self) -> i32 {
        self.start.line()
    }

    /// The last line.
    #[inline(always)]
    pub const fn end_line(self) -> i32 {
        self.end.line()
    }

    /// The first column, in bytes.
    #[inline(always)]
    pub const fn column(self) -> i32 {
        self.start.column()
    }

    /// The column after the last, in bytes.
    #[inline(always)]
    pub const fn end_column(self) -> i32 {
        self.end.column()
    }

    /// Returns whether this is [`Location::NONE`] in CPython's sense: it has no line.
    #[inline(always)]
    pub const fn is_none(self) -> bool {
        self.line() == -1
    }

    /// From the start of `self` to the end of `end`.
    pub const fn to(self, end: Self) -> Self {
        Self { start: self.start, end: end.end }
    }
}

impl std::fmt::Debug for Location {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?}-{:?}", self.start, self.end)
    }
}
