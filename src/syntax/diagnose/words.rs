//! CPython's messages for faults of the lexer, and their locations.
//!
//! CPython: `Parser/lexer/lexer.c`, `Parser/tokenizer/helpers.c`, and `tokenizer_error` in
//! `Parser/pegen_errors.c`.

use super::tokens::prefix;
use crate::decode;
use crate::syntax::lexer::{FaultKind, Lexer, LexerFault};
use crate::target::GrammarRule;
use crate::text::{ErrorType, Location, SyntaxError};

/// Error for a fault of a token.
pub(super) struct Complaint {
    pub(super) error: SyntaxError,
    /// True if the tokenizer itself raises the error, so that it precedes errors of the parser.
    pub(super) raised: bool,
}

/// Returns the error for a bracket that is open at the end of the text.
pub(super) fn never_closed(lexer: &Lexer<'_>) -> Option<SyntaxError> {
    let open = lexer.brackets().last()?;
    let location = Location::new(open.place.line(), open.place.line(), open.place.column(), -1);
    Some(SyntaxError::new(format!("'{}' was never closed", char::from(open.letter)), location))
}

/// Returns the error for a name that is not UTF-8, as the tokenizer raises it.
pub(super) fn undecodable(lexer: &Lexer<'_>) -> Option<SyntaxError> {
    let fault = lexer.fault().filter(|fault| fault.kind == FaultKind::Undecodable)?;
    let message = decode::utf_8_fault(lexer.bytes().get(lexer.start()..fault.at)?)?;
    Some(SyntaxError::without_place(ErrorType::UnicodeDecode, message))
}

/// Returns CPython's error for a fault.
pub(super) fn complaint(lexer: &Lexer<'_>, fault: LexerFault) -> Complaint {
    let reached = lexer.reached();
    let (line, line_start) = (reached.line, reached.line_start);
    let column = |at: usize| at as i32 - line_start as i32;
    let on_line = |first, end| Location::new(line, line, first, end);
    let whole_line = lexer.line_end(line_start) - line_start;
    let location = match fault.kind {
        FaultKind::InconsistentIndentation => {
            let message = "inconsistent use of tabs and spaces in indentation";
            return unraised(ErrorType::Tab, message, on_line(0, -1));
        }
        FaultKind::TooManyIndents => {
            return unraised(ErrorType::Indentation, "too many levels of indentation", on_line(0, -1));
        }
        FaultKind::Unindent => {
            let message = "unindent does not match any outer indentation level";
            return unraised(ErrorType::Indentation, message, on_line(whole_line as i32 - 1, -2));
        }
        FaultKind::NeverClosed | FaultKind::UnexpectedEnd => {
            let location = on_line(column(reached.at) - 1, -2);
            let end = || SyntaxError::new("unexpected EOF while parsing", location);
            return Complaint { error: never_closed(lexer).unwrap_or_else(end), raised: false };
        }
        FaultKind::AfterBackslash => {
            // The offset counts from the first line in the tokenizer's buffer.
            let read = reached.at.saturating_sub(lexer.held_from() + 1);
            let message = "unexpected character after line continuation character";
            return unraised(ErrorType::Syntax, message, on_line(read as i32, -1));
        }
        FaultKind::Undecodable => {
            let name = lexer.bytes().get(lexer.start()..reached.at).unwrap_or_default();
            let fault = decode::utf_8_fault(name).unwrap_or_default();
            let location = on_line(column(reached.at) - 1, -2);
            return unraised(ErrorType::Syntax, &format!("(unicode error) {fault}"), location);
        }
        FaultKind::Prefixes(..) => on_line(column(lexer.start()), column(reached.at) - 1),
        FaultKind::LeadingZeros(zeros) => on_line(column(lexer.start()), column(zeros) - 1),
        FaultKind::UnterminatedString { .. } => {
            let start = lexer.place();
            Location::between(start, start)
        }
        FaultKind::UnterminatedText { in_spec: false } => {
            let start = lexer.modes().last().map_or(lexer.place(), |mode| mode.start_place);
            Location::between(start, start)
        }
        // The last character that was read.
        _ => {
            let read = lexer.text.get(line_start..reached.at).unwrap_or_default();
            let last = read.char_indices().next_back().map_or(-1, |(at, _)| at as i32);
            on_line(last, last)
        }
    };
    let message = message(lexer, fault.kind, line);
    let in_bytes = matches!(fault.kind, FaultKind::LeadingZeros(_)) && lexer.target.features.zeros_in_bytes;
    let kind = if in_bytes { ErrorType::TokenInBytes } else { ErrorType::Token };
    Complaint { error: SyntaxError::of(kind, message, location), raised: true }
}

