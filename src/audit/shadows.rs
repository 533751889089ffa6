//! Files that Python imports instead of the modules of a distribution.
//!
//! CPython: `FileFinder.find_spec` of `Lib/importlib/_bootstrap_external.py`, which prefers
//! packages to modules and extension modules to sources; `Lib/zipimport.py`.

use super::extensions::{extension, split};
use super::finding::Finding;
use super::import_paths::{ImportPaths, PathEntry, PathEntryKind};
use super::installed::{Installed, InstalledDistribution};
use super::library::is_of_library;
use super::reason::{Reason, RecordFault};
use super::recorded::Recorded;
use crate::input::Place;
use crate::project::{names_in, real_path};
use crate::text::python;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Rank of the forms of a module that is not a package: less is preferred.
const MODULE: u8 = 10;

/// Largest number of forms of one module in one directory: there can be one for each platform, and
/// many symlinks can lead to the directory.
const MOST_FORMS: usize = 64;

/// Modules of a distribution that another file could be imported instead of, by their paths below
/// the directory of packages, without suffixes.
pub(super) struct Exposed<'a> {
    distribution: &'a InstalledDistribution,
    modules: BTreeMap<String, ExposedModule<'a>>,
    /// Modules in packages of the same distribution, which only files next to them can shadow.
    inner: BTreeMap<String, ExposedModule<'a>>,
}

/// A module that could be shadowed.
struct ExposedModule<'a> {
    /// Rank of the distribution's own form; `None` for the directory of a namespace package.
    rank: Option<u8>,
    /// A file of the module.
    file: &'a str,
}

impl<'a> Exposed<'a> {
    /// Returns the modules that Python looks for in the path of imports, not in a package of the
    /// same distribution.
    pub(super) fn of(distribution: &'a InstalledDistribution) -> Self {
        let mut forms: BTreeMap<String, (u8, &str)> = BTreeMap::new();
        for file in distribution.files.iter().flatten() {
            let Some(below) = file.strip_prefix(&distribution.base) else { continue };
            let Some((module, rank)) = form(below) else { continue };
            let known = forms.entry(module).or_insert((rank, file));
            *known = (*known).min((rank, file));
        }
        let (mut modules, mut inner) = (BTreeMap::new(), BTreeMap::new());
        for (module, (rank, file)) in &forms {
            let above: Vec<&str> = module.match_indices('/').map(|(at, _)| &module[..at]).collect();
            if above.iter().any(|package| forms.contains_key(*package)) {
                inner.insert(module.clone(), ExposedModule { rank: Some(*rank), file });
                continue;
            }
            for package in above {
                modules.entry(package.to_owned()).or_insert(ExposedModule { rank: None, file });
            }
            modules.insert(module.clone(), ExposedModule { rank: Some(*rank), file });
        }
        Self { distribution, modules, inner }
    }

    /// Returns the namespace packages alone.
    pub(super) fn without_init(mut self) -> Self {
        self.modules.retain(|_, module| module.rank.is_none());
        self
    }

    /// Returns the files of a zip that Python imports instead of modules of the distribution, if
    /// the zip comes before them, each with a file of the module. `names` are those in the zip.
    pub(super) fn in_zip(&self, names: &BTreeSet<String>) -> Vec<(String, &'a str)> {
        let mut found = Vec::new();
        for (module, target) in &self.modules {
            let forms = ["/__init__.pyc", "/__init__.py", ".pyc", ".py"];
            let forms = forms.map(|end| format!("{module}{end}")).into_iter();
            found.extend(forms.filter(|name| names.contains(name)).map(|name| (name, target.file)));
        }
        found
    }
}

/// Files that Python imports instead of modules of distributions.
pub(super) struct Shadows {
    /// Findings for these files.
    pub(super) findings: Vec<Finding>,
    /// Packages of other distributions around modules of the requested one, in the same directory.
    pub(super) around: Vec<String>,
}

