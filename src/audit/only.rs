//! The files of one distribution, for a check of it alone.

use super::import_paths::ImportPaths;
use super::installed::{Installed, module_of};
use super::unrecorded::is_module;
use super::view::is_wheel;
use crate::archive::{Archive, Format, is_called_an_archive};
use crate::input::Place;
use crate::text::counted_with_first;
use crate::wheel::{WheelName, normalize_name};
use std::collections::BTreeSet;
use std::path::Path;

/// Selection of the files of a place.
#[derive(Clone, Debug, Default)]
pub(super) enum Selection {
    /// All files.
    #[default]
    All,
    /// No files.
    Nothing,
    /// The files of some distributions.
    Files {
        /// Files that the RECORDs of these distributions list.
        recorded: BTreeSet<String>,
        /// Files that the RECORDs of other distributions list.
        of_others: BTreeSet<String>,
        /// Directories of these distributions, with `/` at the end.
        folders: BTreeSet<String>,
        /// Modules and packages of these distributions next to the dist-info, without suffixes.
        modules: BTreeSet<String>,
        /// The names of these modules.
        tops: BTreeSet<String>,
        /// Other files, whoever lists them: those that run when Python starts, or that it imports
        /// instead of these distributions' modules.
        others: BTreeSet<String>,
    },
}

/// A requested distribution that cannot be verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OnlyError {
    /// The distribution does not exist.
    #[error("no distribution is named {name}{}", if known.is_empty() { ": no dist-info names one" } else { "" })]
    Unknown {
        /// The requested name.
        name: String,
        /// Names of the distributions that exist.
        known: BTreeSet<String>,
    },
    /// The distribution has no RECORD, so that its files are unknown.
    #[error("{0} has no RECORD that can be read: its files are unknown")]
    NoRecord(String),
}

impl OnlyError {
    /// Returns the name of an existing distribution that is most similar to the requested one.
    pub fn similar(&self) -> Option<&str> {
        let Self::Unknown { name, known } = self else { return None };
        let wanted = normalize_name(name);
        let distance = |other: &&str| strsim::damerau_levenshtein(&wanted, other);
        let is_near = |other: &&str| {
            distance(other) <= 1 + wanted.chars().count() / 4 || (wanted.len() > 2 && other.contains(&wanted))
        };
        known.iter().map(String::as_str).filter(is_near).min_by_key(distance)
    }
}

/// Refuses the name of a distribution that no place has, before anything is verified. Archives
/// other than wheels are not opened for this.
///
/// # Errors
/// [`OnlyError::Unknown`].
pub fn find_only(places: &[Place], name: &str) -> Result<(), OnlyError> {
    let mut known = BTreeSet::new();
    for place in places {
        known.extend(names(place, &Installed::read(place)));
        for name in place.names() {
            let path = Path::new(&name);
            match path.file_name().and_then(|file| WheelName::parse(file.to_str()?).ok()) {
                Some(wheel) => drop(known.insert(normalize_name(&wheel.distribution))),
                None if is_called_an_archive(path) => return Ok(()),
                None => {}
            }
        }
    }
    match known.contains(&normalize_name(name)) {
        true => Ok(()),
        false => Err(OnlyError::Unknown { name: name.to_owned(), known }),
    }
}

/// Returns the names of the distributions of a place; of a wheel, its own name.
pub(super) fn names(place: &Place, installed: &Installed) -> BTreeSet<String> {
    if let Some(name) = wheel_name(place) {
        return BTreeSet::from([name]);
    }
    if let Place::Archive(archive) = place {
        return names_inside(archive);
    }
    installed.in_tree().iter().map(|distribution| distribution.name.clone()).collect()
}

/// Returns the names of the distributions at the top of a zip, such as a wheel under another name.
fn names_inside(archive: &Archive) -> BTreeSet<String> {
    let folders = archive.files().filter_map(|entry| entry.name.strip_suffix("/METADATA"));
    let folders = folders.filter(|folder| archive.format == Format::Zip && !folder.contains('/'));
    let names = folders.filter_map(|folder| folder.strip_suffix(".dist-info")?.split_once('-'));
    names.map(|(name, _)| normalize_name(name)).collect()
}

/// Returns a note on archives that were not opened, because they name no distribution.
pub(super) fn note_on_archives(archives: &[String]) -> Option<String> {
    let (one, several) = ("archive names no distribution and is", "archives name no distribution and are");
    counted_with_first(archives, one, several, " not checked")
}

fn wheel_name(place: &Place) -> Option<String> {
    let Place::Archive(archive) = place else { return None };
    let file = archive.path.file_name()?.to_str()?;
    let name = WheelName::parse(file).ok().filter(|_| is_wheel(place))?;
    Some(normalize_name(&name.distribution))
}

