//! A tree, an archive or a single file, as files by name.

use super::carrier::{Carrier, package_alone};
use super::leaving::resolved;
use super::links::FolderLinks;
use super::pth::PathForm;
use crate::archive::{
    Archive, ArchiveError, ArchiveLimits, Container, Entry, Fault, Special, SpecialKind, is_package_file,
    read_file,
};
use crate::output::WriteError;
use crate::output::place::{self, Missing};
use crate::project::{
    DiscoverError, FoundFiles, FoundKind, LARGEST, is_not_regular, links_and_files, name_below, not_regular,
    open_regular, read_regular, real_path,
};
use crate::text::{self, Shown as _, python};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// A place that can contain pycs.
#[derive(Debug)]
pub enum Place {
    /// A directory and its files.
    Tree(PathBuf, FoundFiles),
    /// A wheel, zip, package, tar archive or image.
    Archive(Archive),
    /// A single file.
    File(PathBuf),
}

/// Error of reading a place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceError {
    /// The operating system reported an error.
    #[error("cannot read {}: {source}", path.shown())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// The error.
        source: std::io::Error,
    },
    /// A directory cannot be searched.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// An archive is refused.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The file is a symlink, which is not followed.
    #[error("{} is a symlink: it is not followed", .0.shown())]
    Symlink(PathBuf),
    /// A symlink to a directory with code that is not examined.
    #[error("{} is a symlink: the code that it leads to is not checked", .0.shown())]
    SymlinkFolder(PathBuf),
    /// A path in a `.pth` file with code that is not examined.
    #[error("it adds {0:?} to the path of imports: the code there is not checked")]
    Leads(String),
    /// A file that changes the prefix of an interpreter.
    #[error("it changes the prefix of the interpreter next to it, and with it the path of imports")]
    Moves,
    /// A `.pth` file that is not UTF-8.
    #[error("it is not UTF-8: the paths that it adds to the path of imports depend on the locale")]
    PathEncoding,
    /// A symlink whose target depends on the process that follows it.
    #[error("it is a symlink through /proc: its target depends on the process")]
    OfProcess,
    /// Directories with too many names.
    #[error("symlinks give too many names to directories of libraries and packages")]
    TooManyNames,
    /// Files that extend the path of imports, with too many paths or names.
    #[error("its paths were not followed: there are too many paths in such files, or symlinks to them")]
    TooManyPaths,
    /// A name that a manifest cannot contain.
    #[error("the name is not UTF-8")]
    NotUtf8,
    /// A name whose printed form is the name of another file.
    #[error("the name is not UTF-8, and its printed form is the name of another file")]
    Ambiguous,
    /// The name does not exist.
    #[error("there is no {0}")]
    Missing(String),
    /// The file is larger than the memory limit.
    #[error("{name} has {}, more than the memory limit of {} MB", text::bytes(*.size), .limit >> 20)]
    Limit {
        /// The file.
        name: String,
        /// Size of the file.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
}

impl PlaceError {
    /// Returns whether the error is about a symlink or path file that leads to code elsewhere.
    pub(super) const fn leads_out(&self) -> bool {
        matches!(self, Self::Symlink(_) | Self::SymlinkFolder(_) | Self::Leads(_))
    }

    /// Returns whether the error is about a file with this name that replaces the path of imports,
    /// wherever the interpreter next to it would look for modules otherwise.
    pub fn moves_imports(&self, name: &str) -> bool {
        let form = PathForm::of(name.as_bytes());
        matches!(self, Self::Moves) || form.is_some_and(|form| form != PathForm::Site)
    }

    /// Returns whether no file has the name: nothing has it, or a symlink, a pipe or a device.
    /// After every other error, there may be a file that another process can read.
    pub fn is_no_file(&self) -> bool {
        match self {
            Self::Missing(_) | Self::Symlink(_) => true,
            Self::Read { source, .. } => {
                source.kind() == std::io::ErrorKind::NotFound || is_not_regular(source)
            }
            _ => false,
        }
    }
}

