//! `pycompile normalize`: pycs that exist, brought into the other reference form.

use crate::manifest::PycError;
use crate::marshal;
use crate::object::Objects;
use crate::output::WriteError;
use crate::output::place::{Missing, Place};
use crate::project::{LARGEST, read_open};
use crate::pyc::{HEADER_SIZE, Header};
use crate::target::Series;
use crate::text::Shown as _;
use std::path::{Path, PathBuf};

/// Why a pyc is as it was.
#[derive(Debug, thiserror::Error)]
pub enum NormalizeError {
    /// It cannot be read.
    #[error("cannot read {}: {source}", path.shown())]
    Read {
        /// The pyc.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not understood.
    #[error("{}: {fault}", path.shown())]
    Pyc {
        /// The pyc.
        path: PathBuf,
        /// What is wrong.
        #[source]
        fault: PycError,
    },
    /// It cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Takes unused `FLAG_REF`s off a pyc; says whether that changed it. The new file has the mode and the modification time
/// of the old one and is a file of its own: other names of the old one keep what they had.
///
/// # Errors
/// [`NormalizeError`].
pub fn normalize(path: &Path) -> Result<bool, NormalizeError> {
    let read_error = |source| NormalizeError::Read { path: path.into(), source };
    let place = Place::named(path, Missing::Refused)?;
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

fn minimal(pyc: &[u8]) -> Result<Vec<u8>, PycError> {
    let header = Header::parse(pyc)?;
    let series = Series::with_magic(header.magic()).ok_or(PycError::Magic(header.magic()))?;
    let mut objects = marshal::read(&pyc[HEADER_SIZE..], series.code_layout)?;
    objects.code(Objects::ROOT).ok_or(PycError::NotCode)?;
    marshal::minimal_refs(&mut objects);
    let mut new = pyc[..HEADER_SIZE].to_vec();
    new.extend_from_slice(&marshal::write(&objects));
    Ok(new)
}
