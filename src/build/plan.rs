//! Which source becomes which pycs, settled before anything is written.

use crate::project::{Layout, NameError, Naming};
use crate::target::Series;
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};

/// Two things that cannot both be written.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlanError {
    /// Two sources have one pyc.
    #[error("{} and {} would both be compiled to {}", first.display(), second.display(), output.display())]
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

/// The sources, each once, in the order of their first mention.
///
/// # Errors
/// [`PlanError::SamePyc`] if two of them have one pyc. A name that cannot be made is reported with its file later.
pub fn unique(files: Vec<PathBuf>, naming: &Naming, series: &Series) -> Result<Vec<PathBuf>, PlanError> {
    let mut kept: Vec<PathBuf> = Vec::with_capacity(files.len());
    let mut seen: FxHashMap<PathBuf, usize> = FxHashMap::default();
    for file in files {
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
