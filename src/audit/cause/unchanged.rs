//! Pycs that are equal on both sides although their source differs.

use super::origin::Origin;
use super::pair::{Pair, not_explained};
use crate::diff::{Cause, Comparison, DiffFinding, DifferenceKind, FileDifference};
use crate::engine::{ThreadsError, Workers};
use crate::input::Place;
use crate::pyc::{HEADER_SIZE, Header};
use std::collections::{BTreeMap, BTreeSet};

const MESSAGE: &str = "the pyc is the same on both sides, although its source differs";

/// Returns differences for the pycs that are not, on each side, the result of compiling the source
/// of this side. `indices` are the files of the pair.
pub(super) fn pycs(
    files: &[FileDifference],
    indices: &[usize],
    pair: &Pair<'_>,
    workers: Workers<'_>,
) -> Result<Vec<FileDifference>, ThreadsError> {
    let is_other =
        |kind| matches!(kind, DifferenceKind::Content | DifferenceKind::OnlyLeft | DifferenceKind::OnlyRight);
    let sources = indices.iter().map(|&index| &files[index]).filter(|file| {
        file.path.ends_with(".py") && file.findings.iter().any(|finding| is_other(finding.kind))
    });
    let sources: Vec<[&str; 2]> = sources.map(|file| [0, 1].map(|side| pair.name(file, side))).collect();
    if sources.is_empty() {
        return Ok(Vec::new());
    }
    let view = &pair.views[1];
    let mut of_source: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for pyc in view.pycs() {
        if let Some(parsed) = view.named(pyc).parsed {
            of_source.entry(parsed.source).or_default().push(pyc);
        }
    }
    let mut both = Vec::new();
    for [left, right] in sources {
        for &pyc in of_source.get(right).into_iter().flatten() {
            both.extend(partner(pyc, left, right).map(|partner| [partner, pyc.to_owned()]));
        }
    }
    let found = workers.uncounted().map(&both, |names| check(names, pair))?;
    Ok(found.into_iter().flatten().flatten().collect())
}

/// Returns the path on the left side of a pyc that is next to its source on the right side.
fn partner(pyc: &str, left: &str, right: &str) -> Option<String> {
    let folder = |name: &str| name.rfind('/').map_or(0, |at| at + 1);
    let (one, other) = (&left[..folder(left)], &right[..folder(right)]);
    match one == other {
        true => Some(pyc.to_owned()),
        false => Some(format!("{one}{}", pyc.strip_prefix(other)?)),
    }
}

/// Returns a difference if both sides have the same pyc and it does not fit both sources.
fn check(names: &[String; 2], pair: &Pair<'_>) -> Option<FileDifference> {
    let [left, right] = [0, 1].map(|side| pair.views[side].read(&names[side]));
    let (left, right) = (left.ok()?, right.ok()?);
    if left != right {
        return None;
    }
    let [one, other] = pair.origins(names, &left);
    let cause = match (&one, &other) {
        // One side may have the pyc without a source.
        (Origin::Source(_), Origin::Source(_) | Origin::Unknown(_))
        | (Origin::Unknown(_), Origin::Source(_)) => return None,
        _ => not_explained(&one, &other),
    };
    Some(pair.found(names, DiffFinding::new(kind(&cause), MESSAGE), cause))
}

/// Returns the kind of the finding for a pyc that is the same on both sides.
fn kind(cause: &Cause) -> DifferenceKind {
    match cause.reason.fault().map(|fault| fault.kind) {
        Some(DifferenceKind::Header) => DifferenceKind::Header,
        _ => DifferenceKind::Code,
    }
}

/// Returns differences for the pycs that are the same on both sides, apart from their metadata, and
/// are not the result of compiling their source.
pub(super) fn alike(
    pycs: &[[String; 2]],
    pair: &Pair<'_>,
    workers: Workers<'_>,
) -> Result<Vec<FileDifference>, ThreadsError> {
    let found = workers.uncounted().map(pycs, |names| {
        let cause = pair.alike(&[&names[0], &names[1]])?;
        let message = "the pyc is the same on both sides, but its metadata differs";
        Some(pair.found(names, DiffFinding::new(kind(&cause), message), cause))
    })?;
    Ok(found.into_iter().flatten().flatten().collect())
}

/// Returns differences for the pycs that are the same on both sides, and whose header has the time
/// of their source in the package, tar archive or image of one side only. `files` are the known
/// differences.
pub(super) fn stale(
    pair: &Pair<'_>,
    files: &[FileDifference],
    workers: Workers<'_>,
) -> Result<Vec<FileDifference>, ThreadsError> {
    let known: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let names = pair.views[1].pycs().iter().map(|name| [name.clone(), name.clone()]);
    let names: Vec<[String; 2]> = names.filter(|names| pair.is_stale(names) == Some(true)).collect();
    let found = workers.uncounted().map(&names, |names| {
        let pyc = pair.views[1].read(&names[1]).ok()?;
        let [one, other] = pair.origins(names, &pyc);
        let cause = not_explained(&one, &other);
        let message = "the pyc is the same on both sides, but the time of its source differs";
        let file = pair.found(names, DiffFinding::new(kind(&cause), message), cause);
        (!known.contains(file.path.as_str())).then_some(file)
    })?;
    Ok(found.into_iter().flatten().flatten().collect())
}

impl Pair<'_> {
    /// Returns whether the header of a pyc has the time of its source on one side only; `None` for
    /// other pycs and places.
    fn is_stale(&self, names: &[String; 2]) -> Option<bool> {
        let fits = |side: usize| {
            let view = &self.views[side];
            let Place::Archive(archive) = view.place else { return None };
            let source = view.packed_time(&view.named(&names[side]).parsed?.source)?;
            let head = archive.get(&names[side])?.bytes.head(HEADER_SIZE as u64);
            match Header::parse(&head).ok()? {
                Header::Timestamp { mtime, .. } => Some(mtime == source),
                Header::Hash { .. } => None,
            }
        };
        Some(fits(0)? != fits(1)?)
    }

    /// Returns a difference of a pyc that is called `names` within the places.
    pub(super) fn found(&self, names: &[String; 2], finding: DiffFinding, cause: Cause) -> FileDifference {
        let path = |side: usize| self.container[side].member(&names[side]);
        let file = FileDifference::new(path(1), vec![finding]).within(self.container.each_ref());
        FileDifference { cause: Some(cause), ..file.from_left(&path(0)) }
    }
}

/// Adds the differences to a comparison that counted the pycs as the same.
pub(super) fn add(comparison: &mut Comparison, found: Vec<FileDifference>) {
    let paths: BTreeSet<&str> = found.iter().map(|file| file.path.as_str()).collect();
    comparison.unchanged.retain(|[_, path]| !paths.contains(path.as_str()));
    for file in found {
        match comparison.files.iter_mut().find(|known| known.path == file.path) {
            // The metadata of two entries may differ.
            Some(known) => {
                known.findings.extend(file.findings);
                known.cause = file.cause;
            }
            None => {
                comparison.same = comparison.same.saturating_sub(1);
                comparison.files.push(file);
            }
        }
    }
    comparison.files.sort_by(|a, b| a.path.cmp(&b.path));
}
