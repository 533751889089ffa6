//! Removal of files whose content is known, and of directories that are empty afterwards.

use crate::manifest::sha256;
use crate::output::WriteError;
use crate::output::place::{Missing, OutputPlace};
use crate::text::Shown as _;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// Removed files and files that were kept.
#[derive(Debug, Default)]
pub struct Removal {
    /// Files that were removed.
    pub removed: Vec<PathBuf>,
    /// Files that were kept because their content is not known, with the reason.
    pub left: Vec<(PathBuf, String)>,
    /// Files that could not be removed, with the reason.
    pub failed: Vec<(PathBuf, String)>,
    /// Pycs for other versions, levels and layouts that may not be from a build, and were kept.
    pub others: Vec<PathBuf>,
    /// Remove nothing: `removed` lists the files that would be removed.
    pub(super) is_check: bool,
    /// Directories that may be empty: the base that no symlink leads out of, and the path below it.
    folders: BTreeSet<(PathBuf, PathBuf)>,
}

/// Reason to keep a file whose content has changed.
pub(super) const CHANGED: &str = "it has changed since it was written";

/// Returns the reason to keep something other than a regular file at the path of a file.
fn not_removed(error: &WriteError) -> String {
    let what = match error {
        WriteError::Symlink(_) => "it is a symlink",
        WriteError::Folder(_) => "it is a directory",
        WriteError::NotRegular(_) => "it is not a regular file",
        error => return error.to_string(),
    };
    format!("{what}, and no build writes one: remove it if nothing needs it")
}

impl Removal {
    /// Removes the regular file `name` below `base` if `is_known` accepts its bytes; otherwise it
    /// is kept for the reason `why`. Symlinks are reported and never followed.
    pub(super) fn remove_if(
        &mut self,
        base: &Path,
        name: &Path,
        why: &str,
        is_known: impl FnOnce(&[u8]) -> bool,
    ) {
        let is_check = self.is_check;
        self.attempt(base, name, |place| match place.bytes() {
            Ok(bytes) if !is_known(&bytes) => Ok(Some(why.to_owned())),
            Ok(_) if is_check => Ok(None),
            Ok(_) => place.remove().map(|_| None),
            Err(error) => Err(error),
        });
    }

    /// Removes the regular file if `is_known` accepts its bytes; otherwise it is one of the others.
    pub(super) fn remove_other(&mut self, base: &Path, name: &Path, is_known: impl FnOnce(&[u8]) -> bool) {
        let left = self.left.len();
        self.remove_if(base, name, "", is_known);
        self.others.extend(self.left.drain(left..).map(|(path, _)| path));
    }

    /// Removes the regular file `name` below `base`, whatever its content.
    pub(super) fn remove(&mut self, base: &Path, name: &Path) {
        self.attempt(base, name, |place| match place.remove() {
            Ok(true) => Ok(None),
            Ok(false) => Err(io::ErrorKind::NotFound.into()),
            Err(error) => Err(error),
        });
    }

    /// Removes the file if its digest is one of `known`.
    pub(super) fn remove_known(&mut self, base: &Path, name: &Path, known: &BTreeSet<String>) {
        self.remove_if(base, name, CHANGED, |bytes| known.contains(&sha256(bytes)));
    }

    fn attempt(
        &mut self,
        base: &Path,
        name: &Path,
        remove: impl FnOnce(&OutputPlace) -> io::Result<Option<String>>,
    ) {
        let path = base.join(name);
        let is_absent = |error: &io::Error| {
            matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
        };
        let done = match OutputPlace::below(base, name, Missing::Refused) {
            Ok(place) => match place.check() {
                Ok(()) => remove(&place),
                Err(error) => Err(io::Error::other(not_removed(&error))),
            },
            // Nothing is written through a symlink, so the file that it leads to is not one that
            // was written.
            Err(WriteError::SymlinkFolder(link)) => {
                if path.symlink_metadata().is_ok() {
                    let reason = format!("{} is a symlink: nothing is removed through it", link.shown());
                    self.failed.push((path, reason));
                }
                return;
            }
            Err(WriteError::Io { source, .. }) => Err(source),
            Err(error) => Err(io::Error::other(error)),
        };
        match done {
            Ok(None) => {
                self.removed.push(path);
                let parent = name.parent().unwrap_or(Path::new(""));
                self.folders.insert((base.into(), parent.into()));
            }
            Ok(Some(reason)) => self.left.push((path, reason)),
            Err(error) if is_absent(&error) => {}
            Err(error) => self.failed.push((path, error.to_string())),
        }
    }

    /// Counts a directory below `base` among those that are removed if they are empty.
    pub(super) fn add_folder(&mut self, base: &Path, folder: PathBuf) {
        self.folders.insert((base.into(), folder));
    }

    /// Removes the directories of removed files, and parents of removed directories, except the
    /// base, if they are empty and `is_own` accepts their path.
    pub(super) fn remove_folders(&mut self, is_own: impl Fn(&Path) -> bool) {
        if self.is_check {
            return;
        }
        // Parents sort before their children.
        while let Some((base, folder)) = self.folders.pop_last() {
            let is_removed = !folder.as_os_str().is_empty()
                && is_own(&base.join(&folder))
                && OutputPlace::below(&base, &folder, Missing::Refused)
                    .is_ok_and(|place| place.remove_empty_folder());
            if let Some(parent) = folder.parent().filter(|_| is_removed) {
                self.folders.insert((base, parent.into()));
            }
        }
    }
}
