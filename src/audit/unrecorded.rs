//! Modules and startup files among installed distributions that no RECORD lists.

use super::dpkg::Dpkg;
use super::finding::Finding;
use super::import_paths::ImportPaths;
use super::installed::{Installed, InstalledDistribution};
use super::reason::{Reason, RecordFault};
use super::recorded::Recorded;
use super::without_record::WithoutRecord;
use crate::build::env::is_of_virtualenv;
use crate::input::{Place, Survey};
use crate::project::{FoundKind, PACKAGES, Reach, name_below};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Returns findings for files that Python would import, or read when it starts, and that no RECORD
/// lists, and notes on what is not checked. Pycs are left out: each is checked against its source.
pub(super) fn unrecorded(
    place: &Place,
    installed: &Installed,
    recorded: &Recorded<'_>,
    searched: &ImportPaths,
    survey: &Survey,
) -> (Vec<Finding>, Vec<String>) {
    let site_folders = &survey.site_folders;
    let Place::Tree(root, listing) = place else { return Default::default() };
    let distributions = installed.in_tree();
    let mut bases: BTreeMap<&str, Vec<&InstalledDistribution>> =
        site_folders.iter().map(|folder| (folder.as_str(), Vec::new())).collect();
    for distribution in distributions {
        bases.entry(&distribution.base).or_default().push(distribution);
    }
    let real_root = root.canonicalize().unwrap_or_else(|_| root.clone());
    let is_stray = |link: &Path, path: &Path| {
        let is_recorded = path.starts_with(&real_root) && recorded.has(&name_below(&real_root, path));
        Ok([link, path].iter().any(|path| path.to_str().is_none_or(is_module)) && !is_recorded)
    };
    let mut links = Reach::new(&[], &is_stray);
    // The name makes a module of a RECORD one that runs at start-up.
    let is_any = |link: &Path, path: &Path| {
        Ok([link, path]
            .iter()
            .any(|path| path.to_str().is_none_or(|name| is_module(name) || name.ends_with(".pyc"))))
    };
    let mut startup_links = Reach::new(&[], &is_any);
    let mut dpkg = Dpkg::default();
    let (mut findings, mut notes) = (Vec::new(), Vec::new());
    for (base, of_base) in bases {
        let all = listing.names.range(base.to_owned()..).take_while(|(name, _)| name.starts_with(base));
        let names: Vec<&str> = all.clone().map(|(name, _)| name.as_str()).collect();
        let others = WithoutRecord::read(place, base, &of_base, &names, (&installed.links, searched));
        let gone = others.gone.iter();
        findings.extend(gone.map(|record| Finding::new(record, Reason::Record(RecordFault::NoRecord))));
        // Without any RECORD, nothing says whose a module is, unless the other directories of
        // packages of a virtual environment have some.
        let is_site = site_folders.contains(base);
        let is_packages = || PACKAGES.iter().any(|name| real_root.join(base).ends_with(name));
        let is_recorded = of_base.iter().any(|one| one.files.is_some())
            || (is_site && others.is_virtual && is_packages() && has_others(searched, base, distributions));
        if !is_recorded && !is_site {
            continue;
        }
        notes.extend(others.note());
        // A distribution without a list of its files may own any file, except below the packages
        // that a RECORD lists.
        let others_install = !is_site || others.any;
        let is_of_others = |name: &str, reason: &RecordFault| match reason {
            // What runs at start-up is not left to a guess.
            RecordFault::Startup | RecordFault::StartupModule if is_site && others.any => {
                place.read_followed(name).is_ok_and(|bytes| !may_have_code(name, &bytes))
            }
            RecordFault::StartupModule if !is_site => others.any,
            _ => others_install,
        };
        let is_own = |name: &str| match name[base.len()..].split_once('/') {
            Some((top, _)) => recorded.has_in(base, &format!("{base}{top}/__init__.py")),
            None => false,
        };
        // virtualenv's `.pth` file imports a module, which must be virtualenv's too.
        let read = |below: &str| place.read(&format!("{base}{below}")).ok();
        let is_other = |name: &&&str| {
            let rest = name[base.len()..].strip_prefix("_virtualenv");
            rest.is_some_and(|rest| {
                (rest.is_empty() || rest.starts_with(['/', '.'])) && ![".pth", ".py", ".pyc"].contains(&rest)
            })
        };
        let is_virtualenv = |below: &str| {
            is_of_virtualenv(below, || read(below))
                && (below != "_virtualenv.pth"
                    || (is_of_virtualenv("_virtualenv.py", || read("_virtualenv.py"))
                        && names.iter().find(is_other).is_none()))
        };
        for (name, found) in all {
            let below = &name[base.len()..];
            let path = listing.path_of(root, name);
            let is_link = *found == FoundKind::Symlink;
            let is_folder = is_link && path.is_dir() && !path.ends_with("__pycache__");
            let reason = if is_link && !is_folder && !path.is_file() {
                continue;
            } else if is_custom(below) && (is_folder || is_module(name)) {
                RecordFault::StartupModule
            } else if is_folder && is_recorded {
                RecordFault::Link
            } else if is_module(name) && is_recorded {
                RecordFault::Module
            } else if is_startup(below) && !is_folder {
                RecordFault::Startup
            } else if is_recorded && survey.lists.contains(name) {
                RecordFault::PackagePaths
            } else {
                continue;
            };
            if !recorded.has_in(base, name)
                && !others.owns(name, below)
                && !is_virtualenv(below)
                && (!is_link
                    || path.is_file()
                    || links.leads(&path)
                    || (reason == RecordFault::StartupModule && startup_links.leads(&path)))
                && (is_own(name) || !is_of_others(name, &reason))
                && !dpkg.has(&real_root.join(name), || place.read(name).ok())
            {
                findings.push(Finding::new(name, Reason::Record(reason)));
            }
        }
    }
    notes.extend(dpkg.notes());
    (findings, notes)
}

