//! Which engine compiles for which version.

use super::minimal::MinimalRefs;
use crate::engine::native::NativeEngine;
use crate::engine::python::{PythonEngine, default_interpreter, start_found};
use crate::engine::{Engine, EngineError, Limits};
use crate::target::{PyVersion, Release, SERIES, Series, Target};
use crate::text::Shown as _;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// What the user asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EngineChoice {
    /// The native compiler where it knows the version and no interpreter is named, else an interpreter.
    #[default]
    Auto,
    /// The native compiler.
    Native,
    /// Real interpreters.
    Python,
}

/// Which references the code marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refs {
    /// Those that CPython marks.
    #[default]
    Cpython,
    /// Those that are used.
    Minimal,
}

/// How engines are found.
#[derive(Clone, Debug)]
pub struct EngineOptions<'a> {
    /// Which kind.
    pub choice: EngineChoice,
    /// Interpreters named for a version.
    pub interpreters: Vec<(PyVersion, PathBuf)>,
    /// The interpreter named for whatever version it is.
    pub interpreter: Option<&'a Path>,
    /// The value of `PATH`.
    pub search_path: Option<&'a OsStr>,
    /// What one file may take.
    pub limits: Limits,
    /// The normal form of their code.
    pub refs: Refs,
}

impl<'a> EngineOptions<'a> {
    /// Whichever kind there is, for commands that leave the choice to us.
    pub fn automatic(
        interpreter: Option<&'a Path>,
        search_path: Option<&'a OsStr>,
        limits: Limits,
        refs: Refs,
    ) -> Self {
        let choice = EngineChoice::Auto;
        Self { choice, interpreters: Vec::new(), interpreter, search_path, limits, refs }
    }
}

/// One version with what compiles for it.
pub struct TargetEngine {
    /// What its pycs look like.
    pub series: &'static Series,
    /// What compiles.
    pub engine: Box<dyn Engine>,
    /// The form of its code.
    pub refs: Refs,
    /// The engine in words, for `--verbose`.
    pub about: String,
    /// The release whose bytes it makes, `3.14.10`.
    pub release: String,
}

/// The engines of a run, in the order of the request, each version once.
pub type Engines = Vec<TargetEngine>;

