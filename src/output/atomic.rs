//! Write-and-rename.
//!
//! CPython: `py_compile.compile` and `importlib._bootstrap_external._write_atomic`.

use super::WriteError;
use super::place::{Missing, Place};
use std::path::Path;

/// Writes `bytes` to a temporary file beside `path` and renames it. Missing directories are made.
///
/// `mode` holds the permission bits of the new file, whatever the umask.
///
/// # Errors
/// [`WriteError`]; the temporary file is gone in any case.
pub fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), WriteError> {
    Place::named(path, Missing::Made)?.replace(bytes, mode)
}
