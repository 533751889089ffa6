//! The text of a field that `=` shows, in the releases that lose track of it.
//!
//! These releases keep one start and one end for the whole f-string, and decide at every brace, `!`
//! and `:` whether it counts (`_PyLexer_update_fstring_expr`, and the punctuation in
//! `tok_get_normal_mode` in `Parser/lexer/lexer.c`).

use super::{Lexer, Mode, Token};

/// Text that `=` would show.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ShownText {
    /// Offset after the brace that started the text.
    start: usize,
    /// Offset of the sign that ended the text.
    end: Option<usize>,
    /// True if an `=` was read that shows the value.
    pub(super) by_equals: bool,
}

impl Mode {
    /// Returns whether a sign counts that is `depth` brackets deep in the fields.
    fn counts(&self, depth: i32) -> bool {
        self.field_depth >= 0
            && (depth == 0 || self.runs_on && depth == 1 && (self.shown.by_equals || self.in_spec))
    }
}

impl<'t> Lexer<'t> {
    /// Returns the text that the current `!`, `:` or `}` of a field shows; none if it is the
    /// field's own.
    pub fn shown_text(&self) -> Option<(usize, usize)> {
        if !self.follows_shown {
            return None;
        }
        let shown = self.modes.last()?.shown;
        Some((shown.start, shown.end?))
    }

    /// Starts the text at `start`, after a brace in the text of an f-string.
    pub(super) fn start_shown(&mut self, start: usize) {
        if self.follows_shown
            && let Some(mode) = self.modes.last_mut()
        {
            (mode.shown.start, mode.shown.end) = (start, None);
        }
    }

    /// Tracks an opening brace, before it is counted.
    pub(super) fn follow_opening(&mut self) {
        if self.modes.last().is_some_and(|mode| mode.counts(mode.depth)) {
            self.start_shown(self.start + 1);
        }
    }

    /// Tracks a closing brace, before it is counted.
    pub(super) fn follow_closing(&mut self) {
        self.end_shown(self.target.features.shown_text_ends_once);
    }

    /// Tracks a colon, which may start `:=`.
    pub(super) fn follow_colon(&mut self) {
        self.end_shown(true);
    }

    /// Tracks `=`, `!` and `!=`.
    pub(super) fn follow_operator(&mut self, token: Token) {
        match token {
            Token::Equal => {
                let anywhere = self.target.features.shown_by_inner_equals;
                if let Some(mode) = self.modes.last_mut()
                    && mode.field_depth >= 0
                    && (anywhere || mode.depth - mode.field_depth == 1)
                {
                    mode.shown.by_equals = true;
                }
            }
            Token::Exclamation | Token::NotEqual => self.end_shown(self.target.features.shown_text_ends_once),
            _ => {}
        }
    }

    /// Ends the text at the current token, but only the first time if `once`.
    fn end_shown(&mut self, once: bool) {
        let end = self.start;
        if let Some(mode) = self.modes.last_mut()
            && mode.counts(mode.depth - 1)
            && !(once && mode.shown.end.is_some())
        {
            mode.shown.end = Some(end);
        }
    }
}
