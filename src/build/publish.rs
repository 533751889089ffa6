//! The manifest and its other forms → files.

use super::artifact::Artifact;
use super::previous::Previous;
use super::project::{BuildProject, ProjectError};
use crate::manifest::{Manifest, ManifestForm};
use crate::output::writing::Writing;
use std::io;
use std::path::Path;

/// Refuses to replace a file that is not a manifest of this form.
///
/// # Errors
/// [`ProjectError::NotManifest`].
pub fn check_manifest(form: ManifestForm, path: &Path, found: &[u8]) -> Result<(), ProjectError> {
    match form.may_replace(found) {
        true => Ok(()),
        false if path.extension().is_some_and(|extension| extension == "whl") => {
            Err(ProjectError::ManifestOverWheel(path.into()))
        }
        false => Err(ProjectError::NotManifest(path.into())),
    }
}

/// Refuses to write the manifest over files that are not manifests, before anything is written.
pub(super) fn check_manifests(project: &BuildProject) -> Result<(), ProjectError> {
    for (form, path) in project.loaded.manifest_paths().iter().filter(|_| !project.check) {
        let Some(place) = project.place(path)? else { continue };
        place.check()?;
        match place.bytes() {
            Ok(found) => check_manifest(*form, path, &found)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(_) => return Err(ProjectError::NotManifest(path.clone())),
        }
    }
    Ok(())
}

/// Returns the manifest of `build` with the archives that an earlier `pack` has listed, if its pycs
/// are the same.
pub fn with_archives(project: &BuildProject, mut manifest: Manifest) -> Manifest {
    let earlier = Previous::read(project).map(|previous| previous.manifest);
    let is_same = |earlier: &Manifest| {
        earlier.files == manifest.files && earlier.releases == manifest.releases && earlier.shard.is_none()
    };
    if let Some(earlier) = earlier.filter(is_same) {
        manifest.archives = earlier.archives;
    }
    manifest
}

/// Writes the manifest and its other forms to the paths in the config; returns the files.
///
/// # Errors
/// [`ProjectError::Write`].
pub fn publish(project: &BuildProject, manifest: &Manifest) -> Result<Vec<Artifact>, ProjectError> {
    let paths = project.loaded.manifest_paths();
    let _together = Writing::begin();
    let mut written = Vec::new();
    for (form, path) in paths {
        let text = form.text(manifest)?;
        written.push(project.write(path, form.into(), text.as_bytes(), 0o644)?);
    }
    Ok(written)
}
