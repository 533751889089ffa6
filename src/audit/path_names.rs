//! The names by which Python reaches the directories and zips that it searches by default.
//!
//! CPython: `Modules/getpath.py`; `getsitepackages` of `Lib/site.py`.

use super::import_paths::{ImportPaths, PathEntry, PathEntryKind};
use crate::input::FolderLinks;
use crate::project::{FoundFiles, FoundKind, PACKAGES, library_version, name_below, names_in, real_path};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// Largest number of names in the targets of symlinks that are examined.
const MOST: usize = 100_000;

/// Names of directories that could be on the path of imports, with those that symlinks lead to.
pub(super) struct PathNames {
    /// Names of directories and zips in a tree.
    pub(super) folders: BTreeSet<String>,
    /// True if there are too many names.
    pub(super) is_incomplete: bool,
}

impl PathNames {
    /// Collects the names in a tree.
    pub(super) fn of(root: &Path, listing: &FoundFiles) -> Self {
        let mut behind = NamesBehind { children: BTreeMap::new(), folders: BTreeSet::new(), left: MOST };
        let mut last = None;
        for (name, found) in &listing.names {
            let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
            if last != Some(folder) {
                behind.folders.insert(folder.to_owned());
                last = Some(folder);
            }
            if zip_version(file).is_some() {
                behind.folders.insert(name.clone());
            } else if *found == FoundKind::Symlink && level(file).is_some() {
                behind.add(name.clone(), &listing.path_of(root, name));
            }
        }
        Self { folders: behind.folders, is_incomplete: behind.left == 0 }
    }
}

/// Returns the distance of a directory of this name from a directory of packages, at most; `None`
/// if it is not on the way to one.
fn level(file: &str) -> Option<u8> {
    match file {
        "local" | ".local" => Some(3),
        "lib64" => Some(2),
        "python3" => Some(1),
        _ if file.eq_ignore_ascii_case("lib") => Some(2),
        _ if library_version(file).is_some() => Some(1),
        _ if PACKAGES.iter().any(|name| file.eq_ignore_ascii_case(name)) => Some(0),
        _ => zip_version(file).map(|_| 0),
    }
}

/// Directories of libraries and packages that symlinks lead to.
struct NamesBehind {
    /// Names in directories that could be on the way, by the real paths.
    children: BTreeMap<PathBuf, Vec<String>>,
    folders: BTreeSet<String>,
    left: usize,
}

impl NamesBehind {
    fn add(&mut self, name: String, path: &Path) {
        let own = level(name.rsplit('/').next().unwrap_or(&name)).unwrap_or(0);
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            return;
        }
        if own > 0
            && let Ok(real) = real_path(path)
        {
            let children = self.children.entry(real.clone()).or_insert_with(|| {
                let names = names_in(&real).unwrap_or_default().into_iter();
                names
                    .filter_map(|name| name.into_string().ok().filter(|name| level(name).is_some()))
                    .collect()
            });
            for child in children.clone() {
                if level(&child).is_some_and(|level| level < own) {
                    self.add(format!("{name}/{child}"), &real.join(&child));
                }
            }
        }
        self.folders.insert(name);
    }
}

/// Search for prefixes in the names of directories.
pub(super) struct PrefixFinder<'a> {
    /// Parts of the path of the place.
    pub(super) above: &'a [&'a str],
    /// Path of the place.
    pub(super) root: &'a Path,
    pub(super) listing: &'a FoundFiles,
    pub(super) links: &'a FolderLinks,
    pub(super) found: &'a mut ImportPaths,
    /// Directories of packages of all versions, with their prefixes.
    pub(super) shared: &'a mut BTreeSet<(String, String)>,
}

