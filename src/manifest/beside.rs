//! Comparison of an entry with its file.

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

/// Returns the entry for the bytes of a pyc, with facts from the listed entry that neither the pyc
/// nor its source contains. `None` if the bytes are not a readable pyc.
pub fn entry_beside(listed: &FileEntry, pyc: &[u8], source: Option<&[u8]>) -> Option<FileEntry> {
    // A legacy name does not contain the level.
    let name = parse_name(&listed.path).filter(|name| name.cache_tag.is_some());
    let optimize = name.map_or(listed.optimize, |name| name.optimize);
    let source = listed.source.as_ref().map(|listed| listed.path.as_str()).zip(source);
    let found = entry_of(&listed.path, pyc, optimize, source).ok()?;
    let source = found.source.or_else(|| listed.source.clone());
    Some(FileEntry { source, ..found })
}
