//! Modules and startup files among installed distributions that no RECORD lists.

use super::bases::{ImportedAs, PackageFolder, PackageFolders, ReadAs, bases};
use super::dpkg::Dpkg;
use super::finding::Finding;
use super::import_paths::ImportPaths;
use super::installed::Installed;
use super::known_startup::{STARTUP_MODULES, is_of_distutils_hack};
use super::reason::{Reason, RecordFault};
use super::recorded::Recorded;
use crate::input::{Place, Survey};
use crate::project::{FoundFiles, FoundKind, Reach, name_below, real_path};
use std::collections::BTreeSet;
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
    let Place::Tree(root, listing) = place else { return Default::default() };
    let real_root = real_path(root).unwrap_or_else(|_| root.clone());
    let bases = bases(place, installed, searched, survey, &real_root);
    let gone = bases.iter().flat_map(|base| &base.others.gone);
    let mut findings: Vec<Finding> =
        gone.map(|record| Finding::new(record, Reason::Record(RecordFault::NoRecord))).collect();
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
    let bases: Vec<PackageFolder<'_>> =
        bases.into_iter().filter(|base| base.is_recorded || base.is_site).collect();
    let mut notes: Vec<String> = bases.iter().filter_map(|base| base.others.note()).collect();
    let mut around = PackageFolders::new(&bases, recorded);
    for (name, found) in &listing.names {
        let (own, above) = around.of(name);
        if (own.is_none() && !above.is_any()) || recorded.has(name) {
            continue;
        }
        let path = listing.path_of(root, name);
        let is_link = *found == FoundKind::Symlink;
        let is_folder = is_link && path.is_dir() && !path.ends_with("__pycache__");
        if is_link && !is_folder && !path.is_file() {
            continue;
        }
        let kind = ImportedAs {
            is_code: is_folder || is_module(name),
            is_folder,
            is_list: survey.lists.contains(name),
        };
        let own = own.and_then(|base| own_reason(base, (place, listing), name, kind, recorded));
        let reasons = [own, above.reason(kind)];
        let Some(reason) = more_alarming(reasons) else { continue };
        let read = || place.read(name).ok();
        if reason == RecordFault::StartupModule && !is_link && is_of_distutils_hack(name, read) {
            continue;
        }
        if (!is_link
            || path.is_file()
            || links.leads(&path)
            || (reason == RecordFault::StartupModule && startup_links.leads(&path)))
            && !dpkg.has(&real_root.join(name), read)
        {
            let reason = match reason {
                RecordFault::Startup if runs_code(place, name) => RecordFault::StartupCode,
                reason => reason,
            };
            findings.push(Finding::new(name, Reason::Record(reason)));
        }
    }
    notes.extend(dpkg.notes());
    (findings, notes)
}

/// Returns the first reason, unless the other one is that Python imports the file when it starts.
fn more_alarming([own, above]: [Option<RecordFault>; 2]) -> Option<RecordFault> {
    match above {
        Some(RecordFault::StartupModule) => above,
        _ => own.or(above),
    }
}

/// Returns the reason why a file in a directory of packages needs a RECORD, unless an owner without
/// a RECORD excuses it.
fn own_reason(
    base: &PackageFolder<'_>,
    (place, listing): (&Place, &FoundFiles),
    name: &str,
    kind: ImportedAs,
    recorded: &Recorded<'_>,
) -> Option<RecordFault> {
    let below = &name[base.name.len()..];
    let reason = kind.reason(ReadAs {
        is_custom: is_custom(below),
        is_recorded: base.is_recorded,
        is_startup: is_startup(below),
    })?;
    let is_excused = match reason {
        _ if recorded.has_in(base.name, name) => true,
        RecordFault::Startup => base.excuses_startup(place, listing, name),
        _ => {
            // The list of an egg has no digests.
            (reason != RecordFault::StartupModule && base.owns(name, below))
                || base.others_install(&reason)
                || base.is_virtualenv(place, listing, below)
        }
    };
    (!is_excused).then_some(reason)
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
    let others = searched.with_startup().filter_map(|folder| installed.links.folder(&folder));
    let with_modules: BTreeSet<String> = others.chain(site_folders.iter().cloned()).collect();
    for name in listing.names.keys() {
        let (folder, file) = name.split_at(name.rfind('/').map_or(0, |slash| slash + 1));
        if (is_startup(file) && site_folders.contains(folder)) || is_custom_in(name, &with_modules) {
            found.insert(name.clone());
        }
    }
    found
}

/// Returns whether a file belongs to a module that `site` imports from one of these directories, or
/// is its pyc.
pub(super) fn is_custom_in(name: &str, folders: &BTreeSet<String>) -> bool {
    let starts = std::iter::once(0).chain(name.match_indices('/').map(|(slash, _)| slash + 1));
    starts.into_iter().filter(|start| is_custom(&name[*start..])).any(|start| {
        let folder = &name[..start];
        folders.contains(folder)
            || folder.strip_suffix("__pycache__/").is_some_and(|folder| folders.contains(folder))
    })
}

/// Returns whether Python imports a file of this name, other than a pyc.
pub(super) fn is_module(name: &str) -> bool {
    [".py", ".pyw", ".so", ".pyd"].iter().any(|end| name.ends_with(end))
}

/// Returns whether a file that `site` reads has a line that runs.
fn runs_code(place: &Place, name: &str) -> bool {
    let is_code = |line: &[u8]| line.starts_with(b"import ") || line.starts_with(b"import\t");
    name.ends_with(".start")
        || place
            .read_followed(name)
            .is_ok_and(|bytes| bytes.split(|byte| matches!(byte, b'\n' | b'\r')).any(is_code))
}

/// Returns whether `site` reads a file, by its name below `site-packages`; `.start` files are those
/// of PEP 829.
pub(super) fn is_startup(below: &str) -> bool {
    !below.contains('/') && [".pth", ".start"].iter().any(|end| below.ends_with(end))
}

/// Returns whether a file belongs to a module that Python imports when it starts, if it exists.
pub(super) fn is_custom(below: &str) -> bool {
    let top = below.split(['/', '.']).next().unwrap_or(below);
    STARTUP_MODULES.contains(&top)
}
