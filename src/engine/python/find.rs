//! Choice of an interpreter for a version.

use super::PythonEngine;
use crate::engine::{EngineError, Limits};
use crate::target::{PyVersion, Release};
use crate::text::Shown as _;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Directories that are searched for interpreters.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Value of `PATH`.
    pub path: Option<OsString>,
    /// Directories whose subdirectories are installations: those of pyenv and uv.
    pub installations: Vec<PathBuf>,
}

/// Starts the interpreter for `release`: the named one, or `pythonX.Y` on `PATH`, or `python3` on
/// `PATH` if it has that version, or the newest of that version that pyenv or uv has installed.
///
/// # Errors
/// [`EngineError::NoInterpreter`] with the candidates, and those of [`PythonEngine::start`].
pub fn start_found(
    release: impl Into<Release>,
    named: Option<&Path>,
    places: &Places,
    limits: Limits,
) -> Result<PythonEngine, EngineError> {
    let release = release.into();
    if let Some(path) = named {
        return PythonEngine::start(path, release, limits);
    }
    let name = format!("python{}", release.version);
    let mut tried = Vec::new();
    for name in [name.as_str(), DEFAULT] {
        let mut met = Vec::new();
        for path in all_on_path(name, places.path.as_deref()) {
            match try_start(&path, release, limits)? {
                Ok(engine) => return Ok(engine),
                Err(why) if met.contains(&why) => {}
                Err(why) => met.push(why),
            }
        }
        tried.push(match met.as_slice() {
            [] => format!("`{name}`"),
            met => format!("`{name}` (which {})", met.join(", and another ")),
        });
    }
    let mut tried = vec![format!("{} on PATH", tried.join(" and "))];
    for path in places.installations.iter().flat_map(|folder| installed(folder, release)) {
        match try_start(&path, release, limits)? {
            Ok(engine) => return Ok(engine),
            Err(why) => tried.push(format!("{} (which {why})", path.shown())),
        }
    }
    let tried = tried.join(" and ");
    Err(EngineError::NoInterpreter(release, tried))
}

/// Starts an interpreter of each other release of a version that is found in the places of
/// [`start_found`], up to the first that does not answer. Interpreters that do not start,
/// pre-releases and free-threaded builds are passed over.
pub fn start_others(version: PyVersion, than: &str, places: &Places, limits: Limits) -> Vec<PythonEngine> {
    let mut others: Vec<PythonEngine> = Vec::new();
    for path in of_machine(version, places) {
        let engine = match PythonEngine::start_any(&path, limits) {
            Ok(engine) => engine,
            // Each further one could take as long.
            Err(EngineError::NoAnswer { .. }) => break,
            Err(_) => continue,
        };
        let release = engine.full_version();
        let is_known = release == than || others.iter().any(|other| other.full_version() == release);
        if engine.version() == version && release.parse::<Release>().is_ok() && !is_known {
            others.push(engine);
        }
    }
    others
}

/// Returns the engine, or the reason that it is not the wanted one.
fn try_start(
    path: &Path,
    release: Release,
    limits: Limits,
) -> Result<Result<PythonEngine, String>, EngineError> {
    Ok(match PythonEngine::start_any(path, limits) {
        Ok(engine) if engine.is(release) => Ok(engine),
        Ok(engine) => Err(format!("is {}", engine.full_version())),
        Err(EngineError::Start { reason, .. }) => Err(format!("does not start: {reason}")),
        Err(error) => return Err(error),
    })
}

const DEFAULT: &str = "python3";

/// Returns the interpreter to use when no version was asked for: the named one, or `python3` on
/// `PATH`.
///
/// # Errors
/// [`EngineError::NoDefault`] if there is none.
pub fn default_interpreter(named: Option<&Path>, places: &Places) -> Result<PathBuf, EngineError> {
    let found = || on_path(DEFAULT, places.path.as_deref());
    named.map(PathBuf::from).or_else(found).ok_or(EngineError::NoDefault)
}

/// Returns the first executable file called `name` on `search_path`.
pub fn on_path(name: &str, search_path: Option<&OsStr>) -> Option<PathBuf> {
    all_on_path(name, search_path).next()
}

fn all_on_path(name: &str, search_path: Option<&OsStr>) -> impl Iterator<Item = PathBuf> {
    let folders = search_path.map(std::env::split_paths).into_iter().flatten();
    folders.map(move |folder| folder.join(name)).filter(|path| is_executable(path))
}

/// Returns the interpreters of the machine for a version: those on `PATH`, and those that pyenv or
/// uv has installed. `python3` on `PATH` may be of another version.
pub fn of_machine(version: PyVersion, places: &Places) -> Vec<PathBuf> {
    let name = format!("python{version}");
    let on_path = |name: &str| all_on_path(name, places.path.as_deref()).collect::<Vec<_>>();
    let mut all = on_path(&name);
    all.extend(on_path(DEFAULT));
    all.extend(places.installations.iter().flat_map(|folder| installed(folder, version.into())));
    all
}

/// Returns the interpreters of a version below `folder`, newest first: `3.12.1/bin/python3.12` of
/// pyenv, and `cpython-3.12.1-linux-x86_64-gnu/bin/python3.12` of uv.
fn installed(folder: &Path, wanted: Release) -> Vec<PathBuf> {
    let folders = walkdir::WalkDir::new(folder).min_depth(1).max_depth(1).sort_by_file_name();
    let mut found: Vec<(u32, PathBuf)> = folders
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let patch = patch_of(entry.file_name().to_str()?, wanted)?;
            let path = entry.path().join("bin").join(format!("python{}", wanted.version));
            is_executable(&path).then_some((patch, path))
        })
        .collect();
    found.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    found.into_iter().map(|(_, path)| path).collect()
}

/// Returns the patch number in the name of an installation of `wanted`. The names of pre-releases,
/// free-threaded and other builds are not accepted.
fn patch_of(name: &str, wanted: Release) -> Option<u32> {
    let name = match name.strip_prefix("cpython-") {
        Some(rest) => rest.split('-').next()?,
        None => name,
    };
    let release: Release = name.parse().ok()?;
    let patch = release.patch?;
    let is_wanted = release.version == wanted.version && wanted.patch.is_none_or(|wanted| wanted == patch);
    is_wanted.then_some(patch)
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

#[cfg(test)]
mod tests {
    use super::patch_of;

    #[test]
    fn names_of_installations() {
        for (name, wanted, patch) in [
            ("3.12.1", "3.12", Some(1)),
            ("3.12.1", "3.12.1", Some(1)),
            ("3.12.1", "3.12.2", None),
            ("3.13.0", "3.12", None),
            ("3.13.0t", "3.13", None),
            ("3.13-dev", "3.13", None),
            ("3.15.0rc1", "3.15", None),
            ("pypy3.10-7.3.15", "3.10", None),
            ("cpython-3.12.11-linux-x86_64-gnu", "3.12", Some(11)),
            ("cpython-3.12-linux-x86_64-gnu", "3.12", None),
            ("cpython-3.13.5+freethreaded-linux-x86_64-gnu", "3.13", None),
        ] {
            assert_eq!(patch_of(name, wanted.parse().unwrap()), patch, "{name} for {wanted}");
        }
    }
}
