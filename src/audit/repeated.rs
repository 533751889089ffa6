//! Places that are given twice, or that another place contains: their files are verified and
//! counted once.

use crate::input::Place;
use crate::project::FoundKind;
use crate::text::Shown as _;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Returns for each place the index of the first other one that contains all its files; `None` if
/// the place is to be verified itself. Of places with one path, the first contains the others.
pub(super) fn within(places: &[Place]) -> Vec<Option<usize>> {
    let real: Vec<Option<PathBuf>> = places.iter().map(Place::real_path).collect();
    let mut by_path: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
    for (at, path) in real.iter().enumerate() {
        if let Some(path) = path {
            by_path.entry(path).or_default().push(at);
        }
    }
    let whole = |(at, path): (usize, &Option<PathBuf>)| {
        let path = path.as_deref()?;
        let above = path.ancestors().skip(1).filter_map(|folder| {
            let below = path.strip_prefix(folder).ok()?;
            by_path.get(folder)?.iter().copied().find(|&other| has(&places[other], below, &places[at]))
        });
        let same = by_path.get(path)?.first().copied().filter(|&first| first < at);
        above.chain(same).min()
    };
    real.iter().enumerate().map(whole).collect()
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
