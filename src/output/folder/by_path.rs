//! Directories on systems that cannot hold them by descriptor: each path is checked at each use.

use super::EntryKind as Kind;
use crate::project::not_regular;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// The directory's path.
#[derive(Debug)]
pub(super) struct Handle(PathBuf);

impl Handle {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if !std::fs::metadata(path)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self(path.into()))
    }

    pub(super) fn enter(&self, name: &Path) -> io::Result<Self> {
        let path = self.0.join(name);
        if !std::fs::symlink_metadata(&path)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self(path))
    }

    pub(super) fn enter_all(&self, _names: &Path) -> Option<io::Result<Self>> {
        None
    }

    pub(super) fn make(&self, name: &Path) -> io::Result<()> {
        std::fs::create_dir(self.0.join(name))
    }

    pub(super) fn set_new_mode(&self, _name: &Path) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn lockable(&self) -> io::Result<Option<File>> {
        Ok(None)
    }

    pub(super) fn give_to_owner(&self, _name: &Path) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn kind(&self, name: &Path) -> io::Result<Kind> {
        let found = std::fs::symlink_metadata(self.0.join(name))?.file_type();
        Ok(match found {
            found if found.is_symlink() => Kind::Symlink,
            found if found.is_file() => Kind::File,
            found if found.is_dir() => Kind::Folder,
            _ => Kind::Other,
        })
    }

    pub(super) fn read_link(&self, name: &Path) -> io::Result<PathBuf> {
        std::fs::read_link(self.0.join(name))
    }

    #[allow(clippy::disallowed_methods, reason = "whoever asks takes some of the names, in any order")]
    pub(super) fn names(&self) -> io::Result<Vec<PathBuf>> {
        std::fs::read_dir(&self.0)?.map(|entry| Ok(entry?.file_name().into())).collect()
    }

    pub(super) fn read(&self, name: &Path) -> io::Result<File> {
        if self.kind(name)? != Kind::File {
            return Err(not_regular());
        }
        File::open(self.0.join(name))
    }

    pub(super) fn create(&self, name: &Path, _mode: u32) -> io::Result<File> {
        File::options().write(true).create_new(true).open(self.0.join(name))
    }

    pub(super) fn link(&self, folder: &Self, name: &Path, new: &Path) -> io::Result<()> {
        std::fs::hard_link(folder.0.join(name), self.0.join(new))
    }

    pub(super) fn rename(&self, old: &Path, new: &Path) -> io::Result<()> {
        std::fs::rename(self.0.join(old), self.0.join(new))
    }

    pub(super) fn remove(&self, name: &Path) -> io::Result<()> {
        std::fs::remove_file(self.0.join(name))
    }

    pub(super) fn remove_folder(&self, name: &Path) -> io::Result<()> {
        std::fs::remove_dir(self.0.join(name))
    }
}
