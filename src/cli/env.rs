//! `pycompile env`.

use super::destination::Destination;
use super::env_audit::{Checking, EnvAudit};
use super::env_engine::EnvEngines;
use super::error::{CommandError, Status};
use super::format::print_artifacts;
use super::globs::{file_patterns, note_unused};
use super::limits::{FindingLimitArgs, JobsArgs, LimitArgs};
use super::messages;
use super::options::{COMPILER, FormatArgs, LevelArgs, OwnEngineArgs, check_engine, names};
use super::own_interpreter::OwnInterpreters;
use super::printer::Printer;
use super::project::print_engines;
use super::warnings::WarningArgs;
use super::{environment, findings, hint};
use crate::build::Outcome;
use crate::build::env::{
    Distribution, EnvError, EnvFinding, Report, Settings, SitePackages, created_with, run as compile,
    site_packages,
};
use crate::engine::{Engine, EngineChoice, Refs, Run, TargetEngine};
use crate::manifest::{Manifest, ManifestForm};
use crate::project::FilePatterns;
use crate::pyc::InvalidationMode;
use crate::report::finding::{FindingText, alarms_first, counts};
use crate::target::{PyVersion, Release};
use crate::text::{python, visible};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// Compile the packages installed below PREFIX, by the RECORDs of its site-packages, and add the
/// pycs to these RECORDs, so that pip and uv uninstall them with the package.
///
/// Code records file names relative to site-packages: two environments with the same packages have
/// the same pycs, wherever they are. Editable packages and packages of the system's package manager
/// are not touched.
///
/// Example: pycompile env .venv --optimize 0 --optimize 1 --manifest venv.pyc.json
#[derive(Debug, clap::Args)]
pub(super) struct EnvArgs {
    /// Prefix of the environment [default: the active virtual environment, VIRTUAL_ENV].
    #[arg(value_name = "PREFIX")]
    prefix: Option<PathBuf>,
    /// Directory of the image that contains PREFIX.
    #[arg(long, value_name = "DIR", requires = "prefix")]
    root: Option<PathBuf>,
    /// Follow symlinks on the way to site-packages, and sources that are symlinks out of PREFIX.
    ///
    /// With --root, symlinks never lead out of the image.
    #[arg(long)]
    follow_links: bool,
    #[command(flatten)]
    engines: OwnEngineArgs,
    /// Select the site-packages of this version, or of a release such as 3.14.8.
    ///
    /// Required for a directory of `pip install --target`, which does not record its version.
    #[arg(long, value_name = "X.Y")]
    python: Option<Release>,
    /// Exclude sources that match this pattern; with --check, leave out findings for files that
    /// match it, and list them separately (repeatable).
    ///
    /// A pattern is relative to PREFIX, or to the site-packages in PREFIX, and `*` also matches
    /// `/`. A pyc is excluded with its source.
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Sources that may fail to compile: errors are reported, and the exit status stays 0.
    ///
    /// Patterns are relative to PREFIX, or to the site-packages in PREFIX (repeatable).
    #[arg(long, value_name = "GLOB")]
    allow_failures: Vec<String>,
    #[command(flatten)]
    levels: LevelArgs,
    /// Invalidation mode of the pycs.
    #[arg(long, value_parser = names::<InvalidationMode>(), value_name = "MODE", default_value = "unchecked-hash")]
    invalidation_mode: InvalidationMode,
    /// Write nothing: report pycs and sources that are wrong, missing or not recorded.
    ///
    /// Reports the findings of `verify` for site-packages, and pycs that are missing, of another
    /// mode, of other bytes than `env` writes, or not recorded.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    limit: FindingLimitArgs,
    /// Write the manifest to this file, `-` for standard output.
    #[arg(long, value_name = "FILE")]
    manifest: Option<Destination>,
    /// Reference flags of the code: those that CPython writes, or only those of objects that are
    /// referenced.
    #[arg(long, value_enum, value_parser = names::<Refs>(), default_value_t = Refs::Cpython, help_heading = COMPILER)]
    refs: Refs,
    #[command(flatten)]
    jobs: JobsArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    warnings: WarningArgs,
    #[command(flatten)]
    pub(super) format: FormatArgs,
}

impl EnvArgs {
    fn selection<'a>(&'a self, prefix: &'a Path) -> EnvEngines<'a> {
        EnvEngines {
            prefix,
            is_in_image: self.root.is_some(),
            is_check: self.check,
            release: self.python,
            choice: self.engines.engine,
            interpreters: &self.engines.interpreter,
            limits: self.limits,
            refs: self.refs,
        }
    }
}

