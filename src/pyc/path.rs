//! Where a source's pyc goes.

use crate::target::Series;
use std::path::{Path, PathBuf};

/// `pkg/__pycache__/mod.cpython-314.opt-1.pyc` for `pkg/mod.py` (PEP 3147, PEP 488); only the last suffix is replaced.
pub fn cache_path(source: &Path, series: &Series, optimize: u8) -> PathBuf {
    let stem = source.file_stem().unwrap_or_default();
    let mut name = stem.to_os_string();
    name.push(".");
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
