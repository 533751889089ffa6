//! One page that needs nothing else: no script, no network, light and dark, whole when printed.

use crate::diff::{Comparison, FileDifference, Finding, Row};
use std::fmt::Write as _;

const STYLE: &str = include_str!("page.css");

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
        "<a class=\"skip\" href=\"#files\">To the files</a>\n<header>\n<h1>Bytecode, compared</h1>\n<dl>\n",
    );
    let _ = writeln!(out, "<dt>Left</dt><dd><code>{left}</code></dd>");
    let _ = writeln!(out, "<dt>Right</dt><dd><code>{right}</code></dd>\n</dl>");
    summary(comparison, &mut out);
    out.push_str("</header>\n<main>\n");
    if !comparison.files.is_empty() {
        contents(comparison, &mut out);
    }
    out.push_str("<section id=\"files\" aria-label=\"Differences\">\n");
    for (number, file) in comparison.files.iter().enumerate() {
        section(number, file, &mut out);
    }
    out.push_str("</section>\n</main>\n</body>\n</html>\n");
    out
}

fn summary(comparison: &Comparison, out: &mut String) {
    let (same, differ) = (comparison.same, comparison.files.len());
    let class = if differ == 0 { "same" } else { "differs" };
    let _ = writeln!(
        out,
        "<p class=\"verdict {class}\"><strong>{}</strong> {same} files are the same, {differ} differ.</p>",
        if differ == 0 { "The same." } else { "They differ." }
    );
    if differ == 0 {
        return;
    }
    out.push_str("<table class=\"summary\">\n<caption>Differences by kind, from the outside in</caption>\n");
    out.push_str(
        "<thead><tr><th scope=\"col\">Kind</th><th scope=\"col\">Count</th></tr></thead>\n<tbody>\n",
    );
    for (kind, count) in comparison.counts() {
        let _ = writeln!(out, "<tr><th scope=\"row\">{}</th><td>{count}</td></tr>", kind.words());
    }
    out.push_str("</tbody>\n</table>\n");
}

/// The files, listed under each kind of difference that they have.
fn contents(comparison: &Comparison, out: &mut String) {
    out.push_str("<nav aria-label=\"Files by kind of difference\">\n<h2>Files</h2>\n");
    for (kind, _) in comparison.counts() {
        let files = comparison.files.iter().enumerate();
        let files = files.filter(|(_, file)| file.findings.iter().any(|finding| finding.kind == kind));
        let _ = writeln!(out, "<h3>{}</h3>\n<ul>", kind.words());
        for (number, file) in files {
            let _ = writeln!(out, "<li><a href=\"#f{number}\">{}</a></li>", path(file));
        }
        out.push_str("</ul>\n");
    }
    out.push_str("</nav>\n");
}

fn path(file: &FileDifference) -> String {
    if file.path.is_empty() { "the archive".to_owned() } else { escape(&file.path) }
}

fn section(number: usize, file: &FileDifference, out: &mut String) {
    let _ = writeln!(out, "<details open id=\"f{number}\">\n<summary><h2>{}</h2></summary>", path(file));
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
    out.push_str("</details>\n");
}

fn put(finding: &Finding, out: &mut String) {
    let message =
        if finding.message.is_empty() { String::new() } else { format!(": {}", escape(&finding.message)) };
    let words = finding.kind.words();
    if finding.rows.is_empty() {
        let _ = writeln!(out, "<p class=\"finding\">{words}{message}</p>");
        return;
    }
    let _ = writeln!(out, "<table class=\"sides\">\n<caption>{words}{message}</caption>");
    out.push_str("<thead><tr><th scope=\"col\">Left</th><th scope=\"col\" class=\"mark\"><span class=\"hidden\">Change</span></th><th scope=\"col\">Right</th></tr></thead>\n<tbody>\n");
    for row in &finding.rows {
        let (class, mark) = change(row);
        let side = |side: &Option<String>| side.as_deref().map(escape).unwrap_or_default();
        let _ = writeln!(
            out,
            "<tr class=\"{class}\"><td>{}</td><td class=\"mark\">{mark}</td><td>{}</td></tr>",
            side(&row.left),
            side(&row.right)
        );
    }
    out.push_str("</tbody>\n</table>\n");
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

/// Text as text; controls and what would turn the direction of writing become visible.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ if character.is_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out
}
