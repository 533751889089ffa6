//! The text of f-strings and t-strings.
//!
//! CPython: `tok_get_fstring_mode`.

use super::lexer::{Lexed, Lexer, MAX_MODES, Mode};
use super::token::Kind;

/// CPython: `MAX_EXPR_NESTING`.
const MAX_FIELDS: i32 = 3;

impl Mode {
    pub(super) const fn prefix(&self) -> char {
        if self.template { 't' } else { 'f' }
    }

    const fn middle(&self) -> Kind {
        if self.template { Kind::TemplateMiddle } else { Kind::FormatMiddle }
    }
}

impl Lexer<'_> {
    /// From the first quote, which was read.
    pub(super) fn interpolated_start(
        &mut self,
        quote: u8,
        raw: bool,
        template: bool,
    ) -> Lexed<(Kind, Option<(usize, usize)>)> {
        self.first_line = self.line;
        self.multi_line_start = self.line_start;
        let rest = &self.bytes[self.at..];
        let triple = rest.starts_with(&[quote, quote]);
        if triple {
            self.next();
            self.next();
        }
        if self.modes.len() + 1 >= MAX_MODES {
            return self.fail("too many nested f-strings or t-strings");
        }
        self.modes.push(Mode {
            in_text: true,
            quote,
            quote_size: if triple { 3 } else { 1 },
            raw,
            template,
            start: self.start,
            line_start: self.line_start,
            first_line: self.line,
            depth: 0,
            field_depth: -1,
            in_format_spec: false,
        });
        let kind = if template { Kind::TemplateStart } else { Kind::FormatStart };
        Ok((kind, Some((self.start, self.at))))
    }

    /// The next piece of text, the closing quotes, or the brace of a field.
    pub(super) fn interpolated(&mut self) -> Lexed<(Kind, Option<(usize, usize)>)> {
        let Some(mode) = self.modes.last().copied() else { return self.normal() };
        self.start = self.at;
        self.first_line = self.line;
        let first = self.next();
        if first == Some(b'{') {
            let second = self.peek();
            self.back(first);
            if second != Some(b'{') {
                self.field()?;
                return self.normal();
            }
        } else {
            self.back(first);
        }
        if self.closes(mode) {
            self.modes.pop();
            let kind = if mode.template { Kind::TemplateEnd } else { Kind::FormatEnd };
            return Ok((kind, Some((self.start, self.at))));
        }
        self.multi_line_start = self.line_start;
        let mut quotes = 0;
        let mut named = false;
        let in_spec = mode.in_format_spec && mode.field_depth >= 0;
        while quotes != mode.quote_size {
            let byte = self.next();
            if in_spec
                && mode.quote_size == 1
                && byte == Some(b'\n')
                && self.target.features.newline_ends_spec
            {
                self.back(byte);
                if let Some(mode) = self.modes.last_mut() {
                    mode.in_text = false;
                    mode.in_format_spec = false;
                }
                return Ok((mode.middle(), Some((self.start, self.at))));
            }
            if byte.is_none() || (mode.quote_size == 1 && byte == Some(b'\n')) {
                return self.unterminated_text(mode, in_spec && byte.is_some());
            }
            if byte == Some(mode.quote) {
                quotes += 1;
                continue;
            }
            quotes = 0;
            match byte {
                Some(b'{') => {
                    let second = self.next();
                    if second == Some(b'{') && !in_spec {
                        return Ok((mode.middle(), Some((self.start, self.at - 1))));
                    }
                    self.back(second);
                    self.back(byte);
                    self.field()?;
                    if let Some(mode) = self.modes.last_mut() {
                        mode.in_format_spec = false;
                    }
                    return Ok((mode.middle(), Some((self.start, self.at))));
                }
                Some(b'}') if named => return Ok((mode.middle(), Some((self.start, self.at)))),
                Some(b'}') => {
                    let second = self.next();
                    if second == Some(b'}') && !in_spec && mode.depth == 0 {
                        return Ok((mode.middle(), Some((self.start, self.at - 1))));
                    }
                    self.back(second);
                    self.back(byte);
                    if let Some(mode) = self.modes.last_mut() {
                        mode.in_text = false;
                        mode.in_format_spec = false;
                    }
                    return Ok((mode.middle(), Some((self.start, self.at))));
                }
                Some(b'\\') => {
                    let escaped = self.next();
                    if matches!(escaped, Some(b'{' | b'}')) {
                        self.back(escaped);
                    } else if !mode.raw && escaped == Some(b'N') {
                        let brace = self.next();
                        if brace == Some(b'{') {
                            named = true;
                        } else {
                            self.back(brace);
                        }
                    }
                }
                _ => {}
            }
        }
        self.at -= mode.quote_size;
        Ok((mode.middle(), Some((self.start, self.at))))
    }

    /// Enters a replacement field, which starts at the next byte.
    fn field(&mut self) -> Lexed<()> {
        let Some(mode) = self.modes.last_mut() else { return Ok(()) };
        mode.field_depth += 1;
        if mode.field_depth >= MAX_FIELDS {
            let prefix = mode.prefix();
            return self.fail(format!("{prefix}-string: expressions nested too deeply"));
        }
        mode.in_text = false;
        Ok(())
    }

    /// Reads the closing quotes, if they are next; else what was read of them stays read.
    fn closes(&mut self, mode: Mode) -> bool {
        for _ in 0..mode.quote_size {
            let byte = self.next();
            if byte != Some(mode.quote) {
                self.back(byte);
                return false;
            }
        }
        true
    }

    fn unterminated_text(&mut self, mode: Mode, in_spec: bool) -> Lexed<(Kind, Option<(usize, usize)>)> {
        let prefix = mode.prefix();
        if in_spec {
            return self.fail(format!(
                "{prefix}-string: newlines are not allowed in format specifiers for single quoted {prefix}-strings"
            ));
        }
        let line = self.line;
        self.at = mode.start + 1;
        self.line_start = mode.line_start;
        self.line = mode.first_line;
        let triple = if mode.quote_size == 3 { "triple-quoted " } else { "" };
        self.fail(format!("unterminated {triple}{prefix}-string literal (detected at line {line})"))
    }
}
