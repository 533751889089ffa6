//! Source bytes → marshalled code, or a diagnostic.
//!
//! CPython: `SourceLoader.source_to_code` and `marshal.dumps`.
//!
//! **Invariant:** an engine never executes or imports the source, never reads or writes the file
//! system for it, and its answer depends on the request alone.

mod choice;
mod default;
mod named;
pub mod native;
pub mod python;
mod run;
pub mod select;
mod source;

pub use choice::{EngineChoice, Refs, Requested};
pub use default::{default_version, version_on_path};
pub use named::NamedInterpreters;
pub use run::{Parallelism, Run, ThreadsError, Watch, Workers, prepare};
pub use select::{EngineOptions, Engines, EnginesError, TargetEngine};
pub use source::{Made, OpenSource};

use self::native::NativeEngine;
use self::python::PythonEngine;
use crate::target::Target;
use crate::warnings::Warning;
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// An error in a source, in Python's terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
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
    /// Reason for which pycompile refused the file.
    #[serde(skip)]
    pub refusal: Option<Refusal>,
}

/// Reasons for refusing a file that Python would read or replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// A symlink leads out of the directory that the file was searched in.
    LinkOutside,
    /// Something other than a regular file is in the place of a file to write.
    NotReplaced,
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

    /// Creates an error that is shown without its kind.
    pub fn message_only(kind: &str, message: impl Into<String>) -> Box<Self> {
        let message = message.into();
        Box::new(Self { kind: kind.into(), rendered: message.clone(), message, ..Self::default() })
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.rendered)
    }
}

impl std::error::Error for Diagnostic {}

/// An error that prevents an engine from working: no suitable interpreter is available, or the
/// wrong one is named.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// No interpreter for this release was found.
    #[error("no interpreter for Python {0}: tried {1}")]
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
    /// The interpreter started and did not report its version in time.
    #[error("cannot start {path}: it does not answer within {seconds} s")]
    NoAnswer {
        /// The command.
        path: String,
        /// Time limit in seconds.
        seconds: u64,
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
#[derive(Debug)]
pub enum Engine {
    /// The native compiler.
    Native(NativeEngine),
    /// A real interpreter.
    Python(PythonEngine),
}

impl Engine {
    /// Returns the native compiler for `target`, without limits on memory.
    pub fn native(target: &'static Target) -> Self {
        Self::Native(NativeEngine::new(target))
    }

    /// Returns the memory limit for one file, in bytes.
    pub const fn memory(&self) -> Option<u64> {
        match self {
            Self::Native(engine) => engine.limits().memory,
            Self::Python(engine) => engine.limits().memory,
        }
    }

    /// Opens a source, the undecoded content of a file, to be compiled by any engines.
    pub const fn open(source: &[u8]) -> OpenSource<'_> {
        OpenSource::new(source)
    }
}

/// Limits for one file.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
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
