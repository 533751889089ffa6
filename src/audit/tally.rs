//! The number of pycs that were verified, have findings, or were not checked.

use super::finding::Finding;
use super::releases::Passed;
use std::collections::BTreeSet;

/// Numbers of pycs by result. Each pyc counts once: [`Self::all`] is the sum of the others
/// up to [`Self::not_reached`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PycCounts {
    /// Number of all pycs.
    pub all: usize,
    /// Pycs whose code is that of their source, and that have no finding.
    pub verified: usize,
    /// Pycs with at least one finding.
    pub with_findings: usize,
    /// Pycs whose only findings are left out.
    pub excluded: usize,
    /// Pycs that need no verification, or that nothing loads.
    pub not_checked: usize,
    /// Pycs that were not reached before an interrupt.
    pub not_reached: usize,
    /// Findings about other files.
    pub other_findings: usize,
}

/// Pycs that have been met.
#[derive(Default)]
pub(super) struct Tally {
    /// Index of the place, path there, and whether the code passed.
    reached: Vec<(usize, String, bool)>,
    not_reached: usize,
}

impl Tally {
    /// Adds the pycs of a unit, whose names follow `prefix` in findings.
    pub(super) fn reached(&mut self, place: usize, prefix: &str, pycs: &[String], passed: &[Passed]) {
        let passed: BTreeSet<&str> = passed.iter().map(|pyc| pyc.name.as_str()).collect();
        let pycs = pycs.iter().map(|pyc| (place, format!("{prefix}{pyc}"), passed.contains(pyc.as_str())));
        self.reached.extend(pycs);
    }

    /// Adds pycs that were not reached.
    pub(super) const fn not_reached(&mut self, pycs: usize) {
        self.not_reached += pycs;
    }

    /// Returns the number of all pycs.
    pub(super) const fn pycs(&self) -> usize {
        self.reached.len() + self.not_reached
    }

    /// Counts the pycs by result.
    pub(super) fn count(&self, findings: &[Finding], excluded: &[Finding]) -> PycCounts {
        let paths = |findings: &'_ [Finding]| -> BTreeSet<(usize, String)> {
            findings.iter().map(|finding| (finding.place, finding.path.clone())).collect()
        };
        let (found, left_out) = (paths(findings), paths(excluded));
        let mut counts =
            PycCounts { all: self.pycs(), not_reached: self.not_reached, ..PycCounts::default() };
        let mut of_pycs = BTreeSet::new();
        for (place, path, passed) in &self.reached {
            let pyc = (*place, path.clone());
            of_pycs.insert((*place, path.as_str()));
            let count = if found.contains(&pyc) {
                &mut counts.with_findings
            } else if left_out.contains(&pyc) {
                &mut counts.excluded
            } else if *passed {
                &mut counts.verified
            } else {
                &mut counts.not_checked
            };
            *count += 1;
        }
        let is_other = |finding: &&Finding| !of_pycs.contains(&(finding.place, finding.path.as_str()));
        counts.other_findings = findings.iter().filter(is_other).count();
        counts
    }
}
