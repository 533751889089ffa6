//! `pycompile targets`.

use super::printer::Printer;
use super::{CommandError, Status, environment};
use crate::engine::Limits;
use crate::engine::python::start_found;
use crate::target::{SERIES, Series, Target};
use crate::text::Shown as _;

/// Lists the versions that can be compiled for: magic number, cache tag, engine, the releases whose bytes the native
/// engine makes, and the interpreter on PATH. Each release that is listed was compared with its real interpreter; in a
/// range like `3.14.8 to 3.14.10` nothing is known to change between the two. `--python 3.14` is the newest of a line,
/// `--python 3.14.8` that one.
///
/// Example: pycompile targets
#[derive(Debug, clap::Args)]
pub(super) struct TargetsArgs {}

pub(super) fn run(_arguments: &TargetsArgs, printer: &Printer) -> Result<Status, CommandError> {
    printer.data("version  magic  cache tag    engine  bytes of, interpreter")?;
    let places = environment::places();
    for series in &SERIES {
        let found = start_found(series.version, None, &places, Limits::default());
        let found = found.map(|engine| {
            let path = engine.interpreter().shown();
            let unknown = Target::why_not(series.version, engine.full_version());
            let unknown = unknown.map_or_else(String::new, |why| format!(": {why}"));
            format!("{path} ({}){unknown}", engine.full_version())
        });
        let (engine, bytes) = match (Target::find(series.version), found) {
            (Some(_), Ok(found)) => ("native", format!("{}; {found}", Target::releases(series.version))),
            (Some(_), Err(_)) => ("native", Target::releases(series.version)),
            (None, Ok(found)) => ("python", found),
            (None, Err(_)) => ("none", format!("no python{} on PATH", series.version)),
        };
        row(series, engine, &bytes, printer)?;
    }
    Ok(Status::Done)
}

fn row(series: &Series, engine: &str, bytes: &str, printer: &Printer) -> Result<(), CommandError> {
    let (version, magic, tag) = (series.version.to_string(), series.magic, series.cache_tag());
    printer.data(&format!("{version:<7}  {magic:<5}  {tag:<11}  {engine:<6}  {bytes}"))?;
    Ok(())
}
