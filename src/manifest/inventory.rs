//! Pycs that exist → a manifest.

use super::entry::{pyc_entry, source_entry};
use super::listed::archive_entry;
use super::model::{FileEntry, Manifest};
use super::place::{Place, PlaceError};
use crate::marshal::{self, MarshalError};
use crate::object::Objects;
use crate::pyc::{HEADER_SIZE, Header, HeaderError, parse_name};
use crate::target::Series;
use std::path::Path;

/// A pyc that has no entry, and why.
#[derive(Debug, thiserror::Error)]
pub enum PycError {
    /// It cannot be read.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Its header.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// Its version.
    #[error("magic number {0} is of no version that is known")]
    Magic(u16),
    /// Its code.
    #[error("the code cannot be read: {0}")]
    Marshal(#[from] MarshalError),
    /// Something else was marshalled.
    #[error("what is in it is no code object")]
    NotCode,
}

/// The entry of a pyc that was not just compiled; its code is read for the recorded name.
///
/// # Errors
/// [`PycError`].
pub fn existing_entry(place: &Place, name: &str) -> Result<FileEntry, PycError> {
    if !place.is_utf8(name) {
        return Err(PlaceError::NotUtf8.into());
    }
    let pyc = place.read(name)?;
    let source = match place.read_source(name) {
        Ok(source) => Some(source),
        Err(PlaceError::Missing(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let optimize = parse_name(name).map_or(0, |parsed| parsed.optimize);
    entry_of(name, &pyc, optimize, source.as_ref().map(|(name, bytes)| (name.as_str(), bytes.as_slice())))
}

/// The entry of the bytes of a pyc; `source` is its source's name and bytes.
///
/// # Errors
/// [`PycError`].
pub fn entry_of(
    name: &str,
    pyc: &[u8],
    optimize: u8,
    source: Option<(&str, &[u8])>,
) -> Result<FileEntry, PycError> {
    let header = Header::parse(pyc)?;
    let series = Series::with_magic(header.magic()).ok_or(PycError::Magic(header.magic()))?;
    let objects = marshal::read(&pyc[HEADER_SIZE..], series.code_layout)?;
    let code = objects.code(Objects::ROOT).ok_or(PycError::NotCode)?;
    let filename = objects.text(code.filename).ok_or(PycError::NotCode)?;
    let source = source.map(|(name, bytes)| source_entry(name, bytes, series));
    Ok(pyc_entry(name, pyc, series, optimize, source, &filename)?)
}

/// The manifest of what is at `path`, and the pycs that have no entry.
///
/// # Errors
/// [`PlaceError`] if there is nothing to look into.
pub fn inventory(path: &Path) -> Result<(Manifest, Vec<(String, PycError)>), PlaceError> {
    let place = Place::open(path)?;
    let mut files = Vec::new();
    let mut failures: Vec<(String, PycError)> =
        place.unseen().into_iter().map(|(name, error)| (name, error.into())).collect();
    for name in place.pycs() {
        match existing_entry(&place, &name) {
            Ok(entry) => files.push(entry),
            Err(error) => failures.push((name, error)),
        }
    }
    let archives = match &place {
        Place::Archive(archive) => vec![archive_entry(archive)],
        Place::Tree(..) | Place::File(_) => Vec::new(),
    };
    Ok((Manifest::new(files, archives), failures))
}