impl Place {
    /// Opens a path. A file whose name ends in `.whl`, `.zip` or `.pyz`, or whose content is a zip,
    /// a package, a tar archive or an image, is an archive.
    ///
    /// # Errors
    /// [`PlaceError`].
    pub fn open(path: &Path) -> Result<Self, PlaceError> {
        let error = |source| PlaceError::Read { path: path.into(), source };
        let metadata = std::fs::metadata(path).map_err(error)?;
        if metadata.is_dir() {
            let listing = links_and_files(path);
            return match listing.unlisted.iter().find(|folder| folder.path == path) {
                Some(error) => Err(error.clone().into()),
                None => Ok(Self::Tree(path.into(), listing)),
            };
        }
        if !metadata.is_file() {
            return Err(error(not_regular()));
        }
        match Container::of_file(path).map_err(error)? {
            Some(Container::Zip) => {
                // Only a zipapp may begin with a shebang line.
                let is_zipapp = path.extension().is_some_and(|extension| extension == "pyz");
                let limits = if is_zipapp { ArchiveLimits::zipapp() } else { ArchiveLimits::default() };
                let archive = read_file(path, &limits)?;
                if open_regular(path).and_then(|file| is_package_file(&file)).map_err(error)? {
                    let bytes = read_regular(path, limits.archive).map_err(error)?;
                    match package_alone(path, bytes, &limits) {
                        Err(error) if matches!(error.fault, Fault::Both(_)) => return Err(error.into()),
                        Ok(_) | Err(_) => {}
                    }
                }
                Ok(Self::Archive(archive))
            }
            Some(Container::Package) => {
                let limits = ArchiveLimits::default();
                let bytes = read_regular(path, limits.archive).map_err(error)?;
                Ok(Self::Archive(package_alone(path, bytes, &limits)?))
            }
            None => Ok(Self::File(path.into())),
        }
    }

    /// Returns the path of a directory or single file; `None` for an archive.
    pub fn disk_path(&self) -> Option<&Path> {
        match self {
            Self::Tree(path, _) | Self::File(path) => Some(path),
            Self::Archive(_) => None,
        }
    }

    /// Resolves the symlinks to directories.
    pub fn folder_links(&self) -> FolderLinks {
        match self {
            Self::Tree(root, listing) => FolderLinks::of(root, listing),
            Self::Archive(_) | Self::File(_) => FolderLinks::default(),
        }
    }

