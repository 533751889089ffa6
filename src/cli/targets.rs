//! `pycompile targets`.

use super::environment;
use super::error::{CommandError, Status};
use super::options::PlainFormatArgs;
use super::printer::Printer;
use crate::engine::python::{Places, start_found};
use crate::engine::{EngineError, Limits};
use crate::target::{SERIES, Series, Target};
use crate::text::python;
use std::time::Duration;

/// List the versions that can be compiled for: magic number, cache tag, engine, the releases that
/// the native engine reproduces, and the interpreter on PATH.
///
/// Each listed release was compared with its real interpreter; `A to B` is a range of releases
/// without known differences. `--python 3.14` selects the newest release of the series,
/// `--python 3.14.8` exactly that one.
///
/// Example: pycompile targets
#[derive(Debug, clap::Args)]
pub(super) struct TargetsArgs {
    #[command(flatten)]
    pub(super) format: PlainFormatArgs,
}

/// Version in JSON output.
#[derive(serde::Serialize)]
struct TargetRow {
    version: String,
    magic: u32,
    cache_tag: String,
    engine: &'static str,
    /// Releases that the native engine reproduces; releases of a range have no known differences.
    releases: Vec<String>,
    interpreter: Option<String>,
    interpreter_version: Option<String>,
    /// Reason why the interpreter is not replaced by the native engine, or why there is none.
    note: Option<String>,
}

pub(super) fn run(printer: &Printer) -> Result<Status, CommandError> {
    if !printer.is_json() {
        printer.data("version  magic  cache tag    engine  bytes of, interpreter")?;
    }
    let places = environment::places();
    let mut limits = Limits::default();
    for series in &SERIES {
        let row = row(series, &places, &mut limits);
        if printer.is_json() {
            printer.json(&row)?;
            continue;
        }
        let TargetRow { version, magic, cache_tag, engine, releases, interpreter, interpreter_version, note } =
            row;
        let interpreter = interpreter.zip(interpreter_version).map(|(path, full)| format!("{path} ({full})"));
        let note = note.filter(|_| interpreter.is_some() || releases.is_empty());
        let releases = (!releases.is_empty()).then(|| releases.join(", "));
        let found = interpreter.map(|found| match &note {
            Some(note) => format!("{found}: {note}"),
            None => found,
        });
        let parts: Vec<String> = releases.into_iter().chain(found.or(note)).collect();
        let bytes = parts.join("; ");
        printer.data(&format!("{version:<7}  {magic:<5}  {cache_tag:<11}  {engine:<6}  {bytes}"))?;
    }
    printer.count("versions", SERIES.len());
    Ok(Status::Done)
}

fn row(series: &Series, places: &Places, limits: &mut Limits) -> TargetRow {
    let found = start_found(series.version, None, places, *limits);
    if matches!(found, Err(EngineError::NoAnswer { .. })) {
        // An interpreter that did not answer would time out again for each version.
        limits.timeout = Duration::from_secs(1);
    }
    let engine = match (Target::find(series.version), &found) {
        (Some(_), _) => "native",
        (None, Ok(_)) => "python",
        (None, Err(_)) => "none",
    };
    let releases = Target::releases(series.version);
    let note = match &found {
        Ok(engine) => Target::why_not(series.version, engine.full_version()),
        Err(EngineError::NoInterpreter(_, tried)) => Some(format!("no interpreter: tried {tried}")),
        Err(error) => Some(error.to_string()),
    };
    let found = found.ok();
    TargetRow {
        version: series.version.to_string(),
        magic: series.magic.into(),
        cache_tag: series.cache_tag(),
        engine,
        releases: releases.split(", ").filter(|range| !range.is_empty()).map(str::to_owned).collect(),
        interpreter: found.as_ref().map(|engine| python::os_text(engine.interpreter().as_os_str())),
        interpreter_version: found.map(|engine| engine.full_version().to_owned()),
        note: note.map(|note| note.replace("\n  ", "; ")),
    }
}
