//! A matrix of files and kinds of difference with the number of findings.

use super::markup::{anchor_of, badge, link};
use super::{NAMED, OPEN};
use crate::diff::{DifferenceKind, FileDifference};
use crate::text::counted;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Writes the matrix, which is open at first if it is short.
pub(super) fn matrix(files: &[&FileDifference], shown: &BTreeSet<&str>, out: &mut String) {
    let kinds: BTreeSet<DifferenceKind> =
        files.iter().flat_map(|file| &file.findings).map(|finding| finding.kind).collect();
    let open = if files.len() <= 2 * OPEN { " open" } else { "" };
    let _ = writeln!(
        out,
        "<section aria-labelledby=\"matrix\">\n<h2 id=\"matrix\">Files by kind of difference</h2>\n<details{open}>\n<summary>{}, {}, from the outside in</summary>\n<div class=\"scroll\" tabindex=\"0\">\n<table class=\"matrix\">",
        super::super::subjects(files.iter().copied()),
        counted(kinds.len(), "kind", "kinds")
    );
    out.push_str("<thead><tr><th scope=\"col\">File</th>");
    for kind in &kinds {
        let _ = write!(out, "<th scope=\"col\" class=\"kind\"><span>{}</span></th>", kind.words());
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for file in &files[..files.len().min(NAMED)] {
        let cause = file.cause.as_ref().map_or(String::new(), |cause| badge(cause.kind));
        let _ = write!(out, "<tr><th scope=\"row\">{cause} {}</th>", link(file, shown));
        for kind in &kinds {
            match file.findings.iter().filter(|finding| finding.kind == *kind).count() {
                0 => out.push_str("<td></td>"),
                count if shown.contains(file.path.as_str()) => {
                    let anchor = anchor_of(file);
                    let _ = write!(out, "<td><a href=\"#{anchor}\">{count}</a></td>");
                }
                count => {
                    let _ = write!(out, "<td>{count}</td>");
                }
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
    if files.len() > NAMED {
        let _ = writeln!(out, "<p class=\"remark\">and {} more</p>", files.len() - NAMED);
    }
    out.push_str("</details>\n</section>\n");
}
