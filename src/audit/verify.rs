//! Verification of everything in a place, including the archives in it.

use super::compilers::Compilers;
use super::elsewhere;
use super::extensions::Extensions;
use super::finding::{Finding, ReleaseFound};
use super::import_paths::ImportPaths;
use super::imports::Imports;
use super::installed::Installed;
use super::listed::{Coverage, Entries, against_releases, whole_archive};
use super::only::{self, OnlyError, Selection};
use super::record::{self, Rows};
use super::releases::{self, Fit, Passed};
use super::repeated;
use super::search::{References, Wanted};
use super::settled::Settled;
use super::tally::{PycCounts, Tally};
use super::trusted;
use super::unit::{Unit, UnitCheck, UnitOutcome, units};
use super::unopened::Unopened;
use super::view::{View, is_wheel};
use super::within::{NESTED, Outer};
use crate::archive::{DEPTH, Format};
use crate::engine::NamedInterpreters;
use crate::engine::select::EnginesError;
use crate::engine::{EngineOptions, ThreadsError, Workers};
use crate::input::{Carrier, Place, Sought, Surroundings, Survey};
use crate::manifest::{Manifest, Shard, archive_entry};
use crate::project::FilePatterns;
use crate::target::{PyVersion, Release};
use crate::text::counted;
use crate::wheel::normalize_name;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Options of [`verify`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Request<'a> {
    /// Sources that the pycs must be compiled from, instead of the sources next to them. Whatever
    /// importers would read as a source, or run at start-up, must be equal to one of these.
    pub sources: Option<&'a Place>,
    /// Working directory by the name under which the user entered it, which may contain symlinks.
    pub directory: Option<&'a Path>,
    /// Manifest that the pycs must also agree with.
    pub manifest: Option<&'a Manifest>,
    /// Name of the only distribution to verify, in any spelling.
    pub only: Option<&'a str>,
    /// Pycs that need no verification, and do not count as passed.
    pub settled: Option<&'a Settled<'a>>,
    /// Files whose findings are left out, by path below the place.
    pub exclude: FilePatterns,
    /// Forms of the right code that pass.
    pub references: References,
    /// Releases that the environments of the places were created with; they are preferred to others
    /// that write the same bytes.
    pub created_with: Vec<Release>,
    /// Part of the files to verify; findings about a place as a whole are those of the first.
    pub shard: Option<Shard>,
    /// Rules for finding engines.
    pub engines: EngineOptions<'a>,
}

impl<'a> Request<'a> {
    /// Returns a request to verify every pyc against the source next to it with these engines.
    pub fn new(engines: EngineOptions<'a>) -> Self {
        Self {
            sources: None,
            directory: None,
            manifest: None,
            only: None,
            settled: None,
            exclude: FilePatterns::default(),
            references: References::Exact,
            created_with: Vec::new(),
            shard: None,
            engines,
        }
    }
}

/// Result of [`verify`].
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Verified {
    /// Numbers of pycs by result.
    pub pycs: PycCounts,
    /// Number of archives that were opened.
    pub archives: usize,
    /// All findings, the most severe kinds first, then by place and path.
    pub findings: Vec<Finding>,
    /// Findings that [`Request::exclude`] leaves out, in the same order.
    pub excluded: Vec<Finding>,
    /// True if other shards have pycs or archives, as far as the first shard looks for them.
    pub elsewhere: bool,
    /// Number of pycs of the manifest that no place could contain.
    pub outside: usize,
    /// Notes on files that were not checked.
    pub notes: Vec<String>,
    /// Descriptions of the engines that were used.
    pub engines: Vec<String>,
    /// Interpreters that were started, by version.
    pub interpreters: Vec<(PyVersion, PathBuf)>,
    /// Paths of the pycs whose code passed.
    pub accepted: Vec<String>,
    /// Pycs without a finding that no RECORD lists, although one lists their source: the index of
    /// the place, and the path there. Python writes such files when it imports a module.
    pub unlisted: Vec<(usize, String)>,
    /// Releases that write the pycs that passed.
    pub releases: Vec<ReleaseFound>,
}

