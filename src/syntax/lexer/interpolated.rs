//! The text of f-strings and t-strings: pieces of text, and the brackets of fields.
//!
//! CPython: `tok_get_fstring_mode` in `Parser/lexer/lexer.c`. The split of the text into tokens
//! affects the columns of the tree, so this follows it step by step.

use super::shown::ShownText;
use super::{FaultKind, Lexer, LexerState, Token};
use crate::syntax::remark::Remark;
use crate::text::Position;

/// `MAX_EXPR_NESTING`.
const MAX_FIELDS: i32 = 3;

/// `MAXFSTRINGLEVEL`.
pub(super) const MAX_MODES: usize = 150;

/// An f-string or t-string that is being read (`tokenizer_mode`).
#[derive(Clone, Copy, Debug)]
pub struct Mode {
    /// Quote character.
    pub quote: u8,
    /// Number of quotes: 1 or 3.
    pub quote_size: u8,
    /// True if the prefix has an `r`.
    pub raw: bool,
    /// True for a t-string.
    pub template: bool,
    /// Offset of the prefix.
    pub start: usize,
    /// Position of the prefix.
    pub start_place: Position,
    /// Position of the brace that opened the last field.
    pub brace: Position,
    /// Number of open brackets in the fields.
    pub depth: i32,
    /// Depth at which the innermost field started; −1 outside fields.
    pub field_depth: i32,
    /// Text that `=` shows, in the releases that lose track of it.
    pub(super) shown: ShownText,
    /// True if the text that `=` shows is lost track of in format specs.
    pub(super) runs_on: bool,
    /// True while the format spec of a field is being read.
    pub in_spec: bool,
}

impl Mode {
    const fn middle(&self) -> Token {
        if self.template { Token::TemplateMiddle } else { Token::FormatMiddle }
    }
}

impl Lexer<'_> {
    /// Reads the next piece of text, the closing quotes, or the brace of a field.
    pub(super) fn interpolated(&mut self) {
        let Some(&mode) = self.modes.last() else {
            self.state = LexerState::Plain;
            return self.advance();
        };
        let mut at = self.at;
        self.start = at;
        self.place = Position::new(self.line, self.column(at));
        if self.bytes[at] == b'{' && self.bytes[at + 1] != b'{' {
            if self.field() {
                self.advance();
            }
            return;
        }
        let size = usize::from(mode.quote_size);
        let quotes = self.bytes[at..at + size].iter().take_while(|&&byte| byte == mode.quote).count();
        if quotes == size {
            self.modes.pop();
            self.token = if mode.template { Token::TemplateEnd } else { Token::FormatEnd };
            self.at = at + size;
            self.state = LexerState::Plain;
            return;
        }
        // Quotes that do not close the string are part of the text.
        at += quotes;
        self.token = mode.middle();
        self.escapes = false;
        let (mut quotes, mut named) = (0, false);
        let may_be_spec = mode.field_depth >= 0;
        let in_spec = (mode.in_spec || self.target.features.spec_goes_on) && may_be_spec;
        while quotes != size {
            let byte = self.bytes[at];
            if byte == mode.quote {
                quotes += 1;
                at += 1;
                continue;
            }
            quotes = 0;
            match byte {
                0 if at >= self.end => return self.unterminated_text(false, at),
                b'\n' if size == 1 => {
                    self.is_own |= may_be_spec;
                    if in_spec && self.newline_ends_spec {
                        return self.piece(at, at, true);
                    }
                    return self.unterminated_text(in_spec, at + 1);
                }
                b'\n' => {
                    self.line += 1;
                    self.line_start = at + 1;
                }
                b'{' if self.bytes[at + 1] == b'{' && !in_spec => {
                    self.is_own |= may_be_spec;
                    self.start_shown(at + 1);
                    return self.piece(at + 1, at + 2, false);
                }
                b'{' => {
                    self.is_own |= self.bytes[at + 1] == b'{';
                    self.start_shown(at + 1);
                    self.piece(at, at, false);
                    if self.field()
                        && let Some(mode) = self.modes.last_mut()
                    {
                        mode.in_spec = false;
                    }
                    return;
                }
                b'}' if named => return self.piece(at + 1, at + 1, false),
                b'}' if self.bytes[at + 1] == b'}' && !in_spec && mode.depth == 0 => {
                    return self.piece(at + 1, at + 2, false);
                }
                b'}' => return self.piece(at, at, true),
                b'\\' => {
                    self.escapes = true;
                    let escaped = self.bytes[at + 1];
                    if matches!(escaped, b'{' | b'}') {
                        if !mode.raw && self.target.features.reads_fields_apart {
                            self.note_brace_apart(escaped, mode.start_place);
                        } else if !mode.raw {
                            let place = Position::new(self.line, self.column(at + 1));
                            self.remarks.push(Remark::Brace { letter: escaped, place });
                        }
                        at += 1;
                        continue;
                    }
                    if escaped == b'\n' {
                        self.line += 1;
                        self.line_start = at + 2;
                    } else if escaped == b'N' && !mode.raw && self.bytes[at + 2] == b'{' {
                        named = true;
                        at += 1;
                    }
                    at += 1;
                    if at >= self.end {
                        return self.unterminated_text(false, at);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        self.piece(at - size, at - size, false);
    }

    /// Ends a piece of text at `end`; the next token starts at `next`, in the field if `to_field`.
    fn piece(&mut self, end: usize, next: usize, to_field: bool) {
        self.token_end = end;
        self.at = next;
        if to_field {
            self.state = LexerState::Plain;
            if let Some(mode) = self.modes.last_mut() {
                mode.in_spec = false;
            }
        }
    }

    /// Enters a field that starts at the next byte.
    fn field(&mut self) -> bool {
        let brace = Position::new(self.line, self.column(self.at));
        let Some(mode) = self.modes.last_mut() else { return false };
        mode.brace = brace;
        mode.field_depth += 1;
        if mode.field_depth >= MAX_FIELDS {
            self.fail(FaultKind::TooManyFields, self.at);
            return false;
        }
        self.state = LexerState::Plain;
        true
    }

    fn unterminated_text(&mut self, in_spec: bool, at: usize) {
        self.fail(FaultKind::UnterminatedText { in_spec }, at);
    }

    /// Records an opening bracket in a field.
    pub(super) fn open_in_field(&mut self, letter: u8) {
        if self.follows_shown && letter == b'{' {
            self.follow_opening();
        }
        if let Some(mode) = self.modes.last_mut() {
            mode.depth += 1;
        }
    }

    /// Records a closing bracket in a field; returns false if the field has no open one.
    pub(super) fn close_in_field(&mut self, letter: u8) -> bool {
        if self.follows_shown && letter == b'}' {
            self.follow_closing();
        }
        let Some(mode) = self.modes.last_mut() else { return true };
        mode.depth -= 1;
        if mode.depth < 0 {
            self.fail(FaultKind::UnmatchedInField(letter), self.at + 1);
            return false;
        }
        if letter == b'}' && mode.depth == mode.field_depth {
            mode.field_depth -= 1;
            mode.in_spec = false;
            mode.shown.by_equals = false;
            self.state = LexerState::Text;
        }
        true
    }

    /// Reads the colon at the current token if it starts the format spec of a field, and returns
    /// whether it does.
    pub(super) fn starts_spec(&mut self) -> bool {
        if self.follows_shown {
            self.follow_colon();
        }
        match self.modes.last_mut() {
            Some(mode) if mode.field_depth >= 0 && mode.depth - 1 == mode.field_depth => {
                mode.in_spec = true;
                self.state = LexerState::Text;
                true
            }
            _ => false,
        }
    }
}
