//! The python engine: a pool of real interpreters, each started once; each file is compiled in a fresh fork.
//!
//! CPython: `py_compile`, `importlib._bootstrap_external.SourceFileLoader.source_to_code`.
//!
//! **Invariant:** no interpreter compiles two files, so what was compiled before changes no byte.

mod find;
mod worker;

pub use find::{default_interpreter, find_interpreter};

use super::{Diagnostic, Engine, EngineError, Request};
use crate::target::PyVersion;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;
use worker::{Answer, Worker};

/// Interpreters of one version. Workers are started when they are first needed, at most one for each caller at a
/// time.
#[derive(Debug)]
pub struct PythonEngine {
    interpreter: PathBuf,
    version: PyVersion,
    full_version: String,
    timeout: Duration,
    idle: Mutex<Vec<Worker>>,
}

impl PythonEngine {
    /// Starts one interpreter and asks for its version.
    ///
    /// # Errors
    /// [`EngineError::Start`], [`EngineError::WrongVersion`].
    pub fn start(interpreter: &Path, version: PyVersion, timeout: Duration) -> Result<Self, EngineError> {
        let worker = Worker::start(interpreter, timeout)?;
        let full_version = worker.version().to_owned();
        if !full_version.starts_with(&format!("{version}.")) {
            return Err(EngineError::WrongVersion {
                path: interpreter.display().to_string(),
                found: full_version,
                wanted: version,
            });
        }
        Ok(Self {
            interpreter: interpreter.into(),
            version,
            full_version,
            timeout,
            idle: Mutex::new(vec![worker]),
        })
    }

    /// `3.14.10`
    pub fn full_version(&self) -> &str {
        &self.full_version
    }

    fn take(&self) -> Result<Worker, EngineError> {
        let idle = self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        idle.map_or_else(|| Worker::start(&self.interpreter, self.timeout), Ok)
    }

    fn give_back(&self, worker: Worker) {
        self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(worker);
    }
}

impl Engine for PythonEngine {
    fn compile(&self, request: &Request<'_>) -> Result<Vec<u8>, Box<Diagnostic>> {
        let mut failure = String::new();
        // A worker that died may have died of an earlier file's memory: the file gets a second one, and no third.
        for _ in 0..2 {
            let mut worker = match self.take() {
                Ok(worker) => worker,
                Err(error) => return Err(Diagnostic::without_place("OSError", error.to_string())),
            };
            match worker.compile(request, self.timeout) {
                Answer::Code(code) => {
                    self.give_back(worker);
                    return Ok(code);
                }
                Answer::Refused(diagnostic) => {
                    self.give_back(worker);
                    return Err(diagnostic);
                }
                Answer::ChildDied(how) => {
                    self.give_back(worker);
                    let message = format!("the compiling process of Python {} {how}", self.version);
                    return Err(Diagnostic::without_place("MemoryError", message));
                }
                Answer::TimedOut => {
                    let message =
                        format!("Python {} did not finish within {} s", self.version, self.timeout.as_secs());
                    return Err(Diagnostic::without_place("TimeoutError", message));
                }
                Answer::WorkerDied(how) => failure = how,
            }
        }
        let message = format!("the interpreter {} died twice: {failure}", self.interpreter.display());
        Err(Diagnostic::without_place("OSError", message))
    }
}
