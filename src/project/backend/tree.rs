//! All files of a project that could be shipped.

use super::hatch;
use super::pyproject::PyProject;
use crate::project::{DiscoverError, name_below, names_in};
use crate::text::visible;
use ignore::WalkBuilder;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Files by path relative to the project, with `/`.
#[derive(Debug, Default)]
pub(super) struct ProjectTree {
    pub(super) files: BTreeSet<String>,
    /// Paths that are not UTF-8.
    pub(super) nameless: Vec<PathBuf>,
    /// Files that are shipped although git ignores them or a pattern excludes them.
    pub(super) artifacts: BTreeSet<String>,
    /// Directories that were not entered, with the reason.
    pub(super) skipped: BTreeMap<String, &'static str>,
}

impl ProjectTree {
    /// Lists the files below `folder`, except hidden files (in an sdist: at its top), virtual
    /// environments, `node_modules`, caches, and the `build`, `dist` and `*.egg-info` of the
    /// project itself. In a checkout, files that git ignores are left out, except for version files
    /// that a plugin writes.
    pub(super) fn read(folder: &Path, project: &PyProject) -> Result<Self, DiscoverError> {
        let git = folder.join(".git").exists() || project.backend().starts_with("hatchling");
        // Hidden files in a package of an sdist were published.
        let is_sdist = folder.join("PKG-INFO").is_file();
        let mut tree = Self::default();
        let skipped = Arc::new(Mutex::new(BTreeMap::new()));
        for entry in walk(folder, git, shippable(folder, is_sdist, Arc::clone(&skipped))) {
            let entry = entry.map_err(|error| failure(folder, &error))?;
            let Some(kind) = entry.file_type() else { continue };
            let is_hidden =
                entry.file_name().as_encoded_bytes().starts_with(b".") && (entry.depth() == 1 || !is_sdist);
            if entry.depth() == 0 || kind.is_dir() {
                continue;
            }
            if is_hidden {
                tree.skipped.insert(name_below(folder, entry.path()), HIDDEN);
                continue;
            }
            let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            if below.to_str().is_none() {
                tree.nameless.push(entry.path().into());
            } else if kind.is_file() {
                tree.files.insert(name_below(folder, entry.path()));
            } else {
                let why = if kind.is_symlink() { "a symlink" } else { "not a regular file" };
                tree.skipped.insert(name_below(folder, entry.path()), why);
            }
        }
        if let Some(artifacts) = hatch::artifacts(project) {
            for entry in walk(folder, false, shippable(folder, is_sdist, Arc::default())) {
                let entry = entry.map_err(|error| failure(folder, &error))?;
                let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
                let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                let is_artifact = || artifacts.matched_path_or_any_parents(below, false).is_ignore();
                if is_file && below.to_str().is_some() && is_artifact() {
                    tree.artifacts.insert(name_below(folder, entry.path()));
                }
            }
            tree.files.extend(tree.artifacts.iter().cloned());
        }
        for file in project.version_files() {
            if folder.join(&file.path).is_file() {
                tree.files.insert(file.path);
            }
        }
        if let Ok(mut skipped) = skipped.lock() {
            tree.skipped.append(&mut skipped);
        }
        if git {
            tree.note_ignored(folder)?;
        }
        Ok(tree)
    }

    /// Adds the top-level directories that git ignores to the skipped ones.
    fn note_ignored(&mut self, folder: &Path) -> Result<(), DiscoverError> {
        for name in names_in(folder)? {
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
            let is_known = self.skipped.contains_key(name) || self.files.contains(name);
            let is_python = name.ends_with(".py") || folder.join(name).is_dir();
            if is_python && !is_known && !self.has_folder(name) && folder.join(name).exists() {
                let why = unshippable(&folder.join(name), name, 1).unwrap_or("ignored by git, or empty");
                self.skipped.insert(name.to_owned(), why);
            }
        }
        Ok(())
    }

