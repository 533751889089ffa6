//! All files of a project that could be shipped.

use super::BackendKind;
use super::hatch::{self, HatchExclusion, IGNORED};
use super::pyproject::PyProject;
use crate::project::{DiscoverError, LARGEST, name_below, names_in, read_regular, real_path};
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
    /// Files that git ignores or a pattern excludes, with the reason.
    pub(super) excluded: BTreeMap<String, String>,
    /// Directories that were not entered, with the reason.
    pub(super) skipped: BTreeMap<String, &'static str>,
}

impl ProjectTree {
    /// Lists the files below `folder`, except hidden files (in an sdist, and for backends that ship
    /// them: at its top), virtual environments, `node_modules`, caches, and the `build`, `dist` and
    /// metadata of the project itself. In a checkout, files that git ignores are left out, except
    /// for version files that a plugin writes.
    pub(super) fn read(folder: &Path, project: &PyProject) -> Result<Self, DiscoverError> {
        let kind = BackendKind::of(project);
        // Hidden files in a package of an sdist were published.
        let is_sdist = folder.join("PKG-INFO").is_file();
        let rules = TreeRules {
            git: kind != BackendKind::Hatchling && folder.join(".git").exists(),
            keeps_hidden: is_sdist || !matches!(kind, BackendKind::Setuptools | BackendKind::Unknown),
        };
        let mut tree = Self::default();
        tree.list(folder, rules)?;
        if kind == BackendKind::Hatchling {
            let exclusion = HatchExclusion::read(project, || gitignore(folder, is_sdist));
            let reasons = tree.files.iter();
            let reasons = reasons.filter_map(|file| Some((file.clone(), exclusion.reason(file)?.to_owned())));
            tree.excluded = reasons.collect();
            let excluded = &tree.excluded;
            if let Some(artifacts) = hatch::artifacts(project) {
                let is_artifact =
                    |file: &&String| artifacts.matched_path_or_any_parents(file, false).is_ignore();
                tree.artifacts = tree.files.iter().filter(is_artifact).cloned().collect();
            }
            tree.files.retain(|file| !excluded.contains_key(file));
            tree.files.extend(tree.artifacts.iter().cloned());
        } else if rules.git {
            let mut all = Self::default();
            all.list(folder, TreeRules { git: false, ..rules })?;
            let ignored = all.files.difference(&tree.files);
            tree.excluded = ignored.map(|file| (file.clone(), IGNORED.to_owned())).collect();
        }
        for file in project.version_files() {
            if folder.join(&file.path).is_file() {
                tree.files.insert(file.path);
            }
        }
        let files = &tree.files;
        tree.excluded.retain(|file, _| !files.contains(file));
        if rules.git || kind == BackendKind::Hatchling {
            tree.note_ignored(folder)?;
        }
        Ok(tree)
    }

