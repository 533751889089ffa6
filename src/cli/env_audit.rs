//! Findings of `verify` in an environment that `env --check` examines.

use super::environment;
use super::error::CommandError;
use super::findings::{self, is_of_path_file};
use super::limits::LimitArgs;
use super::printer::Printer;
use crate::audit::{
    Finding, FindingKind, PycCounts, PycVerdict, References, Request, Settled, Verified, VerifyError,
    beside_packages, gathered, verify,
};
use crate::build::env::{EnvFinding, Report, SitePackages};
use crate::engine::{EngineOptions, Parallelism, Refs};
use crate::input::Place;
use crate::project::FilePatterns;
use crate::report::finding::FindingText;
use crate::target::Release;
use crate::text::python;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A site-packages directory and the options of its check.
pub(super) struct Checking<'a> {
    pub(super) site: &'a SitePackages,
    /// Excluded files, by path below the directory.
    pub(super) exclude: &'a FilePatterns,
    /// Release that the environment was created with.
    pub(super) created_with: Option<Release>,
    pub(super) limits: &'a LimitArgs,
    pub(super) jobs: Parallelism,
    pub(super) follow_links: bool,
}

/// Findings of `verify` in all site-packages directories of an environment.
#[derive(Default)]
pub(super) struct EnvAudit {
    findings: Vec<(PathBuf, Finding)>,
    excluded: Vec<(PathBuf, Finding)>,
    /// Findings of the check itself that are left out.
    own_excluded: Vec<(PathBuf, EnvFinding)>,
    /// All pycs, and those whose code is that of their source.
    pycs: BTreeSet<PathBuf>,
    right: BTreeSet<PathBuf>,
    /// Paths of all findings.
    found: BTreeSet<PathBuf>,
    is_interrupted: bool,
    /// Verified pycs that no RECORD lists.
    pub(super) unlisted: Vec<String>,
    /// Indices of the patterns that match a file.
    pub(super) used: BTreeSet<usize>,
}

impl EnvAudit {
    /// Verifies a site-packages directory. The findings replace those of the report about the same
    /// files, which say less.
    pub(super) fn add(
        &mut self,
        checking: &Checking<'_>,
        report: &mut Report,
        interpreters: &[PathBuf],
        printer: &Printer,
    ) -> Result<(), CommandError> {
        let Checking { site, exclude, .. } = checking;
        let place = Place::open(&site.folder)?;
        let failed: BTreeSet<PathBuf> = failed(report).map(Path::to_path_buf).collect();
        let reported = failed.iter().filter_map(|path| path.strip_prefix(&site.folder).ok()?.to_str());
        let settled = Settled::new(&report.entries, reported.map(str::to_owned).collect(), &report.kept);
        let mut verified = verify_site(checking, &place, &settled, interpreters, printer)?;
        let path_of = |name: &str| match &place {
            Place::Tree(_, listing) if listing.real.contains_key(name) => listing.real[name].clone(),
            _ => site.folder.join(name),
        };
        let is_new = |finding: &Finding| {
            let path = path_of(&finding.path);
            // With --follow-links, the user knows about symlinks.
            let is_followed =
                checking.follow_links && path.is_symlink() && finding.kind() != FindingKind::Record;
            !is_followed && !failed.contains(&path)
        };
        findings::print_notes(&verified.notes, printer)?;
        self.is_interrupted |= verified.pycs.not_reached > 0;
        self.used.extend(place.names().iter().flat_map(|name| exclude.matching(name)));
        self.pycs.extend(place.pycs().iter().map(|name| path_of(name)));
        let entries = report.entries.iter().map(|entry| site.folder.join(&entry.path));
        self.right.extend(entries);
        verified.findings.retain(is_new);
        verified.excluded.retain(is_new);
        let accused: BTreeSet<PathBuf> =
            verified.findings.iter().map(|finding| path_of(&finding.path)).collect();
        let accepted: BTreeSet<PathBuf> = verified.accepted.iter().map(|name| path_of(name)).collect();
        self.right.extend(accepted.iter().cloned());
        self.pycs.extend(self.right.iter().cloned());
        report.findings.retain_mut(|(path, finding)| {
            if *finding == EnvFinding::Wrong && accepted.contains(path) {
                *finding = EnvFinding::OtherBytes;
            }
            matches!(finding, EnvFinding::OtherMode | EnvFinding::OtherBytes) || !accused.contains(path)
        });
        let is_excluded = |path: &Path| {
            let name = path.strip_prefix(&site.folder).unwrap_or(path);
            exclude.has(&python::os_text(name.as_os_str()))
        };
        let (left_out, own) = std::mem::take(&mut report.findings)
            .into_iter()
            .partition::<Vec<_>, _>(|(path, _)| is_excluded(path));
        report.findings = own;
        let with_findings: BTreeSet<&Path> = report.findings.iter().map(|(path, _)| path.as_path()).collect();
        let unlisted = verified.unlisted.iter().map(|(_, name)| path_of(name));
        let unlisted = unlisted.filter(|path| !with_findings.contains(&**path));
        self.unlisted.extend(unlisted.map(|path| python::os_text(path.as_os_str())));
        // `verify` says more about the same files.
        let reported: BTreeSet<PathBuf> =
            verified.excluded.iter().map(|finding| path_of(&finding.path)).collect();
        self.own_excluded.extend(left_out.into_iter().filter(|(path, _)| !reported.contains(path)));
        self.found.extend(accused);
        let with_path = |finding: Finding| (path_of(&finding.path), finding);
        self.findings.extend(gathered(verified.findings).into_iter().map(with_path));
        self.excluded.extend(verified.excluded.into_iter().map(with_path));
        Ok(())
    }

