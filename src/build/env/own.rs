//! Programs of an environment, which may be links to programs elsewhere.

use super::VirtualEnvironment;
use crate::engine::python::{Places, of_machine};
use crate::input::Place;
use crate::project::real_path;
use crate::pyc::parse_name;
use crate::target::{PyVersion, SERIES, Series};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Returns the path under which an environment's program is started. One of this machine is started
/// under its own path: the `pyvenv.cfg` of the environment could give it another standard library.
pub fn to_start(own: PathBuf, trees: &[PathBuf], version: PyVersion, places: &Places) -> PathBuf {
    if is_of_tree(&own, trees, version, places) {
        return own;
    }
    real_path(&own).unwrap_or(own)
}

/// Returns the program that runs under this name, if it is in none of `trees`.
pub fn elsewhere(program: &Path, trees: &[PathBuf]) -> Option<PathBuf> {
    real_path(program).ok().filter(|real| !is_in(real, &real_paths(trees)))
}

/// Returns `places` without directories of `PATH` below one of `trees`: an environment that is
/// active has its programs first on `PATH`.
pub fn outside(trees: &[PathBuf], mut places: Places) -> Places {
    let trees = real_paths(trees);
    let is_outside = |folder: &PathBuf| !is_in(&real_path(folder).unwrap_or_else(|_| folder.clone()), &trees);
    places.path = places
        .path
        .and_then(|path| std::env::join_paths(std::env::split_paths(&path).filter(is_outside)).ok());
    places
}

/// Returns whether a program is in one of `trees`, or is reached through one: a link in a tree may
/// lead to a program of its author elsewhere, but not if it leads to an interpreter that the
/// machine has outside of the trees.
pub fn is_of_tree(program: &Path, trees: &[PathBuf], version: PyVersion, places: &Places) -> bool {
    let Ok(real) = real_path(program) else { return true };
    let folder = program.parent().and_then(|folder| real_path(folder).ok());
    let is_of_machine = || {
        let mut others = of_machine(version, &outside(trees, places.clone())).into_iter();
        others.any(|other| real_path(&other).is_ok_and(|other| other == real))
    };
    let trees = &real_paths(trees);
    is_in(&real, trees) || (folder.is_some_and(|folder| is_in(&folder, trees)) && !is_of_machine())
}

fn real_paths(trees: &[PathBuf]) -> Vec<PathBuf> {
    trees.iter().filter_map(|tree| real_path(tree).ok()).collect()
}

fn is_in(path: &Path, trees: &[PathBuf]) -> bool {
    trees.iter().any(|tree| path.starts_with(tree))
}

/// Returns the versions of the pycs by their file names, or, for file names without a version, the
/// version that the environment was created with.
pub fn used(place: &Place, environment: &VirtualEnvironment) -> Vec<&'static Series> {
    let mut tags: BTreeSet<Option<String>> = BTreeSet::new();
    for name in place.pycs() {
        if let Some(parsed) = parse_name(&name) {
            tags.insert(parsed.cache_tag);
        }
    }
    let created_with = environment.release.map(|release| release.version).filter(|_| tags.contains(&None));
    let is_used =
        |series: &&Series| tags.contains(&Some(series.cache_tag())) || Some(series.version) == created_with;
    SERIES.iter().filter(is_used).collect()
}
