//! Names by which a directory is reached: its own, and those of the symlinks that lead to it.
//! `site` resolves `..` by names, so a directory has as many parents as it has names.

use crate::project::PACKAGES;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Largest number of directories that are visited on the way up from all directories of a place.
const MOST: usize = 200_000;

/// Directories with the names by which they are reached.
pub(super) struct Routes {
    /// Symlinks by the real path of the directory that each leads to.
    links: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// For a directory, the directories one level up, two levels up, and so on.
    above: BTreeMap<PathBuf, Vec<BTreeSet<PathBuf>>>,
    visited: usize,
}

impl Routes {
    /// Creates the routes from the symlinks to directories. Except for that of the symlink itself,
    /// names in the keys and values are not symlinks.
    pub(super) const fn new(links: BTreeMap<PathBuf, BTreeSet<PathBuf>>) -> Self {
        Self { links, above: BTreeMap::new(), visited: 0 }
    }

    /// Returns the paths of the symlinks to directories by the directories.
    pub(super) const fn links(&self) -> &BTreeMap<PathBuf, BTreeSet<PathBuf>> {
        &self.links
    }

    /// Returns the paths by which a directory is reached.
    pub(super) fn names(&self, folder: &Path) -> impl Iterator<Item = PathBuf> {
        let links = self.links.get(folder).into_iter().flatten().cloned();
        links.chain([folder.to_path_buf()])
    }

    /// Returns all directories that are this many levels above a directory, by any of its names;
    /// `None` if there are too many.
    pub(super) fn above(&mut self, folder: &Path, levels: usize) -> Option<&BTreeSet<PathBuf>> {
        let known = self.above.entry(folder.to_path_buf()).or_default();
        if known.is_empty() {
            known.push(BTreeSet::from([folder.to_path_buf()]));
        }
        while known.len() <= levels {
            let last = &known[known.len() - 1];
            let mut next = BTreeSet::new();
            for place in last {
                let links = self.links.get(place).into_iter().flatten().map(PathBuf::as_path);
                for name in links.chain([place.as_path()]) {
                    self.visited += 1;
                    next.insert(name.parent().unwrap_or(name).to_path_buf());
                }
                if self.visited > MOST {
                    return None;
                }
            }
            if next == *last {
                break;
            }
            known.push(next);
        }
        known.get(levels).or(known.last())
    }
}

/// Returns whether installers install to a directory of this name, and `site` reads it.
pub(super) fn is_packages(name: &OsStr) -> bool {
    PACKAGES.iter().any(|packages| name.eq_ignore_ascii_case(packages))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> BTreeSet<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn every_name_has_its_parent() {
        let links = BTreeMap::from([
            (PathBuf::from("/t/a/b"), paths(&["/t/x/link", "/out/back"])),
            (PathBuf::from("/t/x"), paths(&["/t/a/deep/y"])),
        ]);
        let mut routes = Routes::new(links);
        let folder = Path::new("/t/a/b");
        assert_eq!(routes.above(folder, 0), Some(&paths(&["/t/a/b"])));
        assert_eq!(routes.above(folder, 1), Some(&paths(&["/out", "/t/a", "/t/x"])));
        assert_eq!(routes.above(folder, 2), Some(&paths(&["/", "/t", "/t/a/deep"])));
        assert_eq!(routes.above(folder, 1_000_000), Some(&paths(&["/"])));
    }

    #[test]
    fn the_way_up_is_bounded() {
        // Each directory is also the parent of its parent.
        let folder = |number: usize| format!("/t/{}", "d/".repeat(number));
        let links =
            (0..1000).map(|at| (PathBuf::from(folder(at)), paths(&[&format!("{}l", folder(at + 1))])));
        let mut routes = Routes::new(links.collect());
        assert_eq!(routes.above(Path::new(&folder(500)), 1_000_000), None);
        assert!(routes.visited <= MOST + 1000, "{}", routes.visited);
    }
}
