//! Source bytes → marshalled code, or a diagnostic.
//!
//! CPython: `SourceLoader.source_to_code` and `marshal.dumps`.
//!
//! **Invariant:** an engine never executes or imports the source, never reads or writes the file system for it, and
//! its answer depends on the request alone.

pub mod native;
pub mod python;

use crate::warnings::Warning;
use std::ffi::OsString;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// One compilation.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The file's bytes as they are on disk.
    pub source: &'a [u8],
    /// Value of `co_filename`.
    pub filename: OsString,
    /// 0, 1 or 2.
    pub optimize: u8,
}

/// Why a source was refused, in Python's terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Diagnostic {
    /// The exception, `SyntaxError`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its message without place.
    pub message: String,
    /// From 1.
    pub line: Option<i64>,
    /// From 1, in characters.
    pub column: Option<i64>,
    /// From 1.
    pub end_line: Option<i64>,
    /// From 1, in characters, exclusive.
    pub end_column: Option<i64>,
    /// The source line.
    pub text: Option<String>,
    /// Text that `py_compile` prints.
    pub rendered: String,
}

impl Diagnostic {
    /// The kind of a file that was given up because the user wants to stop.
    pub const INTERRUPTED: &'static str = "KeyboardInterrupt";

    /// An error that has no place in the source.
    pub fn without_place(kind: &str, message: impl Into<String>) -> Box<Self> {
        let message = message.into();
        let rendered = format!("{kind}: {message}");
        Box::new(Self { kind: kind.into(), message, rendered, ..Self::default() })
    }
}

/// Why an engine cannot serve at all. The fault is the environment's or the command line's.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No such interpreter.
    #[error("no interpreter for Python {0}: tried {1}, and no --interpreter was given")]
    NoInterpreter(crate::target::Release, String),
    /// No version was asked for and there is no `python3`.
    #[error("no python3 on PATH")]
    NoDefault,
    /// The user does not want it any more.
    #[error("interrupted")]
    Interrupted,
    /// It did not start.
    #[error("cannot start {path}: {reason}")]
    Start {
        /// The command.
        path: String,
        /// Why.
        reason: String,
    },
    /// It is another version than it was asked for.
    #[error("{path} is Python {found}, not {wanted}")]
    WrongVersion {
        /// The command.
        path: String,
        /// Value that it has.
        found: String,
        /// Release that was asked for.
        wanted: crate::target::Release,
    },
}

/// Result of a compilation.
#[derive(Debug)]
pub struct Compiled {
    /// The marshalled code object.
    pub code: Result<Vec<u8>, Box<Diagnostic>>,
    /// Warnings of CPython, in its order, also of a source that it refuses.
    pub warnings: Vec<Warning>,
}

impl From<Box<Diagnostic>> for Compiled {
    fn from(error: Box<Diagnostic>) -> Self {
        Self { code: Err(error), warnings: Vec::new() }
    }
}

/// A way to compile for one version. Shared by all threads.
pub trait Engine: Send + Sync {
    /// Returns the marshalled code object.
    ///
    /// # Errors
    /// The source's fault, or this file's misfortune (time-out, memory); other requests go on.
    fn compile(&self, request: &Request<'_>) -> Result<Vec<u8>, Box<Diagnostic>> {
        self.compile_warned(request, None).code
    }

    /// Returns the marshalled code object, and the warnings. `raised` is the index of the warning that is the file's error.
    fn compile_warned(&self, request: &Request<'_>, raised: Option<usize>) -> Compiled;
}

/// Limits for one file.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Time.
    pub timeout: Duration,
    /// Memory in bytes; interpreters count their address space.
    pub memory: Option<u64>,
    /// Set by others when everything in hand is to be dropped.
    pub stop: &'static AtomicBool,
}

impl Default for Limits {
    fn default() -> Self {
        static NEVER: AtomicBool = AtomicBool::new(false);
        Self { timeout: DEFAULT_TIMEOUT, memory: None, stop: &NEVER }
    }
}

/// Default time for one file.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(120);
