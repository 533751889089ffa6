//! Two forms of the same code → where the first one marks or refers to what the other does not.

use super::model::{Finding, Kind, Row};
use crate::object::{Code, Node, NodeId, Objects, Value};

/// Differences that are listed.
const LISTED: usize = 20;

/// What two marshalled objects that are otherwise the same differ in: flags, references, interned bits, type codes.
pub(super) fn compare(module: &str, left: &Objects, right: &Objects) -> Finding {
    let counts = |of: &dyn Fn(&Node) -> bool| {
        let count = |objects: &Objects| objects.nodes().filter(|(_, node)| of(node)).count();
        (count(left), count(right))
    };
    let flagged = counts(&|node| node.flagged);
    let references = counts(&|node| matches!(node.value, Value::Ref(_)));
    let interned = counts(&|node| matches!(node.type_code, b't' | b'A' | b'Z'));
    let mut rows = Vec::new();
    for (what, (left, right)) in [
        ("objects with FLAG_REF", flagged),
        ("references to objects before", references),
        ("interned strings", interned),
    ] {
        rows.push(Row {
            left: Some(format!("{left} {what}")),
            right: Some(format!("{right} {what}")),
            same: left == right,
        });
    }
    let differences = differences(module, left, right);
    let message = match differences.len() {
        0 => "the same objects are numbered otherwise".to_owned(),
        1 => "the same code; one object is marked otherwise".to_owned(),
        count => format!("the same code; {count} objects are marked otherwise"),
    };
    let more = differences.len().saturating_sub(LISTED);
    rows.extend(differences.into_iter().take(LISTED));
    if more > 0 {
        rows.push(Row::differ(format!("… {more} more"), format!("… {more} more")));
    }
    Finding::new(Kind::References, message).rows(rows)
}

/// A part of both trees: where it is, in words.
struct Part {
    left: NodeId,
    right: NodeId,
    scope: usize,
    field: String,
}

fn differences(module: &str, left: &Objects, right: &Objects) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut scopes = vec![module.to_owned()];
    let root = Part { left: Objects::ROOT, right: Objects::ROOT, scope: 0, field: "the module".into() };
    let mut parts = vec![root];
    while let Some(part) = parts.pop() {
        let (a, b) = (left.node(part.left), right.node(part.right));
        let (said_a, said_b) = (form(a), form(b));
        if said_a != said_b {
            let shown = shorten(&left.repr(part.left));
            let place = format!("{} {}", scopes[part.scope], part.field);
            rows.push(Row::differ(
                format!("{place}: {shown}: {said_a}"),
                format!("{place}: {shown}: {said_b}"),
            ));
        }
        // Behind a reference there is nothing that was not there before.
        match (&a.value, &b.value) {
            (Value::Sequence(one), Value::Sequence(other)) => {
                for (at, (&left, &right)) in one.iter().zip(other.iter()).enumerate().rev() {
                    let field = format!("{}[{at}]", part.field);
                    parts.push(Part { left, right, scope: part.scope, field });
                }
            }
            (Value::Code(one), Value::Code(other)) => {
                let name = one.qualname.or(Some(one.name)).and_then(|name| left.text(name));
                scopes.push(match name.filter(|_| part.left != Objects::ROOT) {
                    Some(name) => format!("{module}:{name}"),
                    None => module.to_owned(),
                });
                let scope = scopes.len() - 1;
                for ((field, left), (_, right)) in fields(one).into_iter().zip(fields(other)).rev() {
                    parts.push(Part { left, right, scope, field: field.to_owned() });
                }
            }
            _ => {}
        }
    }
    rows
}

/// How an object is written, apart from what it is.
fn form(node: &Node) -> String {
    let mut words = Vec::new();
    if matches!(node.value, Value::Ref(_)) {
        words.push("a reference to it");
    } else {
        words.push("the object");
        if node.flagged {
            words.push("FLAG_REF");
        }
        match node.type_code {
            b't' | b'A' | b'Z' => words.push("interned"),
            _ => {}
        }
        match node.type_code {
            b'a' | b'A' | b'(' => words.push("long form"),
            b'u' | b't' => words.push("UTF-8 form"),
            _ => {}
        }
    }
    words.join(", ")
}

fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// The objects of a code object in the order in which they are written.
fn fields(code: &Code) -> Vec<(&'static str, NodeId)> {
    let separate = code.cellvars.is_some();
    let locals = if separate { ("varnames", "freevars") } else { ("localsplusnames", "localspluskinds") };
    let mut fields = vec![
        ("code", code.code),
        ("consts", code.consts),
        ("names", code.names),
        (locals.0, code.varnames),
        (locals.1, code.freevars),
    ];
    fields.extend(code.cellvars.map(|id| ("cellvars", id)));
    fields.extend([("filename", code.filename), ("name", code.name)]);
    fields.extend(code.qualname.map(|id| ("qualname", id)));
    fields.push(("linetable", code.linetable));
    fields.extend(code.exceptiontable.map(|id| ("exceptiontable", id)));
    fields
}
