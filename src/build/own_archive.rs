//! Recognition of the archives that `pack` has written, which are the only ones that it replaces
//! and that `clean` removes.
//!
//! Nothing in an archive says who wrote it, but its bytes do: they are exactly those that `pack`
//! makes of its files. In a zip without compression this proves little, so its pycs have to be
//! those of `pack` as well.

use super::previous::Previous;
use super::project::{BuildProject, ProjectError};
use crate::archive::{Archive, File, read_own};
use crate::manifest::sha256;
use crate::output::place::OutputPlace;
use crate::pyc::{InvalidationMode, Pyc};
use crate::wheel::in_order;
use std::io;
use std::path::Path;

/// Refuses to write an archive over a file that `pack` has not written: the file does not have the
/// form of its archives, and the manifest of the previous run does not list it.
///
/// # Errors
/// [`ProjectError::ForeignArchive`], [`ProjectError::Write`].
pub(super) fn check_archive(project: &BuildProject, path: &Path, new: &[u8]) -> Result<(), ProjectError> {
    if project.check {
        return Ok(());
    }
    let Some(place) = project.place(path)? else { return Ok(()) };
    let is_listed = |found: &[u8]| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let previous = Previous::read(project);
        previous.is_some_and(|previous| previous.archive(&name) == Some(&*sha256(found)))
    };
    check_replaced(path, &place, |found| found == new || is_listed(found))
}

/// Refuses to replace a file that `pack` has not written and `is_known` does not accept.
///
/// # Errors
/// [`ProjectError::ForeignArchive`], [`ProjectError::Write`].
pub(super) fn check_replaced(
    path: &Path,
    place: &OutputPlace,
    is_known: impl FnOnce(&[u8]) -> bool,
) -> Result<(), ProjectError> {
    place.check()?;
    let is_replaced = match place.bytes() {
        Ok(found) => found.is_empty() || is_known(&found) || is_own(path, &found),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    if is_replaced { Ok(()) } else { Err(ProjectError::ForeignArchive(path.into())) }
}

/// Returns whether `pack` writes these bytes for the files in them.
fn is_own(path: &Path, bytes: &[u8]) -> bool {
    let Some(archive) = read_own(path, bytes) else { return false };
    match path.extension().is_some_and(|extension| extension == "whl") {
        true => is_own_wheel(&archive),
        false => is_own_zip(&archive),
    }
}

/// Returns whether an archive that [`read_own`] has read has the order of the wheels that `pack`
/// writes.
fn is_own_wheel(archive: &Archive) -> bool {
    let names: Vec<&str> = archive.entries.iter().map(|entry| entry.name.as_str()).collect();
    let dist_info = names.last().and_then(|last| last.strip_suffix("/RECORD"));
    dist_info.filter(|dist_info| dist_info.ends_with(".dist-info")).is_some_and(|dist_info| {
        let files = names.iter().map(|name| File::new(*name, "")).collect();
        in_order(files, dist_info).iter().map(|file| file.path.as_str()).eq(names.iter().copied())
    })
}

/// Returns whether an archive that [`read_own`] has read has the order and the pycs of the zips
/// that `pack` writes.
pub(super) fn is_own_zip(archive: &Archive) -> bool {
    let is_sorted = archive.entries.is_sorted_by(|one, other| one.name < other.name);
    let mut pycs = archive.files().filter(|entry| entry.name.ends_with(".pyc")).peekable();
    let is_dateless =
        |bytes: &[u8]| Pyc::parse(bytes).is_ok_and(|pyc| pyc.header.mode() != InvalidationMode::Timestamp);
    is_sorted && pycs.peek().is_some() && pycs.all(|pyc| is_dateless(&pyc.bytes.read()))
}
