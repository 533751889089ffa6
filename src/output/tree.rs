//! Named bytes → files below a directory.

use super::WriteError;
use super::place::{Missing, Place};
use crate::project::{LARGEST, read_open};
use std::fs::{File, Metadata};
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
        let mode = if executable { 0o755 } else { 0o644 };
        std::fs::create_dir_all(&self.root)
            .map_err(|source| WriteError::Io { path: self.root.clone(), source })?;
        let place = Place::below(&self.root, Path::new(name), Missing::MadeWith(0o755))?;
        place.check()?;
        let same = |(file, found): (File, Metadata)| {
            has_mode(&found, mode) && read_open(&file, found.len(), LARGEST).is_ok_and(|found| found == bytes)
        };
        if place.read().is_ok_and(same) {
            return Ok(false);
        }
        place.replace(bytes, mode)?;
        Ok(true)
    }
}

#[cfg(unix)]
fn has_mode(found: &Metadata, mode: u32) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    found.permissions().mode() & 0o7777 == mode
}

#[cfg(not(unix))]
fn has_mode(_found: &Metadata, _mode: u32) -> bool {
    true
}
