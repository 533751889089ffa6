//! Modules in the directories and zips of standard libraries, which no RECORD lists.

use super::dpkg::Dpkg;
use super::finding::Finding;
use super::import_paths::{ImportPaths, PathEntry, PathEntryKind};
use super::installed::Installed;
use super::known_startup::{KnownLine, is_of_distutils_hack, lines};
use super::reason::{Reason, RecordFault};
use super::recorded::Recorded;
use super::shadows::Exposed;
use super::unrecorded::{is_custom, is_module, is_startup};
use crate::input::{FolderLinks, Place};
use crate::project::{FoundFiles, FoundKind, LARGEST, PACKAGES, names_in, read_regular, real_path};
use crate::text::{Shown as _, counted_with_first};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Modules at the top of the standard libraries of 3.8 to 3.15, sorted.
const MODULES: &str = include_str!("library_modules.txt");

/// Content of a file that cannot be read: it may run code.
const UNREADABLE: &[u8] = b"import";

/// Directory of the extension modules of a library.
const EXTENSIONS: &str = "lib-dynload/";

/// Returns whether a module at the top of a library belongs to a standard library.
pub(super) fn is_of_library(module: &str) -> bool {
    static KNOWN: LazyLock<BTreeSet<&str>> = LazyLock::new(|| MODULES.lines().collect());
    module.starts_with("_sysconfigdata_") || KNOWN.contains(module)
}

/// The distributions and the library to which the modules of an entry could belong.
struct Standing {
    /// True if the entry has a standard library.
    is_full: bool,
    /// True if a module that no standard library has is a finding.
    is_of_environment: bool,
    /// True if such a module is counted in a note.
    is_known: bool,
}

impl Standing {
    /// Returns the standing of an entry; `is_full` is true if it has a standard library.
    fn of(entry: &PathEntry, searched: &ImportPaths, installed: &Installed, is_full: bool) -> Self {
        let bases = searched.bases_behind(entry);
        let has_records = || bases.iter().any(|base| installed.has_record_in(base));
        Self { is_full, is_of_environment: !is_full && has_records(), is_known: is_full || !bases.is_empty() }
    }
}

/// Modules of libraries that are not checked.
#[derive(Default)]
struct UncheckedLibraries {
    /// Libraries with a standard library.
    libraries: BTreeSet<String>,
    /// Modules that are not of a standard library.
    strange: Vec<String>,
}

