//! Files that a run writes besides pycs.

use crate::manifest::ManifestForm;
use crate::manifest::sha256;
use std::path::{Path, PathBuf};

/// Digest and size of a file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct FileDigest {
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// Size in bytes.
    pub size: u64,
}

impl FileDigest {
    /// Returns the digest of a file's bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self { sha256: sha256(bytes), size: bytes.len() as u64 }
    }
}

/// File that was written, or that is not up to date in a run that writes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Artifact {
    /// Path of the file.
    pub path: PathBuf,
    /// Kind of the file.
    pub kind: ArtifactKind,
    /// Digest of the file's bytes.
    pub digest: FileDigest,
    /// True if the file was written, or is not up to date in a run that writes nothing.
    pub changed: bool,
}

impl Artifact {
    /// Returns a file that was written with these bytes.
    pub fn written(path: impl Into<PathBuf>, kind: ArtifactKind, bytes: &[u8]) -> Self {
        Self { path: path.into(), kind, digest: FileDigest::of(bytes), changed: true }
    }
}

/// Kinds of files other than pycs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ArtifactKind {
    /// A wheel.
    Wheel,
    /// A zip or zipapp.
    Zip,
    /// The manifest.
    Manifest,
    /// Lines of the manifest for `sha256sum --check`.
    Sha256sum,
    /// In-toto Statement of the manifest.
    InToto,
    /// Source or data file in a mirror.
    Copy,
    /// A page of `diff`.
    Page,
    /// A config.
    Config,
    /// The RECORD of an installed distribution.
    Record,
}

impl From<ManifestForm> for ArtifactKind {
    fn from(form: ManifestForm) -> Self {
        match form {
            ManifestForm::Json => Self::Manifest,
            ManifestForm::Sha256sum => Self::Sha256sum,
            ManifestForm::InToto => Self::InToto,
        }
    }
}

impl ArtifactKind {
    /// Returns the kind of an archive.
    pub fn of_archive(path: &Path) -> Self {
        if path.extension().is_some_and(|extension| extension == "whl") { Self::Wheel } else { Self::Zip }
    }
}
