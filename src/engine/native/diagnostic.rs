//! An error as CPython shows it (`traceback.TracebackException._format_syntax_error`,
//! `py_compile.PyCompileError`).

use crate::compile::SourceRefusal;
use crate::engine::Diagnostic;
use crate::target::Target;
use crate::text::{ErrorType, Location};
use std::fmt::Write as _;

/// Line and columns in the text. Both count from 1, columns in characters. CPython gives 0 and −1
/// for an unknown column.
struct DiagnosticPlace<'t> {
    line: i32,
    column: i64,
    end_line: i32,
    end_column: i64,
    text: &'t str,
}

/// Returns line `number` of `text`, with its line end.
fn line_of(text: &str, number: i32) -> Option<&str> {
    let index = usize::try_from(number.checked_sub(1)?).ok()?;
    text.split_inclusive('\n').nth(index)
}

/// Converts a byte offset from 0 to a column in characters from 1. An offset after the end of the
/// line is the end, which includes the line end; one within a character is that of the character.
fn column_of(line: &str, byte: i32) -> i64 {
    let Ok(at) = usize::try_from(byte) else { return i64::from(byte) + 1 };
    let up_to = line.char_indices().take_while(|(start, _)| *start <= at).count();
    if at < line.len() { up_to as i64 } else { 1 + up_to as i64 }
}

fn place(refusal: &SourceRefusal) -> Option<DiagnosticPlace<'_>> {
    let location = refusal.error.location;
    if location == Location::NONE && refusal.parsed && refusal.error.kind == ErrorType::Syntax {
        // For code without a location, CPython gives the line −1.
        return Some(DiagnosticPlace { line: -1, column: 0, end_line: -1, end_column: 0, text: "" });
    }
    let has_place = matches!(
        refusal.error.kind,
        ErrorType::Syntax
            | ErrorType::Token
            | ErrorType::TokenInBytes
            | ErrorType::Indentation
            | ErrorType::Tab
    );
    if location.line() < 0 || !has_place {
        return None;
    }
    let line = || line_of(&refusal.text, location.line()).unwrap_or("");
    let text = refusal.error.text.as_deref().unwrap_or_else(line);
    let column = |line, byte| if refusal.in_bytes { i64::from(byte) + 1 } else { column_of(line, byte) };
    Some(DiagnosticPlace {
        line: location.line(),
        column: column(text, location.column()),
        end_line: location.end_line(),
        // CPython's parser counts both columns in the first line.
        end_column: column(text, location.end_column()),
        text,
    })
}

/// Returns the lines of a traceback: location, source line, carets.
fn traceback(
    place: &DiagnosticPlace<'_>,
    kind: &str,
    message: &str,
    filename: &str,
    target: &Target,
) -> String {
    let mut out = format!("  File \"{filename}\", line {}\n", place.line);
    let right = place.text.trim_end_matches('\n');
    let shown = right.trim_start_matches([' ', '\n', '\x0c']);
    if !place.text.is_empty() {
        let spaces = right.chars().count() - shown.chars().count();
        let _ = writeln!(out, "    {shown}");
        let is_bounded = target.features.carets_end_with_line;
        let (mut start, mut end) = (place.column, place.end_column);
        if is_bounded {
            start = start.min(place.text.chars().count() as i64 + 1);
            if place.end_line != place.line {
                end = right.chars().count() as i64 + 1;
            }
        }
        let end = if end == 0 { place.column } else { end };
        let end = if end == start || end == -1 { start + 1 } else { end };
        if let Ok(before) = usize::try_from(start - 1 - spaces as i64) {
            let indent: String =
                shown.chars().take(before).map(|c| if c.is_whitespace() { c } else { ' ' }).collect();
            let carets = usize::try_from(end - start).unwrap_or(0);
            let _ = writeln!(out, "    {indent}{}", "^".repeat(carets));
        }
    }
    let _ = writeln!(out, "{kind}: {message}");
    out
}

/// Returns the diagnostic of a refusal; `filename` is the recorded name.
pub(super) fn of(refusal: &SourceRefusal, filename: &str, target: &Target) -> Box<Diagnostic> {
    let error = &refusal.error;
    let (kind, message) = (error.kind.name(), error.message.as_str());
    let place = place(refusal);
    let rendered = match (&place, error.kind) {
        (Some(place), ErrorType::Syntax | ErrorType::Token | ErrorType::TokenInBytes) => {
            traceback(place, kind, message, filename, target)
        }
        (None, ErrorType::Syntax | ErrorType::Token | ErrorType::TokenInBytes) => {
            format!("{kind}: {message} ({filename})\n")
        }
        (Some(place), ErrorType::Indentation | ErrorType::Tab) => {
            let base = filename.rsplit('/').next().unwrap_or(filename);
            format!("Sorry: {kind}: {message} ({base}, line {})", place.line)
        }
        _ => format!("Sorry: {kind}: {message}"),
    };
    let mut diagnostic = Diagnostic {
        kind: kind.to_owned(),
        message: error.message.clone(),
        rendered,
        ..Diagnostic::default()
    };
    if let Some(place) = place {
        diagnostic.line = Some(i64::from(place.line));
        diagnostic.column = Some(place.column);
        // An error of a codec has line 0 and no end.
        if place.line != 0 {
            diagnostic.end_line = Some(i64::from(place.end_line));
            // A location without an end has no end column in such an error.
            diagnostic.end_column =
                Some(place.end_column).filter(|&column| column != 0 || !refusal.parsed || place.line < 0);
        }
        diagnostic.text = Some(place.text.to_owned()).filter(|text| !text.is_empty());
    }
    Box::new(diagnostic)
}
