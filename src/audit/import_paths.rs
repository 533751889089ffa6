//! Directories and zips that Python searches for modules by default, by their real names.
//!
//! CPython: `Modules/getpath.py`; `getsitepackages` of `Lib/site.py`.

use super::path_names::{PathNames, PrefixFinder, parts, spellings};
use crate::input::{AddedPath, FolderLinks, Place, Survey};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

/// The default paths of imports of all prefixes in a place.
#[derive(Default)]
pub(super) struct ImportPaths {
    /// Path derived from the prefix and the version.
    paths: BTreeMap<(String, String), DefaultPath>,
    /// Directories and zips that path files add, with the directories of these files.
    added: BTreeMap<PathEntry, BTreeSet<String>>,
    /// Entries that the path files of a directory add, with true for those moved to the front.
    added_by: BTreeMap<String, BTreeMap<PathEntry, bool>>,
    /// Names by which Python reaches entries of paths, and their real names, without `/` at the
    /// end.
    ways: BTreeSet<String>,
    /// Numbers of the paths that a directory is an entry of.
    numbers: BTreeMap<String, BTreeSet<usize>>,
    /// The keys of the paths by their numbers.
    keys: Vec<(String, String)>,
    /// Directories with packages of users by their versions.
    of_users: BTreeMap<String, BTreeSet<String>>,
    /// Virtual environments of directories of packages.
    environments: BTreeMap<String, BTreeSet<String>>,
    /// Zips, and what path files add, by name.
    zips: OnceLock<BTreeMap<String, PathEntry>>,
    /// True if symlinks give too many names to directories.
    is_incomplete: bool,
}

/// The default path of imports of one version in one prefix, as far as it is in the place.
#[derive(Default)]
struct DefaultPath {
    /// Directories and zips that come before those of packages.
    first: BTreeSet<PathEntry>,
    packages: BTreeMap<String, PackagesFolder>,
}

/// A directory of packages.
#[derive(Default)]
struct PackagesFolder {
    /// Python searches directories of a lower number first. The order of equal ones is not known.
    order: u8,
    /// Names by which Python reaches the directory.
    names: BTreeSet<String>,
}

/// An entry of the path of imports, other than a directory of packages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PathEntry {
    /// [`crate::project::FolderPrefix`] of a directory, or name of a zip. A directory may have the
    /// name of a zip.
    pub(super) name: String,
    /// Kind of the entry.
    pub(super) kind: PathEntryKind,
    /// True if the prefix is a virtual environment, whose standard library is elsewhere.
    pub(super) is_virtual: bool,
}

/// Kind of an entry of the path of imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PathEntryKind {
    /// `lib/python314.zip`.
    Zip,
    /// `lib/python3.14`.
    Library,
    /// A directory of the library's extension modules.
    Extensions,
    /// A directory of packages.
    Packages,
    /// The directory of scripts, which each script searches first, or that of an interpreter on
    /// Windows.
    Programs,
    /// A directory or zip that a path file adds.
    Added,
}

impl ImportPaths {
    /// Finds the paths of a directory; other places have none. `directory` is the working directory
    /// by the name under which the user entered it.
    pub(super) fn of(place: &Place, links: &FolderLinks, directory: Option<&Path>) -> Self {
        let Place::Tree(root, listing) = place else { return Self::default() };
        let mut found = Self::default();
        let names = PathNames::of(root, listing);
        found.is_incomplete = names.is_incomplete;
        let mut shared = BTreeSet::new();
        for root in spellings(root, directory) {
            let above = parts(&root);
            let above: Vec<&str> = above.split('/').filter(|part| !part.is_empty()).collect();
            let mut finder = PrefixFinder {
                above: &above,
                root: &root,
                listing,
                links,
                found: &mut found,
                shared: &mut shared,
            };
            let mut before: Vec<&str> = Vec::new();
            for folder in &names.folders {
                let below = folder.split('/').filter(|part| !part.is_empty());
                let parts: Vec<&str> = above.iter().copied().chain(below).collect();
                let known = parts.iter().zip(&before).take_while(|(one, other)| one == other).count();
                finder.add(&parts, known);
                before = parts;
            }
        }
        // Debian's own packages have one directory for all versions.
        for (prefix, name) in shared {
            let mut versions: BTreeSet<String> =
                found.paths.keys().filter(|key| key.0 == prefix).map(|key| key.1.clone()).collect();
            if versions.is_empty() {
                versions.insert(String::new());
            }
            for version in versions {
                found.add_packages((prefix.clone(), version), name.clone(), 2, false, links);
            }
        }
        found.find_user_sites();
        found.number();
        found
    }

