//! `pycompile targets`.

use super::printer::Printer;
use super::{CommandError, Status, environment};
use crate::engine::Limits;
use crate::engine::python::start_found;
use crate::target::{SERIES, Series, Target};
use crate::text::Shown as _;

/// Lists the versions that can be compiled for: magic number, cache tag, engine, interpreter.
///
/// Example: pycompile targets
#[derive(Debug, clap::Args)]
pub(super) struct TargetsArgs {}

pub(super) fn run(_arguments: &TargetsArgs, printer: &Printer) -> Result<Status, CommandError> {
    printer.data("version  magic  cache tag    engine  bytes of, interpreter")?;
    let search_path = environment::search_path();
    for series in &SERIES {
        let found = start_found(series.version, None, search_path.as_deref(), Limits::default())
            .map(|engine| format!("{} ({})", engine.interpreter().shown(), engine.full_version()));
        let native = Target::find(series.version);
        for target in Target::superseded(series.version) {
            row(series, target.reference, "native", &target.releases(), printer)?;
        }
        let (engine, interpreter) = match (native, found) {
            (Some(target), Ok(interpreter)) => ("native", format!("{}; {interpreter}", target.releases())),
            (Some(target), Err(_)) => ("native", target.releases()),
            (None, Ok(interpreter)) => ("python", interpreter),
            (None, Err(_)) => ("none", format!("no python{} on PATH", series.version)),
        };
        row(series, &series.version.to_string(), engine, &interpreter, printer)?;
    }
    Ok(Status::Done)
}

fn row(
    series: &Series,
    version: &str,
    engine: &str,
    bytes: &str,
    printer: &Printer,
) -> Result<(), CommandError> {
    let (magic, tag) = (series.magic, series.cache_tag());
    printer.data(&format!("{version:<7}  {magic:<5}  {tag:<11}  {engine:<6}  {bytes}"))?;
    Ok(())
}
