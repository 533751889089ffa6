//! `pycompile init`.

use super::printer::Printer;
use super::{CommandError, Status, environment, interrupt};
use crate::config::init::draft;
use crate::engine::python::{PythonEngine, default_interpreter};
use crate::output::atomic;
use crate::text::Shown as _;
use std::path::PathBuf;

/// Writes a pycompile.toml that lists the files found, once: what is added later must be added to it.
///
/// Example: pycompile init .
#[derive(Debug, clap::Args)]
pub(super) struct InitArgs {
    /// The project's directory.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

pub(super) fn run(arguments: &InitArgs, printer: &Printer) -> Result<Status, CommandError> {
    let path = arguments.folder.join("pycompile.toml");
    if path.symlink_metadata().is_ok() {
        return Err(CommandError::Usage(format!("{} exists already: it is left as it is", path.shown())));
    }
    let search_path = environment::search_path();
    let python = default_interpreter(None, search_path.as_deref())
        .and_then(|interpreter| PythonEngine::start_any(&interpreter, interrupt::limits()))
        .ok();
    let draft = draft(&arguments.folder, python.map(|engine| engine.version()))?;
    for (path, why) in &draft.left_out {
        printer.summary(&format!("left out {path:?}: {why}"));
    }
    if draft.sources == 0 {
        return Err(CommandError::Usage(format!("no Python files below {}", arguments.folder.shown())));
    }
    atomic::write(&path, draft.text.as_bytes(), 0o644).map_err(crate::build::ProjectError::from)?;
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    printer.summary(&format!(
        "{}: {}, {}",
        path.shown(),
        count(draft.sources, "Python file"),
        count(draft.data, "data file")
    ));
    Ok(Status::Done)
}
