//! Causes of a comparison, grouped and summarized in a sentence.

use crate::diff::{CauseKind, Comparison, FileDifference};
use crate::text::counted;
use std::collections::BTreeMap;

/// Files that differ for the same cause.
pub(super) struct Group<'a> {
    pub(super) kind: CauseKind,
    /// Description of the cause, without the number of files.
    pub(super) title: String,
    /// File with whose path the title begins.
    pub(super) subject: Option<&'a FileDifference>,
    /// Files sorted by path; empty if the title names the only file.
    pub(super) files: Vec<&'a FileDifference>,
}

impl Group<'_> {
    /// Returns the number of files; `None` if the title contains it or names the file.
    pub(super) fn number(&self) -> Option<String> {
        let is_told = self.files.is_empty() || self.kind == CauseKind::Source;
        (!is_told).then(|| counted(self.files.len(), "file", "files"))
    }
}

fn of(comparison: &Comparison, kind: CauseKind) -> Vec<&FileDifference> {
    let is_of = |file: &&FileDifference| file.cause.as_ref().is_some_and(|cause| cause.kind == kind);
    comparison.files.iter().filter(is_of).collect()
}

/// Returns the result in one sentence that can be quoted, without a period.
pub fn sentence(comparison: &Comparison) -> String {
    if comparison.files.is_empty() {
        return "nothing differs".to_owned();
    }
    if !comparison.files.iter().any(FileDifference::is_file) {
        return "no file differs, but the manifests name other releases".to_owned();
    }
    let number = |kind| of(comparison, kind).into_iter().filter(|file| file.is_file()).count();
    let (follows, follow) = match number(CauseKind::Source) {
        0 => ("pyc follows from the sources", "pycs follow from the sources"),
        1 => ("pyc follows from it", "pycs follow from it"),
        _ => ("pyc follows from them", "pycs follow from them"),
    };
    let words = [
        (CauseKind::Unexplained, "pyc is unexplained", "pycs are unexplained"),
        (CauseKind::Source, "source differs", "sources differ"),
        (CauseKind::FollowsFromSource, follows, follow),
        (CauseKind::OneSide, "file is only on one side", "files are only on one side"),
        (
            CauseKind::OtherRelease,
            "pyc was compiled by another release",
            "pycs were compiled by another release",
        ),
        (CauseKind::OtherContent, "other file differs", "other files differ"),
        (CauseKind::OtherPath, "path differs", "paths differ"),
        (CauseKind::Harmless, "file differs in form alone", "files differ in form alone"),
        (CauseKind::NotChecked, "file was not checked", "files were not checked"),
    ];
    let found = words.into_iter().map(|(kind, one, several)| (number(kind), one, several));
    let found = found.filter(|(number, ..)| *number > 0);
    let mut parts: Vec<String> = found.map(|(number, one, several)| counted(number, one, several)).collect();
    if number(CauseKind::Unexplained) + number(CauseKind::NotChecked) == 0 {
        parts.push("nothing is unexplained".to_owned());
    }
    parts.join("; ")
}

/// Returns the causes, the most alarming first, each with its files.
pub(super) fn groups(comparison: &Comparison) -> Vec<Group<'_>> {
    let mut groups = Vec::new();
    for file in of(comparison, CauseKind::Unexplained) {
        let (kind, title) = (CauseKind::Unexplained, titled(file));
        groups.push(Group { kind, title, subject: Some(file), files: Vec::new() });
    }
    by_reason(comparison, CauseKind::NotChecked, &mut groups);
    by_source(comparison, &mut groups);
    for kind in [
        CauseKind::OneSide,
        CauseKind::OtherRelease,
        CauseKind::OtherContent,
        CauseKind::OtherPath,
        CauseKind::Harmless,
    ] {
        by_reason(comparison, kind, &mut groups);
    }
    groups
}

fn titled(file: &FileDifference) -> String {
    let reason = file.cause.as_ref().map_or("", |cause| cause.reason.as_str());
    format!("{}: {reason}", super::path(file))
}

fn by_reason<'a>(comparison: &'a Comparison, kind: CauseKind, groups: &mut Vec<Group<'a>>) {
    let mut reasons: BTreeMap<&str, Vec<&FileDifference>> = BTreeMap::new();
    for file in of(comparison, kind) {
        let reason = file.cause.as_ref().map_or("", |cause| cause.reason.as_str());
        reasons.entry(reason).or_default().push(file);
    }
    for (reason, files) in reasons {
        groups.push(Group { kind, title: reason.to_owned(), subject: None, files });
    }
}

fn by_source<'a>(comparison: &'a Comparison, groups: &mut Vec<Group<'a>>) {
    let mut following: BTreeMap<&str, Vec<&FileDifference>> = BTreeMap::new();
    for file in of(comparison, CauseKind::FollowsFromSource) {
        let source = file.cause.as_ref().and_then(|cause| cause.source.as_deref()).unwrap_or_default();
        following.entry(source).or_default().push(file);
    }
    for file in of(comparison, CauseKind::Source) {
        let files = following.remove(file.path.as_str()).unwrap_or_default();
        let lines = file.cause.as_ref().map_or("", |cause| cause.reason.as_str());
        let lines = if lines.is_empty() { String::new() } else { format!(" ({lines})") };
        let follow = match files.len() {
            0 => String::new(),
            number => format!(": {}", counted(number, "pyc follows from it", "pycs follow from it")),
        };
        let title = format!("{} changed{lines}{follow}", super::path(file));
        groups.push(Group { kind: CauseKind::Source, title, subject: Some(file), files });
    }
    for (source, files) in following {
        let title = format!("the source {source} is another on each side");
        groups.push(Group { kind: CauseKind::FollowsFromSource, title, subject: None, files });
    }
}
