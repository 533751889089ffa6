//! The manifest and its other forms → files.

use super::project::{Project, ProjectError};
use crate::config::Also;
use crate::manifest::{Manifest, in_toto, sha256sum};
use crate::output::writing::Writing;
use std::path::PathBuf;

/// Writes the manifest where the config wants it, and what else it wants beside it; says which files.
///
/// # Errors
/// [`ProjectError::Write`].
pub fn publish(project: &Project, manifest: &Manifest) -> Result<Vec<PathBuf>, ProjectError> {
    let paths = project.loaded.manifest_paths();
    let _together = Writing::begin();
    let mut written = Vec::new();
    let mut write = |path: PathBuf, text: &str| {
        project.write(&path, text.as_bytes(), 0o644)?;
        written.push(path);
        Ok::<(), ProjectError>(())
    };
    for (form, path) in paths {
        match form {
            None => write(path, &manifest.to_json()?)?,
            Some(Also::Sha256sum) => write(path, &sha256sum(manifest))?,
            Some(Also::InToto) => write(path, &in_toto(manifest)?)?,
        }
    }
    Ok(written)
}
