//! Causes of a comparison, grouped and in one sentence.

use crate::diff::{CauseKind, Comparison, FileDifference};
use std::collections::BTreeMap;

/// Files that differ for one cause.
pub(super) struct Group<'a> {
    pub(super) kind: CauseKind,
    /// Cause in words, without the number of files.
    pub(super) title: String,
    /// Files in the order of their paths; none if the title names the only one.
    pub(super) files: Vec<&'a FileDifference>,
}

/// Returns `1 pyc`, `2 pycs`.
fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
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
    let number = |kind| of(comparison, kind).len();
    let mut parts = Vec::new();
    let mut say = |number: usize, text: &dyn Fn(usize) -> String| {
        if number > 0 {
            parts.push(text(number));
        }
    };
    say(number(CauseKind::Unexplained), &|number| {
        let verb = if number == 1 { "is" } else { "are" };
        format!("{} {verb} unexplained", count(number, "pyc", "pycs"))
    });
    let sources = number(CauseKind::Source);
    say(sources, &|number| {
        let verb = if number == 1 { "differs" } else { "differ" };
        format!("{} {verb}", count(number, "source", "sources"))
    });
    say(number(CauseKind::FollowsFromSource), &|number| {
        let verb = if number == 1 { "follows" } else { "follow" };
        let from = match sources {
            0 => "the sources",
            1 => "it",
            _ => "them",
        };
        format!("{} {verb} from {from}", count(number, "pyc", "pycs"))
    });
    say(number(CauseKind::OneSide), &|number| {
        let verb = if number == 1 { "is" } else { "are" };
        format!("{} {verb} only on one side", count(number, "file", "files"))
    });
    say(number(CauseKind::OtherRelease), &|number| {
        let verb = if number == 1 { "was" } else { "were" };
        format!("{} {verb} compiled by another release", count(number, "pyc", "pycs"))
    });
    say(number(CauseKind::OtherContent), &|number| {
        let verb = if number == 1 { "differs" } else { "differ" };
        format!("{} {verb}", count(number, "other file", "other files"))
    });
    say(number(CauseKind::Harmless), &|number| {
        let verb = if number == 1 { "differs" } else { "differ" };
        format!("{} {verb} in form alone", count(number, "file", "files"))
    });
    say(number(CauseKind::NotChecked), &|number| {
        let verb = if number == 1 { "was" } else { "were" };
        format!("{} {verb} not checked", count(number, "file", "files"))
    });
    if number(CauseKind::Unexplained) + number(CauseKind::NotChecked) == 0 {
        parts.push("nothing is unexplained".to_owned());
    }
    parts.join("; ")
}

/// Returns the causes, the most alarming first, each with its files.
pub(super) fn groups(comparison: &Comparison) -> Vec<Group<'_>> {
    let mut groups = Vec::new();
    for file in of(comparison, CauseKind::Unexplained) {
        groups.push(Group { kind: CauseKind::Unexplained, title: titled(file), files: Vec::new() });
    }
    by_reason(comparison, CauseKind::NotChecked, &mut groups);
    by_source(comparison, &mut groups);
    for kind in [CauseKind::OneSide, CauseKind::OtherRelease, CauseKind::OtherContent, CauseKind::Harmless] {
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
        let title = if reason.is_empty() { String::new() } else { reason.to_owned() };
        groups.push(Group { kind, title, files });
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
            1 => ": 1 pyc follows from it".to_owned(),
            number => format!(": {number} pycs follow from it"),
        };
        let title = format!("{} changed{lines}{follow}", file.path);
        groups.push(Group { kind: CauseKind::Source, title, files });
    }
    for (source, files) in following {
        let title = format!("the source {source} is another on each side");
        groups.push(Group { kind: CauseKind::FollowsFromSource, title, files });
    }
}
