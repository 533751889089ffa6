//! A place as importers see it after installation, with the source of each pyc.

use super::likeness::recorded_name;
use crate::build::env::{KeptFiles, version_of};
use crate::build::seconds;
use crate::input::{Place, PlaceError};
use crate::project::{FoundFiles, FoundKind, real_path};
use crate::pyc::{PycName, parse_name, source_path};
use crate::text::Shown as _;
use crate::wheel::installed_place;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::OnceLock;

/// A place whose files are found by their installed paths.
pub(super) struct View<'a> {
    pub(super) place: &'a Place,
    /// Names of a wheel's files by the paths where installers put the files; `None` for other
    /// places.
    installed: Option<BTreeMap<String, String>>,
    /// Size above which a file is not read.
    limit: Option<u64>,
    /// True if the place lies in a directory of a free-threaded build.
    free_threaded: bool,
    pycs: OnceLock<Vec<String>>,
    /// Files that were read before.
    kept: Option<&'a KeptFiles>,
}

/// A source that a pyc is checked against.
#[derive(Clone, Debug)]
pub(super) struct CheckedSource {
    /// File name.
    pub(super) name: String,
    /// Content.
    pub(super) bytes: Vec<u8>,
    /// Modification time as headers record it, if an importer would compare it.
    pub(super) mtime: Option<u32>,
}

impl CheckedSource {
    /// Returns the source for a pyc of another place, where it would have another time.
    pub(super) fn lent(&self) -> Self {
        Self { mtime: None, ..self.clone() }
    }
}

/// A pyc's name and its parts.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// Parts of the name, with the name of the source in the place; `None` for names that importers
    /// do not recognize.
    pub(super) parsed: Option<PycName>,
    /// True for a name as below `PYTHONPYCACHEPREFIX`, where no directory is named `__pycache__`.
    pub(super) below_prefix: bool,
}

impl<'a> View<'a> {
    pub(super) fn new(place: &'a Place) -> Self {
        Self::limited(place, None)
    }

    /// Returns the view of a place whose files are read only up to a size.
    pub(super) fn limited(place: &'a Place, limit: Option<u64>) -> Self {
        let installed = is_wheel(place).then(|| {
            let places = place.names().into_iter().rev();
            places.filter_map(|name| Some((installed_place(&name).ok()?, name))).collect()
        });
        let path = place.disk_path().and_then(|path| real_path(path).ok());
        let free_threaded = path.is_some_and(|path| path.iter().any(is_of_threads));
        Self { place, installed, limit, free_threaded, pycs: OnceLock::new(), kept: None }
    }

    /// Takes files from those that were read before.
    pub(super) fn knowing(self, kept: Option<&'a KeptFiles>) -> Self {
        Self { kept, ..self }
    }

    /// Returns the names of the pycs.
    pub(super) fn pycs(&self) -> &[String] {
        self.pycs.get_or_init(|| self.place.pycs())
    }

    /// Returns whether a file is in a directory such as `lib/python3.14t`.
    pub(super) fn is_free_threaded(&self, name: &str) -> bool {
        self.free_threaded || name.split('/').any(|folder| is_of_threads(OsStr::new(folder)))
    }

    /// Reads a file.
    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, PlaceError> {
        self.check_size(name)?;
        // The names of symlinks are reported, whatever was read through them.
        let is_file = |listing: &FoundFiles| listing.names.get(name) == Some(&FoundKind::File);
        match (self.kept.and_then(|kept| kept.get(name)), self.place) {
            (Some(bytes), Place::Tree(_, listing)) if is_file(listing) => Ok(bytes),
            _ => self.place.read(name),
        }
    }

    /// Reads the source of the only file of the place.
    pub(super) fn read_source(&self, pyc: &str) -> Result<CheckedSource, PlaceError> {
        let mut mtime = None;
        if let Place::File(path) = self.place
            && let Some(source) = source_path(path)
            && let Ok(found) = std::fs::metadata(&source)
        {
            self.check(&source.shown(), found.len())?;
            mtime = found.modified().ok().map(seconds);
        }
        let (name, bytes) = self.place.read_source(pyc)?;
        Ok(CheckedSource { name, bytes, mtime })
    }

