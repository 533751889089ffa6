//! Locations of nodes and instructions in the source. Their representation is private to this
//! module.

/// A position in the source: the line in the upper half of a word, the column in the lower.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position(u64);

impl Position {
    /// Creates the position at a line, counted from 1, and a column in bytes, counted from 0.
    #[inline(always)]
    pub const fn new(line: u32, column: u32) -> Self {
        Self((line as u64) << 32 | column as u64)
    }

    /// Returns the line, from 1.
    #[inline(always)]
    pub const fn line(self) -> i32 {
        (self.0 >> 32) as i32
    }

    /// Returns the column, in bytes from 0.
    #[inline(always)]
    pub const fn column(self) -> i32 {
        self.0 as i32
    }

    /// Returns the position one byte later on the same line.
    pub const fn next_column(self) -> Self {
        Self(self.0 + 1)
    }
}

impl Ord for Position {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.line(), self.column()).cmp(&(other.line(), other.column()))
    }
}

impl PartialOrd for Position {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl std::fmt::Debug for Position {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.line(), self.column())
    }
}

/// A source range in CPython's terms (`_Py_SourceLocation`).
///
/// Lines count from 1 (0 for a module's `RESUME`), columns from 0 in UTF-8 bytes of the decoded
/// source; the end is exclusive. A column is −1 where only the line is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Location {
    start: Position,
    end: Position,
}

impl Location {
    /// No location (CPython: `NO_LOCATION`).
    pub const NONE: Self = Self::new(-1, -1, -1, -1);
    /// The location of the instruction that follows (CPython: `NEXT_LOCATION`).
    pub const NEXT: Self = Self::new(-2, -2, -2, -2);

    /// Creates a range from `(line, column)` to `(end_line, end_column)`, in the order of arguments
    /// of CPython's `LOCATION` macro.
    #[inline(always)]
    pub const fn new(line: i32, end_line: i32, column: i32, end_column: i32) -> Self {
        Self {
            start: Position::new(line as u32, column as u32),
            end: Position::new(end_line as u32, end_column as u32),
        }
    }

    /// Creates the range between two positions.
    #[inline(always)]
    pub const fn between(start: Position, end: Position) -> Self {
        Self { start, end }
    }

    /// Returns the first position.
    #[inline(always)]
    pub const fn start(self) -> Position {
        self.start
    }

    /// Returns the position after the last.
    #[inline(always)]
    pub const fn end(self) -> Position {
        self.end
    }

    /// Returns the first line.
    #[inline(always)]
    pub const fn line(self) -> i32 {
        self.start.line()
    }

    /// Returns the last line.
    #[inline(always)]
    pub const fn end_line(self) -> i32 {
        self.end.line()
    }

    /// Returns the first column, in bytes.
    #[inline(always)]
    pub const fn column(self) -> i32 {
        self.start.column()
    }

    /// Returns the column after the last, in bytes.
    #[inline(always)]
    pub const fn end_column(self) -> i32 {
        self.end.column()
    }

    /// Returns whether this is [`Location::NONE`] in CPython's sense: it has no line.
    #[inline(always)]
    pub const fn is_none(self) -> bool {
        self.line() == -1
    }

    /// Returns the range from the start of `self` to the end of `end`.
    pub const fn to(self, end: Self) -> Self {
        Self { start: self.start, end: end.end }
    }
}

impl std::fmt::Debug for Location {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?}-{:?}", self.start, self.end)
    }
}
