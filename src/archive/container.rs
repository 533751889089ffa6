//! Recognition of archives, and the choice of the reader for them.

use super::entry::Archive;
use super::error::ArchiveError;
use super::package::{is_package, is_package_file, read_package};
use super::reader::{ArchiveLimits, read};
use crate::project::open_regular;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

/// Family of archive formats that one reader reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// A zip, wheel or zipapp.
    Zip,
    /// A package, a tar archive or an image.
    Package,
}

impl Container {
    /// Recognizes a file: by the name or the first bytes of a zip, or by the content or the name of
    /// a package. A broken archive is refused rather than treated as another file.
    ///
    /// # Errors
    /// An I/O error.
    pub fn of_file(path: &Path) -> io::Result<Option<Self>> {
        if is_called_a_zip(path) || begins_like_a_zip(path) {
            return Ok(Some(Self::Zip));
        }
        let is_package = open_regular(path).and_then(|file| is_package_file(&file))?;
        Ok((is_package || is_called_a_package(path)).then_some(Self::Package))
    }

    /// Returns the format that the name or the first bytes of a file declare, although the file may
    /// not be such an archive, or may be broken.
    pub fn declared(path: &Path, bytes: &[u8]) -> Option<Self> {
        match () {
            () if is_package(bytes) => Some(Self::Package),
            () if is_called_a_zip(path) || bytes.starts_with(b"PK\x03\x04") => Some(Self::Zip),
            () => is_called_a_package(path).then_some(Self::Package),
        }
    }

    /// Recognizes the bytes of an archive, which are those of a zip if they are not a package.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        if is_package(bytes) { Self::Package } else { Self::Zip }
    }

    /// Reads an archive; `path` is used in errors, and `limits` apply to a zip.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn read(self, path: &Path, bytes: Vec<u8>, limits: &ArchiveLimits) -> Result<Archive, ArchiveError> {
        match self {
            Self::Zip => read(path, bytes, limits),
            Self::Package => read_package(path, &Arc::new(bytes), &ArchiveLimits::default()),
        }
    }
}

/// Returns whether a file has the name of an archive.
pub fn is_called_an_archive(path: &Path) -> bool {
    is_called_a_zip(path) || is_called_a_package(path)
}

fn is_called_a_zip(path: &Path) -> bool {
    path.extension().is_some_and(|end| ["whl", "zip", "pyz"].iter().any(|zip| end == *zip))
}

fn is_called_a_package(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    [".deb", ".rpm", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.zst"]
        .iter()
        .any(|end| name.ends_with(end))
}

fn begins_like_a_zip(path: &Path) -> bool {
    let mut start = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *b"PK\x03\x04"
}
