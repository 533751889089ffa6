//! The files that RECORDs list, each with the RECORDs that apply to it.

use super::import_paths::ImportPaths;
use super::installed::{Installed, InstalledDistribution};
use super::unrecorded::is_custom;
use std::collections::BTreeMap;

/// Files of distributions in a tree.
pub(super) struct Recorded<'a> {
    by_file: BTreeMap<&'a str, Vec<&'a InstalledDistribution>>,
    searched: &'a ImportPaths,
}

impl<'a> Recorded<'a> {
    /// Collects the files that RECORDs list.
    pub(super) fn new(installed: &'a Installed, searched: &'a ImportPaths) -> Self {
        let mut by_file: BTreeMap<&str, Vec<&InstalledDistribution>> = BTreeMap::new();
        for distribution in installed.in_tree() {
            for file in distribution.files.iter().flatten() {
                // No installer writes a RECORD alone, so that one without METADATA does not vouch
                // for files that run at start-up.
                let below = file.strip_prefix(&distribution.base).unwrap_or(file);
                if !distribution.has_metadata && is_custom(below) {
                    continue;
                }
                by_file.entry(file).or_default().push(distribution);
            }
        }
        Self { by_file, searched }
    }

    /// Returns whether a RECORD that applies to a file lists it.
    pub(super) fn has(&self, file: &str) -> bool {
        self.speaking(file).next().is_some()
    }

    /// Returns whether a file is listed by a RECORD that applies to it, or by one in the directory
    /// `base` above it.
    pub(super) fn has_in(&self, base: &str, file: &str) -> bool {
        self.has(file) || self.by_file.get(file).is_some_and(|all| all.iter().any(|one| one.base == base))
    }

    /// Returns the directories of the distributions whose RECORDs list a file.
    pub(super) fn bases(&self, file: &str) -> impl Iterator<Item = &str> {
        self.by_file.get(file).into_iter().flatten().map(|one| one.base.as_str())
    }

    /// Returns the RECORD that lists a file, the first of several.
    pub(super) fn record(&self, file: &str) -> Option<String> {
        self.speaking(file).next().map(|one| format!("{}RECORD", one.dist_info))
    }

    fn speaking(&self, file: &str) -> impl Iterator<Item = &InstalledDistribution> {
        let all = self.by_file.get(file).into_iter().flatten().copied();
        all.filter(move |one| self.searched.speaks(&one.base, file))
    }
}
