//! The manifest and its other forms → files.

use super::artifact::Artifact;
use super::project::{BuildProject, ProjectError};
use crate::manifest::Manifest;
use crate::output::writing::Writing;

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