/// Reason why nothing could be verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The threads could not be started.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// An interpreter that the user named cannot be used.
    #[error(transparent)]
    Engines(#[from] EnginesError),
    /// The requested distribution cannot be verified.
    #[error(transparent)]
    Only(#[from] OnlyError),
}

/// Compiles the source of every pyc again, in memory, and compares the code.
///
/// # Errors
/// [`VerifyError`].
pub fn verify(
    places: &[Place],
    request: &Request<'_>,
    workers: Workers<'_>,
) -> Result<Verified, VerifyError> {
    let named = NamedInterpreters::start(&request.engines)?;
    let said = request.manifest.into_iter().flat_map(|manifest| manifest.releases.values());
    let mut own: Vec<Release> = said.filter_map(|release| release.parse().ok()).collect();
    own.extend(&request.created_with);
    let compilers = Compilers::new(&request.engines, &named).preferring(&own);
    let mut audit = Audit::new(request, workers, &compilers);
    // With --only, a place is not examined as a whole.
    if request.only.is_none() {
        let whole = places.iter().filter(|place| !matches!(place, Place::File(_)));
        audit.examined = whole.filter_map(Place::real_path).collect();
    }
    for ((at, place), whole) in places.iter().enumerate().zip(repeated::within(places)) {
        if let Some(whole) = whole {
            audit.verified.notes.push(repeated::note(place, &places[whole]));
            continue;
        }
        audit.at = at;
        let (found, survey) = audit.examine(place);
        let selection = Selection::of(place, &found.installed, &found.searched, request.only)?;
        audit.note_names(place, &found.installed);
        audit.place(place, &found, survey, selection, ("", DEPTH))?;
    }
    // `env --check` names the interpreters of all of its site-packages directories for each.
    if request.settled.is_none() && !workers.interrupted() {
        named.refuse_unused(&compilers.versions())?;
    }
    if let Some(name) = request.only
        && audit.only.as_ref().is_some_and(|only| !audit.known.contains(only))
    {
        return Err(OnlyError::Unknown { name: name.to_owned(), known: audit.known }.into());
    }
    Ok(audit.finish())
}

/// The distributions of a place, and the paths of imports.
pub(super) struct PlaceImports {
    pub(super) installed: Installed,
    pub(super) searched: ImportPaths,
}

/// A run of [`verify`].
pub(super) struct Audit<'a> {
    pub(super) request: &'a Request<'a>,
    workers: Workers<'a>,
    compilers: &'a Compilers<'a>,
    /// Bytes that archives within the current archive may still unpack to.
    pub(super) budget: u64,
    /// Normalized name of the only distribution to verify.
    pub(super) only: Option<String>,
    /// Index of the current place.
    pub(super) at: usize,
    /// Real paths of the places that are examined as a whole.
    examined: Vec<PathBuf>,
    pub(super) coverage: Option<Coverage<'a>>,
    /// Names of the distributions found so far.
    known: BTreeSet<String>,
    /// Archives that may be of the requested distribution, and name none.
    pub(super) unknown: Vec<String>,
    pub(super) unopened: Unopened,
    pub(super) tally: Tally,
    extensions: Extensions,
    pub(super) verified: Verified,
}

impl<'a> Audit<'a> {
    fn new(request: &'a Request<'a>, workers: Workers<'a>, compilers: &'a Compilers<'a>) -> Self {
        Self {
            request,
            workers,
            compilers,
            budget: NESTED,
            only: request.only.map(normalize_name),
            at: 0,
            examined: Vec::new(),
            coverage: request.manifest.map(Coverage::new),
            known: BTreeSet::new(),
            unknown: Vec::new(),
            unopened: Unopened::default(),
            tally: Tally::default(),
            extensions: Extensions::default(),
            verified: Verified::default(),
        }
    }

