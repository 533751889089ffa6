//! RECORD files, and `md5sums` of Debian packages, whose rows follow from the files that they list.

use super::pair::Pair;
use crate::diff::{Cause, CauseKind, FileDifference};
use std::collections::BTreeSet;

/// Marks the difference of such a list as harmless if each row that differs is the row of a file
/// that differs. `indices` are the files of the pair.
pub(super) fn explain_records(files: &mut [FileDifference], indices: &[usize], pair: &Pair<'_>) {
    let names = |file: &FileDifference| [0, 1].map(|side| pair.name(file, side).to_owned());
    let folders: Vec<[String; 2]> =
        indices.iter().map(|&index| &files[index]).filter(|file| file.is_folder()).map(names).collect();
    // A file that only the left side has may be in a directory that has another path on the right.
    let all = indices.iter().flat_map(|&index| names(&files[index]));
    let differing: BTreeSet<String> = all.flat_map(|name| [moved(&name, &folders), name]).collect();
    for &index in indices {
        let names = names(&files[index]);
        let Some(cause) = files[index].cause.as_mut().filter(|cause| cause.kind == CauseKind::OtherContent)
        else {
            continue;
        };
        let rows = |side: usize| ListRows::read(pair, side, &names[side]);
        let (Some(one), Some(other)) = (rows(0), rows(1)) else { continue };
        let one = one.moved(&folders);
        let mut paths = one.symmetric_difference(&other.0).map(|(path, _)| path);
        if paths.all(|path| differing.contains(path)) {
            *cause = Cause::new(CauseKind::Harmless, "its rows follow from the files that differ");
        }
    }
}

/// Splits a row into the path and the rest.
type Split = fn(&str) -> Option<(&str, &str)>;

/// Rows of a list: the path of a file in the place, and the rest.
struct ListRows(BTreeSet<(String, String)>);

impl ListRows {
    /// Reads a list; `None` for other files, and for lists with quoted paths.
    fn read(pair: &Pair<'_>, side: usize, name: &str) -> Option<Self> {
        let (folder, split): (_, Split) = match name.rsplit_once('/') {
            Some((folder, "RECORD")) => (folder, of_record),
            // Paths in `md5sums` begin at the root of the package.
            Some(("DEBIAN", "md5sums")) => ("", of_md5sums),
            _ => return None,
        };
        let parent = folder.rsplit_once('/').map_or(String::new(), |(parent, _)| format!("{parent}/"));
        let text = String::from_utf8(pair.read(side, name).ok()?.1).ok()?;
        let rows = text.lines().map(|row| {
            let (path, rest) = split(row)?;
            Some((format!("{parent}{path}"), rest.to_owned()))
        });
        rows.collect::<Option<_>>().map(Self)
    }

    /// Returns the rows with the paths that the right side has for the files.
    fn moved(self, folders: &[[String; 2]]) -> BTreeSet<(String, String)> {
        self.0.into_iter().map(|(path, rest)| (moved(&path, folders), rest)).collect()
    }
}

/// Returns the path on the right side of a file in directories with another path on each side.
fn moved(path: &str, folders: &[[String; 2]]) -> String {
    let below = folders.iter().filter_map(|[left, right]| Some((right, path.strip_prefix(left.as_str())?)));
    let innermost = below.min_by_key(|(_, below)| below.len());
    innermost.map_or_else(|| path.to_owned(), |(right, below)| format!("{right}{below}"))
}

/// Splits a line of `md5sum`; `None` for a line with a backslash before the path.
fn of_md5sums(row: &str) -> Option<(&str, &str)> {
    row.split_once("  ").map(|(digest, path)| (path, digest)).filter(|_| !row.starts_with('\\'))
}

/// Splits a row of a RECORD without quotes; `None` for a row with quotes.
fn of_record(row: &str) -> Option<(&str, &str)> {
    let (path, rest) = row.split_once(',').unwrap_or((row, ""));
    (!path.contains('"')).then_some((path, rest))
}
