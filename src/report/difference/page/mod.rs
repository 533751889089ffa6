//! A self-contained HTML page: no script, no network access, light and dark, printed completely.
//!
//! The page goes from the result to the details: the sentence, the causes, a matrix of files and
//! kinds of difference, and each file.

mod file;
mod legend;
mod markup;
mod matrix;

use super::causes::{Group, groups};
use crate::diff::{Cause, CauseKind, Comparison, FileDifference};
use crate::text::counted;
use markup::{badge, escape};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const STYLE: &str = include_str!("page.css");
/// Size of the sections beyond which findings have no listings, in bytes.
const LISTINGS: usize = 8 << 20;
/// Size beyond which files have only their kinds of difference, in bytes.
const FINDINGS: usize = 9 << 20;
/// Size beyond which files are left out, in bytes.
const FILES: usize = 10 << 20;
/// Number of files up to which all are open at first.
const OPEN: usize = 40;
/// Number of causes that are visible at first.
const CAUSES: usize = 12;
/// Number of paths in a list or the matrix.
const NAMED: usize = 3000;

/// Returns the page.
pub fn html(comparison: &Comparison) -> String {
    // Every part of the page begins with the most alarming.
    let mut files: Vec<&FileDifference> = comparison.files.iter().collect();
    files.sort_by(|one, other| (rank(one), &one.path).cmp(&(rank(other), &other.path)));
    let mut sections = String::new();
    let mut shown = BTreeSet::new();
    for file in &files {
        if sections.len() > FILES {
            break;
        }
        shown.insert(file.path.as_str());
        file::section(file, files.len() <= OPEN, &mut sections);
    }
    let left_out = files.len() - shown.len();
    if left_out > 0 {
        let left_out = counted(left_out, "more file differs", "more files differ");
        let _ =
            writeln!(sections, "<p class=\"remark\">{left_out}: compare without --html, or in parts.</p>");
    }

    let mut out = String::new();
    let (left, right) = (escape(&comparison.left), escape(&comparison.right));
    out.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
    let _ = writeln!(out, "<title>{left} and {right}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>");
    out.push_str("<a class=\"skip\" href=\"#files\">To the differences</a>\n");
    head(comparison, &mut out);
    out.push_str("<main>\n");
    if !files.is_empty() {
        causes(comparison, &shown, &mut out);
        matrix::matrix(&files, &shown, &mut out);
        legend::legend(comparison, &mut out);
    }
    let _ = writeln!(out, "<section id=\"files\" aria-label=\"Differences\">\n{sections}</section>");
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// Returns the rank of the cause; files without a cause come first.
fn rank(file: &FileDifference) -> Option<impl Ord + use<>> {
    file.cause.as_ref().map(Cause::rank)
}

/// Writes the sentence, both sides, and the version of pycompile.
fn head(comparison: &Comparison, out: &mut String) {
    let causes = comparison.files.iter().filter_map(|file| Some(file.cause.as_ref()?.kind));
    let left_out = comparison.ignored.keys().chain(comparison.excluded.keys());
    let verdict = match causes.chain(left_out.copied()).min() {
        None if comparison.files.is_empty() => ("same", "The same."),
        Some(CauseKind::Unexplained) => ("unexplained", "Not the same."),
        _ => ("differs", "Not the same."),
    };
    let sentence = escape(&super::sentence(comparison));
    let _ = writeln!(out, "<header>\n<h1>Bytecode, compared</h1>");
    let _ =
        writeln!(out, "<p class=\"verdict {}\"><strong>{}</strong> {sentence}.</p>", verdict.0, verdict.1);
    out.push_str("<dl class=\"compared\">\n");
    let sides = [("Left", "left", &comparison.left), ("Right", "right", &comparison.right)];
    for ((name, class, path), digest) in sides.into_iter().zip(&comparison.digests) {
        let digest = digest.as_ref().map_or_else(
            || "<span class=\"remark\">a directory</span>".to_owned(),
            |digest| format!("<span class=\"digest\">sha256 {digest}</span>"),
        );
        let _ =
            writeln!(out, "<dt>{name}</dt><dd class=\"{class}\"><code>{}</code> {digest}</dd>", escape(path));
    }
    let counts = super::summary(comparison);
    let version = env!("CARGO_PKG_VERSION");
    let _ = writeln!(
        out,
        "<dt>Files</dt><dd>{counts}</dd>\n<dt>By</dt><dd>pycompile {version}</dd>\n</dl>\n</header>"
    );
}

/// Writes the causes, the most alarming first, each with its files.
fn causes(comparison: &Comparison, shown: &BTreeSet<&str>, out: &mut String) {
    out.push_str(
        "<section aria-labelledby=\"causes\">\n<h2 id=\"causes\">Causes</h2>\n<ul class=\"causes\">\n",
    );
    let groups = groups(comparison);
    let mut left = NAMED;
    for (at, group) in groups.iter().enumerate() {
        if at == CAUSES {
            let more = counted(groups.len() - at, "more cause", "more causes");
            let _ = writeln!(out, "</ul>\n<details><summary>{more}</summary>\n<ul class=\"causes\">");
        }
        let Some(rest) = left.checked_sub(1) else {
            let _ = writeln!(out, "<li class=\"remark\">and {} more</li>", groups.len() - at);
            break;
        };
        left = rest;
        let _ = write!(out, "<li>{} {}", badge(group.kind), title(group, shown));
        if !group.files.is_empty() {
            let open = if groups.len() <= CAUSES && group.files.len() <= OPEN / 4 { " open" } else { "" };
            let files = super::subjects(group.files.iter().copied());
            let _ = write!(out, "<details{open}><summary>{files}</summary><ul>");
            let number = group.files.len().min(left);
            left -= number;
            for file in &group.files[..number] {
                let _ = write!(out, "<li>{}</li>", markup::link(file, shown));
            }
            if number < group.files.len() {
                let _ = write!(out, "<li class=\"remark\">and {} more</li>", group.files.len() - number);
            }
            out.push_str("</ul></details>");
        }
        out.push_str("</li>\n");
    }
    out.push_str(if groups.len() > CAUSES {
        "</ul>\n</details>\n</section>\n"
    } else {
        "</ul>\n</section>\n"
    });
}

/// Returns the title of a cause, with a link if the title begins with the path of a file.
fn title(group: &Group<'_>, shown: &BTreeSet<&str>) -> String {
    let path = group.subject.map(super::path);
    let rest = path.as_ref().and_then(|path| group.title.strip_prefix(&**path));
    match group.subject.zip(rest) {
        Some((file, rest)) => format!("{}{}", markup::link(file, shown), escape(rest)),
        None => escape(&group.title),
    }
}