impl PrefixFinder<'_> {
    /// Returns the name in the place of a directory with these parts.
    fn name(&self, parts: &[&str]) -> Option<String> {
        let below = parts.strip_prefix(self.above)?;
        Some(below.iter().map(|part| format!("{part}/")).collect())
    }

    /// Returns whether a directory is a virtual environment.
    fn is_virtual(&self, prefix: &[&str]) -> bool {
        let Some(name) = self.name(prefix) else {
            let up = self.above.len() - prefix.len();
            return self.root.ancestors().nth(up).is_some_and(|folder| folder.join("pyvenv.cfg").is_file());
        };
        match self.links.folder(&name) {
            Some(folder) => self.listing.names.contains_key(&format!("{folder}pyvenv.cfg")),
            None => self.root.join(name).join("pyvenv.cfg").is_file(),
        }
    }

    /// Adds the directories that the path of a directory, symlink or zip implies. The first `known`
    /// parts are those of the previous path, which have been added already.
    pub(super) fn add(&mut self, parts: &[&str], known: usize) {
        for (at, lib) in parts.iter().enumerate() {
            if PACKAGES.contains(lib) {
                break;
            }
            // A library is recognized by up to three parts.
            if at + 3 <= known && known < parts.len() {
                continue;
            }
            let (is_lib, Some(next)) = (lib.eq_ignore_ascii_case("lib"), parts.get(at + 1)) else { continue };
            if !is_lib && *lib != "lib64" {
                continue;
            }
            let prefix = &parts[..at];
            let is_local = prefix.last() == Some(&"local");
            // The interpreter of a system also reads the packages in its `local`.
            let base = if is_local { &prefix[..at - 1] } else { prefix };
            let packages = parts.get(at + 2).filter(|packages| PACKAGES.contains(packages));
            let order = if is_local { 0 } else { 2 } + u8::from(*lib != "lib64");
            if let Some(version) = library_version(next) {
                let library = &parts[..at + 2];
                let key = (base.join("/"), version.to_owned());
                self.add_library(&key, library, prefix);
                if packages.is_some() {
                    self.add_packages(&key, &parts[..at + 3], order, prefix);
                }
                self.add_programs(&key, prefix, &["bin"]);
            } else if let Some(version) = zip_version(next) {
                let name = self.name(&parts[..at + 2]);
                let name = name.map(|name| name.trim_end_matches('/').to_owned());
                self.add_first((base.join("/"), version), name, PathEntryKind::Zip, prefix);
            } else if *next == "python3" && packages.is_some() {
                self.shared.extend(self.name(&parts[..at + 3]).map(|name| (base.join("/"), name)));
            } else if is_lib && next.eq_ignore_ascii_case(PACKAGES[0]) {
                // On Windows.
                let key = (prefix.join("/"), String::new());
                self.add_library(&key, &parts[..=at], prefix);
                self.add_packages(&key, &parts[..at + 2], 0, prefix);
                self.add_programs(&key, prefix, &["", "DLLs", "Scripts", "bin"]);
            }
        }
        // On Windows, the zip is next to the interpreter.
        if let Some((file, prefix)) = parts.split_last()
            && zip_version(file).is_some()
            && !prefix.last().is_some_and(|folder| folder.eq_ignore_ascii_case("lib") || *folder == "lib64")
        {
            let name = self.name(parts).map(|name| name.trim_end_matches('/').to_owned());
            self.add_first((prefix.join("/"), String::new()), name, PathEntryKind::Zip, prefix);
        }
    }

    fn add_library(&mut self, key: &(String, String), library: &[&str], prefix: &[&str]) {
        let name = self.name(library);
        let extensions = name.as_ref().map(|name| format!("{name}lib-dynload/"));
        self.add_first(key.clone(), name, PathEntryKind::Library, prefix);
        self.add_first(key.clone(), extensions, PathEntryKind::Extensions, prefix);
    }

    fn add_packages(&mut self, key: &(String, String), packages: &[&str], order: u8, prefix: &[&str]) {
        if let Some(name) = self.name(packages) {
            let is_virtual = self.is_virtual(prefix);
            self.found.add_packages(key.clone(), name, order, is_virtual, self.links);
        }
    }

    fn add_programs(&mut self, key: &(String, String), prefix: &[&str], folders: &[&str]) {
        for folder in folders.iter().filter(|folder| !folder.is_empty()) {
            let name = self.name(&[prefix, &[*folder]].concat());
            self.add_first(key.clone(), name, PathEntryKind::Programs, prefix);
        }
        if folders.contains(&"") {
            self.add_first(key.clone(), self.name(prefix), PathEntryKind::Programs, prefix);
        }
    }

    fn add_first(
        &mut self,
        key: (String, String),
        name: Option<String>,
        kind: PathEntryKind,
        prefix: &[&str],
    ) {
        let Some(name) = name else { return };
        let is_virtual = self.is_virtual(prefix);
        self.found.add_first(key, PathEntry { name, kind, is_virtual }, self.links);
    }
}

/// Returns the paths by which a place is reached: its real path, and the one that the user named.
pub(super) fn spellings(root: &Path, directory: Option<&Path>) -> Vec<PathBuf> {
    let real = real_path(root).unwrap_or_else(|_| root.to_path_buf());
    let named = directory.map_or_else(|| root.to_path_buf(), |directory| directory.join(root));
    let has_dots = named.components().any(|part| matches!(part, Component::ParentDir | Component::CurDir));
    let named: PathBuf = named.components().collect();
    let is_other = !has_dots && !real.ends_with(&named);
    [Some(real), Some(named).filter(|_| is_other)].into_iter().flatten().collect()
}

/// Returns the parts of a path, with `/` between them.
pub(super) fn parts(path: &Path) -> String {
    name_below(Path::new("/"), path)
}

/// Returns the version in the name of a zip of the standard library: `3.14` of `python314.zip`.
pub(super) fn zip_version(file: &str) -> Option<String> {
    let digits = file.strip_prefix("python")?.strip_suffix(".zip")?;
    let plain = digits.strip_suffix('t').unwrap_or(digits);
    let is_number = plain.len() > 1 && plain.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("{}.{}", &digits[..1], &digits[1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_in_names() {
        assert_eq!(zip_version("python314.zip").as_deref(), Some("3.14"));
        assert_eq!(zip_version("python313t.zip").as_deref(), Some("3.13t"));
        assert_eq!(zip_version("python3.zip"), None);
        assert_eq!(zip_version("python.zip"), None);
    }
}
