//! The directory that an environment's files are below.

use super::EnvError;
use crate::output::WriteError;
use crate::output::inside::{Inside, Links, OpenError, Opened};
use crate::output::place::{Missing, Place};
use std::path::{Path, PathBuf};

/// The border between the user's word and the environment's: `base` was named, everything below it
/// is opened component by component.
#[derive(Clone, Debug)]
pub struct Bounds {
    base: PathBuf,
    below: PathBuf,
    sources: Inside,
}

impl Bounds {
    /// The bounds of the directory `below` of `prefix`, which is in `image` if one is named. With
    /// `follow_links` symlinks on the way to the directory are followed, those of an image only as
    /// far as it; sources then may be symlinks that lead anywhere, but for an image's.
    ///
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
            |path: &Path| path.canonicalize().map_err(|source| EnvError::Read { path: path.into(), source });
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

    /// A place to write to. No directory on the way from the base may be a symlink.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn place(&self, name: &Path, missing: Missing) -> Result<Place, WriteError> {
        Place::below(&self.base, &self.below.join(name), missing)
    }

    /// Opens a file to read.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(&self, name: &Path) -> Result<Opened, OpenError> {
        self.sources.open(&self.below.join(name))
    }
}

/// The first symlink on the way from `base`.
fn first_link(base: &Path, below: &Path) -> Option<PathBuf> {
    let mut path = base.to_path_buf();
    below.components().find_map(|part| {
        path.push(part);
        path.is_symlink().then(|| path.clone())
    })
}
