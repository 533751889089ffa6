//! `pycompile normalize`: conversion of existing pycs to the minimal reference form.

use super::compile::rest_below;
use super::leftovers;
use crate::marshal;
use crate::output::WriteError;
use crate::output::place::{Missing, OutputPlace};
use crate::project::{LARGEST, read_open};
use crate::pyc::{Pyc, PycError};
use crate::text::Shown as _;
use std::path::{Component, Path, PathBuf};

/// Errors of a pyc that was not changed.
#[derive(Debug, thiserror::Error)]
pub enum NormalizeError {
    /// The pyc cannot be read.
    #[error("cannot read {}: {source}", path.shown())]
    Read {
        /// Path of the pyc.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// The pyc is not valid.
    #[error("{}: {fault}", path.shown())]
    Pyc {
        /// Path of the pyc.
        path: PathBuf,
        /// Description of the fault.
        #[source]
        fault: PycError,
    },
    /// The pyc is not below the directory that was named.
    #[error("{} is not below {}", path.shown(), below.shown())]
    NotBelow {
        /// Path of the pyc.
        path: PathBuf,
        /// Path of the directory.
        below: PathBuf,
    },
    /// A directory on the way is a symlink.
    #[error("{0}")]
    SymlinkFolder(#[source] WriteError),
    /// The pyc is a symlink or not a regular file, or cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Removes unused `FLAG_REF`s from a pyc; returns whether that changed it. The new file has the
/// mode and modification time of the old one and a new inode: other hard links of the old file keep
/// its content. No directory on the way from `below`, or otherwise from the working directory or
/// the root, may be a symlink.
///
/// # Errors
/// [`NormalizeError`].
pub fn normalize(path: &Path, below: Option<&Path>) -> Result<bool, NormalizeError> {
    let read_error = |source| NormalizeError::Read { path: path.into(), source };
    let place = place(path, below)?;
    place.check()?;
    let (file, metadata) = place.read().map_err(read_error)?;
    let old = read_open(&file, metadata.len(), LARGEST).map_err(read_error)?;
    let new = minimal(&old).map_err(|fault| NormalizeError::Pyc { path: path.into(), fault })?;
    if new == old {
        return Ok(false);
    }
    place.replace_like(&new, &metadata)?;
    Ok(true)
}

/// Removes the temporary files that killed runs left next to these pycs.
pub fn remove_leftovers(files: &[PathBuf], below: Option<&Path>) {
    leftovers::remove(files.iter().map(PathBuf::as_path), |file| {
        place(file, below).map_err(|error| match error {
            NormalizeError::Write(error) | NormalizeError::SymlinkFolder(error) => error,
            error => WriteError::Io { path: file.into(), source: std::io::Error::other(error.to_string()) },
        })
    });
}

fn place(path: &Path, below: Option<&Path>) -> Result<OutputPlace, NormalizeError> {
    let (base, name) = match below {
        Some(folder) => {
            let not_below = || NormalizeError::NotBelow { path: path.into(), below: folder.into() };
            (folder.to_path_buf(), rest_below(path, folder).ok_or_else(not_below)?)
        }
        None => {
            // Relative to the root, or to the directory that `..` leads to.
            let parts: Vec<Component<'_>> = path.components().collect();
            let is_named = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
            let named = parts.iter().rposition(|part| !is_named(part)).map_or(0, |last| last + 1);
            (parts[..named].iter().collect(), parts[named..].iter().collect())
        }
    };
    OutputPlace::below(&base, &name, Missing::Refused).map_err(|error| match error {
        WriteError::SymlinkFolder(_) => NormalizeError::SymlinkFolder(error),
        error => error.into(),
    })
}

fn minimal(pyc: &[u8]) -> Result<Vec<u8>, PycError> {
    let mut pyc = Pyc::parse(pyc)?;
    marshal::minimal_refs(&mut pyc.objects);
    Ok(pyc.to_bytes())
}
