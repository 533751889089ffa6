//! Results other than pycs, and the objects that end every JSON run.

use super::error::{CommandError, Status};
use super::hint;
use super::options::MessageFormat;
use super::printer::Printer;
use crate::build::{Artifact, ArtifactKind, FileDigest, ProjectError};
use crate::config::ConfigError;
use crate::text::{Shown as _, python};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// File that a run wrote or would write, in JSON output.
#[derive(Serialize)]
struct ReportedFile<'a> {
    artifact: String,
    kind: ArtifactKind,
    status: &'static str,
    #[serde(flatten)]
    digest: &'a FileDigest,
}

/// Prints files other than pycs: in JSON all of them, in text only those that `--check` finds
/// changed. Returns the number of the latter.
pub(super) fn print_artifacts(
    artifacts: &[Artifact],
    check: bool,
    printer: &Printer,
) -> Result<usize, CommandError> {
    for artifact in artifacts {
        let status = match (check, artifact.changed) {
            (true, true) => "would-change",
            (false, true) => "written",
            (_, false) => "up-to-date",
        };
        match printer.format {
            MessageFormat::Json => printer.json(&ReportedFile {
                artifact: python::os_text(artifact.path.as_os_str()),
                kind: artifact.kind,
                status,
                digest: &artifact.digest,
            })?,
            _ if check && artifact.changed => would_change(&artifact.path, printer)?,
            _ => printer.detail(&format!("{status}: {}", artifact.path.shown())),
        }
    }
    Ok(artifacts.iter().filter(|artifact| check && artifact.changed).count())
}

/// Prints the other forms of the manifest: a run that writes them reports their paths.
pub(super) fn print_manifests(
    artifacts: &[Artifact],
    check: bool,
    printer: &Printer,
) -> Result<usize, CommandError> {
    for artifact in artifacts.iter().filter(|artifact| artifact.changed && !check) {
        printer.summary(&format!("wrote {}", artifact.path.shown()));
    }
    print_artifacts(artifacts, check, printer)
}

/// Prints a file that `--check` finds changed.
pub(super) fn would_change(path: &std::path::Path, printer: &Printer) -> Result<(), CommandError> {
    Ok(printer.finding(&format!("would change: {}", path.shown()))?)
}

/// Prints the object that ends a JSON run, after one for the error that ended the run.
pub(super) fn finish(
    command: &str,
    status: Status,
    error: Option<&CommandError>,
    printer: &Printer,
) -> std::io::Result<()> {
    if let Some(error) = error {
        printer.json(&json!({"error": object(error)}))?;
    }
    printer.json(&json!({"summary": summary(command, status, printer.counts())}))
}

/// Returns the summary of a run: the command, its exit status, then its counts.
pub(super) fn summary(command: &str, status: Status, counts: Map<String, Value>) -> Value {
    let mut summary = Map::new();
    summary.insert("command".into(), command.into());
    summary.insert("exit_status".into(), (status as u8).into());
    summary.extend(counts);
    summary.into()
}

fn object(error: &CommandError) -> Value {
    let mut object = Map::new();
    match error {
        CommandError::Project(ProjectError::Config(ConfigError::At { place, message, .. })) => {
            object.insert("message".into(), hint::added(message, error).into());
            object.insert("path".into(), python::os_text(place.file().as_os_str()).into());
            object.insert("line".into(), place.line().into());
            object.insert("column".into(), place.column().into());
        }
        error => {
            object.insert("message".into(), hint::message(error).into());
        }
    }
    object.into()
}
