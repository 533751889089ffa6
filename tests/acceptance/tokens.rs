//! Text → tokens, as CPython's tokenizer reads them. Independent of the compiler's own lexer, which
//! it checks.

use super::literal;
use pycompile::target::{GrammarRule, Target};

/// CPython: `MAXINDENT`, `MAXLEVEL`, `MAXFSTRINGLEVEL`, `MAX_EXPR_NESTING`.
const MAX_INDENTS: usize = 100;
const MAX_BRACKETS: usize = 200;
const MAX_INTERPOLATED: usize = 150;
const MAX_FIELDS: i32 = 3;

#[derive(Clone, Debug)]
pub struct Token {
    /// A kind (`NAME`, `NUMBER`, …), or the text of a keyword or operator.
    pub kind: &'static str,
    pub start: usize,
    pub end: usize,
}

const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];
/// The longest first.
const OPERATORS: [&str; 51] = [
    "**=", "//=", "<<=", ">>=", "...", "!=", "%=", "&=", "**", "*=", "+=", "-=", "->", "//", "/=", ":=",
    "<<", "<=", "==", ">=", ">>", "@=", "^=", "|=", "!", "%", "&", "(", ")", "*", "+", ",", "-", ".", "/",
    ":", ";", "<", "=", ">", "@", "[", "]", "^", "{", "|", "}", "~", "$", "?", "`",
];

#[derive(Clone, Copy)]
struct Mode {
    in_text: bool,
    quote: u8,
    quotes: usize,
    raw: bool,
    template: bool,
    depth: i32,
    field: i32,
    in_spec: bool,
}

pub struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    target: &'t Target,
    at: usize,
    indents: Vec<(u32, u32)>,
    brackets: Vec<u8>,
    modes: Vec<Mode>,
    tokens: Vec<Token>,
}

/// Returns the tokens of `text`, which ends in a line end; `None` if one of them is refused.
pub fn tokens(text: &str, target: &Target) -> Option<Vec<Token>> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        target,
        at: 0,
        indents: vec![(0, 0)],
        brackets: Vec::new(),
        modes: Vec::new(),
        tokens: Vec::new(),
    };
    lexer.all()?;
    Some(lexer.tokens)
}

