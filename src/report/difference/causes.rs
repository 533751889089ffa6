//! Causes of a comparison, grouped and summarized in a sentence.

use crate::diff::{Cause, CauseKind, CauseReason, Comparison, FileDifference};
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
        let subjects = super::subjects(self.files.iter().copied());
        (!is_told && !subjects.is_empty()).then_some(subjects)
    }
}

fn of(comparison: &Comparison, kind: CauseKind) -> Vec<&FileDifference> {
    let is_of = |file: &&FileDifference| file.cause.as_ref().is_some_and(|cause| cause.kind == kind);
    comparison.files.iter().filter(is_of).collect()
}

/// Returns the result in one sentence that can be quoted, without a period.
pub fn sentence(comparison: &Comparison) -> String {
    let mut parts = alarms_left_out(comparison);
    let has_alarm = !parts.is_empty();
    if !comparison.files.iter().any(FileDifference::is_file) {
        parts.push(nothing_differs(comparison));
        return parts.join("; ");
    }
    let number = |kind, whole: bool| {
        let files = of(comparison, kind).into_iter();
        files.filter(|file| file.is_file() && file.whole == whole && !follows_from_files(file)).count()
    };
    let (follows, follow) = match number(CauseKind::Source, false) {
        0 => ("pyc follows from the sources", "pycs follow from the sources"),
        1 => ("pyc follows from it", "pycs follow from it"),
        _ => ("pyc follows from them", "pycs follow from them"),
    };
    let words = [
        (CauseKind::Unexplained, "pyc is unexplained", "pycs are unexplained"),
        (CauseKind::NotChecked, "file was not checked", "files were not checked"),
        (CauseKind::Source, "source differs", "sources differ"),
        (CauseKind::FollowsFromSource, follows, follow),
        (CauseKind::OneSide, "file is only on one side", "files are only on one side"),
        (
            CauseKind::OtherRelease,
            "pyc was compiled by another release",
            "pycs were compiled by another release",
        ),
        (
            CauseKind::OtherLevel,
            "pyc was compiled at another optimization level",
            "pycs were compiled at another optimization level",
        ),
        (CauseKind::OtherContent, "other file differs", "other files differ"),
        (CauseKind::OtherPath, "path differs", "paths differ"),
        (CauseKind::Harmless, "file differs in form alone", "files differ in form alone"),
    ]
    .map(|(kind, one, several)| (number(kind, false), one, several, also(comparison, kind)));
    let archives = [
        (CauseKind::OtherContent, "archive differs in more than form", "archives differ in more than form"),
        (CauseKind::OtherPath, "archive has another name", "archives have other names"),
        (CauseKind::Harmless, "archive differs in form alone", "archives differ in form alone"),
    ]
    .map(|(kind, one, several)| (number(kind, true), one, several, String::new()));
    let [rest @ .., harmless] = words;
    let [content, name, form] = archives;
    let all = rest.into_iter().chain([content, name, harmless, form]);
    let found = all.filter(|(number, ..)| *number > 0);
    parts
        .extend(found.map(|(number, one, several, also)| format!("{}{also}", counted(number, one, several))));
    let lists = comparison.files.iter().filter(|file| follows_from_files(file)).count();
    if parts.is_empty() && lists > 0 {
        // The files that differ are left out.
        parts.push(counted(
            lists,
            "list of files differs only because of other files",
            "lists of files differ only because of other files",
        ));
    }
    let quiet = comparison.excluded.iter().filter(|(kind, _)| !is_alarm(**kind));
    let quiet = quiet.map(|(_, number)| number).sum::<usize>();
    if quiet > 0 {
        parts.push(counted(quiet, "excluded file differs", "excluded files differ"));
    }
    let alarms = number(CauseKind::Unexplained, false) + number(CauseKind::NotChecked, false);
    if alarms == 0 && !has_alarm {
        parts.push("nothing that differs is unexplained".to_owned());
    }
    parts.join("; ")
}

/// Returns the result if no file differs.
fn nothing_differs(comparison: &Comparison) -> String {
    let same = match comparison.same {
        0 if comparison.ignored.is_empty() && comparison.excluded.is_empty() => {
            ": there are no files to compare".to_owned()
        }
        0 => String::new(),
        same => format!(": {} the same", counted(same, "file is", "files are")),
    };
    let releases = match comparison.files.is_empty() {
        true => "",
        false => ", but the manifests name different releases",
    };
    let left_out = [
        (&comparison.ignored, "ignored file", "ignored files"),
        (&comparison.excluded, "excluded file", "excluded files"),
    ];
    let left_out = left_out.map(|(files, one, several)| (files.values().sum::<usize>(), one, several));
    let left_out = left_out.into_iter().filter(|(number, ..)| *number > 0);
    let left_out: Vec<String> =
        left_out.map(|(number, one, several)| counted(number, one, several)).collect();
    let except = match left_out.is_empty() {
        true => String::new(),
        false => format!(" except {}", left_out.join(" and ")),
    };
    format!("no file differs{except}{same}{releases}")
}

/// Returns whether a file is a list, such as a RECORD, that differs only because other files do.
fn follows_from_files(file: &FileDifference) -> bool {
    file.cause.as_ref().is_some_and(|cause| matches!(cause.reason, CauseReason::Follows(_)))
}

