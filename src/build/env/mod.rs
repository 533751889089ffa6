//! `pycompile env`: the pycs of an installed environment, by its RECORDs.
//!
//! PEP 376, PEP 627, PEP 610; `pip` and `uv` remove the files that RECORD lists.
//!
//! **Invariant:** a file that is hard-linked from elsewhere (uv's cache) is never written in place,
//! and a distribution that is not known to be the environment's own is not touched. Nothing is
//! written through a symlink to a directory: an environment or image must not affect the rest of
//! the machine.

mod bounds;
mod check;
mod discover;
mod record;

pub use bounds::Bounds;
pub use discover::{
    Distribution, EnvError, LeftAlone, PACKAGES, SitePackages, created_with, own_interpreter, site_packages,
    version_of,
};

use super::artifact::{Artifact, Digest};
use super::compile::{Done, Outcome};
use super::engines::TargetEngine;
use super::errno::write_diagnostic;
use super::leftovers;
use super::parallel::{self, ThreadsError, Watch};
use super::source::{Made, Source};
use crate::manifest::{FileEntry, pyc_entry, source_entry};
use crate::output::place::Missing;
use crate::pyc::{HEADER_SIZE, Header, InvalidationMode, cache_path};
use crate::wheel::Row;
use globset::GlobSet;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// Hint for symlinks that lead out of the environment.
const FOLLOW_LINKS: &str = "`--follow-links` follows it";

/// Settings for a whole environment.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Optimization levels, each once.
    pub levels: Vec<u8>,
    /// Invalidation mode of the pycs.
    pub mode: InvalidationMode,
    /// Write nothing: report the files that would be written.
    pub check: bool,
    /// Excluded sources, by path below site-packages.
    pub exclude: GlobSet,
}

/// Finding about a pyc or a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The pyc does not exist.
    Missing,
    /// The header is of another version or source.
    Stale,
    /// The pyc has another invalidation mode, and is valid in that mode.
    OtherMode,
    /// The header is right and the code is not.
    Wrong,
    /// The source does not exist.
    Orphaned,
    /// RECORD does not list the file, or with another digest.
    Unrecorded,
    /// RECORD lists the file, which does not exist.
    Gone,
}

impl Finding {
    /// Returns the name of the finding in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Stale => "stale",
            Self::OtherMode => "other-mode",
            Self::Wrong => "wrong",
            Self::Orphaned => "orphaned",
            Self::Unrecorded => "unrecorded",
            Self::Gone => "gone",
        }
    }
}

/// Result for one site-packages directory.
#[derive(Debug, Default)]
pub struct Report {
    /// Outcomes of all pycs; with `check`, of all sources that do not compile.
    pub outcomes: Vec<Outcome>,
    /// Manifest entries of the pycs as they should be.
    pub entries: Vec<FileEntry>,
    /// RECORDs that were written.
    pub records: Vec<Artifact>,
    /// Findings; without `check`, only missing sources.
    pub findings: Vec<(PathBuf, Finding)>,
    /// Number of files that were not reached.
    pub missing: usize,
}

struct Pyc {
    name: String,
    outcome: Outcome,
    row: Option<Row>,
    entry: Option<FileEntry>,
    finding: Option<Finding>,
}

/// Compiles one site-packages directory, or checks it.
///
/// # Errors
/// [`ThreadsError`]. A RECORD that cannot be written is an outcome.
pub fn run(
    site: &SitePackages,
    target: &TargetEngine,
    settings: &Settings,
    jobs: usize,
    watch: &dyn Watch,
) -> Result<Report, ThreadsError> {
    let (sources, gone) = sources(site, settings);
    let results = parallel::map(&sources, jobs, watch, |name| compile(site, name, target, settings))?;
    let mut report = Report::default();
    report
        .outcomes
        .extend(site.failed.iter().map(|(file, error)| Outcome::of_file(file.clone(), error.clone())));
    let mut rows: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    for (name, pycs) in sources.iter().zip(results) {
        let Some(pycs) = pycs else {
            report.missing += 1;
            continue;
        };
        for pyc in pycs {
            rows.entry(name).or_default().extend(pyc.row);
            report.entries.extend(pyc.entry);
            report.findings.extend(pyc.finding.map(|finding| (site.folder.join(&pyc.name), finding)));
            if !settings.check || pyc.outcome.result.is_err() {
                report.outcomes.push(pyc.outcome);
            }
        }
    }
    let mut reported = report.findings.iter().map(|(path, _)| path.clone()).collect();
    for distribution in &site.distributions {
        // A RECORD may list a source more than once.
        let names: BTreeSet<&str> = distribution.sources().collect();
        let rows: Vec<&Row> = names.into_iter().filter_map(|name| rows.get(name)).flatten().collect();
        if settings.check {
            check::rows(site, distribution, &rows, &mut reported, &mut report);
        } else {
            let rows: Vec<_> = rows.into_iter().cloned().collect();
            match record::add(site, distribution, &rows) {
                Ok(record) => report.records.extend(record),
                Err(failed) => report.outcomes.push(*failed),
            }
        }
    }
    if !settings.check {
        let pycs = report.outcomes.iter().filter_map(|outcome| outcome.output.as_ref());
        let records = site.distributions.iter().map(|one| Path::new(&one.dist_info).join("RECORD"));
        let files: Vec<PathBuf> =
            pycs.filter_map(|pyc| Some(pyc.strip_prefix(&site.folder).ok()?.into())).chain(records).collect();
        leftovers::remove(files.iter().map(PathBuf::as_path), |name| {
            site.bounds.place(name, Missing::Refused)
        });
    }
    if settings.check {
        check::strays(site, settings, &mut report);
    }
    report.findings.extend(gone.into_iter().map(|name| (site.folder.join(name), Finding::Gone)));
    report.findings.sort_by(|one, other| one.0.cmp(&other.0));
    report.findings.dedup_by(|one, other| one.0 == other.0);
    Ok(report)
}

