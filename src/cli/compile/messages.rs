//! What is said of the files.

use crate::build::{Done, Outcome};
use crate::cli::args::MessageFormat;
use crate::cli::printer::Printer;
use crate::cli::{CommandError, Status};
use crate::engine::Diagnostic;
use serde::Serialize;

#[derive(Serialize)]
struct Message<'a> {
    path: String,
    status: &'static str,
    output: Option<String>,
    python: String,
    optimize: u8,
    error: Option<&'a Diagnostic>,
}

/// Prints every file's outcome in the order of the request, then the summary.
pub(super) fn tell(
    results: &[Option<Vec<Outcome>>],
    format: MessageFormat,
    printer: &Printer,
) -> Result<Status, CommandError> {
    let (mut compiled, mut up_to_date, mut failed) = (0_u64, 0_u64, 0_u64);
    for outcome in results.iter().flatten().flatten() {
        let status = match &outcome.result {
            Ok(done) => {
                match done {
                    Done::Compiled => compiled += 1,
                    Done::UpToDate => up_to_date += 1,
                }
                done.name()
            }
            Err(_) => {
                failed += 1;
                "failed"
            }
        };
        let error = outcome.result.as_ref().err().map(AsRef::as_ref);
        match format {
            MessageFormat::Json => {
                let message = Message {
                    path: outcome.file.display().to_string(),
                    status,
                    output: outcome.output.as_ref().map(|output| output.display().to_string()),
                    python: outcome.python.to_string(),
                    optimize: outcome.optimize,
                    error,
                };
                printer.data(&serde_json::to_string(&message).map_err(std::io::Error::from)?)?;
            }
            MessageFormat::Human => match (error, &outcome.output) {
                (Some(error), _) => printer.file_error(&error.rendered),
                (None, Some(output)) => printer.detail(&format!("{status}: {}", output.display())),
                (None, None) => {}
            },
        }
    }
    let missing = results.iter().filter(|outcomes| outcomes.is_none()).count();
    printer.summary(&format!("{compiled} compiled, {up_to_date} up to date, {failed} failed"));
    if missing > 0 {
        return Err(CommandError::Usage(format!("interrupted: {missing} files were not reached")));
    }
    Ok(if failed > 0 { Status::No } else { Status::Done })
}
