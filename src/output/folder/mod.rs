//! Directories that are held open.
//!
//! A path can mean another directory from one moment to the next, if somebody else may write on the way to it. What is
//! done in a directory that is held open is done in that directory, whatever its path means by then.

#[cfg(unix)]
mod by_descriptor;
#[cfg(not(unix))]
mod by_path;
mod leftover;

#[cfg(unix)]
use by_descriptor::Handle;
#[cfg(not(unix))]
use by_path::Handle;

use crate::output::writing::Writing;
use std::fs::{File, Metadata, TryLockError};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Number of taken names after which something else must be wrong.
const ATTEMPTS: usize = 1 << 10;

/// A directory that is held open. The names that it is asked for are single: they have no `/` in them.
#[derive(Debug)]
pub(super) struct Folder {
    handle: Handle,
    /// For messages.
    path: PathBuf,
}

/// Kind of file that a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Folder,
    /// A symlink, wherever it leads.
    Symlink,
    /// A pipe, a socket, a device.
    Other,
}

impl Folder {
    /// Opens the directory that `path` leads to, through links as well.
    ///
    /// # Errors
    /// The operating system's.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let here = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Ok(Self { handle: Handle::open(here)?, path: path.into() })
    }

    /// Opens a directory in this one; never through a link.
    ///
    /// # Errors
    /// The operating system's; the name is a link or no directory.
    pub(super) fn enter(&self, name: &Path) -> io::Result<Self> {
        Ok(Self { handle: self.handle.enter(name)?, path: self.path.join(name) })
    }

    /// Makes a directory in this one, with the permissions that the umask leaves.
    ///
    /// # Errors
    /// The operating system's.
    pub(super) fn make(&self, name: &Path) -> io::Result<()> {
        self.handle.make(name)
    }

    /// Sets the permissions of a new directory in this one, never through a link: those of this one for `__pycache__`, for
    /// others 0755.
    ///
    /// # Errors
    /// The operating system's.
    pub(super) fn set_new_mode(&self, name: &Path) -> io::Result<()> {
        match self.handle.set_new_mode(name) {
            // File systems of other systems have no permissions to set.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) =>
            {
                Ok(())
            }
            set => set,
        }
    }

    /// Gives a directory in this one to the owner of this one, if root made it; never through a link.
    ///
    /// # Errors
    /// The operating system's.
    pub(super) fn give_to_owner(&self, name: &Path) -> io::Result<()> {
        self.handle.give_to_owner(name)
    }

    /// Locks the directory for the life of what is returned, waiting for other runs; none where there are no locks.
    ///
    /// # Errors
    /// The operating system's; another run holds it for longer than `patience`.
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

    /// The path that it was opened by.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the kind of file that has a name in it.
    ///
    /// # Errors
    /// The operating system's.
    pub(super) fn kind(&self, name: &Path) -> io::Result<Kind> {
        self.handle.kind(name)
    }

    /// Returns the target of a symlink in it.
    ///
    /// # Errors
    /// The operating system's; the name is no link.
    pub(super) fn read_link(&self, name: &Path) -> io::Result<PathBuf> {
        self.handle.read_link(name)
    }

    /// Opens a regular file in it to read; never through a link. Says too what the file is.
    ///
    /// # Errors
    /// The operating system's; no regular file.
    pub(super) fn read(&self, name: &Path) -> io::Result<(File, Metadata)> {
        let file = self.handle.read(name)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        Ok((file, metadata))
    }

    /// Makes an empty file under a name that nothing has; only its owner can read it. It is taken away again unless it is
    /// renamed.
    ///
    /// # Errors
    /// The operating system's.
    pub(super) fn temporary(&self) -> io::Result<(Temporary<'_>, File)> {
        self.under_new_name(|name| {
            let file = self.handle.create(name)?;
            // Where a file system has no locks, another run leaves the file alone for want of one.
            let _ = file.try_lock();
            // Another run may have taken it for a leftover before it was locked.
            if leftover::is_gone(&file.metadata()?) {
                Err(io::ErrorKind::AlreadyExists.into())
            } else {
                Ok(file)
            }
        })
    }

    /// Makes another name, that nothing has, for a file in `folder`. It is taken away again unless it is renamed.
    ///
    /// # Errors
    /// The operating system's.
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

    /// Takes away the temporary files of runs that were killed, if they were last written so long ago; says which.
    pub(super) fn remove_leftovers(&self, age: Duration) -> Vec<PathBuf> {
        leftover::remove(self, age)
    }

    /// Takes a file away.
    ///
    /// # Errors
    /// The operating system's.
    pub(super) fn remove(&self, name: &Path) -> io::Result<()> {
        self.handle.remove(name)
    }

    /// Removes an empty directory.
    ///
    /// # Errors
    /// The operating system's; the directory is not empty.
    pub(super) fn remove_folder(&self, name: &Path) -> io::Result<()> {
        self.handle.remove_folder(name)
    }
}

/// A name that is gone when this is dropped.
#[derive(Debug)]
pub(super) struct Temporary<'a> {
    folder: &'a Folder,
    name: PathBuf,
    /// Of a file that has another name already.
    is_link: bool,
    is_there: bool,
    /// Dropped after the name is gone.
    _writing: Writing,
}

impl Temporary<'_> {
    /// Gives what has it another name; what stood under that is replaced.
    ///
    /// # Errors
    /// The operating system's.
    pub(super) fn rename(mut self, name: &Path) -> io::Result<()> {
        self.folder.handle.rename(&self.name, name)?;
        // Between two names of one file a rename does nothing and leaves both.
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
