//! Files that links lead to.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// Largest number of entries that are examined before a link counts as leading to code.
const MOST: usize = 100_000;

/// Returns whether importers can reach, from `start` and through any number of symlinks, a file for
/// which `is_code` returns true. Files below `inside` are left out, and files that cannot be
/// examined count as code.
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
            // Importers go by the name of the link.
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

/// Returns whether the error means that the target of a link or name does not exist; a cycle of
/// links has no target.
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
