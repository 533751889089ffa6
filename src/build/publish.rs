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
    let Some(table) = &project.loaded.config.manifest else { return Ok(Vec::new()) };
    let (output, others) = table.paths(&project.loaded.folder);
    let _together = Writing::begin();
    let mut written = Vec::new();
    let mut write = |path: PathBuf, text: &str| {
        project.write(&path, text.as_bytes(), 0o644)?;
        written.push(path);
        Ok::<(), ProjectError>(())
    };
    write(output, &manifest.to_json()?)?;
    for (also, path) in others {
        match also {
            Also::Sha256sum => write(path, &sha256sum(manifest))?,
            Also::InToto => write(path, &in_toto(manifest)?)?,
        }
    }
    Ok(written)
}
