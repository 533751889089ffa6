//! Temporary files of killed runs.
//!
//! A run holds a lock on each of its temporary files until the file is renamed, and the lock ends
//! with the process: a temporary file that can be locked has no owner.

use super::{EntryKind, Folder};
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const PREFIX: &str = ".pycompile-";
const SUFFIX: &str = ".tmp";

pub(super) fn temporary_name(number: u64) -> PathBuf {
    PathBuf::from(format!("{PREFIX}{number:016x}{SUFFIX}"))
}

fn is_temporary(name: &Path) -> bool {
    let number = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
    number.is_some_and(|number| {
        number.len() == 16 && number.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Returns whether an open file has no name any more.
#[cfg(unix)]
pub(super) fn is_gone(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(found) == 0
}

/// Returns whether an open file has no name any more.
#[cfg(not(unix))]
pub(super) fn is_gone(_found: &Metadata) -> bool {
    false
}

/// Removes temporary files last written at least `age` ago that no run holds; a file without
/// readable metadata stays.
pub(super) fn remove(folder: &Folder, age: Duration) -> Vec<PathBuf> {
    let mut names = folder.handle.names().unwrap_or_default();
    names.retain(|name| is_temporary(name));
    names.sort_unstable();
    let is_removed = |name: &PathBuf| {
        if !folder.kind(name).is_ok_and(|kind| kind == EntryKind::File) {
            return false;
        }
        let Ok((file, found)) = folder.read(name) else { return false };
        // The lock is held until the name is removed.
        is_old(&found, age) && file.try_lock().is_ok() && folder.remove(name).is_ok()
    };
    names.into_iter().filter(is_removed).map(|name| folder.path().join(name)).collect()
}

#[allow(clippy::disallowed_methods, reason = "which leftovers are removed changes no output")]
fn is_old(found: &Metadata, age: Duration) -> bool {
    age.is_zero()
        || found.modified().is_ok_and(|modified| {
            SystemTime::now().duration_since(modified).is_ok_and(|passed| passed >= age)
        })
}

#[cfg(test)]
mod tests {
    use super::{is_temporary, temporary_name};
    use std::path::Path;

    #[test]
    fn only_names_of_temporary_files_are_taken_for_them() {
        assert!(is_temporary(&temporary_name(0)) && is_temporary(&temporary_name(u64::MAX)));
        for name in [
            ".pycompile-.tmp",
            ".pycompile-0123456789abcde.tmp",
            ".pycompile-0123456789ABCDEF.tmp",
            ".pycompile-0123456789abcdef.tmpx",
            "pycompile-0123456789abcdef.tmp",
            ".pycompile-0123456789abcdefg.tmp",
            ".pycompile-+123456789abcdef.tmp",
        ] {
            assert!(!is_temporary(Path::new(name)), "{name}");
        }
    }
}
