//! `+1` in a pattern, which the parser underneath does not take everywhere.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_parser::{ParseError, ParseErrorType};
use ruff_text_size::Ranged;

/// The text with `-` for each such `+`, if there is one; in expressions too, where it does not matter: what the operator
/// is, is read from the source.
pub(super) fn negated(text: &str, tokens: &Tokens) -> Option<String> {
    let mut result: Option<String> = None;
    let mut tokens = tokens.iter().filter(|token| !token.kind().is_trivia()).peekable();
    let mut begins = false;
    while let Some(token) = tokens.next() {
        let is_number = |kind| matches!(kind, TokenKind::Int | TokenKind::Float | TokenKind::Complex);
        if begins
            && token.kind() == TokenKind::Plus
            && tokens.peek().is_some_and(|next| is_number(next.kind()))
        {
            let range = std::ops::Range::<usize>::from(token.range());
            result.get_or_insert_with(|| text.to_owned()).replace_range(range, "-");
        }
        begins = matches!(
            token.kind(),
            TokenKind::Lpar
                | TokenKind::Lsqb
                | TokenKind::Lbrace
                | TokenKind::Comma
                | TokenKind::Colon
                | TokenKind::Equal
                | TokenKind::Vbar
        );
    }
    result
}

/// Whether an error is about one behind `case`, where the tree is whole.
pub(super) fn is_about(error: &ParseError) -> bool {
    matches!(&error.error, ParseErrorType::OtherError(message)
        if message == "Unary '+' is not allowed as a literal pattern")
}
