//! Directories → Python files, on request only.

use globset::GlobSet;
use std::collections::BTreeMap;
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

/// The names, relative to `root` and with `/`, of the regular files below it that `include` matches and `exclude` does
/// not, sorted. Links are not followed; names that are not UTF-8 cannot be matched.
///
/// # Errors
/// [`DiscoverError`] at the first directory that cannot be read.
pub fn search(root: &Path, include: &GlobSet, exclude: &GlobSet) -> Result<Vec<String>, DiscoverError> {
    let (names, _) = files_below(root, |name| !exclude.is_match(name))?;
    Ok(names.into_iter().filter(|name| include.is_match(name)).collect())
}

/// The names of all regular files below `root`, sorted, without what is hidden and without `__pycache__`; behind them the
/// files and directories whose names are not UTF-8.
///
/// # Errors
/// [`DiscoverError`].
pub fn all_files(root: &Path) -> Result<(Vec<String>, Vec<PathBuf>), DiscoverError> {
    let hidden = |name: &str| name.rsplit('/').next().is_some_and(|last| last.starts_with('.'));
    files_below(root, |name| !hidden(name))
}

fn files_below(
    root: &Path,
    keep: impl Fn(&str) -> bool,
) -> Result<(Vec<String>, Vec<PathBuf>), DiscoverError> {
    let relative = |path: &Path| {
        let below = path.strip_prefix(root).ok()?;
        let parts: Option<Vec<&str>> = below.components().map(|part| part.as_os_str().to_str()).collect();
        Some(parts?.join("/"))
    };
    let (mut files, mut nameless) = (Vec::new(), Vec::new());
    let mut entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = entry.map_err(|source| DiscoverError { path: root.into(), source })?;
        let is_folder = entry.file_type().is_dir();
        match relative(entry.path()) {
            _ if entry.depth() == 0 => {}
            Some(name) if entry.file_name() != "__pycache__" && keep(&name) => {
                if entry.file_type().is_file() {
                    files.push(name);
                }
            }
            found => {
                if found.is_none() {
                    nameless.push(entry.path().into());
                }
                if is_folder {
                    entries.skip_current_dir();
                }
            }
        }
    }
    files.sort_unstable();
    Ok((files, nameless))
}

/// Whether a pyc lies below `folder`. Links are not followed; what cannot be listed may have one.
pub fn may_hold_pycs(folder: &Path) -> bool {
    let is_pyc = |entry: &walkdir::DirEntry| entry.path().extension().is_some_and(|end| end == "pyc");
    walkdir::WalkDir::new(folder.join(".")).into_iter().any(|entry| entry.as_ref().map_or(true, is_pyc))
}

/// The entries of one directory with a name that is UTF-8, sorted; none if there is no such directory.
///
/// # Errors
/// [`DiscoverError`].
pub fn names_in(folder: &Path) -> Result<Vec<String>, DiscoverError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = walkdir::WalkDir::new(folder).min_depth(1).max_depth(1).sort_by_file_name();
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| DiscoverError { path: folder.into(), source })?;
        names.extend(entry.file_name().to_str().map(str::to_owned));
    }
    Ok(names)
}

/// What stands under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A file.
    File,
    /// A symlink.
    Symlink,
    /// Something whose name is not UTF-8: the name is one to show, and leads to nothing.
    NotUtf8,
}

/// The names, relative to `root` and with `/`, of everything below it that is no directory; `__pycache__` and what is
/// hidden included. Each has a name of its own.
///
/// # Errors
/// [`DiscoverError`].
pub fn links_and_files(root: &Path) -> Result<BTreeMap<String, Found>, DiscoverError> {
    let (mut found, mut nameless) = (BTreeMap::new(), Vec::new());
    for entry in walkdir::WalkDir::new(root).min_depth(1).sort_by_file_name() {
        let entry = entry.map_err(|source| DiscoverError { path: root.into(), source })?;
        if entry.file_type().is_dir() {
            continue;
        }
        let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
        let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        let name = parts.join("/");
        if below.to_str().is_none() {
            nameless.push(name);
        } else if entry.file_type().is_symlink() {
            found.insert(name, Found::Symlink);
        } else {
            found.insert(name, Found::File);
        }
    }
    for mut name in nameless {
        // Two such names can look like one, or like one that is UTF-8. It ends as before: a pyc stays a pyc.
        while found.contains_key(&name) {
            name.insert(name.rfind('/').map_or(0, |slash| slash + 1), '\u{fffd}');
        }
        found.insert(name, Found::NotUtf8);
    }
    Ok(found)
}
