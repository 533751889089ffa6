//! Text → tokens, in CPython's way, with CPython's errors.
//!
//! CPython: `Parser/lexer/lexer.c`. It works line by line: where an error stands depends on how far the current line
//! was read.

use super::token::{Kind, Token, literal, word};
use crate::decode;
use crate::target::Target;
use crate::text::{ErrorType, Location, SyntaxError};

/// CPython: `MAXINDENT`.
const MAX_INDENTS: usize = 100;
/// CPython: `MAXLEVEL`.
const MAX_BRACKETS: usize = 200;
/// CPython: `MAXFSTRINGLEVEL`.
pub(super) const MAX_MODES: usize = 150;

/// How the reading ended (CPython: `tok->done`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Not,
    End,
    Failed,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Bracket {
    pub(super) letter: u8,
    line: i32,
    column: i32,
}

/// One f-string or t-string that is being read (CPython: `tokenizer_mode`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Mode {
    /// In its text, not in a replacement field.
    pub(super) in_text: bool,
    pub(super) quote: u8,
    pub(super) quote_size: usize,
    pub(super) raw: bool,
    pub(super) template: bool,
    pub(super) start: usize,
    pub(super) line_start: usize,
    pub(super) first_line: i32,
    /// Open brackets in its fields.
    pub(super) depth: i32,
    /// The depth at which each nested field started; −1: in none.
    pub(super) field_depth: i32,
    pub(super) in_format_spec: bool,
}

pub(super) struct Lexer<'t> {
    pub(super) text: &'t str,
    pub(super) target: &'t Target,
    pub(super) bytes: &'t [u8],
    pub(super) at: usize,
    /// The end of the current line.
    line_end: usize,
    pub(super) line_start: usize,
    pub(super) line: i32,
    pub(super) done: Done,
    /// What was refused, if the failure has a message of its own.
    pub(super) error: Option<SyntaxError>,
    /// Whether that is an error of the lexer's own, which goes before one of the parser.
    pub(super) raised: bool,
    pub(super) start: usize,
    /// A token was begun: lines that are read are kept with those before.
    in_token: bool,
    /// The start of the first line that is kept.
    buffer_start: usize,
    /// Where the current string starts.
    pub(super) first_line: i32,
    pub(super) multi_line_start: usize,
    indents: Vec<(u32, u32)>,
    pending: i32,
    at_line_start: bool,
    pub(super) brackets: Vec<Bracket>,
    pub(super) modes: Vec<Mode>,
}

/// The lexer has failed; [`Lexer::error`] says how.
pub(super) struct Failed;

pub(super) type Lexed<T> = Result<T, Failed>;

impl<'t> Lexer<'t> {
    /// `text` ends in a line end; it has a `?` for each of its `bytes` that is not UTF-8.
    pub(super) fn new(text: &'t str, bytes: &'t [u8], target: &'t Target) -> Self {
        Self {
            text,
            target,
            bytes,
            at: 0,
            line_end: 0,
            line_start: 0,
            line: 0,
            done: Done::Not,
            error: None,
            raised: false,
            start: 0,
            in_token: false,
            buffer_start: 0,
            first_line: 0,
            multi_line_start: 0,
            indents: vec![(0, 0)],
            pending: 0,
            at_line_start: true,
            brackets: Vec::new(),
            modes: Vec::new(),
        }
    }

    /// The next token; [`Kind::Error`] once reading has failed.
    pub(super) fn token(&mut self) -> Token {
        let in_text = self.modes.last().is_some_and(|mode| mode.in_text);
        let read = if in_text { self.interpolated() } else { self.normal() };
        let (kind, range) = read.unwrap_or((Kind::Error, None));
        let is_string = matches!(
            kind,
            Kind::String
                | Kind::FormatStart
                | Kind::FormatMiddle
                | Kind::FormatEnd
                | Kind::TemplateStart
                | Kind::TemplateMiddle
                | Kind::TemplateEnd
        );
        let (line, line_start) =
            if is_string { (self.first_line, self.multi_line_start) } else { (self.line, self.line_start) };
        let column = |at: usize, start: usize| at.checked_sub(start).map_or(-1, |column| column as i32);
        let (start, end) = range.unwrap_or((0, 0));
        let location = match range {
            Some(_) => {
                Location::new(line, self.line, column(start, line_start), column(end, self.line_start))
            }
            None => Location::new(line, self.line, -1, -1),
        };
        Token { kind, start, end, location, level: self.brackets.len() }
    }

