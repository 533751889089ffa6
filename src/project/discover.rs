//! Directories → the files in them.

use crate::text::{Shown as _, python};
use globset::GlobSet;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Names of the directories that installers install to, and that `site` reads.
pub const PACKAGES: [&str; 2] = ["site-packages", "dist-packages"];

/// Returns the version in the name of a directory of a standard library: `3.14` of `python3.14`,
/// `3.14t` of `python3.14t`.
pub fn library_version(folder: &str) -> Option<&str> {
    let version = folder.strip_prefix("python").or_else(|| folder.strip_prefix("pypy"))?;
    let (major, minor) = version.split_once('.')?;
    let minor = minor.strip_suffix('t').unwrap_or(minor);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(major) && is_number(minor)).then_some(version)
}

/// A directory that cannot be listed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("cannot list {}: {reason}", path.shown())]
#[non_exhaustive]
pub struct DiscoverError {
    /// The directory.
    pub path: PathBuf,
    /// The operating system's error.
    pub reason: String,
}

impl DiscoverError {
    /// Creates the error from that of a walk below `root`.
    pub(super) fn new(root: &Path, error: &walkdir::Error) -> Self {
        let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
        Self { path: error.path().unwrap_or(root).into(), reason }
    }
}

/// Returns whether a file's name ends in `.py`; as in compileall, `.py` may be the whole name.
pub fn is_python(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().ends_with(b".py"))
}

/// Returns the regular files below `root` whose name ends in `.py`, sorted, except for those that
/// `exclude` matches and those in `__pycache__`, and the directories that cannot be listed. Links
/// are not followed. The indices of the patterns that match a file are added to `used`.
pub fn python_files(
    root: &Path,
    exclude: &GlobSet,
    used: &mut BTreeSet<usize>,
) -> (Vec<PathBuf>, Vec<DiscoverError>) {
    let mut is_excluded = |path: &Path| {
        let matched = exclude.matches(path);
        used.extend(&matched);
        !matched.is_empty()
    };
    let (mut files, mut unlisted) = (Vec::new(), Vec::new());
    let entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| {
        entry.depth() == 0 || (entry.file_name() != "__pycache__" && !is_excluded(entry.path()))
    }) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                unlisted.push(DiscoverError::new(root, &error));
                continue;
            }
        };
        if is_python(entry.path()) && entry.path().is_file() {
            files.push(entry.into_path());
        }
    }
    (files, unlisted)
}

/// Returns the regular files below `root` whose name ends in `.pyc`, sorted. Links are not
/// followed.
///
/// # Errors
/// [`DiscoverError`] at the first directory that cannot be listed.
pub fn pycs(root: &Path) -> Result<Vec<PathBuf>, DiscoverError> {
    let mut pycs = Vec::new();
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let entry = entry.map_err(|error| DiscoverError::new(root, &error))?;
        if entry.file_type().is_file() && entry.file_name().as_encoded_bytes().ends_with(b".pyc") {
            pycs.push(entry.into_path());
        }
    }
    Ok(pycs)
}

/// Result of a search by patterns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// Names relative to the root, with `/`, sorted.
    pub names: Vec<String>,
    /// Paths relative to the root of files whose names are not UTF-8. They match by their bytes or
    /// by the form that is shown.
    pub nameless: Vec<PathBuf>,
    /// Indices of the `include` patterns that match no file.
    pub unused_include: Vec<usize>,
    /// Indices of the `exclude` patterns that match nothing.
    pub unused_exclude: Vec<usize>,
}

/// Finds the regular files below `root` that `include` matches and `exclude` does not. Links are
/// followed only with `follow_links`.
///
/// # Errors
/// [`DiscoverError`] at the first directory that cannot be read.
pub fn search(
    root: &Path,
    include: &GlobSet,
    exclude: &GlobSet,
    follow_links: bool,
) -> Result<Searched, DiscoverError> {
    let below = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_path_buf();
    let matches = |set: &GlobSet, path: &Path| {
        let mut found = set.matches(shown_below(root, path));
        if found.is_empty() && path.to_str().is_none() {
            found = set.matches(below(path));
        }
        found
    };
    let mut searched = Searched::default();
    let (mut included, mut excluded) = (BTreeSet::new(), BTreeSet::new());
    let walk = || walkdir::WalkDir::new(root).follow_links(follow_links).sort_by_file_name().into_iter();
    let entries = walk().filter_entry(|entry| {
        if entry.depth() == 0 {
            return true;
        }
        let found = matches(exclude, entry.path());
        let is_kept = found.is_empty() && entry.file_name() != "__pycache__";
        excluded.extend(found);
        is_kept
    });
    for entry in entries {
        let entry = entry.map_err(|error| DiscoverError::new(root, &error))?;
        if entry.depth() == 0 || !entry.file_type().is_file() {
            continue;
        }
        let found = matches(include, entry.path());
        if found.is_empty() {
            continue;
        }
        included.extend(found);
        let path = below(entry.path());
        if path.to_str().is_some() {
            searched.names.push(shown_below(root, entry.path()));
        } else {
            searched.nameless.push(path);
        }
    }
    // A pattern may match only files in a directory that another pattern has excluded.
    if included.len() < include.len() || excluded.len() < exclude.len() {
        for entry in walk() {
            let entry = entry.map_err(|error| DiscoverError::new(root, &error))?;
            if entry.depth() > 0 {
                excluded.extend(matches(exclude, entry.path()));
                if entry.file_type().is_file() {
                    included.extend(matches(include, entry.path()));
                }
            }
        }
    }
    searched.names.sort_unstable();
    searched.unused_include = (0..include.len()).filter(|at| !included.contains(at)).collect();
    searched.unused_exclude = (0..exclude.len()).filter(|at| !excluded.contains(at)).collect();
    Ok(searched)
}

