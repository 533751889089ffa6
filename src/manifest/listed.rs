//! Search for an archive in a manifest, the same for all commands that compare the two.

use super::entry::hex;
use super::model::{ListedArchive, Manifest};
use crate::archive;
use std::path::Path;

/// Result of the search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed<'a> {
    /// The manifest lists no archives.
    Nothing,
    /// The manifest lists the archive by its name and digest, or by its digest under another name.
    This,
    /// The manifest lists another archive of this name.
    Other(&'a ListedArchive),
    /// The manifest lists other archives only.
    Others,
}

/// Returns the entry of an archive, with the name of its file as the path.
pub fn archive_entry(archive: &archive::Archive) -> ListedArchive {
    ListedArchive { path: file_name(&archive.path), sha256: hex(&archive.sha256), size: archive.size }
}

/// Searches for an archive in a manifest. If the manifest lists archives, the listed digest
/// decides; the listed pycs are then those of the archive after installation, or those of another
/// archive.
pub fn listed<'a>(manifest: &'a Manifest, archive: &archive::Archive) -> Listed<'a> {
    let found = archive_entry(archive);
    let is = |listed: &ListedArchive| (&listed.sha256, listed.size) == (&found.sha256, found.size);
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
