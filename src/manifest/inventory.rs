//! Manifest of existing pycs.

use super::entry::{pyc_entry, source_entry};
use super::listed::archive_entry;
use super::model::{FileEntry, ListedArchive, Manifest};
use super::shard::Shard;
use crate::archive::DEPTH;
use crate::input::{Embedded, Place, PlaceError, Surroundings, embedded};
use crate::object::Objects;
use crate::pyc::{Pyc, PycError, parse_name};
use std::path::Path;

/// Reason why a pyc has no entry.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// The pyc cannot be read.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The pyc is malformed.
    #[error(transparent)]
    Pyc(#[from] PycError),
    /// Bytecode under a name that does not end in `.pyc`.
    #[error("it is bytecode under another name, which has no entry")]
    Name,
    /// The archive is nested too deep.
    #[error("the archive was not opened: archives are nested more than {DEPTH} deep")]
    Depth,
}

/// Returns the entry of a pyc in a place; its code is parsed for the recorded name.
///
/// # Errors
/// [`EntryError`].
pub fn existing_entry(place: &Place, name: &str) -> Result<FileEntry, EntryError> {
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

/// Returns the entry of a pyc from its bytes; `source` is the name and content of its source.
///
/// # Errors
/// [`EntryError`].
pub fn entry_of(
    name: &str,
    pyc: &[u8],
    optimize: u8,
    source: Option<(&str, &[u8])>,
) -> Result<FileEntry, EntryError> {
    let Pyc { series, objects, .. } = Pyc::parse(pyc)?;
    let code = objects.code(Objects::ROOT).ok_or(PycError::NotCode)?;
    let filename = objects.text(code.filename).ok_or(PycError::NotCode)?;
    let source = source.map(|(name, bytes)| source_entry(name, bytes, series));
    Ok(pyc_entry(name, pyc, series, optimize, source, &filename).map_err(PycError::from)?)
}

/// Returns the manifest of the pycs at `path`, and the pycs that have no entry. Archives in a tree
/// are listed if they contain a pyc. With a shard, only its files are listed. `directory` is the
/// working directory by the name under which the user entered it.
///
/// # Errors
/// [`PlaceError`] if `path` cannot be opened.
pub fn inventory(
    path: &Path,
    shard: Option<Shard>,
    directory: Option<&Path>,
) -> Result<(Manifest, Vec<(String, EntryError)>), PlaceError> {
    let place = Place::open(path)?;
    let is_first = shard.is_none_or(Shard::is_first);
    let mut found = Found { shard, ..Found::default() };
    if is_first {
        found.failures = unseen(&place, "", Surroundings { directory, ..Surroundings::default() });
    }
    for (index, name) in place.pycs().into_iter().enumerate() {
        if !shard.is_none_or(|shard| shard.has(index)) {
            continue;
        }
        match existing_entry(&place, &name) {
            Ok(entry) => found.files.push(entry),
            Err(error) => found.failures.push((name, error)),
        }
    }
    found.archives(&place, "", DEPTH);
    if let Place::Archive(archive) = &place {
        found.archives = if is_first { vec![archive_entry(archive)] } else { Vec::new() };
    }
    let manifest = Manifest::new(found.files, found.archives);
    let shard = shard.map(|shard| shard.entry(&place.names()));
    Ok((Manifest { shard, ..manifest }, found.failures))
}

fn unseen(place: &Place, prefix: &str, surroundings: Surroundings<'_>) -> Vec<(String, EntryError)> {
    let unseen = place.survey(surroundings).unseen.into_iter();
    unseen.map(|(name, error)| (format!("{prefix}{name}"), error.into())).collect()
}

#[derive(Default)]
struct Found {
    shard: Option<Shard>,
    files: Vec<FileEntry>,
    archives: Vec<ListedArchive>,
    failures: Vec<(String, EntryError)>,
}

impl Found {
    /// Adds the archives in a place, down to `depth` levels; returns the number of pycs in them.
    fn archives(&mut self, place: &Place, prefix: &str, depth: usize) -> usize {
        let mut pycs = 0;
        for (index, name) in place.names().into_iter().enumerate() {
            if prefix.is_empty() && !self.shard.is_none_or(|shard| shard.has(index)) {
                continue;
            }
            let path = format!("{prefix}{name}");
            let carrier = match place.carrier(&name) {
                Ok(carrier) => carrier,
                // A pyc under a name without a suffix has been reported already.
                Err(error) => {
                    if !error.is_no_file() && !name.ends_with(".pyc") {
                        self.failures.push((path, error.into()));
                    }
                    continue;
                }
            };
            if carrier.magic.is_some() && !name.ends_with(".pyc") {
                self.failures.push((path.clone(), EntryError::Name));
            }
            if !carrier.is_archive() {
                continue;
            }
            let bytes = match place.read(&name) {
                Ok(bytes) => bytes,
                Err(error) => {
                    self.failures.push((path, error.into()));
                    continue;
                }
            };
            let archive = match embedded(Path::new(&path), bytes) {
                Embedded::Nothing | Embedded::Broken(_) => continue,
                Embedded::Refused(error) => {
                    self.failures.push((path, PlaceError::from(error).into()));
                    continue;
                }
                Embedded::Archive(_) if depth == 0 => {
                    self.failures.push((path, EntryError::Depth));
                    continue;
                }
                Embedded::Archive(archive) => archive,
            };
            let inner = Place::Archive(archive);
            let within = format!("{path}!");
            let mut inside = 0;
            self.failures.extend(unseen(&inner, &within, Surroundings::default()));
            for pyc in inner.pycs() {
                inside += 1;
                if let Err(error) = existing_entry(&inner, &pyc)
                    && !is_never_loaded(&path, &pyc, &error)
                {
                    self.failures.push((format!("{within}{pyc}"), error));
                }
            }
            inside += self.archives(&inner, &within, depth - 1);
            pycs += inside;
            if let (Place::Archive(archive), true, true) = (&inner, prefix.is_empty(), inside > 0) {
                self.archives.push(ListedArchive { path, ..archive_entry(archive) });
            }
        }
        pycs
    }
}

/// Returns whether nothing loads a pyc of an archive in a tree: zipimport ignores `__pycache__`, in
/// which old eggs have pycs of unknown versions.
fn is_never_loaded(archive: &str, pyc: &str, error: &EntryError) -> bool {
    let is_wheel = archive.to_ascii_lowercase().ends_with(".whl");
    matches!(error, EntryError::Pyc(PycError::Magic(_)))
        && !is_wheel
        && pyc.rsplit('/').nth(1) == Some("__pycache__")
}