fn unraised(kind: ErrorType, message: &str, location: Location) -> Complaint {
    Complaint { error: SyntaxError::of(kind, message, location), raised: false }
}

/// Returns the tokenizer's message; `line` is the last line that was read.
fn message(lexer: &Lexer<'_>, kind: FaultKind, line: i32) -> String {
    let mode = lexer.modes().last();
    let prefix = prefix(mode);
    match kind {
        FaultKind::TooManyBrackets => "too many nested parentheses".to_owned(),
        FaultKind::Unmatched(letter) => format!("unmatched '{}'", char::from(letter)),
        FaultKind::UnmatchedInField(letter) => format!("{prefix}-string: unmatched '{}'", char::from(letter)),
        FaultKind::Mismatched(letter) => {
            let Some(open) = lexer.brackets().last() else { return String::new() };
            let is_field = open.letter == b'{' && mode.is_some_and(|mode| mode.depth - 1 == mode.field_depth);
            if is_field {
                return message(lexer, FaultKind::UnmatchedInField(letter), line);
            }
            let (shown, opening) = (char::from(letter), char::from(open.letter));
            let first = open.place.line();
            let place = if first == line { String::new() } else { format!(" on line {first}") };
            format!("closing parenthesis '{shown}' does not match opening parenthesis '{opening}'{place}")
        }
        FaultKind::InvalidCharacter(letter) => {
            let code = u32::from(letter);
            if crate::text::is_printable(code) && lexer.target.assigns(code) {
                format!("invalid character '{letter}' (U+{code:04X})")
            } else {
                format!("invalid non-printable character U+{code:04X}")
            }
        }
        FaultKind::Prefixes(one, other) => format!("'{one}' and '{other}' prefixes are incompatible"),
        FaultKind::InvalidNumber(notation) => format!("invalid {notation} literal"),
        FaultKind::InvalidDigit(digit, notation) => {
            format!("invalid digit '{}' in {notation} literal", char::from(digit))
        }
        FaultKind::LeadingZeros(_) => {
            "leading zeros in decimal integer literals are not permitted; use an 0o \
                                       prefix for octal integers"
                .to_owned()
        }
        FaultKind::UnterminatedString { triple, escaped } => {
            let quote = lexer.byte(lexer.literal().body - 1);
            let size = if triple { 3 } else { 1 };
            if mode.is_some_and(|mode| mode.quote == quote && mode.quote_size == size) {
                return format!("{prefix}-string: expecting '}}'{}", field_on_line(lexer));
            }
            let kind = if triple { "triple-quoted string" } else { "string" };
            let asks = lexer.target.features.asks_of_escaped_quote;
            let hint = if escaped && !triple && asks { "; perhaps you escaped the end quote?" } else { "" };
            format!("unterminated {kind} literal (detected at line {line}){hint}")
        }
        FaultKind::UnterminatedText { in_spec: true } => format!(
            "{prefix}-string: newlines are not allowed in format specifiers for single quoted {prefix}-strings"
        ),
        FaultKind::UnterminatedText { in_spec: false } => {
            let triple = mode.is_some_and(|mode| mode.quote_size == 3);
            let kind = if triple { "triple-quoted " } else { "" };
            format!("unterminated {kind}{prefix}-string literal (detected at line {line})")
        }
        FaultKind::TooManyStrings => {
            let has_templates = lexer.target.grammar.has(GrammarRule::Templates);
            format!("too many nested f-strings{}", if has_templates { " or t-strings" } else { "" })
        }
        FaultKind::TooManyFields => format!("{prefix}-string: expressions nested too deeply"),
        FaultKind::SingleBrace => format!("{prefix}-string: single '}}' is not allowed"),
        _ => "invalid syntax".to_owned(),
    }
}

/// Returns the line of the unclosed field, for the targets that report it and if it is another
/// line.
fn field_on_line(lexer: &Lexer<'_>) -> String {
    let Some(mode) = lexer.modes().last().filter(|_| lexer.target.features.name_line_of_open_field) else {
        return String::new();
    };
    let inner = usize::try_from(mode.depth - mode.field_depth).unwrap_or_default();
    let open = lexer.brackets().len().checked_sub(inner).and_then(|at| lexer.brackets().get(at));
    match open.map(|open| open.place.line()).filter(|line| *line != lexer.place().line()) {
        Some(line) => format!(" to close '{{' on line {line}"),
        None => String::new(),
    }
}