    /// Reads a source.
    pub(super) fn read_own(&self, name: &str) -> Result<CheckedSource, PlaceError> {
        Ok(self.checked(name, name, self.read(name)?))
    }

    /// Reads the source that a symlink leads to within the place, as importers read it.
    pub(super) fn read_inside(&self, name: &str) -> Option<CheckedSource> {
        let real = self.place.resolve(name).ok()?;
        Some(self.checked(name, &real, self.read(&real).ok()?))
    }

    /// Returns another source than that of a pyc, `own`, whose path ends as the file name that the
    /// pyc records and begins as that of its own source.
    pub(super) fn recorded_source(&self, own: &str, pyc: &[u8]) -> Option<CheckedSource> {
        if matches!(self.place, Place::File(_)) {
            return None;
        }
        let recorded = recorded_name(pyc)?;
        let parts: Vec<&str> = recorded.split(['/', '\\']).collect();
        let folders: Vec<&str> = own.split('/').rev().skip(1).collect();
        let below = |above: usize| {
            let folder = folders.iter().skip(above).rev();
            folder
                .chain(parts.get(parts.len().checked_sub(above + 1)?..)?)
                .copied()
                .collect::<Vec<_>>()
                .into()
        };
        let names = (0..=folders.len()).map_while(|above: usize| {
            let name: Option<Vec<&str>> = below(above);
            name.map(|parts| parts.join("/"))
        });
        let name = names.into_iter().find(|name| name != own && self.has_file(name))?;
        let bytes = self.read(&name).ok()?;
        Some(CheckedSource { name, bytes, mtime: None })
    }

    fn checked(&self, name: &str, real: &str, bytes: Vec<u8>) -> CheckedSource {
        let modified = |path: &Path| std::fs::metadata(path).ok()?.modified().ok().map(seconds);
        let mtime = match self.place {
            Place::Archive(_) => self.packed_time(real),
            place => place.path(real).ok().and_then(|path| modified(&path)),
        };
        CheckedSource { name: name.to_owned(), bytes, mtime }
    }

    /// Returns the modification time that a file gets when a package, tar archive or image is
    /// unpacked, as headers record it. Installers of wheels and other zips do not keep times.
    pub(super) fn packed_time(&self, name: &str) -> Option<u32> {
        let Place::Archive(archive) = self.place else { return None };
        let facts = |name: &str| archive.get(name)?.facts.as_ref();
        let own = facts(name)?;
        let file = match &own.hard_link {
            // Both names are one file, whose time is set first.
            Some(target) => facts(target).filter(|file| file.hard_link.is_none())?,
            None => own,
        };
        Some(file.modified as u32)
    }

    fn check_size(&self, name: &str) -> Result<(), PlaceError> {
        match self.limit.and_then(|_| self.place.size(name)) {
            Some(size) => self.check(name, size),
            None => Ok(()),
        }
    }

    fn check(&self, name: &str, size: u64) -> Result<(), PlaceError> {
        match self.limit.filter(|limit| size > *limit) {
            Some(limit) => Err(PlaceError::Limit { name: name.to_owned(), size, limit }),
            None => Ok(()),
        }
    }

    /// Returns the name of the file that is installed at a path; outside wheels, the path itself.
    fn at<'b>(&'b self, place: &'b str) -> Option<&'b str> {
        match &self.installed {
            Some(installed) => installed.get(place).map(String::as_str),
            None => Some(place),
        }
    }

    /// Returns the path that a file is installed to.
    pub(super) fn place_of(&self, name: &str) -> String {
        match &self.installed {
            Some(_) => installed_place(name).unwrap_or_else(|_| name.to_owned()),
            None => name.to_owned(),
        }
    }

