//! Patterns of `--exclude` and similar options: `*` also matches `/`.

use super::CommandError;
use globset::{Glob, GlobSet, GlobSetBuilder};

/// Returns the set of paths that one of the patterns matches.
pub(super) fn globs(patterns: &[String]) -> Result<GlobSet, CommandError> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(Glob::new(pattern)?);
    }
    Ok(set.build()?)
}
