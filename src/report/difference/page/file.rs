//! A file of the page: the cause and the findings, with source lines above the instructions that
//! they compile to.

use super::markup::{anchor, anchor_of, badge, escape, escape_visible};
use super::{FINDINGS, LISTINGS};
use crate::diff::{Cause, DiffFinding, FileDifference, Row};
use crate::report::difference::emphasis::{Parts, sides};
use crate::text::counted;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Number of rows up to which a listing is open at first.
const ROWS: usize = 200;

pub(super) fn section(file: &FileDifference, is_open: bool, out: &mut String) {
    let path = &super::super::path(file);
    let name = anchor_of(file);
    let open = if is_open { " open" } else { "" };
    let cause = file.cause.as_ref().map_or(String::new(), |cause| badge(cause.kind));
    let _ = writeln!(
        out,
        "<details class=\"file\"{open}>\n<summary><h2>{}</h2> {cause} <span class=\"count\">{}</span></summary>",
        escape(path),
        counted(file.findings.len(), "difference", "differences")
    );
    // The anchor is inside of the element, so that a link opens the element.
    let _ = writeln!(out, "<div id=\"{name}\" class=\"body\">");
    if let Some(cause) = file.cause.as_ref().filter(|cause| is_news(cause, file)) {
        let _ = writeln!(out, "<p class=\"cause\">{}</p>", escape(cause.reason.sentence()));
    }
    if out.len() > FINDINGS {
        let mut kinds: Vec<_> = file.findings.iter().map(|finding| finding.kind).collect();
        kinds.dedup();
        let words: Vec<_> = kinds.into_iter().map(crate::diff::DifferenceKind::words).collect();
        let _ = writeln!(out, "<p class=\"finding\">{}</p>", words.join(", "));
        out.push_str("<p class=\"remark\">Not shown, to keep the page short: compare this file alone.</p>\n");
    } else {
        let mut place = None;
        let mut known = BTreeSet::new();
        for finding in &file.findings {
            if finding.place != place {
                place.clone_from(&finding.place);
                if let Some(place) = finding.place.as_deref().filter(|place| !known.insert(*place)) {
                    let _ = writeln!(out, "<h3><code>{}</code></h3>", escape(place));
                } else if let Some(place) = &place {
                    let id = format!("{name}.{}", &anchor(place)[2..]);
                    let _ = writeln!(
                        out,
                        "<h3 id=\"{id}\"><a href=\"#{id}\"><code>{}</code></a></h3>",
                        escape(place)
                    );
                }
            }
            put(file, finding, out);
        }
    }
    out.push_str("</div>\n</details>\n");
}

fn put(file: &FileDifference, finding: &DiffFinding, out: &mut String) {
    let message =
        if finding.message.is_empty() { String::new() } else { format!(": {}", escape(&finding.message)) };
    let words = finding.kind.words();
    if finding.rows.is_empty() || out.len() > LISTINGS {
        let _ = writeln!(out, "<p class=\"finding\"><strong>{words}</strong>{message}</p>");
        if !finding.rows.is_empty() {
            out.push_str(
                "<p class=\"remark\">Not listed, to keep the page short: compare this file alone.</p>\n",
            );
        }
        return;
    }
    let is_long = finding.rows.len() > ROWS;
    if is_long {
        let rows = counted(finding.rows.len(), "row", "rows");
        let _ = writeln!(
            out,
            "<details class=\"finding\"><summary><strong>{words}</strong>{message} <span class=\"count\">{rows}</span></summary>"
        );
    } else {
        let _ = writeln!(out, "<p class=\"finding\"><strong>{words}</strong>{message}</p>");
    }
    out.push_str("<table class=\"sides\">\n<colgroup><col><col class=\"mark\"><col></colgroup>\n<thead class=\"hidden\"><tr><th scope=\"col\">Left</th><th scope=\"col\">Change</th><th scope=\"col\">Right</th></tr></thead>\n<tbody>\n");
    let mut before = [None, None];
    for row in &finding.rows {
        if let Some(label) = row.label.as_ref().filter(|label| **label != finding.message) {
            let _ = writeln!(out, "<tr class=\"label\"><td colspan=\"3\">{}</td></tr>", escape(label));
        }
        if finding.kind.has_instructions() {
            source(file, row, &mut before, out);
        }
        if row.left.is_some() || row.right.is_some() {
            let (class, mark) = change(row);
            let (left, right) = sides(row);
            let _ = writeln!(
                out,
                "<tr class=\"{class}\"><td>{}</td><td class=\"mark\">{mark}</td><td>{}</td></tr>",
                cell(&left, class == "changed"),
                cell(&right, class == "changed")
            );
        }
    }
    out.push_str("</tbody>\n</table>\n");
    if is_long {
        out.push_str("</details>\n");
    }
}

/// Writes the source lines of the instructions of a row, if they are others than those of the rows
/// before, which are in `before`.
fn source(file: &FileDifference, row: &Row, before: &mut [Option<u32>; 2], out: &mut String) {
    if row.is_remark() {
        *before = [None, None];
    }
    let mut line = |side: usize| {
        let number = row.lines[side]?;
        if before[side].replace(number) == Some(number) {
            return None;
        }
        let text = file.lines[side].get(&number)?;
        Some(format!("{number:>5} {}", escape(text.trim_end())))
    };
    let (left, right) = (line(0), line(1));
    if left.is_some() || right.is_some() {
        let (left, right) = (left.unwrap_or_default(), right.unwrap_or_default());
        let _ = writeln!(
            out,
            "<tr class=\"source\"><td>{left}</td><td class=\"mark\"></td><td>{right}</td></tr>"
        );
    }
}

fn cell(parts: &Parts, marked: bool) -> String {
    let mut out = String::new();
    for (differs, text) in parts {
        let text = escape_visible(text);
        if *differs && marked {
            let _ = write!(out, "<mark>{text}</mark>");
        } else {
            out.push_str(&text);
        }
    }
    out
}

/// Returns the class for the color, and a mark with the same meaning.
const fn change(row: &Row) -> (&'static str, &'static str) {
    match (row.same, &row.left, &row.right) {
        (true, ..) => ("same", ""),
        (false, Some(_), Some(_)) => ("changed", "≠"),
        (false, Some(_), None) => ("left", "−"),
        (false, None, _) => ("right", "+"),
    }
}

/// Returns whether the reason adds to the findings.
fn is_news(cause: &Cause, file: &FileDifference) -> bool {
    let reason = cause.reason.sentence();
    !reason.is_empty() && file.findings.iter().all(|finding| finding.message != reason)
}
