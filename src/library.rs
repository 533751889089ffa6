//! The functions that other programs need most. They are re-exported at the root of the crate.
//!
//! **Invariant:** no function here runs an interpreter, and each can be called from any thread:
//! the native compiler starts threads with a larger stack where a source needs one.

use crate::archive::DosTime;
use crate::audit::{self, Verified, VerifyError};
use crate::build::ProjectError;
use crate::build::env::VirtualEnvironment;
use crate::build::pack::{self, Repacked};
use crate::config::Bytecode;
use crate::diff::{Comparison, Side, SideError, compare};
use crate::engine::native::NativeEngine;
use crate::engine::python::Places;
use crate::engine::{
    Diagnostic, Engine, EngineChoice, EngineOptions, Limits, Parallelism, Refs, Run, TargetEngine, Watch,
    Workers,
};
use crate::input::{Place, PlaceError};
use crate::pyc::{Header, InvalidationMode, join};
use crate::target::{Series, Target};
use std::ffi::OsStr;
use std::path::Path;

/// Options of [`compile_source`]. The default is a checked hash and optimization level 0.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CompileOptions {
    /// Optimization level: 0, 1 (`-O`) or 2 (`-OO`).
    pub optimize: u8,
    /// Invalidation mode of the header.
    pub mode: InvalidationMode,
    /// Modification time of the source in seconds since 1970, for
    /// [`InvalidationMode::Timestamp`].
    pub mtime: u32,
    /// Limits on time and memory.
    pub limits: Limits,
}

impl CompileOptions {
    /// Sets the optimization level: 0, 1 or 2.
    #[must_use]
    pub const fn with_optimize(mut self, level: u8) -> Self {
        self.optimize = level;
        self
    }

    /// Sets the invalidation mode of the header.
    #[must_use]
    pub const fn with_mode(mut self, mode: InvalidationMode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets the modification time of the source, for [`InvalidationMode::Timestamp`].
    #[must_use]
    pub const fn with_mtime(mut self, mtime: u32) -> Self {
        self.mtime = mtime;
        self
    }

    /// Sets the limits on time and memory.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl Default for CompileOptions {
    fn default() -> Self {
        Self { optimize: 0, mode: InvalidationMode::CheckedHash, mtime: 0, limits: Limits::default() }
    }
}

/// Compiles a source, and returns the pyc that `py_compile` of the release writes.
///
/// `source` is the content of the file, undecoded (PEP 263). `filename` is recorded as
/// `co_filename`.
///
/// # Errors
/// The error of the source in CPython's words, or a limit that it exceeds.
///
/// ```
/// use pycompile::pyc::Header;
/// use pycompile::target::{Release, Target};
/// use pycompile::{CompileOptions, compile_source};
///
/// let release: Release = "3.14".parse()?;
/// let target = Target::find(release).ok_or("no native compiler for it")?;
/// let pyc = compile_source(b"answer = 42\n", "answer.py", target, &CompileOptions::default())?;
/// assert_eq!(Header::parse(&pyc)?.magic(), 3627);
///
/// let optimized = CompileOptions::default().with_optimize(2);
/// let without_docstring = compile_source(b"'answer'\n", "answer.py", target, &optimized)?;
/// assert!(!without_docstring.windows(7).any(|bytes| bytes == b"__doc__"));
///
/// let error = compile_source(b"answer = \n", "answer.py", target, &CompileOptions::default());
/// assert_eq!(error.unwrap_err().message, "invalid syntax");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compile_source(
    source: &[u8],
    filename: impl AsRef<OsStr>,
    target: &'static Target,
    options: &CompileOptions,
) -> Result<Vec<u8>, Box<Diagnostic>> {
    let Some(series) = Series::find(target.version) else {
        let message = format!("no pyc header is known for Python {}", target.version);
        return Err(Diagnostic::without_place("ValueError", message));
    };
    let engine = Engine::Native(NativeEngine::limited(target, options.limits));
    let mut source = Engine::open(source);
    let code = source.compile(&engine, filename.as_ref(), options.optimize).code?;
    let header = Header::of(series, options.mode, source.bytes(), options.mtime);
    Ok(join(&header.to_bytes(), code))
}

/// Compares two files, directories, archives or manifests, in any pairing.
///
/// The comparison has the differences of the files' contents, not their causes.
///
/// # Errors
/// [`SideError`] if a side cannot be read.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// # std::fs::create_dir_all(folder.join("a"))?;
/// # std::fs::create_dir_all(folder.join("b"))?;
/// # std::fs::write(folder.join("a/m.py"), "x = 1\n")?;
/// # std::fs::write(folder.join("b/m.py"), "x = 2\n")?;
/// # let (left, right) = (folder.join("a"), folder.join("b"));
/// let comparison = pycompile::compare_paths(&left, &right)?;
/// assert_eq!(comparison.same, 0);
/// assert_eq!(comparison.files[0].path, "m.py");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare_paths(left: &Path, right: &Path) -> Result<Comparison, SideError> {
    let (left, right) = (Side::open(left)?, Side::open(right)?);
    let left = left.beside(&right);
    let right = right.beside(&left);
    compare(&left, &right)
}

/// Error of [`verify_paths`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyPathsError {
    /// A path cannot be opened.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Nothing could be verified.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

