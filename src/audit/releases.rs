//! The release of CPython that wrote the pycs of a place.
//!
//! Several releases may write the same bytes, and most places were written by one release. The
//! release that writes most pycs of a version is therefore reported for all pycs that it writes,
//! and other releases only for the rest.
//!
//! The engine for the next pyc that is tried first is that of the release which wrote the last pyc
//! that a newer release did not write. If one release wrote all pycs, no other release is tried for
//! them.

use super::compilers::Compilers;
use super::finding::ReleaseFound;
use crate::target::PyVersion;
use crate::text::counted_with_first;
use std::collections::{BTreeMap, BTreeSet};

/// A pyc that passed.
pub(super) struct Passed {
    pub(super) name: String,
    pub(super) fit: Fit,
}

/// The releases that write a pyc.
pub(super) struct Fit {
    pub(super) version: PyVersion,
    /// Indices of the engines; the environment's own release comes first, then the newest.
    pub(super) engines: Vec<usize>,
    /// Optimization level of a pyc whose name does not contain it, if it is not 0.
    pub(super) level: Option<u8>,
}

/// Returns notes on the levels of pycs whose names do not contain them, which follow `prefix`.
pub(super) fn notes_on_levels(passed: &[Passed], prefix: &str) -> impl Iterator<Item = String> {
    let mut levels: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    for Passed { name, fit } in passed {
        if let Some(level) = fit.level {
            levels.entry(level).or_default().push(format!("{prefix}{name}"));
        }
    }
    levels.into_iter().filter_map(|(level, mut names)| {
        names.sort_unstable();
        let (one, several) =
            ("pyc without a level in its name has", "pycs without a level in their names have");
        counted_with_first(&names, one, several, &format!(" the code of optimization level {level}"))
    })
}

/// Returns the pycs that the likeliest release is not known to have written.
pub(super) fn unlikely(passed: &[Passed], compilers: &Compilers<'_>) -> BTreeSet<String> {
    let is_unlikely = |pyc: &&Passed| !pyc.fit.engines.contains(&compilers.likeliest(pyc.fit.version));
    passed.iter().filter(is_unlikely).map(|pyc| pyc.name.clone()).collect()
}

/// Returns the pycs of each version of which the likeliest release did not write all pycs.
pub(super) fn open(passed: &[Passed], compilers: &Compilers<'_>) -> BTreeSet<String> {
    let mut open: Vec<PyVersion> = Vec::new();
    for Passed { fit, .. } in passed {
        if !fit.engines.contains(&compilers.likeliest(fit.version)) && !open.contains(&fit.version) {
            open.push(fit.version);
        }
    }
    passed.iter().filter(|pyc| open.contains(&pyc.fit.version)).map(|pyc| pyc.name.clone()).collect()
}

/// Returns the releases that wrote these pycs, each with the pycs that no release before it writes.
pub(super) fn settle(passed: &[Passed], compilers: &Compilers<'_>) -> Vec<ReleaseFound> {
    let mut found: Vec<ReleaseFound> = Vec::new();
    let mut left: Vec<&Passed> = passed.iter().collect();
    while let Some(version) = left.first().map(|pyc| pyc.fit.version) {
        let (mut of_version, others): (Vec<&Passed>, _) =
            left.into_iter().partition(|pyc| pyc.fit.version == version);
        left = others;
        let mut is_first = true;
        while let Some(engine) = most(&of_version) {
            let (written, others): (Vec<&Passed>, _) =
                of_version.into_iter().partition(|pyc| pyc.fit.engines.contains(&engine));
            of_version = others;
            let first = written.iter().map(|pyc| pyc.name.clone()).min().filter(|_| !is_first);
            let (python, release) = (version.to_string(), compilers.release(version, engine));
            found.push(ReleaseFound { python, release, pycs: written.len(), place: 0, first });
            is_first = false;
        }
    }
    found
}

/// Returns the engine that writes most of these pycs; of several, the first.
fn most(pycs: &[&Passed]) -> Option<usize> {
    let mut counts = BTreeMap::new();
    for engine in pycs.iter().flat_map(|pyc| &pyc.fit.engines) {
        *counts.entry(*engine).or_insert(0_usize) += 1;
    }
    let most = counts.values().copied().max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(engine, _)| engine)
}
