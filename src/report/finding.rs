//! Findings of `verify` and `env --check` as sentences, lines and objects.

use super::annotation;
use super::sentence::{common, of_env, sentence};
use crate::audit::{self, FindingKind, PycCounts, ReleaseFound};
use crate::build::env::EnvFinding;
use crate::input::Place;
use crate::text::{counted, python, visible, visible_lines};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A finding as it is shown: the path, the name of the kind and the sentence.
#[derive(Clone, Debug)]
pub struct FindingText {
    /// Path as the user sees it.
    pub path: String,
    /// Path of the file on disk: of the archive, if the finding is about a file in one.
    pub file: String,
    /// Name of the file in the archive, if it is in one.
    pub member: Option<String>,
    /// Name of the kind.
    pub kind: &'static str,
    /// Description of the finding.
    pub message: String,
    /// Description that is the same for all files with the same finding.
    common: String,
    /// Number of pycs, if the finding stands for several.
    pycs: Option<usize>,
    /// True if the message may have several lines, as those of CPython have.
    has_lines: bool,
    /// True for code that is not that of its source, which is shown first.
    is_alarm: bool,
}

impl FindingText {
    /// Returns a finding of `verify` with the path that the user sees.
    pub fn of_verify(finding: &audit::Finding, path: impl Into<String>) -> Self {
        let path = path.into();
        let member = finding.path.split_once('!').map(|(_, member)| member);
        let file = member.and_then(|member| path.strip_suffix(member)?.strip_suffix('!'));
        Self {
            file: file.unwrap_or(&path).to_owned(),
            member: member.map(str::to_owned),
            path,
            kind: finding.kind().name(),
            message: sentence(finding),
            common: common(finding),
            has_lines: matches!(finding.kind(), FindingKind::Compile | FindingKind::Version),
            is_alarm: finding.kind() == FindingKind::Code,
            pycs: finding.pycs,
        }
    }

    /// Returns a finding that only `env` has.
    pub fn of_env(finding: &EnvFinding, path: &Path) -> Self {
        let (kind, message) = of_env(finding);
        let path = python::os_text(path.as_os_str());
        Self {
            file: path.clone(),
            member: None,
            path,
            kind,
            common: message.clone(),
            message,
            pycs: None,
            has_lines: false,
            is_alarm: *finding == EnvFinding::Wrong,
        }
    }

    /// Sets the archive on disk that contains the file.
    #[must_use]
    pub fn within(mut self, archive: &Path, member: &str) -> Self {
        (self.file, self.member) = (python::os_text(archive.as_os_str()), Some(member.to_owned()));
        self
    }

    /// Returns the line for people. No part of it controls a terminal, since the author of verified
    /// files may try to deceive the reader.
    pub fn line(&self) -> String {
        self.line_of(1)
    }

    /// Returns the line for people of a finding that several files have; this is the first of them.
    fn line_of(&self, files: usize) -> String {
        let message = match self.has_lines {
            true => visible_lines(&self.message),
            false => visible(&self.message),
        };
        let several = match files {
            1 => String::new(),
            files => format!("the first of {files} files: "),
        };
        format!("{}: {}: {several}{message}", visible(&self.path), self.kind)
    }

    /// Returns the annotation for GitHub.
    pub fn annotation(&self) -> String {
        let message = annotation::about(self.member.as_deref(), &self.message);
        annotation::error(&self.file, (None, None), self.kind, &message)
    }

    /// Returns the annotation for GitHub of a finding that the user leaves out.
    pub fn excluded_annotation(&self) -> String {
        let message = format!("--exclude leaves out: {}", self.message);
        annotation::notice(&self.file, self.kind, &annotation::about(self.member.as_deref(), &message))
    }

    /// Returns the object of the JSON format.
    pub fn object(&self) -> impl Serialize {
        #[derive(Serialize)]
        struct Object<'a> {
            path: &'a str,
            kind: &'a str,
            message: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            pycs: Option<usize>,
        }
        Object { path: &self.path, kind: self.kind, message: &self.message, pycs: self.pycs }
    }
}

/// Moves code that is not that of its source to the front.
pub fn alarms_first(findings: &mut [FindingText]) {
    findings.sort_by_key(|finding| !finding.is_alarm);
}

/// Number of files with the same finding from which one line stands for all of them.
const MANY: usize = 10;

/// Number of these files that are listed below the line.
const LISTED: usize = 10;

