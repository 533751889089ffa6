//! A pyc as text.

use super::listing::Listing;
use super::{Budget, Codes, InspectError, Inspected, SourceState, full_name};
use crate::dis::{Instruction, Operand};
use crate::object::{CodeView, flag_names};
use crate::pyc::Header;
use crate::text::Location;
use crate::text::visible;
use std::fmt::Write as _;

/// Returns the header in words, then all code objects, outer ones first.
///
/// # Errors
/// [`InspectError`].
pub fn inspect_text(pyc: &Inspected<'_>) -> Result<String, InspectError> {
    let mut budget = Budget::new(pyc.size);
    let mut out = head(pyc);
    for view in Codes::of(pyc.objects).views {
        let listing = Listing::of(view, pyc.series, &mut budget)?;
        write_code(view, &listing, &mut budget, &mut out)?;
    }
    Ok(out)
}

fn head(pyc: &Inspected<'_>) -> String {
    let mut out = format!("{}\n", visible(pyc.path));
    field(&mut out, "Python", &format!("{}, magic number {}", pyc.series.version, pyc.header.magic()));
    let mode = pyc.header.mode().name();
    let header = match pyc.header {
        Header::Timestamp { mtime, size, .. } => {
            format!("{mode}: source of {size} bytes, changed at {mtime} seconds since 1970")
        }
        Header::Hash { hash, checked, .. } => {
            let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{mode}: {hash}, which importers {}", if checked { "check" } else { "do not check" })
        }
    };
    field(&mut out, "header", &header);
    let source = match pyc.source {
        SourceState::Found { path, matches: true } => format!("{path}, which the header matches"),
        SourceState::Found { path, matches: false } => format!("{path}, which the header does NOT match"),
        SourceState::Absent(why) => why.clone(),
    };
    field(&mut out, "source", &source);
    out
}

fn field(out: &mut String, label: &str, text: &str) {
    let _ = writeln!(out, "  {label:<11} {}", visible(text));
}

fn write_code(
    view: CodeView<'_>,
    listing: &Listing,
    budget: &mut Budget,
    out: &mut String,
) -> Result<(), InspectError> {
    let before = out.len();
    let code = view.code;
    let _ = writeln!(out, "\ncode {}", visible(&full_name(view)));
    field(out, "file", &format!("{}, line {}", view.filename(), code.firstlineno));
    let (argcount, posonly, kwonly) = (code.argcount, code.posonlyargcount, code.kwonlyargcount);
    if argcount != 0 || kwonly != 0 {
        let text =
            format!("{argcount} positional ({posonly} of them by position only), {kwonly} by keyword only");
        field(out, "arguments", &text);
    }
    field(out, "flags", format!("{:#x} {}", view.flags(), flag_names(view.flags()).join(" ")).trim_end());
    field(out, "stack", &code.stacksize.to_string());
    if !listing.names.is_empty() {
        field(out, "names", &listing.names.join(", "));
    }
    for (at, (name, kind)) in listing.variables.iter().enumerate() {
        field(out, if at == 0 { "variables" } else { "" }, &format!("{at}: {name} ({})", kind.words()));
    }
    for (at, constant) in listing.constants.iter().enumerate() {
        field(out, if at == 0 { "constants" } else { "" }, &format!("{at}: {constant}"));
    }
    budget.take(out.len() - before)?;
    let mut line = None;
    for instruction in &listing.instructions {
        let starts = line != Some(instruction.location.line());
        line = Some(instruction.location.line());
        let row = row(instruction, listing.operand(instruction), starts);
        budget.take(row.len() + 1)?;
        out.push_str(&row);
        out.push('\n');
    }
    for (at, handler) in listing.handlers.iter().enumerate() {
        let lasti = if handler.lasti { ", pushes the offset" } else { "" };
        let text = format!(
            "{} to {}: handler {}, depth {}{lasti}",
            handler.start, handler.end, handler.target, handler.depth
        );
        budget.take(text.len() + 16)?;
        field(out, if at == 0 { "exceptions" } else { "" }, &text);
    }
    Ok(())
}

/// Returns the row of an instruction, such as
/// `  12 >>     4 LOAD_CONST                      1 ('text')             12:4-12:10`.
fn row(instruction: &Instruction, operand: Option<String>, starts_line: bool) -> String {
    let place = instruction.location;
    let line = match (starts_line, place.is_none()) {
        (false, _) => String::new(),
        (true, true) => "-".into(),
        (true, false) => place.line().to_string(),
    };
    let mark = if instruction.is_target { ">>" } else { "" };
    let arg = instruction.arg.map(|arg| arg.to_string()).unwrap_or_default();
    let operand = match (&instruction.operand, operand) {
        (Operand::Target(target), _) => format!("(to {target})"),
        (_, Some(operand)) => format!("({})", visible(&operand)),
        (_, None) => String::new(),
    };
    let (offset, name) = (instruction.offset, instruction.name());
    let left = format!("{line:>6} {mark:>2} {offset:>6} {name:<32} {arg:>5} {operand}");
    format!("{:<80} {}", left.trim_end(), columns(place)).trim_end().to_owned()
}

fn columns(place: Location) -> String {
    if place.is_none() || place.column() < 0 || place.end_column() < 0 {
        return String::new();
    }
    format!("{place:?}")
}
