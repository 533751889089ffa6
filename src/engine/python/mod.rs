//! The python engine: a pool of real interpreters, each started once; each file is compiled in a
//! fresh fork.
//!
//! CPython: `py_compile`, `importlib._bootstrap_external.SourceFileLoader.source_to_code`.
//!
//! A worker always has one fork ready, which waits for a request, reads it, answers and exits; the
//! worker itself never sees a source. Differences between CPython versions are handled in
//! `worker.py`, which tests the interpreter's behavior.
//!
//! **Invariant:** no process compiles two files, so earlier compilations change no byte.

mod find;
#[cfg(unix)]
mod pipe;
#[cfg(unix)]
mod worker;
#[cfg(not(unix))]
#[path = "no_fork.rs"]
mod worker;

pub use find::{Places, default_interpreter, of_machine, on_path, start_found, start_others};

use super::{Compiled, Diagnostic, EngineError, Limits};
use crate::compile::Columns;
use crate::target::{PyVersion, Release};
use crate::text::Shown as _;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use worker::Worker;

/// One compilation.
struct WorkerRequest<'a> {
    source: &'a [u8],
    filename: &'a OsStr,
    optimize: u8,
    /// Index of the warning that becomes an error.
    raised: Option<usize>,
}

/// Outcome of a request.
#[cfg_attr(not(unix), allow(dead_code, reason = "none is ever given"))]
enum Answer {
    /// The marshalled code or CPython's error, and the warnings.
    Done(Compiled),
    /// CPython ran out of memory, and could not report the error in detail.
    NoMemory,
    /// The fork died before it had answered in full. The worker exited as well.
    ForkDied(String),
    /// The worker exited, or sent an invalid answer.
    WorkerDied(String),
    /// The deadline passed.
    TimedOut,
    /// The user interrupted the run.
    Stopped,
}

/// Interpreters of one version. Workers are started on demand, at most one for each caller at a
/// time.
#[derive(Debug)]
pub struct PythonEngine {
    interpreter: PathBuf,
    version: PyVersion,
    full_version: String,
    limits: Limits,
    idle: Mutex<Vec<Worker>>,
    /// Idle workers that leave out columns.
    without_columns: Mutex<Vec<Worker>>,
}

