//! `{{` in a format spec, which opens a set there, but stands for a brace behind a field of the same spec, as in
//! `f'{x:{y}{{'`: CPython's tokenizer has forgotten by then that it is in a spec.
//!
//! CPython: `tok_get_fstring_mode` (`Parser/lexer/lexer.c`).

use memchr::memmem;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_parser::{ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use super::parse::Tree;
use super::unicode_name;

/// How often a text is parsed again. Each time shows one more run of braces, and no program has many.
const TIMES: usize = 1000;

/// Too many of them: where the first is that was not taken for braces.
pub(super) struct Excess(pub(super) usize);

/// Parses a module with what the parser underneath would take otherwise hidden in literals.
pub(super) fn parsed(text: &str, options: &ParseOptions) -> Result<Tree, Excess> {
    let mut masked = unicode_name::masked(text);
    let mut parsed = parse_unchecked(&masked, options.clone());
    if memmem::find(text.as_bytes(), b"{{").is_none() {
        return Ok(parsed);
    }
    for _ in 0..TIMES {
        let Some(place) = first(&masked, parsed.tokens()) else { return Ok(parsed) };
        // Behind an odd number the last one opens a field.
        let count = masked[place..].bytes().take_while(|&byte| byte == b'{').count() / 2 * 2;
        masked.to_mut().replace_range(place..place + count, &"$".repeat(count));
        parsed = parse_unchecked(&masked, options.clone());
    }
    first(&masked, parsed.tokens()).map_or(Ok(parsed), |place| Err(Excess(place)))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    String,
    /// The value of a field.
    Value,
    /// Its format spec, and whether a field was closed in it.
    Spec(bool),
    Bracket,
}

/// Where the first pair stands that is not yet hidden.
fn first(text: &str, tokens: &Tokens) -> Option<usize> {
    let mut open: Vec<Open> = Vec::new();
    for token in tokens {
        match (token.kind(), open.last().copied()) {
            (TokenKind::FStringStart | TokenKind::TStringStart, _) => open.push(Open::String),
            (TokenKind::FStringEnd | TokenKind::TStringEnd, Some(_)) => {
                while open.pop().is_some_and(|last| last != Open::String) {}
            }
            (TokenKind::Lbrace, Some(Open::String | Open::Spec(_))) => {
                let place = token.start().to_usize();
                if open.last() == Some(&Open::Spec(true)) && text.as_bytes().get(place + 1) == Some(&b'{') {
                    return Some(place);
                }
                open.push(Open::Value);
            }
            (TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace, Some(_)) => open.push(Open::Bracket),
            (TokenKind::Rbrace, Some(Open::Value | Open::Spec(_))) => {
                open.pop();
                if let Some(Open::Spec(closed)) = open.last_mut() {
                    *closed = true;
                }
            }
            (TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace, Some(Open::Bracket)) => {
                open.pop();
            }
            (TokenKind::Colon, Some(Open::Value)) => {
                open.pop();
                open.push(Open::Spec(false));
            }
            _ => {}
        }
    }
    None
}
