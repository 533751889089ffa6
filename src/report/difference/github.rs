//! Workflow annotations of GitHub Actions: one for the result, and one for each file.

use super::{reasons, sentence};
use crate::diff::{Cause, CauseKind, Comparison, DifferenceKind, FileDifference, WHOLE_SIDE};
use crate::report::annotation;
use std::path::Path;

/// Returns the annotations, most severe first.
pub fn annotations(comparison: &Comparison) -> Vec<String> {
    let mut files: Vec<&FileDifference> = comparison.files.iter().collect();
    files.sort_by_key(|file| file.cause.as_ref().map(Cause::rank));
    let result = annotation::note(&sentence(comparison));
    std::iter::once(result).chain(files.into_iter().map(|file| annotated(file, comparison))).collect()
}

/// Returns the path on disk of a file; if this is an archive or a manifest that contains the file,
/// also the file's name in it. The path is that of the right side, unless only the left side has
/// the file, or the right side is a manifest.
fn located<'a>(file: &'a FileDifference, comparison: &'a Comparison) -> (&'a str, Option<&'a str>) {
    let roots = [comparison.left.as_str(), &comparison.right];
    let is_left = file.findings.iter().any(|finding| finding.kind == DifferenceKind::OnlyLeft);
    let is_manifest = |side: usize| comparison.digests[side].is_some() && is_json(roots[side]);
    let side = match is_left || is_manifest(1) {
        true if !is_manifest(0) => 0,
        _ => 1,
    };
    let (root, path) = (roots[side], file.paths()[side]);
    match &comparison.digests[side] {
        // A single file is compared under its own name.
        Some(_) if Path::new(root).file_name().is_some_and(|name| name == path) => (root, None),
        Some(_) => (root, (path != WHOLE_SIDE).then_some(path)),
        None => match file.containers[side].names().next() {
            Some(archive) => (archive, path.get(archive.len() + 1..)),
            None => (path, None),
        },
    }
}

fn is_json(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| end == "json")
}

/// Returns the annotation for a file, with its cause.
fn annotated(file: &FileDifference, comparison: &Comparison) -> String {
    let (path, member) = located(file, comparison);
    let Some(cause) = &file.cause else {
        let message = reasons(file);
        return annotation::error(path, (None, None), "difference", &annotation::about(member, &message));
    };
    let reason = match cause.reason.sentence() {
        "" => String::new(),
        reason => format!("{reason}\n"),
    };
    let message = format!("{reason}{}", reasons(file));
    let message = annotation::about(member, message.trim_end());
    let title = cause.kind.words();
    match cause.kind {
        CauseKind::Unexplained | CauseKind::NotChecked => {
            annotation::error(path, (None, None), title, &message)
        }
        CauseKind::OneSide | CauseKind::Source | CauseKind::OtherContent => {
            annotation::warning(path, None, title, &message)
        }
        CauseKind::FollowsFromSource
        | CauseKind::OtherRelease
        | CauseKind::OtherLevel
        | CauseKind::OtherPath
        | CauseKind::Harmless => annotation::notice(path, title, &message),
    }
}
