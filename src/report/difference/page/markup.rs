//! Elements that all parts of the page use.

use crate::diff::{CauseKind, FileDifference, WHOLE_SIDE};
use crate::text::visible;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Returns the anchor of a name, which does not depend on other names.
pub(super) fn anchor(name: &str) -> String {
    let mut anchor = String::from("f-");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            anchor.push(char::from(byte));
        } else {
            let _ = write!(anchor, ":{byte:02x}");
        }
    }
    anchor
}

/// Returns the anchor of a file.
pub(super) fn anchor_of(file: &FileDifference) -> String {
    anchor(if file.path == WHOLE_SIDE { "(the archive)" } else { &file.path })
}

/// Returns the path of a file, as a link if the page has a section for the file.
pub(super) fn link(file: &FileDifference, shown: &BTreeSet<&str>) -> String {
    let path = &super::super::path(file);
    match shown.contains(file.path.as_str()) {
        true => format!("<a href=\"#{}\">{}</a>", anchor_of(file), escape(path)),
        false => escape(path),
    }
}

/// Returns the kind of a cause in words, in the color of its severity.
pub(super) fn badge(kind: CauseKind) -> String {
    format!("<strong class=\"badge {}\">{}</strong>", severity(kind), kind.words())
}

const fn severity(kind: CauseKind) -> &'static str {
    match kind {
        CauseKind::Unexplained => "alarm",
        CauseKind::NotChecked => "open",
        CauseKind::Source | CauseKind::FollowsFromSource => "follows",
        CauseKind::OneSide
        | CauseKind::OtherRelease
        | CauseKind::OtherLevel
        | CauseKind::OtherContent
        | CauseKind::OtherPath => "other",
        CauseKind::Harmless => "harmless",
    }
}

/// Escapes text, and makes control characters visible.
pub(super) fn escape(text: &str) -> String {
    escape_visible(&visible(text))
}

/// Escapes text whose control characters are already visible.
pub(super) fn escape_visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
    out
}
