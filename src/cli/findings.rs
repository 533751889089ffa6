//! Output of the findings of `verify`, and the limit for lists of findings.

use super::annotation;
use super::environment;
use super::error::CommandError;
use super::options::MessageFormat;
use super::printer::Printer;
use crate::audit::{Finding, Kind, ReleaseFound};
use crate::input::Place;
use crate::report::sarif;
use crate::text::{counted, python, visible, visible_json, visible_lines};
use std::collections::BTreeMap;
use std::path::Path;

/// Counts findings by kind, to list at most a number of each kind for people.
pub(super) struct PerKind<K> {
    limit: usize,
    counts: BTreeMap<K, usize>,
}

impl<K: Ord> PerKind<K> {
    /// Lists `limit` findings of each kind, or all of them for 0.
    pub(super) const fn new(limit: usize) -> Self {
        Self { limit: if limit == 0 { usize::MAX } else { limit }, counts: BTreeMap::new() }
    }

    /// Counts a finding; returns whether it is listed.
    pub(super) fn lists(&mut self, kind: K) -> bool {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        *count <= self.limit
    }

    /// Returns, for each kind with findings that are not listed, a remark with their number.
    pub(super) fn rest(self) -> impl Iterator<Item = (K, String)> {
        let Self { limit, counts } = self;
        counts.into_iter().filter(move |(_, count)| *count > limit).map(move |(kind, count)| {
            let more = counted(count - limit, "more finding", "more findings");
            (kind, format!("{more}: `--limit 0` lists all"))
        })
    }
}

/// Prints the findings: for people, at most `limit` of each kind, or all of them for 0.
pub(super) fn tell(
    findings: &[Finding],
    places: &[Place],
    format: MessageFormat,
    limit: usize,
    printer: &Printer,
) -> Result<(), CommandError> {
    let mut per_kind = PerKind::new(limit);
    for finding in findings {
        let shown = shown(&finding.path, finding.place, places);
        match format {
            MessageFormat::Human if !per_kind.lists(finding.kind) => {}
            MessageFormat::Human => {
                // The author of verified files may try to deceive the reader: only messages of
                // CPython may have several lines.
                let message = match finding.kind {
                    Kind::Compile | Kind::Version => visible_lines(&finding.message).into_owned(),
                    _ => visible(&finding.message).into_owned(),
                };
                printer.finding(&format!("{}: {}: {message}", visible(&shown), finding.kind.name()))?;
            }
            MessageFormat::Json if places.len() > 1 => {
                printer.json(&Finding { path: shown, ..finding.clone() })?;
            }
            MessageFormat::Json => printer.json(finding)?,
            MessageFormat::Github => {
                let title = finding.kind.name();
                printer.data(&annotation::error(&shown, (None, None), title, &finding.message))?;
            }
            MessageFormat::Sarif => {}
        }
    }
    for (kind, more) in per_kind.rest() {
        printer.finding(&format!("{}: {more}", kind.name()))?;
    }
    Ok(())
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

/// Returns the releases whose bytes were found, for each version the most frequent one first.
pub(super) fn releases(found: &[ReleaseFound], places: &[Place]) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, release) in found.iter().enumerate() {
        let of_version = |other: &&ReleaseFound| other.python == release.python;
        let pycs = counted(release.pycs, "pyc", "pycs");
        lines.push(match (&release.first, found[..at].iter().find(of_version)) {
            (Some(first), Some(main)) => format!(
                "bytes of CPython {}, which {} does not write: {pycs}, the first is {}",
                release.release,
                main.release,
                visible(&shown(first, release.place, places))
            ),
            _ if found.iter().filter(of_version).count() > 1 => {
                format!("bytes of CPython {}: {pycs}", release.release)
            }
            _ => format!("bytes of CPython {}", release.release),
        });
    }
    lines
}

/// Returns a path within a place as the user sees it.
fn shown(path: &str, place: usize, places: &[Place]) -> String {
    match places.get(place) {
        Some(Place::Tree(root, _)) if root != Path::new(".") => python::os_text(root.join(path).as_os_str()),
        Some(Place::Archive(archive)) => format!("{}: {path}", python::os_text(archive.path.as_os_str())),
        _ => path.to_owned(),
    }
}
