//! Directories and zips that Python searches for modules by default.
//!
//! CPython: `Modules/getpath.py`; `getsitepackages` of `Lib/site.py`.

use crate::input::{AddedPath, Place};
use crate::project::{FoundKind, PACKAGES, name_below, names_in};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The default paths of imports of all prefixes in a place.
#[derive(Default)]
pub(super) struct ImportPaths {
    /// By the prefix and the version.
    paths: BTreeMap<(String, String), DefaultPath>,
    /// Directories and zips that path files add.
    added: BTreeSet<PathEntry>,
}

/// The default path of imports of one version in one prefix, as far as it is in the place.
#[derive(Default)]
struct DefaultPath {
    /// Directories and zips that come before those of packages.
    first: BTreeSet<PathEntry>,
    /// Directories of packages with their order: Python searches those of a lower number first. The
    /// order of equal ones is not known.
    packages: BTreeMap<String, u8>,
}

/// An entry of the path of imports, other than a directory of packages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PathEntry {
    /// Name of a directory, empty or with `/` at its end, or of a zip. A directory may have the
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
    /// Finds the paths of a directory; other places have none.
    pub(super) fn of(place: &Place) -> Self {
        let Place::Tree(root, listing) = place else { return Self::default() };
        let real = root.canonicalize().unwrap_or_else(|_| root.clone());
        let above = name_below(Path::new("/"), &real);
        let above: Vec<&str> = above.split('/').filter(|part| !part.is_empty()).collect();
        let is_virtual = |folder: &[&str]| match folder.strip_prefix(above.as_slice()) {
            Some(below) => {
                let config = [below, &["pyvenv.cfg"]].concat().join("/");
                listing.names.contains_key(&config)
            }
            None => {
                let folder = real.ancestors().nth(above.len() - folder.len());
                folder.is_some_and(|folder| folder.join("pyvenv.cfg").is_file())
            }
        };
        let mut finder = PrefixFinder { above: &above, is_virtual: &is_virtual, found: Self::default() };
        let mut folders: BTreeSet<String> = BTreeSet::new();
        let mut last = None;
        for (name, found) in &listing.names {
            let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
            if last != Some(folder) {
                folders.insert(folder.to_owned());
                last = Some(folder);
            }
            if zip_version(file).is_some() {
                folders.insert(name.clone());
            } else if *found == FoundKind::Symlink {
                folders.extend(behind(root, name, 2));
            }
        }
        let mut shared = BTreeSet::new();
        for folder in folders {
            let below = folder.split('/').filter(|part| !part.is_empty());
            let parts: Vec<&str> = above.iter().copied().chain(below).collect();
            finder.add(&parts, &mut shared);
        }
        // Debian's own packages have one directory for all versions.
        for (prefix, name) in shared {
            let mut versions: BTreeSet<String> =
                finder.found.paths.keys().filter(|key| key.0 == prefix).map(|key| key.1.clone()).collect();
            if versions.is_empty() {
                versions.insert(String::new());
            }
            for version in versions {
                let path = finder.found.paths.entry((prefix.clone(), version)).or_default();
                path.packages.insert(name.clone(), 2);
            }
        }
        finder.found
    }

    /// Adds what path files add to the path of imports. The files next to an interpreter replace
    /// the default path.
    pub(super) fn add(&mut self, added: &[AddedPath]) {
        for added in added {
            let entry = PathEntry { name: added.name.clone(), kind: PathEntryKind::Added, is_virtual: false };
            let folder = added.file.rsplit_once('/').map_or("", |(folder, _)| folder);
            let prefix = folder.rsplit_once('/').map_or("", |(prefix, _)| prefix);
            for path in self.paths.values_mut().filter(|_| added.is_first) {
                if path.packages.keys().any(|packages| packages.starts_with(prefix)) {
                    path.first.insert(entry.clone());
                }
            }
            self.added.insert(entry);
        }
    }

    /// Returns the entries that Python may search before a directory of packages.
    pub(super) fn before(&self, base: &str) -> BTreeSet<PathEntry> {
        let mut before = BTreeSet::new();
        for path in self.paths.values() {
            let Some(order) = path.packages.get(base) else { continue };
            before.extend(path.first.iter().cloned());
            let last = |name: &str| name.trim_end_matches('/').rsplit('/').next().map(str::to_owned);
            let folder =
                |name: &str| name.trim_end_matches('/').rsplit_once('/').map(|(up, _)| up.to_owned());
            let others = path.packages.iter().filter(|(name, other)| {
                *name != base && *other <= order && (last(name) == last(base) || folder(name) == folder(base))
            });
            before.extend(others.map(|(name, _)| PathEntry {
                name: name.clone(),
                kind: PathEntryKind::Packages,
                is_virtual: false,
            }));
        }
        before
    }

    /// Returns the libraries and the zips of all prefixes, each once.
    pub(super) fn libraries(&self) -> BTreeSet<&PathEntry> {
        let all = self.paths.values().flat_map(|path| &path.first);
        all.filter(|entry| matches!(entry.kind, PathEntryKind::Library | PathEntryKind::Zip)).collect()
    }

    /// Returns the directories of which Python imports `sitecustomize` besides those of packages.
    pub(super) fn with_startup(&self) -> impl Iterator<Item = String> {
        self.libraries().into_iter().chain(&self.added).map(PathEntry::folder)
    }

    /// Returns the directories and zips that path files add.
    pub(super) const fn added(&self) -> &BTreeSet<PathEntry> {
        &self.added
    }

    /// Returns the entry of a zip, by the name of the file.
    pub(super) fn zip(&self, name: &str) -> Option<&PathEntry> {
        let zips = self.libraries().into_iter().filter(|entry| entry.kind == PathEntryKind::Zip);
        zips.chain(&self.added).find(|entry| entry.name == name)
    }

    /// Returns the directories of packages behind an entry.
    pub(super) fn bases_behind(&self, entry: &PathEntry) -> BTreeSet<&str> {
        let paths = self.paths.values().filter(|path| path.first.contains(entry));
        paths.flat_map(|path| path.packages.keys()).map(String::as_str).collect()
    }

    /// Returns whether a file or directory is, or contains, an entry of the path of imports.
    pub(super) fn is_in(&self, name: &str) -> bool {
        let is_below = |entry: &str| {
            entry.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let path_names = |path: &DefaultPath| {
            path.first.iter().any(|entry| is_below(&entry.name))
                || path.packages.keys().any(|name| is_below(name))
        };
        self.paths.values().any(path_names)
    }
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

/// Returns the directories of libraries and packages behind a symlink that could be on the way to
/// them, down to `depth` levels below it.
fn behind(root: &Path, link: &str, depth: usize) -> Vec<String> {
    let mut folders = vec![link.to_owned()];
    let file = link.rsplit('/').next().unwrap_or(link);
    let is_lib = file.eq_ignore_ascii_case("lib") || file == "lib64";
    if depth > 0 && (is_lib || version(file).is_some() || file == "python3") {
        for name in names_in(&root.join(link)).unwrap_or_default() {
            if let Some(name) = name.to_str() {
                let is_known = version(name).is_some() || zip_version(name).is_some() || name == "python3";
                if is_known || PACKAGES.contains(&name) {
                    folders.extend(behind(root, &format!("{link}/{name}"), depth - 1));
                }
            }
        }
    }
    folders
}

/// Search for prefixes in the names of directories.
struct PrefixFinder<'a> {
    /// Parts of the real path of the place.
    above: &'a [&'a str],
    /// Returns whether a directory is a virtual environment, by the parts of its path.
    is_virtual: &'a dyn Fn(&[&str]) -> bool,
    found: ImportPaths,
}

