//! Directories held by descriptor (`openat` and related calls, POSIX.1-2008).

use super::EntryKind;
use crate::output::owner::{Owner, give};
use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Opens a directory that need not be readable, where the system can.
#[cfg(any(target_os = "linux", target_os = "android"))]
const HOLD: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const HOLD: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// The open directory.
#[derive(Debug)]
pub(super) struct Handle(File);

impl Handle {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        count_open();
        Ok(Self(rustix::fs::open(path, HOLD, Mode::empty())?.into()))
    }

    pub(super) fn enter(&self, name: &Path) -> io::Result<Self> {
        count_open();
        Ok(Self(rustix::fs::openat(&self.0, name, HOLD | OFlags::NOFOLLOW, Mode::empty())?.into()))
    }

    /// Opens a directory several levels below with one system call, which follows no symlink;
    /// `None` if the kernel does not have the call, or a sandbox forbids it.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn enter_all(&self, names: &Path) -> Option<io::Result<Self>> {
        use rustix::fs::ResolveFlags;
        use rustix::io::Errno;
        use std::sync::atomic::{AtomicBool, Ordering};

        static IS_MISSING: AtomicBool = AtomicBool::new(false);
        if IS_MISSING.load(Ordering::Relaxed) {
            return None;
        }
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        count_open();
        match rustix::fs::openat2(&self.0, names, HOLD | OFlags::NOFOLLOW, Mode::empty(), resolve) {
            Err(Errno::NOSYS | Errno::PERM) => {
                IS_MISSING.store(true, Ordering::Relaxed);
                None
            }
            Err(Errno::AGAIN) => None,
            opened => Some(opened.map(|folder| Self(folder.into())).map_err(io::Error::from)),
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(super) fn enter_all(&self, _names: &Path) -> Option<io::Result<Self>> {
        None
    }

    pub(super) fn make(&self, name: &Path) -> io::Result<()> {
        Ok(rustix::fs::mkdirat(&self.0, name, Mode::from_raw_mode(0o777))?)
    }

    pub(super) fn set_new_mode(&self, name: &Path) -> io::Result<()> {
        let mode = match name.to_str() {
            // Includes the sticky and set-group-ID bits.
            Some("__pycache__") => self.0.metadata()?.permissions().mode() & 0o3777,
            _ => 0o755,
        };
        let made = self.change(name)?;
        if made.metadata()?.permissions().mode() & 0o7777 == mode {
            return Ok(());
        }
        made.set_permissions(Permissions::from_mode(mode))
    }

    /// Opens the directory again, in the mode that a lock needs.
    pub(super) fn lockable(&self) -> io::Result<Option<File>> {
        self.change(Path::new(".")).map(Some)
    }

    pub(super) fn give_to_owner(&self, name: &Path) -> io::Result<()> {
        if !rustix::process::geteuid().is_root() {
            return Ok(());
        }
        Owner::of(&self.0.metadata()?).map_or(Ok(()), |owner| give(&self.change(name)?, owner))
    }

    /// Opens a directory to change its attributes; a change by name would follow a link.
    fn change(&self, name: &Path) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        Ok(rustix::fs::openat(&self.0, name, flags, Mode::empty())?.into())
    }

    pub(super) fn kind(&self, name: &Path) -> io::Result<EntryKind> {
        let found = rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(match FileType::from_raw_mode(found.st_mode as _) {
            FileType::RegularFile => EntryKind::File,
            FileType::Symlink => EntryKind::Symlink,
            FileType::Directory => EntryKind::Folder,
            _ => EntryKind::Other,
        })
    }

    pub(super) fn read_link(&self, name: &Path) -> io::Result<PathBuf> {
        let target = rustix::fs::readlinkat(&self.0, name, Vec::new())?;
        Ok(OsString::from_vec(target.into_bytes()).into())
    }

    pub(super) fn names(&self) -> io::Result<Vec<PathBuf>> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let listed = rustix::fs::Dir::new(rustix::fs::openat(&self.0, ".", flags, Mode::empty())?)?;
        listed.map(|entry| Ok(OsString::from_vec(entry?.file_name().to_bytes().to_vec()).into())).collect()
    }

    pub(super) fn read(&self, name: &Path) -> io::Result<File> {
        // Without NONBLOCK, opening a pipe without a writer waits.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.0, name, flags, Mode::empty())?.into())
    }

    pub(super) fn create(&self, name: &Path, mode: u32) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.0, name, flags, Mode::from_raw_mode(mode))?.into())
    }

    pub(super) fn link(&self, folder: &Self, name: &Path, new: &Path) -> io::Result<()> {
        Ok(rustix::fs::linkat(&folder.0, name, &self.0, new, AtFlags::empty())?)
    }

    pub(super) fn rename(&self, old: &Path, new: &Path) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.0, old, &self.0, new)?)
    }

    pub(super) fn remove(&self, name: &Path) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, AtFlags::empty())?)
    }

    pub(super) fn remove_folder(&self, name: &Path) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR)?)
    }
}

#[cfg(test)]
thread_local! {
    /// Number of directories that this thread has opened, or tried to open.
    pub(in crate::output) static OPENS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
fn count_open() {
    OPENS.with(|opens| opens.set(opens.get() + 1));
}

#[cfg(not(test))]
const fn count_open() {}
