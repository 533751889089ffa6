//! `pycompile targets`.

use super::printer::Printer;
use super::{CommandError, Status, environment};
use crate::engine::Limits;
use crate::engine::python::start_found;
use crate::target::{SERIES, Target};

/// Lists the versions that can be compiled for: magic number, cache tag, engine, interpreter.
///
/// Example: pycompile targets
#[derive(Debug, clap::Args)]
pub(super) struct TargetsArgs {}

pub(super) fn run(_arguments: &TargetsArgs, printer: &Printer) -> Result<Status, CommandError> {
    printer.data("version  magic  cache tag    engine  bytes, interpreter")?;
    let search_path = environment::search_path();
    for series in &SERIES {
        let found = start_found(series.version, None, search_path.as_deref(), Limits::default())
            .map(|engine| format!("{} ({})", engine.interpreter().display(), engine.full_version()));
        let native = Target::find(series.version);
        let (engine, interpreter) = match (native, found) {
            (Some(target), Ok(interpreter)) => ("native", format!("as {}; {interpreter}", target.reference)),
            (Some(target), Err(_)) => ("native", format!("as {}", target.reference)),
            (None, Ok(interpreter)) => ("python", interpreter),
            (None, Err(_)) => ("none", format!("no python{} on PATH", series.version)),
        };
        let version = series.version.to_string();
        printer.data(&format!(
            "{version:<7}  {:<5}  {:<11}  {engine:<6}  {interpreter}",
            series.magic,
            series.cache_tag()
        ))?;
    }
    Ok(Status::Done)
}
