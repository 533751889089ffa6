//! Everything in a place, each file once, and the archives in it.

use super::compilers::Compilers;
use super::finding::{Finding, Kind, ReleaseFound};
use super::listed::{Entries, not_listed};
use super::record::{self, Rows};
use super::releases::{self, Fit, Passed};
use super::unit::{Judgement, Unit, units};
use super::view::{View, is_wheel};
use crate::archive::{Archive, DEPTH};
use crate::build::engines::EngineOptions;
use crate::build::parallel::{self, ThreadsError, Watch};
use crate::manifest::{Embedded, Manifest, Place, embedded};
use std::collections::BTreeMap;
use std::path::Path;

/// Bytes that the archives within one archive may unpack to.
const EMBEDDED: u64 = 3 << 30;

/// Options of [`verify`].
#[derive(Debug)]
pub struct Request<'a> {
    /// The sources that the pycs must come from, in place of those that lie next to them.
    pub sources: Option<&'a Place>,
    /// Manifest that the pycs must also agree with.
    pub manifest: Option<&'a Manifest>,
    /// True if code that marks other references passes.
    pub any_references: bool,
    /// Rules for finding engines.
    pub engines: EngineOptions<'a>,
}

/// The result.
#[derive(Debug, Default)]
pub struct Verified {
    /// Pycs that passed.
    pub passed: usize,
    /// Pycs that there are.
    pub pycs: usize,
    /// Wheels that were held against their own RECORD and metadata.
    pub wheels: usize,
    /// All findings, sorted by path.
    pub findings: Vec<Finding>,
    /// Pycs that were not reached.
    pub missing: usize,
    /// The engines that were used, in words.
    pub engines: Vec<String>,
    /// The releases that write the pycs that passed.
    pub releases: Vec<ReleaseFound>,
}

/// Compiles the source of every pyc again, in memory, and compares.
///
/// # Errors
/// [`ThreadsError`].
pub fn verify(
    place: &Place,
    request: &Request<'_>,
    jobs: usize,
    watch: &dyn Watch,
) -> Result<Verified, ThreadsError> {
    let compilers = Compilers::new(&request.engines);
    let mut audit = Audit {
        request,
        jobs,
        watch,
        compilers: &compilers,
        budget: EMBEDDED,
        verified: Verified::default(),
    };
    audit.place(place, "", DEPTH)?;
    let mut verified = audit.verified;
    let unseen = place.unseen().into_iter();
    let unseen = unseen.map(|(path, error)| Finding::new(path, Kind::Unreadable, error.to_string()));
    verified.findings.extend(unseen);
    verified.findings.sort();
    verified.findings.dedup();
    verified.engines = compilers.about();
    Ok(verified)
}

struct Audit<'a> {
    request: &'a Request<'a>,
    jobs: usize,
    watch: &'a dyn Watch,
    compilers: &'a Compilers<'a>,
    /// Bytes that archives within the archive at hand may still unpack to.
    budget: u64,
    verified: Verified,
}

