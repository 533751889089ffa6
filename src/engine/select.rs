//! Selection of the engine for each version.

use super::named::start_named;
use super::native::NativeEngine;
use super::python::{Places, PythonEngine, start_found, start_others};
use super::{Engine, EngineChoice, EngineError, Limits, Refs, Requested, default};
use crate::target::{PyVersion, Release, SERIES, Series, Target};
use crate::text::Shown as _;
use crate::warnings::Filters;
use std::path::PathBuf;

/// Rules for selecting engines.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EngineOptions<'a> {
    /// Kind of engine.
    pub choice: EngineChoice,
    /// Interpreters named for a version.
    pub interpreters: Vec<(PyVersion, PathBuf)>,
    /// Interpreters for their own version, whichever it is.
    pub named: &'a [PathBuf],
    /// Directories to search for other interpreters.
    pub places: &'a Places,
    /// Limits for one file.
    pub limits: Limits,
    /// Reference flags of their code.
    pub refs: Refs,
}

impl<'a> EngineOptions<'a> {
    /// Returns the options of commands whose users do not select an engine.
    pub fn automatic(named: &'a [PathBuf], places: &'a Places, limits: Limits, refs: Refs) -> Self {
        let choice = EngineChoice::Auto;
        Self { choice, interpreters: Vec::new(), named, places, limits, refs }
    }
}

/// Engine of one version.
pub struct TargetEngine {
    /// Header format and layout of the version's pycs.
    pub series: &'static Series,
    /// Engine that compiles.
    pub engine: Engine,
    /// Reference flags of the code.
    pub refs: Refs,
    /// Description of the engine, for `--verbose`.
    pub about: String,
    /// Release whose bytes the engine writes, such as `3.14.10`.
    pub release: String,
    /// Remark for the user, printed without `--verbose` too.
    pub note: Option<String>,
    /// Filters of warnings; without them, no warnings are collected.
    pub warnings: Option<Filters>,
}

impl TargetEngine {
    /// Returns the native compiler for `target`.
    ///
    /// # Errors
    /// [`EnginesError::UnknownVersion`] if the format of its pycs is not known.
    pub fn native(target: &'static Target, limits: Limits) -> Result<Self, EnginesError> {
        Ok(native_engine(series(target.version)?, target, limits))
    }
}

/// Engines of a run, in the order of the request, each version once.
pub type Engines = Vec<TargetEngine>;

/// Errors of selecting engines, which end the run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnginesError {
    /// The version is unknown.
    #[error("Python {0} is not supported; known versions: {known}", known = known_versions())]
    UnknownVersion(PyVersion),
    /// The version of the `python3` on PATH, which was to be the default, is unknown.
    #[error("{path} is Python {version}, which is not supported; known versions: {known}", known = known_versions())]
    UnknownDefault {
        /// Path of the interpreter.
        path: String,
        /// Version of the interpreter.
        version: PyVersion,
    },
    /// The native compiler does not support the release.
    #[error("the native compiler does not support {0}")]
    NoNative(Release),
    /// The native compiler cannot use the version of an interpreter as the default.
    #[error("the native engine needs to know the version to compile for")]
    NativeDefault,
    /// Two releases would write the same file.
    #[error("{0} and {1} belong to one series, and their pycs would have the same name: choose one of them")]
    OneSeries(Release, Release),
    /// The version of an interpreter was not requested.
    #[error("{path} is Python {found}, which is not one of the requested versions")]
    Unused {
        /// Path of the interpreter.
        path: String,
        /// Version of the interpreter.
        found: String,
    },
    /// No pyc has the version of an interpreter.
    #[error("{path} is Python {found}, and no pyc is of Python {version}; they are of {versions}")]
    NoPyc {
        /// Path of the interpreter.
        path: String,
        /// Release of the interpreter.
        found: String,
        /// Version of the interpreter.
        version: PyVersion,
        /// Versions of the pycs.
        versions: String,
    },
    /// Two interpreters have the same version.
    #[error("{first} and {second} are both of Python {version}: name one of them")]
    TwoInterpreters {
        /// Path of the earlier one.
        first: String,
        /// Path of the later one.
        second: String,
        /// Version of both.
        version: PyVersion,
    },
    /// Neither a version nor a `python3` is available.
    #[error("{0}")]
    NoDefault(#[source] EngineError),
    /// The project allows neither the default version nor one that the native compiler supports.
    #[error(
        "Requires-Python {required} allows none of {known}, which the native compiler supports, and \
         {found}",
        known = native_versions()
    )]
    Excluded {
        /// Specifier set of the project.
        required: String,
        /// Description of the interpreter on PATH.
        found: String,
    },
    /// No interpreter for a release; the native compiler supports only other releases of the
    /// version.
    #[error("{error}")]
    OtherReleases {
        /// Error of the engine.
        error: EngineError,
        /// Releases of the version that the native compiler supports.
        releases: String,
    },
    /// No interpreter for a version that the native compiler does not support.
    #[error("{error}")]
    OnlyInterpreters {
        /// Error of the engine.
        error: EngineError,
        /// Release of the same version whose interpreter was found.
        found: Option<Release>,
    },
    /// Error of the engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

