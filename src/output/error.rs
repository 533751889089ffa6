//! Errors of writing a file.

use crate::text::Shown as _;
use std::io;
use std::path::PathBuf;

/// A file that was not written. The previous file at the path is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The path is a symlink.
    #[error("{} is a symlink, and is not replaced", .0.shown())]
    Symlink(PathBuf),
    /// A directory on the path is a symlink.
    #[error("{} is a symlink: nothing is written through it", .0.shown())]
    SymlinkFolder(PathBuf),
    /// The path is a directory.
    #[error("{} is a directory, and is not replaced", .0.shown())]
    Folder(PathBuf),
    /// The path is a pipe, a socket or a device.
    #[error("{} is not a regular file, and is not replaced", .0.shown())]
    NotRegular(PathBuf),
    /// The operating system reported an error.
    #[error("cannot write {}: {source}", path.shown())]
    Io {
        /// The file to be written.
        path: PathBuf,
        /// The error.
        source: io::Error,
    },
}

impl WriteError {
    /// Returns whether a directory on the path does not exist.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}
