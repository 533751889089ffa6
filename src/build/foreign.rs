//! Files in a mirror that no `build` has written.

use super::clean::{PycSources, has_built};
use super::project::{BuildProject, ProjectError};
use super::stale::is_cache;
use crate::output::place::{Missing, OutputPlace};
use crate::pyc::Pyc;
use crate::target::PyVersion;
use std::path::Path;

/// Refuses to write over files of a directory in which nothing shows that `build` has written to
/// it: a pyc that records the name of its source, or a file as the manifest lists it. Files with
/// the bytes that would be written are accepted.
///
/// # Errors
/// [`ProjectError::ForeignFile`].
pub(super) fn check_mirror(project: &BuildProject, versions: &[PyVersion]) -> Result<(), ProjectError> {
    if !project.mirrors() {
        return Ok(());
    }
    let tree = project.tree();
    let (base, below) = project.loaded.bounds_of_folder(&tree);
    let is_there = |name: &Path| tree.join(name).symlink_metadata().is_ok_and(|found| found.is_file());
    let files = project.selection.sources.iter().chain(&project.selection.data);
    let mut copies = files.filter(|file| project.copies() && is_there(Path::new(&file.name))).peekable();
    let outputs = PycSources::of(project, versions);
    let mut pycs = outputs.names().filter(|name| is_there(name)).peekable();
    if (copies.peek().is_none() && pycs.peek().is_none()) || has_built(project, versions) {
        return Ok(());
    }
    let bytes = |name: &Path| {
        let place = OutputPlace::below(base, &below.join(name), Missing::Refused);
        place.ok().and_then(|place| place.bytes().ok())
    };
    // None of the pycs is one of `build`. Python replaces those in a `__pycache__` itself.
    let is_replaced = |name: &Path| {
        name.parent().is_some_and(is_cache) && bytes(name).is_some_and(|bytes| Pyc::parse(&bytes).is_ok())
    };
    if let Some(name) = pycs.find(|name| !is_replaced(name)) {
        return Err(ProjectError::ForeignFile(tree.join(name)));
    }
    let differs = |name: &str, own: &[u8]| bytes(Path::new(name)).is_some_and(|found| found != own);
    // A source that cannot be read is not copied.
    match copies.find(|file| project.read(file).is_ok_and(|source| differs(&file.name, &source.bytes))) {
        Some(file) => Err(ProjectError::ForeignFile(tree.join(&file.name))),
        None => Ok(()),
    }
}