    /// Returns the sorted names of all files, with `/`. A single file has its own name.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Self::Tree(_, listing) => return listing.names.keys().cloned().collect(),
            Self::Archive(archive) => {
                let specials = archive.specials.iter().map(|special| special.name.clone());
                archive.files().map(|entry| entry.name.clone()).chain(specials).collect()
            }
            Self::File(path) => vec![python::os_text(path.file_name().unwrap_or_default())],
        };
        names.sort_unstable();
        names
    }

    /// Returns the names that end in `.pyc`; for a single file, its name.
    pub fn pycs(&self) -> Vec<String> {
        let mut names = self.names();
        if !matches!(self, Self::File(_)) {
            names.retain(|name| name.ends_with(".pyc"));
        }
        names
    }

    /// Returns whether a name is the file's own name, not the printed form of a name that is not
    /// UTF-8.
    pub fn is_utf8(&self, name: &str) -> bool {
        match self {
            Self::Tree(_, listing) => !listing.real.contains_key(name),
            Self::File(path) => path.to_str().is_some(),
            Self::Archive(_) => true,
        }
    }

    /// Returns the size of a file; `None` if it cannot be read.
    pub fn size(&self, name: &str) -> Option<u64> {
        match self {
            Self::Archive(archive) => archive.get(name).map(|entry| entry.bytes.len() as u64),
            _ => std::fs::symlink_metadata(self.path(name).ok()?).ok().map(|found| found.len()),
        }
    }

    /// Returns the content of a file.
    ///
    /// # Errors
    /// [`PlaceError::Missing`], [`PlaceError::Symlink`], [`PlaceError::Read`].
    pub fn read(&self, name: &str) -> Result<Vec<u8>, PlaceError> {
        if let Self::Archive(archive) = self {
            return Ok(unpacked(archive, name)?.into_owned());
        }
        let path = self.path(name)?;
        let bytes = match self {
            // A directory on the path may have become a symlink since the listing.
            Self::Tree(root, _) => {
                let below = path.strip_prefix(root).unwrap_or(&path);
                match place::OutputPlace::below(root, below, Missing::Refused) {
                    Ok(place) => place.bytes(),
                    Err(WriteError::Io { source, .. }) => Err(source),
                    Err(WriteError::SymlinkFolder(link) | WriteError::Symlink(link)) => {
                        return Err(PlaceError::Symlink(link));
                    }
                    Err(WriteError::Folder(_) | WriteError::NotRegular(_)) => Err(not_regular()),
                }
            }
            _ => read_regular(&path, LARGEST),
        };
        bytes.map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => PlaceError::Missing(name.into()),
            _ => PlaceError::Read { path, source },
        })
    }

    /// Returns the content of a file, through symlinks that stay in this place.
    ///
    /// # Errors
    /// The errors of [`Place::read`], and [`PlaceError::Symlink`] for a path that leads out of this
    /// place.
    pub fn read_through(&self, name: &str) -> Result<Vec<u8>, PlaceError> {
        match self.read(name) {
            Err(PlaceError::Symlink(_) | PlaceError::Missing(_)) => {
                let real = self.resolve(name)?;
                match self.read(&real) {
                    // The system that an archive is unpacked on may have the target.
                    Err(PlaceError::Missing(_)) if matches!(self, Self::Archive(_)) && real != name => {
                        Err(PlaceError::Symlink(name.into()))
                    }
                    read => read,
                }
            }
            read => read,
        }
    }

    /// Returns the content of a file, through symlinks; those in an archive must stay in it.
    ///
    /// # Errors
    /// The errors of [`Place::read_through`].
    pub fn read_followed(&self, name: &str) -> Result<Vec<u8>, PlaceError> {
        match (self, self.read_through(name)) {
            (Self::Tree(..), Err(PlaceError::Symlink(path))) => {
                read_regular(&path, LARGEST).map_err(|source| PlaceError::Read { path, source })
            }
            (_, read) => read,
        }
    }

    /// Returns the name of the file or directory that a path leads to in this place.
    ///
    /// # Errors
    /// [`PlaceError::Missing`]; [`PlaceError::Symlink`] for a path that leads out of this place.
    pub fn resolve(&self, name: &str) -> Result<String, PlaceError> {
        match self {
            Self::Tree(root, listing) => {
                let path = listing.path_of(root, name);
                let error = |source| PlaceError::Read { path: root.clone(), source };
                let inside = real_path(root).map_err(error)?;
                let real = real_path(&path).map_err(|_| PlaceError::Missing(name.into()))?;
                match real.starts_with(&inside) {
                    true => Ok(name_below(&inside, &real)),
                    false => Err(PlaceError::Symlink(path)),
                }
            }
            Self::Archive(archive) => resolved(archive, name).ok_or_else(|| PlaceError::Symlink(name.into())),
            Self::File(_) => Err(PlaceError::Missing(name.into())),
        }
    }

    /// Returns the kind of content of a file, independent of its name. For a file on disk, only the
    /// start and the end are read.
    ///
    /// # Errors
    /// The errors of [`Place::read`].
    pub fn carrier(&self, name: &str) -> Result<Carrier, PlaceError> {
        if let Self::Archive(archive) = self {
            return Ok(Carrier::of_entry(&entry(archive, name)?.bytes).named(name));
        }
        let path = self.path(name)?;
        let carrier = Carrier::of_file(&path).map_err(|source| PlaceError::Read { path, source })?;
        Ok(carrier.named(name))
    }

    /// Returns the path of a file on disk.
    ///
    /// # Errors
    /// [`PlaceError::Missing`], [`PlaceError::Symlink`], [`PlaceError::NotUtf8`].
    pub fn path(&self, name: &str) -> Result<PathBuf, PlaceError> {
        let missing = || PlaceError::Missing(name.into());
        match self {
            Self::Archive(_) => Err(missing()),
            Self::Tree(root, listing) => match listing.names.get(name) {
                None => Err(missing()),
                Some(FoundKind::Ambiguous) => Err(PlaceError::Ambiguous),
                Some(FoundKind::NotUtf8) => listing.real.get(name).cloned().ok_or_else(missing),
                Some(FoundKind::Symlink) => Err(PlaceError::Symlink(root.join(name))),
                Some(FoundKind::File) => Ok(root.join(name)),
            },
            Self::File(path) => {
                let own = python::os_text(path.file_name().unwrap_or_default());
                Ok(if own == name { path.clone() } else { sibling(path, name) })
            }
        }
    }

    /// Returns the name and content of the source of a pyc in this place.
    ///
    /// # Errors
    /// The errors of [`Place::read`].
    pub fn read_source(&self, pyc: &str) -> Result<(String, Vec<u8>), PlaceError> {
        let nameless = || PlaceError::Missing(format!("source for {pyc}: it is not named like a pyc"));
        // The name of a single file has no directory; only the path shows whether the file is in a
        // `__pycache__`.
        if let Self::File(path) = self {
            let source = crate::pyc::source_path(path).ok_or_else(nameless)?;
            let name = python::os_text(source.as_os_str());
            let bytes = read_regular(&source, LARGEST).map_err(|_| PlaceError::Missing(name.clone()))?;
            return Ok((name, bytes));
        }
        let name = crate::pyc::parse_name(pyc).ok_or_else(nameless)?.source;
        let bytes = self.read(&name)?;
        Ok((name, bytes))
    }
}

