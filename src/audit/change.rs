//! Sentences about the first difference of a pyc from the code that its source compiles to.

use super::first::{EXPECTED, text};
use crate::diff::{AS_LONG, DiffFinding, DifferenceKind};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization as _;

/// End of the message about bytes that mean the same.
const OTHER_ENCODING: &str = "encoded differently";
/// Characters of an instruction or constant that a sentence shows.
const WORDS: usize = 60;

/// Returns two texts with their characters outside ASCII escaped, if they may look the same: they
/// are as long, or equal once they are normalized (NFKC).
fn distinguished(left: &str, right: &str) -> (String, String) {
    let is_alike = left.chars().count() == right.chars().count() || left.nfkc().eq(right.nfkc());
    let shown = |text: &str| match is_alike {
        true => text.chars().map(escaped).collect(),
        false => text.to_owned(),
    };
    (shown(left), shown(right))
}

/// Returns a character as `ascii` shows it; an ellipsis stands for text that is left out.
fn escaped(character: char) -> String {
    match u32::from(character) {
        0..=0x7f => character.into(),
        _ if character == '…' => character.into(),
        number @ 0x80..=0xff => format!("\\x{number:02x}"),
        number @ 0x100..=0xffff => format!("\\u{number:04x}"),
        number => format!("\\U{number:08x}"),
    }
}

/// Describes a row that differs; `left` is what the source compiles to.
pub(super) fn change(
    finding: &DiffFinding,
    label: Option<&str>,
    left: Option<&str>,
    right: Option<&str>,
) -> String {
    if finding.kind == DifferenceKind::Structure {
        return match left {
            Some(_) => "the pyc lacks the code object".to_owned(),
            None => "the pyc has an extra code object".to_owned(),
        };
    }
    let what = field(finding).map_or(String::new(), |field| format!("{field} "));
    match (left, right) {
        (Some(left), Some(right)) if left == right => {
            let text = around(left, "").0;
            match (finding.kind, label) {
                (DifferenceKind::Instructions, _) if left.contains(" to ") => {
                    format!("{text} jumps to another instruction")
                }
                (DifferenceKind::Constants, Some(label)) => format!("{what}{text} differs {}", of_pyc(label)),
                _ => format!("{what}{text} differs in a part that is not shown"),
            }
        }
        (Some(_), Some(_)) if finding.message.ends_with(OTHER_ENCODING) => {
            format!("the pyc has {}", finding.message)
        }
        (Some(left), Some(right)) if finding.kind == DifferenceKind::LineTable => {
            let of =
                label.and_then(|label| label.strip_prefix("at ")).and_then(|label| label.split_once(' '));
            let of = of.map(|(_, text)| text.split(" and on to ").next().unwrap_or(text));
            let of = of.map_or(String::new(), |text| format!(" for {}", around(text, "").0));
            let at = |location: &str| match location.contains(':') {
                true => format!("the location {location}"),
                false if location.starts_with("no ") => location.to_owned(),
                false => format!("line {location}"),
            };
            format!("the pyc records {}{of}{EXPECTED}{}", at(right), at(left))
        }
        (Some(left), Some(right))
            if right.strip_prefix(left).is_some_and(|end| end.trim_start() == AS_LONG) =>
        {
            format!(
                "the pyc has the int {} in the form of a long",
                left.strip_prefix("LOAD_CONST ").unwrap_or(left)
            )
        }
        (Some(left), Some(right)) if finding.kind == DifferenceKind::FirstLine => {
            format!("the pyc starts on {right} instead of {left}")
        }
        // The source has been compiled under the name that the module records.
        (Some(left), Some(right)) if finding.kind == DifferenceKind::Filename => {
            let (left, right) = around(left, right);
            format!("the pyc records the file name {right}; its module records {left}")
        }
        (Some(left), Some(right)) => {
            let (left, right) = around(left, right);
            let (left, right) = distinguished(&left, &right);
            format!("the pyc has {what}{right}{EXPECTED}{left}")
        }
        (Some(left), None) if finding.kind == DifferenceKind::ExceptionTable => {
            format!("the pyc lacks the exception handler {}", handler(left))
        }
        (Some(left), None) => format!("the pyc lacks {what}{}", around(left, "").0),
        (None, Some(right)) if finding.kind == DifferenceKind::ExceptionTable => {
            format!("the pyc has an extra exception handler {}", handler(right))
        }
        (None, Some(right)) => {
            let what = what.strip_prefix("the ").unwrap_or(&what);
            format!("the pyc has an extra {what}{}", around(right, "").0)
        }
        (None, None) => finding.kind.words().to_owned(),
    }
}

/// Describes names or variables that are the same in another order.
pub(super) fn other_order(finding: &DiffFinding) -> Option<String> {
    let what = match finding.kind {
        DifferenceKind::Variables => "variables",
        DifferenceKind::Names => "names",
        _ => return None,
    };
    // The kind of a variable depends on its position.
    let name = |side: Option<&str>| {
        let text = text(side)?;
        Some(text.split_once(" (").map_or(text.clone(), |(name, _)| name.to_owned()))
    };
    let rows = finding.rows.iter().filter(|row| !row.is_remark());
    let sides: Vec<_> = rows.map(|row| [name(row.left.as_deref()), name(row.right.as_deref())]).collect();
    let [left, right] = [0, 1].map(|side| sides.iter().filter_map(|row| row[side].as_deref()).collect());
    let [left, right]: [Vec<&str>; 2] = [left, right];
    let [sorted, other] = [&left, &right].map(|names| names.iter().collect::<BTreeSet<_>>());
    if left == right || left.len() != right.len() || sorted != other {
        return None;
    }
    let [left, right] = [left, right].map(|names| names.join(", "));
    let (left, right) = around(&left, &right);
    Some(format!("the pyc has the {what} in the order {right}{EXPECTED}{left}"))
}