/// Returns findings for modules in the libraries of a tree that no RECORD lists, and notes. The
/// library of a virtual environment has none: its standard library is elsewhere. `lists` are
/// `.pkg` files, and `found` the names of files that other findings report.
pub(super) fn strays(
    place: &Place,
    installed: &Installed,
    recorded: &Recorded<'_>,
    searched: &ImportPaths,
    lists: &BTreeSet<String>,
    found: &BTreeSet<String>,
) -> (Vec<Finding>, Vec<String>) {
    let Place::Tree(root, listing) = place else { return Default::default() };
    let mut search = StraySearch {
        place,
        root,
        real_root: real_path(root).unwrap_or_else(|_| root.clone()),
        listing,
        links: &installed.links,
        recorded,
        found,
        dpkg: Dpkg::default(),
        unchecked: UncheckedLibraries::default(),
        findings: Vec::new(),
    };
    for entry in searched.libraries() {
        let folder = entry.folder();
        let standing = Standing::of(entry, searched, installed, search.is_library(&folder));
        let name = entry.name.trim_end_matches('/');
        if standing.is_full && !entry.is_virtual {
            search.unchecked.libraries.insert(if name.is_empty() { root.shown() } else { name.to_owned() });
        }
        let is_link = listing.names.get(name) == Some(&FoundKind::Symlink) && root.join(name).exists();
        if is_link && (entry.is_virtual || entry.kind == PathEntryKind::Zip) {
            search.findings.push(Finding::new(name, Reason::Record(RecordFault::Link)));
        }
        search.folder(entry, &standing, searched, lists);
    }
    for entry in searched.extensions() {
        let libraries = searched.libraries_with(entry);
        // Its files have been examined with those of the library that has it.
        if !libraries.iter().any(|library| entry.name.starts_with(library)) {
            let is_full = libraries.iter().any(|library| search.is_library(library));
            let standing = Standing::of(entry, searched, installed, is_full);
            search.folder(entry, &standing, searched, lists);
        } else if search.links.folder(&entry.name).is_none() {
            search.outside(entry);
        }
    }
    for packages in searched.packages() {
        if search.links.folder(packages).is_none() {
            search.starting_outside(packages, may_run);
        }
    }
    for entry in searched.added().filter(|entry| entry.name.is_empty() || entry.name.ends_with('/')) {
        let all = listing.names.range(entry.name.clone()..);
        for (name, _) in all.take_while(|(name, _)| name.starts_with(&entry.name)) {
            let is_link = || listing.path_of(root, name).is_dir();
            if is_custom(&name[entry.name.len()..])
                && (is_code(name) || is_link())
                && !recorded.has_in(&entry.name, name)
                && !found.contains(name)
                && !is_of_distutils_hack(name, || place.read(name).ok())
            {
                search.findings.push(Finding::new(name, Reason::Record(RecordFault::StartupModule)));
            }
        }
    }
    let mut notes = search.unchecked.notes();
    notes.extend(search.dpkg.notes());
    (search.findings, notes)
}

/// Returns whether `site` may run unknown code of a file.
fn may_run(file: &str, bytes: &[u8]) -> bool {
    let is_unknown = |line: &KnownLine<'_>| matches!(line, KnownLine::Unknown);
    !file.ends_with(".pth") || lines(bytes).is_none_or(|lines| lines.iter().any(is_unknown))
}

/// Search for modules in libraries that no RECORD lists.
struct StraySearch<'a> {
    place: &'a Place,
    root: &'a Path,
    /// The root without symlinks.
    real_root: PathBuf,
    listing: &'a FoundFiles,
    links: &'a FolderLinks,
    recorded: &'a Recorded<'a>,
    /// Names of files that other findings report.
    found: &'a BTreeSet<String>,
    dpkg: Dpkg,
    unchecked: UncheckedLibraries,
    findings: Vec<Finding>,
}

