//! Patterns of `--exclude` and similar options: `*` also matches `/`.

use super::error::CommandError;
use super::printer::Printer;
use crate::project::FilePatterns;
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

/// Returns patterns for the files of a place or an environment.
pub(super) fn file_patterns(patterns: &[String]) -> Result<FilePatterns, CommandError> {
    Ok(FilePatterns::new(globs(patterns)?))
}

/// Prints the patterns of --exclude that match nothing: the files that they were meant for are
/// compiled or checked.
pub(super) fn note_unused(patterns: &[String], used: &BTreeSet<usize>, printer: &Printer) {
    for (_, pattern) in patterns.iter().enumerate().filter(|(at, _)| !used.contains(at)) {
        printer.summary(&format!("note: --exclude {pattern:?} matches nothing"));
    }
}
