//! Location of a node or an instruction in the source.

/// A position in the source, as small as it can be passed around.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    line: i32,
    column: i32,
}

impl Place {
    /// The position at a line, counted from 1, and a column in bytes, counted from 0.
    #[inline(always)]
    pub const fn new(line: u32, column: u32) -> Self {
        Self { line: line as i32, column: column as i32 }
    }

    /// The line, from 1.
    pub const fn line(self) -> i32 {
        self.line
    }

    /// The column, in bytes from 0.
    pub const fn column(self) -> i32 {
        self.column
    }

    /// The position one byte further on the same line.
    pub const fn next_column(self) -> Self {
        Self { line: self.line, column: self.column + 1 }
    }
}

/// A source range in CPython's terms (`_Py_SourceLocation`).
///
/// Lines count from 1 (0 for a module's `RESUME`), columns from 0 in UTF-8 bytes of the decoded source; the end is
/// exclusive. A column is −1 where only the line is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    /// First line.
    pub line: i32,
    /// Last line.
    pub end_line: i32,
    /// First column, in bytes.
    pub column: i32,
    /// Column after the last, in bytes.
    pub end_column: i32,
}

impl Location {
    /// No location (CPython: `NO_LOCATION`).
    pub const NONE: Self = Self { line: -1, end_line: -1, column: -1, end_column: -1 };
    /// The location of the instruction that follows (CPython: `NEXT_LOCATION`).
    pub const NEXT: Self = Self { line: -2, end_line: -2, column: -2, end_column: -2 };

    /// A range from `(line, column)` to `(end_line, end_column)`; CPython's `LOCATION` macro has the same order.
    pub const fn new(line: i32, end_line: i32, column: i32, end_column: i32) -> Self {
        Self { line, end_line, column, end_column }
    }

    /// The range between two positions.
    #[inline(always)]
    pub const fn between(start: Place, end: Place) -> Self {
        Self { line: start.line, end_line: end.line, column: start.column, end_column: end.column }
    }

    /// The first position.
    pub const fn start(self) -> Place {
        Place { line: self.line, column: self.column }
    }

    /// The position after the last.
    pub const fn end(self) -> Place {
        Place { line: self.end_line, column: self.end_column }
    }

    /// Returns whether this is [`Location::NONE`] in CPython's sense: it has no line.
    pub const fn is_none(self) -> bool {
        self.line == -1
    }

    /// From the start of `self` to the end of `end`.
    pub const fn to(self, end: Self) -> Self {
        Self { line: self.line, end_line: end.end_line, column: self.column, end_column: end.end_column }
    }
}