/// Compiles the sources of all pycs in directories, archives and packages again, with the native
/// compiler, and returns what differs. A pyc of a version that the native compiler does not support
/// is a finding.
///
/// # Errors
/// [`VerifyPathsError`].
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// # use pycompile::{CompileOptions, compile_source, target::{Release, Target}};
/// # let target = Target::find("3.14".parse::<Release>()?).ok_or("no native compiler for it")?;
/// std::fs::write(folder.join("m.py"), "x = 1\n")?;
/// let pyc = compile_source(b"x = 2\n", "m.py", target, &CompileOptions::default())?;
/// std::fs::write(folder.join("m.pyc"), pyc)?;
///
/// let verified = pycompile::verify_paths(&[folder])?;
/// assert_eq!((verified.pycs.all, verified.pycs.verified), (1, 0));
/// assert_eq!(verified.findings[0].path, "m.pyc");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify_paths(paths: &[impl AsRef<Path>]) -> Result<Verified, VerifyPathsError> {
    let places =
        paths.iter().map(|path| Place::open(path.as_ref())).collect::<Result<Vec<_>, PlaceError>>()?;
    let none = Places { path: None, installations: Vec::new() };
    let mut engines = EngineOptions::automatic(&[], &none, Limits::default(), Refs::Cpython);
    engines.choice = EngineChoice::Native;
    let environments = places.iter().filter_map(|place| VirtualEnvironment::around(place.disk_path()?));
    let mut request = audit::Request::new(engines);
    request.created_with = environments.filter_map(|environment| environment.release).collect();
    Ok(audit::verify(&places, &request, Workers::new(Parallelism::PerProcessor, &Unwatched))?)
}

/// Options of [`repack_wheel`]. The default keeps the pycs that the wheel has.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RepackOptions {
    /// Pycs of the new wheel; `None` keeps those that it has.
    pub bytecode: Option<Bytecode>,
    /// Releases to compile for, each of another version.
    pub targets: Vec<&'static Target>,
    /// Options of the compilation.
    pub compile: CompileOptions,
    /// Modification time of the entries in seconds since 1970. The default is the beginning of
    /// 1980, the earliest time of a zip.
    pub time: i64,
}

impl RepackOptions {
    /// Sets the pycs of the new wheel, in place of those that the wheel has.
    #[must_use]
    pub const fn with_bytecode(mut self, bytecode: Bytecode) -> Self {
        self.bytecode = Some(bytecode);
        self
    }

    /// Sets the releases to compile for, each of another version.
    #[must_use]
    pub fn with_targets(mut self, targets: impl IntoIterator<Item = &'static Target>) -> Self {
        self.targets = targets.into_iter().collect();
        self
    }

    /// Sets the options of the compilation.
    #[must_use]
    pub const fn with_compile(mut self, compile: CompileOptions) -> Self {
        self.compile = compile;
        self
    }

    /// Sets the modification time of the entries.
    #[must_use]
    pub const fn with_time(mut self, time: i64) -> Self {
        self.time = time;
        self
    }
}

impl Default for RepackOptions {
    fn default() -> Self {
        let compile = CompileOptions::default();
        Self { bytecode: None, targets: Vec::new(), compile, time: *DosTime::RANGE.start() }
    }
}

/// Writes a wheel again, deterministically, into `folder`: the order, times, modes and compression
/// of its entries depend on its content alone.
///
/// # Errors
/// [`ProjectError`] if the wheel is invalid or cannot be written. Neither the wheel itself nor a
/// file that was not written here is replaced. Sources that do not compile are in
/// [`Repacked::packed`], which has no archives then.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// # let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
/// # let wheel = root.join("tests/seeds/archive/demo-1.0-py3-none-any.whl");
/// use pycompile::target::{Release, Target};
/// use pycompile::{Bytecode, RepackOptions, repack_wheel};
///
/// let target = Target::find("3.14".parse::<Release>()?).ok_or("no native compiler for it")?;
/// let options = RepackOptions::default().with_bytecode(Bytecode::Pycache).with_targets([target]);
/// let repacked = repack_wheel(&wheel, folder, &options)?;
/// assert_eq!(repacked.packed.archives[0].path, folder.join("demo-1.0-py3-none-any.whl"));
/// assert!(repacked.packed.outcomes.iter().all(|outcome| outcome.result().is_ok()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn repack_wheel(wheel: &Path, folder: &Path, options: &RepackOptions) -> Result<Repacked, ProjectError> {
    let request = pack::RepackRequest {
        bytecode: options.bytecode,
        levels: vec![options.compile.optimize],
        mode: options.compile.mode,
        exclude: globset::GlobSet::empty(),
        folder: folder.to_path_buf(),
        check: false,
        time: options.time,
        in_place: false,
        manifest: None,
    };
    let native = |&target| TargetEngine::native(target, options.compile.limits);
    let engines: Vec<TargetEngine> = options.targets.iter().map(native).collect::<Result<_, _>>()?;
    pack::repack_wheel(
        wheel,
        &request,
        Run { engines: &engines, workers: Workers::new(Parallelism::PerProcessor, &Unwatched) },
    )
}

/// Neither counts files nor interrupts.
struct Unwatched;

impl Watch for Unwatched {
    fn advance(&self) {}

    fn interrupted(&self) -> bool {
        false
    }
}
