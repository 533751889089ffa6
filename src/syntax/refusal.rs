//! ruff's errors → CPython's, as far as they map one to one.

use ruff_python_ast::Stmt;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_parser::{LexicalErrorType, ParseError, ParseErrorType};
use ruff_text_size::Ranged;

use super::lower::TOO_COMPLEX;
use super::lower::position::Positions;
use super::{ErrorType, SyntaxError};
use crate::text::Location;

pub(super) fn parse_error(error: &ParseError, _text: &str, positions: &mut Positions) -> SyntaxError {
    let location = positions.range(error.location);
    let (kind, message) = match &error.error {
        ParseErrorType::UnexpectedIndentation => (ErrorType::Indentation, "unexpected indent".to_owned()),
        ParseErrorType::Lexical(LexicalErrorType::IndentationError) => {
            (ErrorType::Indentation, "unindent does not match any outer indentation level".to_owned())
        }
        other => (ErrorType::Syntax, other.to_string()),
    };
    SyntaxError { kind, message, location }
}

/// What CPython's parser says when its own stack is used up.
pub(super) fn too_complex(location: Location) -> SyntaxError {
    SyntaxError { kind: ErrorType::Memory, message: TOO_COMPLEX.to_owned(), location }
}

/// `!=` is refused behind `from __future__ import barry_as_FLUFL`.
pub(super) fn barry(
    text: &str,
    tokens: &Tokens,
    body: &[Stmt],
    positions: &mut Positions,
) -> Result<(), SyntaxError> {
    if memchr::memmem::find(text.as_bytes(), b"barry_as_FLUFL").is_none() {
        return Ok(());
    }
    let import = body.iter().find(|statement| {
        matches!(statement, Stmt::ImportFrom(import)
            if import.module.as_ref().is_some_and(|module| module.id == "__future__")
                && import.names.iter().any(|alias| alias.name.id == "barry_as_FLUFL"))
    });
    let Some(import) = import else { return Ok(()) };
    match tokens.iter().find(|token| token.kind() == TokenKind::NotEqual && token.start() > import.end()) {
        Some(token) => {
            let message = "with Barry as BDFL, use '<>' instead of '!='";
            Err(SyntaxError::new(message, positions.range(token.range())))
        }
        None => Ok(()),
    }
}
