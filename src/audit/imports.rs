//! Files that Python imports or reads by default, of which no RECORD says what they are.

use super::finding::Finding;
use super::import_paths::ImportPaths;
use super::installed::Installed;
use super::library::strays;
use super::only::Selection;
use super::reason::{Reason, RecordFault};
use super::shadows::shadows;
use super::unrecorded::{startup_files, unrecorded};
use crate::input::{Place, Survey};
use std::collections::BTreeSet;

/// Findings about what Python imports by default from a place.
pub(super) struct Imports {
    /// The paths of imports.
    pub(super) searched: ImportPaths,
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
        survey: Survey,
        only: Option<&str>,
        selection: &mut Selection,
    ) -> Self {
        let mut searched = ImportPaths::of(place);
        searched.add(&survey.added);
        let (mut findings, mut notes) = unrecorded(place, installed, &survey);
        let found = shadows(place, installed, &searched, only);
        let mut known: BTreeSet<String> = found.iter().map(|finding| finding.path.clone()).collect();
        // What a module is imported instead of says more than that it can be imported.
        let is_module = |finding: &Finding| finding.reason == Reason::Record(RecordFault::Module);
        findings.retain(|finding| !(is_module(finding) && known.contains(&finding.path)));
        known.extend(findings.iter().map(|finding| finding.path.clone()));
        let (others, more) = strays(place, installed, &searched, &survey.lists, &known);
        notes.extend(more);
        let entries = others.iter().filter(|finding| searched.is_in(&finding.path));
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
        selection.add(startup_files(place, &searched, &survey.site_folders));
        findings.extend(found.into_iter().chain(others));
        Self { searched, findings, notes }
    }
}
