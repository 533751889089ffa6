//! One page that needs nothing else: no script, no network, light and dark, whole when printed.

use super::causes::groups;
use super::emphasis::{Parts, sides};
use crate::diff::{CauseKind, Comparison, FileDifference, Finding, Row};
use crate::text::{counted, visible};
use std::fmt::Write as _;

const STYLE: &str = include_str!("page.css");
/// Bytes of the page after which findings stand without their listings.
const LISTINGS: usize = 12 << 20;
/// Bytes after which files stand with their kinds of difference alone.
const FINDINGS: usize = 16 << 20;
/// Files up to which all are open.
const OPEN: usize = 40;

/// The page.
pub fn html(comparison: &Comparison) -> String {
    let mut out = String::new();
    let (left, right) = (escape(&comparison.left), escape(&comparison.right));
    out.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
    let _ = writeln!(out, "<title>{left} and {right}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>");
    out.push_str(
        "<a class=\"skip\" href=\"#files\">To the differences</a>\n<header>\n<h1>Bytecode, compared</h1>\n<dl>\n",
    );
    let _ = writeln!(out, "<dt>Left</dt><dd class=\"left\"><code>{left}</code></dd>");
    let _ = writeln!(out, "<dt>Right</dt><dd class=\"right\"><code>{right}</code></dd>\n</dl>");
    summary(comparison, &mut out);
    out.push_str("</header>\n<main>\n");
    if !comparison.files.is_empty() {
        causes(comparison, &mut out);
        contents(comparison, &mut out);
    }
    out.push_str("<section id=\"files\" aria-label=\"Differences\">\n");
    let open = if comparison.files.len() <= OPEN { " open" } else { "" };
    for file in &comparison.files {
        section(file, open, &mut out);
    }
    out.push_str("</section>\n</main>\n</body>\n</html>\n");
    out
}

fn summary(comparison: &Comparison, out: &mut String) {
    let (class, verdict) =
        if comparison.files.is_empty() { ("same", "The same.") } else { ("differs", "Not the same.") };
    let sentence = escape(&super::sentence(comparison));
    let counts = super::summary(comparison);
    let _ = writeln!(
        out,
        "<p class=\"verdict {class}\"><strong>{verdict}</strong> {sentence}.</p>\n<p>By pycompile {}: {counts}.</p>",
        env!("CARGO_PKG_VERSION")
    );
}

/// The causes, the most alarming first, each with the files that differ for it.
fn causes(comparison: &Comparison, out: &mut String) {
    out.push_str(
        "<section aria-labelledby=\"causes\">\n<h2 id=\"causes\">Causes</h2>\n<ul class=\"causes\">\n",
    );
    for group in groups(comparison) {
        let class = match group.kind {
            CauseKind::Unexplained => "alarm",
            CauseKind::NotChecked => "open",
            CauseKind::Harmless => "harmless",
            _ => "explained",
        };
        let title =
            if group.title.is_empty() { String::new() } else { format!(": {}", escape(&group.title)) };
        let _ = write!(out, "<li class=\"{class}\"><strong>{}</strong>{title}", group.kind.words());
        if !group.files.is_empty() {
            let open = if group.files.len() <= OPEN / 4 { " open" } else { "" };
            let files = counted(group.files.len(), "file", "files");
            let _ = write!(out, "<details{open}><summary>{files}</summary><ul>");
            for file in group.files {
                let path = super::path(file);
                let _ = write!(out, "<li><a href=\"#{}\">{}</a></li>", anchor(path), escape(path));
            }
            out.push_str("</ul></details>");
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ul>\n</section>\n");
}

/// Anchor of a file, which stays the same when other files come and go.
fn anchor(path: &str) -> String {
    let mut anchor = String::from("f-");
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            anchor.push(char::from(byte));
        } else {
            let _ = write!(anchor, ":{byte:02x}");
        }
    }
    anchor
}

