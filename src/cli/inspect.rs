//! `pycompile inspect`.

use super::error::{CommandError, Status};
use super::options::{MessageFormat, OUTPUT, text_or_json};
use super::printer::Printer;
use crate::build::seconds;
use crate::input::{Place, PlaceError};
use crate::pyc::{Header, Pyc, PycError, source_hash, source_path};
use crate::report::{InspectError, Inspected, SourceState, inspect_json, inspect_text};
use crate::target::Series;
use crate::text::{Shown as _, python};
use std::path::{Path, PathBuf};

/// Show the contents of a pyc of CPython 3.8 to 3.15 without running Python.
///
/// Prints the header, whether the source next to it matches, and for every code object its flags,
/// constants, names, instructions with lines and columns, and exception table. The exit status is 2
/// if a file cannot be read as a pyc.
///
/// Example: pycompile inspect demo/__pycache__/core.cpython-314.pyc
#[derive(Debug, clap::Args)]
pub(super) struct InspectArgs {
    /// Pycs to show.
    #[arg(value_name = "PYC", required = true)]
    files: Vec<PathBuf>,
    /// Print one JSON document per file, each on one line.
    #[arg(long, help_heading = OUTPUT)]
    json: bool,
    /// Format of the results; `json` is that of --json, followed by a summary.
    #[arg(long, value_enum, value_parser = text_or_json(), default_value_t = MessageFormat::Human, value_name = "FORMAT", conflicts_with = "json", help_heading = OUTPUT)]
    message_format: MessageFormat,
}

impl InspectArgs {
    /// Returns the message format.
    pub(super) const fn format(&self) -> MessageFormat {
        self.message_format
    }
}

#[derive(Debug, thiserror::Error)]
enum InspectFailure {
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error(transparent)]
    Pyc(#[from] PycError),
    #[error(transparent)]
    Shown(#[from] InspectError),
}

pub(super) fn run(arguments: &InspectArgs, printer: &Printer) -> Result<Status, CommandError> {
    let is_json = arguments.json || printer.is_json();
    let mut status = Status::Done;
    let mut failed = 0;
    for (at, file) in arguments.files.iter().enumerate() {
        match inspect(file, is_json) {
            Ok(text) => {
                if at > 0 && !is_json {
                    printer.data("")?;
                }
                printer.data(text.trim_end())?;
            }
            Err(error) => {
                let said = match error {
                    InspectFailure::Place(PlaceError::Missing(_)) => "there is no such file".to_owned(),
                    InspectFailure::Place(PlaceError::Read { source, .. }) => {
                        format!("cannot read it: {source}")
                    }
                    ref error => error.to_string(),
                };
                printer.trouble(&format!("{}: {said}", file.shown()));
                status = Status::Trouble;
                failed += 1;
                if printer.is_json() {
                    let path = python::os_text(file.as_os_str());
                    printer.json(&serde_json::json!({"path": path, "error": said}))?;
                }
            }
        }
    }
    printer.count("shown", arguments.files.len() - failed);
    printer.count("failed", failed);
    Ok(status)
}

fn inspect(file: &Path, as_json: bool) -> Result<String, InspectFailure> {
    let place = Place::File(file.into());
    let name = python::os_text(file.file_name().unwrap_or_default());
    let pyc = place.read(&name)?;
    let Pyc { header, series, objects } = Pyc::parse(&pyc)?;
    let source = source(file, &place, &name, header, series);
    let path = python::os_text(file.as_os_str());
    let shown =
        Inspected { path: &path, header, series, objects: &objects, size: pyc.len() as u64, source: &source };
    Ok(if as_json { inspect_json(&shown)? } else { inspect_text(&shown)? })
}

fn source(file: &Path, place: &Place, name: &str, header: Header, series: &Series) -> SourceState {
    match place.read_source(name) {
        Ok((path, bytes)) => {
            let matches = match header {
                Header::Hash { hash, .. } => hash == source_hash(series, &bytes),
                Header::Timestamp { mtime, size, .. } => {
                    size == bytes.len() as u32
                        && source_path(file).and_then(|source| modified(&source)) == Some(mtime)
                }
            };
            SourceState::Found { path, matches }
        }
        Err(PlaceError::Missing(path)) => SourceState::Absent(format!("there is no {path}")),
        Err(error) => SourceState::Absent(error.to_string()),
    }
}

fn modified(source: &Path) -> Option<u32> {
    Some(seconds(std::fs::metadata(source).ok()?.modified().ok()?))
}
