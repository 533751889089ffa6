//! Paths on standard input and in lists.

use std::ffi::OsString;
use std::path::PathBuf;

/// Returns a path from the bytes of a list.
#[cfg(unix)]
pub(super) fn path_from_bytes(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(name.to_vec()).into()
}

/// Returns a path from the bytes of a list.
#[cfg(not(unix))]
pub(super) fn path_from_bytes(name: &[u8]) -> PathBuf {
    OsString::from(String::from_utf8_lossy(name).trim_end_matches('\r')).into()
}
