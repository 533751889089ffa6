//! RECORD files, whose rows follow from the files that they list.

use crate::diff::{CauseKind, Comparison, Side};
use crate::manifest::Place;
use std::collections::BTreeSet;

/// Calls the difference of a RECORD harmless if all rows that differ are of files that differ.
pub(super) fn explain_records(comparison: &mut Comparison, left: &Side, right: &Side) {
    let (Some(one), Some(other)) = (left.place(), right.place()) else { return };
    let differing: BTreeSet<String> = comparison.files.iter().map(|file| file.path.clone()).collect();
    for file in &mut comparison.files {
        let Some((folder, "RECORD")) = file.path.rsplit_once('/') else { continue };
        let Some(cause) = file.cause.as_mut().filter(|cause| cause.kind == CauseKind::OtherContent) else {
            continue;
        };
        let parent = folder.rsplit_once('/').map_or(String::new(), |(parent, _)| format!("{parent}/"));
        let rows = |place: &Place| rows(place, &file.path);
        let (Some(one), Some(other)) = (rows(one), rows(other)) else { continue };
        let mut paths = one.symmetric_difference(&other).map(|row| path(row));
        if paths.all(|path| path.is_some_and(|path| differing.contains(&format!("{parent}{path}")))) {
            cause.kind = CauseKind::Harmless;
            "its rows follow from the files that differ".clone_into(&mut cause.reason);
        }
    }
}

fn rows(place: &Place, name: &str) -> Option<BTreeSet<String>> {
    let text = String::from_utf8(place.read(name).ok()?).ok()?;
    Some(text.lines().map(str::to_owned).collect())
}

/// Path of a row without quotes; rows with quotes are not looked into.
fn path(row: &str) -> Option<&str> {
    let path = row.split(',').next()?;
    (!path.contains('"')).then_some(path)
}