pub(super) fn run(arguments: &EnvArgs, printer: &Printer) -> Result<Status, CommandError> {
    if let Some(destination) = &arguments.manifest {
        destination.keeps_apart(printer.format)?;
        destination.check_manifest(ManifestForm::Json)?;
    }
    check_engine(arguments.engines.engine, &arguments.engines.interpreter)?;
    let prefix = prefix(arguments)?;
    let sites = |python| site_packages(&prefix, arguments.root.as_deref(), arguments.follow_links, python);
    let sites = match sites(arguments.python.map(|release| release.version)) {
        Err(EnvError::NoVersion(_)) if arguments.engines.engine != EngineChoice::Native => {
            sites(Some(arguments.selection(&prefix).default_version()?))?
        }
        sites => sites?,
    };
    let mut run = EnvRun::new(arguments, &prefix, printer)?;
    for site in &sites {
        run.site(site, sites.len() > 1)?;
    }
    if arguments.check {
        run.audit.add_prefix(&prefix, &sites, &run.exclude, printer)?;
    }
    run.used.extend(run.audit.used.iter().copied());
    note_unused(&arguments.exclude, &run.used, printer);
    printer.count("environments", sites.len());
    let mut status = run.print_files()?;
    let findings = run.print_findings()?;
    if arguments.check && run.print_check(findings)? {
        status = Status::No;
    }
    if let Some(destination) = &arguments.manifest {
        let releases = run.releases.iter().map(|(version, release)| (*version, release.as_str()));
        let manifest = Manifest::new(run.all.entries, Vec::new()).with_releases(releases);
        destination.write_manifest(&manifest, printer)?;
    }
    Ok(status)
}

/// Run over the site-packages of a prefix.
struct EnvRun<'a> {
    arguments: &'a EnvArgs,
    prefix: &'a Path,
    engines: EnvEngines<'a>,
    printer: &'a Printer,
    exclude: FilePatterns,
    may_fail: FilePatterns,
    /// Positions of the patterns in `exclude` that match a file.
    used: BTreeSet<usize>,
    /// Files that are allowed to fail.
    allowed: Vec<PathBuf>,
    audit: EnvAudit,
    /// Results of all site-packages.
    all: Report,
    /// Versions that were compiled for, with their releases.
    releases: Vec<(PyVersion, String)>,
    own_interpreters: OwnInterpreters,
}

impl<'a> EnvRun<'a> {
    fn new(arguments: &'a EnvArgs, prefix: &'a Path, printer: &'a Printer) -> Result<Self, CommandError> {
        Ok(Self {
            arguments,
            prefix,
            engines: arguments.selection(prefix),
            printer,
            exclude: file_patterns(&arguments.exclude)?,
            may_fail: file_patterns(&arguments.allow_failures)?,
            used: BTreeSet::new(),
            allowed: Vec::new(),
            audit: EnvAudit::default(),
            all: Report::default(),
            releases: Vec::new(),
            own_interpreters: OwnInterpreters::default(),
        })
    }

    /// Compiles or checks one site-packages. `is_one_of_several` puts its pycs into a directory of
    /// its version in the manifest.
    fn site(&mut self, site: &SitePackages, is_one_of_several: bool) -> Result<(), CommandError> {
        let (arguments, printer) = (self.arguments, self.printer);
        let exclude = self.exclude.below(&site.below);
        let sources = site.distributions.iter().flat_map(Distribution::sources);
        self.used.extend(sources.flat_map(|name| exclude.matching(name)));
        let checking = Checking {
            site,
            exclude: &exclude,
            created_with: created_with(self.prefix),
            limits: &arguments.limits,
            jobs: arguments.jobs.get(),
            follow_links: arguments.follow_links,
        };
        for left in &site.left_alone {
            printer.detail(&format!("left alone: {}: {}", visible(&left.name), left.reason));
        }
        if arguments.check && site.free_threaded && self.engines.free_threaded(site).is_err() {
            // The other build's bytes differ, so only what does not depend on them is checked.
            return self.audit.add(&checking, &mut Report::default(), &[], printer);
        }
        let (mut engines, interpreters) = self.engines.start(site, printer)?;
        arguments.warnings.apply(&mut engines, printer);
        let Some(target) = engines.first() else { return Ok(()) };
        print_engines(&engines, printer);
        if let Engine::Python(engine) = &target.engine
            && arguments.check
            && arguments.engines.interpreter.is_empty()
        {
            let trees = [self.prefix.to_path_buf()];
            self.own_interpreters.add(engine.interpreter(), &trees, engine.version(), &environment::places());
        }
        let mut report = self.compile(site, target, exclude.clone())?;
        self.releases.push((target.series.version, target.release.clone()));
        if arguments.check {
            self.audit.add(&checking, &mut report, &interpreters, printer)?;
        }
        if is_one_of_several {
            for entry in &mut report.entries {
                entry.path = format!("python{}/{}", site.python, entry.path);
            }
        }
        self.add(site, report);
        Ok(())
    }

