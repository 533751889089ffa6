//! Files that links lead to.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// Entries that are looked at where a link leads, before it counts as leading to something.
const MOST: usize = 100_000;

/// Returns whether importers reach, from `start` and through any number of symlinks, a file that
/// `is_code` holds for. What lies below `inside` is left out, and what cannot be looked at counts
/// as code.
pub fn leads_to_code(start: &Path, inside: &Path, is_code: &dyn Fn(&Path) -> io::Result<bool>) -> bool {
    let mut folders = vec![start.to_path_buf()];
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    let mut left = MOST;
    while let Some(path) = folders.pop() {
        let real = match path.canonicalize() {
            Ok(real) => real,
            Err(error) if is_absent(&error) => continue,
            Err(_) => return true,
        };
        if real.starts_with(inside) || !seen.insert(real.clone()) {
            continue;
        }
        let Some(rest) = left.checked_sub(1) else { return true };
        left = rest;
        if !real.is_dir() {
            // A name that an importer knows is that of the link.
            let by_name = path.file_name().is_some_and(|name| name.as_encoded_bytes().ends_with(b".pyc"));
            if real.is_file() && (by_name || is_code(&real).unwrap_or(true)) {
                return true;
            }
            continue;
        }
        for entry in walkdir::WalkDir::new(&real).min_depth(1).max_depth(1) {
            match entry {
                Ok(entry) => folders.push(entry.into_path()),
                Err(_) => return true,
            }
        }
    }
    false
}

/// Returns whether nothing is there that a link or a name leads to; links that lead to each other
/// lead nowhere.
fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind;
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) || is_loop(error)
}

#[cfg(unix)]
fn is_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

#[cfg(not(unix))]
fn is_loop(_: &io::Error) -> bool {
    false
}