/// Returns the files that Python imports instead of modules of distributions: of the distribution
/// `only` wherever they are, of others those in libraries. Zips are searched when they are opened.
pub(super) fn shadows(
    place: &Place,
    installed: &Installed,
    recorded: &Recorded<'_>,
    searched: &ImportPaths,
    only: Option<&str>,
) -> Shadows {
    let Place::Tree(root, listing) = place else {
        return Shadows { findings: Vec::new(), around: Vec::new() };
    };
    let mut search = ShadowSearch {
        root,
        recorded,
        listed: BTreeMap::new(),
        found: BTreeMap::new(),
        around: BTreeSet::new(),
        failed: BTreeMap::new(),
    };
    // A directory without any metadata has no distribution that could own a module.
    let with_metadata: BTreeSet<&str> =
        listing.names.keys().filter_map(|name| metadata_folder(name)).collect();
    let mut entries_before: BTreeMap<&str, BTreeSet<PathEntry>> = BTreeMap::new();
    for distribution in installed.in_tree() {
        if distribution.files.is_none() || only.is_some_and(|only| distribution.name != only) {
            continue;
        }
        let exposed = Exposed::of(distribution);
        let base = distribution.base.as_str();
        let entries = entries_before.entry(base).or_insert_with(|| match only {
            Some(_) => searched.before(base).into_iter().chain(searched.of_users_before(base)).collect(),
            None => libraries_before(searched, base, &with_metadata),
        });
        let mut seen: BTreeSet<PathBuf> = real_path(&root.join(base)).into_iter().collect();
        let mut is_new = |entry: &PathEntry| {
            let path = root.join(&entry.name);
            path.is_dir() && real_path(&path).is_ok_and(|path| seen.insert(path))
        };
        for entry in entries.iter() {
            if is_new(entry) {
                search.before(entry, &exposed, only.is_some());
            }
        }
        if only.is_some() {
            search.beside(&exposed);
            let exposed = exposed.without_init();
            for entry in searched.with(base) {
                if is_new(&entry) {
                    search.before(&entry, &exposed, true);
                }
            }
        }
    }
    let failed = search.failed.into_iter().filter(|_| only.is_some());
    let failed = failed.map(|(name, error)| Finding::new(name, Reason::Unreadable(error)));
    Shadows {
        findings: search.found.into_values().chain(failed).collect(),
        around: search.around.into_iter().collect(),
    }
}

/// Returns the entries of the path of imports before a directory of packages, without directories
/// whose modules distributions or scripts could own.
fn libraries_before(
    searched: &ImportPaths,
    base: &str,
    with_metadata: &BTreeSet<&str>,
) -> BTreeSet<PathEntry> {
    let mut entries = searched.before(base);
    entries.retain(|entry| !matches!(entry.kind, PathEntryKind::Packages | PathEntryKind::Programs));
    entries.extend(searched.of_users_before(base).into_iter().filter(|entry| {
        entry.kind == PathEntryKind::Packages && !with_metadata.contains(entry.name.as_str())
    }));
    entries
}

/// Search for files in directories of the path of imports. Symlinks to directories are followed, as
/// Python does.
struct ShadowSearch<'a> {
    root: &'a Path,
    recorded: &'a Recorded<'a>,
    /// Names in directories, by themselves and by the modules that they are forms of.
    listed: BTreeMap<PathBuf, Rc<BTreeMap<String, Vec<String>>>>,
    /// Findings by the names of the files.
    found: BTreeMap<String, Finding>,
    /// Packages of others around modules of a distribution.
    around: BTreeSet<String>,
    /// Directories that cannot be listed, with the errors.
    failed: BTreeMap<String, String>,
}

