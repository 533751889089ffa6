//! Findings of `verify` and `env --check` as sentences, lines and objects.

use super::sentence::{of_env, sentence};
use crate::audit::{self, FindingKind, ReleaseFound};
use crate::build::env;
use crate::input::Place;
use crate::text::{counted, python, visible, visible_lines};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A finding as it is shown: the path, the name of the kind and the sentence.
#[derive(Clone, Debug)]
pub struct FindingText {
    /// Path as the user sees it.
    pub path: String,
    /// Name of the kind.
    pub kind: &'static str,
    /// Description of the finding; empty if the kind describes it.
    pub message: String,
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
        Self {
            path: path.into(),
            kind: finding.kind().name(),
            message: sentence(finding),
            has_lines: matches!(finding.kind(), FindingKind::Compile | FindingKind::Version),
            is_alarm: finding.kind() == FindingKind::Code,
            pycs: finding.pycs,
        }
    }

    /// Returns a finding of `env --check`.
    pub fn of_env(finding: env::EnvFinding, path: &Path) -> Self {
        Self {
            path: python::os_text(path.as_os_str()),
            kind: finding.name(),
            message: of_env(finding).to_owned(),
            pycs: None,
            has_lines: false,
            is_alarm: finding == env::EnvFinding::Wrong,
        }
    }

    /// Returns the line for people. The author of verified files may try to deceive the reader: no
    /// part of it controls a terminal.
    pub fn line(&self) -> String {
        let message = match self.has_lines {
            true => visible_lines(&self.message),
            false => visible(&self.message),
        };
        let path = visible(&self.path);
        if message.is_empty() {
            format!("{path}: {}", self.kind)
        } else {
            format!("{path}: {}: {message}", self.kind)
        }
    }

    /// Returns the object of `verify --message-format json`.
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

    /// Returns the object of `env --message-format json`.
    pub fn env_object(&self) -> Value {
        let mut value = json!({"path": self.path, "finding": self.kind});
        if !self.message.is_empty() {
            value["message"] = self.message.as_str().into();
        }
        value
    }
}

/// Moves code that is not that of its source to the front.
pub fn alarms_first(findings: &mut [FindingText]) {
    findings.sort_by_key(|finding| !finding.is_alarm);
}

/// Counts findings by kind, to list at most a number of each kind for people.
#[derive(Debug)]
pub struct PerKind {
    limit: usize,
    counts: BTreeMap<&'static str, usize>,
}

impl PerKind {
    /// Lists `limit` findings of each kind, or all of them for 0.
    pub const fn new(limit: usize) -> Self {
        Self { limit: if limit == 0 { usize::MAX } else { limit }, counts: BTreeMap::new() }
    }

    /// Counts a finding; returns whether it is listed.
    pub fn lists(&mut self, kind: &'static str) -> bool {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        *count <= self.limit
    }

    /// Returns a line for each kind with findings that are not listed.
    pub fn rest(self) -> impl Iterator<Item = String> {
        let Self { limit, counts } = self;
        counts.into_iter().filter(move |(_, count)| *count > limit).map(move |(kind, count)| {
            let more = counted(count - limit, "more finding", "more findings");
            format!("{kind}: {more}: `--limit 0` lists all")
        })
    }
}

/// Returns the releases whose bytes were found, for each version the most frequent one first.
pub fn releases(found: &[ReleaseFound], places: &[Place]) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, release) in found.iter().enumerate() {
        let of_version = |other: &&ReleaseFound| other.python == release.python;
        let pycs = counted(release.pycs, "pyc", "pycs");
        lines.push(match (&release.first, found[..at].iter().find(of_version)) {
            (Some(first), Some(main)) => format!(
                "bytes of CPython {}, which {} does not write: {pycs}, the first is {}",
                release.release,
                main.release,
                visible(&shown(first, release.place, places))
            ),
            _ if found.iter().filter(of_version).count() > 1 => {
                format!("bytes of CPython {}: {pycs}", release.release)
            }
            _ => format!("bytes of CPython {}", release.release),
        });
    }
    lines
}

/// Returns a path within a place as the user sees it.
pub fn shown(path: &str, place: usize, places: &[Place]) -> String {
    match places.get(place) {
        Some(Place::Tree(root, _)) if root != Path::new(".") => python::os_text(root.join(path).as_os_str()),
        Some(Place::Archive(archive)) if path.is_empty() => python::os_text(archive.path.as_os_str()),
        Some(Place::Archive(archive)) => format!("{}: {path}", python::os_text(archive.path.as_os_str())),
        _ => path.to_owned(),
    }
}