    fn list(&mut self, folder: &Path, rules: TreeRules) -> Result<(), DiscoverError> {
        let skipped = Arc::new(Mutex::new(BTreeMap::new()));
        for entry in walk(folder, rules, Arc::clone(&skipped)) {
            let entry = entry.map_err(|error| failure(folder, &error))?;
            let Some(kind) = entry.file_type() else { continue };
            let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".")
                && (entry.depth() == 1 || !rules.keeps_hidden);
            if entry.depth() == 0 || kind.is_dir() {
                continue;
            }
            if is_hidden || entry.file_name() == ".DS_Store" {
                self.skipped.insert(name_below(folder, entry.path()), HIDDEN);
                continue;
            }
            let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            if below.to_str().is_none() {
                self.nameless.push(entry.path().into());
            } else if kind.is_file() || leads_to_file(folder, entry.path()) {
                self.files.insert(name_below(folder, entry.path()));
            } else {
                let why = if kind.is_symlink() { "a symlink" } else { "not a regular file" };
                self.skipped.insert(name_below(folder, entry.path()), why);
            }
        }
        if let Ok(mut skipped) = skipped.lock() {
            self.skipped.append(&mut skipped);
        }
        Ok(())
    }

    /// Adds the top-level directories that git ignores to the skipped ones.
    fn note_ignored(&mut self, folder: &Path) -> Result<(), DiscoverError> {
        for name in names_in(folder)? {
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
            let is_known = self.skipped.contains_key(name) || self.files.contains(name);
            let is_python = name.ends_with(".py") || folder.join(name).is_dir();
            if is_python && !is_known && !self.has_folder(name) && folder.join(name).exists() {
                let below = format!("{name}/");
                let is_ignored = self.excluded.keys().any(|file| file == name || file.starts_with(&below));
                let why = if is_ignored { IGNORED } else { "without files" };
                let why = unshippable(&folder.join(name), name, 1).unwrap_or(why);
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

/// Rules for the files that are listed.
#[derive(Clone, Copy)]
struct TreeRules {
    /// True if files that git ignores are left out.
    git: bool,
    /// True if hidden files below the top are listed.
    keeps_hidden: bool,
}

/// Returns whether a symlink leads to a regular file in the project, which backends ship as a copy.
fn leads_to_file(folder: &Path, link: &Path) -> bool {
    let (Ok(folder), Ok(target)) = (real_path(folder), real_path(link)) else { return false };
    target.is_file() && target.starts_with(folder)
}

/// Returns the text of the `.gitignore` in `folder`, or in the nearest directory above it that has
/// one, up to the top of the repository.
fn gitignore(folder: &Path, is_sdist: bool) -> Option<String> {
    let folder = real_path(folder).ok()?;
    for above in folder.ancestors() {
        if let Ok(bytes) = read_regular(&above.join(".gitignore"), LARGEST) {
            return Some(String::from_utf8_lossy(&bytes).into_owned());
        }
        // The directory that an sdist is unpacked in does not belong to it.
        if is_sdist || above.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Returns a walk over the files below `folder`, without directories that no wheel contains, which
/// are added to `skipped`.
fn walk(
    folder: &Path,
    rules: TreeRules,
    skipped: Arc<Mutex<BTreeMap<String, &'static str>>>,
) -> ignore::Walk {
    let mut walk = WalkBuilder::new(folder);
    walk.hidden(false).ignore(false).git_global(false).git_exclude(rules.git).git_ignore(rules.git);
    walk.parents(rules.git).require_git(false).follow_links(false);
    walk.sort_by_file_name(std::ffi::OsStr::cmp);
    let top = folder.to_path_buf();
    walk.filter_entry(move |entry| {
        let Some(name) = entry.file_name().to_str() else { return true };
        if entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) {
            return true;
        }
        let Some(why) = unshippable(entry.path(), name, entry.depth()) else { return true };
        let is_tool = [".git", ".hg", ".svn", ".venv", ".tox", ".nox", ".hatch"].contains(&name);
        if why == HIDDEN && rules.keeps_hidden && entry.depth() > 1 && !is_tool {
            return true;
        }
        if let Ok(mut skipped) = skipped.lock() {
            skipped.insert(name_below(&top, entry.path()), why);
        }
        false
    });
    walk.build()
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
        _ if is_metadata(path, name, depth) => Some("metadata of a build"),
        _ if path.join("pyvenv.cfg").is_file() => Some("a virtual environment"),
        _ => None,
    }
}

/// Returns whether a directory has the metadata of the project itself: at the top, or where its
/// packages are. Deeper ones are data of a package.
fn is_metadata(path: &Path, name: &str, depth: usize) -> bool {
    let parent = path.parent().and_then(Path::file_name).and_then(|parent| parent.to_str());
    let holds_packages = || parent.is_some_and(|parent| ["src", "lib", "Lib", "python"].contains(&parent));
    (name.ends_with(".egg-info") || name.ends_with(".dist-info"))
        && (depth == 1 || (depth == 2 && holds_packages()))
}

fn failure(folder: &Path, error: &ignore::Error) -> DiscoverError {
    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    let reason = visible(&reason).to_string();
    DiscoverError { path: folder.into(), reason }
}
