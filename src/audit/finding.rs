//! Findings of `verify`.

use super::reason::Reason;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A release of CPython, and the pycs that it wrote.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ReleaseFound {
    /// Minor version, such as `3.14`.
    pub python: String,
    /// Release, such as `3.14.8`.
    pub release: String,
    /// Number of pycs.
    pub pycs: usize,
    /// Index of the place that the first of these pycs is in.
    #[serde(skip)]
    pub place: usize,
    /// First of these pycs, unless this is the release that wrote most pycs of the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Index of the place that the file is in.
    pub place: usize,
    /// The file, relative to the place; a name in an archive follows the archive's own name and a
    /// `!`.
    pub path: String,
    /// Reason of the finding.
    pub reason: Reason,
    /// Number of pycs, if the finding stands for several.
    pub pycs: Option<usize>,
}

impl Finding {
    /// Returns the kind of the finding.
    pub fn kind(&self) -> FindingKind {
        self.reason.kind()
    }

    /// Returns the key by which findings are sorted: code that is not that of its source comes
    /// first, then the other kinds.
    pub(super) fn order(&self) -> (FindingKind, usize, String, String) {
        (self.kind(), self.place, self.path.clone(), format!("{:?}", self.reason))
    }

    /// Returns a finding for a file.
    pub fn new(path: impl Into<String>, reason: Reason) -> Self {
        Self { place: 0, path: path.into(), reason, pycs: None }
    }
}

/// Merges the findings for pycs that no engine compiles for into one finding for each reason.
pub fn gathered(findings: Vec<Finding>) -> Vec<Finding> {
    let mut gathered: Vec<Finding> = Vec::new();
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        if finding.kind() != FindingKind::Version {
            gathered.push(finding);
            continue;
        }
        match first.entry(format!("{:?}", finding.reason)) {
            Entry::Occupied(at) => {
                let known = &mut gathered[*at.get()];
                known.pycs = Some(known.pycs.unwrap_or(1) + 1);
            }
            Entry::Vacant(at) => {
                at.insert(gathered.len());
                gathered.push(finding);
            }
        }
    }
    gathered
}

/// Kinds of findings, most severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The code differs from the code that the source compiles to.
    Code,
    /// The code cannot be parsed, or bytes follow the code.
    Malformed,
    /// The code is that of the source at another optimization level than the file's name says.
    Level,
    /// Bytecode under a name that importers do not recognize, which Python runs nevertheless.
    Name,
    /// The header is malformed, or does not match the source or the file's name.
    Header,
    /// The source is missing, or differs from the source in `--sources`.
    Source,
    /// The recorded file name is not that of the module.
    Filename,
    /// The source does not compile.
    Compile,
    /// The file cannot be read, or is a symlink.
    Unreadable,
    /// An archive that is not opened.
    Archive,
    /// The file differs from its RECORD.
    Record,
    /// The wheel's file name contradicts its content, or installers interpret the wheel
    /// differently.
    Wheel,
    /// The file differs from its manifest entry.
    Manifest,
    /// No known version has the magic number, or no engine compiles for the version.
    Version,
    /// The code is that of the source, in another form: references, interned strings or the order
    /// of sets differ, or it was compiled without columns.
    OtherForm,
}

impl FindingKind {
    /// All kinds.
    pub const ALL: [Self; 15] = [
        Self::Code,
        Self::Malformed,
        Self::Level,
        Self::Name,
        Self::Header,
        Self::Source,
        Self::Filename,
        Self::Compile,
        Self::Unreadable,
        Self::Archive,
        Self::Record,
        Self::Wheel,
        Self::Manifest,
        Self::Version,
        Self::OtherForm,
    ];

    /// Returns a sentence that describes the findings of the kind.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Unreadable => {
                "A file cannot be read, or bytecode is reached through a symlink that is not followed."
            }
            Self::Header => "The header of a pyc does not match its source or its file name.",
            Self::Version => {
                "No engine compiles for the Python version of a pyc, so the pyc was not checked."
            }
            Self::Source => "The source of a pyc is missing, or is not the trusted one.",
            Self::Malformed => "The code of a pyc cannot be read.",
            Self::Compile => "The source of a pyc does not compile.",
            Self::Code => "The code of a pyc is not what its source compiles to.",
            Self::OtherForm => "The code of a pyc is what its source compiles to, in another form.",
            Self::Level => "The code of a pyc has another optimization level than its file name says.",
            Self::Filename => "The file name that a pyc records is not that of its module.",
            Self::Name => "Bytecode has a name that no importer recognizes, although Python can run it.",
            Self::Archive => "An archive was not opened.",
            Self::Manifest => "A file does not match the manifest.",
            Self::Record => "A file does not match its RECORD, or no RECORD lists it.",
            Self::Wheel => "A wheel contradicts its file name, or installers interpret it differently.",
        }
    }

    /// Returns the name that is printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Header => "header",
            Self::Version => "version",
            Self::Source => "source",
            Self::Malformed => "malformed",
            Self::Compile => "compile",
            Self::Code => "code",
            Self::OtherForm => "other-form",
            Self::Level => "level",
            Self::Filename => "filename",
            Self::Name => "name",
            Self::Archive => "archive",
            Self::Manifest => "manifest",
            Self::Record => "record",
            Self::Wheel => "wheel",
        }
    }
}
