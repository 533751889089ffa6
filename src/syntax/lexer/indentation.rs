//! The start of a line: indentation, blank lines, comments.

use super::{FaultKind, Lexer, LexerState, Token};
use crate::text::Position;

/// `MAXINDENT`.
const MAX_INDENTS: usize = 100;

impl Lexer<'_> {
    /// Reads the first token of a logical line, or a token for its indentation.
    pub(super) fn line(&mut self) {
        self.state = LexerState::Plain;
        loop {
            let (mut at, mut column, mut alternative) = (self.at, 0u32, 0u32);
            while self.bytes[at] == b' ' {
                at += 1;
            }
            column += (at - self.at) as u32;
            alternative += column;
            let mut continued = 0;
            loop {
                match self.bytes[at] {
                    b' ' => (column, alternative) = (column + 1, alternative + 1),
                    b'\t' => (column, alternative) = ((column / 8 + 1) * 8, alternative + 1),
                    0x0c => (column, alternative) = (0, 0),
                    b'\\' => {
                        if continued == 0 {
                            continued = column;
                        }
                        let Some(next) = self.continuation(at, true) else { return };
                        at = next;
                        continue;
                    }
                    _ => break,
                }
                at += 1;
            }
            if self.bytes[at] == b'#' {
                at = self.comment_end(at);
            }
            if self.bytes[at] == b'\n' {
                self.at = at + 1;
                self.line += 1;
                self.line_start = self.at;
                self.held_from = self.at;
                continue;
            }
            self.at = at;
            self.start = at;
            if continued != 0 {
                (column, alternative) = (continued, continued);
            }
            return self.indent(column, alternative);
        }
    }

    fn indent(&mut self, column: u32, alternative: u32) {
        let (current, current_alternative) = self.top();
        if column == current {
            return if alternative == current_alternative {
                self.advance();
            } else {
                self.fail(FaultKind::InconsistentIndentation, self.at);
            };
        }
        if column > current {
            if self.indents.len() >= MAX_INDENTS {
                return self.fail(FaultKind::TooManyIndents, self.at);
            }
            if alternative <= current_alternative {
                return self.fail(FaultKind::InconsistentIndentation, self.at);
            }
            self.indents.push((column, alternative));
            self.token = Token::Indent;
            self.place = Position::new(self.line, self.column(self.at));
            return;
        }
        while self.indents.len() > 1 && column < self.top().0 {
            self.dedents += 1;
            self.indents.pop();
        }
        if column != self.top().0 {
            return self.fail(FaultKind::Unindent, self.at);
        }
        if alternative != self.top().1 {
            return self.fail(FaultKind::InconsistentIndentation, self.at);
        }
        self.dedent();
    }

    fn top(&self) -> (u32, u32) {
        self.indents.last().copied().unwrap_or((0, 0))
    }

    /// Reads one of the pending dedents.
    pub(super) fn dedent(&mut self) {
        self.dedents -= 1;
        self.token = Token::Dedent;
        self.start = self.at;
        self.place = Position::new(self.line, self.column(self.at));
        self.state = if self.dedents == 0 { LexerState::Plain } else { LexerState::Dedents };
    }

    /// Returns the offset of the line end after a comment.
    pub(super) fn comment_end(&self, at: usize) -> usize {
        memchr::memchr(b'\n', &self.bytes[at..]).map_or(self.end, |length| at + length)
    }

    /// Returns the offset of the next line if `at` is a backslash that continues the line;
    /// otherwise reports a fault.
    ///
    /// CPython keeps continued lines in its buffer, except in the indentation.
    pub(super) fn continuation(&mut self, at: usize, in_indentation: bool) -> Option<usize> {
        if self.bytes[at + 1] != b'\n' {
            self.fail(FaultKind::AfterBackslash, at + 2);
            return None;
        }
        self.line += 1;
        self.line_start = at + 2;
        if in_indentation {
            self.held_from = at + 2;
        }
        if at + 2 >= self.end {
            self.fail(FaultKind::UnexpectedEnd, at + 2);
            return None;
        }
        Some(at + 2)
    }
}
