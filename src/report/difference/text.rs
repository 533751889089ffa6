//! For a terminal: both sides beside each other.

use crate::diff::{Comparison, Finding, Kind, Row};

/// Columns of a side, where there is room for less than this.
const LEAST: usize = 24;

/// One paragraph for each file, lines of at most `width` columns.
pub fn text(comparison: &Comparison, width: usize) -> String {
    let mut out = String::new();
    for file in &comparison.files {
        let path = if file.path.is_empty() { "(the archive)" } else { &file.path };
        if let [Finding { kind: kind @ (Kind::OnlyLeft | Kind::OnlyRight), message, .. }] = &file.findings[..]
        {
            let what = if message.is_empty() { String::new() } else { format!(": {message}") };
            out.push_str(&format!("{}: {path}{what}\n", kind.words()));
            continue;
        }
        out.push_str(&format!("{path}\n"));
        let mut place = None;
        for finding in &file.findings {
            if finding.place != place {
                place.clone_from(&finding.place);
                if let Some(place) = &place {
                    out.push_str(&format!("  {place}\n"));
                }
            }
            let indent = if place.is_some() { 4 } else { 2 };
            put(finding, indent, width, &mut out);
        }
    }
    out
}

fn put(finding: &Finding, indent: usize, width: usize, out: &mut String) {
    let space = " ".repeat(indent);
    let words = finding.kind.words();
    let message = if finding.message.is_empty() { String::new() } else { format!(": {}", finding.message) };
    out.push_str(&format!("{space}{words}{message}\n"));
    let column = (width.saturating_sub(indent + 2 + 3) / 2).max(LEAST);
    for row in &finding.rows {
        rows(row, &format!("{space}  "), column, out);
    }
}

/// A row takes as many lines as its longer side.
fn rows(row: &Row, indent: &str, column: usize, out: &mut String) {
    let mark = match (row.same, &row.left, &row.right) {
        (true, ..) => ' ',
        (false, Some(_), Some(_)) => '|',
        (false, Some(_), None) => '<',
        (false, None, _) => '>',
    };
    let fold = |side: &Option<String>| {
        let characters: Vec<char> = side.iter().flat_map(|text| text.chars().map(visible)).collect();
        characters.chunks(column).map(|line| line.iter().collect::<String>()).collect::<Vec<_>>()
    };
    let (left, right) = (fold(&row.left), fold(&row.right));
    for at in 0..left.len().max(right.len()) {
        let side = |lines: &[String]| lines.get(at).cloned().unwrap_or_default();
        let (left, right) = (side(&left), side(&right));
        let gap = " ".repeat(column - left.chars().count());
        out.push_str(format!("{indent}{left}{gap} {mark} {right}").trim_end());
        out.push('\n');
    }
}

/// What a terminal might obey is not passed on.
fn visible(character: char) -> char {
    if character.is_control() { char::REPLACEMENT_CHARACTER } else { character }
}
