//! Ownership of files written by root.

use std::fs::{File, Metadata};
use std::io;

/// User and group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    user: u32,
    group: u32,
}

impl Owner {
    /// Returns the owner of a file, on systems where files have owners.
    #[cfg(unix)]
    pub fn of(found: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        Some(Self { user: found.uid(), group: found.gid() })
    }

    /// Returns the owner of a file, on systems where files have owners.
    #[cfg(not(unix))]
    pub fn of(_found: &Metadata) -> Option<Self> {
        None
    }
}

/// Changes the owner of a file or directory.
#[cfg(unix)]
pub(super) fn give(file: &File, owner: Owner) -> io::Result<()> {
    if Owner::of(&file.metadata()?) == Some(owner) {
        return Ok(());
    }
    match std::os::unix::fs::fchown(file, Some(owner.user), Some(owner.group)) {
        // Only root can change owners, and not in every container. Any other user who can write
        // here becomes the owner.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        result => result,
    }
}

#[cfg(not(unix))]
pub(super) fn give(_file: &File, _owner: Owner) -> io::Result<()> {
    Ok(())
}
