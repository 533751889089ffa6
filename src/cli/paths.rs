//! Paths on standard input and in lists.

use crate::text::python;
use std::path::PathBuf;

/// Returns a path from the bytes of a list.
pub(super) fn path_from_bytes(name: &[u8]) -> PathBuf {
    let name = if cfg!(unix) { name } else { name.strip_suffix(b"\r").unwrap_or(name) };
    python::os_name(name.to_vec()).into()
}
