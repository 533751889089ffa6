//! `pycompile env`.

use super::destination::Destination;
use super::env_audit::{Checking, EnvAudit};
use super::error::{CommandError, Status};
use super::format::tell_artifacts;
use super::globs::{file_patterns, note_unused};
use super::limits::{JobsArgs, LimitArgs};
use super::messages;
use super::number::between;
use super::options::{COMPILER, FormatArgs, names};
use super::own_interpreter::{OwnJudges, described, to_start};
use super::printer::Printer;
use super::project::tell_engines;
use super::warnings::WarningArgs;
use super::{environment, findings, hint};
use crate::build::Outcome;
use crate::build::env::{
    Distribution, EnvError, EnvFinding, Report, Settings, SitePackages, created_with, own_interpreter,
    recorded_version, run as compile, site_packages,
};
use crate::engine::python::on_path;
use crate::engine::{Engine, EngineChoice, EngineOptions, Engines, Refs, Run, select};
use crate::manifest::{Manifest, ManifestForm};
use crate::pyc::InvalidationMode;
use crate::report::finding::{FindingText, alarms_first, counts};
use crate::target::{PyVersion, Release, Target};
use crate::text::{Shown as _, python, visible};
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
    /// Compiler to use: the `native` one, or a real interpreter with `python`.
    ///
    /// `auto` selects the native compiler for the versions that it supports, and reports when the
    /// environment's own interpreter is run.
    #[arg(long, value_enum, value_parser = names::<EngineChoice>(), default_value_t = EngineChoice::Auto, help_heading = COMPILER)]
    engine: EngineChoice,
    /// Select the site-packages of this version, or of a release such as 3.14.8.
    ///
    /// Required for a directory of `pip install --target`, which does not record its version.
    #[arg(long, value_name = "X.Y")]
    python: Option<Release>,
    /// Exclude sources that match this pattern; with --check, leave out findings for files that
    /// match it, and list them apart (repeatable).
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
    /// Optimization level 0, 1 or 2 (repeatable).
    #[arg(long, value_name = "LEVEL", value_parser = between(0_u8, 2))]
    optimize: Vec<u8>,
    /// Invalidation mode of the pycs.
    #[arg(long, value_parser = names::<InvalidationMode>(), value_name = "MODE", default_value = "unchecked-hash")]
    invalidation_mode: InvalidationMode,
    /// Write nothing: report pycs and sources that are wrong, missing or not recorded.
    ///
    /// Reports the findings of `verify` for site-packages, and pycs that are missing, of another
    /// mode, of other bytes than `env` writes, or not recorded.
    #[arg(long)]
    check: bool,
    /// Number of findings of each kind to print; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Write the manifest to this file, `-` for standard output.
    #[arg(long, value_name = "FILE")]
    manifest: Option<Destination>,
    /// Reference flags of the code: those that CPython writes, or only those of objects that are
    /// referenced.
    #[arg(long, value_enum, value_parser = names::<Refs>(), default_value_t = Refs::Cpython, help_heading = COMPILER)]
    refs: Refs,
    /// Interpreter for the site-packages of its version (repeatable).
    ///
    /// Without it, versions that the native compiler does not support are compiled by the
    /// environment's own interpreter, or else pythonX.Y on PATH.
    #[arg(long, value_name = "PATH", help_heading = COMPILER)]
    interpreter: Vec<PathBuf>,
    #[command(flatten)]
    jobs: JobsArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    warnings: WarningArgs,
    #[command(flatten)]
    pub(super) format: FormatArgs,
}

