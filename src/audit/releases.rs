//! The release of CPython that wrote the pycs of a place.
//!
//! A pyc may be the bytes of several releases, and most places were written by one: the release
//! that writes most of the pycs of a version is named for all that it writes, and another one only
//! for those that are left.
//!
//! The release that wrote the last pyc which a newer one did not write is tried first for the next.
//! Where it wrote all, no other is asked for them.

use super::compilers::Compilers;
use super::finding::ReleaseFound;
use crate::target::PyVersion;
use std::collections::{BTreeMap, BTreeSet};

/// A pyc that passed.
pub(super) struct Passed {
    pub(super) name: String,
    pub(super) fit: Fit,
}

/// The releases that write a pyc.
pub(super) struct Fit {
    pub(super) version: PyVersion,
    /// Their places among the engines of the version, of which the newest release comes first.
    pub(super) engines: Vec<usize>,
}

/// The pycs of which it is not known that the release which is likeliest wrote them.
pub(super) fn unlikely(passed: &[Passed], compilers: &Compilers<'_>) -> BTreeSet<String> {
    let is_unlikely = |pyc: &&Passed| !pyc.fit.engines.contains(&compilers.likeliest(pyc.fit.version));
    passed.iter().filter(is_unlikely).map(|pyc| pyc.name.clone()).collect()
}

/// The pycs of those versions of which the likeliest release did not write all.
pub(super) fn open(passed: &[Passed], compilers: &Compilers<'_>) -> BTreeSet<String> {
    let mut open: Vec<PyVersion> = Vec::new();
    for Passed { fit, .. } in passed {
        if !fit.engines.contains(&compilers.likeliest(fit.version)) && !open.contains(&fit.version) {
            open.push(fit.version);
        }
    }
    passed.iter().filter(|pyc| open.contains(&pyc.fit.version)).map(|pyc| pyc.name.clone()).collect()
}

/// The releases that wrote these pycs, each with those that none before it writes.
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

/// The engine that writes most of these, that of the newest release of several.
fn most(pycs: &[&Passed]) -> Option<usize> {
    let mut counts = BTreeMap::new();
    for engine in pycs.iter().flat_map(|pyc| &pyc.fit.engines) {
        *counts.entry(*engine).or_insert(0_usize) += 1;
    }
    let most = counts.values().copied().max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(engine, _)| engine)
}
