//! Choice of an interpreter for a version.

use super::PythonEngine;
use crate::engine::{EngineError, Limits};
use crate::target::Release;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Starts the interpreter for `release`: the one named, or `pythonX.Y` on `search_path` (the value of `PATH`), or the
/// `python3` there if it is of that version.
///
/// # Errors
/// [`EngineError::NoInterpreter`] with what was tried, and those of [`PythonEngine::start`].
pub fn start_found(
    release: impl Into<Release>,
    named: Option<&Path>,
    search_path: Option<&OsStr>,
    limits: Limits,
) -> Result<PythonEngine, EngineError> {
    let release = release.into();
    let name = format!("python{}", release.version);
    if let Some(path) = named.map(PathBuf::from).or_else(|| on_path(&name, search_path)) {
        return PythonEngine::start(&path, release, limits);
    }
    let default = match on_path(DEFAULT, search_path).map(|path| PythonEngine::start_any(&path, limits)) {
        Some(Ok(engine)) if engine.is(release) => return Ok(engine),
        Some(Err(EngineError::Interrupted)) => return Err(EngineError::Interrupted),
        Some(Ok(engine)) => format!("`{DEFAULT}` (which is {})", engine.full_version()),
        Some(Err(_)) | None => format!("`{DEFAULT}`"),
    };
    let tried = format!("`{name}` and {default} on PATH, and no --interpreter was given");
    Err(EngineError::NoInterpreter(release, tried))
}

const DEFAULT: &str = "python3";

/// The interpreter to take when no version was asked for: the one named, or `python3` on `search_path`.
///
/// # Errors
/// [`EngineError::NoDefault`] if there is none.
pub fn default_interpreter(
    named: Option<&Path>,
    search_path: Option<&OsStr>,
) -> Result<PathBuf, EngineError> {
    named.map(PathBuf::from).or_else(|| on_path(DEFAULT, search_path)).ok_or(EngineError::NoDefault)
}

/// The first executable file called `name` on `search_path`.
pub fn on_path(name: &str, search_path: Option<&OsStr>) -> Option<PathBuf> {
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
