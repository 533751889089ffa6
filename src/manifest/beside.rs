//! An entry beside the file that it speaks of.

use super::entry::{pyc_entry, source_entry};
use super::model::FileEntry;
use crate::object::Objects;
use crate::pyc::{HEADER_SIZE, Header, parse_name};
use crate::target::Series;

/// What an entry says besides path, size and digest, from the outside in.
pub fn facts(file: &FileEntry) -> [(&'static str, Option<String>); 11] {
    let source = file.source.as_ref();
    [
        ("Python", Some(file.python.clone())),
        ("magic number", Some(file.magic.to_string())),
        ("optimisation level", Some(file.optimize.to_string())),
        ("invalidation mode", Some(file.invalidation_mode.clone())),
        ("source time", file.source_mtime.map(|time| time.to_string())),
        ("source", source.map(|source| source.path.clone())),
        ("source size", source.map(|source| source.size.to_string())),
        ("source sha256", source.map(|source| source.sha256.clone())),
        ("source hash", source.map(|source| source.source_hash.clone())),
        ("recorded file name", Some(file.filename.clone())),
        ("code sha256", Some(file.code_sha256.clone())),
    ]
}

/// The entry that the bytes would have; what they and their source do not say themselves is as it is listed. None if the
/// bytes are no pyc that can be read.
pub fn entry_beside(listed: &FileEntry, pyc: &[u8], source: Option<&[u8]>) -> Option<FileEntry> {
    let header = Header::parse(pyc).ok()?;
    let series = Series::with_magic(header.magic())?;
    let objects = crate::marshal::read(&pyc[HEADER_SIZE..], series.code_layout).ok()?;
    let filename = objects.text(objects.code(Objects::ROOT)?.filename)?;
    let source = match (source, &listed.source) {
        (Some(bytes), Some(source)) => Some(source_entry(&source.path, bytes, series)),
        (_, listed) => listed.clone(),
    };
    // A legacy name does not say the level.
    let name = parse_name(&listed.path).filter(|name| name.cache_tag.is_some());
    let optimize = name.map_or(listed.optimize, |name| name.optimize);
    pyc_entry(&listed.path, pyc, series, optimize, source, &filename).ok()
}
