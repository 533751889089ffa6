//! Whose it is what root makes in somebody's environment.

use std::io;
use std::path::Path;

/// Makes the directory `folder`, if it is not there, for the owner of the directory that it is in, as an installer that its
/// owner runs would: what is in a directory of root's he could not uninstall.
///
/// # Errors
/// The operating system's.
#[cfg(unix)]
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    use rustix::fs::{Gid, Mode, OFlags, Uid, fchown, fstat, mkdirat, open, openat};
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else { return Ok(()) };
    if folder.symlink_metadata().is_ok() {
        return Ok(());
    }
    // By descriptors: between two looks at a path its owner may put something else there.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let parent = open(parent, flags, Mode::empty())?;
    match mkdirat(&parent, name, Mode::from_raw_mode(0o777)) {
        Err(rustix::io::Errno::EXIST) => return Ok(()),
        made => made?,
    }
    let (owner, made) = (fstat(&parent)?, openat(&parent, name, flags | OFlags::NOFOLLOW, Mode::empty())?);
    let own = fstat(&made)?;
    if (own.st_uid, own.st_gid) == (owner.st_uid, owner.st_gid) || !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    match fchown(&made, Some(Uid::from_raw(owner.st_uid)), Some(Gid::from_raw(owner.st_gid))) {
        // A root that may not give files away, as in a container without that capability.
        Err(rustix::io::Errno::PERM) => Ok(()),
        given => Ok(given?),
    }
}

#[cfg(not(unix))]
pub(super) fn make_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
