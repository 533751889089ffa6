//! `match` as a name behind a semicolon, where the parser underneath takes it for the start of a statement.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_text_size::{Ranged, TextRange};

/// The keyword.
const MATCH: &str = "match";
/// A name as long.
const STAND_IN: &str = "m_tch";

/// The text with each such `match` as another name, if there is one: no statement with a body stands behind a semicolon.
pub(super) fn renamed(text: &str, tokens: &Tokens) -> Option<String> {
    let mut result: Option<String> = None;
    let mut behind_semicolon = false;
    for token in tokens {
        if behind_semicolon && &text[token.range()] == MATCH {
            let range = std::ops::Range::<usize>::from(token.range());
            result.get_or_insert_with(|| text.to_owned()).replace_range(range, STAND_IN);
        }
        behind_semicolon = token.kind() == TokenKind::Semi;
    }
    result
}

/// The name `id` as the source has it in `range`.
pub(super) fn as_written<'n>(id: &'n str, text: &str, range: TextRange) -> &'n str {
    if id == STAND_IN && &text[range] == MATCH { MATCH } else { id }
}