    /// Returns whether `path` is a directory with files.
    pub(super) fn has_folder(&self, path: &str) -> bool {
        path == "." || self.below(path).next().is_some()
    }

    pub(super) fn has_file(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// Returns the files below a directory, by path relative to the project.
    pub(super) fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = &'a String> + use<'a> {
        let prefix = prefix(folder);
        let start = prefix.clone();
        self.files.range(start..).take_while(move |file| file.starts_with(&prefix))
    }

    /// Returns the names of the directories directly in `folder`, sorted.
    pub(super) fn folders_in(&self, folder: &str) -> Vec<&str> {
        let start = prefix(folder).len();
        let mut names: Vec<&str> =
            self.below(folder).filter_map(|file| Some(file[start..].split_once('/')?.0)).collect();
        names.dedup();
        names
    }

    /// Returns the names of the files directly in `folder`, sorted.
    pub(super) fn files_in(&self, folder: &str) -> Vec<&str> {
        let start = prefix(folder).len();
        self.below(folder).map(|file| &file[start..]).filter(|name| !name.contains('/')).collect()
    }
}

fn prefix(folder: &str) -> String {
    if folder == "." || folder.is_empty() { String::new() } else { format!("{folder}/") }
}

/// Joins a directory and a path below it.
pub(super) fn join(folder: &str, path: &str) -> String {
    match (folder, path) {
        ("." | "", path) => path.to_owned(),
        (folder, "." | "") => folder.to_owned(),
        (folder, path) => format!("{folder}/{path}"),
    }
}

/// Returns a walk over the files below `folder` that `filter` lets through; with `git`, those that
/// git ignores are left out.
fn walk(
    folder: &Path,
    git: bool,
    filter: impl Fn(&ignore::DirEntry) -> bool + Send + Sync + 'static,
) -> ignore::Walk {
    let mut walk = WalkBuilder::new(folder);
    walk.hidden(false).ignore(false).git_global(false).git_exclude(git).git_ignore(git);
    walk.parents(git).require_git(false).follow_links(false);
    walk.sort_by_file_name(std::ffi::OsStr::cmp);
    walk.filter_entry(filter);
    walk.build()
}

/// Returns a filter that skips directories that no wheel contains, and records them.
fn shippable(
    folder: &Path,
    is_sdist: bool,
    skipped: Arc<Mutex<BTreeMap<String, &'static str>>>,
) -> impl Fn(&ignore::DirEntry) -> bool + Send + Sync + 'static {
    let folder = folder.to_path_buf();
    move |entry| {
        let Some(name) = entry.file_name().to_str() else { return true };
        if entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) {
            return true;
        }
        let Some(why) = unshippable(entry.path(), name, entry.depth()) else { return true };
        if why == HIDDEN && is_sdist && entry.depth() > 1 && ![".git", ".hg", ".svn"].contains(&name) {
            return true;
        }
        if let Ok(mut skipped) = skipped.lock() {
            skipped.insert(name_below(&folder, entry.path()), why);
        }
        false
    }
}

/// The reason that summaries leave out.
pub(super) const HIDDEN: &str = "hidden";

/// Returns the reason that no wheel contains the directory, or `None`.
fn unshippable(path: &Path, name: &str, depth: usize) -> Option<&'static str> {
    match name {
        "__pycache__" => Some("a cache"),
        "node_modules" => Some("packages of Node.js"),
        "build" | "dist" if depth == 1 && !path.join("__init__.py").is_file() => Some("output of a build"),
        _ if name.starts_with('.') => Some(HIDDEN),
        _ if name.ends_with(".egg-info") || name.ends_with(".dist-info") => Some("metadata of a build"),
        _ if path.join("pyvenv.cfg").is_file() => Some("a virtual environment"),
        _ => None,
    }
}

fn failure(folder: &Path, error: &ignore::Error) -> DiscoverError {
    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    let reason = visible(&reason).to_string();
    DiscoverError { path: folder.into(), reason }
}