    /// Adds the notes and findings that concern all places, and counts and sorts the findings.
    fn finish(self) -> Verified {
        let mut verified = self.verified;
        verified.notes.extend(self.extensions.notes());
        verified.notes.extend(only::note_on_archives(&self.unknown));
        verified.notes.extend(self.unopened.notes());
        if let Some(manifest) = self.request.manifest {
            let (wrong, notes) = against_releases(manifest, &verified.releases);
            verified.findings.extend(wrong);
            verified.notes.extend(notes);
        }
        if let Some(coverage) = &self.coverage {
            verified.findings.extend(coverage.missing());
            // Otherwise the pycs say what was verified.
            verified.notes.extend(coverage.note().filter(|_| self.tally.pycs() == 0));
            verified.outside = if self.request.only.is_some() { 0 } else { coverage.outside() };
        }
        verified.findings.sort_by_cached_key(Finding::order);
        verified.findings.dedup();
        (verified.excluded, verified.findings) =
            verified.findings.into_iter().partition(|finding| self.request.exclude.has(&finding.path));
        verified.pycs = self.tally.count(&verified.findings, &verified.excluded);
        let with_findings: BTreeSet<(usize, &str)> =
            verified.findings.iter().map(|finding| (finding.place, finding.path.as_str())).collect();
        verified.unlisted.retain(|(place, path)| !with_findings.contains(&(*place, path)));
        verified.engines = self.compilers.about();
        verified.interpreters = self.compilers.interpreters();
        verified
    }
}

