//! `pycompile clean`.

use super::printer::Printer;
use super::project::ConfigArgs;
use super::{CommandError, Status, environment};
use crate::build::clean::clean;
use crate::text::Shown as _;

/// Removes the pycs that `pycompile build` would write, and nothing else.
///
/// Example: pycompile clean --config pycompile.toml
#[derive(Debug, clap::Args)]
pub(super) struct CleanArgs {
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(arguments: &CleanArgs, printer: &Printer) -> Result<Status, CommandError> {
    let project = arguments.config.load(printer)?;
    let versions = project.versions(&environment::places())?;
    let cleaned = clean(&project, &versions);
    for path in &cleaned.removed {
        printer.detail(&format!("removed: {}", path.shown()));
    }
    for (path, reason) in &cleaned.failed {
        printer.file_error(&format!("{}: not removed: {reason}", path.shown()));
    }
    printer.summary(&format!("{} removed, {} failed", cleaned.removed.len(), cleaned.failed.len()));
    Ok(if cleaned.failed.is_empty() { Status::Done } else { Status::No })
}
