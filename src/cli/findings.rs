//! Output of the findings of `verify` and `env`.

use super::environment;
use super::error::CommandError;
use super::options::MessageFormat;
use super::printer::Printer;
use crate::audit::{Finding, FindingKind, PycCounts, Reason, RecordFault, Verified};
use crate::input::Place;
use crate::report::annotation;
use crate::report::finding::{FindingText, lines, shown, unlisted};
use crate::report::sarif;
use crate::text::{counted, numbers, visible, visible_json};
use std::collections::{BTreeMap, BTreeSet};

/// Returns whether a finding is about a `.pth` file and what it adds to the path of imports.
pub(super) fn is_of_path_file(finding: &Finding) -> bool {
    finding.path.ends_with(".pth")
        && finding.reason != Reason::Record(RecordFault::StartupCode)
        && matches!(finding.kind(), FindingKind::Unreadable | FindingKind::Record)
}

/// Returns findings of `verify` as they are shown.
pub(super) fn texts(findings: &[Finding], places: &[Place], printer: &Printer) -> Vec<FindingText> {
    let text = |finding: &Finding| {
        // With one place, paths in JSON are relative to it.
        let path = match printer.is_json() && places.len() == 1 {
            true => finding.path.clone(),
            false => shown(&finding.path, finding.place, places),
        };
        let text = FindingText::of_verify(finding, path);
        match places.get(finding.place) {
            Some(Place::Archive(archive)) => text.within(&archive.path, &finding.path),
            _ => text,
        }
    };
    findings.iter().map(text).collect()
}

/// Prints the findings of `verify`: for people, at most `limit` of each kind.
pub(super) fn print(
    findings: &[FindingText],
    limit: Option<usize>,
    printer: &Printer,
) -> Result<(), CommandError> {
    match printer.format {
        MessageFormat::Human => lines(findings, limit).iter().try_for_each(|line| printer.finding(line))?,
        _ => print_for_programs(findings, printer)?,
    }
    Ok(())
}

/// Prints the findings of `env`: for people on standard error, at most `limit` of each kind.
pub(super) fn print_env(
    findings: &[FindingText],
    limit: Option<usize>,
    printer: &Printer,
) -> Result<(), CommandError> {
    match printer.format {
        MessageFormat::Human => lines(findings, limit).iter().for_each(|line| printer.file_error(line)),
        _ => print_for_programs(findings, printer)?,
    }
    Ok(())
}

fn print_for_programs(findings: &[FindingText], printer: &Printer) -> std::io::Result<()> {
    match printer.format {
        MessageFormat::Json => findings.iter().try_for_each(|finding| printer.json(&finding.object())),
        MessageFormat::Github => findings.iter().try_for_each(|finding| printer.data(&finding.annotation())),
        // The SARIF document includes them.
        MessageFormat::Human | MessageFormat::Sarif => Ok(()),
    }
}

/// Adds the numbers of pycs to the summary of a JSON run.
pub(super) fn count_pycs(pycs: &PycCounts, printer: &Printer) {
    printer.count("pycs", pycs.all);
    printer.count("verified", pycs.verified);
    printer.count("with_findings", pycs.with_findings);
    printer.count("excluded", pycs.excluded);
    printer.count("not_checked", pycs.not_checked);
    printer.count("not_reached", pycs.not_reached);
}

/// Prints notes on files that were not checked, in every format. The SARIF document includes them
/// instead.
pub(super) fn print_notes(notes: &[String], printer: &Printer) -> Result<(), CommandError> {
    for note in notes {
        printer.summary(&format!("note: {}", visible(note)));
        printer.note(note);
        if printer.format == MessageFormat::Github {
            printer.data(&annotation::note(note))?;
        }
    }
    Ok(())
}

/// Prints a note on verified pycs that no RECORD lists, and counts them.
pub(super) fn print_unlisted(paths: &[String], printer: &Printer) {
    printer.count("unlisted", paths.len());
    if let Some(first) = paths.first() {
        printer.summary(&format!("note: {}", unlisted(paths.len(), first)));
    }
    for path in paths {
        printer.detail(&format!("in no RECORD: {}", visible(path)));
    }
}

/// Returns the error of an interrupted run.
pub(super) fn interrupted(pycs: &PycCounts) -> CommandError {
    CommandError::interrupted(pycs.not_reached, "pyc was", "pycs were")
}

/// Prints the findings that --exclude leaves out, and counts them.
pub(super) fn print_excluded(excluded: &[FindingText], printer: &Printer) -> Result<(), CommandError> {
    const MOST: usize = 3;
    printer.count("excluded_findings", excluded.len());
    for finding in excluded {
        match printer.format {
            MessageFormat::Json => {
                printer.json(&serde_json::json!({"excluded": finding.object()}))?;
            }
            MessageFormat::Github => printer.data(&finding.excluded_annotation())?,
            MessageFormat::Human => printer.detail(&format!("excluded: {}", finding.line())),
            // The SARIF document includes them.
            MessageFormat::Sarif => {}
        }
    }
    if excluded.is_empty() {
        return Ok(());
    }
    let files: BTreeSet<&str> = excluded.iter().map(|finding| finding.path.as_str()).collect();
    let names: Vec<_> = files.iter().take(MOST).map(|path| visible(path)).collect();
    let more = match files.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more (--verbose lists all)"),
    };
    let count = counted(excluded.len(), "finding", "findings");
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in excluded {
        *kinds.entry(finding.kind).or_default() += 1;
    }
    printer.summary(&format!(
        "note: --exclude leaves out {count} ({}): {}{more}",
        numbers(kinds),
        names.join(", ")
    ));
    Ok(())
}

/// Prints one document with all findings and notes; findings that --exclude leaves out are
/// suppressed.
pub(super) fn print_sarif(
    verified: &Verified,
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
    let document = sarif::document(verified, &paths, &here, exit_status).map_err(std::io::Error::from)?;
    Ok(printer.data(&visible_json(&document))?)
}
