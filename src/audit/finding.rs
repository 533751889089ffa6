//! Findings of `verify`.

use std::collections::BTreeMap;

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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Finding {
    /// Index of the place that the file is in.
    #[serde(skip)]
    pub place: usize,
    /// The file, relative to the place; a name in an archive follows the archive's own name and a
    /// `!`.
    pub path: String,
    /// Kind of finding.
    pub kind: Kind,
    /// Description of the finding.
    pub message: String,
    /// Number of pycs, if the finding stands for several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pycs: Option<usize>,
}

impl Finding {
    /// Returns a finding for a file.
    pub fn new(path: impl Into<String>, kind: Kind, message: impl Into<String>) -> Self {
        Self { place: 0, path: path.into(), kind, message: message.into(), pycs: None }
    }
}

/// Merges the findings for pycs that no engine compiles for into one finding for each reason.
pub fn gathered(findings: Vec<Finding>) -> Vec<Finding> {
    let mut gathered: Vec<Finding> = Vec::new();
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        match first.get(&finding.message).filter(|_| finding.kind == Kind::Version) {
            Some(&at) => gathered[at].pycs = Some(gathered[at].pycs.unwrap_or(1) + 1),
            None => {
                if finding.kind == Kind::Version {
                    first.insert(finding.message.clone(), gathered.len());
                }
                gathered.push(finding);
            }
        }
    }
    for finding in &mut gathered {
        if let Some(pycs) = finding.pycs {
            finding.message = format!("{pycs} pycs, of which this is the first: {}", finding.message);
        }
    }
    gathered
}

/// Kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The file cannot be read, or is a symlink.
    Unreadable,
    /// The header is malformed, or does not match the source or the file's name.
    Header,
    /// No known version has the magic number, or no engine compiles for the version.
    Version,
    /// The source is missing, or differs from the source in `--sources`.
    Source,
    /// The code cannot be parsed, or bytes follow the code.
    Malformed,
    /// The source does not compile.
    Compile,
    /// The code differs from the code that the source compiles to.
    Code,
    /// The code is that of the source, in another form: references, interned strings or the order
    /// of sets differ.
    OtherForm,
    /// The code is that of the source at another optimization level than the file's name says.
    Level,
    /// The recorded file name is not that of the module.
    Filename,
    /// Bytecode under a name that importers do not recognize, which Python runs nevertheless.
    Name,
    /// An archive that is not opened.
    Archive,
    /// The file differs from its manifest entry.
    Manifest,
    /// The file differs from its RECORD.
    Record,
    /// The wheel's file name contradicts its content, or installers interpret the wheel
    /// differently.
    Wheel,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 15] = [
        Self::Unreadable,
        Self::Header,
        Self::Version,
        Self::Source,
        Self::Malformed,
        Self::Compile,
        Self::Code,
        Self::OtherForm,
        Self::Level,
        Self::Filename,
        Self::Name,
        Self::Archive,
        Self::Manifest,
        Self::Record,
        Self::Wheel,
    ];

    /// Returns a sentence that describes the findings of the kind.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Unreadable => {
                "A file cannot be read, or bytecode is reached through a link that is not followed."
            }
            Self::Header => "The header of a pyc is not that of its source or of its file name.",
            Self::Version => "No engine compiles for the Python version of a pyc, so it is not checked.",
            Self::Source => "There is no source for a pyc, or the source is not the trusted one.",
            Self::Malformed => "The code of a pyc cannot be read.",
            Self::Compile => "The source of a pyc does not compile.",
            Self::Code => "The code of a pyc is not what its source compiles to.",
            Self::OtherForm => "The code of a pyc is what its source compiles to, in another form.",
            Self::Level => "The code of a pyc is of an optimization level that its file name does not say.",
            Self::Filename => "The file name that a pyc records is not that of its module.",
            Self::Name => "Bytecode lies under a name that no importer knows, and that Python runs.",
            Self::Archive => "An archive is not looked into.",
            Self::Manifest => "A file is not what the manifest says.",
            Self::Record => "A file is not what RECORD says, or no RECORD lists it.",
            Self::Wheel => {
                "A wheel is not what its file name says, or installers differ in what they make of it."
            }
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