    /// Adds an entry that comes before the directories of packages.
    pub(super) fn add_first(&mut self, key: (String, String), entry: PathEntry, links: &FolderLinks) {
        self.ways.insert(entry.name.trim_end_matches('/').to_owned());
        let real = match entry.kind {
            PathEntryKind::Zip => links.file("", &entry.name),
            _ => links.folder(&entry.name),
        };
        let entry = PathEntry { name: real.unwrap_or(entry.name), ..entry };
        self.ways.insert(entry.name.trim_end_matches('/').to_owned());
        self.paths.entry(key).or_default().first.insert(entry);
    }

    /// Adds a directory of packages.
    pub(super) fn add_packages(
        &mut self,
        key: (String, String),
        name: String,
        order: u8,
        is_virtual: bool,
        links: &FolderLinks,
    ) {
        let real = links.folder(&name).unwrap_or_else(|| name.clone());
        self.ways.extend([&name, &real].map(|name| name.trim_end_matches('/').to_owned()));
        if is_virtual {
            self.environments.entry(real.clone()).or_default().insert(key.0.clone());
        }
        let packages = self.paths.entry(key).or_default().packages.entry(real).or_default();
        packages.order = if packages.names.is_empty() { order } else { packages.order.min(order) };
        packages.names.insert(name);
    }

    /// Collects the packages of users, which come before those of a system.
    fn find_user_sites(&mut self) {
        for ((prefix, version), path) in &self.paths {
            if is_of_user(prefix) {
                self.of_users.entry(version.clone()).or_default().extend(path.packages.keys().cloned());
            }
        }
    }

    /// Returns the directories with packages of users that an interpreter searches before a
    /// directory of packages, and what their path files add.
    pub(super) fn of_users_before(&self, base: &str) -> Vec<PathEntry> {
        let mut found = BTreeSet::new();
        for key in self.keys_of(base).filter(|key| !is_of_user(&key.0) && !self.is_virtual(base)) {
            // Debian's directory of all versions may be the only one.
            let all = self.of_users.iter().filter(|(version, _)| key.1.is_empty() || **version == key.1);
            found.extend(all.flat_map(|(_, names)| names));
        }
        let found = found.into_iter().filter(|name| *name != base);
        let entries = found.flat_map(|name| {
            let added = self.added_in(name).map(|(entry, _)| entry.clone());
            std::iter::once(of_packages(name)).chain(added.filter(|entry| entry.name != base))
        });
        entries.collect()
    }

    /// Returns what the path files of a directory add, with true for what is moved to the front.
    fn added_in(&self, folder: &str) -> impl Iterator<Item = (&PathEntry, &bool)> {
        self.added_by.get(folder).into_iter().flatten()
    }

    /// Numbers the paths.
    fn number(&mut self) {
        for (number, (key, path)) in self.paths.iter().enumerate() {
            self.keys.push(key.clone());
            let first = path.first.iter().filter(|entry| entry.kind != PathEntryKind::Programs);
            for name in first.map(|entry| &entry.name).chain(path.packages.keys()) {
                self.numbers.entry(name.clone()).or_default().insert(number);
            }
        }
    }

    /// Returns the keys of the paths that a directory or zip is an entry of.
    fn keys_of(&self, name: &str) -> impl Iterator<Item = &(String, String)> {
        let numbers = self.numbers.get(name).into_iter().flatten();
        numbers.filter_map(|number| self.keys.get(*number))
    }

    fn paths_of(&self, name: &str) -> impl Iterator<Item = &DefaultPath> {
        self.keys_of(name).filter_map(|key| self.paths.get(key))
    }

