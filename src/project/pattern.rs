//! One pattern → the files that it matches.

use super::DiscoverError;
use std::path::{Path, PathBuf};

/// Files that a pattern matches, relative to the root of the search.
#[derive(Debug, Default)]
pub struct Matches {
    /// Names, sorted.
    pub names: Vec<String>,
    /// Paths of files whose names are not UTF-8.
    pub nameless: Vec<PathBuf>,
}

/// Returns the files below `root` that `pattern` matches, or `None` for an invalid pattern. `*` and
/// `?` match within a component, `**` matches several; only directories that can contain a match
/// are listed.
///
/// A name without a wildcard may be a symlink to a file; symlinks that a wildcard matches are
/// followed only with `follow_links`.
///
/// # Errors
/// [`DiscoverError`].
pub fn matching_files(
    root: &Path,
    pattern: &str,
    follow_links: bool,
) -> Result<Option<Matches>, DiscoverError> {
    if !pattern.contains(['*', '?', '[', ']', '{', '}']) {
        let found = root.join(pattern).is_file().then(|| pattern.to_owned());
        return Ok(Some(Matches { names: found.into_iter().collect(), ..Matches::default() }));
    }
    // Braces are not wildcards here.
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
    // The name of the working directory is empty, but it can be opened only as a dot.
    let base = if base.as_os_str().is_empty() { Path::new(".") } else { &base };
    if !base.is_dir() {
        return Ok(Some(Matches::default()));
    }
    let depth = if parts.contains(&"**") { usize::MAX } else { parts.len() - plain.len() };
    let mut found = Matches::default();
    for entry in walkdir::WalkDir::new(base).follow_links(follow_links).max_depth(depth).sort_by_file_name() {
        let entry = entry.map_err(|error| DiscoverError::new(base, &error))?;
        let Ok(below) = entry.path().strip_prefix(base) else { continue };
        if !entry.file_type().is_file() {
            continue;
        }
        let path = plain.iter().collect::<PathBuf>().join(below);
        let below = below.components().map(|part| part.as_os_str().to_string_lossy());
        let name = plain.iter().map(|part| (*part).into()).chain(below).collect::<Vec<_>>().join("/");
        if path.to_str().is_some() {
            found.names.extend(matcher.is_match(&name).then_some(name));
        } else if matcher.is_match(&name) || matcher.is_match(&path) {
            found.nameless.push(path);
        }
    }
    found.names.sort_unstable();
    Ok(Some(found))
}