impl StraySearch<'_> {
    /// Returns whether a directory has a standard library.
    fn is_library(&self, folder: &str) -> bool {
        ["os.py", "os.pyc"].iter().any(|file| self.listing.names.contains_key(&format!("{folder}{file}")))
    }

    fn folder(
        &mut self,
        entry: &PathEntry,
        standing: &Standing,
        searched: &ImportPaths,
        lists: &BTreeSet<String>,
    ) {
        let Standing { is_of_environment, is_known, .. } = *standing;
        let Some(folder) = self.links.folder(&entry.folder()) else { return self.outside(entry) };
        let mut from = folder.clone();
        while let Some((name, kind)) = self.listing.names.range(from..).next() {
            if !name.starts_with(&folder) {
                break;
            }
            if let Some(inner) = self.inner_library(&folder, name, searched) {
                from = format!("{}0", inner.trim_end_matches('/'));
                continue;
            }
            from = format!("{name}\0");
            let below = &name[folder.len()..];
            let top = below.split('/').next().unwrap_or(below);
            let path = self.listing.path_of(self.root, name);
            let is_folder = *kind == FoundKind::Symlink && path.is_dir() && !path.ends_with("__pycache__");
            let is_there = *kind != FoundKind::Symlink || is_folder || path.is_file();
            if PACKAGES.contains(&top)
                || !is_there
                || !(is_folder || is_code(name) || lists.contains(name))
                || self.recorded.has(name)
                || self.found.contains(name)
            {
                continue;
            }
            // The files of another directory of the path of imports are examined there.
            let leads_to_entry = || self.links.folder(name).is_some_and(|real| searched.is_entry(&real));
            let fault = if is_custom(below.strip_prefix(EXTENSIONS).unwrap_or(below)) {
                RecordFault::StartupModule
            } else if is_folder && leads_to_entry() {
                continue;
            } else if is_folder {
                RecordFault::Link
            } else if lists.contains(name) {
                RecordFault::PackagePaths
            } else {
                RecordFault::Module
            };
            let is_list = fault == RecordFault::PackagePaths;
            let is_startup = fault == RecordFault::StartupModule;
            let read = || self.place.read(name).ok();
            if is_startup
                && (self.dpkg.has(&self.real_root.join(name), read)
                    || (*kind == FoundKind::File && is_of_distutils_hack(name, read)))
            {
                continue;
            }
            if is_startup || is_list || entry.is_virtual || (is_of_environment && is_strange(below)) {
                self.findings.push(Finding::new(name, Reason::Record(fault)));
            } else if is_known && is_strange(below) {
                self.unchecked.strange.push(name.clone());
            }
        }
    }

    /// Returns the library in this one that a file is in. Python does not import its files as
    /// modules of this one: no package is called `python3.14`. Libraries within each other would
    /// otherwise be examined as many times as they are deep.
    fn inner_library<'b>(&self, folder: &str, name: &'b str, searched: &ImportPaths) -> Option<&'b str> {
        let slashes = name[folder.len()..].match_indices('/').map(|(slash, _)| folder.len() + slash);
        let mut folders = slashes.map(|slash| &name[..=slash]);
        folders.find(|inner| {
            let last = inner.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            last.contains('.') && searched.is_entry(inner)
        })
    }

    /// Examines a directory outside, which is searched through a symlink, for modules that Python
    /// imports when it starts, and in a virtual environment for any.
    fn outside(&mut self, entry: &PathEntry) {
        let names = self.starting_outside(&entry.folder(), |_, _| false);
        let ends = entry.name.match_indices('/').map(|(at, _)| &entry.name[..at]);
        let link = ends.into_iter().find(|name| self.listing.names.get(*name) == Some(&FoundKind::Symlink));
        if let Some(link) = link
            && entry.is_virtual
            && names.iter().any(|name| is_code(name))
        {
            self.findings.push(Finding::new(link, Reason::Record(RecordFault::Link)));
        }
    }

    /// Reports files of a directory outside that Python imports when it starts, or for which
    /// `is_read` returns true, by name and content. Returns the names in the directory.
    fn starting_outside(&mut self, name: &str, is_read: impl Fn(&str, &[u8]) -> bool) -> Vec<String> {
        let folder = self.root.join(name);
        let names = names_in(&folder).unwrap_or_default();
        let names: Vec<String> = names.into_iter().filter_map(|name| name.into_string().ok()).collect();
        for file in &names {
            let path = folder.join(file);
            let real = real_path(&path).unwrap_or_else(|_| path.clone());
            let bytes = || read_regular(&real, LARGEST);
            let read = |below: &str| read_regular(&real.join(below), LARGEST).ok();
            let is_known = |below: &&str| is_of_distutils_hack(&format!("{file}/{below}"), || read(below));
            let fault = if ["__init__.py", "override.py"].iter().all(is_known) {
                continue;
            } else if is_custom(file) && (is_code(file) || path.is_dir()) {
                RecordFault::StartupModule
            } else if is_startup(file) && is_read(file, &bytes().unwrap_or_else(|_| UNREADABLE.to_vec())) {
                RecordFault::Startup
            } else {
                continue;
            };
            if !self.dpkg.has(&real, || bytes().ok()) {
                self.findings.push(Finding::new(format!("{name}{file}"), Reason::Record(fault)));
            }
        }
        names
    }
}

