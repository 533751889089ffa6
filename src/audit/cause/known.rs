//! Cause of the difference of two pycs that their sources compile to. Every difference is named.

use super::SIDES;
use crate::diff::{Cause, CauseKind, CauseReason, Form, differ};
use crate::pyc::Header;
use crate::target::Series;

/// Clause for pycs of two sources.
const OF_OWN_SOURCE: &str = "each pyc is what its own source compiles to";

/// A pyc that its source compiles to, itself or as a manifest lists it.
pub(super) struct KnownPyc<'a> {
    pub(super) header: Header,
    /// Optimization level.
    pub(super) level: u8,
    /// Releases that compile the source to the code.
    pub(super) releases: &'a [String],
    /// Recorded file name.
    pub(super) filename: String,
    /// Differences of form from the code that the closest of these releases writes.
    pub(super) forms: &'a [Form],
}

/// A sentence for one file, and one for all files with the same cause.
#[derive(Default)]
struct Clauses {
    sentence: Vec<String>,
    common: Vec<String>,
}

impl Clauses {
    fn add(&mut self, clause: String) {
        self.common.push(clause.clone());
        self.sentence.push(clause);
    }

    fn reason(self) -> CauseReason {
        let (sentence, common) = (self.sentence.join("; "), self.common.join("; "));
        match sentence == common {
            true => CauseReason::Words(sentence),
            false => CauseReason::Each { sentence, common },
        }
    }
}

/// Returns the cause; `same_code` are the differences of form of two codes with the same value.
pub(super) fn cause(pycs: [&KnownPyc<'_>; 2], is_same_source: bool, same_code: Option<&[Form]>) -> Cause {
    let [left, right] = pycs;
    let mut clauses = Clauses::default();
    let mut kinds = Vec::new();
    if same_code.is_none() {
        if !is_same_source {
            kinds.push(CauseKind::FollowsFromSource);
            clauses.add(OF_OWN_SOURCE.to_owned());
        }
        if left.header.magic() != right.header.magic() {
            let version = |pyc: &KnownPyc<'_>| {
                let series = Series::with_magic(pyc.header.magic());
                series.map_or_else(String::new, |series| series.version.to_string())
            };
            kinds.push(CauseKind::OtherRelease);
            clauses.add(compiled("by Python", [version(left), version(right)]));
        } else if !left.releases.iter().any(|release| right.releases.contains(release)) {
            let first = |pyc: &KnownPyc<'_>| pyc.releases.first().cloned().unwrap_or_default();
            kinds.push(CauseKind::OtherRelease);
            let [one, other] = [first(left), first(right)];
            clauses.add(format!("the bytes that CPython {one} writes on the left and {other} on the right"));
        }
        if left.level != right.level {
            kinds.push(CauseKind::OtherLevel);
            clauses.add(compiled(
                "at optimization level",
                [left.level, right.level].map(|level| level.to_string()),
            ));
        }
    }
    if kinds.is_empty() {
        clauses.add(match is_same_source {
            true => "the code is the same".to_owned(),
            false => "the sources differ, but compile to the same code".to_owned(),
        });
    }
    if let Some(side) = lacking_columns(pycs) {
        clauses.add(format!("the {side} pyc has no columns (-X no_debug_ranges)"));
    }
    if left.filename != right.filename {
        let (sentence, common) = other_filenames([&left.filename, &right.filename]);
        clauses.sentence.push(sentence);
        clauses.common.push(common);
    }
    if left.header.mode() != right.header.mode() {
        let [one, other] = pycs.map(|pyc| pyc.header.mode().name());
        clauses.add(format!("the invalidation mode is {one} on the left and {other} on the right"));
    }
    // The header follows from the source.
    let mut parts = match same_code.is_some() || is_same_source {
        true => header_parts(left.header, right.header),
        false => Vec::new(),
    };
    parts.extend(same_code.unwrap_or_default().iter().map(|form| form.words()));
    if !parts.is_empty() {
        clauses.add(differ(&parts));
    }
    if same_code.is_none() {
        other_forms(pycs).into_iter().for_each(|clause| clauses.add(clause));
    }
    let mut kinds = kinds.into_iter();
    let kind = kinds.next().unwrap_or(CauseKind::Harmless);
    Cause { kind, reason: clauses.reason(), also: kinds.collect(), source: None }
}

fn compiled(how: &str, [left, right]: [String; 2]) -> String {
    format!("compiled {how} {left} on the left and {right} on the right")
}

/// Returns the side whose line tables have no columns, if it is only one.
fn lacking_columns(pycs: [&KnownPyc<'_>; 2]) -> Option<&'static str> {
    match pycs.map(|pyc| pyc.forms.contains(&Form::NoColumns)) {
        [true, false] => Some(SIDES[0]),
        [false, true] => Some(SIDES[1]),
        _ => None,
    }
}

/// Returns the clauses for one file and for all files of two builds, which differ in the same
/// directories.
fn other_filenames(names: [&String; 2]) -> (String, String) {
    let parts = |path: &'_ str| path.split_inclusive(['/', '\\']).map(str::to_owned).collect::<Vec<_>>();
    let [left, right] = names.map(|name| parts(name));
    let same = left.iter().rev().zip(right.iter().rev()).take_while(|(one, other)| one == other).count();
    let folder = |parts: &[String]| match &parts[..parts.len() - same] {
        [] => "a relative path".to_owned(),
        folder => format!("{}…", folder.concat()),
    };
    let clause = |[left, right]: [&str; 2]| {
        format!("the recorded file names differ: {left} on the left, {right} on the right")
    };
    (clause([names[0], names[1]]), clause([&folder(&left), &folder(&right)]))
}

/// Returns the parts that differ of two headers of one mode and version.
fn header_parts(left: Header, right: Header) -> Vec<&'static str> {
    let parts = match (left, right) {
        _ if left.magic() != right.magic() => Vec::new(),
        (Header::Timestamp { mtime, size, .. }, Header::Timestamp { mtime: other, size: other_size, .. }) => {
            vec![
                (mtime != other, "the source time in the header"),
                (size != other_size, "the source size in the header"),
            ]
        }
        (Header::Hash { hash, .. }, Header::Hash { hash: other, .. }) => {
            vec![(hash != other, "the source hash in the header")]
        }
        _ => Vec::new(),
    };
    parts.into_iter().filter(|(differs, _)| *differs).map(|(_, part)| part).collect()
}

/// Returns clauses for the pycs that are in another form than a new process writes.
fn other_forms(pycs: [&KnownPyc<'_>; 2]) -> Vec<String> {
    let words = |pyc: &KnownPyc<'_>| -> Vec<&'static str> {
        pyc.forms.iter().filter(|form| **form != Form::NoColumns).map(|form| form.words()).collect()
    };
    let clause = |place: &str, words: &[&str]| {
        format!("on {place}, {} from those that a new process writes", differ(words))
    };
    match pycs.map(words) {
        [left, right] if left == right && left.is_empty() => Vec::new(),
        [left, right] if left == right => vec![clause("both sides", &left)],
        sides => {
            let sides = SIDES.iter().zip(sides).filter(|(_, words)| !words.is_empty());
            sides.map(|(side, words)| clause(&format!("the {side}"), &words)).collect()
        }
    }
}
