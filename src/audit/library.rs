//! Modules in the directories and zips of standard libraries, which no RECORD lists.

use super::dpkg::Dpkg;
use super::finding::Finding;
use super::import_paths::{ImportPaths, PathEntry, PathEntryKind};
use super::installed::Installed;
use super::reason::{Reason, RecordFault};
use super::shadows::Exposed;
use super::unrecorded::{is_custom, is_module};
use crate::input::Place;
use crate::project::{FoundKind, PACKAGES};
use crate::text::{Shown as _, counted};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Modules at the top of the standard libraries of 3.8 to 3.15, sorted.
const MODULES: &str = include_str!("library_modules.txt");

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
    /// `has` tells whether the entry has a file of this name.
    fn of(
        entry: &PathEntry,
        searched: &ImportPaths,
        installed: &Installed,
        has: impl Fn(&str) -> bool,
    ) -> Self {
        let is_full = has("os.py") || has("os.pyc");
        let bases = searched.bases_behind(entry);
        let has_records =
            || installed.in_tree().iter().any(|one| one.files.is_some() && bases.contains(one.base.as_str()));
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
    searched: &ImportPaths,
    lists: &BTreeSet<String>,
    found: &BTreeSet<String>,
) -> (Vec<Finding>, Vec<String>) {
    let Place::Tree(root, listing) = place else { return Default::default() };
    let files = installed.in_tree().iter().flat_map(|one| one.files.iter().flatten());
    let recorded: BTreeSet<&str> = files.map(String::as_str).collect();
    let real_root = root.canonicalize().unwrap_or_else(|_| root.clone());
    let (mut dpkg, mut unchecked) = (Dpkg::default(), UncheckedLibraries::default());
    let mut findings = Vec::new();
    for entry in searched.libraries() {
        let folder = entry.folder();
        let all = listing.names.range(folder.clone()..).take_while(|(name, _)| name.starts_with(&folder));
        let Standing { is_full, is_of_environment, is_known } =
            Standing::of(entry, searched, installed, |file| {
                listing.names.contains_key(&format!("{folder}{file}"))
            });
        let name = entry.name.trim_end_matches('/');
        if is_full && !entry.is_virtual {
            unchecked.libraries.insert(if name.is_empty() { root.shown() } else { name.to_owned() });
        }
        let is_link = listing.names.get(name) == Some(&FoundKind::Symlink) && root.join(name).exists();
        if is_link && (entry.is_virtual || entry.kind == PathEntryKind::Zip) {
            findings.push(Finding::new(name, Reason::Record(RecordFault::Link)));
        }
        for (name, kind) in all {
            let below = &name[folder.len()..];
            let top = below.split('/').next().unwrap_or(below);
            let path = root.join(name);
            let is_folder = *kind == FoundKind::Symlink && path.is_dir() && !path.ends_with("__pycache__");
            let is_there = *kind != FoundKind::Symlink || is_folder || path.is_file();
            if PACKAGES.contains(&top)
                || !is_there
                || !(is_folder || is_code(name) || lists.contains(name))
                || recorded.contains(name.as_str())
                || found.contains(name)
            {
                continue;
            }
            let fault = if is_custom(below) {
                RecordFault::StartupModule
            } else if is_folder {
                RecordFault::Link
            } else if lists.contains(name) {
                RecordFault::PackagePaths
            } else {
                RecordFault::Module
            };
            let is_list = fault == RecordFault::PackagePaths;
            let is_startup = fault == RecordFault::StartupModule;
            if is_startup && dpkg.has(&real_root.join(name), || place.read(name).ok()) {
                continue;
            }
            if is_startup || is_list || entry.is_virtual || (is_of_environment && is_strange(below)) {
                findings.push(Finding::new(name, Reason::Record(fault)));
            } else if is_known && is_strange(below) {
                unchecked.strange.push(name.clone());
            }
        }
    }
    for entry in searched.added().iter().filter(|entry| entry.name.is_empty() || entry.name.ends_with('/')) {
        let all = listing.names.range(entry.name.clone()..);
        for (name, _) in all.take_while(|(name, _)| name.starts_with(&entry.name)) {
            if is_custom(&name[entry.name.len()..])
                && is_code(name)
                && !recorded.contains(name.as_str())
                && !found.contains(name)
            {
                findings.push(Finding::new(name, Reason::Record(RecordFault::StartupModule)));
            }
        }
    }
    let mut notes = unchecked.notes();
    notes.extend(dpkg.notes());
    (findings, notes)
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
    let behind = installed.in_tree().iter().filter(|one| bases.contains(one.base.as_str()));
    let behind = behind.filter(|one| only.is_none_or(|only| one.name == only));
    let mut findings: Vec<Finding> = Vec::new();
    let mut found = BTreeSet::new();
    for distribution in behind {
        for (name, instead) in Exposed::of(distribution).in_zip(names) {
            let top = name.split(['/', '.']).next().unwrap_or(&name);
            if (entry.is_virtual || !is_of_library(top)) && found.insert(name.clone()) {
                let fault = RecordFault::Shadows { instead: instead.to_owned(), record: None };
                findings.push(Finding::new(name, Reason::Record(fault)));
            }
        }
    }
    let mut unchecked = UncheckedLibraries::default();
    let Standing { is_full, is_of_environment, is_known } =
        Standing::of(entry, searched, installed, |file| names.contains(file));
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
    let below = below.strip_prefix("lib-dynload/").unwrap_or(below);
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
        if let Some(first) = self.strange.first() {
            let count = counted(
                self.strange.len(),
                "module that no RECORD lists is",
                "modules that no RECORD lists are",
            );
            notes.push(format!(
                "{count} in a directory or zip of a standard library, which Python searches first: the first is {first}"
            ));
        }
        notes
    }
}
