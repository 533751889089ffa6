//! Which interpreter serves a version.

use super::worker::Worker;
use crate::engine::EngineError;
use crate::target::PyVersion;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

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

/// The first executable file called `name` on `search_path`.
pub(super) fn on_path(name: &str, search_path: Option<&OsStr>) -> Option<PathBuf> {
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

/// The interpreter to take when no version was asked for, and its version: the one named, or `python3` on
/// `search_path`.
///
/// # Errors
/// [`EngineError::NoDefault`] if there is none, [`EngineError::Start`].
pub fn default_interpreter(
    named: Option<&Path>,
    search_path: Option<&OsStr>,
    timeout: Duration,
) -> Result<(PyVersion, PathBuf), EngineError> {
    let path =
        named.map(PathBuf::from).or_else(|| on_path("python3", search_path)).ok_or(EngineError::NoDefault)?;
    let worker = Worker::start(&path, timeout)?;
    let mut parts = worker.version().split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok((PyVersion::new(major, minor), path)),
        _ => Err(EngineError::Start {
            path: path.display().to_string(),
            reason: "it does not tell its version".into(),
        }),
    }
}