/// Returns whether the virtual environment of a directory of packages has distributions with a
/// RECORD in other directories.
fn has_others(searched: &ImportPaths, base: &str, distributions: &[InstalledDistribution]) -> bool {
    let bases = distributions.iter().filter(|one| one.files.is_some()).map(|one| one.base.as_str());
    let bases: BTreeSet<&str> = bases.collect();
    bases.into_iter().any(|other| searched.are_of_one_environment(base, other))
}

/// Returns the names of the files that Python reads or imports when it starts.
pub(super) fn startup_files(
    place: &Place,
    installed: &Installed,
    searched: &ImportPaths,
    site_folders: &BTreeSet<String>,
) -> BTreeSet<String> {
    let Place::Tree(_, listing) = place else { return BTreeSet::new() };
    let mut found = BTreeSet::new();
    let mut add = |folder: &str, is_site: bool| {
        let all = listing.names.range(folder.to_owned()..).map(|(name, _)| name);
        let names = all.take_while(|name| name.starts_with(folder));
        let is_read = |below: &str| {
            is_custom(below.strip_prefix("__pycache__/").unwrap_or(below)) || (is_site && is_startup(below))
        };
        found.extend(names.filter(|name| is_read(&name[folder.len()..])).cloned());
    };
    site_folders.iter().for_each(|folder| add(folder, true));
    let others = searched.with_startup().filter_map(|folder| installed.links.folder(&folder));
    others.for_each(|folder| add(&folder, false));
    found
}

/// Returns whether Python imports a file of this name, other than a pyc.
pub(super) fn is_module(name: &str) -> bool {
    [".py", ".pyw", ".so", ".pyd"].iter().any(|end| name.ends_with(end))
}

/// Returns whether Python may run code of a file that it reads at start-up. The `.pth` file that
/// setuptools installs is known.
fn may_have_code(name: &str, bytes: &[u8]) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let is_of_setuptools = || {
        let rest = bytes.trim_ascii().strip_prefix(b"import os; var = 'SETUPTOOLS_USE_DISTUTILS'; ");
        [
            "enabled = os.environ.get(var, 'stdlib') == 'local'; enabled and __import__('_distutils_hack');",
            "enabled = os.environ.get(var, 'local') == 'local'; enabled and __import__('_distutils_hack');",
            "enabled = os.environ.get(var, 'local') == 'local'; enabled and __import__('_distutils_hack').add_shim();",
        ]
        .iter()
        .any(|known| rest == Some(known.as_bytes()))
    };
    !file.ends_with(".pth")
        || (memchr::memmem::find(bytes, b"import").is_some()
            && !(file == "distutils-precedence.pth" && is_of_setuptools()))
}

/// Returns whether `site` reads a file, by its name below `site-packages`; `.start` files are those
/// of PEP 829.
pub(super) fn is_startup(below: &str) -> bool {
    !below.contains('/') && [".pth", ".start"].iter().any(|end| below.ends_with(end))
}

/// Returns whether a file belongs to a module that `site` imports if it exists.
pub(super) fn is_custom(below: &str) -> bool {
    let top = below.split(['/', '.']).next().unwrap_or(below);
    ["sitecustomize", "usercustomize"].contains(&top)
}