/// Returns the lines for people: of each kind at most `limit` lines and the number of further
/// findings. Findings that only differ in their file are one line if there are many, and
/// the files are listed below it.
pub fn lines(findings: &[FindingText], limit: Option<usize>) -> Vec<String> {
    fn same(finding: &FindingText) -> (&str, &str) {
        (finding.kind, &finding.common)
    }
    let mut equal: BTreeMap<(&str, &str), Vec<&FindingText>> = BTreeMap::new();
    for finding in findings {
        equal.entry(same(finding)).or_default().push(finding);
    }
    let mut lines = Vec::new();
    let mut listed_once = BTreeSet::new();
    // Of each kind, the number of lines and of findings without a line.
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for finding in findings {
        let files = equal.get(&same(finding)).filter(|files| limit.is_some() && files.len() >= MANY);
        if files.is_some() && !listed_once.insert(same(finding)) {
            continue;
        }
        let (listed, left) = counts.entry(finding.kind).or_default();
        if limit == Some(*listed) {
            *left += files.map_or(1, Vec::len);
            continue;
        }
        *listed += 1;
        lines.push(finding.line_of(files.map_or(1, Vec::len)));
        let others = files.map_or(&[][..], |files| &files[1..]);
        lines.extend(others.iter().take(LISTED - 1).map(|other| format!("    {}", visible(&other.path))));
        if others.len() >= LISTED {
            lines.push(format!("    and {} more: `--limit 0` lists all", others.len() + 1 - LISTED));
        }
    }
    for (kind, (_, left)) in counts.into_iter().filter(|(_, (_, left))| *left > 0) {
        let more = counted(left, "more finding", "more findings");
        lines.push(format!("{kind}: {more}: `--limit 0` lists all"));
    }
    lines
}

/// Returns the numbers of pycs and findings: each pyc is verified, has findings, or is not checked.
pub fn counts(pycs: &PycCounts, findings: usize) -> String {
    let mut text = format!("{} verified, ", pycs.verified);
    if pycs.all == 0 {
        text.insert_str(0, "0 pycs, ");
    }
    text.push_str(&counted(findings, "finding", "findings"));
    let with = counted(pycs.with_findings, "pyc", "pycs");
    match (pycs.with_findings, pycs.other_findings) {
        (0, 1..) => text.push_str(" in other files"),
        (_, 1..) => text.push_str(&format!(" in {with} and in other files")),
        (pycs, 0) if pycs != findings => text.push_str(&format!(" in {with}")),
        // Each finding is about a different pyc.
        _ => {}
    }
    let others = [
        (pycs.excluded, "with excluded findings"),
        (pycs.not_checked, "not checked"),
        (pycs.not_reached, "not reached"),
    ];
    for (number, what) in others.into_iter().filter(|(number, _)| *number > 0) {
        text.push_str(&format!(", {} {what}", counted(number, "pyc", "pycs")));
    }
    text
}

/// Returns the note on verified pycs that no RECORD lists; `first` is the path of one of them.
pub fn unlisted(pycs: usize, first: &str) -> String {
    let more = match pycs {
        1 => String::new(),
        pycs => format!(" and {} more", pycs - 1),
    };
    let pycs = counted(pycs, "verified pyc is", "verified pycs are");
    format!(
        "{pycs} in no RECORD, like those that Python writes when it imports modules: {}{more}",
        visible(first)
    )
}

/// Returns the releases whose bytes were found, for each version the most frequent one first.
pub fn releases(found: &[ReleaseFound], places: &[Place]) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, release) in found.iter().enumerate() {
        let of_version = |other: &&ReleaseFound| other.python == release.python;
        let pycs = counted(release.pycs, "pyc", "pycs");
        lines.push(match (&release.first, found[..at].iter().find(of_version)) {
            (Some(first), Some(main)) => format!(
                "CPython {} writes these bytes, and {} does not: {pycs}, the first is {}",
                release.release,
                main.release,
                visible(&shown(first, release.place, places))
            ),
            _ if found.iter().filter(of_version).count() > 1 => {
                format!("CPython {} writes these bytes: {pycs}", release.release)
            }
            _ => format!("CPython {} writes these bytes", release.release),
        });
    }
    lines
}

/// Returns a path within a place as the user sees it.
pub fn shown(path: &str, place: usize, places: &[Place]) -> String {
    match places.get(place) {
        Some(Place::Tree(root, _)) if path.is_empty() => python::os_text(root.as_os_str()),
        Some(Place::Tree(root, _)) if root != Path::new(".") => python::os_text(root.join(path).as_os_str()),
        Some(Place::Archive(archive)) if path.is_empty() => python::os_text(archive.path.as_os_str()),
        Some(Place::Archive(archive)) => format!("{}: {path}", python::os_text(archive.path.as_os_str())),
        _ => path.to_owned(),
    }
}