/// Returns the words about an entry of an exception table, such as `4 to 26: handler 138, depth 0`.
fn handler(entry: &str) -> String {
    match entry.split_once(": handler ") {
        Some((range, handler)) => format!("for {} (handler {handler})", range.replace(" to ", "–")),
        None => around(entry, "").0,
    }
}

/// Describes a difference without rows. A line table has none if its columns are missing.
pub(super) fn without_rows(finding: &DiffFinding) -> String {
    match finding.kind {
        DifferenceKind::LineTable if finding.message.ends_with("right") => {
            "the pyc has the same lines without columns".to_owned()
        }
        DifferenceKind::LineTable => "the pyc has the same lines, with columns".to_owned(),
        kind => kind.words().to_owned(),
    }
}

/// Returns a label about both sides in words about the source and the pyc.
fn of_pyc(label: &str) -> String {
    label.replace(" on the left, ", " by its source, ").replace(" on the right", " in the pyc")
}

/// Returns the name of what a finding is about, if its rows do not name it themselves.
fn field(finding: &DiffFinding) -> Option<&'static str> {
    Some(match finding.kind {
        DifferenceKind::Constants => "the constant",
        DifferenceKind::Names => "the name",
        DifferenceKind::Variables => "the variable",
        DifferenceKind::Filename => "co_filename",
        DifferenceKind::FirstLine => "co_firstlineno",
        DifferenceKind::Flags => "co_flags",
        DifferenceKind::ExceptionTable => "co_exceptiontable:",
        DifferenceKind::Name if finding.message == "qualified name" => "co_qualname",
        DifferenceKind::Name => "co_name",
        DifferenceKind::Size => match finding.message.as_str() {
            "arguments" => "co_argcount",
            "positional-only arguments" => "co_posonlyargcount",
            "keyword-only arguments" => "co_kwonlyargcount",
            "locals" => "co_nlocals",
            _ => "co_stacksize",
        },
        _ => return None,
    })
}

/// Shortens two texts to the part where they begin to differ.
pub(super) fn around(left: &str, right: &str) -> (String, String) {
    let common = left.chars().zip(right.chars()).take_while(|(one, other)| one == other).count();
    let is_long = left.chars().count().max(right.chars().count()) > WORDS;
    let from = if is_long { common.saturating_sub(WORDS / 3) } else { 0 };
    let window = |text: &str| {
        let mut rest = text.chars().skip(from);
        let mut shown = String::from(if from > 0 { "…" } else { "" });
        shown.extend(rest.by_ref().take(WORDS));
        shown.push_str(if rest.next().is_some() { "…" } else { "" });
        shown
    };
    (window(left), window(right))
}

#[cfg(test)]
mod tests {
    use super::super::first::text;
    use super::*;

    #[test]
    fn a_change_is_short_enough_to_quote() {
        assert_eq!(text(Some("  3     6 LOAD_CONST             'text'")).unwrap(), "LOAD_CONST 'text'");
        assert_eq!(text(Some("    -     2 COPY                   1")).unwrap(), "COPY 1");
        assert_eq!(text(Some("          2 COPY                   1")).unwrap(), "COPY 1");
        assert_eq!(text(Some("[12] 'a b'")).unwrap(), "'a b'");
        let finding = |kind, message: &str| DiffFinding::new(kind, message);
        let of = |kind| finding(kind, "");
        let has = "the pyc has the constant 2 where the source compiles to 1";
        assert_eq!(change(&of(DifferenceKind::Constants), None, Some("1"), Some("2")), has);
        let constants = |left, right| change(&of(DifferenceKind::Constants), None, Some(left), Some(right));
        assert_eq!(
            constants("'caf\u{e9}'", "'cafe\u{301}'"),
            r"the pyc has the constant 'cafe\u0301' where the source compiles to 'caf\xe9'"
        );
        assert_eq!(
            constants("'admin'", "'\u{430}dmin'"),
            r"the pyc has the constant '\u0430dmin' where the source compiles to 'admin'"
        );
        assert_eq!(
            constants("'é'", "'xy'"),
            "the pyc has the constant 'xy' where the source compiles to 'é'"
        );
        let long = format!("1 {AS_LONG}");
        let written = change(&of(DifferenceKind::Constants), None, Some("1"), Some(&long));
        assert_eq!(written, "the pyc has the int 1 in the form of a long");
        let lacks = change(&of(DifferenceKind::Instructions), None, Some("NOP"), None);
        assert_eq!(lacks, "the pyc lacks NOP");
        let more = change(&of(DifferenceKind::Names), None, None, Some("x"));
        assert_eq!(more, "the pyc has an extra name x");
        let stack = finding(DifferenceKind::Size, "stack size");
        let has = "the pyc has co_stacksize 2 where the source compiles to 1";
        assert_eq!(change(&stack, None, Some("1"), Some("2")), has);
        let added = change(&of(DifferenceKind::Structure), None, None, Some("RESUME 0"));
        assert_eq!(added, "the pyc has an extra code object");
        let jump = "POP_JUMP_IF_FALSE to 12";
        assert_eq!(
            change(&of(DifferenceKind::Instructions), None, Some(jump), Some(jump)),
            "POP_JUMP_IF_FALSE to 12 jumps to another instruction"
        );
        let long = |end: &str| format!("'{}{end}{}'", "a".repeat(300), "b".repeat(300));
        let words = change(&of(DifferenceKind::Constants), None, Some(&long("one")), Some(&long("two")));
        assert!(
            words.len() < 200 && words.contains("aone") && words.contains("has the constant …a"),
            "{words}"
        );
    }
}