fn sibling(path: &Path, name: &str) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).join(name)
}

fn entry<'a>(archive: &'a Archive, name: &str) -> Result<&'a Entry, PlaceError> {
    archive.get(name).ok_or_else(|| match archive.special(name) {
        Some(Special { what: SpecialKind::Symlink(_), .. }) => PlaceError::Symlink(name.into()),
        Some(Special { what: SpecialKind::Device(_), .. }) => {
            PlaceError::Read { path: name.into(), source: not_regular() }
        }
        None => PlaceError::Missing(name.into()),
    })
}

/// Returns the content of a file in an archive.
fn unpacked<'a>(archive: &'a Archive, name: &str) -> Result<Cow<'a, [u8]>, PlaceError> {
    entry(archive, name)?.bytes.try_read().map_err(|fault| PlaceError::Read {
        path: archive.path.join(name),
        source: std::io::Error::new(std::io::ErrorKind::OutOfMemory, fault.to_string()),
    })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::{Place, PlaceError};
    use crate::output::atomic;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_directory_that_becomes_a_symlink_after_it_was_listed_is_not_followed() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        for name in ["tree/p/a.py", "outside/a.py"] {
            atomic::write(&at(name), name.as_bytes(), 0o644).unwrap();
        }
        let tree = Place::open(&at("tree")).unwrap();
        assert_eq!(tree.read("p/a.py").unwrap(), b"tree/p/a.py");
        std::fs::rename(at("tree/p"), at("moved")).unwrap();
        assert!(matches!(tree.read("p/a.py"), Err(PlaceError::Missing(_))));
        symlink(at("outside"), at("tree/p")).unwrap();
        assert!(matches!(tree.read("p/a.py"), Err(PlaceError::Symlink(link)) if link == at("tree/p")));
    }
}
