//! Directories, walked as `compileall` does.
#![allow(clippy::disallowed_methods, reason = "this is the place that lists directories, and it sorts them")]

use std::path::{Path, PathBuf};

/// Result of a walk.
#[derive(Debug, Default)]
pub struct ProjectWalk {
    /// Files whose name ends in `.py`, in the order of the walk.
    pub files: Vec<PathBuf>,
    /// Directories in the order of their listing.
    pub listed: Vec<PathBuf>,
    /// Directories that could not be listed, with the error.
    pub failed: Vec<(PathBuf, std::io::Error)>,
}

/// Lists `folder` and the directories below it, `levels` deep. Names are sorted; `__pycache__` and
/// links to directories are left out (`compileall._walk_dir`). A broken link is not a file.
pub fn walk(folder: &Path, levels: usize, found: &mut ProjectWalk) {
    let names = std::fs::read_dir(folder).and_then(|entries| {
        let names: std::io::Result<Vec<_>> = entries.map(|entry| Ok(entry?.file_name())).collect();
        names
    });
    let mut names = match names {
        Ok(names) => names,
        Err(error) => {
            found.failed.push((folder.into(), error));
            return;
        }
    };
    found.listed.push(folder.into());
    names.sort();
    for name in names {
        if name == "__pycache__" {
            continue;
        }
        let path = folder.join(&name);
        if !path.is_dir() {
            if name.as_encoded_bytes().ends_with(b".py") && path.is_file() {
                found.files.push(path);
            }
        } else if levels > 0 && !path.is_symlink() {
            walk(&path, levels - 1, found);
        }
    }
}