impl Audit<'_> {
    /// Returns whether the findings about places as a whole are reported.
    fn is_first(&self) -> bool {
        self.request.shard.is_none_or(Shard::is_first)
    }

    /// Returns the files that must not be overlooked.
    pub(super) fn sought(&self) -> Sought {
        if self.request.sources.is_some() { Sought::Sources } else { Sought::Bytecode }
    }

    /// Examines the distributions of a place and what Python searches for modules.
    pub(super) fn examine(&self, place: &Place) -> (PlaceImports, Survey) {
        let (examined, directory) = (self.examined.as_slice(), self.request.directory);
        let installed = Installed::read(place);
        let survey = place.survey(Surroundings { examined, directory, sought: self.sought() });
        let mut searched = ImportPaths::of(place, &installed.links, directory);
        searched.add(&survey, installed.in_tree().iter().map(|one| one.base.as_str()));
        (PlaceImports { installed, searched }, survey)
    }

    /// Keeps the units of the shard.
    fn deal(&mut self, place: &Place, units: &mut Vec<Unit>) {
        let Some(shard) = self.request.shard else { return };
        if shard.is_first() {
            let has_code = |unit: &Unit| match unit {
                Unit::Module { pycs, .. } => !pycs.is_empty(),
                Unit::File(name) => place.carrier(name).is_ok_and(Carrier::is_archive),
            };
            self.verified.elsewhere |=
                units.iter().enumerate().any(|(index, unit)| !shard.has(index) && has_code(unit));
        }
        let mut index = 0;
        units.retain(|_| {
            index += 1;
            shard.has(index - 1)
        });
    }

    /// Verifies a place whose names follow `prefix` in findings, and the archives in it, down to
    /// `depth` levels.
    pub(super) fn place(
        &mut self,
        place: &Place,
        found: &PlaceImports,
        survey: Survey,
        mut selection: Selection,
        (prefix, depth): (&str, usize),
    ) -> Result<(), ThreadsError> {
        let PlaceImports { installed, searched } = found;
        let memory = self.request.engines.limits.memory;
        let settled = self.request.settled.filter(|_| prefix.is_empty());
        let view = View::limited(place, memory).knowing(settled.map(|settled| settled.kept));
        let sources = self.request.sources.map(|place| View::limited(place, memory));
        let (rows, mut findings) = Rows::read(place, installed, searched);
        let entries = match self.request.manifest {
            Some(manifest) if prefix.is_empty() => Some(Entries::new(manifest, &view, &selection)),
            _ => None,
        };
        findings.extend(self.about_whole(place, prefix));
        findings.extend(sources.iter().flat_map(|sources| trusted::faults(&view, sources, &survey)));
        let outside = elsewhere::notes(place, prefix, installed, &survey);
        let only = self.only.as_deref().filter(|_| selection.is_of_some());
        let Imports { findings: others, notes } =
            Imports::of(place, installed, searched, survey, only, &mut selection);
        findings.extend(others);
        let selection = &selection;
        let mut units = units(&view);
        if prefix.is_empty() {
            self.deal(place, &mut units);
        }
        if prefix.is_empty() && !self.is_first() {
            findings.clear();
        } else {
            self.verified.notes.extend(notes);
            self.verified.notes.extend(rows.note());
            self.verified.notes.extend(outside);
            self.verified.notes.extend(selection.note_on_others(place.names().iter().map(String::as_str)));
            if is_wheel(place) || !matches!(place, Place::Archive(_)) || !is_zip(place) {
                self.extensions.add(&view, selection, prefix);
            }
        }
        let is_whole = matches!(selection, Selection::All);
        units.retain(|unit| unit.is_in(&view, selection) || (!is_whole && unit.is_archive(place)));
        let check = UnitCheck {
            view: &view,
            sources: sources.as_ref(),
            rows: &rows,
            entries: entries.as_ref(),
            settled,
            references: self.request.references,
            zipped: !prefix.is_empty() && is_zip(place) && !is_wheel(place),
            compilers: self.compilers,
            wanted: Wanted::First,
        };
        let UnitOutcome { mut passed, findings: of_units, zips, outside } =
            self.check_units(&units, prefix, check)?;
        findings.extend(of_units);
        self.verified.notes.extend(notes_on_versions(&outside));
        if let (Some(entries), Some(coverage)) = (&entries, &mut self.coverage) {
            coverage.place(self.at, entries.covered(&view));
        }
        // Findings for the whole wheel have an empty path.
        findings.retain(|finding| finding.path.is_empty() || selection.contains(&finding.path));
        self.verified.accepted.extend(passed.iter().map(|pyc| format!("{prefix}{}", pyc.name)));
        if prefix.is_empty() {
            self.verified.unlisted.extend(installed.unlisted(&passed).map(|name| (self.at, name)));
        }
        self.settle(&mut passed, &units, check)?;
        self.verified.notes.extend(releases::notes_on_levels(&passed, prefix));
        self.releases(prefix, &passed);
        self.add(prefix, findings);
        let outer = Outer { place, found, selection, prefix };
        for name in zips {
            self.within(&outer, &name, depth)?;
        }
        Ok(())
    }

    /// Counts an archive, and returns the findings about a place as a whole.
    fn about_whole(&mut self, place: &Place, prefix: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Place::Archive(archive) = place {
            self.verified.archives += 1;
            if is_wheel(place) {
                findings.extend(record::wheel(place));
            }
            if let (Some(manifest), true) = (self.request.manifest, prefix.is_empty()) {
                let fault = whole_archive(manifest, archive);
                if let (None, false, Some(coverage)) =
                    (&fault, manifest.archives.is_empty(), &mut self.coverage)
                {
                    coverage.add_right(&archive_entry(archive).path);
                }
                findings.extend(fault);
            }
        }
        findings.extend(record::folders(place));
        findings
    }

    /// Verifies units on the threads of the run, counts their pycs, and returns all results.
    fn check_units(
        &mut self,
        units: &[Unit],
        prefix: &str,
        check: UnitCheck<'_>,
    ) -> Result<UnitOutcome, ThreadsError> {
        let mut all = UnitOutcome::default();
        let results = self.workers.map(units, |unit| check.unit(unit))?;
        for (unit, result) in units.iter().zip(results) {
            match result {
                None => self.tally.not_reached(unit.pycs().len()),
                Some(result) => {
                    self.tally.reached(self.at, prefix, unit.pycs(), &result.passed);
                    all.passed.extend(result.passed);
                    all.findings.extend(result.findings);
                    all.zips.extend(result.zips);
                    all.outside.extend(result.outside);
                }
            }
        }
        Ok(all)
    }

    /// Looks for all releases that write the pycs if one release did not write all of them: first
    /// for the pycs that another release wrote, then for all pycs of the version if no release
    /// wrote all of these.
    fn settle(
        &self,
        passed: &mut [Passed],
        units: &[Unit],
        check: UnitCheck<'_>,
    ) -> Result<(), ThreadsError> {
        let check = UnitCheck { wanted: Wanted::All, ..check };
        for again in [releases::unlikely, releases::open] {
            let again = again(passed, self.compilers);
            if again.is_empty() {
                return Ok(());
            }
            let units: Vec<&Unit> =
                units.iter().filter(|unit| unit.pycs().iter().any(|pyc| again.contains(pyc))).collect();
            let results = self.workers.uncounted().map(&units, |unit| check.unit(unit))?;
            let found = results.into_iter().flatten().flat_map(|result| result.passed);
            let mut found: BTreeMap<String, Fit> = found.map(|pyc| (pyc.name, pyc.fit)).collect();
            for pyc in &mut *passed {
                if let Some(fit) = found.remove(&pyc.name) {
                    pyc.fit = fit;
                }
            }
        }
        Ok(())
    }

    /// Records which releases wrote the pycs of a place.
    fn releases(&mut self, prefix: &str, passed: &[Passed]) {
        for found in releases::settle(passed, self.compilers) {
            let first = found.first.as_ref().map(|first| format!("{prefix}{first}"));
            let found = ReleaseFound { place: self.at, ..found };
            let known = &mut self.verified.releases;
            match known
                .iter_mut()
                .find(|known| known.release == found.release && known.python == found.python)
            {
                Some(known) => {
                    known.pycs += found.pycs;
                    if known.first.is_none() && first.is_some() {
                        (known.first, known.place) = (first, found.place);
                    }
                }
                None => known.push(ReleaseFound { first, ..found }),
            }
        }
    }

    /// Collects the names of distributions if one is requested.
    pub(super) fn note_names(&mut self, place: &Place, installed: &Installed) {
        if self.request.only.is_some() {
            self.known.extend(only::names(place, installed));
        }
    }

    /// Adds findings about files whose names follow `prefix`.
    pub(super) fn add(&mut self, prefix: &str, findings: Vec<Finding>) {
        let below = findings.into_iter().map(|finding| Finding {
            path: match finding.path.as_str() {
                // The archive as a whole.
                "" => prefix.trim_end_matches('!').to_owned(),
                path => format!("{prefix}{path}"),
            },
            place: self.at,
            ..finding
        });
        self.verified.findings.extend(below);
    }
}