    /// The next byte; `None` at the end.
    pub(super) fn next(&mut self) -> Option<u8> {
        if self.at == self.line_end {
            if self.done != Done::Not {
                return None;
            }
            if self.line_end == self.bytes.len() {
                self.done = Done::End;
                return None;
            }
            self.line += 1;
            self.line_start = self.at;
            if !self.in_token {
                self.buffer_start = self.at;
            }
            let length = memchr::memchr(b'\n', &self.bytes[self.at..]).map_or(0, |length| length + 1);
            self.line_end = if length == 0 { self.bytes.len() } else { self.at + length };
        }
        self.at += 1;
        self.bytes.get(self.at - 1).copied()
    }

    /// Takes one byte back.
    pub(super) fn back(&mut self, byte: Option<u8>) {
        if byte.is_some() {
            self.at -= 1;
        }
    }

    pub(super) fn peek(&mut self) -> Option<u8> {
        let byte = self.next();
        self.back(byte);
        byte
    }

    /// How far the current line was read, in bytes.
    pub(super) fn reached(&self) -> i32 {
        self.at.saturating_sub(self.line_start) as i32
    }

    /// Fails at the last character that was read.
    pub(super) fn fail<T>(&mut self, message: impl Into<String>) -> Lexed<T> {
        let read = self.text.get(self.line_start..self.at).unwrap_or_default();
        let column = read.char_indices().next_back().map_or(-1, |(at, _)| at as i32);
        self.fail_at(message, column, column)
    }

    /// Fails at the columns of the current line.
    pub(super) fn fail_at<T>(&mut self, message: impl Into<String>, column: i32, end: i32) -> Lexed<T> {
        let location = Location::new(self.line, self.line, column, end);
        self.error = Some(SyntaxError::new(message, location));
        self.raised = true;
        self.done = Done::Failed;
        Err(Failed)
    }

    /// Fails at the start of the current line, and drops the rest of it.
    fn fail_line<T>(&mut self, kind: ErrorType, message: &str) -> Lexed<T> {
        self.at = self.line_end;
        let location = Location::new(self.line, self.line, 0, -1);
        self.error = Some(SyntaxError { kind, message: message.to_owned(), location });
        self.done = Done::Failed;
        Err(Failed)
    }

    fn inconsistent<T>(&mut self) -> Lexed<T> {
        self.fail_line(ErrorType::Tab, "inconsistent use of tabs and spaces in indentation")
    }

    /// That the innermost bracket is open.
    pub(super) fn never_closed(&self) -> Option<SyntaxError> {
        let open = self.brackets.last()?;
        let location = Location::new(open.line, open.line, open.column, -1);
        Some(SyntaxError::new(format!("'{}' was never closed", char::from(open.letter)), location))
    }

    fn end_of_file<T>(&mut self) -> Lexed<T> {
        self.done = Done::End;
        self.at = self.line_end;
        self.error = self.never_closed().or_else(|| {
            let column = self.reached() - 1;
            let location = Location::new(self.line, self.line, column, -2);
            Some(SyntaxError::new("unexpected EOF while parsing", location))
        });
        Err(Failed)
    }

    /// Behind a backslash: the line end, and that something follows.
    fn continuation(&mut self) -> Lexed<()> {
        let byte = self.next();
        if byte != Some(b'\n') {
            let message = "unexpected character after line continuation character";
            // CPython counts from the first of the lines that are continued.
            let column = self.at.saturating_sub(self.buffer_start + 1);
            let length = self.line_end - self.line_start;
            let failed = self.fail_at(message, column.min(length) as i32, -1);
            self.raised = false;
            return failed;
        }
        let byte = self.next();
        if byte.is_none() {
            return self.end_of_file();
        }
        self.back(byte);
        Ok(())
    }