    /// Adds what path files add to the path of imports, and directories of packages that are no
    /// entries of default paths. The files next to an interpreter replace the default path.
    pub(super) fn add<'a>(&mut self, survey: &'a Survey, bases: impl Iterator<Item = &'a str>) {
        for added in &survey.added {
            let AddedPath { name, file, is_first, is_moved } = added;
            let entry = PathEntry { name: name.clone(), kind: PathEntryKind::Added, is_virtual: false };
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            let prefix = folder.rsplit_once('/').map_or("", |(prefix, _)| prefix);
            for path in self.paths.values_mut().filter(|_| *is_first) {
                let names =
                    path.packages.iter().flat_map(|(real, packages)| packages.names.iter().chain([real]));
                if names.into_iter().any(|packages| packages.starts_with(prefix)) {
                    path.first.insert(entry.clone());
                }
            }
            let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            let by_folder = self.added_by.entry(folder.clone()).or_default();
            *by_folder.entry(entry.clone()).or_default() |= is_moved;
            self.added.entry(entry).or_default().insert(folder);
        }
        let mut next = self.paths.len();
        let sites = survey.site_folders.iter().map(String::as_str);
        for base in bases.chain(sites).collect::<BTreeSet<_>>() {
            if self.around(base).is_none() {
                self.numbers.insert(base.to_owned(), BTreeSet::from([next]));
                next += 1;
            }
        }
        for (entry, folders) in &self.added {
            let numbers: Vec<usize> =
                folders.iter().filter_map(|folder| self.numbers.get(folder)).flatten().copied().collect();
            let own = self.numbers.entry(entry.name.clone()).or_default();
            own.extend(numbers);
            if own.is_empty() {
                own.insert(next);
                next += 1;
            }
        }
    }

    /// Returns the innermost entry of a path that a file or directory is in.
    fn around(&self, name: &str) -> Option<&BTreeSet<usize>> {
        let ends = name.match_indices('/').map(|(at, _)| at + 1).rev().chain([0]);
        ends.into_iter().find_map(|end| self.numbers.get(&name[..end]))
    }

    /// Returns whether the RECORDs in a directory say which distribution a file belongs to: the
    /// innermost directory of the path of imports that the file is in is this directory, or one
    /// that the same interpreter searches. `importlib.metadata` finds no other RECORDs there.
    pub(super) fn speaks(&self, base: &str, file: &str) -> bool {
        match (self.around(file), self.numbers.get(base)) {
            (Some(around), Some(own)) => !around.is_disjoint(own),
            (Some(_), None) => false,
            (None, _) => file.starts_with(base),
        }
    }

    /// Returns the entries that Python may search before a directory of packages.
    pub(super) fn before(&self, base: &str) -> BTreeSet<PathEntry> {
        let mut before = BTreeSet::new();
        for path in self.paths_of(base) {
            let Some(own) = path.packages.get(base) else { continue };
            before.extend(path.first.iter().filter(|entry| entry.name != base).cloned());
            let others = path.packages.iter().filter(|(name, other)| {
                *name != base && other.order <= own.order && other.is_alternative_to(own)
            });
            for (name, _) in others {
                before.insert(of_packages(name));
                before.extend(self.added_in(name).map(|(entry, _)| entry.clone()));
            }
            for name in path.packages.keys() {
                let moved = self.added_in(name).filter(|(entry, is_moved)| **is_moved && entry.name != base);
                before.extend(moved.map(|(entry, _)| entry.clone()));
            }
        }
        before.retain(|entry| entry.name != base);
        before
    }

    /// Returns the entries that Python may search before or after a directory of packages: it takes
    /// a package from any of them before it takes a directory without `__init__`.
    pub(super) fn with(&self, base: &str) -> BTreeSet<PathEntry> {
        let mut with = BTreeSet::new();
        for path in self.paths_of(base).filter(|path| path.packages.contains_key(base)) {
            with.extend(path.first.iter().cloned());
            with.extend(path.packages.keys().map(|name| of_packages(name)));
        }
        with.extend(self.of_users_before(base));
        let own = self.numbers.get(base);
        let is_own = |entry: &&PathEntry| {
            let numbers = self.numbers.get(&entry.name);
            own.zip(numbers).is_some_and(|(own, numbers)| !own.is_disjoint(numbers))
        };
        with.extend(self.added.keys().filter(is_own).cloned());
        with.retain(|entry| entry.name != base);
        with
    }

    /// Returns the libraries and the zips of all prefixes, each once.
    pub(super) fn libraries(&self) -> BTreeSet<&PathEntry> {
        self.of_kinds(&[PathEntryKind::Library, PathEntryKind::Zip])
    }

    /// Returns the directories of extension modules of all libraries.
    pub(super) fn extensions(&self) -> BTreeSet<&PathEntry> {
        self.of_kinds(&[PathEntryKind::Extensions])
    }

    fn of_kinds(&self, kinds: &[PathEntryKind]) -> BTreeSet<&PathEntry> {
        let all = self.paths.values().flat_map(|path| &path.first);
        all.filter(|entry| kinds.contains(&entry.kind)).collect()
    }

    /// Returns the directories of which Python imports `sitecustomize` besides those of packages.
    pub(super) fn with_startup(&self) -> impl Iterator<Item = String> {
        let all = self.libraries().into_iter().chain(self.extensions()).chain(self.added.keys());
        all.map(PathEntry::folder)
    }

    /// Returns the directories and zips that path files add.
    pub(super) fn added(&self) -> impl Iterator<Item = &PathEntry> {
        self.added.keys()
    }

    /// Returns the entry of a zip, by the name of the file.
    pub(super) fn zip(&self, name: &str) -> Option<&PathEntry> {
        let zips = self.zips.get_or_init(|| {
            let zips = self.libraries().into_iter().filter(|entry| entry.kind == PathEntryKind::Zip);
            let all: Vec<&PathEntry> = zips.chain(self.added.keys()).collect();
            all.into_iter().rev().map(|entry| (entry.name.clone(), entry.clone())).collect()
        });
        zips.get(name)
    }

    /// Returns the directories of packages whose path of imports has the entry.
    pub(super) fn bases_behind(&self, entry: &PathEntry) -> BTreeSet<&str> {
        let paths = self.paths_of(&entry.name).filter(|path| path.first.contains(entry));
        paths.flat_map(|path| path.packages.keys()).map(String::as_str).collect()
    }

    /// Returns the directories of packages.
    pub(super) fn packages(&self) -> BTreeSet<&str> {
        self.paths.values().flat_map(|path| path.packages.keys()).map(String::as_str).collect()
    }

    /// Returns the libraries of the paths that an entry is on.
    pub(super) fn libraries_with(&self, entry: &PathEntry) -> BTreeSet<&str> {
        let paths = self.paths_of(&entry.name).filter(|path| path.first.contains(entry));
        let first = paths.flat_map(|path| &path.first);
        first.filter(|entry| entry.kind == PathEntryKind::Library).map(|entry| entry.name.as_str()).collect()
    }

    /// Returns whether a directory of packages is that of a virtual environment.
    pub(super) fn is_virtual(&self, base: &str) -> bool {
        self.environments.contains_key(base)
    }

    /// Returns the virtual environments of a directory of packages.
    pub(super) fn environments_of(&self, base: &str) -> impl Iterator<Item = &String> {
        self.environments.get(base).into_iter().flatten()
    }

    /// Returns whether a file or directory is, or contains, an entry of the path of imports.
    pub(super) fn is_in(&self, name: &str) -> bool {
        let below = format!("{name}/");
        self.ways.contains(name)
            || self.ways.range(below.clone()..).next().is_some_and(|way| way.starts_with(&below))
    }

    /// Returns whether a directory is an entry of a path.
    pub(super) fn is_entry(&self, folder: &str) -> bool {
        self.numbers.contains_key(folder)
    }

    /// Returns whether a file is in a directory that Python searches, or one on the way to it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.is_in(name) || self.around(name).is_some()
    }

    /// Returns whether symlinks give too many names to directories.
    pub(super) const fn is_incomplete(&self) -> bool {
        self.is_incomplete
    }

    /// Returns whether the place itself is a directory of packages, whose library is above it.
    pub(super) fn is_packages(&self) -> bool {
        self.paths_of("").any(|path| path.packages.contains_key(""))
    }
}

impl PackagesFolder {
    /// Returns whether one interpreter reads both directories, by their names.
    fn is_alternative_to(&self, other: &Self) -> bool {
        let split = |name: &str| {
            let name = name.trim_end_matches('/');
            name.rsplit_once('/')
                .map_or((None, name.to_owned()), |(up, last)| (Some(up.to_owned()), last.to_owned()))
        };
        let names: Vec<_> = other.names.iter().map(|name| split(name)).collect();
        self.names.iter().map(|name| split(name)).any(|(folder, last)| {
            names.iter().any(|(other, other_last)| last == *other_last || folder == *other)
        })
    }
}

/// Returns whether a prefix is that of the packages of a user.
fn is_of_user(prefix: &str) -> bool {
    prefix == ".local" || prefix.ends_with("/.local")
}

fn of_packages(name: &str) -> PathEntry {
    PathEntry { name: name.to_owned(), kind: PathEntryKind::Packages, is_virtual: false }
}

impl PathEntry {
    /// Returns the beginning of the names of the files in a directory. A directory may have the
    /// name of a zip.
    pub(super) fn folder(&self) -> String {
        match self.kind {
            PathEntryKind::Zip => format!("{}/", self.name),
            _ => self.name.clone(),
        }
    }
}
