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
mod kept;
pub mod own;
mod record;
mod virtualenv;

pub use bounds::Bounds;
pub use discover::{
    Distribution, EnvError, LeftAlone, SitePackages, VirtualEnvironment, created_with, has_system_packages,
    own_interpreter, recorded_version, site_packages, version_of,
};
pub use kept::KeptFiles;
pub use virtualenv::is_of_virtualenv;

use super::artifact::{Artifact, FileDigest};
use super::errno::write_diagnostic;
use super::job::{Job, Jobs};
use super::leftovers;
use super::outcome::{Done, Failure, Outcome};
use super::source::{ReadRules, SourceFile};
use crate::engine::{Diagnostic, Run, ThreadsError};
use crate::manifest::FileEntry;
use crate::output::place::Missing;
use crate::project::FilePatterns;
use crate::pyc::{HEADER_SIZE, Header, InvalidationMode, cache_path};
use crate::wheel::RecordRow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// Settings for a whole environment.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Optimization levels, each once.
    pub levels: Vec<u8>,
    /// Invalidation mode of the pycs.
    pub mode: InvalidationMode,
    /// Write nothing: report the files that would be written.
    pub check: bool,
    /// Excluded files, by path below site-packages.
    pub exclude: FilePatterns,
}

/// Finding about a pyc or a source that only `env` has; `verify` has the others.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnvFinding {
    /// The pyc does not exist.
    Missing,
    /// The header is of another version or source.
    Stale,
    /// The pyc has another invalidation mode, and is valid in that mode.
    OtherMode,
    /// The header is right, and the code is not the code that `env` writes.
    Wrong,
    /// The header is right, and the code is that of the source in other bytes. `verify` determines
    /// this for a pyc that is [`Self::Wrong`].
    OtherBytes,
    /// No RECORD lists the pyc.
    Unlisted,
    /// A RECORD lists the pyc without its digest; with the path of the RECORD.
    NoDigest(String),
    /// A RECORD lists the source, which does not exist; with the path of the RECORD.
    Gone(String),
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
    /// Findings: with `check`, about pycs; without it, missing sources.
    pub findings: Vec<(PathBuf, EnvFinding)>,
    /// Number of files that were not reached.
    pub missing: usize,
    /// With `check`, the sources and pycs as they were read.
    pub kept: KeptFiles,
}

struct EnvPyc {
    name: String,
    outcome: Outcome,
    row: Option<RecordRow>,
    entry: Option<FileEntry>,
    finding: Option<EnvFinding>,
}

/// Compiles one site-packages directory with the only engine of `run`, or checks it.
///
/// # Errors
/// [`ThreadsError`]. A RECORD that cannot be written is an outcome.
pub fn run(site: &SitePackages, run: Run<'_>, settings: &Settings) -> Result<Report, ThreadsError> {
    let (sources, gone) = sources(site, settings);
    let jobs = Jobs { run, levels: &settings.levels, mode: settings.mode };
    let kept = KeptFiles::default();
    let results = jobs.map(&sources, |name| compile(site, name, &jobs, settings, &kept))?;
    let mut report = Report { kept, ..Report::default() };
    let failed = site.failed.iter();
    report.outcomes.extend(
        failed.map(|(file, error)| Outcome::Record(Failure { file: file.clone(), error: error.clone() })),
    );
    let mut rows: BTreeMap<&str, Vec<RecordRow>> = BTreeMap::new();
    for (name, pycs) in sources.iter().zip(results) {
        let Some(pycs) = pycs else {
            report.missing += 1;
            continue;
        };
        for pyc in pycs {
            rows.entry(name).or_default().extend(pyc.row);
            report.entries.extend(pyc.entry);
            report.findings.extend(pyc.finding.map(|finding| (site.folder.join(&pyc.name), finding)));
            if !settings.check || pyc.outcome.result().is_err() {
                report.outcomes.push(pyc.outcome);
            }
        }
    }
    let mut reported = report.findings.iter().map(|(path, _)| path.clone()).collect();
    for distribution in &site.distributions {
        // A RECORD may list a source more than once.
        let names: BTreeSet<&str> = distribution.sources().collect();
        let rows: Vec<&RecordRow> = names.into_iter().filter_map(|name| rows.get(name)).flatten().collect();
        if settings.check {
            check::rows(site, distribution, &rows, &mut reported, &mut report);
        } else {
            let rows: Vec<_> = rows.into_iter().cloned().collect();
            match record::add(site, distribution, &rows) {
                Ok(record) => report.records.extend(record),
                Err(failure) => report.outcomes.push(Outcome::Record(failure)),
            }
        }
    }
    if !settings.check {
        let pycs = report.outcomes.iter().filter_map(Outcome::output);
        let records = site.distributions.iter().map(|one| Path::new(&one.dist_info).join("RECORD"));
        let files: Vec<PathBuf> =
            pycs.filter_map(|pyc| Some(pyc.strip_prefix(&site.folder).ok()?.into())).chain(records).collect();
        leftovers::remove(files.iter().map(PathBuf::as_path), |name| {
            site.bounds.place(name, Missing::Refused)
        });
    }
    if !settings.check {
        let gone = gone.into_iter();
        report.findings.extend(gone.map(|(name, record)| (site.folder.join(name), EnvFinding::Gone(record))));
    }
    report.findings.sort_by(|one, other| one.0.cmp(&other.0));
    report.findings.dedup_by(|one, other| one.0 == other.0);
    Ok(report)
}

