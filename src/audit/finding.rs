//! Findings of `verify`.

use std::collections::BTreeMap;

/// A release of CPython, and the pycs that are its bytes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ReleaseFound {
    /// `3.14`
    pub python: String,
    /// `3.14.8`
    pub release: String,
    /// Number of pycs.
    pub pycs: usize,
    /// The place that the first of them is in.
    #[serde(skip)]
    pub place: usize,
    /// First of the pycs that the release of most pycs of the version does not write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Finding {
    /// The place that the file is in, of those that are verified.
    #[serde(skip)]
    pub place: usize,
    /// The file, relative to what was verified; the names in an archive follow its own after a `!`.
    pub path: String,
    /// Kind of finding.
    pub kind: Kind,
    /// In words.
    pub message: String,
    /// Number of pycs, where it stands for several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pycs: Option<usize>,
}

impl Finding {
    /// A finding of a file.
    pub fn new(path: impl Into<String>, kind: Kind, message: impl Into<String>) -> Self {
        Self { place: 0, path: path.into(), kind, message: message.into(), pycs: None }
    }
}

/// Makes one finding of all pycs that nothing compiles for, for each reason.
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

/// Sorts of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It cannot be read, or is a symlink.
    Unreadable,
    /// The header is none, or not that of the source or of the file's name.
    Header,
    /// No version has the magic number, or nothing compiles for it.
    Version,
    /// There is no source, or it is not that of `--sources`.
    Source,
    /// The code cannot be parsed, or something stands behind it.
    Malformed,
    /// The source does not compile.
    Compile,
    /// The code is not that of the source.
    Code,
    /// The code is that of the source, and only its form is another: references, interning, the
    /// order in sets.
    OtherForm,
    /// The code is that of the source at a level that the file's name does not say.
    Level,
    /// The recorded file name is not that of the module.
    Filename,
    /// Bytecode under a name that no importer knows, which Python runs all the same.
    Name,
    /// An archive that is not looked into.
    Archive,
    /// The manifest says otherwise.
    Manifest,
    /// RECORD says otherwise.
    Record,
    /// The file name of the wheel says otherwise, or installers differ in what they make of it.
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

    /// Returns a sentence that says what findings of the kind are.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Unreadable => "A file cannot be read, or bytecode lies behind a link that is not followed.",
            Self::Header => "The header of a pyc is not that of its source or of its file name.",
            Self::Version => "Nothing compiles for the Python version of a pyc, which is not checked.",
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

    /// As it is printed.
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
