//! Named content → files below a directory.

use super::WriteError;
use super::place::{Missing, OutputPlace};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A directory that is written to. Files have the modes 0644 and 0755 whatever the umask. No
/// directory below it may be a symlink, so all files are written inside.
#[derive(Clone, Debug)]
pub struct Tree {
    base: PathBuf,
    below: PathBuf,
}

impl Tree {
    /// Creates the tree in the directory `below` of `base`. It need not exist; `base` may be a
    /// symlink, directories below it may not.
    pub fn new(base: PathBuf, below: PathBuf) -> Self {
        Self { base, below }
    }

    /// Returns the place of a file in the tree.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn place(&self, name: &Path, missing: Missing) -> Result<OutputPlace, WriteError> {
        OutputPlace::below(&self.base, &self.below.join(name), missing)
    }

    /// Writes a file unless it has these bytes and this mode already; returns whether it was
    /// written. `name` is relative, with `/`.
    ///
    /// # Errors
    /// [`WriteError`]; the previous file is unchanged.
    pub fn write(&self, name: &str, bytes: &[u8], executable: bool) -> Result<bool, WriteError> {
        let mode = if executable { 0o755 } else { 0o644 };
        let place = self.place(Path::new(name), Missing::Made)?;
        if !place.differs(bytes, mode)? {
            return Ok(false);
        }
        place.replace(bytes, mode)?;
        Ok(true)
    }

    /// Sets the modification time of a file to `seconds` after 1970, if it differs.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn set_modified(&self, name: &str, seconds: u32) -> Result<(), WriteError> {
        let place = self.place(Path::new(name), Missing::Refused)?;
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.into());
        let set = || {
            let (file, metadata) = place.read()?;
            if metadata.modified()? == time { Ok(()) } else { file.set_modified(time) }
        };
        set().map_err(|source| WriteError::Io { path: self.base.join(&self.below).join(name), source })
    }

    /// Returns `true` if [`Self::write`] would write the file.
    ///
    /// # Errors
    /// [`WriteError`] for a file that is not replaced.
    pub fn differs(&self, name: &str, bytes: &[u8], executable: bool) -> Result<bool, WriteError> {
        let mode = if executable { 0o755 } else { 0o644 };
        match self.place(Path::new(name), Missing::Refused) {
            Ok(place) => place.differs(bytes, mode),
            Err(error) if error.is_missing() => Ok(true),
            Err(error) => Err(error),
        }
    }
}
