//! `--message-format` and `--json`, and what every JSON run ends with.

use super::printer::Printer;
use super::{CommandError, Status};
use crate::build::{Artifact, ArtifactKind, Digest, ProjectError};
use crate::config::ConfigError;
use crate::text::{Shown as _, python};
use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Form of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MessageFormat {
    /// Words; errors in CPython's own, on standard error.
    Human,
    /// JSON on standard output: one object a line, the last one a summary.
    Json,
    /// Workflow annotations of GitHub Actions, on standard output.
    Github,
}

/// Options of commands that have a form for GitHub.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct FormatArgs {
    /// Form of the results.
    #[arg(long, value_enum, default_value_t = MessageFormat::Human, value_name = "FORMAT")]
    message_format: MessageFormat,
    /// The same as --message-format json.
    #[arg(long, conflicts_with = "message_format")]
    json: bool,
}

impl FormatArgs {
    pub(super) const fn get(self) -> MessageFormat {
        if self.json { MessageFormat::Json } else { self.message_format }
    }
}

/// Options of the other commands.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct PlainFormatArgs {
    /// Form of the results.
    #[arg(long, value_enum, default_value_t = PlainFormat::Human, value_name = "FORMAT")]
    message_format: PlainFormat,
    /// The same as --message-format json.
    #[arg(long, conflicts_with = "message_format")]
    json: bool,
}

/// Form of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PlainFormat {
    /// Words.
    Human,
    /// JSON on standard output: one object a line, the last one a summary.
    Json,
}

impl PlainFormatArgs {
    pub(super) const fn get(self) -> MessageFormat {
        match (self.json, self.message_format) {
            (false, PlainFormat::Human) => MessageFormat::Human,
            _ => MessageFormat::Json,
        }
    }
}

/// Options of the commands whose findings code scanning takes.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct AuditFormatArgs {
    /// Form of the results.
    #[arg(long, value_enum, default_value_t = AuditFormat::Human, value_name = "FORMAT")]
    message_format: AuditFormat,
    /// The same as --message-format json.
    #[arg(long, conflicts_with = "message_format")]
    json: bool,
}

/// Form of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AuditFormat {
    /// Words.
    Human,
    /// JSON on standard output: one object a line, the last one a summary.
    Json,
    /// Workflow annotations of GitHub Actions, on standard output.
    Github,
    /// One document of the Static Analysis Results Interchange Format 2.1.0, on standard output.
    Sarif,
}

impl AuditFormatArgs {
    pub(super) const fn get(self) -> AuditFormat {
        if self.json { AuditFormat::Json } else { self.message_format }
    }
}

/// A file that a run wrote or would write, as JSON has it.
#[derive(Serialize)]
struct Named<'a> {
    artifact: String,
    kind: ArtifactKind,
    status: &'static str,
    #[serde(flatten)]
    digest: &'a Digest,
}

/// Prints what became of files that are no pycs: in JSON all of them, in words those that `--check`
/// finds changed. Returns the number of the latter.
pub(super) fn tell_artifacts(
    artifacts: &[Artifact],
    check: bool,
    format: MessageFormat,
    printer: &Printer,
) -> Result<usize, CommandError> {
    for artifact in artifacts {
        let status = match (check, artifact.changed) {
            (true, true) => "would-change",
            (false, true) => "written",
            (_, false) => "up-to-date",
        };
        match format {
            MessageFormat::Json => printer.json(&Named {
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

/// The same for the forms of the manifest: a run that writes them says where.
pub(super) fn tell_manifests(
    artifacts: &[Artifact],
    check: bool,
    format: MessageFormat,
    printer: &Printer,
) -> Result<usize, CommandError> {
    for artifact in artifacts.iter().filter(|artifact| artifact.changed && !check) {
        printer.summary(&format!("wrote {}", artifact.path.shown()));
    }
    tell_artifacts(artifacts, check, format, printer)
}

/// Prints a file that `--check` finds changed.
pub(super) fn would_change(path: &std::path::Path, printer: &Printer) -> Result<(), CommandError> {
    Ok(printer.finding(&format!("would change: {}", path.shown()))?)
}

/// Prints the object that a JSON run ends with, after one for the error that ended it.
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
        CommandError::Project(ProjectError::Config(ConfigError::At { place, message })) => {
            object.insert("message".into(), message.as_str().into());
            object.insert("path".into(), python::os_text(place.file().as_os_str()).into());
            object.insert("line".into(), place.line().into());
            object.insert("column".into(), place.column().into());
        }
        error => {
            object.insert("message".into(), error.to_string().into());
        }
    }
    object.into()
}
