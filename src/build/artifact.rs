//! Files that a run writes besides pycs.

use crate::manifest::sha256;
use std::path::{Path, PathBuf};

/// The digest and size of a file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Digest {
    /// In hexadecimal digits.
    pub sha256: String,
    /// In bytes.
    pub size: u64,
}

impl Digest {
    /// Returns the digest of a file's bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self { sha256: sha256(bytes), size: bytes.len() as u64 }
    }
}

/// A file that was written, or with `--check` would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Its path.
    pub path: PathBuf,
    /// Its sort.
    pub kind: ArtifactKind,
    /// The digest of its bytes.
    pub digest: Digest,
    /// True if it was written, or with `--check` is not what it would be.
    pub changed: bool,
}

/// Sorts of files that are no pycs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArtifactKind {
    /// A wheel.
    Wheel,
    /// A zip or zipapp.
    Zip,
    /// The manifest.
    Manifest,
    /// Its lines for `sha256sum --check`.
    Sha256sum,
    /// Its in-toto Statement.
    InToto,
    /// A file in a mirror that is no pyc: a source or data.
    Copy,
    /// A page of `diff`.
    Page,
    /// A config.
    Config,
    /// The RECORD of an installed distribution.
    Record,
}

impl ArtifactKind {
    /// Returns the sort of an archive.
    pub fn of_archive(path: &Path) -> Self {
        if path.extension().is_some_and(|extension| extension == "whl") { Self::Wheel } else { Self::Zip }
    }
}