    /// Checks the libraries and programs of an environment outside of its site-packages.
    pub(super) fn add_prefix(
        &mut self,
        prefix: &Path,
        sites: &[SitePackages],
        exclude: &FilePatterns,
        printer: &Printer,
    ) -> Result<(), CommandError> {
        let packages: Vec<&str> = sites.iter().map(|site| site.below.as_str()).collect();
        let (findings, notes) = beside_packages(prefix, &packages);
        findings::print_notes(&notes, printer)?;
        for finding in findings {
            self.used.extend(exclude.matching(&finding.path));
            let is_excluded = exclude.has(&finding.path);
            let path = prefix.join(&finding.path);
            match is_excluded {
                true => self.excluded.push((path, finding)),
                false => {
                    self.found.insert(path.clone());
                    self.findings.push((path, finding));
                }
            }
        }
        Ok(())
    }

    /// Returns the findings as they are shown.
    pub(super) fn texts(&self) -> impl Iterator<Item = FindingText> {
        self.findings.iter().map(text)
    }

    /// Returns the findings that are left out as they are shown.
    pub(super) fn excluded_texts(&self) -> Vec<FindingText> {
        let own = self.own_excluded.iter().map(|(path, finding)| FindingText::of_env(finding, path));
        self.excluded.iter().map(text).chain(own).collect()
    }

    /// Returns whether a finding is about a `.pth` file.
    pub(super) fn has_path_file(&self) -> bool {
        self.findings.iter().any(|(_, finding)| is_of_path_file(finding))
    }

    /// Counts the pycs by result; `report` is that of all directories.
    pub(super) fn count(&self, report: &Report) -> PycCounts {
        let own = report.findings.iter().map(|(path, _)| path.as_path());
        let found: BTreeSet<&Path> = own.chain(self.found.iter().map(PathBuf::as_path)).collect();
        let own_excluded = self.own_excluded.iter().map(|(path, _)| path.as_path());
        let left_out: BTreeSet<&Path> =
            self.excluded.iter().map(|(path, _)| path.as_path()).chain(own_excluded).collect();
        let failed: BTreeSet<&Path> = failed(report).collect();
        let is_other = |(path, _): &&(PathBuf, Finding)| !self.pycs.contains(path);
        let other_findings = self.findings.iter().filter(is_other).count();
        let has_ended = !(self.is_interrupted || report.missing > 0);
        let verdict = |pyc: &Path| match () {
            () if self.right.contains(pyc) => PycVerdict::Right,
            () if failed.contains(pyc) || has_ended => PycVerdict::NotChecked,
            () => PycVerdict::NotReached,
        };
        let pycs = self.pycs.iter().map(|pyc| (pyc.as_path(), verdict(pyc)));
        let mut counts = PycCounts::of(pycs, &found, &left_out);
        counts.other_findings = other_findings;
        counts
    }
}

/// Verifies the files of a site-packages directory that are not settled yet.
fn verify_site(
    checking: &Checking<'_>,
    place: &Place,
    settled: &Settled<'_>,
    interpreters: &[PathBuf],
    printer: &Printer,
) -> Result<Verified, VerifyError> {
    let places = environment::places();
    let mut engines = EngineOptions::automatic(&[], &places, checking.limits.get(), Refs::Cpython);
    match interpreters {
        [interpreter] => engines.interpreters.push((checking.site.python, interpreter.clone())),
        several => engines.named = several,
    }
    let directory = environment::entered_directory();
    let request = Request {
        sources: None,
        directory: directory.as_deref(),
        manifest: None,
        only: None,
        shard: None,
        settled: Some(settled),
        exclude: checking.exclude.clone(),
        created_with: checking.created_with.into_iter().collect(),
        // Installers compile many files in one process, which changes references.
        references: References::Any,
        engines,
    };
    printer.working(place.pycs().len(), checking.jobs, |workers| {
        verify(std::slice::from_ref(place), &request, workers)
    })
}

fn text((path, finding): &(PathBuf, Finding)) -> FindingText {
    FindingText::of_verify(finding, python::os_text(path.as_os_str()))
}

/// Returns the sources that do not compile, with their pycs.
fn failed(report: &Report) -> impl Iterator<Item = &Path> {
    report.outcomes.iter().flat_map(|outcome| [Some(outcome.file()), outcome.output()]).flatten()
}
