//! Pycs of a config's files for other versions, levels and layouts than those of the config: a
//! `build` with options has written them, or Python itself.

use super::project::BuildProject;
use super::stale::is_cache;
use crate::config::Selected;
use crate::object::{CodeView, Objects};
use crate::project::names_in;
use crate::pyc::{Pyc, PycName, cache_path, legacy_path, parse_name};
use crate::target::{SERIES, Series};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Pyc in the tree.
pub(super) struct OtherPyc<'a> {
    /// Path in the tree.
    pub(super) name: PathBuf,
    file: &'a Selected,
    /// Version and level in the name of a pyc in a `__pycache__`.
    cached: Option<(&'static Series, u8)>,
}

impl OtherPyc<'_> {
    /// Returns whether the file is in a `__pycache__`, and the bytes are a pyc that records the
    /// name of its source as `build` does. Python records the path by which it found the source. A
    /// pyc next to its source may be there on purpose.
    pub(super) fn is_own(&self, project: &BuildProject, bytes: &[u8]) -> bool {
        let Some((series, optimize)) = self.cached else { return false };
        Pyc::parse(bytes).is_ok_and(|pyc| {
            pyc.series.version == series.version && records_name(project, &pyc, self.file, optimize)
        })
    }
}

/// Returns whether a pyc records the name of its source as `build` does.
pub(super) fn records_name(project: &BuildProject, pyc: &Pyc, file: &Selected, optimize: u8) -> bool {
    let (_, recorded) = project.names(file, pyc.series, optimize);
    let filename = CodeView::at(&pyc.objects, Objects::ROOT).map(CodeView::filename);
    recorded.ok().is_some_and(|recorded| filename.as_deref() == Some(&*recorded))
}

/// Returns the pycs of the config's files in its tree for which `is_known` is false: those in a
/// `__pycache__`, then those next to the sources. Only regular files are returned.
pub(super) fn other_pycs<'a>(
    project: &'a BuildProject,
    is_known: impl Fn(&Path) -> bool,
) -> Vec<OtherPyc<'a>> {
    let tree = project.tree();
    let is_other = |name: &Path| {
        !is_known(name) && tree.join(name).symlink_metadata().is_ok_and(|found| found.is_file())
    };
    let sources = &project.selection.sources;
    let by_name: BTreeMap<&str, &Selected> = sources.iter().map(|file| (file.name.as_str(), file)).collect();
    let folders: BTreeSet<&Path> = sources.iter().filter_map(|file| Path::new(&file.name).parent()).collect();
    let mut pycs = Vec::new();
    for cache in folders.into_iter().map(|folder| folder.join("__pycache__")) {
        if tree.join(&cache).is_symlink() {
            continue;
        }
        for name in names_in(&tree.join(&cache)).unwrap_or_default() {
            let name = cache.join(name);
            let Some(PycName { source, cache_tag: Some(tag), optimize }) = name.to_str().and_then(parse_name)
            else {
                continue;
            };
            let Some(series) = SERIES.iter().find(|series| series.cache_tag() == tag) else { continue };
            let Some(&file) = by_name.get(source.as_str()) else { continue };
            if cache_path(Path::new(&file.name), series, optimize) == name && is_other(&name) {
                pycs.push(OtherPyc { name, file, cached: Some((series, optimize)) });
            }
        }
    }
    let legacy = sources.iter().map(|file| (file, legacy_path(Path::new(&file.name))));
    let legacy = legacy.filter(|(_, name)| is_other(name));
    pycs.extend(legacy.map(|(file, name)| OtherPyc { name, file, cached: None }));
    pycs
}

/// Returns the directories of the tree in which `build` writes, except the tree itself.
pub(super) fn written_folders<'a>(
    project: &'a BuildProject,
    pycs: impl Iterator<Item = &'a Path>,
) -> BTreeSet<PathBuf> {
    let mirrors = project.mirrors();
    let copied = project.selection.sources.iter().chain(&project.selection.data).filter(|_| mirrors);
    let files = pycs.chain(copied.map(|file| Path::new(&file.name)));
    let folders = files.filter_map(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    folders.filter(|folder| mirrors || is_cache(folder)).map(Path::to_path_buf).collect()
}
