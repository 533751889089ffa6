//! Which interpreter serves a version.

use crate::engine::EngineError;
use crate::target::PyVersion;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The interpreter for `version`: the one named, or `pythonX.Y` on `search_path` (the value of `PATH`).
///
/// # Errors
/// [`EngineError::NoInterpreter`] with the names that were tried.
pub fn find_interpreter(
    version: PyVersion,
    named: Option<&Path>,
    search_path: Option<&OsStr>,
) -> Result<PathBuf, EngineError> {
    if let Some(named) = named {
        return Ok(named.into());
    }
    let name = format!("python{version}");
    on_path(&name, search_path).ok_or_else(|| {
        EngineError::NoInterpreter(version, format!("`{name}` on PATH, and no --interpreter was given"))
    })
}

/// The interpreter to take when no version was asked for: the one named, or `python3` on `search_path`.
///
/// # Errors
/// [`EngineError::NoDefault`] if there is none.
pub fn default_interpreter(
    named: Option<&Path>,
    search_path: Option<&OsStr>,
) -> Result<PathBuf, EngineError> {
    named.map(PathBuf::from).or_else(|| on_path("python3", search_path)).ok_or(EngineError::NoDefault)
}

/// The first executable file called `name` on `search_path`.
fn on_path(name: &str, search_path: Option<&OsStr>) -> Option<PathBuf> {
    std::env::split_paths(search_path?).map(|folder| folder.join(name)).find(|path| is_executable(path))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}
