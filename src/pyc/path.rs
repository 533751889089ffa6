//! Where a source's pyc goes.

use crate::target::Series;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// `pkg/__pycache__/mod.cpython-314.opt-1.pyc` for `pkg/mod.py` (PEP 3147, PEP 488); only the last suffix is replaced.
pub fn cache_path(source: &Path, series: &Series, optimize: u8) -> PathBuf {
    // As `cache_from_source` splits: `.hidden` is all suffix and keeps its name, and without a dot none is added.
    let file = source.file_name().unwrap_or_default();
    let has_dot = file.as_encoded_bytes().contains(&b'.');
    let hidden = file.to_str().and_then(|name| name.strip_prefix('.')).filter(|rest| !rest.contains('.'));
    let mut name = match hidden {
        Some(rest) => OsString::from(rest),
        None => source.file_stem().unwrap_or_default().to_os_string(),
    };
    if has_dot {
        name.push(".");
    }
    name.push(series.cache_tag());
    if optimize > 0 {
        name.push(format!(".opt-{optimize}"));
    }
    name.push(".pyc");
    source.with_file_name("__pycache__").join(name)
}

/// `pkg/mod.pyc` for `pkg/mod.py`: what an importer finds without a source.
pub fn legacy_path(source: &Path) -> PathBuf {
    let mut name = source.as_os_str().to_os_string();
    name.push("c");
    PathBuf::from(name)
}
