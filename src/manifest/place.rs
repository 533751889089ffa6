//! A tree, an archive or a single file, as named bytes.

use crate::archive::{Archive, ArchiveError, Limits, read_file};
use crate::project::{
    DiscoverError, Found, LARGEST, Listing, links_and_files, may_hold_pycs, read_regular, shown_below,
};
use std::path::{Path, PathBuf};

/// Something that can hold pycs.
#[derive(Debug)]
pub enum Place {
    /// A directory, and what is in it.
    Tree(PathBuf, Listing),
    /// A wheel or zip.
    Archive(Archive),
    /// One file.
    File(PathBuf),
}

/// Why it cannot be looked into.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The operating system refused.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A directory.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// An archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A symlink, which is not followed.
    #[error("{} is a symlink: it is not followed", .0.display())]
    Symlink(PathBuf),
    /// A symlink to a directory, with pycs that nobody has seen.
    #[error("{} is a symlink: the pycs behind it are not looked at", .0.display())]
    SymlinkFolder(PathBuf),
    /// A name that nothing can be read by.
    #[error("the name is not UTF-8")]
    NotUtf8,
    /// No such name.
    #[error("there is no {0}")]
    Missing(String),
}

impl Place {
    /// Looks into a path. A file that ends in `.whl`, `.zip` or `.pyz`, or begins like a zip, is an archive.
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
            return Err(error(std::io::Error::other("not a regular file")));
        }
        let is_archive = path
            .extension()
            .is_some_and(|extension| ["whl", "zip", "pyz"].iter().any(|known| extension == *known));
        if is_archive || begins_like_a_zip(path) {
            // Only a zipapp may begin with the line that names its interpreter.
            let is_zipapp = path.extension().is_some_and(|extension| extension == "pyz");
            let limits = if is_zipapp { Limits::zipapp() } else { Limits::default() };
            return Ok(Self::Archive(read_file(path, &limits)?));
        }
        Ok(Self::File(path.into()))
    }

    /// The names of all files, sorted; with `/`. A single file has its own name.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Self::Tree(_, listing) => return listing.names.keys().cloned().collect(),
            Self::Archive(archive) => archive.files().map(|entry| entry.name.clone()).collect(),
            Self::File(path) => vec![path.file_name().unwrap_or_default().to_string_lossy().into_owned()],
        };
        names.sort_unstable();
        names
    }

    /// The names that end in `.pyc`.
    pub fn pycs(&self) -> Vec<String> {
        let mut names = self.names();
        if !matches!(self, Self::File(_)) {
            names.retain(|name| name.ends_with(".pyc"));
        }
        names
    }

    /// Where pycs would pass unseen: directories that cannot be listed, and symlinks to directories, which importers
    /// follow and which are not followed here. Of these those that lead out of the tree to where pycs are, and each
    /// `__pycache__`, whose pycs are not of the sources beside which they really lie.
    pub fn unseen(&self) -> Vec<(String, PlaceError)> {
        let Self::Tree(root, listing) = self else { return Vec::new() };
        let real_root = root.canonicalize().unwrap_or_else(|_| root.clone());
        let hides = |path: &Path| {
            path.is_dir()
                && (path.ends_with("__pycache__")
                    || path.canonicalize().map_or(true, |real| !real.starts_with(&real_root))
                        && may_hold_pycs(path))
        };
        let links = listing
            .names
            .iter()
            .filter(|(_, found)| **found == Found::Symlink)
            .map(|(name, _)| root.join(name))
            .chain(listing.nameless_links.iter().cloned());
        let hiding = links.filter(|path| hides(path));
        let hiding = hiding.map(|path| (shown_below(root, &path), PlaceError::SymlinkFolder(path)));
        let unlisted =
            listing.unlisted.iter().map(|error| (shown_below(root, &error.path), error.clone().into()));
        hiding.chain(unlisted).collect()
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// [`PlaceError::Missing`], [`PlaceError::Symlink`], [`PlaceError::Read`].
    pub fn read(&self, name: &str) -> Result<Vec<u8>, PlaceError> {
        let missing = || PlaceError::Missing(name.into());
        let path = match self {
            Self::Archive(archive) => {
                return archive.get(name).map(|entry| entry.bytes.clone()).ok_or_else(missing);
            }
            Self::Tree(root, listing) => match listing.names.get(name) {
                None => return Err(missing()),
                Some(Found::NotUtf8) => return Err(PlaceError::NotUtf8),
                Some(Found::Symlink) => return Err(PlaceError::Symlink(root.join(name))),
                Some(Found::File) => root.join(name),
            },
            Self::File(path) => {
                let own = path.file_name().unwrap_or_default().to_string_lossy();
                if own == name { path.clone() } else { sibling(path, name) }
            }
        };
        read_regular(&path, LARGEST).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => missing(),
            _ => PlaceError::Read { path, source },
        })
    }

    /// The source of a pyc of this place, by the pyc's name.
    ///
    /// # Errors
    /// As [`Place::read`].
    pub fn read_source(&self, pyc: &str) -> Result<(String, Vec<u8>), PlaceError> {
        let name = match self {
            // A single file's name has no directory: whether it lies in a `__pycache__` is for its path to say.
            Self::File(path) => {
                let whole = path.to_string_lossy().replace('\\', "/");
                crate::pyc::parse_name(&whole).map(|name| name.source)
            }
            _ => crate::pyc::parse_name(pyc).map(|name| name.source),
        };
        let name =
            name.ok_or_else(|| PlaceError::Missing(format!("source for {pyc}: it is not named like a pyc")))?;
        let bytes = match self {
            Self::File(_) => {
                read_regular(Path::new(&name), LARGEST).map_err(|_| PlaceError::Missing(name.clone()))?
            }
            _ => self.read(&name)?,
        };
        Ok((name, bytes))
    }
}

fn sibling(path: &Path, name: &str) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).join(name)
}

fn begins_like_a_zip(path: &Path) -> bool {
    let mut start = [0; 4];
    let read =
        std::fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut start));
    read.is_ok() && start == *b"PK\x03\x04"
}
