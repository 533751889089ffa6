//! `--only`: the files of one distribution.

use super::installed::{distributions, module_of};
use super::view::is_wheel;
use crate::manifest::Place;
use crate::wheel::{WheelName, normalize_name};
use std::collections::BTreeSet;

/// The files of a place that are looked at.
#[derive(Clone, Debug, Default)]
pub(super) enum Selection {
    /// All of them.
    #[default]
    All,
    /// None of them.
    Nothing,
    /// The files of distributions.
    Files {
        /// Files that RECORDs list.
        recorded: BTreeSet<String>,
        /// Files that the RECORDs of others list.
        of_others: BTreeSet<String>,
        /// Directories, with `/` at the end, that are theirs.
        folders: BTreeSet<String>,
    },
}

/// A distribution that is asked for and cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum OnlyError {
    /// No such distribution.
    #[error("there is no distribution {name}{}", found(known))]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The distributions that there are.
        known: BTreeSet<String>,
    },
    /// Nothing says which files are its own.
    #[error("{0} has no RECORD that can be read: nothing says which files are its own")]
    NoRecord(String),
}

fn found(known: &BTreeSet<String>) -> String {
    const MOST: usize = 20;
    let names: Vec<&str> = known.iter().map(String::as_str).take(MOST).collect();
    let more = if known.len() > MOST { ", …" } else { "" };
    match names.as_slice() {
        [] => ": no dist-info names one".to_owned(),
        names => format!("\nhint: there are {}{more}", names.join(", ")),
    }
}

/// The distributions of a place: of a wheel, its own.
pub(super) fn names(place: &Place) -> BTreeSet<String> {
    if let Some(name) = wheel_name(place) {
        return BTreeSet::from([name]);
    }
    distributions(place).into_iter().map(|distribution| distribution.name).collect()
}

fn wheel_name(place: &Place) -> Option<String> {
    let Place::Archive(archive) = place else { return None };
    let file = archive.path.file_name()?.to_str()?;
    let name = WheelName::parse(file).ok().filter(|_| is_wheel(place))?;
    Some(normalize_name(&name.distribution))
}

impl Selection {
    /// The files of the distribution called `only`; all without one.
    ///
    /// # Errors
    /// [`OnlyError::NoRecord`].
    pub(super) fn of(place: &Place, only: Option<&str>) -> Result<Self, OnlyError> {
        let Some(only) = only.map(normalize_name) else { return Ok(Self::All) };
        if let Some(name) = wheel_name(place) {
            return Ok(if name == only { Self::All } else { Self::Nothing });
        }
        let (mut recorded, mut of_others) = (BTreeSet::new(), BTreeSet::new());
        let mut folders = BTreeSet::new();
        for distribution in distributions(place) {
            if distribution.name != only {
                of_others.extend(distribution.files.unwrap_or_default());
                continue;
            }
            let Some(files) = distribution.files else {
                return Err(OnlyError::NoRecord(distribution.dist_info));
            };
            // Whatever lies beside its modules in a directory of its own could be imported as one
            // of them.
            let modules = files.iter().filter(|file| file.ends_with(".py") || file.ends_with(".pyc"));
            let below = modules.filter_map(|file| file.strip_prefix(&distribution.base));
            let tops =
                below.filter_map(|file| Some(format!("{}{}/", distribution.base, file.split_once('/')?.0)));
            folders.extend(tops.filter(|top| !top.ends_with("/__pycache__/") && top != "__pycache__/"));
            folders.insert(distribution.dist_info);
            recorded.extend(files);
        }
        Ok(if folders.is_empty() { Self::Nothing } else { Self::Files { recorded, of_others, folders } })
    }

    /// Returns whether a file is looked at.
    pub(super) fn contains(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Files { recorded, of_others, folders } => {
                let module = module_of(name);
                let is_in = |files: &BTreeSet<String>| files.contains(name) || files.contains(&module);
                is_in(recorded)
                    || (!is_in(of_others) && folders.iter().any(|folder| name.starts_with(folder.as_str())))
            }
        }
    }
}
