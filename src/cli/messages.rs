//! Messages about files.

use super::error::{CommandError, Status};
use super::format::would_change;
use super::options::MessageFormat;
use super::printer::Printer;
use super::warnings::Warned;
use crate::build::{Done, Outcome};
use crate::engine::Diagnostic;
use crate::report::{annotation, outcome as text};
use crate::text::Shown as _;
use std::path::PathBuf;

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
    let mut counts = FileCounts { not_reached: missing, ..FileCounts::default() };
    let mut warned = Warned::new(outcomes);
    let several = text::has_several_versions(outcomes);
    for (at, outcome) in outcomes.iter().enumerate() {
        // A file that was being compiled at an interrupt counts as not reached.
        if outcome.result().is_err_and(|error| error.kind == Diagnostic::INTERRUPTED) {
            counts.not_reached += 1;
            continue;
        }
        counts.add(outcome, allowed);
        if printer.is_json() {
            printer.json(&text::object(outcome))?;
            continue;
        }
        warned.print(outcome, printer)?;
        if !text::is_repeated(outcomes, at) {
            let label = || text::label(outcomes, at, several);
            print_one(outcome, label, printer)?;
        }
    }
    counts.print(counting, printer);
    match counts {
        FileCounts { not_reached: 0, failed: 0, would_change: 0, .. } => Ok(Status::Done),
        FileCounts { not_reached: 0, .. } => Ok(Status::No),
        counts => Err(CommandError::interrupted(counts.not_reached, "file was", "files were")),
    }
}

/// Prints an outcome for people or as an annotation.
fn print_one(
    outcome: &Outcome,
    label: impl FnOnce() -> Option<String>,
    printer: &Printer,
) -> Result<(), CommandError> {
    match (outcome.result(), outcome.output()) {
        (Err(error), _) if printer.format == MessageFormat::Github => {
            let title = match label() {
                Some(label) => format!("{} ({label})", error.kind),
                None => error.kind.clone(),
            };
            let place = (error.line, error.column);
            printer.data(&annotation::error(outcome.file(), place, &title, &error.message))?;
        }
        (Err(error), _) => {
            if let Some(label) = label() {
                printer.file_error(&format!("{label}:"));
            }
            printer.file_error(&error.rendered);
        }
        (Ok(_), Some(_)) if printer.format == MessageFormat::Github => {}
        (Ok(Done::WouldChange), Some(output)) => would_change(output, printer)?,
        (Ok(done), Some(output)) => printer.detail(&format!("{}: {}", done.name(), output.shown())),
        (Ok(_), None) => {}
    }
    Ok(())
}

/// Numbers of files by outcome.
#[derive(Debug, Default)]
struct FileCounts {
    compiled: usize,
    up_to_date: usize,
    would_change: usize,
    failed: usize,
    allowed_to_fail: usize,
    not_reached: usize,
}

impl FileCounts {
    fn add(&mut self, outcome: &Outcome, allowed: &[PathBuf]) {
        *match outcome.result() {
            Ok(Done::Compiled) => &mut self.compiled,
            Ok(Done::UpToDate) => &mut self.up_to_date,
            Ok(Done::WouldChange) => &mut self.would_change,
            Err(_) if allowed.iter().any(|file| file == outcome.file()) => &mut self.allowed_to_fail,
            Err(_) => &mut self.failed,
        } += 1;
    }

    fn print(&self, counting: Counting, printer: &Printer) {
        let Self { compiled, up_to_date, would_change, failed, allowed_to_fail, not_reached } = *self;
        printer.count("compiled", compiled);
        printer.count("up_to_date", up_to_date);
        printer.count("would_change", would_change);
        printer.count("failed", failed);
        printer.count("allowed_to_fail", allowed_to_fail);
        printer.count("not_reached", not_reached);
        let first = match would_change {
            0 => format!("{compiled} compiled"),
            _ => format!("{would_change} would change"),
        };
        let forgiven = match allowed_to_fail {
            0 => String::new(),
            _ => format!(", {allowed_to_fail} allowed to fail"),
        };
        let counts = format!("{first}, {up_to_date} up to date, {failed} failed{forgiven}");
        match would_change + failed + not_reached {
            // Commands whose check writes no pycs print themselves that everything is up to date.
            0 if counting == Counting::Failures => {}
            0 if allowed_to_fail == 0 => printer.success(&counts),
            _ => printer.summary(&counts),
        }
    }
}