impl Lexer<'_> {
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn push(&mut self, kind: &'static str, start: usize) {
        self.tokens.push(Token { kind, start, end: self.at });
    }

    fn all(&mut self) -> Option<()> {
        let mut line_start = true;
        loop {
            if self.modes.last().is_some_and(|mode| mode.in_text) {
                self.interpolated()?;
                continue;
            }
            let blank = line_start && self.indentation()?;
            line_start = false;
            loop {
                while matches!(self.peek(), b' ' | b'\t' | 0x0c) {
                    self.at += 1;
                }
                match self.peek() {
                    b'#' => self.at += memchr::memchr(b'\n', &self.bytes[self.at..])?,
                    b'\\' => self.continuation()?,
                    _ => break,
                }
            }
            if self.at == self.bytes.len() {
                if !self.brackets.is_empty() {
                    return None;
                }
                self.push("END", self.at);
                return Some(());
            }
            if self.peek() == b'\n' {
                self.at += 1;
                line_start = true;
                if !blank && self.brackets.is_empty() {
                    self.push("NEWLINE", self.at - 1);
                }
                continue;
            }
            self.visible()?;
        }
    }

    fn continuation(&mut self) -> Option<()> {
        self.at += 2;
        (self.bytes.get(self.at - 1) == Some(&b'\n') && self.at < self.bytes.len()).then_some(())
    }

    /// Returns whether the line has no token.
    fn indentation(&mut self) -> Option<bool> {
        let (mut column, mut alternative, mut continued) = (0, 0, 0);
        loop {
            match self.peek() {
                b' ' => (column, alternative) = (column + 1, alternative + 1),
                b'\t' => (column, alternative) = ((column / 8 + 1) * 8, alternative + 1),
                0x0c => (column, alternative) = (0, 0),
                b'\\' => {
                    if continued == 0 {
                        continued = column;
                    }
                    self.continuation()?;
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        if matches!(self.peek(), b'#' | b'\n') && self.at < self.bytes.len() {
            return Some(true);
        }
        if !self.brackets.is_empty() {
            return Some(false);
        }
        if continued != 0 {
            (column, alternative) = (continued, continued);
        }
        let (outer, outer_alternative) = *self.indents.last()?;
        if column > outer {
            if self.indents.len() >= MAX_INDENTS || alternative <= outer_alternative {
                return None;
            }
            self.push("INDENT", self.at);
            self.indents.push((column, alternative));
            return Some(false);
        }
        while self.indents.len() > 1 && column < self.indents.last()?.0 {
            self.push("DEDENT", self.at);
            self.indents.pop();
        }
        (self.indents.last() == Some(&(column, alternative))).then_some(false)
    }

    fn visible(&mut self) -> Option<()> {
        let start = self.at;
        let byte = self.peek();
        if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 128 {
            return self.word();
        }
        let next_is_digit = self.bytes.get(start + 1).is_some_and(u8::is_ascii_digit);
        if byte.is_ascii_digit() || byte == b'.' && next_is_digit {
            self.at = literal::number(self.bytes, start)?;
            self.push("NUMBER", start);
            return Some(());
        }
        if matches!(byte, b'"' | b'\'') {
            return self.string(start);
        }
        self.operator()
    }

    fn word(&mut self) -> Option<()> {
        let start = self.at;
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 128;
        let end =
            self.bytes[start..].iter().position(|&byte| !is_letter(byte)).map(|length| start + length)?;
        let name = &self.text[start..end];
        let mut prefix = name.to_ascii_lowercase().into_bytes();
        prefix.sort_unstable();
        let is_prefix = match prefix.as_slice() {
            b"t" | b"rt" => self.target.grammar.has(GrammarRule::Templates),
            b"b" | b"br" | b"f" | b"fr" | b"r" | b"u" => true,
            _ => false,
        };
        self.at = end;
        if matches!(self.peek(), b'"' | b'\'') {
            if is_prefix {
                let whole = self.target.features.reads_fields_apart;
                return match prefix.iter().find(|letter| matches!(letter, b'f' | b't')) {
                    Some(_) if whole => self.string(start),
                    Some(letter) => self.interpolated_start(start, *letter == b't', prefix.contains(&b'r')),
                    None => self.string(start),
                };
            }
            // Prefixes that exclude each other.
            let letters: &[u8] = if self.target.grammar.has(GrammarRule::Templates) { b"bfrtu" } else { b"" };
            let distinct = prefix.windows(2).all(|pair| pair[0] != pair[1]);
            if distinct && prefix.iter().all(|letter| letters.contains(letter)) {
                return None;
            }
        }
        let fits = |(at, letter): (usize, char)| {
            let fits = match at {
                0 => letter == '_' || unicode_ident::is_xid_start(letter),
                _ => unicode_ident::is_xid_continue(letter),
            };
            fits && (letter.is_ascii() || self.target.assigns(u32::from(letter)))
        };
        if !name.char_indices().all(fits) {
            return None;
        }
        let kind = KEYWORDS.iter().find(|keyword| **keyword == name).unwrap_or(&"NAME");
        self.push(kind, start);
        Some(())
    }

    /// A string without fields, whose first quote is next.
    fn string(&mut self, start: usize) -> Option<()> {
        let quote = self.peek();
        let prefix = self.text[start..self.at].to_ascii_lowercase();
        let (mut quotes, mut found) = (1, 0);
        let rest = &self.bytes[self.at + 1..];
        self.at += 1;
        if rest.starts_with(&[quote, quote]) {
            quotes = 3;
            self.at += 2;
        }
        let inside = self.at;
        while found < quotes {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            match byte {
                b'\n' if quotes == 1 => return None,
                b'\\' => {
                    self.at += 1;
                    found = 0;
                }
                _ if byte == quote => found += 1,
                _ => found = 0,
            }
        }
        let body = self.text.get(inside..self.at - quotes)?;
        let raw = prefix.contains('r');
        let fits = if prefix.contains('f') {
            // Each piece of text is checked with the fields.
            true
        } else if prefix.contains('b') {
            body.is_ascii() && (raw || literal::byte_escapes_fit(body))
        } else {
            raw || literal::escapes_fit(body, self.target)
        };
        self.push("STRING", start);
        fits.then_some(())
    }

    fn operator(&mut self) -> Option<()> {
        let start = self.at;
        let byte = self.peek();
        if let Some(mode) = self.modes.last_mut()
            && byte == b':'
            && mode.field >= 0
            && mode.depth - 1 == mode.field
        {
            (mode.in_text, mode.in_spec) = (true, true);
            self.at += 1;
            self.push(":", start);
            return Some(());
        }
        let operator =
            OPERATORS.iter().find(|operator| self.bytes[start..].starts_with(operator.as_bytes()))?;
        self.at += operator.len();
        match byte {
            b'(' | b'[' | b'{' => {
                if self.brackets.len() >= MAX_BRACKETS {
                    return None;
                }
                self.brackets.push(byte);
                if let Some(mode) = self.modes.last_mut() {
                    mode.depth += 1;
                }
            }
            b')' | b']' | b'}' => self.close(byte)?,
            _ => {}
        }
        self.push(operator, start);
        Some(())
    }

    fn close(&mut self, byte: u8) -> Option<()> {
        if self.modes.last().is_some_and(|mode| mode.depth == 0) {
            return None;
        }
        let open = self.brackets.pop()?;
        if !matches!((open, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
            return None;
        }
        if let Some(mode) = self.modes.last_mut() {
            mode.depth -= 1;
            if byte == b'}' && mode.depth == mode.field {
                mode.field -= 1;
                (mode.in_text, mode.in_spec) = (true, false);
            }
        }
        Some(())
    }

    fn interpolated_start(&mut self, start: usize, template: bool, raw: bool) -> Option<()> {
        let quote = self.peek();
        let triple = self.bytes[self.at + 1..].starts_with(&[quote, quote]);
        let quotes = if triple { 3 } else { 1 };
        self.at += quotes;
        if self.modes.len() + 1 >= MAX_INTERPOLATED {
            return None;
        }
        let mode = Mode { in_text: true, quote, quotes, raw, template, depth: 0, field: -1, in_spec: false };
        self.modes.push(mode);
        self.push(if template { "TSTART" } else { "FSTART" }, start);
        Some(())
    }

    fn field(&mut self) -> Option<()> {
        let mode = self.modes.last_mut()?;
        mode.field += 1;
        mode.in_text = false;
        (mode.field < MAX_FIELDS).then_some(())
    }

    /// The next piece of text, the closing quotes, or the brace of a field.
    fn interpolated(&mut self) -> Option<()> {
        let mode = *self.modes.last()?;
        let start = self.at;
        let rest = &self.bytes[self.at..];
        if rest.first() == Some(&b'{') && rest.get(1) != Some(&b'{') {
            self.field()?;
            return self.operator();
        }
        let mut quotes = rest.iter().take(mode.quotes).take_while(|byte| **byte == mode.quote).count();
        if quotes == mode.quotes {
            self.at += quotes;
            self.modes.pop();
            self.push(if mode.template { "TEND" } else { "FEND" }, start);
            return Some(());
        }
        self.at += quotes;
        quotes = 0;
        let in_spec = (mode.in_spec || self.target.features.spec_goes_on) && mode.field >= 0;
        let mut named = false;
        loop {
            let byte = *self.bytes.get(self.at)?;
            let next = self.bytes.get(self.at + 1).copied();
            if byte == b'\n' && mode.quotes == 1 {
                if !in_spec || !self.target.features.newline_ends_spec {
                    return None;
                }
                let inner = self.modes.last_mut()?;
                (inner.in_text, inner.in_spec) = (false, false);
                return self.middle(mode, start, self.at);
            }
            self.at += 1;
            if byte == mode.quote {
                quotes += 1;
                if quotes == mode.quotes {
                    self.at -= quotes;
                    return self.middle(mode, start, self.at);
                }
                continue;
            }
            quotes = 0;
            match byte {
                b'{' if next == Some(b'{') && !in_spec => {
                    self.at += 1;
                    return self.middle(mode, start, self.at - 1);
                }
                b'{' => {
                    self.at -= 1;
                    self.modes.last_mut()?.in_spec = false;
                    self.middle(mode, start, self.at)?;
                    return self.field().and_then(|()| self.operator());
                }
                b'}' if named => return self.middle(mode, start, self.at),
                b'}' if next == Some(b'}') && !in_spec && mode.depth == 0 => {
                    self.at += 1;
                    return self.middle(mode, start, self.at - 1);
                }
                b'}' => {
                    self.at -= 1;
                    let inner = self.modes.last_mut()?;
                    (inner.in_text, inner.in_spec) = (false, false);
                    return self.middle(mode, start, self.at);
                }
                b'\\' if !matches!(next, Some(b'{' | b'}')) => {
                    self.at += 1;
                    if !mode.raw && next == Some(b'N') && self.peek() == b'{' {
                        self.at += 1;
                        named = true;
                    }
                }
                _ => {}
            }
        }
    }

    /// A piece of text, which also ends with half of a doubled brace.
    fn middle(&mut self, mode: Mode, start: usize, end: usize) -> Option<()> {
        let body = self.text.get(start..end)?;
        let verbatim = mode.raw && (mode.field < 0 || self.target.features.raw_specs);
        let kind = if mode.template { "TMIDDLE" } else { "FMIDDLE" };
        self.tokens.push(Token { kind, start, end });
        (verbatim || literal::escapes_fit(body, self.target)).then_some(())
    }
}