    /// Tokens outside of the text of f-strings.
    pub(super) fn normal(&mut self) -> Lexed<(Kind, Option<(usize, usize)>)> {
        'line: loop {
            let mut blank = false;
            self.in_token = false;
            if self.at_line_start {
                self.at_line_start = false;
                blank = self.indentation()?;
            }
            self.start = self.at;
            if self.pending < 0 {
                self.pending += 1;
                return Ok((Kind::Dedent, None));
            }
            if self.pending > 0 {
                self.pending -= 1;
                return Ok((Kind::Indent, None));
            }
            loop {
                self.in_token = false;
                let mut byte = self.next();
                while matches!(byte, Some(b' ' | b'\t' | 0x0c)) {
                    byte = self.next();
                }
                self.in_token = true;
                self.start = if byte.is_some() { self.at - 1 } else { self.at };
                if byte == Some(b'#') {
                    while !matches!(byte, None | Some(b'\n')) {
                        byte = self.next();
                    }
                }
                return match byte {
                    None if self.brackets.is_empty() => Ok((Kind::End, None)),
                    None => self.end_of_file(),
                    Some(b'\n') => {
                        self.at_line_start = true;
                        if blank || !self.brackets.is_empty() {
                            continue 'line;
                        }
                        let start = self.start.min(self.at - 1);
                        Ok((Kind::Newline, Some((start, self.at))))
                    }
                    Some(b'\\') => {
                        self.continuation()?;
                        continue;
                    }
                    Some(byte) => self.visible(byte),
                };
            }
        }
    }

    /// The white space at a line's start; whether nothing but a comment follows.
    fn indentation(&mut self) -> Lexed<bool> {
        let (mut column, mut alternative, mut continued) = (0u32, 0u32, 0u32);
        let byte = loop {
            let byte = self.next();
            match byte {
                Some(b' ') => (column, alternative) = (column + 1, alternative + 1),
                Some(b'\t') => (column, alternative) = ((column / 8 + 1) * 8, alternative + 1),
                Some(0x0c) => (column, alternative) = (0, 0),
                Some(b'\\') => {
                    if continued == 0 {
                        continued = column;
                    }
                    self.continuation()?;
                }
                _ => break byte,
            }
        };
        self.back(byte);
        if matches!(byte, Some(b'#' | b'\n')) {
            return Ok(true);
        }
        if !self.brackets.is_empty() {
            return Ok(false);
        }
        if continued != 0 {
            (column, alternative) = (continued, continued);
        }
        let top = |this: &Self| this.indents.last().copied().unwrap_or((0, 0));
        let (current, current_alternative) = top(self);
        if column > current {
            if self.indents.len() >= MAX_INDENTS {
                return self.fail_line(ErrorType::Indentation, "too many levels of indentation");
            }
            if alternative <= current_alternative {
                return self.inconsistent();
            }
            self.pending += 1;
            self.indents.push((column, alternative));
            return Ok(false);
        }
        while self.indents.len() > 1 && column < top(self).0 {
            self.pending -= 1;
            self.indents.pop();
        }
        if column != top(self).0 {
            self.at = self.line_end;
            let location = Location::new(self.line, self.line, self.reached() - 1, -2);
            let message = "unindent does not match any outer indentation level".to_owned();
            self.error = Some(SyntaxError { kind: ErrorType::Indentation, message, location });
            self.done = Done::Failed;
            return Err(Failed);
        }
        if alternative != top(self).1 {
            return self.inconsistent();
        }
        Ok(false)
    }

    fn visible(&mut self, byte: u8) -> Lexed<(Kind, Option<(usize, usize)>)> {
        if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 128 {
            return self.identifier(byte);
        }
        let kind = match byte {
            b'.' => {
                if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                    self.number(byte)?;
                    Kind::Number
                } else {
                    self.operator(byte)?
                }
            }
            b'0'..=b'9' => {
                self.number(byte)?;
                Kind::Number
            }
            b'"' | b'\'' => {
                self.string(byte)?;
                Kind::String
            }
            _ => self.operator(byte)?,
        };
        Ok((kind, Some((self.start, self.at))))
    }

    fn identifier(&mut self, first: u8) -> Lexed<(Kind, Option<(usize, usize)>)> {
        let mut seen = [false; 5];
        let mut byte = Some(first);
        while let Some(letter) = byte {
            let [b, u, r, f, t] = seen;
            let fits = match letter.to_ascii_lowercase() {
                _ if self.has("templates") => true,
                b'b' => !(u || f),
                b'u' => !(b || r || f),
                b'r' => !u,
                b'f' => !(b || u),
                _ => false,
            };
            match letter {
                _ if !fits => break,
                b'b' | b'B' if !b => seen[0] = true,
                b'u' | b'U' if !u => seen[1] = true,
                b'r' | b'R' if !r => seen[2] = true,
                b'f' | b'F' if !f => seen[3] = true,
                b't' | b'T' if !t => seen[4] = true,
                _ => break,
            }
            byte = self.next();
            if let Some(quote @ (b'"' | b'\'')) = byte {
                self.prefixes(seen)?;
                if seen[3] || seen[4] {
                    return self.interpolated_start(quote, seen[2], seen[4]);
                }
                self.string(quote)?;
                return Ok((Kind::String, Some((self.start, self.at))));
            }
        }
        let mut plain = true;
        while let Some(letter) = byte
            && (letter.is_ascii_alphanumeric() || letter == b'_' || letter >= 128)
        {
            plain &= letter < 128;
            byte = self.next();
        }
        self.back(byte);
        let text = self.text;
        let name = text.get(self.start..self.at).unwrap_or_default();
        if !plain {
            self.check_identifier(name)?;
        }
        Ok((word(name), Some((self.start, self.at))))
    }

    /// Whether the target's grammar has this mark.
    pub(super) fn has(&self, mark: &str) -> bool {
        self.target.grammar.contains(&mark)
    }

    fn prefixes(&mut self, [b, u, r, f, t]: [bool; 5]) -> Lexed<()> {
        let pairs =
            [(u, "u", b, "b"), (u, "u", r, "r"), (u, "u", f, "f"), (u, "u", t, "t"), (b, "b", f, "f")];
        let clash =
            pairs.into_iter().chain([(b, "b", t, "t"), (f, "f", t, "t")]).find(|pair| pair.0 && pair.2);
        match clash {
            Some((_, one, _, other)) => {
                let (column, end) = (self.start - self.line_start, self.at - self.line_start);
                let message = format!("'{one}' and '{other}' prefixes are incompatible");
                self.fail_at(message, column as i32, end as i32 - 1)
            }
            None => Ok(()),
        }
    }

    fn check_identifier(&mut self, name: &str) -> Lexed<()> {
        if let Some(message) = decode::utf_8_fault(&self.bytes[self.start..self.at]) {
            let failed = self.fail_at(format!("(unicode error) {message}"), self.reached() - 1, -2);
            self.raised = false;
            return failed;
        }
        let starts = |letter: char| letter == '_' || unicode_ident::is_xid_start(letter);
        let wrong = |&(at, letter): &(usize, char)| {
            let fits = if at == 0 { starts(letter) } else { unicode_ident::is_xid_continue(letter) };
            !fits || !letter.is_ascii() && !self.target.assigns(u32::from(letter))
        };
        let Some((at, letter)) = name.char_indices().find(wrong) else { return Ok(()) };
        self.at = self.start + at + letter.len_utf8();
        let code = u32::from(letter);
        if crate::text::is_printable(code) && self.target.assigns(code) {
            self.fail(format!("invalid character '{letter}' (U+{code:04X})"))
        } else {
            self.fail(format!("invalid non-printable character U+{code:04X}"))
        }
    }

    /// A string from its first quote, which was read.
    fn string(&mut self, quote: u8) -> Lexed<()> {
        self.first_line = self.line;
        self.multi_line_start = self.line_start;
        let (mut quotes, mut ended, mut escaped) = (1, 0, false);
        let mut byte = self.next();
        if byte == Some(quote) {
            byte = self.next();
            if byte == Some(quote) {
                quotes = 3;
            } else {
                ended = 1;
            }
        }
        if byte != Some(quote) {
            self.back(byte);
        }
        while ended != quotes {
            byte = self.next();
            if byte.is_none() || (quotes == 1 && byte == Some(b'\n')) {
                return self.unterminated(quote, quotes, escaped);
            }
            if byte == Some(quote) {
                ended += 1;
                continue;
            }
            ended = 0;
            if byte == Some(b'\\') {
                escaped |= self.next() == Some(quote);
            }
        }
        Ok(())
    }

    fn unterminated(&mut self, quote: u8, quotes: usize, escaped: bool) -> Lexed<()> {
        let line = self.line;
        self.at = self.start + 1;
        self.line_start = self.multi_line_start;
        self.line = self.first_line;
        if let Some(mode) = self.modes.last()
            && mode.quote == quote
            && mode.quote_size == quotes
        {
            let prefix = mode.prefix();
            return self.fail(format!("{prefix}-string: expecting '}}'"));
        }
        if quotes == 3 {
            return self.fail(format!("unterminated triple-quoted string literal (detected at line {line})"));
        }
        let hint = if escaped { "; perhaps you escaped the end quote?" } else { "" };
        self.fail(format!("unterminated string literal (detected at line {line}){hint}"))
    }

    fn operator(&mut self, byte: u8) -> Lexed<Kind> {
        if let Some(mode) = self.modes.last_mut()
            && byte == b':'
            && mode.field_depth >= 0
            && mode.depth - 1 == mode.field_depth
        {
            mode.in_text = true;
            mode.in_format_spec = true;
            return self.known(":");
        }
        // Lines end in `\n`, so a longer operator never reaches into the next one.
        let text = self.text;
        if self.target.features.one_token_inequality && text[self.start..].starts_with("<>") {
            self.at = self.start + 2;
            return self.known("!=");
        }
        for length in [3, 2] {
            if let Some(longer) = text.get(self.start..self.start + length)
                && let Some(kind) = literal(longer)
            {
                self.at = self.start + length;
                return Ok(kind);
            }
        }
        match byte {
            b'(' | b'[' | b'{' => self.open(byte)?,
            b')' | b']' | b'}' => self.close(byte)?,
            _ => {}
        }
        if byte < 0x20 || byte == 0x7f {
            return self.fail(format!("invalid non-printable character U+{byte:04X}"));
        }
        match text.get(self.start..self.at).and_then(literal) {
            Some(kind) => Ok(kind),
            // `$`, `?` and the backquote are tokens, though no rule has them.
            None => Ok(Kind::Literal(u8::MAX)),
        }
    }

    fn known(&mut self, text: &str) -> Lexed<Kind> {
        literal(text).ok_or(Failed)
    }

    fn open(&mut self, letter: u8) -> Lexed<()> {
        if self.brackets.len() >= MAX_BRACKETS {
            return self.fail("too many nested parentheses");
        }
        let column = self.start.saturating_sub(self.line_start) as i32;
        self.brackets.push(Bracket { letter, line: self.line, column });
        if let Some(mode) = self.modes.last_mut() {
            mode.depth += 1;
        }
        Ok(())
    }

    fn close(&mut self, letter: u8) -> Lexed<()> {
        let mode = self.modes.last().copied();
        let shown = char::from(letter);
        if let Some(mode) = mode
            && mode.depth == 0
            && letter == b'}'
        {
            return self.fail(format!("{}-string: single '}}' is not allowed", mode.prefix()));
        }
        let Some(open) = self.brackets.pop() else {
            return self.fail(format!("unmatched '{shown}'"));
        };
        if !matches!((open.letter, letter), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
            if let Some(mode) = mode
                && open.letter == b'{'
                && mode.depth - 1 == mode.field_depth
            {
                return self.fail(format!("{}-string: unmatched '{shown}'", mode.prefix()));
            }
            let opening = char::from(open.letter);
            let mut message =
                format!("closing parenthesis '{shown}' does not match opening parenthesis '{opening}'");
            if open.line != self.line {
                message += &format!(" on line {}", open.line);
            }
            return self.fail(message);
        }
        if let Some(mode) = self.modes.last_mut() {
            mode.depth -= 1;
            if mode.depth < 0 {
                let prefix = mode.prefix();
                return self.fail(format!("{prefix}-string: unmatched '{shown}'"));
            }
            if letter == b'}' && mode.depth == mode.field_depth {
                mode.field_depth -= 1;
                mode.in_text = true;
                mode.in_format_spec = false;
            }
        }
        Ok(())
    }
}
