//! Causes of a comparison, grouped and summarized in a sentence.

use crate::diff::{Cause, CauseKind, CauseReason, CodeOrigin, Comparison, FileDifference};
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
    /// True if the files differ for several causes of one class.
    is_class: bool,
}

/// A source that differs, and the pycs that follow from it.
struct Followed<'a> {
    source: &'a FileDifference,
    pycs: Vec<&'a FileDifference>,
}

/// Number of causes of one class above which they are one entry.
const MANY: usize = 10;

impl Group<'_> {
    /// Returns the number of files; `None` if the title contains it or names the file.
    pub(super) fn number(&self) -> Option<String> {
        let is_told = self.files.is_empty() || self.kind == CauseKind::Source;
        let subjects = super::subjects(self.files.iter().copied());
        (!is_told && !subjects.is_empty()).then_some(subjects)
    }

    /// Returns the number of files with the cause; of a source, that of the pycs that follow.
    pub(super) fn count(&self) -> usize {
        let is_source = |file: &&&FileDifference| {
            file.cause.as_ref().is_some_and(|cause| cause.kind == CauseKind::Source)
        };
        match self.kind {
            CauseKind::Source => self.files.len() - self.files.iter().filter(is_source).count(),
            // The title names the only file of a group without files.
            CauseKind::Unexplained => self.files.len().max(1),
            _ => self.files.len(),
        }
    }

    /// Returns the text after the path of a file in the list, if the title is about a class of
    /// causes.
    pub(super) fn remark(&self, file: &FileDifference) -> String {
        let cause = file.cause.as_ref().filter(|cause| self.is_class && cause.kind == self.kind);
        match cause.map(|cause| (cause.kind, cause.reason.sentence())) {
            None | Some((_, "")) => String::new(),
            Some((CauseKind::Source, lines)) => format!(" ({lines})"),
            Some((_, reason)) => format!(": {reason}"),
        }
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
    if lists > 0 {
        let (one, several) =
            ("list of files follows from other files", "lists of files follow from other files");
        parts.push(counted(lists, one, several));
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
    let is_of = |cause: &Cause, origin| cause.reason.fault().is_some_and(|fault| fault.origin == origin);
    let clause = |has: &dyn Fn(&Cause) -> bool, one: &str, several: &str| {
        let causes = files.iter().filter_map(|file| file.cause.as_ref());
        match (causes.filter(|cause| has(cause)).count(), files.len()) {
            (0, _) => String::new(),
            (_, 1) => format!(", {one}"),
            (number, all) if number == all => format!(", all {several}"),
            (1, _) => format!(", 1 of them {one}"),
            (number, _) => format!(", {number} of them {several}"),
        }
    };
    let same = |has: &dyn Fn(&Cause) -> bool, words: &str| clause(has, words, words);
    let clauses = [
        same(&|cause| cause.also.contains(&CauseKind::OtherRelease), "also compiled by another release"),
        same(
            &|cause| cause.also.contains(&CauseKind::OtherLevel),
            "also compiled at another optimization level",
        ),
        clause(
            &|cause| matches!(cause.reason, CauseReason::Script(_)),
            "a maintainer script that runs as root",
            "maintainer scripts that run as root",
        ),
        clause(
            &|cause| matches!(cause.reason, CauseReason::WrongList(_)),
            "a list of files that is wrong",
            "lists of files that are wrong",
        ),
        same(&|cause| is_of(cause, CodeOrigin::OtherSource), "compiled from another source"),
        same(&|cause| is_of(cause, CodeOrigin::OwnSource), "in the header alone"),
    ]
    .concat();
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

/// Returns the causes, most severe first, each with its files.
pub(super) fn groups(comparison: &Comparison) -> Vec<Group<'_>> {
    let mut groups = by_reason(comparison, CauseKind::Unexplained);
    for group in &mut groups {
        // A single pyc is named, with the place in its code.
        if let [file] = group.files[..] {
            (group.title, group.subject, group.files) = (titled(file), Some(file), Vec::new());
        }
    }
    groups.extend(by_reason(comparison, CauseKind::NotChecked));
    by_source(comparison, &mut groups);
    for kind in [
        CauseKind::OneSide,
        CauseKind::OtherRelease,
        CauseKind::OtherLevel,
        CauseKind::OtherContent,
        CauseKind::OtherPath,
        CauseKind::Harmless,
    ] {
        groups.extend(by_reason(comparison, kind));
    }
    groups
}

/// Merges the causes of one class if there are many: faults that differ only in the code, and other
/// causes of one kind with one file each.
fn by_class(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    fn class<'a>(group: &Group<'a>) -> Option<(CauseKind, &'a str)> {
        let class = match &group.files[..] {
            [first, ..] if let Some(fault) = first.cause.as_ref()?.reason.fault() => fault.class.as_str(),
            [_] if group.kind == CauseKind::NotChecked => "each for a reason of its own",
            [_] => "each in its own way",
            _ => return None,
        };
        Some((group.kind, class))
    }
    let mut numbers: BTreeMap<_, usize> = BTreeMap::new();
    for class in groups.iter().filter_map(class) {
        *numbers.entry(class).or_default() += 1;
    }
    let mut merged: Vec<Group<'_>> = Vec::new();
    let mut places: BTreeMap<_, usize> = BTreeMap::new();
    for group in groups {
        let many = class(&group).filter(|class| numbers.get(class).is_some_and(|number| *number > MANY));
        match (many, many.and_then(|class| places.get(&class))) {
            (Some(_), Some(&at)) => merged[at].files.extend(group.files),
            (Some(class), None) => {
                places.insert(class, merged.len());
                merged.push(Group { title: class.1.to_owned(), is_class: true, ..group });
            }
            (None, _) => merged.push(group),
        }
    }
    for &at in places.values() {
        merged[at].files.sort_by_key(|file| &file.path);
    }
    merged
}