/// Why there is no engine: the run cannot start.
#[derive(Debug, thiserror::Error)]
pub enum EnginesError {
    /// No such version.
    #[error("Python {0} is not known; known are {known}", known = known_versions())]
    UnknownVersion(PyVersion),
    /// The native compiler does not have it.
    #[error("no native engine for {0}: use --engine python, or one of {known}", known = native_releases())]
    NoNative(Release),
    /// The native compiler asks no interpreter for a version.
    #[error("--engine native needs a version: --python {known}", known = native_versions())]
    NativeDefault,
    /// Both would write the same file.
    #[error("{0} and {1} are of one series, whose pycs have one name: ask for one of them")]
    OneSeries(Release, Release),
    /// One interpreter for several versions.
    #[error("--interpreter serves one version, and several are asked for")]
    OneInterpreter,
    /// Neither a version nor a `python3`.
    #[error("{0}; name a version with --python: {known}", known = known_versions())]
    NoDefault(#[source] EngineError),
    /// The engine's own reason.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

fn known_versions() -> String {
    SERIES.iter().map(|series| series.version.to_string()).collect::<Vec<_>>().join(", ")
}

fn native_versions() -> String {
    let native = SERIES.iter().filter(|series| Target::find(series.version).is_some());
    native.map(|series| series.version.to_string()).collect::<Vec<_>>().join(", ")
}

fn native_releases() -> String {
    crate::target::ALL.iter().map(|target| target.release().to_string()).collect::<Vec<_>>().join(", ")
}

/// For each version, the release whose bytes are made.
pub fn releases(engines: &[TargetEngine]) -> impl Iterator<Item = (PyVersion, &str)> {
    engines.iter().map(|target| (target.series.version, target.release.as_str()))
}

/// The series of a version.
///
/// # Errors
/// [`EnginesError::UnknownVersion`].
pub fn series(version: PyVersion) -> Result<&'static Series, EnginesError> {
    Series::find(version).ok_or(EnginesError::UnknownVersion(version))
}

/// An engine for each of `versions`; for none, one for the version of the `python3` at hand.
///
/// # Errors
/// [`EnginesError`].
pub fn start(releases: &[Release], options: &EngineOptions<'_>) -> Result<Engines, EnginesError> {
    let mut wanted: Vec<Release> = Vec::new();
    for &release in releases {
        match wanted.iter().find(|other| other.version == release.version) {
            Some(&other) if other == release => {}
            Some(&other) => return Err(EnginesError::OneSeries(other, release)),
            None => wanted.push(release),
        }
    }
    let engines = start_plain(&wanted, options)?;
    Ok(match options.refs {
        Refs::Cpython => engines,
        Refs::Minimal => engines.into_iter().map(minimal).collect(),
    })
}

/// The native engines for the other releases of a series than its newest, newest first.
pub fn others_of_series(version: PyVersion, options: &EngineOptions<'_>) -> Engines {
    if options.choice == EngineChoice::Python || options.interpreter.is_some() {
        return Engines::new();
    }
    let Some(series) = Series::find(version) else { return Engines::new() };
    let mut others: Vec<_> = Target::of_series(version).collect();
    others.pop();
    others.into_iter().rev().map(|target| native_engine(series, target, options.limits)).collect()
}

fn minimal(target: TargetEngine) -> TargetEngine {
    let layout = target.series.code_layout;
    TargetEngine {
        engine: Box::new(MinimalRefs { inner: target.engine, layout }),
        refs: Refs::Minimal,
        ..target
    }
}

fn start_plain(releases: &[Release], options: &EngineOptions<'_>) -> Result<Engines, EnginesError> {
    if options.interpreter.is_some() && releases.len() > 1 {
        return Err(EnginesError::OneInterpreter);
    }
    if options.choice == EngineChoice::Native {
        return native(releases, options.limits);
    }
    if releases.is_empty() {
        let engine = default_interpreter(options.interpreter, options.search_path)
            .and_then(|interpreter| PythonEngine::start_any(&interpreter, options.limits))
            .map_err(|error| match error {
                EngineError::Interrupted => EnginesError::Engine(error),
                error => EnginesError::NoDefault(error),
            })?;
        // The interpreter on PATH says for which release; one that is not known compiles itself.
        let series = series(engine.version())?;
        let target = engine.full_version().parse::<Release>().ok().and_then(Target::find);
        let may_be_native = options.choice == EngineChoice::Auto && options.interpreter.is_none();
        return Ok(match target {
            Some(target) if may_be_native => vec![native_engine(series, target, options.limits)],
            _ => {
                let why =
                    may_be_native.then(|| Target::why_not(engine.version(), engine.full_version())).flatten();
                vec![python(series, engine, why)]
            }
        });
    }
    let mut engines = Engines::new();
    for &release in releases {
        let series = series(release.version)?;
        let named = options.interpreters.iter().find(|(named, _)| *named == release.version);
        let named = named.map(|(_, path)| path.as_path()).or(options.interpreter);
        if let (EngineChoice::Auto, None, Some(target)) = (options.choice, named, Target::find(release)) {
            engines.push(native_engine(series, target, options.limits));
            continue;
        }
        let engine = start_found(release, named, options.search_path, options.limits)?;
        let may_be_native = options.choice == EngineChoice::Auto && named.is_none();
        let why = may_be_native.then(|| Target::why_not(release.version, &release.to_string())).flatten();
        engines.push(python(series, engine, why));
    }
    Ok(engines)
}

fn native(releases: &[Release], limits: Limits) -> Result<Engines, EnginesError> {
    if releases.is_empty() {
        return Err(EnginesError::NativeDefault);
    }
    let mut engines = Engines::new();
    for &release in releases {
        let series = series(release.version)?;
        let target = Target::find(release).ok_or(EnginesError::NoNative(release))?;
        engines.push(native_engine(series, target, limits));
    }
    Ok(engines)
}

fn native_engine(series: &'static Series, target: &'static Target, limits: Limits) -> TargetEngine {
    let release = target.release().to_string();
    let about = format!("{}: native engine, bytes of CPython {release}", series.version);
    TargetEngine {
        series,
        engine: Box::new(NativeEngine::limited(target, limits)),
        refs: Refs::Cpython,
        about,
        release,
    }
}

/// A real interpreter; `why` it is not the native compiler, where that has the series.
fn python(series: &'static Series, engine: PythonEngine, why: Option<String>) -> TargetEngine {
    let release = engine.full_version().to_owned();
    let interpreter = engine.interpreter().shown();
    let mut about = format!("{}: python engine, {interpreter} ({release})", series.version);
    if let Some(why) = why {
        about = format!("{about}: {why}");
    }
    TargetEngine { series, engine: Box::new(engine), refs: Refs::Cpython, about, release }
}
