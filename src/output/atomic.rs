//! Write-and-rename.
//!
//! CPython: `py_compile.compile` and `importlib._bootstrap_external._write_atomic`.

use super::place::{Missing, Place};
use std::io;
use std::path::{Path, PathBuf};

/// Why a file was not written. What stood at the path before is untouched.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A symlink is in the way.
    #[error("{} is a symlink and will be changed into a regular file if import writes a byte-compiled file to it", .0.display())]
    Symlink(PathBuf),
    /// A directory on the way is a symlink.
    #[error("{} is a symlink: nothing is written through it", .0.display())]
    SymlinkFolder(PathBuf),
    /// A directory, a pipe or a device is in the way.
    #[error("{} is a non-regular file and will be changed into a regular one if import writes a byte-compiled file to it", .0.display())]
    NotRegular(PathBuf),
    /// The operating system refused.
    #[error("cannot write {}: {source}", path.display())]
    Io {
        /// The file that was to be written.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl WriteError {
    /// Whether a directory on the way is not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

/// Writes `bytes` to a temporary file beside `path` and renames it. Missing directories are made.
///
/// `mode` holds the permission bits of the new file, whatever the umask.
///
/// # Errors
/// [`WriteError`]; the temporary file is gone in any case.
pub fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), WriteError> {
    Place::named(path, Missing::Made)?.replace(bytes, mode)
}
