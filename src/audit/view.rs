//! A place as importers see it after installation, with the source of each pyc.

use crate::input::{Place, PlaceError};
use crate::pyc::{PycName, parse_name};
use crate::wheel::installed_place;
use std::collections::BTreeMap;
use std::path::Path;

/// A place whose files are found by their installed paths.
pub(super) struct View<'a> {
    pub(super) place: &'a Place,
    /// Names of a wheel's files by the paths where installers put the files; `None` for other
    /// places.
    installed: Option<BTreeMap<String, String>>,
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
        let installed = is_wheel(place).then(|| {
            let places = place.names().into_iter().rev();
            places.filter_map(|name| Some((installed_place(&name).ok()?, name))).collect()
        });
        Self { place, installed }
    }

    /// Returns the name of the file that is installed at a path; outside wheels, the path itself.
    fn at<'b>(&'b self, place: &'b str) -> Option<&'b str> {
        match &self.installed {
            Some(installed) => installed.get(place).map(String::as_str),
            None => Some(place),
        }
    }

    /// Returns the path that a file is installed to.
    fn place_of(&self, name: &str) -> String {
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
            return Named { parsed: parse_name(&within), below_prefix: false };
        }
        let place = self.place_of(pyc);
        let parsed = parse_name(&place);
        let below_prefix = match &parsed {
            Some(PycName { cache_tag: None, source, .. }) if !self.has(source) => below_prefix(&place),
            _ => None,
        };
        let is_below = below_prefix.is_some();
        let parsed = below_prefix.or(parsed).map(|parsed| {
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
        match &self.installed {
            Some(installed) => {
                let name = installed.get(&format!("site-packages/{path}")).map_or(path, String::as_str);
                self.place.read(name)
            }
            None => self.place.read(path),
        }
    }
}

/// Returns whether a place is an archive with the file name extension of a wheel.
pub(super) fn is_wheel(place: &Place) -> bool {
    let Place::Archive(archive) = place else { return false };
    archive.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("whl"))
}

/// Parses a name outside `__pycache__` as if it were in one.
fn below_prefix(path: &str) -> Option<PycName> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let slash = if folder.is_empty() { "" } else { "/" };
    let parsed = parse_name(&format!("{folder}{slash}__pycache__/{file}"))?;
    parsed.cache_tag.as_ref().is_some_and(|tag| tag.starts_with("cpython-")).then_some(parsed)
}
