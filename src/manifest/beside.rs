//! An entry beside the file that it speaks of.

use super::inventory::entry_of;
use super::model::FileEntry;
use crate::pyc::parse_name;

/// Returns the facts of an entry other than path, size and digest, from the outside in.
pub fn facts(file: &FileEntry) -> [(&'static str, Option<String>); 11] {
    let source = file.source.as_ref();
    [
        ("Python", Some(file.python.clone())),
        ("magic number", Some(file.magic.to_string())),
        ("optimization level", Some(file.optimize.to_string())),
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

/// The entry that the bytes would have; what they and their source do not say themselves is as it
/// is listed. None if the bytes are no pyc that can be read.
pub fn entry_beside(listed: &FileEntry, pyc: &[u8], source: Option<&[u8]>) -> Option<FileEntry> {
    // A legacy name does not say the level.
    let name = parse_name(&listed.path).filter(|name| name.cache_tag.is_some());
    let optimize = name.map_or(listed.optimize, |name| name.optimize);
    let source = listed.source.as_ref().map(|listed| listed.path.as_str()).zip(source);
    let found = entry_of(&listed.path, pyc, optimize, source).ok()?;
    let source = found.source.or_else(|| listed.source.clone());
    Some(FileEntry { source, ..found })
}
