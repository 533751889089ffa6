//! `pycompile build`.

use super::error::{CommandError, Status};
use super::format::{print_artifacts, print_manifests};
use super::hint;
use super::limits::JobsArgs;
use super::messages;
use super::options::{FormatArgs, MessageFormat};
use super::printer::Printer;
use super::project::{ConfigArgs, OverrideArgs, allowed, note_unlisted, start_engines};
use super::warnings::WarningArgs;
use crate::build::{Stale, publish, remove_stale, tree, with_archives};
use crate::config::{Given, OnError};
use crate::engine::{Run, select};
use crate::manifest::Manifest;
use crate::text::{Shown as _, counted, python};
use std::path::{Path, PathBuf};

/// Compile the files that the config lists, in place or into [tree] output, and write the manifest.
///
/// Options override the config. Their paths are relative to the working directory.
///
/// Example: pycompile build --config pycompile.toml
#[derive(Debug, clap::Args)]
pub(super) struct BuildArgs {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    overrides: OverrideArgs,
    /// Write to a mirror of the tree in this directory; overrides [tree] output.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Write the manifest to this file; overrides [manifest] output.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Write nothing: list the files that would change, and exit with 1 if there are any.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    jobs: JobsArgs,
    #[command(flatten)]
    warnings: WarningArgs,
    #[command(flatten)]
    pub(super) format: FormatArgs,
}

pub(super) fn run(arguments: &BuildArgs, printer: &Printer) -> Result<Status, CommandError> {
    let given = Given {
        tree: arguments.output.clone(),
        manifest: arguments.manifest.clone(),
        ..arguments.overrides.given()
    };
    let mut project = arguments.config.load_given(given, printer)?;
    project.check = arguments.check;
    let engines = start_engines(&project, &arguments.warnings, printer)?;
    let files = project.selection.sources.len();
    let mut built = printer.working(files, arguments.jobs.get(), |workers| {
        tree::build(&project, Run { engines: &engines, workers })
    })?;
    hint::add(&mut built.outcomes, hint::FOLLOW_LINKS);
    let failed = built.outcomes.iter().any(|outcome| outcome.result().is_err());
    let status = messages::print(&built.outcomes, built.missing, &allowed(&project), printer)?;
    note_unlisted(&project, printer);
    if failed && status == Status::No && project.loaded.config.compile.on_error == OnError::Fail {
        return Ok(status);
    }
    if built.missing > 0 {
        return Ok(status);
    }
    let stale = remove_stale(&project, &built);
    print_stale(&stale, arguments.check, printer)?;
    let manifest = Manifest::new(built.entries, Vec::new()).with_releases(select::releases(&engines));
    let manifests = publish(&project, &with_archives(&project, manifest))?;
    let changed = print_artifacts(&built.copies, arguments.check, printer)?
        + print_manifests(&manifests, arguments.check, printer)?;
    let changes = changed > 0 || (arguments.check && !stale.removal.removed.is_empty());
    Ok(if changes { Status::No } else { status })
}

/// Prints files of an earlier build that were removed, and files that the build does not know.
fn print_stale(stale: &Stale, is_check: bool, printer: &Printer) -> Result<(), CommandError> {
    let removal = &stale.removal;
    printer.count(if is_check { "would_remove" } else { "removed" }, removal.removed.len());
    printer.count("left", removal.left.len() + removal.failed.len());
    printer.count("unknown", stale.unknown.len());
    if printer.is_json() {
        let print = |path: &Path, status: &str, reason: Option<&str>| {
            let path = python::os_text(path.as_os_str());
            printer.json(&serde_json::json!({"path": path, "status": status, "reason": reason}))
        };
        for path in &removal.removed {
            print(path, if is_check { "would-remove" } else { "removed" }, None)?;
        }
        for (path, reason) in removal.left.iter().chain(&removal.failed) {
            print(path, "left", Some(reason))?;
        }
        for path in &stale.unknown {
            print(path, "unknown", None)?;
        }
    }
    let removed = if is_check { "would remove" } else { "removed" };
    for path in &removal.removed {
        match (is_check, printer.format) {
            (true, MessageFormat::Human | MessageFormat::Github) => {
                printer.finding(&format!("would remove: {}", path.shown()))?;
            }
            _ => printer.detail(&format!("{removed}: {}", path.shown())),
        }
    }
    if !removal.removed.is_empty() {
        let files = counted(removal.removed.len(), "file", "files");
        printer.summary(&format!("{removed} {files} of an earlier build"));
    }
    for (path, reason) in removal.left.iter().chain(&removal.failed) {
        printer.summary(&format!("left {} of an earlier build: {reason}", path.shown()));
    }
    if let Some(first) = stale.unknown.first() {
        let files = counted(stale.unknown.len(), "file", "files");
        let are = if stale.unknown.len() == 1 { "is" } else { "are" };
        printer.summary(&format!("note: {files} in the tree {are} not from a build: {}", first.shown()));
        stale
            .unknown
            .iter()
            .skip(1)
            .for_each(|path| printer.detail(&format!("not from a build: {}", path.shown())));
    }
    Ok(())
}
