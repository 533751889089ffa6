//! Which source becomes which pycs, settled before anything is written.

use crate::project::{Layout, NameError, Naming};
use crate::target::Series;
use rustc_hash::FxHashMap;
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
    /// The same, where a file system does not tell case.
    #[error(
        "{} and {} would both be compiled to {} where file names are the same in upper and lower case",
        first.display(), second.display(), output.display()
    )]
    SamePycButForCase {
        /// The earlier source.
        first: PathBuf,
        /// The later one.
        second: PathBuf,
        /// The later one's pyc.
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
/// [`PlanError::SamePyc`] if two of them have one pyc; with `fold_case` also where only case differs. A name that
/// cannot be made is reported with its file later.
pub fn unique(
    files: Vec<PathBuf>,
    naming: &Naming,
    series: &Series,
    fold_case: bool,
) -> Result<Vec<PathBuf>, PlanError> {
    let mut kept: Vec<PathBuf> = Vec::with_capacity(files.len());
    let mut seen: FxHashMap<PathBuf, (usize, PathBuf)> = FxHashMap::default();
    for file in files {
        let output = match naming.output(&file, series, 0) {
            Ok(output) => output,
            Err(NameError::NotBelow { .. } | NameError::NotMirrored(_)) => {
                kept.push(file);
                continue;
            }
        };
        let key = if fold_case { folded(&output) } else { output.clone() };
        match seen.get(&key) {
            None => {
                seen.insert(key, (kept.len(), output));
                kept.push(file);
            }
            Some((first, _)) if kept[*first] == file => {}
            Some((first, other)) => {
                let (first, second) = (kept[*first].clone(), file);
                return Err(if *other == output {
                    PlanError::SamePyc { first, second, output }
                } else {
                    PlanError::SamePycButForCase { first, second, output }
                });
            }
        }
    }
    Ok(kept)
}

fn folded(path: &Path) -> PathBuf {
    PathBuf::from(path.to_string_lossy().to_lowercase())
}