/// Returns the sources that RECORDs list, each once even if several distributions list it, and
/// those that do not exist, with the RECORD: images are often stripped of tests without updating
/// RECORDs.
fn sources<'a>(site: &'a SitePackages, settings: &Settings) -> (Vec<&'a str>, Vec<(&'a str, String)>) {
    let mut seen = BTreeSet::new();
    let (mut found, mut gone) = (Vec::new(), Vec::new());
    for distribution in &site.distributions {
        for name in distribution.sources() {
            if settings.exclude.has(name) || !seen.insert(name) {
                continue;
            }
            let status = std::fs::symlink_metadata(site.folder.join(name));
            let is_gone = status.is_err_and(|error| {
                matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
            });
            match is_gone {
                true => gone.push((name, distribution.record_path())),
                false => found.push(name),
            }
        }
    }
    (found, gone)
}

fn compile(
    site: &SitePackages,
    name: &str,
    jobs: &Jobs<'_>,
    settings: &Settings,
    kept: &KeptFiles,
) -> Vec<EnvPyc> {
    let path = site.folder.join(name);
    let reading = ReadRules { latest: None, memory: jobs.run.memory() };
    let source = SourceFile::from_opened(&path, site.bounds.open(Path::new(name)), reading);
    if let (true, Ok(source)) = (settings.check, &source) {
        kept.keep(name, &source.bytes);
    }
    jobs.each(&source, |job| {
        let cached = cache_path(Path::new(name), job.target.series, job.optimize);
        let pyc = cached.to_string_lossy().into_owned();
        let (mut row, mut entry, mut finding) = (None, None, None);
        let result = job.pyc(Ok(name)).and_then(|bytes| {
            let done;
            (done, finding) = settle(site, &pyc, &bytes, job, settings, kept)?;
            row = Some(RecordRow::of(&pyc, &bytes));
            entry = job.entry(&pyc, &bytes, name, name);
            Ok((done, FileDigest::of(&bytes)))
        });
        let digest = result.as_ref().ok().map(|(_, digest)| digest.clone());
        let output = Some(site.folder.join(&pyc));
        let outcome = job.outcome(&path, output, result.map(|(done, _)| done), digest);
        EnvPyc { name: pyc, outcome, row, entry, finding }
    })
}

/// Writes a pyc that differs from the existing one, or reports the difference with `check`.
fn settle(
    site: &SitePackages,
    name: &str,
    pyc: &[u8],
    job: &Job<'_, '_>,
    settings: &Settings,
    kept: &KeptFiles,
) -> Result<(Done, Option<EnvFinding>), Box<Diagnostic>> {
    let source = job.source()?;
    let place = |missing| site.bounds.place(Path::new(name), missing);
    let existing = place(Missing::Refused).and_then(|place| place.check().map(|()| place));
    let found = match &existing {
        Ok(place) => place.bytes(),
        Err(error) => Err(io::Error::other(error.to_string())),
    };
    if let (true, Ok(found)) = (settings.check, &found) {
        kept.keep(name, found);
    }
    if found.as_ref().is_ok_and(|found| found == pyc) {
        return Ok((Done::UpToDate, None));
    }
    if settings.check {
        let finding = match found {
            Err(_) => EnvFinding::Missing,
            Ok(found) if found.get(..HEADER_SIZE) != pyc.get(..HEADER_SIZE) => {
                let is_valid = Header::parse(&found).is_ok_and(|header| {
                    header.mode() != settings.mode
                        && found.starts_with(&source.header(job.target.series, header.mode()))
                });
                if is_valid { EnvFinding::OtherMode } else { EnvFinding::Stale }
            }
            Ok(_) => EnvFinding::Wrong,
        };
        return Ok((Done::UpToDate, Some(finding)));
    }
    let place =
        existing.or_else(|error| if error.is_missing() { place(Missing::MadeForOwner) } else { Err(error) });
    let written = place.and_then(|place| place.replace_for(pyc, source.mode, source.owner));
    written.map(|()| (Done::Compiled, None)).map_err(|error| write_diagnostic(&error))
}
