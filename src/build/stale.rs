//! Files that an earlier `build` wrote and this one does not.

use super::previous::{Previous, PreviousDigests};
use super::project::BuildProject;
use super::removal::Removal;
use super::tree::Built;
use crate::project::links_and_files;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Files in a tree that the build did not write.
#[derive(Debug, Default)]
pub struct Stale {
    /// Files that the manifest of the earlier build lists.
    pub removal: Removal,
    /// Paths of files in a mirror that no manifest lists. They are kept.
    pub unknown: Vec<PathBuf>,
}

/// Removes files that the manifest of an earlier build lists and this build did not write. Must run
/// before the new manifest replaces the old one, and after a build that reached every file.
pub fn remove_stale(project: &BuildProject, built: &Built) -> Stale {
    let mut stale = Stale::default();
    stale.removal.is_check = project.check;
    let root = project.tree();
    let (base, below) = project.loaded.bounds_of_folder(&root);
    let (mirrors, copies) = (project.mirrors(), project.copies());
    let written: BTreeSet<PathBuf> = {
        let pycs = built.outcomes.iter().filter(|outcome| outcome.result().is_ok());
        let pycs = pycs.filter_map(|outcome| Some(outcome.output()?.strip_prefix(&root).ok()?.into()));
        let copied = project.selection.sources.iter().chain(&project.selection.data).filter(|_| copies);
        pycs.chain(copied.map(|file| PathBuf::from(&file.name))).collect()
    };
    if let Some(previous) = Previous::read(project) {
        let (pycs, mut sources) = (previous.files(false), PreviousDigests::new());
        for (name, digests) in &pycs {
            if !written.contains(Path::new(name)) {
                stale.removal.remove_known(base, &below.join(name), digests);
            }
        }
        // The manifest may be of a build into another directory: a source that equals the listed
        // one is a copy if its pyc is there too.
        let removed: BTreeSet<PathBuf> = stale.removal.removed.iter().cloned().collect();
        for file in previous.manifest.files.iter().filter(|_| mirrors) {
            let pyc = base.join(below.join(&file.path));
            if let Some(source) = file.source.as_ref().filter(|_| removed.contains(&pyc))
                && !written.contains(Path::new(&source.path))
                && !pycs.contains_key(&source.path)
            {
                sources.entry(source.path.clone()).or_default().insert(source.sha256.clone());
            }
        }
        for (name, digests) in &sources {
            stale.removal.remove_known(base, &below.join(name), digests);
        }
        stale.removal.remove_folders(|folder| mirrors || is_cache(folder));
    }
    if mirrors {
        stale.unknown = unknown(project, &root, &written, &stale.removal);
    }
    stale
}

/// Returns files in a mirror that were neither written nor reported.
fn unknown(
    project: &BuildProject,
    root: &Path,
    written: &BTreeSet<PathBuf>,
    removal: &Removal,
) -> Vec<PathBuf> {
    let reported = removal.left.iter().chain(&removal.failed).map(|(path, _)| path).chain(&removal.removed);
    let outputs = project.loaded.manifest_paths().into_iter().map(|(_, path)| path);
    let known: BTreeSet<PathBuf> = reported.cloned().chain(outputs).collect();
    let is_archive = |path: &Path| {
        let folder = project.loaded.config.wheel.as_ref().map(|_| project.loaded.wheel_folder());
        let zip = project.loaded.config.zip.as_ref().map(|zip| project.loaded.zip_path(zip.output.get_ref()));
        path.parent() == folder.as_deref() && path.extension().is_some_and(|extension| extension == "whl")
            || Some(path) == zip.as_deref()
    };
    let listing = links_and_files(root);
    let paths = listing.names.into_keys().map(|name| (listing.real.get(&name).cloned(), name));
    let paths = paths.map(|(real, name)| real.unwrap_or_else(|| root.join(name)));
    let is_unknown = |path: &PathBuf| {
        let below = path.strip_prefix(root).unwrap_or(path);
        !written.contains(below) && !known.contains(path) && !is_archive(path)
    };
    paths.filter(is_unknown).collect()
}

/// Returns `true` for a directory that contains only pycs.
pub(super) fn is_cache(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name == "__pycache__")
}
