//! Named bytes → files below a directory.

use super::atomic::{self, WriteError};
use crate::project::{LARGEST, read_regular};
use std::io;
use std::path::{Path, PathBuf};

/// A directory that is written to. Modes are 0644 and 0755 whatever the umask, and no directory below it may be a
/// symlink: what is written stays inside.
#[derive(Clone, Debug)]
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// The tree below `root`, which need not exist.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Writes a file unless it has these bytes and this mode already; says whether it was written. `name` is relative,
    /// with `/`.
    ///
    /// # Errors
    /// [`WriteError`]; what was there is untouched.
    pub fn write(&self, name: &str, bytes: &[u8], executable: bool) -> Result<bool, WriteError> {
        let path = self.root.join(name);
        let mode = if executable { 0o755 } else { 0o644 };
        self.make_folders(name)?;
        atomic::check_target(&path)?;
        if read_regular(&path, LARGEST).is_ok_and(|found| found == bytes) && has_mode(&path, mode) {
            return Ok(false);
        }
        atomic::replace(&path, bytes, mode)?;
        Ok(true)
    }

    fn make_folders(&self, name: &str) -> Result<(), WriteError> {
        let io_error = |path: &Path| {
            let path = path.to_path_buf();
            move |source| WriteError::Io { path, source }
        };
        std::fs::create_dir_all(&self.root).map_err(io_error(&self.root))?;
        let mut folder = self.root.clone();
        let Some((folders, _)) = name.rsplit_once('/') else { return Ok(()) };
        for part in folders.split('/') {
            folder.push(part);
            match std::fs::symlink_metadata(&folder) {
                Ok(found) if found.is_dir() => {}
                Ok(found) if found.file_type().is_symlink() => return Err(WriteError::SymlinkFolder(folder)),
                Ok(_) => return Err(io_error(&folder)(io::ErrorKind::NotADirectory.into())),
                Err(_) => match std::fs::create_dir(&folder) {
                    Ok(()) => set_folder_mode(&folder).map_err(io_error(&folder))?,
                    // Another thread was faster.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(io_error(&folder)(error)),
                },
            }
        }
        Ok(())
    }
}

#[cfg(unix)]
fn has_mode(path: &Path, mode: u32) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|found| found.permissions().mode() & 0o7777 == mode)
}

#[cfg(not(unix))]
fn has_mode(_path: &Path, _mode: u32) -> bool {
    true
}

#[cfg(unix)]
fn set_folder_mode(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn set_folder_mode(_folder: &Path) -> io::Result<()> {
    Ok(())
}
