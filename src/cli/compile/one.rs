//! One source → its pycs.

use super::jobs::{Job, Settings};
use crate::engine::{Diagnostic, Engine, Request};
use crate::output::atomic::{self, WriteError};
use crate::pyc::{HEADER_SIZE, Header, InvalidationMode, source_hash};
use crate::target::{PyVersion, Series};
use std::io;
use std::path::{Path, PathBuf};

/// What became of one source at one version and level.
pub(super) struct Outcome {
    pub(super) file: PathBuf,
    pub(super) output: Option<PathBuf>,
    pub(super) python: PyVersion,
    pub(super) optimize: u8,
    pub(super) result: Result<Done, Box<Diagnostic>>,
}

/// The good ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Compiled,
    UpToDate,
}

struct Source {
    bytes: Vec<u8>,
    mtime: u32,
    size: u32,
    mode: u32,
}

/// All pycs of one source. An error in one does not stop the others.
pub(super) fn compile(job: &Job<'_>, settings: &Settings) -> Vec<Outcome> {
    let source = read(job.file);
    let mut outcomes = Vec::new();
    for (series, engine) in job.engines {
        for &optimize in &settings.levels {
            let output = match &settings.output {
                Some(output) => Ok(output.clone()),
                None => settings.naming.output(job.file, series, optimize),
            };
            let (output, result) = match (&source, output) {
                (Err(error), _) => (None, Err(error.clone())),
                (_, Err(error)) => (None, Err(Diagnostic::without_place("ValueError", error.to_string()))),
                (Ok(source), Ok(output)) => {
                    let result = one(job.file, source, series, engine.as_ref(), optimize, &output, settings);
                    (Some(output), result)
                }
            };
            let python = series.version;
            outcomes.push(Outcome { file: job.file.into(), output, python, optimize, result });
        }
    }
    outcomes
}

fn one(
    file: &Path,
    source: &Source,
    series: &'static Series,
    engine: &dyn Engine,
    optimize: u8,
    output: &Path,
    settings: &Settings,
) -> Result<Done, Box<Diagnostic>> {
    atomic::check_target(output).map_err(|error| write_diagnostic(&error))?;
    let header = match settings.mode {
        InvalidationMode::Timestamp => {
            Header::Timestamp { magic: series.magic, mtime: source.mtime, size: source.size }
        }
        mode => Header::Hash {
            magic: series.magic,
            checked: mode == InvalidationMode::CheckedHash,
            hash: source_hash(series, &source.bytes),
        },
    }
    .to_bytes();
    if !settings.force && starts_with(output, &header) {
        return Ok(Done::UpToDate);
    }
    let recorded = settings.naming.recorded(file);
    let recorded = recorded.map_err(|error| Diagnostic::without_place("ValueError", error.to_string()))?;
    let request = Request { source: &source.bytes, filename: recorded.into_os_string(), optimize };
    let code = engine.compile(&request)?;
    let mut pyc = Vec::with_capacity(HEADER_SIZE + code.len());
    pyc.extend_from_slice(&header);
    pyc.extend_from_slice(&code);
    atomic::write(output, &pyc, source.mode).map_err(|error| write_diagnostic(&error))?;
    Ok(Done::Compiled)
}

/// Whether a pyc is there whose header says the same; its code is taken on trust, as importers take it.
fn starts_with(output: &Path, header: &[u8; HEADER_SIZE]) -> bool {
    let mut found = [0; HEADER_SIZE];
    let read = std::fs::File::open(output).and_then(|mut file| io::Read::read_exact(&mut file, &mut found));
    read.is_ok() && found == *header
}

fn read(file: &Path) -> Result<Source, Box<Diagnostic>> {
    let found = std::fs::metadata(file).and_then(|metadata| {
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok((std::fs::read(file)?, metadata))
    });
    let (bytes, metadata) = found.map_err(|error| io_diagnostic(file, &error))?;
    Ok(Source { bytes, mtime: mtime(&metadata), size: metadata.len() as u32, mode: mode(&metadata) })
}

/// Whole seconds modulo 2³², floored as CPython's `int(st_mtime)` is for times after 1970.
fn mtime(metadata: &std::fs::Metadata) -> u32 {
    let since = metadata.modified().ok().map(|time| time.duration_since(std::time::UNIX_EPOCH));
    match since {
        Some(Ok(after)) => after.as_secs() as u32,
        Some(Err(before)) => (before.duration().as_secs() as u32).wrapping_neg(),
        None => 0,
    }
}

/// The source's permissions, writable for its owner and executable for nobody (`importlib`'s `_calc_mode`, and the
/// `0o666` that `_write_atomic` masks with).
#[cfg(unix)]
fn mode(metadata: &std::fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    (metadata.permissions().mode() | 0o200) & 0o666
}

#[cfg(not(unix))]
fn mode(_metadata: &std::fs::Metadata) -> u32 {
    0o644
}

fn write_diagnostic(error: &WriteError) -> Box<Diagnostic> {
    match error {
        WriteError::Symlink(_) | WriteError::NotRegular(_) => {
            Diagnostic::without_place("FileExistsError", error.to_string())
        }
        WriteError::Io { path, source } => io_diagnostic(path, source),
    }
}

/// An operating-system error in Python's words: `[Errno 2] No such file or directory: 'x.py'`.
fn io_diagnostic(path: &Path, error: &io::Error) -> Box<Diagnostic> {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => "FileNotFoundError",
        io::ErrorKind::PermissionDenied => "PermissionError",
        io::ErrorKind::IsADirectory => "IsADirectoryError",
        io::ErrorKind::NotADirectory => "NotADirectoryError",
        io::ErrorKind::AlreadyExists => "FileExistsError",
        _ => "OSError",
    };
    let (number, text) = match (error.raw_os_error(), error.kind()) {
        (None, io::ErrorKind::IsADirectory) => (21, "Is a directory".to_owned()),
        (number, _) => {
            let text = error.to_string();
            (number.unwrap_or(0), text.split(" (os error").next().unwrap_or(&text).to_owned())
        }
    };
    let message = format!("[Errno {number}] {text}: '{}'", path.display());
    Box::new(Diagnostic { kind: kind.into(), rendered: message.clone(), message, ..Diagnostic::default() })
}

/// Makes one file of the equal pycs of a source (`compileall --hardlink-dupes`), by rename.
pub(super) fn hardlink_equal_levels(outcomes: &[Outcome]) {
    let written = outcomes.iter().filter(|outcome| outcome.result.is_ok());
    let mut kept: Vec<(&Path, PyVersion, Vec<u8>)> = Vec::new();
    for outcome in written {
        let Some(output) = outcome.output.as_deref() else { continue };
        let Ok(bytes) = std::fs::read(output) else { continue };
        match kept.iter().find(|(_, python, other)| *python == outcome.python && *other == bytes) {
            Some((first, _, _)) if *first != output => {
                // A file system without hard links keeps two files: equal bytes are what matters.
                let _ = link(first, output);
            }
            Some(_) => {}
            None => kept.push((output, outcome.python, bytes)),
        }
    }
}

fn link(first: &Path, output: &Path) -> io::Result<()> {
    let folder = output.parent().unwrap_or(Path::new("."));
    let temporary = tempfile::Builder::new()
        .prefix(".pycompile-")
        .make_in(folder, |path| std::fs::hard_link(first, path))?;
    temporary.into_temp_path().persist(output).map_err(|error| error.error)
}
