//! Paths of the pycs of each source, checked before anything is written.

use crate::project::{Layout, NameError, Naming, real_path};
use crate::target::Series;
use crate::text::Shown as _;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;
use std::path::{Component, Path, PathBuf};

/// Conflicts between outputs.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlanError {
    /// Two sources have the same pyc.
    #[error("{} and {} would both be compiled to {}", first.shown(), second.shown(), output.shown())]
    SamePyc {
        /// Path of the earlier source.
        first: PathBuf,
        /// Path of the later one.
        second: PathBuf,
        /// Path of their pyc.
        output: PathBuf,
    },
    /// The layout has only one pyc per source.
    #[error("the legacy layout has one pyc per source: name a single {0}")]
    LegacyHasOne(&'static str),
}

/// Refuses several versions or levels in a layout with one pyc per source.
///
/// # Errors
/// [`PlanError::LegacyHasOne`].
pub fn check_layout(layout: Layout, versions: usize, levels: usize) -> Result<(), PlanError> {
    match layout {
        Layout::Legacy if levels > 1 => Err(PlanError::LegacyHasOne("optimization level")),
        Layout::Legacy if versions > 1 => Err(PlanError::LegacyHasOne("version of Python")),
        _ => Ok(()),
    }
}

/// Set of files by real path. Of two names for one pyc only the first is compiled; otherwise the
/// recorded file name would depend on the order of threads.
#[derive(Debug, Default)]
pub struct RealPaths {
    folders: FxHashMap<PathBuf, PathBuf>,
    files: FxHashSet<PathBuf>,
}

impl RealPaths {
    /// Returns whether the file is new, and adds it. The last component is not resolved, since a
    /// symlink has its own pyc.
    pub fn is_new(&mut self, file: &Path) -> bool {
        let Some(name) = file.file_name() else { return true };
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let file = self.real(folder).join(name);
        self.files.insert(file)
    }

    /// Returns the real path of a directory. Each directory is examined once, whatever its depth.
    fn real<'a>(&'a mut self, folder: &'a Path) -> &'a Path {
        let is_new = |folder: &&Path| !folder.as_os_str().is_empty() && !self.folders.contains_key(*folder);
        let new: Vec<&Path> = folder.ancestors().take_while(is_new).collect();
        for folder in new.into_iter().rev() {
            let real = self.below_parent(folder).or_else(|| real_path(folder).ok());
            self.folders.insert(folder.into(), real.unwrap_or_else(|| folder.into()));
        }
        self.folders.get(folder).map_or(folder, PathBuf::as_path)
    }

    /// Returns the real path of a directory that is not a symlink, from that of its parent.
    fn below_parent(&self, folder: &Path) -> Option<PathBuf> {
        let Some(Component::Normal(name)) = folder.components().next_back() else { return None };
        let real = self.folders.get(folder.parent()?)?.join(name);
        real.symlink_metadata().is_ok_and(|found| found.is_dir()).then_some(real)
    }
}

/// Returns the sources, each once, in the order of their first mention.
///
/// # Errors
/// [`PlanError::SamePyc`] if two sources have one pyc. A path that has no pyc is reported later
/// with its file.
pub fn unique(files: Vec<PathBuf>, naming: &Naming, series: &Series) -> Result<Vec<PathBuf>, PlanError> {
    let mut kept: Vec<PathBuf> = Vec::with_capacity(files.len());
    let mut seen: FxHashMap<PathBuf, usize> = FxHashMap::default();
    let mut named = RealPaths::default();
    for file in files {
        // In a mirror, another path to the same file has another pyc.
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

/// Returns the path without `.` components.
fn plain(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

#[cfg(test)]
#[cfg(unix)]
#[allow(clippy::disallowed_methods, reason = "compares with `realpath`")]
mod tests {
    use super::RealPaths;
    use std::path::Path;

    #[test]
    fn real_paths_are_those_of_the_system() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        std::fs::create_dir_all(at("a/b/c")).unwrap();
        for (target, name) in [("a", "link"), ("../..", "a/b/up"), ("b/c", "a/down"), ("none", "broken")] {
            std::os::unix::fs::symlink(target, at(name)).unwrap();
        }
        let mut paths = RealPaths::default();
        for name in [
            "a/b/c",
            "link",
            "link/b/c",
            "a/b/up/link/down",
            "a/b/../down",
            "a/./b",
            "link/../a",
            "link//b",
            "a",
        ] {
            let folder = at(name);
            assert_eq!(paths.real(&folder), folder.canonicalize().unwrap(), "{name}");
        }
        for name in ["broken/x", "missing/x"] {
            assert_eq!(paths.real(&at(name)), at(name));
        }
        let here = Path::new("src/build");
        assert_eq!(RealPaths::default().real(here), here.canonicalize().unwrap());
        assert_eq!(RealPaths::default().real(Path::new(".")), Path::new(".").canonicalize().unwrap());
    }
}
