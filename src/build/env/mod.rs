//! `pycompile env`: the pycs of an installed environment, by its RECORDs.
//!
//! PEP 376, PEP 627, PEP 610; `pip` and `uv` remove what RECORD lists.
//!
//! **Invariant:** a file that is hard-linked from elsewhere (uv's cache) is never written in place, and a distribution
//! that cannot be told to be the environment's own is left alone. Nothing is written through a symlink to a directory: what
//! an environment or an image holds says nothing about the machine that works on it.

mod bounds;
mod discover;

pub use bounds::Bounds;
pub use discover::{Distribution, EnvError, LeftAlone, SitePackages, created_with, site_packages};

use super::compile::{Done, Outcome};
use super::engines::TargetEngine;
use super::errno::{diagnostic, write_diagnostic};
use super::leftovers;
use super::parallel::{self, ThreadsError, Watch};
use super::source::Source;
use crate::engine::Diagnostic;
use crate::manifest::{FileEntry, pyc_entry, source_entry};
use crate::output::WriteError;
use crate::output::place::Missing;
use crate::project::{LARGEST, names_in, read_open};
use crate::pyc::{HEADER_SIZE, InvalidationMode, cache_path};
use crate::wheel::{Record, Row};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// The hint for symlinks that lead out of the environment.
const FOLLOW_LINKS: &str = "`--follow-links` follows it";

/// The same for the whole environment.
#[derive(Clone, Debug)]
pub struct Settings {
    /// 0, 1, 2; each once.
    pub levels: Vec<u8>,
    /// How importers check the pycs.
    pub mode: InvalidationMode,
    /// Report what would be written, and write nothing.
    pub check: bool,
}

/// What is wrong with a pyc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is not there.
    Missing,
    /// Its header is of another version, mode or source.
    Stale,
    /// Its header is right and its code is not.
    Wrong,
    /// Its source is gone.
    Orphaned,
    /// RECORD does not list it, or lists another one.
    Unrecorded,
}

impl Finding {
    /// As it is printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Stale => "stale",
            Self::Wrong => "wrong",
            Self::Orphaned => "orphaned",
            Self::Unrecorded => "unrecorded",
        }
    }
}

/// What became of one site-packages directory.
#[derive(Debug, Default)]
pub struct Report {
    /// For each pyc; with `check`, for each source that does not compile.
    pub outcomes: Vec<Outcome>,
    /// The pycs as they are to be.
    pub entries: Vec<FileEntry>,
    /// What is not as it is to be; with `check` only.
    pub findings: Vec<(PathBuf, Finding)>,
    /// Files that were not reached.
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
    let sources = site.distributions.iter().flat_map(|distribution| {
        distribution.sources().map(move |name| (distribution.dist_info.as_str(), name))
    });
    let sources = sources.collect::<Vec<_>>();
    let results = parallel::map(&sources, jobs, watch, |(_, name)| compile(site, name, target, settings))?;
    let mut report = Report::default();
    report.outcomes.extend(site.failed.iter().map(|(file, error)| Outcome {
        file: file.clone(),
        output: None,
        python: site.python,
        optimize: 0,
        result: Err(error.clone()),
    }));
    let mut rows: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    for ((dist_info, _), pycs) in sources.iter().zip(results) {
        let Some(pycs) = pycs else {
            report.missing += 1;
            continue;
        };
        for pyc in pycs {
            rows.entry(dist_info).or_default().extend(pyc.row);
            report.entries.extend(pyc.entry);
            report.findings.extend(pyc.finding.map(|finding| (site.folder.join(&pyc.name), finding)));
            if !settings.check || pyc.outcome.result.is_err() {
                report.outcomes.push(pyc.outcome);
            }
        }
    }
    for distribution in &site.distributions {
        let rows = rows.remove(distribution.dist_info.as_str()).unwrap_or_default();
        if settings.check {
            check_rows(site, distribution, &rows, &mut report);
        } else {
            report.outcomes.extend(write_record(site, distribution, rows, target));
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
        find_orphans(site, &mut report);
        report.findings.sort_by(|one, other| one.0.cmp(&other.0));
    }
    Ok(report)
}

fn compile(site: &SitePackages, name: &str, target: &TargetEngine, settings: &Settings) -> Vec<Pyc> {
    let path = site.folder.join(name);
    let source = Source::from_opened(&path, site.bounds.open(Path::new(name)), None, FOLLOW_LINKS);
    let series = target.series;
    let pyc = |&optimize: &u8| {
        let pyc_name = cache_path(Path::new(name), series, optimize).to_string_lossy().into_owned();
        let output = site.folder.join(&pyc_name);
        let mut made = Pyc {
            name: pyc_name,
            outcome: Outcome {
                file: path.clone(),
                output: Some(output),
                python: series.version,
                optimize,
                result: Ok(Done::UpToDate),
            },
            row: None,
            entry: None,
            finding: None,
        };
        let bytes = source.as_ref().map_err(Clone::clone).and_then(|source| {
            let header = source.header(series, settings.mode);
            Ok((source, source.pyc(target.engine.as_ref(), &header, name.into(), optimize)?))
        });
        let (source, bytes) = match bytes {
            Ok(made) => made,
            Err(error) => {
                made.outcome.result = Err(error);
                return made;
            }
        };
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
                Ok(found) if found.get(..HEADER_SIZE) != bytes.get(..HEADER_SIZE) => Some(Finding::Stale),
                Ok(_) => Some(Finding::Wrong),
            };
        } else if !same {
            let place = existing
                .or_else(|error| if error.is_missing() { place(Missing::MadeForOwner) } else { Err(error) });
            let written = place.and_then(|place| place.replace_for(&bytes, source.mode, source.owner));
            made.outcome.result = written.map(|()| Done::Compiled).map_err(|error| write_diagnostic(&error));
            if made.outcome.result.is_err() {
                (made.row, made.entry) = (None, None);
            }
        }
        made
    };
    settings.levels.iter().map(pyc).collect()
}

