//! Temporary files of killed runs, in the directories that a run writes to.

use crate::output::WriteError;
use crate::output::place::{LEFTOVER_AGE, OutputPlace};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Removes leftovers from the directories of `files`, each once. `place` opens the directory of a
/// file; if it cannot be opened, the directory is skipped, since that error has been reported.
pub(super) fn remove<'a>(
    files: impl IntoIterator<Item = &'a Path>,
    place: impl Fn(&Path) -> Result<OutputPlace, WriteError>,
) {
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    for file in files {
        if folders.insert(file.parent().unwrap_or(Path::new("")).into())
            && let Ok(place) = place(file)
        {
            place.remove_leftovers(LEFTOVER_AGE);
        }
    }
}
