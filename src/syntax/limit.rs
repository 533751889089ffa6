//! Limits of CPython's tokenizer that must hold before a recursive parser sees the text.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_parser::Mode;
use ruff_python_parser::lexer::lex;
use ruff_text_size::{TextRange, TextSize};

use super::lower::position::offset;

/// CPython: `MAXLEVEL`.
const MAX_PARENTHESES: usize = 200;
/// More prefix operators in a row than this overflow CPython's parser.
const MAX_OPERATORS: usize = 5900;

/// So many opening brackets in all are no danger to the parser underneath, however they are nested.
const FEW_BRACKETS: usize = 20_000;

/// What is wrong with the nesting.
#[derive(Debug)]
pub(super) enum Excess {
    Parentheses(TextRange),
    Operators,
}

/// Whether `text` has so few brackets and operators that the parser underneath may see it before [`check`] does: then
/// [`check_parsed`] is as good, and cheaper.
pub(super) fn is_harmless(text: &str) -> bool {
    // Short enough that a byte counts them.
    let (blocks, rest) = text.as_bytes().as_chunks::<128>();
    let blocks = blocks.iter().map(<[u8; 128]>::as_slice).chain([rest]);
    let (mut brackets, mut operators) = (0usize, 0usize);
    for block in blocks {
        let (mut opening, mut signs) = (0u8, 0u8);
        for &byte in block {
            // One bit is between a bracket and a brace.
            opening = opening.wrapping_add(u8::from(byte == b'(' || byte | 0x20 == b'{'));
            signs = signs.wrapping_add(u8::from(matches!(byte, b'-' | b'+' | b'~')));
        }
        brackets += usize::from(opening);
        operators += usize::from(signs);
    }
    brackets <= FEW_BRACKETS && operators <= MAX_OPERATORS / 2
}

/// [`check`] for a harmless text that was parsed without errors into `tokens`.
pub(super) fn check_parsed(text: &str, tokens: &Tokens) -> Result<usize, Excess> {
    let (mut depth, mut deepest) = (0usize, 0);
    for token in tokens {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    if deepest <= MAX_PARENTHESES / 2 { Ok(deepest) } else { check(text) }
}

/// Checks nesting, and tells how deep brackets may be nested at most. One pass over the bytes tells nearly every text
/// from one that needs its tokens looked at.
pub(super) fn check(text: &str) -> Result<usize, Excess> {
    let at = match deepest(text.as_bytes()) {
        Ok(depth) if depth <= MAX_PARENTHESES / 2 => return Ok(depth),
        Ok(_) => 0,
        Err(at) => at,
    };
    check_tokens(text, TextRange::at(TextSize::new(offset(at)), TextSize::new(1)))
}

/// How deep brackets are nested at most; or, as the error, where the nesting may pass a limit. Strings are skipped by their quotes alone; f-strings, which can hold
/// code, count with all their braces.
fn deepest(bytes: &[u8]) -> Result<usize, usize> {
    let (mut depth, mut operators, mut deepest) = (0usize, 0usize, 0);
    let mut at = 0;
    while let Some(skipped) = bytes[at..].iter().position(|byte| COUNTS[usize::from(*byte)]) {
        let byte = bytes[at + skipped];
        at += skipped + 1;
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
                if depth > MAX_PARENTHESES {
                    return Err(at - 1);
                }
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'-' | b'+' | b'~' => {
                operators += 1;
                if operators > MAX_OPERATORS / 2 {
                    return Err(at - 1);
                }
            }
            b'\n' if depth == 0 => operators = 0,
            b',' => operators = 0,
            b'#' => at += memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at),
            b'"' | b'\'' => {
                let start = at;
                at = string_end(bytes, at, byte);
                if is_interpolated(bytes, start - 1) {
                    depth += memchr::memchr3_iter(b'(', b'[', b'{', &bytes[start..at]).count();
                    deepest = deepest.max(depth);
                    if depth > MAX_PARENTHESES {
                        return Err(at - 1);
                    }
                    depth -= memchr::memchr3_iter(b'(', b'[', b'{', &bytes[start..at]).count();
                }
            }
            _ => {}
        }
    }
    Ok(deepest)
}

/// The bytes that [`deepest`] looks at.
static COUNTS: [bool; 256] = {
    let mut counts = [false; 256];
    let bytes = b"()[]{}-+~\n,#\"'";
    let mut index = 0;
    while index < bytes.len() {
        counts[bytes[index] as usize] = true;
        index += 1;
    }
    counts
};

/// The offset after the string whose first quote stands before `at`.
fn string_end(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    let triple = bytes.get(at) == Some(&quote) && bytes.get(at + 1) == Some(&quote);
    if triple {
        at += 2;
    }
    while let Some(found) = memchr::memchr3(quote, b'\\', b'\n', &bytes[at..]) {
        at += found + 1;
        match bytes[at - 1] {
            b'\\' => at = (at + 1).min(bytes.len()),
            b'\n' if !triple => return at,
            b'\n' => {}
            _ if !triple => return at,
            _ if bytes.get(at) == Some(&quote) && bytes.get(at + 1) == Some(&quote) => return at + 2,
            _ => {}
        }
    }
    bytes.len()
}

/// Whether the prefix of the string that opens at `quote` has an `f` or a `t`.
fn is_interpolated(bytes: &[u8], quote: usize) -> bool {
    bytes[quote.saturating_sub(2)..quote].iter().any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'))
}

fn check_tokens(text: &str, doubt: TextRange) -> Result<usize, Excess> {
    let mut lexer = lex(text, Mode::Module);
    let (mut depth, mut operators, mut deepest) = (0usize, 0usize, 0);
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return Ok(deepest),
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                depth += 1;
                deepest = deepest.max(depth);
                if depth > MAX_PARENTHESES {
                    return Err(Excess::Parentheses(doubt));
                }
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                depth = depth.saturating_sub(1);
                operators = 0;
            }
            TokenKind::Plus | TokenKind::Minus | TokenKind::Tilde | TokenKind::Not => {
                operators += 1;
                if operators > MAX_OPERATORS {
                    return Err(Excess::Operators);
                }
            }
            _ => operators = 0,
        }
    }
}
