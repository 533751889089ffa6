//! What is wrong with a file.

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Finding {
    /// The file, relative to what was verified.
    pub path: String,
    /// What sort of finding.
    pub kind: Kind,
    /// In words.
    pub message: String,
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
    /// There is no source.
    Source,
    /// The code cannot be parsed, or something stands behind it.
    Malformed,
    /// The source does not compile.
    Compile,
    /// The code is not that of the source.
    Code,
    /// The code is that of the source, and marks other references.
    References,
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
            Self::Manifest => "manifest",
            Self::Record => "record",
            Self::Wheel => "wheel",
        }
    }
}
