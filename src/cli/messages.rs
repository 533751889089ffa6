//! Messages about files.

use super::annotation;
use super::error::{CommandError, Status};
use super::format::would_change;
use super::options::MessageFormat;
use super::printer::Printer;
use super::warnings::Warned;
use crate::build::{Done, FileDigest, Outcome, PycOutcome};
use crate::engine::Diagnostic;
use crate::target::PyVersion;
use crate::text::{Shown as _, python};
use crate::warnings::Issued;
use serde::Serialize;
use std::path::PathBuf;

#[derive(Serialize)]
struct JsonMessage<'a> {
    path: String,
    status: &'static str,
    output: Option<String>,
    #[serde(flatten)]
    digest: Option<&'a FileDigest>,
    python: Option<String>,
    optimize: Option<u8>,
    warnings: &'a [Issued],
    error: Option<&'a Diagnostic>,
}

/// Returns whether files were compiled for several versions, so that errors name the version.
pub(super) fn has_several_versions(outcomes: &[Outcome]) -> bool {
    let mut versions = outcomes.iter().filter_map(|outcome| Some(outcome.pyc()?.python));
    let first = versions.next();
    versions.any(|version| Some(version) != first)
}

/// Returns whether an earlier outcome of the same source and version, at another level, has the
/// same error.
fn is_reported(outcomes: &[Outcome], at: usize) -> bool {
    fn key(outcome: &Outcome) -> Option<(PyVersion, &str)> {
        let pyc = outcome.pyc()?;
        Some((pyc.python, rendered(pyc)?))
    }
    let Some((own, before)) = outcomes.get(..=at).and_then(<[_]>::split_last) else { return false };
    let mut same_file = before.iter().rev().take_while(|other| other.file() == own.file());
    key(own).is_some_and(|own| same_file.any(|other| key(other) == Some(own)))
}

/// Returns the error of a pyc as CPython prints it.
fn rendered(pyc: &PycOutcome) -> Option<&str> {
    pyc.result.as_ref().err().map(|error| error.rendered.as_str())
}

/// Returns a label that distinguishes the outcome from others of its source: the version, if there
/// are several, and the level, if another level has no error or another one.
fn label(outcomes: &[Outcome], at: usize, several: bool) -> Option<String> {
    let own = outcomes.get(at)?;
    let pyc = own.pyc()?;
    let is_of_file = |other: &&Outcome| other.file() == own.file();
    let before = outcomes.get(..at)?.iter().rev().take_while(is_of_file);
    let behind = outcomes.get(at..)?.iter().take_while(is_of_file);
    let mut levels = before.chain(behind).filter_map(Outcome::pyc).filter(|other| other.python == pyc.python);
    let version = several.then(|| format!("Python {}", pyc.python));
    let level =
        levels.any(|other| rendered(other) != rendered(pyc)).then(|| format!("level {}", pyc.optimize));
    let parts: Vec<String> = version.into_iter().chain(level).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Prints the outcome of every file in the order of the request, then the summary. Failures of
/// files in `allowed` are reported without effect on the exit status; `missing` is the number of
/// files that were not reached.
pub(super) fn print(
    outcomes: &[Outcome],
    missing: usize,
    allowed: &[PathBuf],
    printer: &Printer,
) -> Result<Status, CommandError> {
    print_with(Counting::All, outcomes, missing, allowed, printer)
}

/// Runs for which the last line has the numbers of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counting {
    All,
    /// Only runs with failures.
    Failures,
}

/// Prints as [`print`] does, with the numbers of files if `counting` asks for them.
pub(super) fn print_with(
    counting: Counting,
    outcomes: &[Outcome],
    missing: usize,
    allowed: &[PathBuf],
    printer: &Printer,
) -> Result<Status, CommandError> {
    // A file that was being compiled at an interrupt counts as not reached.
    let dropped =
        |outcome: &Outcome| outcome.result().is_err_and(|error| error.kind == Diagnostic::INTERRUPTED);
    let missing = missing + outcomes.iter().filter(|outcome| dropped(outcome)).count();
    let several = has_several_versions(outcomes);
    let (mut compiled, mut up_to_date, mut failed, mut forgiven, mut stale) = (0, 0, 0, 0, 0);
    let mut warned = Warned::new(outcomes);
    for (at, outcome) in outcomes.iter().enumerate().filter(|(_, outcome)| !dropped(outcome)) {
        if !printer.is_json() {
            warned.print(outcome, printer)?;
        }
        let pyc = outcome.pyc();
        let result = outcome.result();
        let status = match result {
            Ok(done) => {
                match done {
                    Done::Compiled => compiled += 1,
                    Done::UpToDate => up_to_date += 1,
                    Done::WouldChange => stale += 1,
                }
                done.name()
            }
            Err(_) => {
                if allowed.iter().any(|file| file == outcome.file()) {
                    forgiven += 1;
                } else {
                    failed += 1;
                }
                "failed"
            }
        };
        let error = result.err();
        let is_reported = !printer.is_json() && is_reported(outcomes, at);
        match printer.format {
            _ if is_reported => {}
            MessageFormat::Json => {
                let message = JsonMessage {
                    path: python::os_text(outcome.file().as_os_str()),
                    status,
                    output: outcome.output().map(|output| python::os_text(output.as_os_str())),
                    digest: pyc.and_then(|pyc| pyc.digest.as_ref()),
                    python: pyc.map(|pyc| pyc.python.to_string()),
                    optimize: pyc.map(|pyc| pyc.optimize),
                    warnings: pyc.map_or(&[], |pyc| &pyc.warnings),
                    error,
                };
                printer.json(&message)?;
            }
            MessageFormat::Github => {
                if let Some(error) = error {
                    let place = (error.line, error.column);
                    let file = outcome.file().as_os_str();
                    let title = match label(outcomes, at, several) {
                        Some(label) => format!("{} ({label})", error.kind),
                        None => error.kind.clone(),
                    };
                    printer.data(&annotation::error(file, place, &title, &error.message))?;
                }
            }
            // The commands with these results do not offer this format.
            MessageFormat::Sarif => {}
            MessageFormat::Human => match (error, outcome.output()) {
                (Some(error), _) => {
                    if let Some(label) = label(outcomes, at, several) {
                        printer.file_error(&format!("{label}:"));
                    }
                    printer.file_error(&error.rendered);
                }
                (None, Some(output)) if result == Ok(Done::WouldChange) => {
                    would_change(output, printer)?;
                }
                (None, Some(output)) => printer.detail(&format!("{status}: {}", output.shown())),
                (None, None) => {}
            },
        }
    }
    for (name, number) in [
        ("compiled", compiled),
        ("up_to_date", up_to_date),
        ("would_change", stale),
        ("failed", failed),
        ("allowed_to_fail", forgiven),
        ("not_reached", missing),
    ] {
        printer.count(name, number);
    }
    let forgiven = if forgiven > 0 { format!(", {forgiven} allowed to fail") } else { String::new() };
    let first = if stale > 0 { format!("{stale} would change") } else { format!("{compiled} compiled") };
    let counts = format!("{first}, {up_to_date} up to date, {failed} failed{forgiven}");
    match stale + failed + missing {
        // Commands whose check writes no pycs print themselves that everything is up to date.
        0 if counting == Counting::Failures => {}
        0 if forgiven.is_empty() => printer.success(&counts),
        _ => printer.summary(&counts),
    }
    if missing > 0 {
        return Err(CommandError::interrupted(missing, "file was", "files were"));
    }
    Ok(if failed + stale > 0 { Status::No } else { Status::Done })
}
