//! `pycompile diff`.

use super::destination::Destination;
use super::format::{MessageFormat, summary};
use super::printer::Printer;
use super::{CommandError, Status, annotation, environment};
use crate::diff::{Side, compare};
use crate::report::difference;
use crate::text::{Shown as _, visible_json};
use std::path::PathBuf;

/// Compares two manifests, trees, wheels, zips or pycs, in any pairing, and says what differs and, where the bytes are at
/// hand, why: from missing files over headers and reference flags to the constant, name, instruction or line table entry.
///
/// Example: pycompile diff dist/ours.whl dist/theirs.whl --html difference.html
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit status: 0 the same, 1 they differ, 2 could not compare.")]
pub(super) struct DiffArgs {
    /// A directory, wheel, zip, pyc, or manifest (a file named *.json).
    #[arg(value_name = "A")]
    left: PathBuf,
    /// What A is compared with.
    #[arg(value_name = "B")]
    right: PathBuf,
    /// How differences are told on standard output: side by side, as one JSON document, or one annotation a file.
    #[arg(long, value_enum, default_value_t = MessageFormat::Human, value_name = "FORMAT")]
    message_format: MessageFormat,
    /// The document of --message-format json, indented and without the summary.
    #[arg(long, conflicts_with = "message_format")]
    json: bool,
    /// Write the differences into this file as well, as a page that needs nothing else; `-` writes it to standard output
    /// instead of the text.
    #[arg(long, value_name = "FILE")]
    html: Option<Destination>,
    /// Columns for both sides together; without it, those of the terminal.
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(20..))]
    width: Option<u16>,
}

impl DiffArgs {
    /// Returns the form of the results, for errors.
    pub(super) const fn format(&self) -> MessageFormat {
        self.message_format
    }

    /// Whether a file is written.
    pub(super) fn writes(&self) -> bool {
        self.html.as_ref().is_some_and(|page| page.file().is_some())
    }
}

pub(super) fn run(arguments: &DiffArgs, printer: &Printer) -> Result<Status, CommandError> {
    let format = if arguments.json { MessageFormat::Json } else { arguments.message_format };
    if let Some(page) = &arguments.html {
        page.keeps_apart(format)?;
        if let Some(side) = [&arguments.left, &arguments.right].into_iter().find(|side| page.is(side)) {
            let message = format!("{} is compared: no page is written over it", side.shown());
            return Err(CommandError::Usage(message));
        }
    }
    let (left, right) = (Side::open(&arguments.left)?, Side::open(&arguments.right)?);
    let comparison = compare(&left, &right)?;
    if let Some(page) = &arguments.html {
        page.write(difference::html(&comparison).as_bytes(), printer)?;
    }
    match format {
        MessageFormat::Human if matches!(arguments.html, Some(Destination::StandardOutput)) => {}
        MessageFormat::Human => {
            let width = arguments.width.map_or_else(environment::columns, usize::from);
            let text = difference::text(&comparison, width);
            if !text.is_empty() {
                printer.told(text.trim_end())?;
            }
        }
        MessageFormat::Github => {
            for file in &comparison.files {
                let message = difference::reasons(file);
                printer.annotation(&annotation::error(&file.path, (None, None), "difference", &message))?;
            }
        }
        MessageFormat::Json => {
            let text = if arguments.json {
                difference::json(&comparison)
            } else {
                let status = if comparison.files.is_empty() { Status::Done } else { Status::No };
                printer.count("same", comparison.same);
                printer.count("different", comparison.files.len());
                difference::json_line(&comparison, &summary("diff", status, printer.counts()))
            };
            let text = text.map_err(std::io::Error::from)?;
            printer.data(&visible_json(text.trim_end()))?;
        }
    }
    if format == MessageFormat::Human && !comparison.files.is_empty() {
        printer.summary(&format!("findings: {}", difference::kinds(&comparison)));
    }
    printer.summary(&difference::summary(&comparison));
    Ok(if comparison.files.is_empty() { Status::Done } else { Status::No })
}
