//! Warnings about a source, merged over versions and levels.

use crate::build::Outcome;
use crate::target::PyVersion;
use crate::warnings::Issued;
use rustc_hash::FxHashMap;

/// Warning with the versions that give it.
pub struct MergedWarning<'a> {
    /// The warning.
    pub warning: &'a Issued,
    /// Versions in the order of the run.
    versions: Vec<PyVersion>,
}

/// Returns the warnings of one source, each location once, regardless of versions and levels. A
/// warning that only a later outcome gives comes right before the next one that both give.
pub fn merged(outcomes: &[Outcome]) -> Vec<MergedWarning<'_>> {
    let mut all: Vec<MergedWarning<'_>> = Vec::new();
    let pycs = outcomes.iter().filter_map(Outcome::pyc);
    for pyc in pycs.filter(|pyc| !pyc.warnings.is_empty()) {
        // Positions of an earlier equal warning, last first: two equal warnings of one outcome are
        // two warnings.
        let mut places: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (at, merged) in all.iter().enumerate().rev() {
            places.entry(&merged.warning.rendered).or_default().push(at);
        }
        let mut merged: Vec<MergedWarning<'_>> = Vec::with_capacity(all.len());
        let mut new = Vec::new();
        let mut rest = all.into_iter();
        let mut taken = 0;
        for warning in &pyc.warnings {
            let own = places.get_mut(&*warning.rendered);
            let found = own.and_then(|places| std::iter::from_fn(|| places.pop()).find(|&at| at >= taken));
            let Some(at) = found else {
                new.push(MergedWarning { warning, versions: vec![pyc.python] });
                continue;
            };
            merged.extend(rest.by_ref().take(at - taken));
            merged.append(&mut new);
            merged.extend(rest.next());
            taken = at + 1;
            if let Some(last) = merged.last_mut().filter(|last| !last.versions.contains(&pyc.python)) {
                last.versions.push(pyc.python);
            }
        }
        merged.extend(rest);
        merged.append(&mut new);
        all = merged;
    }
    all
}

impl MergedWarning<'_> {
    /// Returns the versions that label the warning: none if every version of the source's outcomes
    /// gives it.
    pub fn label(&self, outcomes: &[Outcome]) -> Option<String> {
        let mut pycs = outcomes.iter().filter_map(Outcome::pyc);
        let is_everywhere = pycs.all(|pyc| self.versions.contains(&pyc.python));
        let versions = self.versions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        (!is_everywhere).then(|| format!("Python {versions}"))
    }
}
