//! The manifest and its other forms → files.

use super::artifact::{Artifact, ArtifactKind};
use super::project::{Project, ProjectError};
use crate::config::Also;
use crate::manifest::{Manifest, in_toto, sha256sum};
use crate::output::writing::Writing;
use std::path::PathBuf;

/// Writes the manifest and its other forms to the paths in the config; returns the files.
///
/// # Errors
/// [`ProjectError::Write`].
pub fn publish(project: &Project, manifest: &Manifest) -> Result<Vec<Artifact>, ProjectError> {
    let paths = project.loaded.manifest_paths();
    let _together = Writing::begin();
    let mut written = Vec::new();
    let mut write = |path: PathBuf, kind: ArtifactKind, text: &str| {
        written.push(project.write(path, kind, text.as_bytes(), 0o644)?);
        Ok::<(), ProjectError>(())
    };
    for (form, path) in paths {
        match form {
            None => write(path, ArtifactKind::Manifest, &manifest.to_json()?)?,
            Some(Also::Sha256sum) => write(path, ArtifactKind::Sha256sum, &sha256sum(manifest))?,
            Some(Also::InToto) => write(path, ArtifactKind::InToto, &in_toto(manifest)?)?,
        }
    }
    Ok(written)
}
