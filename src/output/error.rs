//! Errors of writing a file.

use crate::text::Shown as _;
use std::io;
use std::path::PathBuf;

/// Why a file was not written. What stood at the path before is untouched.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A symlink is in the way.
    #[error("{} is a symlink and will be changed into a regular file if import writes a byte-compiled file to it", .0.shown())]
    Symlink(PathBuf),
    /// A directory on the way is a symlink.
    #[error("{} is a symlink: nothing is written through it", .0.shown())]
    SymlinkFolder(PathBuf),
    /// A directory, a pipe or a device is in the way.
    #[error("{} is a non-regular file and will be changed into a regular one if import writes a byte-compiled file to it", .0.shown())]
    NotRegular(PathBuf),
    /// The operating system refused.
    #[error("cannot write {}: {source}", path.shown())]
    Io {
        /// The file that was to be written.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl WriteError {
    /// Returns whether a directory on the way is not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}