impl Selection {
    /// Returns the files of the distribution `only`; all files for `None`.
    ///
    /// # Errors
    /// [`OnlyError::NoRecord`].
    pub(super) fn of(
        place: &Place,
        installed: &Installed,
        searched: &ImportPaths,
        only: Option<&str>,
    ) -> Result<Self, OnlyError> {
        let Some(only) = only.map(normalize_name) else { return Ok(Self::All) };
        if let Some(name) = wheel_name(place) {
            return Ok(if name == only { Self::All } else { Self::Nothing });
        }
        if let Place::Archive(archive) = place {
            return Ok(if names_inside(archive).contains(&only) { Self::All } else { Self::Nothing });
        }
        let (mut recorded, mut of_others) = (BTreeSet::new(), BTreeSet::new());
        let (mut folders, mut modules, mut tops) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for distribution in installed.in_tree() {
            if distribution.name != only {
                let files = distribution.files.iter().flatten();
                let files = files.filter(|file| searched.speaks(&distribution.base, file));
                of_others.extend(files.cloned());
                continue;
            }
            let Some(files) = &distribution.files else {
                return Err(OnlyError::NoRecord(distribution.dist_info.clone()));
            };
            // Any file next to a distribution's modules, in a directory of its own, could be
            // imported as one of them, and so could a package, extension module or pyc with the
            // name of a module at the top.
            let code = files
                .iter()
                .filter(|file| [".py", ".pyc", ".so", ".pyd"].iter().any(|end| file.ends_with(end)));
            for below in code.filter_map(|file| file.strip_prefix(&distribution.base)) {
                let top = below.split('/').next().unwrap_or(below);
                let top = if top == below { top.split('.').next().unwrap_or(top) } else { top };
                if !["__pycache__", ""].contains(&top) {
                    folders.insert(format!("{}{top}/", distribution.base));
                    modules.insert(format!("{}{top}", distribution.base));
                    tops.insert(top.to_owned());
                }
            }
            folders.insert(distribution.dist_info.clone());
            recorded.extend(files.iter().cloned());
        }
        Ok(if folders.is_empty() {
            Self::Nothing
        } else {
            Self::Files { recorded, of_others, folders, modules, tops, others: BTreeSet::new() }
        })
    }

    /// Returns these files.
    pub(super) fn these(names: BTreeSet<String>) -> Self {
        let (recorded, of_others) = (BTreeSet::new(), BTreeSet::new());
        let (folders, modules, tops) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        Self::Files { recorded, of_others, folders, modules, tops, others: names }
    }

    /// Adds files to those of some distributions.
    pub(super) fn add(&mut self, names: impl IntoIterator<Item = String>) {
        if let Self::Files { others, .. } = self {
            others.extend(names);
        }
    }

    /// Returns whether a `.pkg` file names a package of the distributions.
    pub(super) fn is_for(&self, list: &str) -> bool {
        let file = list.rsplit('/').next().unwrap_or(list);
        let top = file.split('.').next().unwrap_or(file);
        matches!(self, Self::Files { tops, .. } if tops.contains(top))
    }

    /// Returns a note on the files of other distributions among the selected modules.
    pub(super) fn note_on_others<'a>(&self, names: impl Iterator<Item = &'a str>) -> Option<String> {
        let Self::Files { recorded, of_others, modules, .. } = self else { return None };
        // The directory of a namespace package belongs to no distribution.
        let is_own = |module: &&String| {
            let forms = [".py", "/__init__.py", ".pyc", "/__init__.pyc"];
            forms.iter().any(|form| recorded.contains(&format!("{module}{form}")))
        };
        let folders: BTreeSet<String> =
            modules.iter().filter(is_own).map(|module| format!("{module}/")).collect();
        let is_among = |name: &&str| {
            (is_module(name) || name.ends_with(".pyc"))
                && of_others.contains(*name)
                && !self.contains(name)
                && is_below(name, &folders)
        };
        let files: Vec<&str> = names.filter(is_among).collect();
        counted_with_first(
            &files,
            "file of another distribution is among the modules and is",
            "files of other distributions are among the modules and are",
            " not checked",
        )
    }

    /// Returns true for the files of some distributions.
    pub(super) const fn is_of_some(&self) -> bool {
        matches!(self, Self::Files { .. })
    }

    /// Returns whether a file is selected.
    pub(super) fn contains(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Files { recorded, of_others, folders, modules, others, .. } => {
                let module = module_of(name);
                let start = module.rfind('/').map_or(0, |slash| slash + 1);
                let end = module[start..].find('.').map_or(module.len(), |dot| start + dot);
                let is_in = |files: &BTreeSet<String>| files.contains(name) || files.contains(&module);
                is_in(recorded)
                    || is_in(others)
                    || (!is_in(of_others) && (modules.contains(&module[..end]) || is_below(name, folders)))
            }
        }
    }
}

/// Returns whether a file is in one of these directories, which have `/` at the end.
fn is_below(name: &str, folders: &BTreeSet<String>) -> bool {
    name.match_indices('/').any(|(slash, _)| folders.contains(&name[..=slash]))
}