fn known_versions() -> String {
    SERIES.iter().map(|series| series.version.to_string()).collect::<Vec<_>>().join(", ")
}

/// Returns the versions that the native compiler supports, as text.
pub fn native_versions() -> String {
    let native = SERIES.iter().filter(|series| Target::find(series.version).is_some());
    native.map(|series| series.version.to_string()).collect::<Vec<_>>().join(", ")
}

/// Returns the releases that the native compiler supports, as text.
pub fn native_releases() -> String {
    crate::target::ALL.iter().map(|target| target.release().to_string()).collect::<Vec<_>>().join(", ")
}

/// Returns the release of each engine, by version.
pub fn releases(engines: &[TargetEngine]) -> impl Iterator<Item = (PyVersion, &str)> {
    engines.iter().map(|target| (target.series.version, target.release.as_str()))
}

/// Returns the series of a version.
///
/// # Errors
/// [`EnginesError::UnknownVersion`].
pub fn series(version: PyVersion) -> Result<&'static Series, EnginesError> {
    Series::find(version).ok_or(EnginesError::UnknownVersion(version))
}

/// Starts an engine for each version that is requested.
///
/// # Errors
/// [`EnginesError`].
pub fn start(requested: Requested<'_>, options: &EngineOptions<'_>) -> Result<Engines, EnginesError> {
    match requested {
        Requested::Default => Ok(with_refs(default::engines(options)?, options)),
        Requested::Releases(releases) => start_all(releases, options, true),
    }
}

/// Starts an engine for one version, with the named interpreter of that version if there is one.
///
/// # Errors
/// [`EnginesError`].
pub fn start_one(release: Release, options: &EngineOptions<'_>) -> Result<Engines, EnginesError> {
    start_all(&[release], options, false)
}

fn start_all(
    releases: &[Release],
    options: &EngineOptions<'_>,
    all_are_used: bool,
) -> Result<Engines, EnginesError> {
    let mut wanted: Vec<Release> = Vec::new();
    for &release in releases {
        match wanted.iter().find(|other| other.version == release.version) {
            Some(&other) if other == release => {}
            Some(&other) => return Err(EnginesError::OneSeries(other, release)),
            None => wanted.push(release),
        }
    }
    Ok(with_refs(start_each(&wanted, options, all_are_used)?, options))
}

fn with_refs(mut engines: Engines, options: &EngineOptions<'_>) -> Engines {
    engines.iter_mut().for_each(|target| target.refs = options.refs);
    engines
}

/// Returns the engines for the other releases of a series than that of `first`, newest first:
/// native ones, or, where `first` is an interpreter, the other interpreters that are found.
pub fn others_of_series(first: &TargetEngine, options: &EngineOptions<'_>) -> Engines {
    let (series, limits) = (first.series, options.limits);
    if options.choice == EngineChoice::Python || Target::of_series(series.version).next().is_none() {
        let found = start_others(series.version, &first.release, options.places, limits);
        return found.into_iter().map(|engine| python(series, engine, None)).collect();
    }
    let mut others: Vec<_> = Target::of_series(series.version).collect();
    others.pop();
    others.into_iter().rev().map(|target| native_engine(series, target, limits)).collect()
}

