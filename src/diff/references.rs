//! Two forms of the same code → the objects that one side flags or shares and the other does not.
//!
//! CPython marks an object with `FLAG_REF` if its reference count is above one when it is written,
//! and writes a reference for an object that was marked before. The counts depend on other objects
//! in the process, and so does the identity of equal strings.

use super::model::{DiffFinding, DifferenceKind, Row};
use crate::object::{Code, ObjectId, ObjectNode, Objects, Value};

/// Number of differences that are listed.
const LISTED: usize = 40;
/// Bytes of the object that a difference shows.
const SHOWN: usize = 60;

/// Describes how two otherwise equal marshalled objects differ: flags, references, interned
/// strings, type codes.
pub(super) fn compare(module: &str, left: &Objects, right: &Objects) -> DiffFinding {
    let (count, differences) = differences(module, left, right);
    let mut message = match count {
        0 => "the same objects are numbered differently".to_owned(),
        1 => "one object is marked, shared or interned differently".to_owned(),
        count => format!("{count} objects are marked, shared or interned differently"),
    };
    let older = (is_older_marshal(left), is_older_marshal(right));
    if older.0 != older.1 {
        let side = if older.0 { "left" } else { "right" };
        message = format!("the {side} side is in the format of an older version of marshal");
    }
    match (unused(left), unused(right)) {
        _ if older.0 != older.1 => {}
        (0, 1..) => message.push_str("; the left side marks only objects that references use"),
        (0, 0) => message.push_str("; both sides mark only objects that references use"),
        (1.., 0) => message.push_str("; the right side marks only objects that references use"),
        _ => {}
    }
    let counts = |of: &dyn Fn(&ObjectNode) -> bool| {
        let count = |objects: &Objects| objects.nodes().filter(|(_, node)| of(node)).count();
        (count(left), count(right))
    };
    let mut rows = Vec::new();
    for (what, (one, other)) in [
        ("objects marked with FLAG_REF", counts(&|node| node.flagged)),
        ("references to earlier objects", counts(&|node| matches!(node.value, Value::Ref(_)))),
        ("interned strings", counts(&|node| is_interned(node))),
    ] {
        let row = Row::sides(Some(one.to_string()), Some(other.to_string()), one == other);
        rows.push(row.labeled(what));
    }
    rows.extend(differences);
    if count > LISTED {
        rows.push(Row::remark(format!("… {} more objects", count - LISTED)));
    }
    DiffFinding::new(DifferenceKind::References, message).rows(rows)
}

/// Returns whether the objects are in the form of version 3 of marshal or an older one, which has
/// no short strings and tuples. Every code object of a later version has some.
pub fn is_older_marshal(objects: &Objects) -> bool {
    objects.nodes().all(|(_, node)| !matches!(node.type_code, b'a' | b'A' | b'z' | b'Z' | b')'))
}

/// Returns the number of objects that are flagged although no reference refers to them.
fn unused(objects: &Objects) -> usize {
    let mut waiting: rustc_hash::FxHashSet<ObjectId> =
        objects.nodes().filter(|(_, node)| node.flagged).map(|(id, _)| id).collect();
    for (_, node) in objects.nodes() {
        if let Value::Ref(target) = node.value {
            waiting.remove(&target);
        }
    }
    waiting.len()
}

pub(super) const fn is_interned(node: &ObjectNode) -> bool {
    matches!(node.type_code, b't' | b'A' | b'Z')
}

/// A part of both trees, and its location.
#[derive(Clone, Copy)]
struct Part {
    left: ObjectId,
    right: ObjectId,
    /// Index of the code object that contains the part.
    scope: usize,
    field: &'static str,
    index: Option<usize>,
    /// True if the part is inside of the element at `index`.
    deeper: bool,
}

impl Part {
    fn place(&self, scopes: &[String]) -> String {
        let inside = if self.deeper { "inside " } else { "" };
        let index = self.index.map(|index| format!("[{index}]")).unwrap_or_default();
        format!("{} {inside}{}{index}", scopes[self.scope], self.field)
    }
}

/// Returns the number of objects that differ in form, and rows for the first of them.
fn differences(module: &str, left: &Objects, right: &Objects) -> (usize, Vec<Row>) {
    let (mut count, mut rows) = (0, Vec::new());
    let mut scopes = vec![module.to_owned()];
    let (root, field) = (Objects::ROOT, "the code object itself");
    let mut parts = vec![Part { left: root, right: root, scope: 0, field, index: None, deeper: false }];
    while let Some(part) = parts.pop() {
        let (a, b) = (left.node(part.left), right.node(part.right));
        let (said_a, said_b) = (form(a), form(b));
        if said_a != said_b {
            count += 1;
            if rows.len() < LISTED {
                let label = format!("{} {}", part.place(&scopes), left.short_repr(part.left, SHOWN));
                rows.push(Row::differ(said_a, said_b).labeled(label));
            }
        }
        // The target of a reference was compared before.
        match (&a.value, &b.value) {
            (Value::Sequence(one), Value::Sequence(other)) => {
                for (at, (&left, &right)) in one.iter().zip(other.iter()).enumerate().rev() {
                    let (index, deeper) = (part.index.or(Some(at)), part.index.is_some());
                    parts.push(Part { left, right, index, deeper, ..part });
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
                    parts.push(Part { left, right, scope, field, index: None, deeper: false });
                }
            }
            _ => {}
        }
    }
    (count, rows)
}

/// Returns the form in which an object is written, without its value.
fn form(node: &ObjectNode) -> String {
    if matches!(node.value, Value::Ref(_)) {
        return "a reference to an earlier object".to_owned();
    }
    let mut words = vec!["written here"];
    words.extend(node.flagged.then_some("FLAG_REF"));
    words.extend(is_interned(node).then_some("interned"));
    match node.type_code {
        b'a' | b'A' | b'(' => words.push("long form"),
        b'u' | b't' => words.push("UTF-8 form"),
        b'f' | b'x' => words.push("in decimal, as in version 0 or 1 of marshal"),
        b'I' => words.push("64-bit form"),
        _ => {}
    }
    words.join(", ")
}

/// Returns the objects of a code object in the order of marshal.
fn fields(code: &Code) -> Vec<(&'static str, ObjectId)> {
    let separate = code.cellvars.is_some();
    let locals =
        if separate { ("co_varnames", "co_freevars") } else { ("co_localsplusnames", "co_localspluskinds") };
    let mut fields = vec![
        ("co_code", code.code),
        ("co_consts", code.consts),
        ("co_names", code.names),
        (locals.0, code.varnames),
        (locals.1, code.freevars),
    ];
    fields.extend(code.cellvars.map(|id| ("co_cellvars", id)));
    fields.extend([("co_filename", code.filename), ("co_name", code.name)]);
    fields.extend(code.qualname.map(|id| ("co_qualname", id)));
    fields.push(("co_linetable", code.linetable));
    fields.extend(code.exceptiontable.map(|id| ("co_exceptiontable", id)));
    fields
}
