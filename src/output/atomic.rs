//! Write-and-rename.
//!
//! CPython: `py_compile.compile` and `importlib._bootstrap_external._write_atomic`.

use super::WriteError;
use super::place::{LEFTOVER_AGE, Missing, OutputPlace};
use std::path::Path;

/// Writes `bytes` to a temporary file next to `path` and renames it. Missing directories are
/// created.
///
/// Temporary files that killed runs left in the directory are removed.
///
/// `mode` holds the permission bits of the new file, whatever the umask.
///
/// # Errors
/// [`WriteError`]; the temporary file is removed in any case.
pub fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), WriteError> {
    let place = OutputPlace::named(path, Missing::Made)?;
    place.replace(bytes, mode)?;
    place.remove_leftovers(LEFTOVER_AGE);
    Ok(())
}
