//! `pycompile clean`.

use super::environment;
use super::error::{CommandError, Status};
use super::options::PlainFormatArgs;
use super::printer::Printer;
use super::project::{ConfigArgs, ModeArgs, SelectArgs};
use crate::build::clean::clean;
use crate::config::Given;
use crate::text::{Shown as _, counted, python};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Remove the files that `pycompile build` and `pycompile pack` wrote: pycs, copies in a mirror,
/// archives, manifests, and the directories that are empty afterwards.
///
/// Pycs in `__pycache__` for versions and levels that the config does not name are removed if they
/// record their source's name as `build` does. A file that was changed afterwards is kept and
/// reported, and so is a directory with copies of the sources but without a pyc that `build` has
/// written there. A directory that is empty afterwards is removed even if it existed before. Output
/// that was built with options for versions, levels, the mode, names or directories is removed with
/// the same options.
///
/// Example: pycompile clean --config pycompile.toml
#[derive(Debug, clap::Args)]
pub(super) struct CleanArgs {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    mode: ModeArgs,
    /// Directory of the mirror; overrides [tree] output.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Directory of the wheels, the zip and the manifest; overrides the config.
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
    /// Path of the manifest; overrides [manifest] output.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    #[command(flatten)]
    pub(super) format: PlainFormatArgs,
}

pub(super) fn run(arguments: &CleanArgs, printer: &Printer) -> Result<Status, CommandError> {
    let given = Given {
        tree: arguments.output.clone(),
        archives: arguments.output_dir.clone(),
        manifest: arguments.manifest.clone(),
        invalidation_mode: arguments.mode.invalidation_mode,
        ..arguments.select.given()
    };
    let project = arguments.config.load_given(given, printer)?;
    let versions = project.versions(&environment::places())?;
    let cleaned = clean(&project, &versions);
    if printer.is_json() {
        let print = |path: &Path, status: &str, error: Option<&str>| {
            let path = python::os_text(path.as_os_str());
            printer.json(&json!({"path": path, "status": status, "error": error}))
        };
        cleaned.removed.iter().try_for_each(|path| print(path, "removed", None))?;
        cleaned.failed.iter().try_for_each(|(path, reason)| print(path, "failed", Some(reason)))?;
        cleaned.left.iter().try_for_each(|(path, reason)| print(path, "left", Some(reason)))?;
        cleaned.others.iter().try_for_each(|path| print(path, "left", Some(OTHER)))?;
    }
    printer.count("left", cleaned.left.len() + cleaned.others.len());
    printer.count("removed", cleaned.removed.len());
    printer.count("failed", cleaned.failed.len());
    for path in &cleaned.removed {
        printer.detail(&format!("removed: {}", path.shown()));
    }
    for (path, reason) in &cleaned.left {
        printer.summary(&format!("left {}: {reason}", path.shown()));
    }
    for (path, reason) in &cleaned.failed {
        printer.file_error(&format!("{}: not removed: {reason}", path.shown()));
    }
    print_others(&cleaned.others, printer);
    printer.summary(&format!("{} removed, {} failed", cleaned.removed.len(), cleaned.failed.len()));
    Ok(if cleaned.failed.is_empty() { Status::Done } else { Status::No })
}

/// Reason to keep a pyc for another version, level or layout.
const OTHER: &str = "it is for another version, level or layout, and may not be from `build`";

/// Prints a note about pycs for other versions, levels and layouts.
fn print_others(others: &[PathBuf], printer: &Printer) {
    let Some(first) = others.first() else { return };
    let are = if others.len() == 1 { "is" } else { "are" };
    printer.summary(&format!(
        "note: {} for other versions, levels or layouts {are} left, and may not be from `build`: {}\n\
         hint: `clean` with the options of `build` removes what it wrote",
        counted(others.len(), "pyc", "pycs"),
        first.shown()
    ));
    for path in others.iter().skip(1) {
        printer.detail(&format!("left: {}", path.shown()));
    }
}