impl PythonEngine {
    /// Starts one interpreter, reads its version and keeps it as the first worker.
    ///
    /// # Errors
    /// [`EngineError::Start`].
    pub fn start_any(interpreter: &Path, limits: Limits) -> Result<Self, EngineError> {
        let worker = Worker::start(interpreter, Columns::Recorded, &limits)?;
        let full_version = full_version(worker.version());
        let mut parts = full_version.split('.').map(str::parse);
        let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next()) else {
            let path = interpreter.shown();
            return Err(EngineError::Start { path, reason: "it does not report its version".into() });
        };
        let version = PyVersion::new(major, minor);
        let idle = Mutex::new(vec![worker]);
        let (interpreter, without_columns) = (interpreter.into(), Mutex::default());
        Ok(Self { interpreter, version, full_version, limits, idle, without_columns })
    }

    /// Starts an interpreter as [`Self::start_any`] does, and checks that it is `release`.
    ///
    /// # Errors
    /// [`EngineError::Start`], [`EngineError::WrongVersion`].
    pub fn start(interpreter: &Path, release: Release, limits: Limits) -> Result<Self, EngineError> {
        let engine = Self::start_any(interpreter, limits)?;
        if engine.is(release) {
            return Ok(engine);
        }
        let path = interpreter.shown();
        Err(EngineError::WrongVersion { path, found: engine.full_version, wanted: release })
    }

    /// Returns whether the interpreter is this release, or of this series if the release has no
    /// patch number.
    pub fn is(&self, release: Release) -> bool {
        self.version == release.version
            && (release.patch.is_none() || self.full_version.trim_end_matches('t') == release.to_string())
    }

    /// Returns the limits for each file.
    pub(super) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Returns the minor version: `3.14`.
    pub fn version(&self) -> PyVersion {
        self.version
    }

    /// Returns the full version: `3.14.10`, `3.15.0rc1` for a pre-release, `3.14.10t` for a
    /// free-threaded build.
    pub fn full_version(&self) -> &str {
        &self.full_version
    }

    /// Returns the command of the interpreter.
    pub fn interpreter(&self) -> &Path {
        &self.interpreter
    }

    fn idle(&self, columns: Columns) -> MutexGuard<'_, Vec<Worker>> {
        let idle = match columns {
            Columns::Recorded => &self.idle,
            Columns::LeftOut => &self.without_columns,
        };
        idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, columns: Columns) -> Result<Worker, EngineError> {
        let idle = self.idle(columns).pop();
        idle.map_or_else(|| Worker::start(&self.interpreter, columns, &self.limits), Ok)
    }

    fn no_memory(&self) -> Box<Diagnostic> {
        let limit = match self.limits.memory {
            Some(bytes) => format!("the limit of {} MB", bytes >> 20),
            None => "there is".to_owned(),
        };
        let message = format!("Python {} needs more memory than {limit}", self.version);
        Diagnostic::without_place("MemoryError", message)
    }

    /// Compiles a source in a fresh fork.
    pub(super) fn compile(
        &self,
        source: &[u8],
        filename: &OsStr,
        optimize: u8,
        columns: Columns,
        raised: Option<usize>,
    ) -> Compiled {
        let request = WorkerRequest { source, filename, optimize, raised };
        let python = format!("Python {}", self.version);
        let mut failure = String::new();
        // A worker may have been killed for another reason than the file: the file is tried once
        // more.
        for _ in 0..2 {
            let mut worker = match self.take(columns) {
                Ok(worker) => worker,
                Err(EngineError::Interrupted) => return interrupted().into(),
                Err(error) => return Diagnostic::without_place("OSError", error.to_string()).into(),
            };
            let error = match worker.compile(&request, &self.limits) {
                Answer::Done(Compiled { code, warnings }) => {
                    self.idle(columns).push(worker);
                    let code = code.map_err(|diagnostic| {
                        let bare = diagnostic.kind == "MemoryError" && diagnostic.message.is_empty();
                        if bare && self.limits.memory.is_some() { self.no_memory() } else { diagnostic }
                    });
                    return Compiled { code, warnings };
                }
                Answer::NoMemory => self.no_memory(),
                Answer::ForkDied(how) => {
                    let message = format!("the compiling process of {python} {how}");
                    Diagnostic::without_place("MemoryError", message)
                }
                Answer::TimedOut => {
                    let message =
                        format!("{python} did not finish within {} s", self.limits.timeout.as_secs());
                    Diagnostic::without_place("TimeoutError", message)
                }
                Answer::Stopped => interrupted(),
                Answer::WorkerDied(how) => {
                    failure = how;
                    continue;
                }
            };
            return error.into();
        }
        let message = format!("the interpreter {} died twice: {failure}", self.interpreter.shown());
        Diagnostic::without_place("OSError", message).into()
    }
}

/// Returns the full version from the worker's greeting, which may be `sys.version` up to its build.
fn full_version(greeting: &str) -> String {
    let said = greeting.split('(').next().unwrap_or_default().trim_end();
    let number = said.split(' ').next().unwrap_or_default();
    let threads = if said.contains("free-threading") { "t" } else { "" };
    format!("{number}{threads}")
}

fn interrupted() -> Box<Diagnostic> {
    Diagnostic::without_place(Diagnostic::INTERRUPTED, "interrupted")
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions_of_builds() {
        let said = [
            "3.10.13",
            "3.13.5 (main, Aug 10 2026, 12:06:5",
            "3.15.0rc1 (main",
            "3.14.2 free-threading build (ma",
        ];
        assert_eq!(said.map(super::full_version), ["3.10.13", "3.13.5", "3.15.0rc1", "3.14.2t"]);
    }
}
