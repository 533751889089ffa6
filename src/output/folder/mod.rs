//! Directories that are held open.
//!
//! If another user can write to a directory on the path, the path can lead to another directory at
//! any time. An operation in a directory that is held open stays in that directory.

#[cfg(unix)]
mod by_descriptor;
#[cfg(not(unix))]
mod by_path;
mod leftover;

#[cfg(unix)]
use by_descriptor::Handle;
#[cfg(all(unix, test))]
pub(super) use by_descriptor::OPENS;
#[cfg(not(unix))]
use by_path::Handle;

use crate::output::writing::Writing;
use crate::project::not_regular;
use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::{File, Metadata, TryLockError};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// Number of attempts to find a free name before an error.
const ATTEMPTS: usize = 1 << 10;

/// A directory that is held open. Names in it are single components, without `/`.
#[derive(Debug)]
pub(super) struct Folder {
    handle: Handle,
    /// The path for messages.
    path: PathBuf,
}

/// Kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Folder,
    /// A symlink, whatever its target.
    Symlink,
    /// A pipe, a socket or a device.
    Other,
}

impl Folder {
    /// Opens the directory `path`, following symlinks.
    ///
    /// # Errors
    /// An I/O error.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let here = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Ok(Self { handle: Handle::open(here)?, path: path.into() })
    }

    /// Opens a subdirectory, without following a symlink.
    ///
    /// # Errors
    /// An I/O error, or a name that is a symlink or not a directory.
    pub(super) fn enter(&self, name: &Path) -> io::Result<Self> {
        Ok(Self { handle: self.handle.enter(name)?, path: self.path.join(name) })
    }

    /// Opens the directory `names`, of one or more components, as [`Folder::enter`] opens each. The
    /// operating system does it in one step if it can: a search of a tree opens every directory
    /// from the top.
    ///
    /// # Errors
    /// An I/O error, or a name that is a symlink or not a directory.
    pub(super) fn below(&self, names: &Path) -> io::Result<Self> {
        let mut folder: Option<Self> = None;
        for part in parts(names) {
            folder = Some(folder.as_ref().unwrap_or(self).enter_all(&part)?);
        }
        folder.ok_or_else(|| io::ErrorKind::InvalidInput.into())
    }

    /// Opens the lowest of the directories `names`, each in the one before, that can be opened;
    /// returns it, unless it is this one, and its depth.
    pub(super) fn lowest(&self, names: &[OsString]) -> (Option<Self>, usize) {
        // The cost depends on the number of directories that cannot be opened.
        let mut missing = 1;
        while let Some(depth) = names.len().checked_sub(missing).filter(|depth| *depth > 0) {
            if let Ok(folder) = self.below(&names[..depth].iter().collect::<PathBuf>()) {
                return folder.further(names, depth);
            }
            missing *= 2;
        }
        match names.first().and_then(|name| self.enter(Path::new(name)).ok()) {
            Some(folder) => folder.further(names, 1),
            None => (None, 0),
        }
    }

    fn further(self, names: &[OsString], mut depth: usize) -> (Option<Self>, usize) {
        let mut folder = self;
        while let Some(Ok(next)) = names.get(depth).map(|name| folder.enter(Path::new(name))) {
            folder = next;
            depth += 1;
        }
        (Some(folder), depth)
    }

    /// Returns whether the operating system opens several directories in one step.
    #[cfg(test)]
    pub(super) fn opens_several(&self) -> bool {
        self.handle.enter_all(Path::new(".")).is_some()
    }

    fn enter_all(&self, names: &Path) -> io::Result<Self> {
        match self.handle.enter_all(names) {
            Some(handle) => Ok(Self { handle: handle?, path: self.path.join(names) }),
            None => {
                let mut folder: Option<Self> = None;
                for name in names.components().filter(|name| *name != Component::CurDir) {
                    folder = Some(folder.as_ref().unwrap_or(self).enter(name.as_ref())?);
                }
                folder.map_or_else(|| self.enter(Path::new(".")), Ok)
            }
        }
    }

    /// Creates a subdirectory, with the permissions that the umask leaves.
    ///
    /// # Errors
    /// An I/O error.
    pub(super) fn make(&self, name: &Path) -> io::Result<()> {
        self.handle.make(name)
    }

    /// Sets the permissions of a new subdirectory, without following a symlink: those of its parent
    /// for `__pycache__`, otherwise 0755.
    ///
    /// # Errors
    /// An I/O error.
    pub(super) fn set_new_mode(&self, name: &Path) -> io::Result<()> {
        match self.handle.set_new_mode(name) {
            // Some file systems do not support permissions.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) =>
            {
                Ok(())
            }
            set => set,
        }
    }

    /// Changes the owner of a subdirectory to that of its parent if root created it, without
    /// following a symlink.
    ///
    /// # Errors
    /// An I/O error.
    pub(super) fn give_to_owner(&self, name: &Path) -> io::Result<()> {
        self.handle.give_to_owner(name)
    }

    /// Locks the directory for the lifetime of the result, waiting for other runs; `None` if the
    /// file system has no locks.
    ///
    /// # Errors
    /// An I/O error, or another run that holds the lock for longer than `patience`.
    pub(super) fn hold(&self, patience: Duration) -> io::Result<Option<File>> {
        const PAUSE: Duration = Duration::from_millis(5);
        let Some(file) = self.handle.lockable()? else { return Ok(None) };
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::Error(_)) => return Ok(None),
                Err(TryLockError::WouldBlock) if waited < patience => {
                    std::thread::sleep(PAUSE);
                    waited += PAUSE;
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(io::Error::new(io::ErrorKind::TimedOut, "another run holds its directory"));
                }
            }
        }
    }

    /// Returns the path by which the directory was opened.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the kind of the file with this name.
    ///
    /// # Errors
    /// An I/O error.
    pub(super) fn kind(&self, name: &Path) -> io::Result<EntryKind> {
        self.handle.kind(name)
    }

    /// Returns the target of a symlink in the directory.
    ///
    /// # Errors
    /// An I/O error, or a name that is not a symlink.
    pub(super) fn read_link(&self, name: &Path) -> io::Result<PathBuf> {
        self.handle.read_link(name)
    }

    /// Opens a regular file in the directory for reading, without following a symlink, and returns
    /// its metadata as well.
    ///
    /// # Errors
    /// An I/O error, or a file that is not regular.
    pub(super) fn read(&self, name: &Path) -> io::Result<(File, Metadata)> {
        let file = self.handle.read(name)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(not_regular());
        }
        Ok((file, metadata))
    }

    /// Creates an empty file under an unused name, with the permissions `mode` as far as the umask
    /// leaves them, and returns its metadata as well. It is removed unless it is renamed.
    ///
    /// # Errors
    /// An I/O error.
    pub(super) fn temporary(&self, mode: u32) -> io::Result<(Temporary<'_>, (File, Metadata))> {
        self.under_new_name(|name| {
            let file = self.handle.create(name, mode)?;
            // Where a file system has no locks, other runs cannot lock the file either, and leave
            // it alone.
            let _ = file.try_lock();
            // Another run may have removed the file as a leftover before it was locked.
            let found = file.metadata()?;
            if leftover::is_gone(&found) {
                Err(io::ErrorKind::AlreadyExists.into())
            } else {
                Ok((file, found))
            }
        })
    }

    /// Creates a hard link under an unused name to a file in `folder`. It is removed unless it is
    /// renamed.
    ///
    /// # Errors
    /// An I/O error.
    pub(super) fn temporary_link(&self, folder: &Self, name: &Path) -> io::Result<Temporary<'_>> {
        let link = |new: &Path| self.handle.link(&folder.handle, name, new);
        let (mut temporary, ()) = self.under_new_name(link)?;
        temporary.is_link = true;
        Ok(temporary)
    }

    fn under_new_name<T>(
        &self,
        mut make: impl FnMut(&Path) -> io::Result<T>,
    ) -> io::Result<(Temporary<'_>, T)> {
        let writing = Writing::begin();
        for _ in 0..ATTEMPTS {
            let name = leftover::temporary_name(RandomState::new().build_hasher().finish());
            match make(&name) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(made) => {
                    let temporary =
                        Temporary { folder: self, name, is_link: false, is_there: true, _writing: writing };
                    return Ok((temporary, made));
                }
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Removes temporary files of killed runs that were last written at least `age` ago, and
    /// returns their paths.
    pub(super) fn remove_leftovers(&self, age: Duration) -> Vec<PathBuf> {
        leftover::remove(self, age)
    }

    /// Removes a file.
    ///
    /// # Errors
    /// An I/O error.
    pub(super) fn remove(&self, name: &Path) -> io::Result<()> {
        self.handle.remove(name)
    }

    /// Removes an empty directory.
    ///
    /// # Errors
    /// An I/O error, or a directory that is not empty.
    pub(super) fn remove_folder(&self, name: &Path) -> io::Result<()> {
        self.handle.remove_folder(name)
    }
}

/// Largest length of a path that is opened in one step, less than that of Linux (`PATH_MAX`).
const LONGEST: usize = 4000;

/// Divides a path into paths of at most [`LONGEST`] bytes.
fn parts(names: &Path) -> Vec<Cow<'_, Path>> {
    if names.as_os_str().len() <= LONGEST {
        return vec![names.into()];
    }
    let mut parts: Vec<PathBuf> = Vec::new();
    for name in names.components().map(|name| Path::new(name.as_os_str())) {
        let is_short = |part: &&mut PathBuf| part.as_os_str().len() + name.as_os_str().len() < LONGEST;
        match parts.last_mut().filter(is_short) {
            Some(part) => part.push(name),
            None => parts.push(name.into()),
        }
    }
    parts.into_iter().map(Cow::Owned).collect()
}

/// A name that is removed when the value is dropped.
#[derive(Debug)]
pub(super) struct Temporary<'a> {
    folder: &'a Folder,
    name: PathBuf,
    /// True for a file that has another name already.
    is_link: bool,
    is_there: bool,
    /// Dropped after the name is removed.
    _writing: Writing,
}

impl Temporary<'_> {
    /// Renames the file, replacing any file of that name.
    ///
    /// # Errors
    /// An I/O error.
    pub(super) fn rename(mut self, name: &Path) -> io::Result<()> {
        self.folder.handle.rename(&self.name, name)?;
        // A rename between two names of one file does nothing and keeps both.
        self.is_there = self.is_link;
        Ok(())
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if self.is_there {
            let _ = self.folder.handle.remove(&self.name);
        }
    }
}