/// RECORD with the rows of the pycs: those that it has are replaced where they stand, the others come behind.
fn with_rows(record: &Record, rows: Vec<Row>) -> Record {
    let mut new: BTreeMap<String, Row> = rows.into_iter().map(|row| (row.path.clone(), row)).collect();
    let kept = record.rows.iter().map(|row| new.remove(&row.path).unwrap_or_else(|| row.clone()));
    let mut rows: Vec<Row> = kept.collect();
    rows.extend(new.into_values());
    Record { rows }
}

fn write_record(
    site: &SitePackages,
    distribution: &Distribution,
    rows: Vec<Row>,
    target: &TargetEngine,
) -> Option<Outcome> {
    let name = Path::new(&distribution.dist_info).join("RECORD");
    let path = site.folder.join(&name);
    if with_rows(&distribution.record, rows.clone()) == distribution.record {
        return None;
    }
    let io_error = |source| WriteError::Io { path: path.clone(), source };
    let written = site.bounds.place(&name, Missing::Refused).and_then(|place| {
        // It stays whose it is: pip, run by its owner, has to write it again.
        place.check()?;
        let (file, old) = place.read().map_err(io_error)?;
        // Another run, for other levels, may have written it since: its rows stay.
        let bytes = read_open(&file, old.len(), LARGEST).map_err(io_error)?;
        let record = Record::parse(&bytes).map_err(|fault| io_error(io::Error::other(fault.to_string())))?;
        place.replace_like(with_rows(&record, rows).render().as_bytes(), &old)
    });
    let error: Box<Diagnostic> = written.err().map(|error| write_diagnostic(&error))?;
    let python = target.series.version;
    Some(Outcome { file: path, output: None, python, optimize: 0, result: Err(error) })
}

fn check_rows(site: &SitePackages, distribution: &Distribution, rows: &[Row], report: &mut Report) {
    for row in rows {
        let path = site.folder.join(&row.path);
        let reported = report.findings.iter().any(|(found, _)| *found == path);
        if !reported && !distribution.record.rows.contains(row) {
            report.findings.push((path, Finding::Unrecorded));
        }
    }
}

/// The name of a pyc's source, if the pyc's has a tag. Neither need be UTF-8.
fn source_of(pyc: &Path) -> Option<OsString> {
    let is_tagged = |name: &Path| name.to_string_lossy().contains(".cpython-");
    if !is_tagged(pyc) || pyc.extension()? != "pyc" {
        return None;
    }
    let mut module = pyc;
    while is_tagged(module)
        && let Some(stem) = module.file_stem()
        && stem != module
    {
        module = Path::new(stem);
    }
    let mut source = module.as_os_str().to_owned();
    source.push(".py");
    Some(source)
}

/// Pycs of any version beside the environment's own files, whose source is gone.
fn find_orphans(site: &SitePackages, report: &mut Report) {
    let folders: BTreeSet<&str> = site
        .distributions
        .iter()
        .flat_map(Distribution::sources)
        .map(|name| name.rsplit_once('/').map_or("", |(folder, _)| folder))
        .collect();
    for folder in folders {
        let cache = site.folder.join(folder).join("__pycache__");
        // Reported with each of its pycs.
        if cache.is_symlink() {
            continue;
        }
        match names_in(&cache) {
            Ok(names) => {
                let is_gone = |source: OsString| !site.folder.join(folder).join(source).is_file();
                let orphans = names.iter().filter(|name| source_of(Path::new(name)).is_some_and(is_gone));
                report.findings.extend(orphans.map(|name| (cache.join(name), Finding::Orphaned)));
            }
            Err(error) => {
                let error = diagnostic(&cache, &io::Error::other(error.to_string()));
                let python = site.python;
                report.outcomes.push(Outcome {
                    file: cache,
                    output: None,
                    python,
                    optimize: 0,
                    result: Err(error),
                });
            }
        }
    }
}
