//! Findings of `verify`.

/// A release of CPython, and the pycs that are its bytes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ReleaseFound {
    /// `3.14`
    pub python: String,
    /// `3.14.8`
    pub release: String,
    /// Number of pycs.
    pub pycs: usize,
    /// First of the pycs that the release of most pycs of the version does not write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Finding {
    /// The file, relative to what was verified; the names in an archive follow its own after a `!`.
    pub path: String,
    /// Kind of finding.
    pub kind: Kind,
    /// In words.
    pub message: String,
}

impl Finding {
    /// A finding of a file.
    pub fn new(path: impl Into<String>, kind: Kind, message: impl Into<String>) -> Self {
        Self { path: path.into(), kind, message: message.into() }
    }
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
    /// The code is that of the source, and marks other references.
    References,
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
            Self::References => "references",
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
