//! ruff's errors → CPython's, as far as they map one to one.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_parser::{LexicalErrorType, ParseError, ParseErrorType};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::lower::TOO_COMPLEX;
use super::lower::position::Positions;
use super::{ErrorType, SyntaxError};
use crate::text::Location;

/// The first error as CPython words it.
pub(super) fn parse_error(
    error: &ParseError,
    text: &str,
    tokens: &Tokens,
    positions: &mut Positions,
) -> SyntaxError {
    let mut range = error.location;
    let (kind, message) = match &error.error {
        ParseErrorType::UnexpectedIndentation => indentation(text, range, "unexpected indent"),
        ParseErrorType::Lexical(LexicalErrorType::IndentationError) => {
            indentation(text, range, "unindent does not match any outer indentation level")
        }
        ParseErrorType::Lexical(LexicalErrorType::Eof) => match unclosed(tokens) {
            Some((open, bracket)) => {
                range = open;
                (ErrorType::Syntax, format!("'{bracket}' was never closed"))
            }
            None => (ErrorType::Syntax, "unexpected EOF while parsing".to_owned()),
        },
        ParseErrorType::Lexical(LexicalErrorType::UnclosedStringError) => {
            let line = positions.place(range.end()).0;
            let start = &text[range.start().to_usize()..];
            let quotes = start.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
            let triple = quotes.starts_with("\"\"\"") || quotes.starts_with("'''");
            let what = if triple { "triple-quoted string" } else { "string" };
            (ErrorType::Syntax, format!("unterminated {what} literal (detected at line {line})"))
        }
        ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok }) if !tok.is_ascii() => {
            (ErrorType::Syntax, format!("invalid character '{tok}' (U+{:04X})", u32::from(*tok)))
        }
        ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok }) if tok.is_ascii_control() => {
            (ErrorType::Syntax, format!("invalid non-printable character U+{:04X}", u32::from(*tok)))
        }
        other => {
            let message = other.to_string();
            match message.strip_prefix("Expected an indented block after ") {
                Some(header) => (ErrorType::Indentation, missing_block(text, range, header, positions)),
                None => (ErrorType::Syntax, words(message)),
            }
        }
    };
    SyntaxError { kind, message, location: positions.range(range) }
}

/// CPython's words for ruff's, where one stands for one; else ruff's own in CPython's style.
fn words(message: String) -> String {
    let same = match &*message {
        "Simple statements must be separated by newlines or semicolons"
        | "Compound statements are not allowed on the same line as simple statements"
        | "Expected a statement"
        | "Expected an expression"
        | "Expected an identifier"
        | "Expected one or more symbol names after import"
        | "Yield expression cannot be used here" => "invalid syntax",
        "Expected a newline after line continuation character" => {
            "unexpected character after line continuation character"
        }
        "Invalid decimal integer literal" => {
            "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers"
        }
        "Invalid annotated assignment target" => "illegal target for annotation",
        "Parameter without a default cannot follow a parameter with a default" => {
            "parameter without a default follows parameter with a default"
        }
        "'/' parameter must appear before '*' parameter" => "/ must be ahead of *",
        "Only one '/' separator allowed" => "/ may appear only once",
        "Position-only parameter separator not allowed as first parameter" => {
            "at least one argument must precede /"
        }
        "Expected one or more keyword parameter after `*` separator" => "named arguments must follow bare *",
        "Unparenthesized generator expression cannot be used here" => {
            "Generator expression must be parenthesized"
        }
        "Positional argument cannot follow keyword argument" => {
            "positional argument follows keyword argument"
        }
        "Positional argument cannot follow keyword argument unpacking" => {
            "positional argument follows keyword argument unpacking"
        }
        "Starred expression cannot be used here" => "cannot use starred expression here",
        "Expected `:`, found newline" => "expected ':'",
        "f-string: single `}` is not allowed" => "f-string: single '}' is not allowed",
        "t-string: single `}` is not allowed" => "t-string: single '}' is not allowed",
        "f-string: expecting `}`" => "f-string: expecting '}'",
        "t-string: expecting `}`" => "t-string: expecting '}'",
        "Invalid augmented assignment target" => "illegal expression for augmented assignment",
        _ if message.starts_with("Expected an identifier, but found a keyword")
            || (message.starts_with("Expected ") && message.contains(", found ")) =>
        {
            "invalid syntax"
        }
        _ => {
            let mut letters = message.chars();
            return match letters.next() {
                Some(first) => first.to_lowercase().chain(letters).collect(),
                None => message,
            };
        }
    };
    same.to_owned()
}

