//! Files that Python imports or reads by default and that no RECORD lists.

use super::finding::Finding;
use super::import_paths::ImportPaths;
use super::installed::Installed;
use super::library::strays;
use super::only::Selection;
use super::reason::{Reason, RecordFault};
use super::recorded::Recorded;
use super::shadows::{Shadows, shadows};
use super::unrecorded::{is_module, is_startup, startup_files, unrecorded};
use crate::input::{Place, PlaceError, Survey};
use crate::text::counted_with_first;
use std::collections::BTreeSet;

/// Findings about what Python imports by default from a place.
pub(super) struct Imports {
    /// Findings for files that no RECORD lists, or that lead elsewhere.
    pub(super) findings: Vec<Finding>,
    /// Notes on what is not checked.
    pub(super) notes: Vec<String>,
}

impl Imports {
    /// Examines a place. With `only`, files that Python imports instead of modules of that
    /// distribution, and those that run when Python starts, are added to the selection.
    pub(super) fn of(
        place: &Place,
        installed: &Installed,
        searched: &ImportPaths,
        survey: Survey,
        only: Option<&str>,
        selection: &mut Selection,
    ) -> Self {
        let recorded = Recorded::new(installed, searched);
        let (mut findings, mut notes) = unrecorded(place, installed, &recorded, searched, &survey);
        let Shadows { findings: found, around } = shadows(place, installed, &recorded, searched, only);
        let mut known: BTreeSet<String> = found.iter().map(|finding| finding.path.clone()).collect();
        // The finding that names the module which the file replaces says more than the one that the
        // file can be imported.
        let is_module = |finding: &Finding| finding.reason == Reason::Record(RecordFault::Module);
        findings.retain(|finding| !(is_module(finding) && known.contains(&finding.path)));
        known.extend(findings.iter().map(|finding| finding.path.clone()));
        let (others, more) = strays(place, installed, &recorded, searched, &survey.lists, &known);
        notes.extend(more);
        notes.extend(note_on_packages(&around));
        known.extend(others.iter().map(|finding| finding.path.clone()));
        notes.extend(note_on_added(place, &recorded, searched, &survey, &known));
        selection.add(around);
        let starts =
            [RecordFault::StartupModule, RecordFault::Startup, RecordFault::StartupCode].map(Reason::Record);
        let entries = others.iter().filter(|one| searched.is_in(&one.path) || starts.contains(&one.reason));
        selection.add(found.iter().chain(entries).map(|finding| finding.path.clone()));
        let lists: Vec<String> = survey.lists.into_iter().filter(|list| selection.is_for(list)).collect();
        selection.add(lists);
        // What a path file adds comes after the directory that the file is in, unless the file is
        // next to an interpreter.
        let unseen = survey.unseen.into_iter().filter(|(path, error)| {
            selection.contains(path) || error.moves_imports(path) || searched.is_in(path)
        });
        for (path, error) in unseen.collect::<Vec<_>>() {
            selection.add([path.clone()]);
            findings.push(Finding::new(path, Reason::Unreadable(error.to_string())));
        }
        selection.add(startup_files(place, installed, searched, &survey.site_folders));
        let (links, rest): (Vec<_>, Vec<_>) =
            installed.links.of_process().iter().partition(|link| is_import(link, searched));
        for link in links {
            let folder = link.rfind('/').map_or("", |slash| &link[..=slash]);
            if searched.is_in(link) || searched.is_entry(folder) {
                selection.add([link.clone()]);
            }
            findings.push(Finding::new(link, Reason::Unreadable(PlaceError::OfProcess.to_string())));
        }
        notes.extend(note_on_processes(&rest));
        if searched.is_incomplete() {
            findings.push(Finding::new("", Reason::Unreadable(PlaceError::TooManyNames.to_string())));
        }
        if only.is_some() && searched.is_packages() {
            notes.push(
                "Python searches directories above PATH first, such as its library, which are not checked"
                    .to_owned(),
            );
        }
        findings.extend(found.into_iter().chain(others));
        Self { findings, notes }
    }
}

/// Returns whether Python would import from a symlink, or search it.
fn is_import(link: &str, searched: &ImportPaths) -> bool {
    searched.has(link) || is_module(link) || link.ends_with(".pyc") || is_startup(link)
}

fn note_on_packages(around: &[String]) -> Option<String> {
    counted_with_first(
        around,
        "package of another distribution contains its modules and runs before them",
        "packages of other distributions contain its modules and run before them",
        "",
    )
}

/// Returns a note on the modules that no RECORD lists in directories that path files add. The ones
/// of directories of packages are examined there, and `found` are those with a finding.
fn note_on_added(
    place: &Place,
    recorded: &Recorded<'_>,
    searched: &ImportPaths,
    survey: &Survey,
    found: &BTreeSet<String>,
) -> Option<String> {
    let Place::Tree(_, listing) = place else { return None };
    let added = searched.added().map(|entry| entry.name.as_str());
    let folders: BTreeSet<&str> = added
        .chain(survey.of_packages.iter().map(String::as_str))
        .filter(|name| (name.is_empty() || name.ends_with('/')) && !survey.site_folders.contains(*name))
        .collect();
    let (mut modules, mut outer): (Vec<&str>, Option<&str>) = (Vec::new(), None);
    for folder in folders {
        // Directories in one that has been examined follow it.
        if outer.is_some_and(|outer| folder.starts_with(outer)) {
            continue;
        }
        outer = Some(folder);
        let names = listing.names.range(folder.to_owned()..).map(|(name, _)| name.as_str());
        let names = names.take_while(|name| name.starts_with(folder));
        // `pkgutil` adds directories to packages, not to the path of imports.
        let is_of_package = survey.of_packages.contains(folder);
        let is_listed =
            |name: &str| recorded.has(name) || (is_of_package && recorded.bases(name).next().is_some());
        modules.extend(names.filter(|name| is_module(name) && !is_listed(name) && !found.contains(*name)));
    }
    counted_with_first(
        &modules.into_iter().collect::<Vec<_>>(),
        "module in a directory that a path file adds is",
        "modules in directories that path files add are",
        " in no RECORD",
    )
}

fn note_on_processes(links: &[&String]) -> Option<String> {
    let end = " through /proc to targets that depend on the process, and is not checked";
    counted_with_first(links, "symlink leads", "symlinks lead", end)
}
