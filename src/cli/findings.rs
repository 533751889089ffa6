//! Output of the findings of `verify` and `env`.

use super::annotation;
use super::environment;
use super::error::CommandError;
use super::options::MessageFormat;
use super::printer::Printer;
use crate::audit::{Finding, FindingKind};
use crate::input::Place;
use crate::report::finding::{FindingText, PerKind, shown};
use crate::report::sarif;
use crate::text::visible_json;

/// Hint for findings of [`is_of_path_file`].
pub(super) const PATH_FILE_HINT: &str = "hint: editable installs, pipx and uv write such `.pth` files: a \
    directory that one adds is verified too if it is another PATH, and `--exclude GLOB` leaves a file out";

/// Returns whether a finding is about a `.pth` file and what it adds to the path of imports.
pub(super) fn is_of_path_file(finding: &Finding) -> bool {
    finding.path.ends_with(".pth") && matches!(finding.kind(), FindingKind::Unreadable | FindingKind::Record)
}

/// Prints the findings of `verify`: for people, at most `limit` of each kind, or all of them for 0.
pub(super) fn tell(
    findings: &[Finding],
    places: &[Place],
    format: MessageFormat,
    limit: usize,
    printer: &Printer,
) -> Result<(), CommandError> {
    let mut per_kind = PerKind::new(limit);
    for finding in findings {
        let path = shown(&finding.path, finding.place, places);
        match format {
            MessageFormat::Human if !per_kind.lists(finding.kind().name()) => {}
            MessageFormat::Human => printer.finding(&FindingText::of_verify(finding, path).line())?,
            MessageFormat::Json => {
                // With one place, paths are relative to it.
                let path = if places.len() > 1 { path } else { finding.path.clone() };
                printer.json(&FindingText::of_verify(finding, path).object())?;
            }
            MessageFormat::Github => annotate(&FindingText::of_verify(finding, path), printer)?,
            MessageFormat::Sarif => {}
        }
    }
    for more in per_kind.rest() {
        printer.finding(&more)?;
    }
    Ok(())
}

/// Prints the findings of `env`: for people on standard error, at most `limit` of each kind.
pub(super) fn tell_env(
    findings: &[FindingText],
    format: MessageFormat,
    limit: usize,
    printer: &Printer,
) -> Result<(), CommandError> {
    let mut per_kind = PerKind::new(limit);
    for finding in findings {
        match format {
            MessageFormat::Human if !per_kind.lists(finding.kind) => {}
            MessageFormat::Human => printer.file_error(&finding.line()),
            MessageFormat::Github => annotate(finding, printer)?,
            // No command with these results has this format.
            MessageFormat::Sarif => {}
            MessageFormat::Json => printer.json(&finding.env_object())?,
        }
    }
    for more in per_kind.rest() {
        printer.file_error(&more);
    }
    Ok(())
}

/// Prints an annotation for GitHub.
fn annotate(finding: &FindingText, printer: &Printer) -> std::io::Result<()> {
    let message = if finding.message.is_empty() { finding.kind } else { &finding.message };
    printer.data(&annotation::error(&finding.path, (None, None), finding.kind, message))
}

/// Prints one document with all findings.
pub(super) fn tell_sarif(
    findings: &[Finding],
    places: &[Place],
    exit_status: u8,
    printer: &Printer,
) -> Result<(), CommandError> {
    let here = environment::working_directory()?;
    let paths: Vec<sarif::SarifPlace<'_>> = places
        .iter()
        .map(|place| match place {
            Place::Tree(root, _) => sarif::SarifPlace { path: root, is_folder: true },
            Place::Archive(archive) => sarif::SarifPlace { path: &archive.path, is_folder: false },
            Place::File(path) => sarif::SarifPlace { path, is_folder: false },
        })
        .collect();
    let document = sarif::document(findings, &paths, &here, exit_status).map_err(std::io::Error::from)?;
    Ok(printer.data(&visible_json(&document))?)
}