    /// Compiles the distributions of a site-packages for one target.
    fn compile(
        &self,
        site: &SitePackages,
        target: &TargetEngine,
        exclude: FilePatterns,
    ) -> Result<Report, CommandError> {
        let EnvArgs { levels, invalidation_mode: mode, check, jobs, .. } = self.arguments;
        let settings = Settings { levels: levels.get(), mode: *mode, check: *check, exclude };
        let sources = site.distributions.iter().map(|distribution| distribution.sources().count());
        Ok(self.printer.working(sources.sum(), jobs.get(), |workers| {
            compile(site, Run { engines: std::slice::from_ref(target), workers }, &settings)
        })?)
    }

    /// Adds the results of a site-packages to those of the run.
    fn add(&mut self, site: &SitePackages, mut report: Report) {
        hint::add(&mut report.outcomes, "`--follow-links` follows it");
        let may_fail = self.may_fail.below(&site.below);
        let is_allowed = |path: &&Path| {
            path.strip_prefix(&site.folder).is_ok_and(|name| may_fail.has(&python::os_text(name.as_os_str())))
        };
        let files = report.outcomes.iter().map(Outcome::file);
        self.allowed.extend(files.filter(is_allowed).map(Path::to_path_buf));
        self.all.outcomes.extend(report.outcomes);
        self.all.records.extend(report.records);
        self.all.findings.extend(report.findings);
        self.all.missing += report.missing;
        self.all.entries.extend(report.entries);
    }

    /// Prints the outcomes of the files and RECORDs.
    fn print_files(&self) -> Result<Status, CommandError> {
        let all = &self.all;
        let is_nothing = all.outcomes.is_empty() && all.missing == 0;
        let status = if self.arguments.check && is_nothing {
            Status::Done
        } else {
            messages::print(&all.outcomes, all.missing, &self.allowed, self.printer)?
        };
        print_artifacts(&all.records, false, self.printer)?;
        Ok(status)
    }

    /// Prints the findings and returns their number.
    fn print_findings(&self) -> Result<usize, CommandError> {
        let own = self.all.findings.iter().map(|(path, finding)| FindingText::of_env(finding, path));
        let mut shown: Vec<FindingText> = own.chain(self.audit.texts()).collect();
        alarms_first(&mut shown);
        if self.arguments.check {
            findings::print_unlisted(&self.audit.unlisted, self.printer);
            findings::print_excluded(&self.audit.excluded_texts(), self.printer)?;
        }
        findings::print_env(&shown, self.arguments.limit.get(), self.printer)?;
        Ok(shown.len())
    }

    /// Prints the hints and counts of `--check`, and returns whether there are findings.
    fn print_check(&self, findings: usize) -> Result<bool, CommandError> {
        let printer = self.printer;
        if self.audit.has_path_file() {
            printer.summary(&hint::of_path_files(false));
        }
        if self.all.findings.iter().any(|(_, finding)| *finding == EnvFinding::OtherMode) {
            printer.summary(hint::OTHER_MODE);
        }
        let pycs = self.audit.count(&self.all);
        findings::count_pycs(&pycs, printer);
        printer.count("findings", findings);
        self.own_interpreters.print(printer)?;
        printer.summary(&format!("{}{}", counts(&pycs, findings), self.own_interpreters.sentence()));
        match pycs.not_reached {
            0 => Ok(findings > 0),
            _ => Err(findings::interrupted(&pycs)),
        }
    }
}

fn prefix(arguments: &EnvArgs) -> Result<PathBuf, CommandError> {
    let Some(prefix) = &arguments.prefix else {
        return environment::virtual_env().map(PathBuf::from).ok_or_else(|| {
            CommandError::Usage("name a PREFIX: no environment is activated (VIRTUAL_ENV is not set)".into())
        });
    };
    Ok(match &arguments.root {
        Some(root) => {
            root.join(prefix.components().filter(|part| *part != Component::RootDir).collect::<PathBuf>())
        }
        None => prefix.clone(),
    })
}
