//! Archives in the sides of a comparison, which are kept for the search for causes.

use super::archive_path::ArchivePath;
use super::opened::{OpenedFile, Room, open};
use crate::archive::Archive;
use crate::input::Place;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Size of the archives that are kept; further archives are read again.
const KEPT: usize = 256 << 20;

/// Archives that differ, by the path on the right side.
#[derive(Debug, Default)]
pub struct Nested(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    size: usize,
    pairs: BTreeMap<ArchivePath, [Place; 2]>,
}

impl Nested {
    /// Keeps two archives, unless that exceeds [`KEPT`].
    pub(super) fn keep(&self, path: &ArchivePath, left: Archive, right: Archive) {
        let size = [&left, &right].into_iter().flat_map(Archive::files).map(|entry| entry.bytes.len());
        let size = size.fold(0, usize::saturating_add);
        let Ok(mut kept) = self.0.lock() else { return };
        if kept.size.saturating_add(size) <= KEPT {
            kept.size += size;
            kept.pairs.insert(path.clone(), [left, right].map(Place::Archive));
        }
    }

    /// Returns the archives with this path on the right side, which are no longer kept.
    pub fn take(&self, path: &ArchivePath) -> Option<[Place; 2]> {
        let mut kept = self.0.lock().ok()?;
        kept.pairs.remove(path)
    }
}

/// Reads an archive in a place.
pub fn read_within(place: &Place, container: &ArchivePath) -> Option<Place> {
    let mut names = container.names();
    let outer = names.next()?;
    let outer = match place {
        // A single file may be compared with a file in a directory.
        Place::File(_) => place.names().concat(),
        _ => outer.to_owned(),
    };
    let mut archive = read_nested(container.path(), place.read(&outer).ok()?)?;
    for name in names {
        archive = read_nested(container.path(), archive.get(name)?.bytes.read().into_owned())?;
    }
    Some(Place::Archive(archive))
}

/// Reads an archive that was opened before.
fn read_nested(path: &str, bytes: Vec<u8>) -> Option<Archive> {
    match open(path, bytes, &Room::new()) {
        OpenedFile::Archive(archive) => Some(archive),
        OpenedFile::Plain | OpenedFile::Refused(_) => None,
    }
}
