//! Modules among installed distributions that no RECORD lists.

use super::finding::{Finding, Kind};
use super::installed::{Distribution, Installed};
use crate::build::env::PACKAGES;
use crate::input::Place;
use crate::project::Found;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A module that virtualenv and uv install without a RECORD.
const OF_VIRTUALENV: &str = "_virtualenv.py";

/// Returns findings for sources and extension modules that Python would import and no RECORD lists.
/// Pycs are left out: each is checked against its source.
pub(super) fn unrecorded(place: &Place, installed: &Installed) -> Vec<Finding> {
    let Place::Tree(root, listing) = place else { return Vec::new() };
    let distributions = installed.in_tree();
    let recorded: BTreeSet<&str> =
        distributions.iter().flat_map(|one| one.files.iter().flatten()).map(String::as_str).collect();
    let mut bases: BTreeMap<&str, Vec<&Distribution>> = BTreeMap::new();
    for distribution in distributions {
        bases.entry(&distribution.base).or_default().push(distribution);
    }
    let mut findings = Vec::new();
    for (base, installed) in bases {
        if installed.iter().all(|one| one.files.is_none()) {
            continue;
        }
        let all = listing.names.range(base.to_owned()..).take_while(|(name, _)| name.starts_with(base));
        let is_egg =
            |name: &str| name[base.len()..].split('/').next().is_some_and(|top| top.contains(".egg"));
        // A distribution without a RECORD may own any file, except below the packages that a RECORD
        // lists.
        let others_install = !is_packages(root, base)
            || installed.iter().any(|one| one.files.is_none())
            || all.clone().any(|(name, _)| is_egg(name));
        let is_own = |name: &str| match name[base.len()..].split_once('/') {
            Some((top, _)) => recorded.contains(format!("{base}{top}/__init__.py").as_str()),
            None => false,
        };
        for (name, found) in all {
            let is_module = [".py", ".so", ".pyd"].iter().any(|end| name.ends_with(end));
            if is_module
                && *found != Found::Symlink
                && !recorded.contains(name.as_str())
                && name[base.len()..] != *OF_VIRTUALENV
                && (!others_install || is_own(name))
            {
                let message = "Python can import it, and no RECORD lists it";
                findings.push(Finding::new(name, Kind::Record, message));
            }
        }
    }
    findings
}

fn is_packages(root: &Path, base: &str) -> bool {
    let folder = root.join(base);
    let folder = folder.canonicalize().unwrap_or(folder);
    PACKAGES.iter().any(|name| folder.ends_with(name))
}