impl ShadowSearch<'_> {
    /// Searches the distribution's own directory for files that other distributions, or none, list.
    fn beside(&mut self, exposed: &Exposed<'_>) {
        for (module, target) in exposed.modules.iter().chain(&exposed.inner) {
            let forms = self.forms(&exposed.distribution.base, module);
            let best = forms.iter().map(|(rank, _)| *rank).min();
            for (rank, name) in forms {
                let is_before = match target.rank {
                    Some(own) => rank < own,
                    // A module comes before a directory without `__init__`.
                    None => best.is_some_and(|best| best >= MODULE),
                };
                if is_before {
                    self.add(name, exposed, target);
                } else if target.rank.is_none() && rank < MODULE {
                    self.around.insert(name);
                }
            }
        }
    }

    /// Searches a directory that comes before the distribution's.
    fn before(&mut self, entry: &PathEntry, exposed: &Exposed<'_>, is_only: bool) {
        let is_library = matches!(entry.kind, PathEntryKind::Library | PathEntryKind::Extensions);
        for (module, target) in &exposed.modules {
            // The standard library comes before distributions that replace its modules in old
            // versions.
            if is_library && !entry.is_virtual && is_of_library(module.split('/').next().unwrap_or(module)) {
                continue;
            }
            for (_, name) in self.forms(&entry.folder(), module) {
                if is_only || !self.recorded.has(&name) {
                    self.add(name, exposed, target);
                }
            }
        }
    }

    fn add(&mut self, name: String, exposed: &Exposed<'_>, target: &ExposedModule<'_>) {
        if exposed.distribution.files.as_ref().is_some_and(|files| files.contains(&name)) {
            return;
        }
        let record = self.recorded.record(&name);
        let fault = RecordFault::Shadows { instead: target.file.to_owned(), record };
        self.found.entry(name.clone()).or_insert_with(|| Finding::new(name, Reason::Record(fault)));
    }

    /// Returns the files of a directory that a module is imported from, with their ranks.
    fn forms(&mut self, folder: &str, module: &str) -> Vec<(u8, String)> {
        let (above, last) = split(module);
        let above = format!("{folder}{above}");
        let mut forms = Vec::new();
        for file in self.names(&above).get(last).into_iter().flatten() {
            if file == last {
                let package = format!("{above}{file}/");
                let files = self.names(&package);
                forms.extend(files.get("__init__").into_iter().flatten().filter_map(|file| {
                    let (_, rank) = form_of(file)?;
                    Some((rank, format!("{package}{file}")))
                }));
            } else if let Some((_, rank)) = form_of(file) {
                forms.push((MODULE + rank, format!("{above}{file}")));
            }
        }
        forms.retain(|(_, name)| self.root.join(name).is_file());
        forms
    }

    /// Lists a directory once, whatever the number of modules that are looked for in it.
    fn names(&mut self, folder: &str) -> Rc<BTreeMap<String, Vec<String>>> {
        // Many symlinks can lead to one directory.
        let path = self.root.join(folder);
        let Ok(real) = real_path(&path) else { return Rc::default() };
        if let Some(names) = self.listed.get(&real) {
            return Rc::clone(names);
        }
        let names = names_in(&path).unwrap_or_else(|error| {
            self.failed.insert(folder.trim_end_matches('/').to_owned(), error.to_string());
            Vec::new()
        });
        let mut by_module: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in names.iter().map(|name| python::os_text(name)) {
            if let Some((stem, _)) = form_of(&name) {
                let forms = by_module.entry(stem.to_owned()).or_default();
                if forms.len() < MOST_FORMS {
                    forms.push(name.clone());
                }
            }
            by_module.entry(name.clone()).or_default().push(name);
        }
        let names = Rc::new(by_module);
        self.listed.insert(real, Rc::clone(&names));
        names
    }
}

/// Returns the directory of packages that a file or directory of metadata is in, a
/// [`crate::project::FolderPrefix`].
fn metadata_folder(name: &str) -> Option<&str> {
    const ENDS: [&str; 4] = [".dist-info", ".egg-info", ".egg-link", ".egg"];
    let mut start = 0;
    for part in name.split('/') {
        if ENDS.iter().any(|end| part.ends_with(end)) {
            return Some(&name[..start]);
        }
        start += part.len() + 1;
    }
    None
}

/// Returns the module of a file by its path below a directory of the path of imports, without a
/// suffix, and the rank of its form; `None` for files that nothing is imported from.
fn form(below: &str) -> Option<(String, u8)> {
    let (folder, file) = split(below);
    let (stem, rank) = form_of(file)?;
    let package = folder.trim_end_matches('/');
    match stem {
        _ if folder.ends_with("__pycache__/") => None,
        "__init__" if package.is_empty() => None,
        "__init__" => Some((package.to_owned(), rank)),
        stem => Some((format!("{folder}{stem}"), MODULE + rank)),
    }
}

/// Returns the module that a file name stands for, which may be `__init__`, and the rank of its
/// form.
fn form_of(file: &str) -> Option<(&str, u8)> {
    if let Some(found) = extension(file) {
        return Some(found);
    }
    let suffixes = [(".py", 3), (".pyw", 4), (".pyc", 5)];
    let found = suffixes.into_iter().find_map(|(end, rank)| Some((file.strip_suffix(end)?, rank)))?;
    (!found.0.is_empty() && !found.0.contains('.')).then_some(found)
}
