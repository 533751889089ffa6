//! A text that was refused → why, in CPython's words and at its place.
//!
//! CPython's parser goes over a text a second time to find what is wrong with it: it tries, in a certain order, rules for
//! particular mistakes. Which one is found, and where, follows from that order and from how far the tokens were read. So
//! this parser does the same, from the same grammar (`python.peg`); it makes no tree for the compiler and runs only once a
//! text was refused. CPython: `Parser/lexer/`, `Parser/pegen.c`, `Parser/pegen_errors.c`.
//!
//! **Invariant:** it never accepts anything on behalf of the compiler: where it finds nothing wrong with what the parser
//! refused, one of the two has a bug.

mod call;
mod complaint;
mod field;
mod grammar;
mod interpolated;
mod lexer;
mod number;
mod parser;
mod token;

use std::borrow::Cow;
use std::sync::OnceLock;

use self::grammar::Grammar;
use self::lexer::Done;
use self::parser::Parser;
use self::token::{Kind, Token};
use crate::target::Target;
use crate::text::{ErrorType, SyntaxError};

static GRAMMAR: OnceLock<Option<Grammar>> = OnceLock::new();

/// What CPython's grammar says of a text.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It refuses the text so.
    Refused(SyntaxError),
    /// It accepts the text.
    Accepted,
    /// The search for a message was given up.
    Unknown,
}

/// What CPython's parser complains of in `text`.
pub(super) fn diagnose(text: &str, target: &Target) -> Verdict {
    let text = if text.ends_with('\n') { Cow::Borrowed(text) } else { Cow::Owned(format!("{text}\n")) };
    diagnose_bytes(&text, text.as_bytes(), target)
}

/// Returns what a CPython complains of that decodes names and strings one by one; `text` has a `?` for each byte of `bytes`
/// that is not UTF-8.
pub(crate) fn diagnose_undecoded(text: &str, bytes: &[u8], target: &Target) -> Option<SyntaxError> {
    let (mut text, mut bytes) = (text.to_owned(), bytes.to_owned());
    if !text.ends_with('\n') {
        text.push('\n');
        bytes.push(b'\n');
    }
    match diagnose_bytes(&text, &bytes, target) {
        Verdict::Refused(refused) => Some(refused),
        Verdict::Accepted | Verdict::Unknown => None,
    }
}

fn diagnose_bytes(text: &str, bytes: &[u8], target: &Target) -> Verdict {
    let Some(grammar) = GRAMMAR.get_or_init(Grammar::read).as_ref() else { return Verdict::Unknown };
    let mut parser = Parser::new(grammar, text, bytes, target);
    match parser.file() {
        Ok(Some(_)) => return parser.late.take().map_or(Verdict::Accepted, Verdict::Refused),
        Ok(None) => {}
        Err(_) => {
            let Some(error) = parser.error.take() else { return Verdict::Unknown };
            return Verdict::Refused(with_the_rest(&mut parser, error));
        }
    }
    let last = parser.last_token();
    parser.invalid = true;
    let gave_up = parser.file().is_err();
    if let Some(error) = parser.error.take() {
        return Verdict::Refused(with_the_rest(&mut parser, error));
    }
    if gave_up {
        return Verdict::Unknown;
    }
    Verdict::Refused(generic(&mut parser, last))
}

fn generic(parser: &mut Parser<'_, '_>, last: Token) -> SyntaxError {
    let indentation = match last.kind {
        Kind::Indent => Some("unexpected indent"),
        Kind::Dedent => Some("unexpected unindent"),
        _ => None,
    };
    if let Some(message) = indentation {
        let location = parser.at_token(parser.last_token());
        return SyntaxError { kind: ErrorType::Indentation, message: message.to_owned(), location };
    }
    let error = SyntaxError::new("invalid syntax", last.location);
    with_the_rest(parser, error)
}

/// The error, or one that the lexer finds in the rest of the text: that goes first.
fn with_the_rest(parser: &mut Parser<'_, '_>, error: SyntaxError) -> SyntaxError {
    let is_syntax = matches!(error.kind, ErrorType::Syntax | ErrorType::Indentation | ErrorType::Tab);
    if parser.lexer.done != Done::Not || !is_syntax {
        return error;
    }
    let line = parser.last_token().location.line;
    let found = loop {
        match parser.lexer.token().kind {
            Kind::End => break None,
            Kind::Error if parser.lexer.raised => break parser.lexer.error.take(),
            Kind::Error => break parser.lexer.never_closed().filter(|open| line > open.location.line),
            _ => {}
        }
    };
    match found {
        // Inside of an f-string the error of its expression stands.
        Some(found) if parser.lexer.modes.is_empty() => found,
        _ => error,
    }
}
