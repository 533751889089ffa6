//! A pyc as JSON: one object, `pycompile-inspect/1`.

use super::listing::Listing;
use super::{Budget, Codes, InspectError, Inspected, SourceState};
use crate::dis::Operand;
use crate::object::{CodeView, flag_names};
use crate::pyc::Header;
use crate::target::Series;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Returns the document on one line. `code` lists all code objects, the module's first; a constant
/// that is a code object is given by its index in this list. Offsets are in bytes of `co_code`;
/// positions are line, end line, column and end column, `null` if unknown.
///
/// # Errors
/// [`InspectError`].
pub fn inspect_json(pyc: &Inspected<'_>) -> Result<String, InspectError> {
    let mut budget = Budget::new(pyc.size);
    let header = match pyc.header {
        Header::Timestamp { mtime, size, .. } => json!({"mode": "timestamp", "mtime": mtime, "size": size}),
        Header::Hash { hash, .. } => json!({
            "mode": pyc.header.mode().name(),
            "hash": hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        }),
    };
    let source = match pyc.source {
        SourceState::Found { path, matches } => json!({"path": path, "matches": matches}),
        SourceState::Absent(why) => json!({"path": null, "why": why}),
    };
    let head = json!({
        "schema": "pycompile-inspect/1",
        "path": pyc.path,
        "python": pyc.series.version.to_string(),
        "magic": pyc.header.magic(),
        "header": header,
        "source": source,
    });
    // Code objects are serialized one by one: as JSON values they would take ten times as much
    // memory as their text.
    let head = head.to_string();
    let mut out = head.strip_suffix('}').unwrap_or_default().to_owned();
    out.push_str(",\"code\":[");
    let all = Codes::of(pyc.objects);
    for (at, view) in all.views.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        code(*view, &all, pyc.series, &mut budget, &mut out)?;
    }
    out.push_str("]}");
    Ok(out)
}

/// Writes `,"key":[…]`.
fn list(
    key: &str,
    items: impl Iterator<Item = Value>,
    budget: &mut Budget,
    out: &mut String,
) -> Result<(), InspectError> {
    let _ = write!(out, ",\"{key}\":[");
    for (at, item) in items.enumerate() {
        let text = item.to_string();
        budget.take(text.len() + 1)?;
        if at > 0 {
            out.push(',');
        }
        out.push_str(&text);
    }
    out.push(']');
    Ok(())
}

fn code(
    view: CodeView<'_>,
    codes: &Codes<'_>,
    series: &Series,
    budget: &mut Budget,
    out: &mut String,
) -> Result<(), InspectError> {
    let listing = Listing::of(view, series, budget)?;
    let head = json!({
        "name": view.name(),
        "qualname": view.qualname(),
        "filename": view.filename(),
        "firstlineno": view.code.firstlineno,
        "argcount": view.code.argcount,
        "posonlyargcount": view.code.posonlyargcount,
        "kwonlyargcount": view.code.kwonlyargcount,
        "stacksize": view.code.stacksize,
        "flags": view.flags(),
        "flag_names": flag_names(view.flags()),
    });
    let head = head.to_string();
    budget.take(head.len())?;
    out.push_str(head.strip_suffix('}').unwrap_or_default());
    let constants = view.consts().iter().zip(&listing.constants).map(|(&id, shown)| {
        let number = codes.number(view.objects, id);
        number.map_or_else(|| json!(shown), |number| json!({"code": number}))
    });
    let instructions = listing.instructions.iter().map(|instruction| {
        let target = match instruction.operand {
            Operand::Target(target) => Some(target),
            _ => None,
        };
        let known = |number: i32| (number >= 0).then_some(number);
        let at = instruction.location;
        let positions = [at.line(), at.end_line(), at.column(), at.end_column()].map(known);
        json!({
            "offset": instruction.offset,
            "opcode": instruction.opcode,
            "name": instruction.name().to_string(),
            "arg": instruction.arg,
            "operand": listing.operand(instruction),
            "target": target,
            "is_target": instruction.is_target,
            "positions": positions,
        })
    });
    let variables = listing.variables.iter().map(|(name, kind)| json!({"name": name, "kind": kind.words()}));
    let handlers = listing.handlers.iter().map(|handler| {
        json!({
            "start": handler.start,
            "end": handler.end,
            "target": handler.target,
            "depth": handler.depth,
            "lasti": handler.lasti,
        })
    });
    list("names", listing.names.iter().map(|name| json!(name)), budget, out)?;
    list("variables", variables, budget, out)?;
    list("constants", constants, budget, out)?;
    list("instructions", instructions, budget, out)?;
    list("handlers", handlers, budget, out)?;
    out.push('}');
    Ok(())
}
