//! `pycompile manifest` without a path: the existing pycs of a config → their manifest.

use super::project::BuildProject;
use crate::config::Selected;
use crate::input::{Place, PlaceError};
use crate::manifest::{EntryError, FileEntry, Manifest, entry_of};
use crate::project::{LARGEST, read_open};
use crate::target::PyVersion;
use std::path::Path;

/// Returns the manifest and the pycs without an entry. A missing pyc is one of them unless its
/// source may fail to compile.
///
/// # Errors
/// [`PlaceError`] if the tree cannot be read.
pub fn existing(
    project: &BuildProject,
    versions: &[PyVersion],
) -> Result<(Manifest, Vec<(String, EntryError)>), PlaceError> {
    let tree = Place::open(&project.tree())?;
    let (mut entries, mut failures) = (Vec::new(), Vec::new());
    for (file, optimize, name) in project.outputs(versions) {
        let name = name.to_string_lossy().into_owned();
        match entry(project, &tree, &name, file, optimize) {
            Ok(entry) => entries.push(entry),
            Err(EntryError::Place(PlaceError::Missing(_))) if file.may_fail => {}
            Err(error) => failures.push((name, error)),
        }
    }
    Ok((Manifest::new(entries, Vec::new()), failures))
}

fn entry(
    project: &BuildProject,
    tree: &Place,
    name: &str,
    file: &Selected,
    optimize: u8,
) -> Result<FileEntry, EntryError> {
    let pyc = tree.read(name)?;
    let opened = project.loaded.sources().open(Path::new(&file.name)).map_err(std::io::Error::from);
    let source = opened
        .and_then(|opened| read_open(&opened.file, opened.metadata.len(), LARGEST))
        .map_err(|source| PlaceError::Read { path: file.path.clone(), source })?;
    entry_of(name, &pyc, optimize, Some((&file.name, &source)))
}
