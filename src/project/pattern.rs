//! One pattern → the files that it matches.

use super::DiscoverError;
use std::path::Path;

/// The files below `root` that `pattern` matches, by their names relative to it, sorted. `*` and `?` stay within a
/// component, `**` does not; only the folders that can hold a match are listed. `None`: it is no pattern.
///
/// A name without a wildcard may be a symlink to a file; links that a wildcard would meet are not followed.
///
/// # Errors
/// [`DiscoverError`].
pub fn matching_files(root: &Path, pattern: &str) -> Result<Option<Vec<String>>, DiscoverError> {
    if !pattern.contains(['*', '?', '[', ']', '{', '}']) {
        let found = root.join(pattern).is_file().then(|| pattern.to_owned());
        return Ok(Some(found.into_iter().collect()));
    }
    // Braces are no wildcard here.
    let escaped = pattern.replace('{', "[{]").replace('}', "[}]");
    let Ok(glob) =
        globset::GlobBuilder::new(&escaped).literal_separator(true).backslash_escape(false).build()
    else {
        return Ok(None);
    };
    let matcher = glob.compile_matcher();
    let is_plain = |part: &&str| !part.contains(['*', '?', '[', ']', '{', '}']);
    let parts = pattern.split('/').collect::<Vec<_>>();
    let plain = parts.iter().copied().take_while(is_plain).collect::<Vec<_>>();
    let base = root.join(plain.join("/"));
    if !base.is_dir() {
        return Ok(Some(Vec::new()));
    }
    let depth = if parts.contains(&"**") { usize::MAX } else { parts.len() - plain.len() };
    let base = if base.as_os_str().is_empty() { Path::new(".") } else { &base };
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(base).max_depth(depth).sort_by_file_name() {
        let entry = entry.map_err(|error| DiscoverError::new(base, &error))?;
        let Ok(below) = entry.path().strip_prefix(base) else { continue };
        let Some(mut names) =
            below.components().map(|part| part.as_os_str().to_str()).collect::<Option<Vec<_>>>()
        else {
            continue;
        };
        names.splice(0..0, plain.iter().copied());
        let name = names.join("/");
        if entry.file_type().is_file() && matcher.is_match(&name) {
            found.push(name);
        }
    }
    found.sort_unstable();
    Ok(Some(found))
}
