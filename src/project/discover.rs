//! Directories → Python files, on request only.

use globset::GlobSet;
use std::path::{Path, PathBuf};

/// A directory that cannot be listed. The fault is the environment's.
#[derive(Debug, thiserror::Error)]
#[error("cannot list {}: {source}", path.display())]
pub struct DiscoverError {
    /// The directory.
    pub path: PathBuf,
    /// Why.
    pub source: walkdir::Error,
}

/// The regular files below `root` whose name ends in `.py`, sorted, without those that `exclude` matches and without
/// `__pycache__`. Links are not followed.
///
/// # Errors
/// [`DiscoverError`] at the first directory that cannot be read.
pub fn python_files(root: &Path, exclude: &GlobSet) -> Result<Vec<PathBuf>, DiscoverError> {
    let mut files = Vec::new();
    let entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| {
        entry.depth() == 0 || (entry.file_name() != "__pycache__" && !exclude.is_match(entry.path()))
    }) {
        let entry = entry.map_err(|source| DiscoverError { path: root.into(), source })?;
        let is_python = entry.path().extension().is_some_and(|extension| extension == "py");
        if is_python && entry.path().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}
