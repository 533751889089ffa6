//! The pycs of each source, settled before anything is written.

use crate::project::{Layout, NameError, Naming};
use crate::target::Series;
use crate::text::Shown as _;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};

/// Two things that cannot both be written.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlanError {
    /// Two sources have one pyc.
    #[error("{} and {} would both be compiled to {}", first.shown(), second.shown(), output.shown())]
    SamePyc {
        /// The earlier source.
        first: PathBuf,
        /// The later one.
        second: PathBuf,
        /// Their pyc.
        output: PathBuf,
    },
    /// The layout has one pyc for a source.
    #[error("--layout legacy has one pyc for a source: name one {0}")]
    LegacyHasOne(&'static str),
}

/// Refuses what a layout cannot hold.
///
/// # Errors
/// [`PlanError::LegacyHasOne`].
pub fn check_layout(layout: Layout, versions: usize, levels: usize) -> Result<(), PlanError> {
    match layout {
        Layout::Legacy if levels > 1 => Err(PlanError::LegacyHasOne("--optimize level")),
        Layout::Legacy if versions > 1 => Err(PlanError::LegacyHasOne("--python version")),
        _ => Ok(()),
    }
}

/// Files that were named already, whatever way led to them. Of two names for one pyc the first
/// stays: if both were compiled, the recorded one would be that of the thread that comes last.
#[derive(Debug, Default)]
pub struct Named {
    folders: FxHashMap<PathBuf, PathBuf>,
    files: FxHashSet<PathBuf>,
}

impl Named {
    /// Returns whether this file was not named before. The last part of its path is not followed: a
    /// link has a pyc of its own.
    pub fn is_new(&mut self, file: &Path) -> bool {
        let Some(name) = file.file_name() else { return true };
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let real = match self.folders.get(folder) {
            Some(real) => real,
            None => {
                let real = folder.canonicalize().unwrap_or_else(|_| folder.into());
                self.folders.entry(folder.into()).or_insert(real)
            }
        };
        self.files.insert(real.join(name))
    }
}

/// The sources, each once, in the order of their first mention.
///
/// # Errors
/// [`PlanError::SamePyc`] if two of them have one pyc. A name that cannot be made is reported with
/// its file later.
pub fn unique(files: Vec<PathBuf>, naming: &Naming, series: &Series) -> Result<Vec<PathBuf>, PlanError> {
    let mut kept: Vec<PathBuf> = Vec::with_capacity(files.len());
    let mut seen: FxHashMap<PathBuf, usize> = FxHashMap::default();
    let mut named = Named::default();
    for file in files {
        // A mirror has another place for another way to a file.
        if naming.output_dir.is_none() && !named.is_new(&file) {
            continue;
        }
        let output = match naming.output(&file, series, 0) {
            Ok(output) => output,
            Err(NameError::NotBelow { .. } | NameError::NotMirrored(_)) => {
                kept.push(file);
                continue;
            }
        };
        match seen.entry(plain(&output)) {
            Entry::Vacant(entry) => {
                entry.insert(kept.len());
                kept.push(file);
            }
            Entry::Occupied(entry) => {
                let first = &kept[*entry.get()];
                if plain(first) != plain(&file) {
                    return Err(PlanError::SamePyc { first: first.clone(), second: file, output });
                }
            }
        }
    }
    Ok(kept)
}

/// Without `./`, wherever it stands.
fn plain(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != std::path::Component::CurDir).collect()
}
