//! The paths of a manifest for a place that begins at another directory: `site-packages/demo`
//! checked against a manifest of `demo/…`, or a whole environment against the manifest of one
//! project.

use super::Manifest;
use crate::input::Place;
use crate::project::{FolderPrefix, real_path};
use crate::text::python;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

/// The two prefixes by which paths and names differ.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shift {
    /// Prefix of the manifest's paths: the directory of the manifest that the place is.
    outer: FolderPrefix,
    /// Prefix of the place's names: the directory of the place at which the manifest's paths begin.
    inner: FolderPrefix,
}

impl Shift {
    /// Returns the shift with which the manifest lists most pycs of the place; the empty shift, if
    /// it does as well as others.
    pub fn of(manifest: &Manifest, place: &Place, pycs: &[String]) -> Self {
        let paths: BTreeSet<&str> = manifest.files.iter().map(|entry| entry.path.as_str()).collect();
        let root = match place {
            Place::Archive(_) => return Self::default(),
            Place::Tree(root, _) => real_path(root).unwrap_or_else(|_| root.clone()),
            Place::File(path) => {
                let path = real_path(path).unwrap_or_else(|_| path.clone());
                path.parent().unwrap_or(Path::new("")).to_path_buf()
            }
        };
        let pycs: BTreeSet<&str> = pycs.iter().map(String::as_str).collect();
        let mut counts: BTreeMap<Self, usize> = BTreeMap::new();
        let same = pycs.iter().filter(|name| paths.contains(**name)).count();
        if same > 0 {
            counts.insert(Self::default(), same);
        }
        for name in &pycs {
            for (at, _) in name.match_indices('/') {
                if paths.contains(&name[at + 1..]) {
                    let shift = Self { inner: name[..=at].to_owned(), ..Self::default() };
                    *counts.entry(shift).or_default() += 1;
                }
            }
        }
        for outer in endings(&root) {
            let below = paths.iter().filter_map(|path| path.strip_prefix(&outer));
            let found = below.filter(|name| pycs.contains(*name)).count();
            if found > 0 {
                counts.insert(Self { outer, ..Self::default() }, found);
            }
        }
        let most = counts.values().copied().max();
        // The empty shift comes first.
        counts
            .into_iter()
            .find(|(_, count)| Some(*count) == most)
            .map_or_else(Self::default, |(shift, _)| shift)
    }

    /// Returns the name in the place for a path of the manifest.
    pub fn name(&self, path: &str) -> Option<String> {
        Some(format!("{}{}", self.inner, path.strip_prefix(&self.outer)?))
    }

    /// Returns the path in the manifest for a name of the place.
    pub fn path(&self, name: &str) -> String {
        format!("{}{}", self.outer, name.strip_prefix(&self.inner).unwrap_or(name))
    }
}

/// Returns the last directories of a path, each with a `/` at its end: `demo/`,
/// `site-packages/demo/`, ….
fn endings(path: &Path) -> Vec<String> {
    let mut endings = Vec::new();
    let mut ending = String::new();
    for part in path.components().rev() {
        let Component::Normal(part) = part else { break };
        ending = format!("{}/{ending}", python::os_text(part));
        endings.push(ending.clone());
    }
    endings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_of_a_path() {
        assert_eq!(endings(Path::new("/a/b/demo")), ["demo/", "b/demo/", "a/b/demo/"]);
        assert!(endings(Path::new("/")).is_empty());
    }

    #[test]
    fn names_and_paths_are_each_others() {
        let inside = Shift { outer: "demo/".into(), ..Shift::default() };
        assert_eq!(inside.name("demo/a.pyc").as_deref(), Some("a.pyc"));
        assert_eq!(inside.name("other/a.pyc"), None);
        assert_eq!(inside.path("a.pyc"), "demo/a.pyc");
        let around = Shift { inner: "lib/".into(), ..Shift::default() };
        assert_eq!(around.name("demo/a.pyc").as_deref(), Some("lib/demo/a.pyc"));
        assert_eq!(around.path("lib/demo/a.pyc"), "demo/a.pyc");
    }
}