/// The last bracket that nothing closes.
fn unclosed(tokens: &Tokens) -> Option<(TextRange, char)> {
    let mut open = Vec::new();
    for token in tokens {
        match token.kind() {
            TokenKind::Lpar => open.push((token.range(), '(')),
            TokenKind::Lsqb => open.push((token.range(), '[')),
            TokenKind::Lbrace => open.push((token.range(), '{')),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => drop(open.pop()),
            _ => {}
        }
    }
    open.pop()
}

/// `header` is ruff's name of the statement: `` `if` statement``, `function definition`.
fn missing_block(text: &str, range: TextRange, header: &str, positions: &mut Positions) -> String {
    let what = header.replace('`', "'").replace(" clause", " statement").replace("'class' def", "class def");
    let keyword = match header {
        "function definition" => "def",
        _ => header.split('`').nth(1).unwrap_or_default(),
    };
    let mut end = range.start().to_usize();
    while let Some(line) = text.get(..end).map(|ahead| &ahead[ahead.rfind('\n').map_or(0, |at| at + 1)..]) {
        let start = end - line.len();
        let found = line.trim_start();
        let found = found.strip_prefix("async ").unwrap_or(found).trim_start();
        if found.starts_with(keyword) || start == 0 {
            let at = TextSize::new(super::lower::position::offset(start));
            return format!("expected an indented block after {what} on line {}", positions.place(at).0);
        }
        end = start - 1;
    }
    format!("expected an indented block after {what}")
}

/// A wrong indentation is a `TabError` if it depends on the width of a tab.
fn indentation(text: &str, range: TextRange, message: &str) -> (ErrorType, String) {
    let at = range.start().to_usize();
    let mut lines = text[..at].rsplit('\n');
    let start = at - lines.next().map_or(0, str::len);
    let mine = widths(text[start..].split('\n').next().unwrap_or_default());
    let code = lines.filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let disagree = |line| {
        let theirs = widths(line);
        mine.0.cmp(&theirs.0) != mine.1.cmp(&theirs.1)
    };
    if code.take(100).any(disagree) {
        (ErrorType::Tab, "inconsistent use of tabs and spaces in indentation".to_owned())
    } else {
        (ErrorType::Indentation, message.to_owned())
    }
}

/// Of the indentation, with tab stops of eight and with tabs of one.
fn widths(line: &str) -> (usize, usize) {
    let mut widths = (0, 0);
    for byte in line.bytes() {
        match byte {
            b' ' => widths = (widths.0 + 1, widths.1 + 1),
            b'\t' => widths = ((widths.0 / 8 + 1) * 8, widths.1 + 1),
            0x0c => widths = (0, 0),
            _ => break,
        }
    }
    widths
}

/// Whether the parser only stumbled over escapes in strings, so that the tree is whole.
pub(super) fn only_escapes(errors: &[ParseError]) -> bool {
    errors.iter().all(|error| {
        matches!(
            error.error,
            ParseErrorType::Lexical(
                LexicalErrorType::UnicodeError
                    | LexicalErrorType::StringError
                    | LexicalErrorType::MissingUnicodeLbrace
                    | LexicalErrorType::MissingUnicodeRbrace
            )
        )
    })
}

/// The parser beneath takes no `raise;`. It misses an expression there, and the tree is whole but for that.
pub(super) fn bare_raise(error: &ParseError, tokens: &Tokens) -> bool {
    let place = tokens.partition_point(|token| token.start() < error.location.start());
    let before = tokens.iter().take(place).rfind(|token| !token.kind().is_trivia());
    error.error == ParseErrorType::ExpectedExpression
        && tokens.get(place).is_some_and(|token| token.kind() == TokenKind::Semi)
        && before.is_some_and(|token| token.kind() == TokenKind::Raise)
}

/// The parser beneath takes no keyword pattern with the name `_`. The tree is whole but for that name.
pub(super) fn wildcard_keyword(error: &ParseError, text: &str, tokens: &Tokens) -> bool {
    let place = tokens.partition_point(|token| token.start() < error.location.start());
    let behind = tokens.iter().skip(place + 1).find(|token| !token.kind().is_trivia());
    matches!(&error.error, ParseErrorType::OtherError(message)
        if message == "Expected an identifier for the keyword pattern")
        && text[error.location] == *"_"
        && behind.is_some_and(|token| token.kind() == TokenKind::Equal)
}

/// What CPython's parser says when its own stack is used up.
pub(super) fn too_complex() -> SyntaxError {
    SyntaxError { kind: ErrorType::Memory, message: TOO_COMPLEX.to_owned(), location: Location::NONE }
}
