//! RECORD files, and `md5sums` of Debian packages, whose rows follow from the files that they list.

use crate::diff::{CauseKind, Comparison, Side};
use crate::manifest::Place;
use std::collections::BTreeSet;

/// Marks the difference of such a list as harmless if each row that differs is the row of a file
/// that differs.
pub(super) fn explain_records(comparison: &mut Comparison, left: &Side, right: &Side) {
    let (Some(one), Some(other)) = (left.place(), right.place()) else { return };
    let differing: BTreeSet<String> = comparison.files.iter().map(|file| file.path.clone()).collect();
    for file in &mut comparison.files {
        let (folder, path): (_, fn(&str) -> Option<&str>) = match file.path.rsplit_once('/') {
            Some((folder, "RECORD")) => (folder, path),
            // Paths in `md5sums` begin at the root of the package.
            Some(("DEBIAN", "md5sums")) => ("", path_of_md5sum),
            _ => continue,
        };
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

/// Returns the path in a line of `md5sum`; `None` for a line with a backslash before the path.
fn path_of_md5sum(row: &str) -> Option<&str> {
    row.split_once("  ").map(|(_, path)| path).filter(|_| !row.starts_with('\\'))
}

/// Returns the path in a row without quotes; `None` for a row with quotes.
fn path(row: &str) -> Option<&str> {
    let path = row.split(',').next()?;
    (!path.contains('"')).then_some(path)
}
