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
mod parser;
mod tokens;
mod words;

use std::sync::OnceLock;

use self::grammar::Grammar;
use self::parser::Parser;
use self::tokens::Token;
use crate::syntax::Remark;
use crate::syntax::lexer::{SourceText, Token as Kind};
use crate::target::Target;
use crate::text::{ErrorType, SyntaxError};

static GRAMMAR: OnceLock<Option<Grammar>> = OnceLock::new();

/// Verdict of CPython's grammar on a text.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It refuses the text so.
    Refused(SyntaxError),
    /// It accepts the text.
    Accepted,
    /// The search for a message was given up.
    Unknown,
}

/// Returns what a CPython complains of that decodes names and strings one by one; `text` has a `?` for each byte of `bytes`
/// that is not UTF-8.
pub(crate) fn diagnose_undecoded(text: &str, bytes: &[u8], target: &Target) -> Option<SyntaxError> {
    match diagnose(&SourceText::undecoded(text, bytes), target, &mut Vec::new()) {
        Verdict::Refused(refused) => Some(refused),
        Verdict::Accepted | Verdict::Unknown => None,
    }
}

/// Returns what CPython's parser complains of. `remarks` has those up to the fault, and receives those of the tokens after
/// it: CPython reads on to see whether the rest has tokens.
pub(super) fn diagnose(source: &SourceText, target: &Target, remarks: &mut Vec<Remark>) -> Verdict {
    let Some(grammar) = GRAMMAR.get_or_init(Grammar::read).as_ref() else { return Verdict::Unknown };
    let mut parser = Parser::new(grammar, source, target);
    let verdict = judge(&mut parser);
    let last = remarks.iter().filter_map(Remark::token_place).max();
    let new = parser.input.lexer.remarks.drain(..);
    remarks.extend(new.filter(|remark| remark.token_place() > last));
    verdict
}

fn judge(parser: &mut Parser<'_, '_>) -> Verdict {
    match parser.file() {
        Ok(Some(_)) => return parser.late.take().map_or(Verdict::Accepted, Verdict::Refused),
        Ok(None) => {}
        Err(_) => {
            let Some(error) = parser.error.take() else { return Verdict::Unknown };
            return Verdict::Refused(with_the_rest(parser, error));
        }
    }
    let last = parser.input.last;
    parser.invalid = true;
    let gave_up = parser.file().is_err();
    if let Some(error) = parser.error.take() {
        return Verdict::Refused(with_the_rest(parser, error));
    }
    if gave_up {
        return Verdict::Unknown;
    }
    Verdict::Refused(generic(parser, last))
}

fn generic(parser: &mut Parser<'_, '_>, last: Token) -> SyntaxError {
    let indentation = match last.kind {
        Kind::Indent => Some("unexpected indent"),
        Kind::Dedent => Some("unexpected unindent"),
        _ => None,
    };
    if let Some(message) = indentation {
        let location = parser.at_token(parser.input.last);
        return SyntaxError { kind: ErrorType::Indentation, message: message.to_owned(), location };
    }
    let error = SyntaxError::new("invalid syntax", last.location);
    with_the_rest(parser, error)
}

/// The error, or one that the lexer finds in the rest of the text: that goes first.
fn with_the_rest(parser: &mut Parser<'_, '_>, error: SyntaxError) -> SyntaxError {
    let is_syntax = matches!(error.kind, ErrorType::Syntax | ErrorType::Indentation | ErrorType::Tab);
    if parser.input.lexer.fault().is_some() || !is_syntax {
        return error;
    }
    let line = parser.input.last.location.line();
    let found = loop {
        match parser.input.next() {
            Ok(Token { kind: Kind::End, .. }) => break None,
            Ok(_) => {}
            Err(complaint) if complaint.raised => break Some(complaint.error),
            Err(_) => {
                let open = words::never_closed(&parser.input.lexer);
                break open.filter(|open| line > open.location.line());
            }
        }
    };
    match found {
        // Inside of an f-string the error of its expression stands.
        Some(found) if parser.input.lexer.modes().is_empty() => found,
        _ => error,
    }
}
