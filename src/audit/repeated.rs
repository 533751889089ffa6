//! Places that are given twice, or that another place contains: their files are verified and
//! counted once.

use crate::input::Place;
use crate::project::FoundKind;
use crate::text::Shown as _;
use std::path::Path;

/// Returns the index of the place that contains all files of the place `at`; `None` if the place is
/// to be verified itself.
pub(super) fn within(places: &[Place], at: usize) -> Option<usize> {
    let real = places[at].real_path()?;
    let contains = |&other: &usize| {
        let Some(whole) = places[other].real_path().filter(|_| other != at) else { return false };
        match real.strip_prefix(&whole) {
            Ok(below) if below.as_os_str().is_empty() => other < at,
            Ok(below) => has(&places[other], below, &places[at]),
            Err(_) => false,
        }
    };
    (0..places.len()).find(contains)
}

/// Returns whether a directory lists all files of a place below it.
fn has(whole: &Place, below: &Path, place: &Place) -> bool {
    let (Place::Tree(_, listing), Some(below)) = (whole, below.to_str()) else { return false };
    match place {
        Place::Tree(_, inner) => {
            let mut names = inner.names.iter();
            names.all(|(name, kind)| listing.names.get(&format!("{below}/{name}")) == Some(kind))
        }
        Place::Archive(_) | Place::File(_) => listing.names.get(below) == Some(&FoundKind::File),
    }
}

/// Returns a note on a place that is not verified again.
pub(super) fn note(place: &Place, whole: &Place) -> String {
    let (one, other) = (path(place).shown(), path(whole).shown());
    match one == other {
        true => format!("{one} is given twice, and verified once"),
        false => format!("{one} is a part of {other}, and verified once"),
    }
}

fn path(place: &Place) -> &Path {
    match place {
        Place::Tree(path, _) | Place::File(path) => path,
        Place::Archive(archive) => &archive.path,
    }
}