pub(super) fn run(arguments: &EnvArgs, printer: &Printer) -> Result<Status, CommandError> {
    if let Some(destination) = &arguments.manifest {
        destination.keeps_apart(arguments.format.get())?;
        destination.check_manifest(ManifestForm::Json)?;
    }
    let prefix = prefix(arguments)?;
    let sites = |python| site_packages(&prefix, arguments.root.as_deref(), arguments.follow_links, python);
    let sites = match sites(arguments.python.map(|release| release.version)) {
        Err(EnvError::NoVersion(_)) if arguments.engine != EngineChoice::Native => {
            sites(Some(default_version(arguments)?))?
        }
        sites => sites?,
    };
    let mut levels = arguments.optimize.clone();
    if levels.is_empty() {
        levels.push(0);
    }
    levels.sort_unstable();
    levels.dedup();
    let mode = arguments.invalidation_mode;
    let exclude = file_patterns(&arguments.exclude)?;
    let may_fail = file_patterns(&arguments.allow_failures)?;
    let mut used = BTreeSet::new();
    let mut allowed = Vec::new();
    let mut audit = EnvAudit::default();
    let mut all = Report::default();
    let mut releases = Vec::new();
    let mut judges = OwnJudges::default();
    for site in &sites {
        let exclude = exclude.below(&site.below);
        let sources = site.distributions.iter().flat_map(Distribution::sources);
        used.extend(sources.flat_map(|name| exclude.matching(name)));
        let settings =
            Settings { levels: levels.clone(), mode, check: arguments.check, exclude: exclude.clone() };
        let created_with = created_with(&prefix);
        let checking = Checking {
            site,
            exclude: &exclude,
            created_with,
            limits: &arguments.limits,
            format: arguments.format.get(),
            jobs: arguments.jobs.count,
            follow_links: arguments.follow_links,
        };
        for left in &site.left_alone {
            printer.detail(&format!("left alone: {}: {}", visible(&left.name), left.reason));
        }
        if arguments.check && site.free_threaded && free_threaded(site, &prefix, arguments).is_err() {
            // The other build's bytes differ, so only what does not depend on them is checked.
            audit.add(&checking, &mut Report::default(), &[], printer)?;
            continue;
        }
        let (mut engines, interpreters) = start(site, &prefix, arguments, printer)?;
        arguments.warnings.apply(&mut engines, printer);
        let Some(target) = engines.first() else { continue };
        tell_engines(&engines, printer);
        if let Engine::Python(engine) = &target.engine
            && arguments.check
            && arguments.interpreter.is_empty()
        {
            let trees = std::slice::from_ref(&prefix);
            judges.add(engine.interpreter(), trees, engine.version(), &environment::places());
        }
        let files =
            site.distributions.iter().map(|distribution| distribution.sources().count()).sum::<usize>();
        let progress = printer.progress(files as u64);
        let run =
            Run { engines: std::slice::from_ref(target), workers: progress.workers(arguments.jobs.count) };
        let report = compile(site, run, &settings);
        progress.finish();
        let mut report = report?;
        releases.push((target.series.version, target.release.clone()));
        if arguments.check {
            audit.add(&checking, &mut report, &interpreters, printer)?;
        }
        let may_fail = may_fail.below(&site.below);
        let below = |path: &Path| {
            path.strip_prefix(&site.folder).is_ok_and(|name| may_fail.has(&python::os_text(name.as_os_str())))
        };
        let files = report.outcomes.iter().map(Outcome::file);
        allowed.extend(files.filter(|file| below(file)).map(Path::to_path_buf));
        all.outcomes.extend(report.outcomes);
        all.records.extend(report.records);
        all.findings.extend(report.findings);
        all.missing += report.missing;
        // With several versions, each has its own directory in the manifest.
        all.entries.extend(report.entries.into_iter().map(|mut entry| {
            if sites.len() > 1 {
                entry.path = format!("python{}/{}", site.python, entry.path);
            }
            entry
        }));
    }
    if arguments.check {
        audit.add_prefix(&prefix, &sites, &exclude, arguments.format.get(), printer)?;
    }
    used.extend(audit.used.iter().copied());
    note_unused(&arguments.exclude, &used, printer);
    printer.count("environments", sites.len());
    let format = arguments.format.get();
    let mut status = if arguments.check && all.outcomes.is_empty() && all.missing == 0 {
        Status::Done
    } else {
        messages::tell(&all.outcomes, all.missing, &allowed, format, printer)?
    };
    tell_artifacts(&all.records, false, format, printer)?;
    let own = all.findings.iter().map(|(path, finding)| FindingText::of_env(finding, path));
    let mut shown: Vec<FindingText> = own.chain(audit.texts()).collect();
    alarms_first(&mut shown);
    if arguments.check {
        findings::tell_unlisted(&audit.unlisted, printer);
        findings::tell_excluded(&audit.excluded_texts(), format, printer)?;
    }
    findings::tell_env(&shown, format, arguments.limit, printer)?;
    if arguments.check {
        if audit.has_path_file() {
            printer.summary(&hint::of_path_files(false));
        }
        if all.findings.iter().any(|(_, finding)| *finding == EnvFinding::OtherMode) {
            printer.summary(hint::OTHER_MODE);
        }
        let pycs = audit.count(&all);
        findings::count_pycs(&pycs, printer);
        printer.count("findings", shown.len());
        judges.tell(format, printer)?;
        printer.summary(&format!("{}{}", counts(&pycs, shown.len()), judges.sentence()));
        if !shown.is_empty() {
            status = Status::No;
        }
        if pycs.not_reached > 0 {
            return Err(CommandError::Usage(findings::interrupted(&pycs)));
        }
    }
    if let Some(destination) = &arguments.manifest {
        let releases = releases.iter().map(|(version, release)| (*version, release.as_str()));
        let manifest = Manifest::new(all.entries, Vec::new()).with_releases(releases);
        destination.write_manifest(&manifest, format, printer)?;
    }
    Ok(status)
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

/// Returns the version of the interpreter that is named, or of the `python3` on PATH.
fn default_version(arguments: &EnvArgs) -> Result<PyVersion, CommandError> {
    let places = environment::places();
    let options =
        EngineOptions::automatic(&arguments.interpreter, &places, arguments.limits.get(), arguments.refs);
    let engines = select::start(&[], &options)?;
    let found = engines.first().filter(|target| target.note.is_none());
    let message = "no python3 on PATH says for which version\nhint: name it with `--python X.Y`";
    found.map(|target| target.series.version).ok_or_else(|| CommandError::Usage(message.into()))
}

/// Returns the interpreter of a free-threaded build, which the native compiler does not support.
fn free_threaded(site: &SitePackages, prefix: &Path, arguments: &EnvArgs) -> Result<PathBuf, CommandError> {
    let name = format!("python{}t", site.python);
    let is_of_threads = |path: &&PathBuf| path.as_os_str().as_encoded_bytes().ends_with(b"t");
    let named = arguments.interpreter.iter().find(is_of_threads).or(arguments.interpreter.first());
    let found = match named {
        Some(interpreter) => Some(interpreter.clone()),
        None if arguments.engine == EngineChoice::Native => None,
        None => Some(())
            .filter(|()| arguments.root.is_none())
            .and_then(|()| own_interpreter(prefix, site.python, true))
            .or_else(|| on_path(&name, environment::places().path.as_deref())),
    };
    found.ok_or_else(|| {
        CommandError::Usage(format!(
            "{} is a free-threaded build's, whose bytes are others: its interpreter compiles\nhint: name it with \
             `--interpreter PATH`, or put {name} on PATH",
            site.folder.shown()
        ))
    })
}

/// Prints a note if the native compiler does not know the release that the environment was created
/// with: its pycs then have the bytes of another release.
fn note_other_release(site: &SitePackages, prefix: &Path, printer: &Printer) {
    let Some(version) = recorded_version(prefix) else { return };
    let is_of_series = version.starts_with(&format!("{}.", site.python));
    let Some(target) = Target::find(site.python).filter(|_| is_of_series) else { return };
    if let Some(why) = Target::why_not(site.python, &version) {
        printer.summary(&format!(
            "note: the environment was created with Python {}, and {why}: compiling for {}\nhint: `--interpreter PATH` \
             compiles with that interpreter",
            visible(&version),
            target.release()
        ));
    }
}

fn start(
    site: &SitePackages,
    prefix: &Path,
    arguments: &EnvArgs,
    printer: &Printer,
) -> Result<(Engines, Vec<PathBuf>), CommandError> {
    let mut release = arguments.python.unwrap_or_else(|| Release::from(site.python));
    let mut choice = arguments.engine;
    let mut own = None;
    if site.free_threaded {
        own = Some(free_threaded(site, prefix, arguments)?);
        choice = EngineChoice::Python;
    } else if arguments.interpreter.is_empty() {
        let is_native = choice == EngineChoice::Auto && Target::find(release).is_some();
        if is_native || choice == EngineChoice::Native {
            let created_with = created_with(prefix).filter(|found| found.version == site.python);
            if release.patch.is_none() {
                if !arguments.check {
                    note_other_release(site, prefix, printer);
                }
                release = created_with.filter(|found| Target::find(*found).is_some()).unwrap_or(release);
            }
        } else if arguments.root.is_none() {
            // The interpreter of an image may not run on this machine.
            own = own_interpreter(prefix, site.python, false);
        }
    }
    let why = match choice {
        _ if site.free_threaded => Some(format!("the native compiler does not know Python {}t", site.python)),
        EngineChoice::Python => Some(String::from("as --engine python asks")),
        EngineChoice::Auto if Target::find(release).is_none() => {
            Some(format!("the native compiler does not know Python {release}"))
        }
        EngineChoice::Auto | EngineChoice::Native => None,
    };
    if let Some(why) = why.filter(|_| arguments.interpreter.is_empty()) {
        let program = match &own {
            Some(own) if own.starts_with(prefix) => described(own, prefix),
            Some(own) => own.shown(),
            None => format!("the python{} on PATH", site.python),
        };
        printer.summary(&format!(
            "running {program}: {why}\nhint: `--interpreter PATH` names another one, `--engine native` runs none"
        ));
    }
    let places = environment::places();
    let named = match own {
        Some(own) if arguments.interpreter.is_empty() || site.free_threaded => {
            vec![to_start(own, &[prefix.into()], site.python, &places)]
        }
        _ => arguments.interpreter.clone(),
    };
    let mut options = EngineOptions::automatic(&named, &places, arguments.limits.get(), arguments.refs);
    options.choice = choice;
    let engines = select::start_one(release, &options)?;
    Ok((engines, named))
}
