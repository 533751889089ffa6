//! Sides of a comparison, with their files by name.

use super::content::WINDOW;
use crate::archive::{
    Archive, Entry, Special, SpecialKind, is_called_an_archive, is_package_entry, is_package_file,
};
use crate::input::{Carrier, Place, PlaceError};
use crate::manifest::{self, FileEntry, Manifest, ManifestError};
use crate::project::{FoundKind, LARGEST, open_regular, read_regular};
use crate::text::{Shown as _, python};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// Bytes that are read at once.
const BLOCK: usize = 1 << 16;

/// One side of a comparison.
#[derive(Debug)]
pub enum Side {
    /// A manifest, which has facts of files without their bytes.
    Manifest(PathBuf, Manifest),
    /// A tree, archive or file.
    Place(PathBuf, Place),
    /// The null device, which git passes for a file that only one commit has.
    Nothing(PathBuf),
}

const NULL: &str = "/dev/null";

/// Error of opening a side.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SideError {
    /// A tree, archive or file cannot be opened.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// A manifest cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A single file has no partner on a side with several files.
    #[error("{}", no_partner(file, other, *found))]
    NoPartner {
        /// The single file.
        file: PathBuf,
        /// The other side.
        other: PathBuf,
        /// Number of matching names.
        found: usize,
    },
}

impl Side {
    /// Opens a side; a file whose name ends in `.json` is a manifest.
    ///
    /// # Errors
    /// [`SideError`].
    pub fn open(path: &Path) -> Result<Self, SideError> {
        if path == Path::new(NULL) {
            return Ok(Self::Nothing(path.into()));
        }
        let place = Place::open(path)?;
        if let Place::Tree(_, listing) = &place
            && let Some(error) = listing.unlisted.first()
        {
            // Trees with directories that cannot be listed must not compare as the same.
            return Err(PlaceError::from(error.clone()).into());
        }
        if matches!(place, Place::File(_)) && path.extension().is_some_and(|extension| extension == "json") {
            let text = read_regular(path, LARGEST)
                .map_err(|source| PlaceError::Read { path: path.into(), source })?;
            return Ok(Self::Manifest(path.into(), manifest::parse(path, &text)?));
        }
        Ok(Self::Place(path.into(), place))
    }

    /// Takes an archive as a single file if the other side is a directory that has a file of its
    /// name, and none of the files in it.
    #[must_use]
    pub fn beside(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Place(label, Place::Archive(archive)), Self::Place(_, Place::Tree(_, listing))) => {
                let own = python::os_text(archive.path.file_name().unwrap_or_default());
                let is_own = |name: &&String| name.rsplit('/').next() == Some(&own);
                let has_file = archive.files().any(|entry| listing.names.contains_key(&entry.name));
                match !has_file && listing.names.keys().filter(is_own).count() == 1 {
                    true => Self::Place(label, Place::File(archive.path)),
                    false => Self::Place(label, Place::Archive(archive)),
                }
            }
            (side, _) => side,
        }
    }

    /// Calls a tree, archive or file by another name; a single file is compared under this path.
    #[must_use]
    pub fn labeled(self, label: &str) -> Self {
        match self {
            Self::Place(_, place) => Self::Place(label.into(), place),
            Self::Nothing(_) => Self::Nothing(label.into()),
            manifest @ Self::Manifest(..) => manifest,
        }
    }

    /// Returns the name of a single file that the user calls by another path.
    pub(super) fn label(&self) -> Option<String> {
        match self {
            Self::Place(label, Place::File(path)) if label != path => {
                Some(python::os_text(label.as_os_str()))
            }
            Self::Nothing(label) if label != Path::new(NULL) => Some(python::os_text(label.as_os_str())),
            _ => None,
        }
    }

    /// Returns the files; `None` for a manifest and for nothing.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Place(_, place) => Some(place),
            Self::Manifest(..) | Self::Nothing(_) => None,
        }
    }

    /// Returns the SHA-256 of a side that is a file.
    pub(super) fn digest(&self) -> Option<String> {
        match self {
            Self::Place(_, Place::Archive(archive)) => Some(manifest::hex(&archive.sha256)),
            Self::Place(_, Place::Tree(..)) | Self::Nothing(_) => None,
            Self::Place(_, Place::File(path)) | Self::Manifest(path, _) => {
                read_regular(path, LARGEST).ok().map(|bytes| manifest::sha256(&bytes))
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Manifest(path, _) | Self::Place(path, _) | Self::Nothing(path) => path,
        }
    }

    pub(super) fn is_file(&self) -> bool {
        matches!(self, Self::Place(_, Place::File(_)))
    }

    pub(super) fn archive(&self) -> Option<&Archive> {
        match self {
            Self::Place(_, Place::Archive(archive)) => Some(archive),
            _ => None,
        }
    }

    /// Returns the manifest; `None` for files.
    pub fn manifest(&self) -> Option<&Manifest> {
        match self {
            Self::Manifest(_, manifest) => Some(manifest),
            Self::Place(..) | Self::Nothing(_) => None,
        }
    }
}

