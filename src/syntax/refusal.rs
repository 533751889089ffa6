//! ruff's errors → CPython's, as far as they map one to one.

use ruff_python_parser::{LexicalErrorType, ParseError, ParseErrorType};

use super::lower::position::Positions;
use super::{ErrorType, SyntaxError};

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