/// Returns the existing and the missing sources that RECORDs list, each once even if several
/// distributions list it. Images are often stripped of tests without updating RECORDs.
fn sources<'a>(site: &'a SitePackages, settings: &Settings) -> (Vec<&'a str>, Vec<&'a str>) {
    let mut seen = BTreeSet::new();
    let names = site.distributions.iter().flat_map(Distribution::sources);
    let wanted = names.filter(|name| !settings.exclude.is_match(name) && seen.insert(*name));
    wanted.partition(|name| {
        let found = std::fs::symlink_metadata(site.folder.join(name));
        !found.is_err_and(|error| {
            matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
        })
    })
}

fn compile(site: &SitePackages, name: &str, target: &TargetEngine, settings: &Settings) -> Vec<Pyc> {
    let path = site.folder.join(name);
    let source = Source::from_opened(&path, site.bounds.open(Path::new(name)), None, FOLLOW_LINKS);
    let series = target.series;
    let mut opened = source.as_ref().map(|source| (source, source.open())).map_err(Clone::clone);
    let pyc = |&optimize: &u8| {
        let pyc_name = cache_path(Path::new(name), series, optimize).to_string_lossy().into_owned();
        let output = site.folder.join(&pyc_name);
        let mut made = Pyc {
            name: pyc_name,
            outcome: Outcome {
                file: path.clone(),
                output: Some(output),
                python: Some(series.version),
                optimize,
                result: Ok(Done::UpToDate),
                warnings: Vec::new(),
                digest: None,
            },
            row: None,
            entry: None,
            finding: None,
        };
        let bytes = opened.as_mut().map_err(|error| error.clone()).and_then(|(source, opened)| {
            let header = source.header(series, settings.mode);
            let Made { result, warnings } = Made::of(opened, target, &header, name.as_ref(), optimize);
            made.outcome.warnings = warnings;
            Ok((*source, result?))
        });
        let (source, bytes) = match bytes {
            Ok(made) => made,
            Err(error) => {
                made.outcome.result = Err(error);
                return made;
            }
        };
        made.outcome.digest = Some(Digest::of(&bytes));
        made.row = Some(Row::of(&made.name, &bytes));
        let from = source_entry(name, &source.bytes, series);
        made.entry = pyc_entry(&made.name, &bytes, series, optimize, Some(from), name).ok();
        let place = |missing| site.bounds.place(Path::new(&made.name), missing);
        let existing = place(Missing::Refused).and_then(|place| place.check().map(|()| place));
        let found = match &existing {
            Ok(place) => place.bytes(),
            Err(error) => Err(io::Error::other(error.to_string())),
        };
        let same = found.as_ref().is_ok_and(|found| *found == bytes);
        if settings.check {
            made.finding = match found {
                _ if same => None,
                Err(_) => Some(Finding::Missing),
                Ok(found) if found.get(..HEADER_SIZE) != bytes.get(..HEADER_SIZE) => {
                    let is_valid = Header::parse(&found).is_ok_and(|header| {
                        header.mode() != settings.mode
                            && found.starts_with(&source.header(series, header.mode()))
                    });
                    Some(if is_valid { Finding::OtherMode } else { Finding::Stale })
                }
                Ok(_) => Some(Finding::Wrong),
            };
        } else if !same {
            let place = existing
                .or_else(|error| if error.is_missing() { place(Missing::MadeForOwner) } else { Err(error) });
            let written = place.and_then(|place| place.replace_for(&bytes, source.mode, source.owner));
            made.outcome.result = written.map(|()| Done::Compiled).map_err(|error| write_diagnostic(&error));
            if made.outcome.result.is_err() {
                (made.row, made.entry) = (None, None);
                made.outcome.digest = None;
            }
        }
        made
    };
    settings.levels.iter().map(pyc).collect()
}