/// Returns findings for modules in a zip on the path of imports that no RECORD lists, by their
/// names in the zip, and notes. With `only`, these are the files that Python imports instead of
/// modules of that distribution, or when it starts.
pub(super) fn strays_in_zip(
    names: &BTreeSet<String>,
    entry: &PathEntry,
    searched: &ImportPaths,
    installed: &Installed,
    only: Option<&str>,
) -> (Vec<Finding>, Vec<String>) {
    let bases = searched.bases_behind(entry);
    let behind = installed.in_tree().iter().filter(|one| only.is_none_or(|only| one.name == only));
    let mut known: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
    let behind = behind.filter_map(|one| {
        let base = one.base.as_str();
        let (is_before, is_with) = *known.entry(base).or_insert_with(|| {
            let is_before = bases.contains(base)
                || searched.before(base).contains(entry)
                || (only.is_some() && searched.of_users_before(base).contains(entry));
            (is_before, only.is_some() && searched.with(base).contains(entry))
        });
        match (is_before, is_with) {
            (true, _) => Some(Exposed::of(one)),
            // A package comes before a namespace package wherever it is.
            (false, true) => Some(Exposed::of(one).without_init()),
            (false, false) => None,
        }
    });
    let mut findings: Vec<Finding> = Vec::new();
    let mut found = BTreeSet::new();
    for exposed in behind {
        for (name, instead) in exposed.in_zip(names) {
            let top = name.split(['/', '.']).next().unwrap_or(&name);
            if (entry.is_virtual || !is_of_library(top)) && found.insert(name.clone()) {
                let fault = RecordFault::Shadows { instead: instead.to_owned(), record: None };
                findings.push(Finding::new(name, Reason::Record(fault)));
            }
        }
    }
    let mut unchecked = UncheckedLibraries::default();
    let Standing { is_full, is_of_environment, is_known } = Standing::of(
        entry,
        searched,
        installed,
        ["os.py", "os.pyc"].iter().any(|file| names.contains(*file)),
    );
    if is_full && !entry.is_virtual {
        unchecked.libraries.insert(entry.name.clone());
    }
    for name in names.iter().filter(|name| !found.contains(*name)) {
        if is_custom(name) && is_code(name) {
            findings.push(Finding::new(name, Reason::Record(RecordFault::StartupModule)));
        } else if only.is_some() || !is_code(name) {
            continue;
        } else if entry.is_virtual || (is_of_environment && is_strange(name)) {
            findings.push(Finding::new(name, Reason::Record(RecordFault::Module)));
        } else if is_known && is_strange(name) {
            unchecked.strange.push(format!("{}!{name}", entry.name));
        }
    }
    (findings, if only.is_none() { unchecked.notes() } else { Vec::new() })
}

/// Returns whether Python imports a file of this name without another file.
fn is_code(name: &str) -> bool {
    is_module(name) || (name.ends_with(".pyc") && name.rsplit('/').nth(1) != Some("__pycache__"))
}

/// Returns whether no standard library has a module; `below` is the path of its file in a library.
fn is_strange(below: &str) -> bool {
    let below = below.strip_prefix(EXTENSIONS).unwrap_or(below);
    let top = below.split(['/', '.']).next().unwrap_or(below);
    // `config-3.14-x86_64-linux-gnu` is not the name of a package.
    !is_of_library(top) && top.chars().all(|char| char.is_alphanumeric() || char == '_')
}

impl UncheckedLibraries {
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(first) = self.libraries.first() {
            let more = match self.libraries.len() - 1 {
                0 => " is a standard library".to_owned(),
                more => format!(" and {more} more are standard libraries"),
            };
            notes.push(format!("{first}{more}, whose modules no RECORD lists"));
        }
        notes.extend(counted_with_first(
            &self.strange,
            "module that no RECORD lists is",
            "modules that no RECORD lists are",
            " in a directory or zip of a standard library, which Python searches first",
        ));
        notes
    }
}
