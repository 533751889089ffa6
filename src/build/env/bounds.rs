//! Directory that an environment's files must be below.

use super::EnvError;
use crate::output::WriteError;
use crate::output::inside::{Inside, Links, OpenError, Opened};
use crate::output::place::{Missing, OutputPlace};
use crate::project::real_path;
use std::path::{Path, PathBuf};

/// Boundary between paths of the user and paths of the environment: the user named `base`;
/// everything below it is opened component by component.
#[derive(Clone, Debug)]
pub struct Bounds {
    base: PathBuf,
    below: PathBuf,
    sources: Inside,
}

impl Bounds {
    /// Returns the bounds of the directory `below` of `prefix`, which is in `image` if one is
    /// named. With `follow_links`, symlinks on the way to the directory are followed, those in an
    /// image only within the image; sources may then be symlinks to any file, in an image only to
    /// its own.
    /// # Errors
    /// [`EnvError::Link`], [`EnvError::Outside`].
    pub fn of(
        prefix: &Path,
        below: &Path,
        image: Option<&Path>,
        follow_links: bool,
    ) -> Result<Self, EnvError> {
        let folder = prefix.join(below);
        let base = image.unwrap_or(prefix);
        let links = if follow_links && image.is_none() { Links::Anywhere } else { Links::Inside };
        let below = folder.strip_prefix(base).unwrap_or(below);
        let Some(link) = first_link(base, below) else {
            return Ok(Self { base: base.into(), below: below.into(), sources: Inside::new(base, links) });
        };
        if !follow_links {
            return Err(EnvError::Link(link));
        }
        let real =
            |path: &Path| real_path(path).map_err(|source| EnvError::Read { path: path.into(), source });
        let found = real(&folder)?;
        let (base, below) = match image {
            None => (found, PathBuf::new()),
            Some(root) => {
                let real_root = real(root)?;
                match found.strip_prefix(&real_root) {
                    Ok(below) => (real_root.clone(), below.into()),
                    Err(_) => return Err(EnvError::Outside { folder, root: root.into(), real: found }),
                }
            }
        };
        Ok(Self { sources: Inside::new(&base, links), base, below })
    }

    /// Returns a place to write to. No directory on the way from the base may be a symlink.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn place(&self, name: &Path, missing: Missing) -> Result<OutputPlace, WriteError> {
        OutputPlace::below(&self.base, &self.below.join(name), missing)
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(&self, name: &Path) -> Result<Opened, OpenError> {
        self.sources.open(&self.below.join(name))
    }
}

/// Returns the first symlink in the path `below`, which starts at `base`.
fn first_link(base: &Path, below: &Path) -> Option<PathBuf> {
    let mut path = base.to_path_buf();
    below.components().find_map(|part| {
        path.push(part);
        path.is_symlink().then(|| path.clone())
    })
}