/// The files, listed under each kind of difference that they have.
fn contents(comparison: &Comparison, out: &mut String) {
    out.push_str(
        "<nav aria-labelledby=\"kinds\">\n<h2 id=\"kinds\">By kind of difference, from the outside in</h2>\n",
    );
    out.push_str("<div class=\"kinds\">\n");
    for (kind, findings) in comparison.counts() {
        let has_kind = |file: &&FileDifference| file.findings.iter().any(|finding| finding.kind == kind);
        let files: Vec<_> = comparison.files.iter().filter(has_kind).collect();
        let in_files = counted(files.len(), "file", "files");
        let times = if findings == files.len() { String::new() } else { format!(", {findings} places") };
        let open = if files.len() <= OPEN { " open" } else { "" };
        let _ = writeln!(
            out,
            "<details{open}>\n<summary>{} <span class=\"count\">{in_files}{times}</span></summary>\n<ul>",
            kind.words()
        );
        for file in files {
            let path = super::path(file);
            let _ = writeln!(out, "<li><a href=\"#{}\">{}</a></li>", anchor(path), escape(path));
        }
        out.push_str("</ul>\n</details>\n");
    }
    out.push_str("</div>\n</nav>\n");
}

fn section(file: &FileDifference, open: &str, out: &mut String) {
    let path = escape(super::path(file));
    let anchor = anchor(super::path(file));
    let _ = writeln!(out, "<details class=\"file\"{open}>\n<summary><h2>{path}</h2></summary>");
    // A link to what is inside opens what is closed.
    let _ = writeln!(out, "<div id=\"{anchor}\" class=\"body\">");
    if let Some(cause) = &file.cause {
        let reason =
            if cause.reason.is_empty() { String::new() } else { format!(": {}", escape(&cause.reason)) };
        let _ = writeln!(out, "<p class=\"cause\"><strong>{}</strong>{reason}</p>", cause.kind.words());
    }
    if out.len() > FINDINGS {
        let mut kinds: Vec<_> = file.findings.iter().map(|finding| finding.kind).collect();
        kinds.dedup();
        let words: Vec<_> = kinds.into_iter().map(crate::diff::Kind::words).collect();
        let _ = writeln!(out, "<p class=\"finding\">{}</p>", words.join(", "));
        out.push_str("<p class=\"remark\">Not shown, to keep the page short: compare this file alone.</p>\n");
    } else {
        let mut place = None;
        for finding in &file.findings {
            if finding.place != place {
                place.clone_from(&finding.place);
                if let Some(place) = &place {
                    let _ = writeln!(out, "<h3><code>{}</code></h3>", escape(place));
                }
            }
            put(finding, out);
        }
    }
    out.push_str("</div>\n</details>\n");
}

fn put(finding: &Finding, out: &mut String) {
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
    let _ = writeln!(out, "<table class=\"sides\">\n<caption><strong>{words}</strong>{message}</caption>");
    out.push_str("<thead><tr><th scope=\"col\">Left</th><th scope=\"col\" class=\"mark\"><span class=\"hidden\">Change</span></th><th scope=\"col\">Right</th></tr></thead>\n<tbody>\n");
    for row in &finding.rows {
        if let Some(label) = row.label.as_ref().filter(|label| **label != finding.message) {
            let _ = writeln!(out, "<tr class=\"label\"><td colspan=\"3\">{}</td></tr>", escape(label));
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
}

fn cell(parts: &Parts, marked: bool) -> String {
    let mut out = String::new();
    for (differs, text) in parts {
        let text = markup(text);
        if *differs && marked {
            let _ = write!(out, "<mark>{text}</mark>");
        } else {
            out.push_str(&text);
        }
    }
    out
}

/// Colour is never alone: the mark says the same.
const fn change(row: &Row) -> (&'static str, &'static str) {
    match (row.same, &row.left, &row.right) {
        (true, ..) => ("same", ""),
        (false, Some(_), Some(_)) => ("changed", "≠"),
        (false, Some(_), None) => ("left", "−"),
        (false, None, _) => ("right", "+"),
    }
}

/// Text from outside as text.
fn escape(text: &str) -> String {
    markup(&visible(text))
}

fn markup(text: &str) -> String {
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