fn titled(file: &FileDifference) -> String {
    let reason = file.cause.as_ref().map_or("", |cause| cause.reason.sentence());
    format!("{}: {reason}", super::path(file))
}

fn by_reason(comparison: &Comparison, kind: CauseKind) -> Vec<Group<'_>> {
    let mut reasons: BTreeMap<_, Vec<&FileDifference>> = BTreeMap::new();
    for file in of(comparison, kind) {
        let cause = file.cause.as_ref();
        let reason = cause.map_or("", |cause| cause.reason.common());
        reasons.entry((cause.map(Cause::rank), reason, file.whole)).or_default().push(file);
    }
    let groups = reasons.into_iter().map(|((_, common, _), files)| {
        let title = match &files[..] {
            [file] => file.cause.as_ref().map_or("", |cause| cause.reason.sentence()),
            _ => common,
        };
        Group { kind, title: title.to_owned(), subject: None, files, is_class: false }
    });
    by_class(groups.collect())
}

fn by_source<'a>(comparison: &'a Comparison, groups: &mut Vec<Group<'a>>) {
    let mut following: BTreeMap<&str, Vec<&FileDifference>> = BTreeMap::new();
    for file in of(comparison, CauseKind::FollowsFromSource) {
        let source = file.cause.as_ref().and_then(|cause| cause.source.as_deref()).unwrap_or_default();
        following.entry(source).or_default().push(file);
    }
    // Sources whose pycs have the same further differences, if any follow.
    let mut classes: BTreeMap<(bool, String), Vec<Followed<'_>>> = BTreeMap::new();
    for source in of(comparison, CauseKind::Source) {
        let pycs = following.remove(source.path.as_str()).unwrap_or_default();
        classes.entry((pycs.is_empty(), further(&pycs))).or_default().push(Followed { source, pycs });
    }
    let first = groups.len();
    for ((_, further), sources) in classes {
        let follow = |number: usize, source: &str| match number {
            0 => String::new(),
            number => {
                let (one, several) =
                    (format!("pyc follows from {source}"), format!("pycs follow from {source}"));
                format!(": {}{further}", counted(number, &one, &several))
            }
        };
        if sources.len() > MANY {
            let pycs = sources.iter().map(|followed| followed.pycs.len()).sum();
            let title = format!("{} sources changed{}", sources.len(), follow(pycs, "them"));
            let files = sources.into_iter().flat_map(|one| std::iter::once(one.source).chain(one.pycs));
            let files = files.collect();
            groups.push(Group { kind: CauseKind::Source, title, subject: None, files, is_class: true });
            continue;
        }
        for Followed { source: file, pycs: files } in sources {
            let lines = file.cause.as_ref().map_or("", |cause| cause.reason.common());
            let lines = if lines.is_empty() { String::new() } else { format!(" ({lines})") };
            let title = format!("{} changed{lines}{}", super::path(file), follow(files.len(), "it"));
            groups.push(Group {
                kind: CauseKind::Source,
                title,
                subject: Some(file),
                files,
                is_class: false,
            });
        }
    }
    groups[first..].sort_by_key(|group| (!group.is_class, group.subject.map(|file| &file.path)));
    let kind = CauseKind::FollowsFromSource;
    if following.len() > MANY {
        let title = format!("{} sources differ", following.len());
        let files: Vec<&FileDifference> = following.into_values().flatten().collect();
        let title = format!("{title}{}", further(&files));
        groups.push(Group { kind, title, subject: None, files, is_class: false });
        return;
    }
    for (source, files) in following {
        let title = format!("the source {source} differs{}", further(&files));
        groups.push(Group { kind, title, subject: None, files, is_class: false });
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