    /// Returns the installed path of a file, relative to `site-packages` if it is installed there.
    pub(super) fn importable(&self, name: &str) -> String {
        let place = self.place_of(name);
        match &self.installed {
            Some(_) => place.split_once('/').map_or(place.clone(), |(_, rest)| rest.to_owned()),
            None => place,
        }
    }

    /// Parses the name of a pyc.
    pub(super) fn named(&self, pyc: &str) -> Named {
        if let Place::File(path) = self.place {
            let in_cache =
                path.parent().and_then(Path::file_name).is_some_and(|folder| folder == "__pycache__");
            let within = if in_cache { format!("__pycache__/{pyc}") } else { pyc.to_owned() };
            let below_prefix = below_prefix(pyc).filter(|_| !in_cache);
            let is_below = below_prefix.is_some();
            return Named {
                parsed: below_prefix.or_else(|| parse_name(&within)).filter(is_of_importer),
                below_prefix: is_below,
            };
        }
        let place = self.place_of(pyc);
        let parsed = parse_name(&place);
        let below_prefix = match &parsed {
            // No module has a name with a dot, so that a source of that name is not imported.
            Some(PycName { cache_tag: None, .. }) => below_prefix(&place),
            _ => None,
        };
        let is_below = below_prefix.is_some();
        let parsed = below_prefix.or(parsed).filter(is_of_importer).map(|parsed| {
            let source = match self.at(&parsed.source).filter(|_| self.has(&parsed.source)) {
                Some(name) => name.to_owned(),
                // A missing source gets the name that it would have next to the pyc.
                None => parse_name(pyc).map_or_else(
                    || parsed.source.clone(),
                    |literal| {
                        if is_below { parsed.source.clone() } else { literal.source }
                    },
                ),
            };
            PycName { source, ..parsed }
        });
        Named { parsed, below_prefix: is_below }
    }

    fn has(&self, place: &str) -> bool {
        match &self.installed {
            Some(installed) => installed.contains_key(place),
            None => self.has_file(place),
        }
    }

    /// Returns whether a file of this name exists.
    pub(super) fn has_file(&self, name: &str) -> bool {
        match self.place {
            Place::Tree(_, listing) => listing.names.contains_key(name),
            Place::Archive(archive) => archive.get(name).is_some(),
            Place::File(_) => false,
        }
    }

    /// Reads the file that an importer finds at a path, for a pyc of another place.
    pub(super) fn read_importable(&self, path: &str) -> Result<Vec<u8>, PlaceError> {
        let name = match &self.installed {
            Some(installed) => installed.get(&format!("site-packages/{path}")).map_or(path, String::as_str),
            None => path,
        };
        self.check_size(name)?;
        self.place.read_through(name)
    }
}

fn is_of_threads(folder: &OsStr) -> bool {
    version_of(folder).is_some_and(|(_, free_threaded)| free_threaded)
}

/// Returns whether a place is an archive with the file name extension of a wheel.
pub(super) fn is_wheel(place: &Place) -> bool {
    let Place::Archive(archive) = place else { return false };
    archive.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("whl"))
}

/// Returns whether an importer may read a pyc of this name: test runners add tags of their own to
/// that of the interpreter, such as `cpython-314-pytest-9.2.0`, which ends in a version with dots.
fn is_of_importer(parsed: &PycName) -> bool {
    let is_tag = |tag: &String| tag.starts_with(|first: char| !first.is_ascii_digit());
    let mut parts = parsed.source.rsplit('/').next().unwrap_or_default().split('.').skip(1);
    parsed.cache_tag.as_ref().is_none_or(is_tag) && !parts.any(|part| part.contains("-pytest-"))
}

/// Parses a name outside `__pycache__` as if it were in one.
fn below_prefix(path: &str) -> Option<PycName> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let slash = if folder.is_empty() { "" } else { "/" };
    let parsed = parse_name(&format!("{folder}{slash}__pycache__/{file}"))?;
    parsed.cache_tag.as_ref().is_some_and(|tag| tag.starts_with("cpython-")).then_some(parsed)
}