/// Returns the names of all regular files below `root`, sorted, except for hidden ones and those in
/// `__pycache__`, and the files and directories whose names are not UTF-8.
///
/// # Errors
/// [`DiscoverError`].
pub fn all_files(root: &Path) -> Result<(Vec<String>, Vec<PathBuf>), DiscoverError> {
    let (mut files, mut nameless) = (Vec::new(), Vec::new());
    let mut entries = walkdir::WalkDir::new(root).min_depth(1).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = entry.map_err(|error| DiscoverError::new(root, &error))?;
        let name = entry.file_name().to_str();
        if name.is_some_and(|name| name != "__pycache__" && !name.starts_with('.')) {
            if entry.file_type().is_file() {
                files.push(shown_below(root, entry.path()));
            }
            continue;
        }
        if name.is_none() {
            nameless.push(entry.path().into());
        }
        if entry.file_type().is_dir() {
            entries.skip_current_dir();
        }
    }
    files.sort_unstable();
    Ok((files, nameless))
}

/// Returns the names of the entries of one directory, sorted; empty if the directory does not
/// exist.
///
/// # Errors
/// [`DiscoverError`].
pub fn names_in(folder: &Path) -> Result<Vec<OsString>, DiscoverError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = walkdir::WalkDir::new(folder).min_depth(1).max_depth(1).sort_by_file_name();
    let name = |entry: walkdir::Result<walkdir::DirEntry>| match entry {
        Ok(entry) => Ok(entry.file_name().to_owned()),
        Err(error) => Err(DiscoverError::new(folder, &error)),
    };
    entries.into_iter().map(name).collect()
}

/// Kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundKind {
    /// A file with a UTF-8 name.
    File,
    /// A symlink.
    Symlink,
    /// A file whose name is not UTF-8. The name in the listing is the form that is shown;
    /// [`FoundFiles::real`] has the path.
    NotUtf8,
    /// A file whose name is not UTF-8, where the form that is shown is the name of another file.
    Ambiguous,
}

/// Files below a directory.
#[derive(Debug, Default)]
pub struct FoundFiles {
    /// Names relative to the directory, with `/`, of everything except directories.
    pub names: BTreeMap<String, FoundKind>,
    /// Paths of files whose names are not UTF-8.
    pub real: BTreeMap<String, PathBuf>,
    /// Symlinks whose names are not UTF-8.
    pub nameless_links: Vec<PathBuf>,
    /// Directories that cannot be listed.
    pub unlisted: Vec<DiscoverError>,
}

impl FoundFiles {
    /// Returns the path of a file by its name in the listing of `root`.
    pub fn path_of(&self, root: &Path, name: &str) -> PathBuf {
        self.real.get(name).cloned().unwrap_or_else(|| root.join(name))
    }
}

/// Returns the name of a path below `root` for patterns, with `/`; bytes that are not UTF-8 are
/// replaced.
fn shown_below(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// Directory of a place, as the part of the names of its files that precedes the names in it: empty
/// for the place itself, or the name of the directory with `/` at its end.
pub type FolderPrefix = String;

/// Returns the name of a path below `root`, with `/`; a byte that is not UTF-8 becomes `\udcff`.
pub fn name_below(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.components().map(|part| python::os_text(part.as_os_str())).collect();
    parts.join("/")
}

/// Lists everything below `root`, including `__pycache__` and hidden files. Every file has a unique
/// name.
pub fn links_and_files(root: &Path) -> FoundFiles {
    let (mut found, mut nameless, mut unlisted) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut nameless_links = Vec::new();
    for entry in walkdir::WalkDir::new(root).min_depth(1).sort_by_file_name() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                unlisted.push(DiscoverError::new(root, &error));
                continue;
            }
        };
        if entry.file_type().is_dir() {
            continue;
        }
        let name = name_below(root, entry.path());
        if entry.path().strip_prefix(root).is_ok_and(|below| below.to_str().is_none()) {
            if entry.file_type().is_symlink() {
                nameless_links.push(entry.path().into());
            }
            nameless.push((name, entry.file_type().is_symlink(), entry.into_path()));
        } else if entry.file_type().is_symlink() {
            found.insert(name, FoundKind::Symlink);
        } else {
            found.insert(name, FoundKind::File);
        }
    }
    let mut real = BTreeMap::new();
    for (mut name, is_link, path) in nameless {
        let mut what = if is_link { FoundKind::Symlink } else { FoundKind::NotUtf8 };
        // A file can really be called `\udcff.pyc`. The other name gets a new beginning, so that a
        // pyc stays a pyc.
        while found.contains_key(&name) {
            name.insert(name.rfind('/').map_or(0, |slash| slash + 1), '\\');
            what = FoundKind::Ambiguous;
        }
        found.insert(name.clone(), what);
        real.insert(name, path);
    }
    FoundFiles { names: found, real, nameless_links, unlisted }
}

#[cfg(test)]
mod tests {
    use super::library_version;

    #[test]
    fn versions_in_names() {
        assert_eq!(library_version("python3.14"), Some("3.14"));
        assert_eq!(library_version("pypy3.10"), Some("3.10"));
        assert_eq!(library_version("python3.14t"), Some("3.14t"));
        for name in ["python3", "python", "python3.", "python3.x", "python-3.1"] {
            assert_eq!(library_version(name), None, "{name}");
        }
    }
}
