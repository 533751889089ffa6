//! Patterns of `--exclude` and similar options: `*` also matches `/`.

use super::error::CommandError;
use super::printer::Printer;
use globset::{Glob, GlobSet, GlobSetBuilder};
use std::collections::BTreeSet;

/// Returns the set of paths that one of the patterns matches.
pub(super) fn globs(patterns: &[String]) -> Result<GlobSet, CommandError> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(Glob::new(pattern)?);
    }
    Ok(set.build()?)
}

/// Prints the patterns of --exclude that match nothing: the files that they were meant for are
/// compiled.
pub(super) fn note_unused(patterns: &[String], used: &BTreeSet<usize>, printer: &Printer) {
    for (_, pattern) in patterns.iter().enumerate().filter(|(at, _)| !used.contains(at)) {
        printer.summary(&format!("note: --exclude {pattern:?} matches nothing"));
    }
}