impl PrefixFinder<'_> {
    /// Returns the name in the place of a directory with these parts.
    fn name(&self, parts: &[&str]) -> Option<String> {
        let below = parts.strip_prefix(self.above)?;
        Some(below.iter().map(|part| format!("{part}/")).collect())
    }

    /// Adds what the path of a directory, symlink or zip says. `shared` is for directories of
    /// packages of all versions, with their prefixes.
    fn add(&mut self, parts: &[&str], shared: &mut BTreeSet<(String, String)>) {
        for (at, lib) in parts.iter().enumerate() {
            if PACKAGES.contains(lib) {
                break;
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
            if let Some(version) = version(next) {
                let library = &parts[..at + 2];
                let key = (base.join("/"), version.to_owned());
                self.add_library(&key, library, prefix);
                if packages.is_some() {
                    self.add_packages(&key, &parts[..at + 3], order);
                }
                self.add_programs(&key, prefix, &["bin"]);
            } else if let Some(version) = zip_version(next) {
                let name = self.name(&parts[..at + 2]);
                let name = name.map(|name| name.trim_end_matches('/').to_owned());
                self.add_first((base.join("/"), version), name, PathEntryKind::Zip, prefix);
            } else if *next == "python3" && packages.is_some() {
                shared.extend(self.name(&parts[..at + 3]).map(|name| (base.join("/"), name)));
            } else if is_lib && next.eq_ignore_ascii_case(PACKAGES[0]) {
                // On Windows.
                let key = (prefix.join("/"), String::new());
                self.add_library(&key, &parts[..=at], prefix);
                self.add_packages(&key, &parts[..at + 2], 0);
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

    fn add_packages(&mut self, key: &(String, String), packages: &[&str], order: u8) {
        let name = self.name(packages);
        let path = self.found.paths.entry(key.clone()).or_default();
        path.packages.extend(name.map(|name| (name, order)));
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
        let is_virtual = (self.is_virtual)(prefix);
        self.found.paths.entry(key).or_default().first.insert(PathEntry { name, kind, is_virtual });
    }
}

/// Returns the version in the name of a directory of a library: `3.14` of `python3.14`.
fn version(folder: &str) -> Option<&str> {
    let version = folder.strip_prefix("python").or_else(|| folder.strip_prefix("pypy"))?;
    let (major, minor) = version.split_once('.')?;
    let minor = minor.strip_suffix('t').unwrap_or(minor);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(major) && is_number(minor)).then_some(version)
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
        assert_eq!(version("python3.14"), Some("3.14"));
        assert_eq!(version("pypy3.10"), Some("3.10"));
        assert_eq!(version("python3.14t"), Some("3.14t"));
        for name in ["python3", "python", "python3.", "python3.x", "python-3.1"] {
            assert_eq!(version(name), None, "{name}");
        }
        assert_eq!(zip_version("python314.zip").as_deref(), Some("3.14"));
        assert_eq!(zip_version("python313t.zip").as_deref(), Some("3.13t"));
        assert_eq!(zip_version("python3.zip"), None);
        assert_eq!(zip_version("python.zip"), None);
    }
}
