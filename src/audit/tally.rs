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

/// Result for a pyc, apart from findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PycVerdict {
    /// The code is that of the source.
    Right,
    /// The pyc needs no verification, or nothing loads it.
    NotChecked,
    /// The pyc was not reached before an interrupt.
    NotReached,
}

impl PycCounts {
    /// Counts pycs: first those in `found`, which have findings, then those in `left_out`, whose
    /// findings are left out, then the others by verdict.
    pub fn of<P: Ord>(
        pycs: impl IntoIterator<Item = (P, PycVerdict)>,
        found: &BTreeSet<P>,
        left_out: &BTreeSet<P>,
    ) -> Self {
        let mut counts = Self::default();
        for (pyc, verdict) in pycs {
            counts.all += 1;
            *match verdict {
                _ if found.contains(&pyc) => &mut counts.with_findings,
                _ if left_out.contains(&pyc) => &mut counts.excluded,
                PycVerdict::Right => &mut counts.verified,
                PycVerdict::NotChecked => &mut counts.not_checked,
                PycVerdict::NotReached => &mut counts.not_reached,
            } += 1;
        }
        counts
    }
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
        fn path(finding: &Finding) -> (usize, &str) {
            (finding.place, &finding.path)
        }
        let found: BTreeSet<_> = findings.iter().map(path).collect();
        let left_out: BTreeSet<_> = excluded.iter().map(path).collect();
        let verdict = |passed| if passed { PycVerdict::Right } else { PycVerdict::NotChecked };
        let pycs =
            self.reached.iter().map(|(place, path, passed)| ((*place, path.as_str()), verdict(*passed)));
        let mut counts = PycCounts::of(pycs.clone(), &found, &left_out);
        counts.all += self.not_reached;
        counts.not_reached += self.not_reached;
        let of_pycs: BTreeSet<_> = pycs.map(|(pyc, _)| pyc).collect();
        counts.other_findings = findings.iter().filter(|finding| !of_pycs.contains(&path(finding))).count();
        counts
    }
}
