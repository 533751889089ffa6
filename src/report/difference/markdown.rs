//! Markdown for a pull request: the sentence, the causes, and a collapsed list of files for each
//! cause.

use super::causes::{groups, sentence};
use crate::diff::{CauseKind, Comparison};
use crate::text::visible;
use std::fmt::Write as _;

/// Number of files in a list.
const NAMED: usize = 50;

/// Returns the comparison as Markdown (GitHub's flavor).
pub fn markdown(comparison: &Comparison) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "**{}.**\n\nComparison of {} with {} by pycompile {}.",
        capital(&sentence(comparison)),
        code(&comparison.left),
        code(&comparison.right),
        env!("CARGO_PKG_VERSION")
    );
    for group in groups(comparison) {
        let mark = if group.kind == CauseKind::Unexplained { "⚠️ " } else { "" };
        let title = if group.title.is_empty() { String::new() } else { format!(": {}", text(&group.title)) };
        if group.files.is_empty() {
            let _ = writeln!(out, "\n{mark}**{}**{title}", group.kind.words());
            continue;
        }
        let number = group.number().map_or(String::new(), |number| format!(" ({number})"));
        let _ = writeln!(
            out,
            "\n<details><summary>{mark}<b>{}</b>{title}{number}</summary>\n",
            group.kind.words()
        );
        for file in group.files.iter().take(NAMED) {
            let _ = writeln!(out, "- {}", code(&super::path(file)));
        }
        if group.files.len() > NAMED {
            let _ = writeln!(out, "- and {} more", group.files.len() - NAMED);
        }
        out.push_str("\n</details>\n");
    }
    out
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

/// Formats a name as code; a backtick in the name does not end the code.
fn code(name: &str) -> String {
    format!("`{}`", visible(name).replace('`', "'"))
}

/// Escapes markup and mentions.
fn text(text: &str) -> String {
    let mut out = String::new();
    for character in visible(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '@' | '~' => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    out
}
