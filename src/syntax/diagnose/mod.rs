//! A refused text → the reason, in CPython's words and with CPython's location.
//!
//! CPython's parser reads a text a second time to find the mistake: it tries rules for particular
//! mistakes in a fixed order. Which one matches, and where, depends on that order and on how many
//! tokens were read. This parser does the same with the same grammar (`python.peg`). It builds no
//! tree for the compiler and runs only for a refused text. CPython: `Parser/lexer/`,
//! `Parser/pegen.c`, `Parser/pegen_errors.c`.
//!
//! **Invariant:** it never accepts a text on behalf of the compiler: if it finds no mistake in a
//! text that the parser refused, one of the two has a bug.

mod apart;
mod call;
mod complaint;
mod field;
mod grammar;
mod parser;
mod remarks;
mod tokens;
mod words;

use std::sync::OnceLock;

use self::grammar::Grammar;
pub(crate) use self::parser::Raises;

use self::parser::PegParser;
use self::tokens::LocatedToken;
use crate::syntax::Remark;
use crate::syntax::lexer::{SourceText, Token as Kind};
use crate::syntax::parser::StatementStart;
use crate::target::Target;
use crate::text::{ErrorType, SyntaxError};

static GRAMMAR: OnceLock<Option<Grammar>> = OnceLock::new();

/// Verdict of CPython's grammar on a text.
#[derive(Debug)]
pub(super) enum Verdict {
    /// The grammar refuses the text with this error.
    Refused(SyntaxError),
    /// The grammar accepts the text.
    Accepted,
    /// The search for a message was abandoned.
    Unknown,
}

/// Returns the error of CPython's parser for a text whose statements before `statement` the grammar
/// accepts. `raises` returns the errors for remarks that are raised.
///
/// `remarks` has those up to the fault and receives all of them: CPython reads some strings again
/// when it looks for mistakes, and then the tokens of the rest.
pub(super) fn diagnose(
    source: &SourceText,
    target: &Target,
    statement: StatementStart,
    remarks: &mut Vec<Remark>,
    raises: Option<Raises<'_>>,
) -> Verdict {
    let Some(grammar) = GRAMMAR.get_or_init(Grammar::read).as_ref() else { return Verdict::Unknown };
    let mut parser = PegParser::new(grammar, source, target, raises);
    if statement.offset > 0 {
        parser.skip_to(statement);
        parser.remarks = remarks.get(..statement.remarks).unwrap_or_default().to_vec();
    }
    let verdict = verdict(&mut parser);
    if !matches!(verdict, Verdict::Unknown) {
        *remarks = parser.remarks;
    }
    verdict
}

/// Returns the error of CPython's parser for a text that is refused, because it is not UTF-8 or
/// because remarks are raised. `remarks` receives the remarks.
pub(crate) fn diagnose_refused(
    source: &SourceText,
    target: &Target,
    remarks: &mut Vec<Remark>,
    raises: Option<Raises<'_>>,
) -> Option<SyntaxError> {
    match diagnose(source, target, StatementStart::default(), remarks, raises) {
        Verdict::Refused(refused) => Some(refused),
        Verdict::Accepted | Verdict::Unknown => None,
    }
}

/// Returns CPython's error if one of `statements` nests too many rules for its parser.
pub(super) fn too_complex(
    source: &SourceText,
    target: &Target,
    statements: &[StatementStart],
) -> Option<SyntaxError> {
    if statements.is_empty() {
        return None;
    }
    let grammar = GRAMMAR.get_or_init(Grammar::read).as_ref()?;
    let mut parser = PegParser::new(grammar, source, target, None);
    statements.iter().find_map(|&statement| {
        parser.skip_to(statement);
        parser.only_one = true;
        let stopped = parser.file().is_err();
        parser.error.take().filter(|error| stopped && error.kind == ErrorType::Memory)
    })
}

fn verdict(parser: &mut PegParser<'_, '_>) -> Verdict {
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

fn generic(parser: &mut PegParser<'_, '_>, last: LocatedToken) -> SyntaxError {
    let indentation = match last.kind {
        Kind::Indent => Some("unexpected indent"),
        Kind::Dedent => Some("unexpected unindent"),
        _ => None,
    };
    if let Some(message) = indentation {
        let location = parser.at_token(parser.input.last);
        return SyntaxError::of(ErrorType::Indentation, message, location);
    }
    let error = parser.placed(SyntaxError::new("invalid syntax", last.location));
    with_the_rest(parser, error)
}

/// Returns the error, or an error that the lexer finds in the rest of the text, which takes
/// precedence.
fn with_the_rest(parser: &mut PegParser<'_, '_>, error: SyntaxError) -> SyntaxError {
    let is_own_token = error.kind == ErrorType::Token && !parser.of_field;
    if parser.input.lexer.fault().is_some() || is_own_token || !error.kind.is_syntax() {
        return error;
    }
    let line = parser.raised_in.unwrap_or(parser.input.last.location.line());
    fault_of_the_rest(parser, line).unwrap_or(error)
}

/// Returns the error that the lexer finds in the tokens that were not read yet; `line` is that of
/// the last token before the error of the parser.
fn fault_of_the_rest(parser: &mut PegParser<'_, '_>, line: i32) -> Option<SyntaxError> {
    let found = loop {
        let next = parser.input.next();
        if let Some(raised) = parser.note_tokens() {
            break Some(parser.placed(raised));
        }
        match next {
            Ok(LocatedToken { kind: Kind::End, .. }) => break None,
            Ok(_) => {}
            Err(complaint) if complaint.raised => break Some(parser.placed(complaint.error)),
            Err(_) => {
                if let Some(undecodable) = words::undecodable(&parser.input.lexer) {
                    break Some(undecodable);
                }
                let open = words::never_closed(&parser.input.lexer);
                let open = open.filter(|open| line > open.location.line());
                break open.map(|open| parser.placed(open));
            }
        }
    };
    // In an f-string, the error of the parser takes precedence.
    found.filter(|_| parser.input.lexer.modes().is_empty())
}