/// Returns the end of the clause about files of one kind: further causes of some of them.
fn also(comparison: &Comparison, kind: CauseKind) -> String {
    let files = of(comparison, kind);
    let causes = files.iter().filter_map(|file| file.cause.as_ref());
    let scripts = causes.clone().filter(|cause| matches!(cause.reason, CauseReason::Script(_))).count();
    let others = [
        (CauseKind::OtherRelease, "also compiled by another release"),
        (CauseKind::OtherLevel, "also compiled at another optimization level"),
    ];
    let others = others
        .map(|(also, words)| (causes.clone().filter(|cause| cause.also.contains(&also)).count(), words));
    let scripts = [(scripts, "a maintainer script that runs as root", "maintainer scripts that run as root")];
    let scripts = scripts.map(|(number, one, several)| (number, if number == 1 { one } else { several }));
    let clause = |(number, words): (usize, &str)| match (number, files.len()) {
        (0, _) => String::new(),
        (_, 1) => format!(", {words}"),
        (number, all) if number == all => format!(", all {words}"),
        (number, _) => format!(", {number} of them {words}"),
    };
    let clauses: String = others.into_iter().chain(scripts).map(clause).collect();
    format!("{clauses}{}", modules(kind, &files))
}

/// Number of modules that the sentence names.
const NAMED: usize = 3;

/// Returns the clause about the modules and path files that only one side has.
fn modules(kind: CauseKind, files: &[&FileDifference]) -> String {
    let found: Vec<&str> = match kind {
        CauseKind::OneSide => {
            files.iter().filter(|file| file.is_module()).map(|file| file.path.as_str()).collect()
        }
        _ => Vec::new(),
    };
    if found.is_empty() {
        return String::new();
    }
    let more = match found.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(", with code in {}{more}", found[..found.len().min(NAMED)].join(", "))
}

const fn is_alarm(kind: CauseKind) -> bool {
    matches!(kind, CauseKind::Unexplained | CauseKind::NotChecked)
}

/// Returns the numbers of alarms among the files that the user leaves out.
fn alarms_left_out(comparison: &Comparison) -> Vec<String> {
    let left_out = [(&comparison.ignored, "ignored"), (&comparison.excluded, "excluded")];
    let found = left_out.into_iter().flat_map(|(files, why)| {
        let alarms = files.iter().filter(|(kind, _)| is_alarm(**kind));
        alarms.map(move |(kind, number)| (*kind, format!("{number} {}, {why}", kind.words())))
    });
    let mut found: Vec<(CauseKind, String)> = found.collect();
    found.sort_by_key(|(kind, _)| *kind);
    found.into_iter().map(|(_, words)| words).collect()
}

/// Returns the causes, the most alarming first, each with its files.
pub(super) fn groups(comparison: &Comparison) -> Vec<Group<'_>> {
    let mut groups = Vec::new();
    by_reason(comparison, CauseKind::Unexplained, &mut groups);
    for group in &mut groups {
        // A single pyc is named, with the place in its code.
        if let [file] = group.files[..] {
            (group.title, group.subject, group.files) = (titled(file), Some(file), Vec::new());
        }
    }
    by_reason(comparison, CauseKind::NotChecked, &mut groups);
    by_source(comparison, &mut groups);
    for kind in [
        CauseKind::OneSide,
        CauseKind::OtherRelease,
        CauseKind::OtherLevel,
        CauseKind::OtherContent,
        CauseKind::OtherPath,
        CauseKind::Harmless,
    ] {
        by_reason(comparison, kind, &mut groups);
    }
    groups
}

fn titled(file: &FileDifference) -> String {
    let reason = file.cause.as_ref().map_or("", |cause| cause.reason.sentence());
    format!("{}: {reason}", super::path(file))
}

fn by_reason<'a>(comparison: &'a Comparison, kind: CauseKind, groups: &mut Vec<Group<'a>>) {
    let mut reasons: BTreeMap<_, Vec<&FileDifference>> = BTreeMap::new();
    for file in of(comparison, kind) {
        let cause = file.cause.as_ref();
        let reason = cause.map_or("", |cause| cause.reason.common());
        reasons.entry((cause.map(Cause::rank), reason, file.whole)).or_default().push(file);
    }
    for ((_, common, _), files) in reasons {
        let title = match &files[..] {
            [file] => file.cause.as_ref().map_or("", |cause| cause.reason.sentence()),
            _ => common,
        };
        groups.push(Group { kind, title: title.to_owned(), subject: None, files });
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
        let lines = file.cause.as_ref().map_or("", |cause| cause.reason.common());
        let lines = if lines.is_empty() { String::new() } else { format!(" ({lines})") };
        let follow = match files.len() {
            0 => String::new(),
            number => {
                let pycs = counted(number, "pyc follows from it", "pycs follow from it");
                format!(": {pycs}{}", further(&files))
            }
        };
        let title = format!("{} changed{lines}{follow}", super::path(file));
        groups.push(Group { kind: CauseKind::Source, title, subject: Some(file), files });
    }
    for (source, files) in following {
        let title = format!("the source {source} differs{}", further(&files));
        groups.push(Group { kind: CauseKind::FollowsFromSource, title, subject: None, files });
    }
}

/// Returns the further differences of pycs that follow from their sources.
fn further(files: &[&FileDifference]) -> String {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for file in files {
        let reason = file.cause.as_ref().map_or("", |cause| cause.reason.common());
        if let Some((_, further)) = reason.split_once("; ") {
            *found.entry(further).or_default() += 1;
        }
    }
    let clause = |(further, number): (&str, usize)| match number == files.len() {
        true => format!("; also: {further}"),
        false => format!("; {number} of them also: {further}"),
    };
    found.into_iter().map(clause).collect()
}