impl Audit<'_> {
    /// Looks into a place whose names follow `prefix` in findings, and into the archives in it, `depth` deep.
    fn place(&mut self, place: &Place, prefix: &str, depth: usize) -> Result<(), ThreadsError> {
        let view = View::new(place);
        let sources = self.request.sources.map(View::new);
        let (rows, mut findings) = Rows::read(place);
        let entries = match self.request.manifest {
            Some(manifest) if prefix.is_empty() => Some(Entries::new(manifest, &view)),
            _ => None,
        };
        if is_wheel(place) {
            self.verified.wheels += 1;
            findings.extend(record::wheel(place));
        }
        findings.extend(record::folders(place));
        let units = units(&view);
        let judgement = Judgement {
            view: &view,
            sources: sources.as_ref(),
            rows: &rows,
            entries: entries.as_ref(),
            any_references: self.request.any_references,
            zipped: !prefix.is_empty() && !is_wheel(place),
            compilers: self.compilers,
            all_releases: false,
        };
        let results = parallel::map(&units, self.jobs, self.watch, |unit| judgement.unit(unit))?;
        let (mut zips, mut passed) = (Vec::new(), Vec::new());
        for (unit, result) in units.iter().zip(results) {
            let pycs = unit.pycs().len();
            self.verified.pycs += pycs;
            match result {
                None => self.verified.missing += pycs,
                Some(result) => {
                    passed.extend(result.passed);
                    findings.extend(result.findings);
                    zips.extend(result.zips);
                }
            }
        }
        if let Some(entries) = &entries {
            findings.extend(entries.missing(&view));
        }
        self.verified.passed += passed.len();
        self.settle(&mut passed, &units, judgement)?;
        self.releases(prefix, &passed);
        self.add(prefix, findings);
        for name in zips {
            self.zip(place, &name, prefix, depth)?;
        }
        Ok(())
    }

    /// Looks for all releases that write the pycs, where the newest of each pyc are not the same.
    fn settle(
        &self,
        passed: &mut [Passed],
        units: &[Unit],
        judgement: Judgement<'_>,
    ) -> Result<(), ThreadsError> {
        let open = releases::open(passed);
        if open.is_empty() {
            return Ok(());
        }
        let again = units.iter().filter(|unit| unit.pycs().iter().any(|pyc| open.contains(pyc)));
        let again: Vec<&Unit> = again.collect();
        let judgement = Judgement { all_releases: true, ..judgement };
        let results = parallel::map(&again, self.jobs, &Unseen(self.watch), |unit| judgement.unit(unit))?;
        let found = results.into_iter().flatten().flat_map(|result| result.passed);
        let mut found: BTreeMap<String, Fit> = found.map(|pyc| (pyc.name, pyc.fit)).collect();
        for pyc in passed {
            if let Some(fit) = found.remove(&pyc.name) {
                pyc.fit = fit;
            }
        }
        Ok(())
    }

    /// Notes which releases wrote the pycs of a place.
    fn releases(&mut self, prefix: &str, passed: &[Passed]) {
        for found in releases::settle(passed, self.compilers) {
            let first = found.first.map(|first| format!("{prefix}{first}"));
            let known = &mut self.verified.releases;
            match known
                .iter_mut()
                .find(|known| known.release == found.release && known.python == found.python)
            {
                Some(known) => {
                    known.pycs += found.pycs;
                    known.first = known.first.take().or(first);
                }
                None => known.push(ReleaseFound { first, ..found }),
            }
        }
    }

    /// Looks into a file that may be a zip.
    fn zip(&mut self, place: &Place, name: &str, prefix: &str, depth: usize) -> Result<(), ThreadsError> {
        let path = format!("{prefix}{name}");
        if prefix.is_empty() {
            self.budget = EMBEDDED;
        }
        let bytes = match place.read(name) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.add(prefix, vec![Finding::new(name, Kind::Unreadable, error.to_string())]);
                return Ok(());
            }
        };
        let refuse = |message: String| vec![Finding::new(name, Kind::Archive, message)];
        let archive = match embedded(Path::new(&path), bytes) {
            Embedded::Nothing => return Ok(()),
            Embedded::Refused(error) => {
                self.add(prefix, refuse(format!("the archive is not looked into: {}", error.fault)));
                return Ok(());
            }
            Embedded::Archive(archive) => archive,
        };
        let size = archive.files().map(|entry| entry.bytes.len() as u64).sum();
        let Some(depth) = depth.checked_sub(1) else {
            let message =
                format!("the archive is not looked into: more than {DEPTH} archives lie in each other");
            self.add(prefix, refuse(message));
            return Ok(());
        };
        let Some(budget) = self.budget.checked_sub(size) else {
            let message = "the archive is not looked into: the archives that it lies in unpack to too much";
            self.add(prefix, refuse(message.to_owned()));
            return Ok(());
        };
        self.budget = budget;
        let before = self.verified.pycs;
        let archive = Place::Archive(archive);
        self.place(&archive, &format!("{path}!"), depth)?;
        if let (Place::Archive(archive), Place::Tree(..), Some(manifest)) =
            (&archive, place, self.request.manifest)
            && self.verified.pycs > before
        {
            self.verified.findings.extend(unlisted_archive(manifest, archive, &path));
        }
        Ok(())
    }

    fn add(&mut self, prefix: &str, findings: Vec<Finding>) {
        let below = findings
            .into_iter()
            .map(|finding| Finding { path: format!("{prefix}{}", finding.path), ..finding });
        self.verified.findings.extend(below);
    }
}

/// An archive with pycs in a tree that the manifest does not list.
fn unlisted_archive(manifest: &Manifest, archive: &Archive, path: &str) -> Option<Finding> {
    let found = crate::manifest::archive_entry(archive);
    let is =
        |listed: &&crate::manifest::Archive| (&listed.sha256, listed.size) == (&found.sha256, found.size);
    if manifest.archives.iter().any(|listed| is(&listed)) {
        return None;
    }
    let message = match manifest.archives.iter().any(|listed| listed.path == path) {
        true => "it is not the archive that the manifest lists",
        false => "it has pycs, and the manifest does not list it",
    };
    Some(Finding::new(path, Kind::Manifest, message))
}

/// Returns the fault of an archive as a whole according to a manifest.
pub(super) fn whole_archive(manifest: &Manifest, archive: &Archive) -> Option<Finding> {
    let found = crate::manifest::archive_entry(archive);
    let message = not_listed(&crate::manifest::listed(manifest, archive))?;
    Some(Finding::new(found.path, Kind::Manifest, message))
}

/// The same, for files that were counted before.
struct Unseen<'a>(&'a dyn Watch);

impl Watch for Unseen<'_> {
    fn advance(&self) {}

    fn interrupted(&self) -> bool {
        self.0.interrupted()
    }
}

impl Unit {
    /// The pycs that it has.
    pub(super) fn pycs(&self) -> &[String] {
        match self {
            Self::Module { pycs, .. } => pycs,
            Self::File(_) => &[],
        }
    }
}