fn start_each(
    releases: &[Release],
    options: &EngineOptions<'_>,
    all_are_used: bool,
) -> Result<Engines, EnginesError> {
    if options.choice == EngineChoice::Native {
        return releases.iter().map(|&release| native(release, options.limits)).collect();
    }
    let mut named = start_named(options, EnginesError::Engine)?;
    if let (&[release], [engine], true) = (releases, named.as_slice(), options.named.len() == 1)
        && all_are_used
        && !engine.is(release)
    {
        return Err(wrong_version(engine, release));
    }
    let mut engines = Engines::new();
    for &release in releases {
        engines.push(match named.iter().position(|engine| engine.is(release)) {
            Some(at) => python(series(release.version)?, named.remove(at), None),
            None => start_unnamed(release, options)?,
        });
    }
    match named.first() {
        Some(engine) if all_are_used => Err(EnginesError::Unused {
            path: engine.interpreter().shown(),
            found: engine.full_version().to_owned(),
        }),
        _ => Ok(engines),
    }
}

/// Starts the engine for a release of which no interpreter is named for its own version.
fn start_unnamed(release: Release, options: &EngineOptions<'_>) -> Result<TargetEngine, EnginesError> {
    let series = series(release.version)?;
    let own = options.interpreters.iter().find(|(version, _)| *version == release.version);
    let own = own.map(|(_, path)| path.as_path());
    let may_be_native = options.choice == EngineChoice::Auto && own.is_none();
    if let Some(target) = Target::find(release).filter(|_| may_be_native) {
        return Ok(native_engine(series, target, options.limits));
    }
    let engine = start_found(release, own, options.places, options.limits)
        .map_err(|error| without_interpreter(error, release, options))?;
    let why = may_be_native.then(|| Target::why_not(release.version, &release.to_string())).flatten();
    Ok(python(series, engine, why))
}

/// Adds the releases that can be compiled for to the error of a release without an interpreter.
fn without_interpreter(error: EngineError, release: Release, options: &EngineOptions<'_>) -> EnginesError {
    if !matches!(error, EngineError::NoInterpreter(..)) {
        return EnginesError::Engine(error);
    }
    if Target::of_series(release.version).next().is_some() {
        return EnginesError::OtherReleases { error, releases: Target::releases(release.version) };
    }
    let of_version = |_| start_found(release.version, None, options.places, options.limits).ok();
    let found = release.patch.and_then(of_version).and_then(|engine| engine.full_version().parse().ok());
    EnginesError::OnlyInterpreters { error, found }
}

fn wrong_version(engine: &PythonEngine, wanted: Release) -> EnginesError {
    let (path, found) = (engine.interpreter().shown(), engine.full_version().to_owned());
    EngineError::WrongVersion { path, found, wanted }.into()
}

fn native(release: Release, limits: Limits) -> Result<TargetEngine, EnginesError> {
    let series = series(release.version)?;
    let target = Target::find(release).ok_or(EnginesError::NoNative(release))?;
    Ok(native_engine(series, target, limits))
}

pub(super) fn native_engine(
    series: &'static Series,
    target: &'static Target,
    limits: Limits,
) -> TargetEngine {
    let release = target.release().to_string();
    let about = format!("{}: native engine, bytes of CPython {release}", series.version);
    TargetEngine {
        series,
        engine: Engine::Native(NativeEngine::limited(target, limits)),
        refs: Refs::Cpython,
        about,
        release,
        note: None,
        warnings: None,
    }
}

/// Returns the engine of an interpreter; `why` is the reason not to use the native compiler, if it
/// supports the series.
pub(super) fn python(series: &'static Series, engine: PythonEngine, why: Option<String>) -> TargetEngine {
    let release = engine.full_version().to_owned();
    let interpreter = engine.interpreter().shown();
    let mut about = format!("{}: python engine, {interpreter} ({release})", series.version);
    if let Some(why) = why {
        about = format!("{about}: {why}");
    }
    TargetEngine {
        series,
        engine: Engine::Python(engine),
        refs: Refs::Cpython,
        about,
        release,
        note: None,
        warnings: None,
    }
}
