//! A file name in a directory that is held open, and operations on the file.

use super::WriteError;
use super::folder::{EntryKind, Folder};
use super::owner::{Owner, give};
use crate::project::{LARGEST, not_regular, read_open, real_path};
use std::ffi::OsString;
use std::fs::{File, Metadata, Permissions};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// Minimum age of a temporary file for its removal if no run holds it. Where file systems have
/// locks, the lock alone suffices.
pub const LEFTOVER_AGE: Duration = Duration::from_secs(10);

/// Permissions of a file whose owner or mode is changed before it is renamed: nobody else can read
/// it until then.
const FOR_OWNER: u32 = 0o600;

/// Location of a file that exists or will be written.
#[derive(Debug)]
pub struct OutputPlace {
    folder: Folder,
    name: PathBuf,
}

/// Handling of missing directories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Fail with the operating system's error.
    Refused,
    /// Create them, whatever the umask: `__pycache__` with the permissions of its parent, others
    /// with 0755.
    Made,
    /// Create them; if root does, with the owner of the parent directory.
    MadeForOwner,
}

impl OutputPlace {
    /// Returns the place of `path`; symlinks to directories on the path are followed, since the
    /// user gave the path.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn named(path: &Path, missing: Missing) -> Result<Self, WriteError> {
        let Some(name) = path.file_name() else { return Err(WriteError::Folder(path.into())) };
        let io_error = |source| WriteError::Io { path: path.into(), source };
        if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Err(io_error(io::ErrorKind::IsADirectory.into()));
        }
        let parent = path.parent().unwrap_or(Path::new(""));
        let folder = open_or_make(parent, missing).map_err(io_error)?;
        Ok(Self { folder, name: name.into() })
    }

    /// Returns the place `name` below the directory `root`. `root` may be a symlink, directories
    /// below it may not.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn below(root: &Path, name: &Path, missing: Missing) -> Result<Self, WriteError> {
        let full = || root.join(name);
        let Some(own) = name.file_name() else { return Err(WriteError::Folder(full())) };
        let opened = open_or_make(root, missing);
        let root = opened.map_err(|source| WriteError::Io { path: root.into(), source })?;
        let above = name.parent().unwrap_or(Path::new(""));
        let above = above.strip_prefix(".").unwrap_or(above);
        if !above.components().all(|part| matches!(part, Component::Normal(_))) {
            let source = io::Error::new(io::ErrorKind::InvalidInput, "the path leaves its directory");
            return Err(WriteError::Io { path: full(), source });
        }
        let folder = match above.as_os_str().is_empty() {
            true => root,
            false => match root.below(above) {
                Ok(folder) => folder,
                Err(_) => descend(root, above, missing)?,
            },
        };
        Ok(Self { folder, name: own.into() })
    }

    /// Returns `true` if the file does not exist, or does not have these bytes and this mode.
    ///
    /// # Errors
    /// [`WriteError`] for a file that is not replaced, such as a symlink.
    pub fn differs(&self, bytes: &[u8], mode: u32) -> Result<bool, WriteError> {
        self.check()?;
        let same = |(file, found): (File, Metadata)| {
            has_mode(&found, mode) && read_open(&file, found.len(), LARGEST).is_ok_and(|found| found == bytes)
        };
        Ok(!self.read().is_ok_and(same))
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    fn io_error(&self, source: io::Error) -> WriteError {
        WriteError::Io { path: self.path(), source }
    }

    /// Refuses a symlink or a non-regular file, as `py_compile` does before it compiles.
    ///
    /// # Errors
    /// [`WriteError::Symlink`], [`WriteError::Folder`], [`WriteError::NotRegular`].
    pub fn check(&self) -> Result<(), WriteError> {
        match self.folder.kind(&self.name) {
            Ok(EntryKind::Symlink) => Err(WriteError::Symlink(self.path())),
            Ok(EntryKind::Folder) => Err(WriteError::Folder(self.path())),
            Ok(EntryKind::Other) => Err(WriteError::NotRegular(self.path())),
            Ok(EntryKind::File) | Err(_) => Ok(()),
        }
    }

    /// Locks the directory until the result is dropped, waiting for other runs; `None` if the file
    /// system has no locks.
    ///
    /// # Errors
    /// An I/O error, or another run that holds the lock for longer than `patience`.
    pub fn hold_folder(&self, patience: Duration) -> io::Result<Option<File>> {
        self.folder.hold(patience)
    }

    /// Opens the regular file for reading, and returns its metadata as well.
    ///
    /// # Errors
    /// An I/O error, or a file that is not regular.
    pub fn read(&self) -> io::Result<(File, Metadata)> {
        self.folder.read(&self.name)
    }

    /// Returns the content of the regular file.
    ///
    /// # Errors
    /// An I/O error, or a file that is not regular or has more than [`LARGEST`] bytes.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        let (file, found) = self.read()?;
        read_open(&file, found.len(), LARGEST)
    }

    /// Writes `bytes` to a temporary file in the same directory and renames it. `mode` holds the
    /// permission bits of the new file, whatever the umask.
    ///
    /// # Errors
    /// [`WriteError`]; the temporary file is removed in any case.
    pub fn replace(&self, bytes: &[u8], mode: u32) -> Result<(), WriteError> {
        self.replace_with(bytes, mode, |file, found| match has_mode(found, mode) {
            true => Ok(()),
            false => set_mode(file, mode),
        })
    }

    /// Replaces the file as [`OutputPlace::replace`] does; if root writes it, it belongs to
    /// `owner`.
    ///
    /// # Errors
    /// [`WriteError`]; the temporary file is removed in any case.
    pub fn replace_for(&self, bytes: &[u8], mode: u32, owner: Option<Owner>) -> Result<(), WriteError> {
        self.replace_with(bytes, FOR_OWNER, |file, _| {
            owner.map_or(Ok(()), |owner| give(file, owner))?;
            set_mode(file, mode)
        })
    }

    /// Replaces the file as [`OutputPlace::replace`] does, with the owner, the permissions and the
    /// modification time of the previous file; a pyc loses the permission to write for group and
    /// others.
    ///
    /// # Errors
    /// [`WriteError`]; the temporary file is removed in any case.
    pub fn replace_like(&self, bytes: &[u8], old: &Metadata) -> Result<(), WriteError> {
        self.replace_with(bytes, FOR_OWNER, |file, _| {
            Owner::of(old).map_or(Ok(()), |owner| give(file, owner))?;
            file.set_permissions(self.kept(old.permissions()))?;
            file.set_modified(old.modified()?)
        })
    }

    #[cfg(unix)]
    fn kept(&self, mut old: Permissions) -> Permissions {
        use std::os::unix::fs::PermissionsExt as _;
        if self.name.as_os_str().as_encoded_bytes().ends_with(b".pyc") {
            old.set_mode(old.mode() & !0o022);
        }
        old
    }

    #[cfg(not(unix))]
    fn kept(&self, old: Permissions) -> Permissions {
        old
    }

    fn replace_with(
        &self,
        bytes: &[u8],
        mode: u32,
        prepare: impl FnOnce(&File, &Metadata) -> io::Result<()>,
    ) -> Result<(), WriteError> {
        self.check()?;
        let write = || {
            let (temporary, (mut file, found)) = self.folder.temporary(mode)?;
            file.write_all(bytes)?;
            prepare(&file, &found)?;
            temporary.rename(&self.name)
        };
        write().map_err(|source| self.io_error(source))
    }

    /// Replaces the file by a hard link to the file at `other`, by rename.
    ///
    /// # Errors
    /// An I/O error, also if the file system has no hard links; the previous file then stays
    /// then.
    pub fn link_to(&self, other: &Self) -> io::Result<()> {
        self.folder.temporary_link(&other.folder, &other.name)?.rename(&self.name)
    }

    /// Removes temporary files that killed runs left in the directory, and returns their paths.
    /// Temporary files of active runs stay.
    pub fn remove_leftovers(&self, age: Duration) -> Vec<PathBuf> {
        self.folder.remove_leftovers(age)
    }

    /// Removes the regular file; returns whether there was one.
    ///
    /// # Errors
    /// An I/O error, or a file that is not regular.
    pub fn remove(&self) -> io::Result<bool> {
        match self.folder.kind(&self.name) {
            Ok(EntryKind::File) => self.folder.remove(&self.name).map(|()| true),
            Ok(_) => Err(not_regular()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl OutputPlace {
    /// Removes the directory of this name if it is empty; returns whether it did.
    pub fn remove_empty_folder(&self) -> bool {
        self.folder.kind(&self.name).is_ok_and(|kind| kind == EntryKind::Folder)
            && self.folder.remove_folder(&self.name).is_ok()
    }
}

/// Returns whether two paths are the same file; the files need not exist.
pub fn is_one_file(one: &Path, other: &Path) -> bool {
    let folder = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        real_path(folder).unwrap_or_else(|_| folder.into())
    };
    one.file_name() == other.file_name() && folder(one) == folder(other)
}

/// Opens the directory `path`, following symlinks; creates missing directories.
fn open_or_make(path: &Path, missing: Missing) -> io::Result<Folder> {
    match (Folder::open(path), path.parent()) {
        (Err(error), Some(parent))
            if error.kind() == io::ErrorKind::NotFound && missing != Missing::Refused =>
        {
            let folder = open_or_make(parent, missing)?;
            if let Some(name) = path.file_name() {
                make(&folder, Path::new(name), missing)?;
            }
            Folder::open(path)
        }
        (opened, _) => opened,
    }
}

/// Opens the directory `names` below another, with an error that names the first directory that
/// cannot be opened; creates missing directories.
fn descend(root: Folder, names: &Path, missing: Missing) -> Result<Folder, WriteError> {
    let names: Vec<OsString> = names.components().map(|part| part.as_os_str().to_owned()).collect();
    let (lowest, depth) = root.lowest(&names);
    let mut folder = lowest.unwrap_or(root);
    for name in &names[depth..] {
        folder = step(&folder, Path::new(name), missing)?;
    }
    Ok(folder)
}

fn step(folder: &Folder, part: &Path, missing: Missing) -> Result<Folder, WriteError> {
    let path = || folder.path().join(part);
    let entered = match folder.enter(part) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && missing != Missing::Refused => {
            make(folder, part, missing).and_then(|()| folder.enter(part))
        }
        entered => entered,
    };
    entered.map_err(|source| match folder.kind(part) {
        Ok(EntryKind::Symlink) => WriteError::SymlinkFolder(path()),
        _ => WriteError::Io { path: path(), source },
    })
}

fn make(folder: &Folder, part: &Path, missing: Missing) -> io::Result<()> {
    match folder.make(part) {
        // Another thread has created it.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        made => made?,
    }
    if missing == Missing::MadeForOwner {
        folder.give_to_owner(part)?;
    }
    folder.set_new_mode(part)
}

#[cfg(unix)]
fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_file: &File, _mode: u32) -> io::Result<()> {
    Ok(())
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

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::{Missing, OutputPlace};
    use crate::output::folder::{Folder, OPENS};
    use crate::output::inside::{Inside, Links};
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};

    /// Returns two directories and a place in the first, which is then replaced by a symlink to the
    /// second.
    fn swapped() -> (tempfile::TempDir, OutputPlace) {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        std::fs::create_dir_all(at("tree/inside")).unwrap();
        std::fs::create_dir_all(at("outside")).unwrap();
        for folder in ["tree/inside", "outside"] {
            std::fs::File::create(at(folder).join("a.pyc")).unwrap();
        }
        let place = OutputPlace::below(&at("tree"), Path::new("inside/a.pyc"), Missing::Refused).unwrap();
        std::fs::rename(at("tree/inside"), at("moved")).unwrap();
        symlink(at("outside"), at("tree/inside")).unwrap();
        (scratch, place)
    }

    fn content(scratch: &tempfile::TempDir, name: &str) -> Option<String> {
        std::fs::read_to_string(scratch.path().join(name)).ok()
    }

    #[test]
    fn a_write_stays_in_the_folder_that_was_looked_at() {
        let (scratch, place) = swapped();
        place.replace(b"new", 0o644).unwrap();
        assert_eq!(content(&scratch, "moved/a.pyc").as_deref(), Some("new"));
        assert_eq!(content(&scratch, "outside/a.pyc").as_deref(), Some(""));
        assert_eq!(walkdir::WalkDir::new(scratch.path().join("outside")).into_iter().count(), 2);
    }

    #[test]
    fn a_removal_stays_in_the_folder_that_was_looked_at() {
        let (scratch, place) = swapped();
        assert!(place.remove().unwrap());
        assert_eq!(content(&scratch, "moved/a.pyc"), None);
        assert_eq!(content(&scratch, "outside/a.pyc").as_deref(), Some(""));
    }

    #[test]
    fn no_link_is_followed_below_the_root() {
        let (scratch, _) = swapped();
        let tree = scratch.path().join("tree");
        for missing in [Missing::Refused, Missing::Made, Missing::MadeForOwner] {
            let error = OutputPlace::below(&tree, Path::new("inside/new/a.pyc"), missing).unwrap_err();
            assert!(error.to_string().ends_with("tree/inside is a symlink: nothing is written through it"));
            let error = OutputPlace::below(&tree, Path::new("../outside/a.pyc"), missing).unwrap_err();
            assert!(error.to_string().ends_with("the path leaves its directory"), "{error}");
        }
        assert!(!scratch.path().join("outside/new").exists());
    }

    /// Returns the number of directories that are opened for the places of a file, and for reading
    /// it, in each of `depth` nested directories.
    fn opens(depth: usize) -> usize {
        let scratch = tempfile::tempdir().unwrap();
        let (mut name, root) = (PathBuf::new(), scratch.path());
        let start = OPENS.with(std::cell::Cell::get);
        for _ in 0..depth {
            name.push("folder");
            let file = name.join("__pycache__/a.pyc");
            for missing in [Missing::Refused, Missing::Made, Missing::Refused] {
                let place = OutputPlace::below(root, &file, missing);
                assert_eq!(place.is_ok(), root.join(&name).join("__pycache__").exists());
            }
            OutputPlace::below(root, &file, Missing::Refused).unwrap().replace(b"", 0o644).unwrap();
            Inside::new(root, Links::Inside).open(&file).unwrap();
        }
        OPENS.with(std::cell::Cell::get) - start
    }

    #[test]
    fn the_depth_of_a_directory_does_not_multiply_the_directories_that_are_opened() {
        let scratch = Folder::open(tempfile::tempdir().unwrap().path()).unwrap();
        // Without `openat2`, all directories on the way are opened one after the other.
        if scratch.opens_several() {
            assert_eq!(opens(60) - opens(30), opens(90) - opens(60));
        }
    }

    #[test]
    fn paths_that_are_longer_than_those_of_the_system() {
        let scratch = tempfile::tempdir().unwrap();
        let long = PathBuf::from("folder-with-a-long-name/".repeat(400));
        let file = long.join("a.pyc");
        let place = OutputPlace::below(scratch.path(), &file, Missing::Made).unwrap();
        place.replace(b"new", 0o644).unwrap();
        let place = OutputPlace::below(scratch.path(), &file, Missing::Refused).unwrap();
        assert_eq!(place.bytes().unwrap(), b"new");
        assert!(Inside::new(scratch.path(), Links::Inside).open(&file).is_ok());
        let error = OutputPlace::below(scratch.path(), &long.join("a.pyc/b.pyc"), Missing::Refused);
        assert!(error.unwrap_err().to_string().contains("Not a directory"));
    }

    #[test]
    fn links_that_were_named_are_followed() {
        let (scratch, _) = swapped();
        let named = OutputPlace::named(&scratch.path().join("tree/inside/new/b.pyc"), Missing::Made).unwrap();
        named.replace(b"new", 0o644).unwrap();
        assert_eq!(content(&scratch, "outside/new/b.pyc").as_deref(), Some("new"));
    }
}
