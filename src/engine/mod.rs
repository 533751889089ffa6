//! Source bytes → marshalled code, or a diagnostic.
//!
//! CPython: `SourceLoader.source_to_code` and `marshal.dumps`.
//!
//! **Invariant:** an engine never executes or imports the source, never reads or writes the file
//! system for it, and its answer depends on the request alone.

mod choice;
pub mod native;
pub mod python;

pub use choice::{EngineChoice, Refs};

use crate::warnings::Warning;
use std::ffi::OsString;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// One compilation.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Content of the source file, undecoded.
    pub source: &'a [u8],
    /// Value of `co_filename`.
    pub filename: OsString,
    /// Optimization level: 0, 1 or 2.
    pub optimize: u8,
}

/// An error in a source, in Python's terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Diagnostic {
    /// Name of the exception, such as `SyntaxError`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Message without the location.
    pub message: String,
    /// First line, from 1.
    pub line: Option<i64>,
    /// First column, from 1, in characters.
    pub column: Option<i64>,
    /// Last line, from 1.
    pub end_line: Option<i64>,
    /// Column after the last, from 1, in characters.
    pub end_column: Option<i64>,
    /// The source line.
    pub text: Option<String>,
    /// Text that `py_compile` prints.
    pub rendered: String,
}

impl Diagnostic {
    /// Kind of a file that was abandoned because the user interrupted the run.
    pub const INTERRUPTED: &'static str = "KeyboardInterrupt";

    /// Creates an error without a location.
    pub fn without_place(kind: &str, message: impl Into<String>) -> Box<Self> {
        let message = message.into();
        let rendered = format!("{kind}: {message}");
        Box::new(Self { kind: kind.into(), message, rendered, ..Self::default() })
    }
}

/// An error that keeps an engine from working. The fault is the environment's or the command
/// line's.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No interpreter for this release was found.
    #[error("no interpreter for Python {0}: tried {1}, and no --interpreter was given")]
    NoInterpreter(crate::target::Release, String),
    /// No version was asked for, and there is no `python3`.
    #[error("no python3 on PATH")]
    NoDefault,
    /// The user interrupted the run.
    #[error("interrupted")]
    Interrupted,
    /// The interpreter did not start.
    #[error("cannot start {path}: {reason}")]
    Start {
        /// The command.
        path: String,
        /// Reason of the failure.
        reason: String,
    },
    /// The interpreter has another version than was asked for.
    #[error("{path} is Python {found}, not {wanted}")]
    WrongVersion {
        /// The command.
        path: String,
        /// Release of the interpreter.
        found: String,
        /// Release that was asked for.
        wanted: crate::target::Release,
    },
}

/// Result of a compilation.
#[derive(Debug)]
pub struct Compiled {
    /// The marshalled code object, or the error.
    pub code: Result<Vec<u8>, Box<Diagnostic>>,
    /// CPython's warnings, in its order; a refused source can have warnings too.
    pub warnings: Vec<Warning>,
}

impl From<Box<Diagnostic>> for Compiled {
    fn from(error: Box<Diagnostic>) -> Self {
        Self { code: Err(error), warnings: Vec::new() }
    }
}

/// A compiler for one version, shared by all threads.
pub trait Engine: Send + Sync {
    /// Returns the marshalled code object.
    ///
    /// # Errors
    /// An error in the source, or a limit of this file (time, memory); other requests are not
    /// affected.
    fn compile(&self, request: &Request<'_>) -> Result<Vec<u8>, Box<Diagnostic>> {
        self.compile_warned(request, None).code
    }

    /// Returns the marshalled code object and the warnings. `raised` is the index of the warning
    /// that a filter turns into an error.
    fn compile_warned(&self, request: &Request<'_>, raised: Option<usize>) -> Compiled;
}

/// Limits for one file.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Time for one file.
    pub timeout: Duration,
    /// Memory in bytes; for interpreters, their address space.
    pub memory: Option<u64>,
    /// Set by another thread to abandon all requests.
    pub stop: &'static AtomicBool,
}

impl Default for Limits {
    fn default() -> Self {
        static NEVER: AtomicBool = AtomicBool::new(false);
        Self { timeout: DEFAULT_TIMEOUT, memory: None, stop: &NEVER }
    }
}

/// Default of the time limit for one file.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(120);
