//! Modes and owners in archives. Installers may keep them, so that a difference is not one of form.

use crate::diff::{Cause, CauseKind, DiffFinding, FileDifference};

/// Gives a file another cause if its cause does not explain that another user may run or write it.
pub(super) fn explain(file: &mut FileDifference) {
    let mut changed: Vec<String> = Vec::new();
    for clause in file.findings.iter().flat_map(DiffFinding::access) {
        // Directories and files have findings of their own.
        if !changed.contains(&clause) {
            changed.push(clause);
        }
    }
    let Some(cause) = file.cause.as_mut().filter(|_| !changed.is_empty()) else { return };
    let is_explained = matches!(
        cause.kind,
        CauseKind::Harmless | CauseKind::FollowsFromSource | CauseKind::OtherRelease | CauseKind::OtherLevel
    );
    if is_explained {
        let known = cause.reason.sentence();
        let is_named = known.strip_prefix("archive metadata: ").is_some_and(|facts| {
            facts.split(", ").all(|fact| ["mode", "owner", "pax records"].contains(&fact))
        });
        let rest = if is_named { String::new() } else { format!("; {known}") };
        *cause = Cause::new(CauseKind::OtherContent, format!("{}{rest}", changed.join(", ")));
    }
}
