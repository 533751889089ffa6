//! The archive that a manifest lists: one rule for all commands that compare the two.

use super::entry::hex;
use super::model::{Archive, Manifest};
use crate::archive;
use std::path::Path;

/// Facts of a manifest about an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed<'a> {
    /// Nothing: it lists no archives.
    Nothing,
    /// This one: by its name and digest, or by its digest where the name is another.
    This,
    /// Another one of this name.
    Other(&'a Archive),
    /// Others only.
    Others,
}

/// The entry of an archive, under the name of its file.
pub fn archive_entry(archive: &archive::Archive) -> Archive {
    Archive { path: file_name(&archive.path), sha256: hex(&archive.sha256), size: archive.size }
}

/// Returns whether a manifest lists the archive. A manifest that lists it says by the digest what
/// it is; the pycs listed are then those that it has once it is installed, or another archive's.
pub fn listed<'a>(manifest: &'a Manifest, archive: &archive::Archive) -> Listed<'a> {
    let found = archive_entry(archive);
    let is = |listed: &Archive| (&listed.sha256, listed.size) == (&found.sha256, found.size);
    match manifest.archives.iter().find(|listed| listed.path == found.path) {
        _ if manifest.archives.is_empty() => Listed::Nothing,
        Some(own) if !is(own) => Listed::Other(own),
        None if !manifest.archives.iter().any(is) => Listed::Others,
        _ => Listed::This,
    }
}

fn file_name(path: &Path) -> String {
    crate::text::python::os_text(path.file_name().unwrap_or_default())
}