/// Returns a note for each version of pycs of which the manifest lists none.
fn notes_on_versions(outside: &[PyVersion]) -> Vec<String> {
    let mut counts = BTreeMap::new();
    for version in outside {
        *counts.entry(version.to_string()).or_insert(0_usize) += 1;
    }
    let note = |(version, count): (String, usize)| {
        let pycs = counted(count, "pyc, which a RECORD lists, was", "pycs, which a RECORD lists, were");
        format!("the manifest lists no pyc of Python {version}: {pycs} checked without it")
    };
    counts.into_iter().map(note).collect()
}

/// Returns whether a place is a zip, or not an archive.
fn is_zip(place: &Place) -> bool {
    !matches!(place, Place::Archive(archive) if archive.format != Format::Zip)
}

impl Unit {
    /// Returns the pycs of the unit.
    pub(super) fn pycs(&self) -> &[String] {
        match self {
            Self::Module { pycs, .. } => pycs,
            Self::File(_) => &[],
        }
    }

    /// Returns whether the selection contains a file of the unit.
    fn is_in(&self, view: &View<'_>, selection: &Selection) -> bool {
        match self {
            Self::Module { source, pycs } => {
                (selection.contains(source) && (view.has_file(source) || pycs.is_empty()))
                    || pycs.iter().any(|pyc| selection.contains(pyc))
            }
            Self::File(name) => selection.contains(name),
        }
    }

    /// Returns whether the unit is an archive, by its content.
    fn is_archive(&self, place: &Place) -> bool {
        matches!(self, Self::File(name) if place.carrier(name).is_ok_and(Carrier::is_archive))
    }
}