fn no_partner(file: &Path, other: &Path, found: usize) -> String {
    let name = Path::new(file.file_name().unwrap_or(file.as_os_str())).shown();
    match found {
        0 => format!("{} has no file named {name}", other.shown()),
        _ => format!(
            "{} has {found} files named {name}: compare {} with one of them",
            other.shown(),
            file.shown()
        ),
    }
}

/// A file of a side.
#[derive(Clone, Copy, Debug)]
pub(super) enum SideFile<'a> {
    Listed(&'a FileEntry),
    Entry(&'a Entry),
    Special(&'a Special),
    /// A file of a place, whose other files can be read too.
    Disk(&'a Place, &'a str),
    Alone(&'a Place),
}

/// Content of a file, if it is available.
pub(super) enum SideContent<'a> {
    Bytes(Cow<'a, [u8]>),
    Listed(&'a FileEntry),
    Failed(String),
}

/// The bytes of a file, which are not kept in memory.
pub(super) struct Stream<'a> {
    pub(super) reader: Box<dyn BufRead + 'a>,
    pub(super) size: u64,
    pub(super) is_entry: bool,
}

impl Stream<'_> {
    /// Returns the next bytes, up to the number that is shown.
    pub(super) fn window(&mut self) -> io::Result<Vec<u8>> {
        let mut window = Vec::new();
        self.reader.by_ref().take(WINDOW as u64).read_to_end(&mut window)?;
        Ok(window)
    }
}

impl<'a> SideFile<'a> {
    /// Returns whether the file is a package, a tar archive or an image.
    pub(super) fn is_package(self) -> bool {
        match self {
            SideFile::Entry(entry) => is_package_entry(&entry.bytes),
            _ => self.path().is_some_and(|path| {
                open_regular(&path).and_then(|file| is_package_file(&file)).unwrap_or(false)
            }),
        }
    }

    /// Returns whether the file may be an archive, by its content or by its name.
    ///
    /// # Errors
    /// The file cannot be read, with the reason.
    pub(super) fn may_be_archive(self, path: &str) -> Result<bool, String> {
        if path.ends_with(".pyc") {
            return Ok(false);
        }
        let carrier = match self {
            SideFile::Entry(entry) => Ok(Carrier::of_entry(&entry.bytes)),
            SideFile::Disk(place, name) => place.carrier(name),
            SideFile::Alone(place) => place.carrier(&place.names().concat()),
            SideFile::Listed(_) | SideFile::Special(_) => return Ok(false),
        };
        match carrier {
            Ok(carrier) => Ok(carrier.is_archive() || is_called_an_archive(Path::new(path))),
            Err(error) if error.is_no_file() => Ok(false),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Opens a file on disk or in an archive; `None` for other files.
    pub(super) fn stream(self) -> Option<Result<Stream<'a>, (PathBuf, io::Error)>> {
        if let SideFile::Entry(entry) = self {
            let (reader, size) = (Box::new(entry.bytes.reader()), entry.bytes.len() as u64);
            return Some(Ok(Stream { reader, size, is_entry: true }));
        }
        let path = self.path()?;
        let opened = open_regular(&path).and_then(|file| {
            let size = file.metadata()?.len();
            let reader = Box::new(BufReader::with_capacity(BLOCK, file));
            Ok(Stream { reader, size, is_entry: false })
        });
        Some(opened.map_err(|error| (path, error)))
    }

    pub(super) fn content(self) -> SideContent<'a> {
        match self {
            SideFile::Listed(entry) => SideContent::Listed(entry),
            SideFile::Entry(entry) => match entry.bytes.try_read() {
                Ok(bytes) => SideContent::Bytes(bytes),
                Err(fault) => SideContent::Failed(fault.to_string()),
            },
            SideFile::Special(special) => SideContent::Failed(format!("it is {}", special.what.words())),
            SideFile::Disk(place, name) => read(place, name),
            SideFile::Alone(place) => read(place, &place.names().concat()),
        }
    }

    /// Returns the path of a file on disk.
    pub(super) fn path(self) -> Option<PathBuf> {
        match self {
            SideFile::Disk(Place::Tree(root, listing), name) => {
                (listing.names.get(name) == Some(&FoundKind::File)).then(|| root.join(name))
            }
            SideFile::Alone(Place::File(path)) => Some(path.clone()),
            _ => None,
        }
    }

    /// Returns the target of a symlink, which is not followed.
    pub(super) fn link(self) -> Option<PathBuf> {
        match self {
            SideFile::Disk(Place::Tree(root, listing), name)
                if listing.names.get(name) == Some(&FoundKind::Symlink) =>
            {
                std::fs::read_link(root.join(name)).ok()
            }
            SideFile::Special(Special { what: SpecialKind::Symlink(target), .. }) => Some(target.into()),
            _ => None,
        }
    }

    /// Returns the source of a pyc that has a place.
    pub(super) fn source(self) -> Option<Vec<u8>> {
        let source = match self {
            SideFile::Disk(place, name) => place.read_source(name),
            SideFile::Alone(place) => place.read_source(&place.names().concat()),
            SideFile::Listed(_) | SideFile::Entry(_) | SideFile::Special(_) => return None,
        };
        source.ok().map(|(_, bytes)| bytes)
    }

    /// Returns whether the file is for the package manager.
    pub(super) fn is_control(self) -> bool {
        self.entry().and_then(|entry| entry.facts.as_ref()).is_some_and(|facts| facts.control)
    }

    pub(super) fn entry(self) -> Option<&'a Entry> {
        match self {
            SideFile::Entry(entry) => Some(entry),
            _ => None,
        }
    }
}

fn read<'a>(place: &Place, name: &str) -> SideContent<'a> {
    match place.read(name) {
        Ok(bytes) => SideContent::Bytes(Cow::Owned(bytes)),
        Err(error) => SideContent::Failed(error.to_string()),
    }
}

/// Files of a side by name.
pub(super) type Files<'a> = BTreeMap<Cow<'a, str>, SideFile<'a>>;

/// Returns the files of a side, or only its pycs.
pub(super) fn files(side: &Side, pycs_only: bool) -> Files<'_> {
    let mut files: Files<'_> = match side {
        Side::Manifest(_, manifest) => {
            manifest.files.iter().map(|file| (file.path.as_str().into(), SideFile::Listed(file))).collect()
        }
        Side::Nothing(_) => Files::default(),
        // The source of a pyc is a fact of its entry in a manifest.
        Side::Place(_, place @ Place::Archive(archive)) if pycs_only => with_sources(place, archive),
        Side::Place(_, Place::Archive(archive)) => files_of(archive),
        Side::Place(_, place @ Place::Tree(_, listing)) => {
            listing.names.keys().map(|name| (name.as_str().into(), SideFile::Disk(place, name))).collect()
        }
        Side::Place(_, place @ Place::File(path)) => {
            [(python::os_text(path.file_name().unwrap_or_default()).into(), SideFile::Alone(place))].into()
        }
    };
    if pycs_only && !side.is_file() {
        files.retain(|name, _| name.ends_with(".pyc"));
    }
    files
}

/// Returns the files of an archive.
pub(super) fn files_of(archive: &Archive) -> Files<'_> {
    let files = archive.files().map(|entry| (entry.name.as_str().into(), SideFile::Entry(entry)));
    let specials = archive.specials.iter();
    files.chain(specials.map(|special| (special.name.as_str().into(), SideFile::Special(special)))).collect()
}

/// Returns the files of an archive, with the place in which their sources are found.
fn with_sources<'a>(place: &'a Place, archive: &'a Archive) -> Files<'a> {
    let mut files = files_of(archive);
    for (name, file) in &mut files {
        if let SideFile::Entry(entry) = *file
            && entry.name == **name
        {
            *file = SideFile::Disk(place, &entry.name);
        }
    }
    files
}
