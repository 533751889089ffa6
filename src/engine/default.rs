//! The version that is compiled for if the user names none.

use super::named::start_named;
use super::python::{Places, PythonEngine, default_interpreter};
use super::select::{native_engine, python, series};
use super::{EngineChoice, EngineError, EngineOptions, Engines, EnginesError, Limits};
use crate::target::{PyVersion, Release, Series, Target};
use crate::text::Shown as _;

/// Returns the engines of the named interpreters; without any, the engine for the default version.
pub(super) fn engines(options: &EngineOptions<'_>) -> Result<Engines, EnginesError> {
    if options.choice == EngineChoice::Native {
        return Err(EnginesError::NativeDefault);
    }
    let named = start_named(options, |error| match error {
        error @ EngineError::Start { .. } => EnginesError::NoDefault(error),
        error => EnginesError::Engine(error),
    })?;
    if named.is_empty() {
        return of_path(options);
    }
    named.into_iter().map(|engine| Ok(python(series(engine.version())?, engine, None))).collect()
}

/// Returns the engine for the release of the `python3` on PATH; if the native compiler does not
/// support the release, that interpreter compiles. Without a `python3`, the newest version that the
/// native compiler supports is selected.
fn of_path(options: &EngineOptions<'_>) -> Result<Engines, EnginesError> {
    let is_auto = options.choice == EngineChoice::Auto;
    let interpreter = match default_interpreter(None, options.places) {
        Err(EngineError::NoDefault) if is_auto => {
            let target = Target::newest();
            let mut engine = native_engine(series(target.version)?, target, options.limits);
            engine.note = Some(format!(
                "no python3 on PATH: compiling for Python {}, the newest version that the native compiler \
                 supports",
                target.version
            ));
            return Ok(vec![engine]);
        }
        found => found.map_err(EnginesError::NoDefault)?,
    };
    let engine = PythonEngine::start_any(&interpreter, options.limits).map_err(|error| match error {
        EngineError::Interrupted => EnginesError::Engine(error),
        error => EnginesError::NoDefault(error),
    })?;
    let version = engine.version();
    let series = Series::find(version)
        .ok_or_else(|| EnginesError::UnknownDefault { path: interpreter.shown(), version })?;
    let target = engine.full_version().parse::<Release>().ok().and_then(Target::find);
    Ok(match target {
        Some(target) if is_auto => vec![native_engine(series, target, options.limits)],
        _ => {
            let why = is_auto.then(|| Target::why_not(engine.version(), engine.full_version())).flatten();
            vec![python(series, engine, why)]
        }
    })
}

/// Returns the default version: that of the `python3` on PATH, or the newest that the native
/// compiler supports.
///
/// # Errors
/// [`EnginesError::NoDefault`].
pub fn default_version(places: &Places, limits: Limits) -> Result<PyVersion, EnginesError> {
    Ok(version_on_path(places, limits)?.unwrap_or_else(|| Target::newest().version))
}

/// Returns the version of the `python3` on PATH, if there is one.
///
/// # Errors
/// [`EnginesError::NoDefault`].
pub fn version_on_path(places: &Places, limits: Limits) -> Result<Option<PyVersion>, EnginesError> {
    match default_interpreter(None, places) {
        Err(EngineError::NoDefault) => Ok(None),
        found => found
            .and_then(|interpreter| PythonEngine::start_any(&interpreter, limits))
            .map(|engine| Some(engine.version()))
            .map_err(EnginesError::NoDefault),
    }
}
