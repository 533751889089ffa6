//! `[wheel] metadata = "backend"`: the build backend's hook prepares the metadata (PEP 517).
//!
//! Runs code of the project, and only if the config asks for it. The interpreter is the user's,
//! with its installed packages; nothing is installed.

use crate::engine::Workers;
use crate::output::atomic;
use crate::output::inside::{Inside, Links};
use crate::project::{LARGEST, read_regular};
use crate::text::Shown as _;
use crate::wheel::{Prepared, PreparedError};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// Program that calls the hooks.
const HOOKS: &str = include_str!("hooks.py");

/// Interval at which a running backend is polled.
const LOOK: Duration = Duration::from_millis(20);

/// Number of lines of a backend's output that an error includes.
const LINES: usize = 20;

/// Errors of preparing metadata with the backend.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackendError {
    /// No interpreter is available.
    #[error("`metadata = \"backend\"` needs a python3 on PATH in which the build backend is installed")]
    NoInterpreter,
    /// The `pyproject.toml` cannot be used.
    #[error("{}: {reason}", path.shown())]
    PyProject {
        /// Path of the file.
        path: PathBuf,
        /// Description of the fault.
        reason: String,
    },
    /// The interpreter cannot be run, or a temporary file cannot be written.
    #[error("cannot run {}: {source}", interpreter.shown())]
    Run {
        /// Path of the interpreter.
        interpreter: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// The backend failed.
    #[error("the build backend {backend} failed ({status}):\n{output}")]
    Failed {
        /// Name of the backend in `build-system`.
        backend: String,
        /// Exit status or signal.
        status: ExitStatus,
        /// Last lines of its output.
        output: String,
        /// Path of the interpreter.
        interpreter: PathBuf,
        /// Requirements in `build-system`.
        requires: String,
    },
    /// The user stopped the run.
    #[error("interrupted")]
    Interrupted,
    /// The metadata cannot be used.
    #[error(transparent)]
    Prepared(#[from] PreparedError),
}

/// Runs the backend of the project in `folder` with `interpreter` and reads the metadata that it
/// prepares.
///
/// # Errors
/// [`BackendError`].
pub(super) fn prepare(
    folder: &Path,
    interpreter: Option<&Path>,
    workers: Workers<'_>,
) -> Result<Prepared, BackendError> {
    let interpreter = interpreter.ok_or(BackendError::NoInterpreter)?;
    let system = BuildSystem::read(folder)?;
    let run = || -> std::io::Result<(tempfile::TempDir, Option<ExitStatus>)> {
        let scratch = tempfile::tempdir()?;
        let (program, output) = (scratch.path().join("hooks.py"), scratch.path().join("output"));
        let metadata = scratch.path().join("metadata");
        std::fs::create_dir(&metadata)?;
        atomic::write(&program, HOOKS.as_bytes(), 0o644).map_err(std::io::Error::other)?;
        let printed = std::fs::File::create(&output)?;
        let mut command = Command::new(interpreter);
        command.arg(&program).arg(&metadata).arg(&system.backend).args(&system.paths);
        command.current_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONSAFEPATH", "");
        command.stdin(Stdio::null()).stdout(printed.try_clone()?).stderr(printed);
        let status = wait(command.spawn()?, workers)?;
        Ok((scratch, status))
    };
    let failure = |source| BackendError::Run { interpreter: interpreter.into(), source };
    let (scratch, status) = run().map_err(failure)?;
    let status = status.ok_or(BackendError::Interrupted)?;
    let text = |name: &str| {
        let bytes = read_regular(&scratch.path().join(name), LARGEST).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    if !status.success() {
        let output = text("output");
        let lines: Vec<&str> = output.lines().collect();
        return Err(BackendError::Failed {
            backend: system.backend,
            status,
            output: shown(&lines[lines.len().saturating_sub(LINES)..]),
            interpreter: interpreter.into(),
            requires: system.requires.join(", "),
        });
    }
    let made = Inside::new(scratch.path().join("metadata"), Links::Inside);
    let mut prepared = Prepared::read(&made, text("metadata/result").trim())?;
    prepared.notes.push(format!("{} has prepared the metadata", system.backend));
    Ok(prepared)
}

/// Returns lines without control characters.
fn shown(lines: &[&str]) -> String {
    let plain = |line: &&str| line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    lines.iter().map(plain).collect::<Vec<_>>().join("\n")
}

/// Waits for the process to end. If the user stops the run, the process is killed and there is no
/// status.
fn wait(mut child: Child, workers: Workers<'_>) -> std::io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if workers.interrupted() {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(LOOK);
    }
}

/// Table `build-system`, with the defaults of PEP 517.
struct BuildSystem {
    backend: String,
    paths: Vec<PathBuf>,
    requires: Vec<String>,
}

impl BuildSystem {
    fn read(folder: &Path) -> Result<Self, BackendError> {
        let path = folder.join("pyproject.toml");
        let refuse = |reason: String| BackendError::PyProject { path: path.clone(), reason };
        let table: toml::Table = match read_regular(&path, LARGEST) {
            Ok(bytes) => {
                let text = String::from_utf8(bytes).map_err(|_| refuse("not UTF-8".into()))?;
                text.parse().map_err(|error: toml::de::Error| refuse(error.message().into()))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => toml::Table::new(),
            Err(error) => return Err(refuse(error.to_string())),
        };
        let system = table.get("build-system").and_then(toml::Value::as_table);
        let texts = |key: &str| {
            let items = system.and_then(|system| system.get(key)).and_then(toml::Value::as_array);
            let texts = items.into_iter().flatten().filter_map(toml::Value::as_str);
            texts.map(ToOwned::to_owned).collect::<Vec<String>>()
        };
        let backend = system.and_then(|system| system.get("build-backend")).and_then(toml::Value::as_str);
        let mut requires = texts("requires");
        if requires.is_empty() {
            requires = vec!["setuptools".into()];
        }
        let backend = backend.unwrap_or("setuptools.build_meta:__legacy__").to_owned();
        // Paths in `backend-path` must be inside the project (PEP 517).
        let mut paths = Vec::new();
        for name in texts("backend-path") {
            let below = Path::new(&name);
            let is_inside = below
                .components()
                .all(|part| matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir));
            if !is_inside {
                return Err(refuse(format!("backend-path {name:?} leaves the project")));
            }
            paths.push(below.into());
        }
        Ok(Self { backend, paths, requires })
    }
}
