//! Markdown for a pull request: the sentence, the causes, and a collapsed list of files for each
//! cause.

use super::causes::{Group, groups, sentence};
use crate::diff::{CauseKind, Comparison};
use crate::text::{counted, visible};
use std::fmt::Write as _;

/// Numbers of files in a list: the first that the size allows.
const NAMED: [usize; 3] = [50, 10, 0];
/// Size of the causes in bytes. GitHub accepts comments of at most 65,536 characters.
const LIMIT: usize = 62_000;
/// Characters of a title or a name that are shown.
const LONGEST: usize = 1000;

/// Returns the comparison as Markdown (GitHub's flavor), short enough for a comment.
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
    let (mut causes, mut files) = (0, 0);
    for group in groups(comparison) {
        let mut sections = NAMED.into_iter().map(|named| section(&group, named));
        // The first causes are the most severe ones, so that no later one takes the place of one
        // that is left out.
        match sections.find(|section| causes == 0 && out.len() + section.len() <= LIMIT) {
            Some(section) => out.push_str(&section),
            None => {
                causes += 1;
                files += group.files.len() + usize::from(group.subject.is_some());
            }
        }
    }
    if causes > 0 {
        let (causes, files) = (counted(causes, "more cause", "more causes"), counted(files, "file", "files"));
        let command = format!(
            "pycompile diff {} {} --html difference.html",
            quoted(&comparison.left),
            quoted(&comparison.right)
        );
        let _ = writeln!(
            out,
            "\n{causes} with {files} {} left out to keep this short enough for a comment: {} shows all.",
            if causes.starts_with("1 ") { "is" } else { "are" },
            code(&command)
        );
    }
    out
}

fn section(group: &Group<'_>, named: usize) -> String {
    let mut out = String::new();
    let mark = if group.kind == CauseKind::Unexplained { "⚠️ " } else { "" };
    let title = if group.title.is_empty() { String::new() } else { format!(": {}", text(&group.title)) };
    if group.files.is_empty() {
        let _ = writeln!(out, "\n{mark}**{}**{title}", group.kind.words());
        return out;
    }
    let number = group.number().map_or(String::new(), |number| format!(" ({number})"));
    let _ =
        writeln!(out, "\n<details><summary>{mark}<b>{}</b>{title}{number}</summary>\n", group.kind.words());
    for file in group.files.iter().take(named) {
        let _ = writeln!(out, "- {}{}", code(&super::path(file)), text(&group.remark(file)));
    }
    if group.files.len() > named {
        let _ = writeln!(out, "- and {} more", group.files.len() - named);
    }
    out.push_str("\n</details>\n");
    out
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

/// Quotes an argument for a shell.
fn quoted(argument: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "_-./+:,@%=".contains(character);
    match !argument.is_empty() && argument.chars().all(is_plain) {
        true => argument.to_owned(),
        false => format!("'{}'", argument.replace('\'', r"'\''")),
    }
}

fn shortened(text: &str) -> String {
    let mut characters = text.chars();
    let mut shown: String = characters.by_ref().take(LONGEST).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Formats a name as code; a backtick in the name does not end the code.
fn code(name: &str) -> String {
    format!("`{}`", shortened(&visible(name)).replace('`', "'"))
}

/// Escapes markup and mentions.
fn text(text: &str) -> String {
    let mut out = String::new();
    for character in shortened(&visible(text)).chars() {
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
