//! `pycompile env`.

use super::destination::Destination;
use super::error::{CommandError, Status};
use super::format::tell_artifacts;
use super::globs::{globs, note_unused};
use super::limits::LimitArgs;
use super::messages;
use super::options::{FormatArgs, names};
use super::printer::Printer;
use super::project::tell_engines;
use super::warnings::WarningArgs;
use super::{environment, findings};
use crate::audit::{self, Settled};
use crate::build::Outcome;
use crate::build::env::{
    Distribution, EnvError, EnvFinding, Report, Settings, SitePackages, created_with, own_interpreter,
    run as compile, site_packages,
};
use crate::engine::python::on_path;
use crate::engine::{EngineChoice, EngineOptions, Engines, Refs, Run, select};
use crate::input::Place;
use crate::manifest::Manifest;
use crate::project::names_in;
use crate::pyc::{InvalidationMode, parse_name};
use crate::report::finding::{FindingText, alarms_first};
use crate::target::{PyVersion, Release, Target};
use crate::text::{Shown as _, counted, python, visible};
use globset::GlobSet;
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
    #[arg(long, value_enum, value_parser = names::<EngineChoice>(), default_value_t = EngineChoice::Auto)]
    engine: EngineChoice,
    /// Select the site-packages of this version, or of a release such as 3.14.8.
    ///
    /// Required for a directory of `pip install --target`, which does not record its version.
    #[arg(long, value_name = "X.Y")]
    python: Option<Release>,
    /// Exclude sources that match this pattern, relative to site-packages (repeatable).
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Sources that may fail to compile: errors are reported, and the exit status stays 0.
    ///
    /// Patterns are relative to site-packages (repeatable).
    #[arg(long, value_name = "GLOB")]
    allow_failures: Vec<String>,
    /// Optimization level 0, 1 or 2 (repeatable).
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(0..=2))]
    optimize: Vec<u8>,
    /// Invalidation mode of the pycs.
    #[arg(long, value_parser = names::<InvalidationMode>(), value_name = "MODE", default_value = "unchecked-hash")]
    invalidation_mode: InvalidationMode,
    /// Write nothing: report pycs and sources that are wrong, missing or not recorded.
    ///
    /// Reports pycs that are missing, stale, wrong, orphaned, of another mode or not recorded,
    /// sources that no RECORD lists, sources that are missing, and the findings of `verify` for
    /// site-packages.
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
    #[arg(long, value_enum, value_parser = names::<Refs>(), default_value_t = Refs::Cpython)]
    refs: Refs,
    /// Interpreter for the site-packages of its version (repeatable).
    ///
    /// Without it, versions that the native compiler does not support are compiled by the
    /// environment's own interpreter, or else pythonX.Y on PATH.
    #[arg(long, value_name = "PATH")]
    interpreter: Vec<PathBuf>,
    /// Number of files to compile in parallel [default: number of processors].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
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
    let exclude = globs(&arguments.exclude)?;
    let settings = Settings { levels, mode, check: arguments.check, exclude: exclude.clone() };
    let sources = sites.iter().flat_map(|site| &site.distributions).flat_map(Distribution::sources);
    let mut used: BTreeSet<usize> = sources.flat_map(|name| exclude.matches(name)).collect();
    if arguments.check {
        let names = sites.iter().flat_map(|site| names_in(&site.folder)).flatten();
        used.extend(names.flat_map(|name| exclude.matches(name)));
    }
    note_unused(&arguments.exclude, &used, printer);
    let may_fail = globs(&arguments.allow_failures)?;
    let mut allowed = Vec::new();
    let mut audited = Vec::new();
    let mut all = Report::default();
    let mut releases = Vec::new();
    for site in &sites {
        for left in &site.left_alone {
            printer.detail(&format!("left alone: {}: {}", visible(&left.name), left.reason));
        }
        if arguments.check && site.free_threaded && free_threaded(site, &prefix, arguments).is_err() {
            // The other build's bytes differ, so only what does not depend on them is checked.
            audited.extend(audit(site, &exclude, &mut Report::default(), &[], arguments, printer)?);
            continue;
        }
        let (mut engines, interpreters) = start(site, &prefix, arguments, printer)?;
        arguments.warnings.apply(&mut engines, printer);
        let Some(target) = engines.first() else { continue };
        tell_engines(&engines, printer);
        let files =
            site.distributions.iter().map(|distribution| distribution.sources().count()).sum::<usize>();
        let progress = printer.progress(files as u64);
        let run = Run { engines: std::slice::from_ref(target), workers: progress.workers(arguments.jobs) };
        let report = compile(site, run, &settings);
        progress.finish();
        let mut report = report?;
        releases.push((target.series.version, target.release.clone()));
        if arguments.check {
            audited.extend(audit(site, &exclude, &mut report, &interpreters, arguments, printer)?);
        }
        let below = |path: &Path| path.strip_prefix(&site.folder).is_ok_and(|name| may_fail.is_match(name));
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
    printer.count("environments", sites.len());
    let mut status = if arguments.check && all.outcomes.is_empty() {
        Status::Done
    } else {
        messages::tell(&all.outcomes, all.missing, &allowed, arguments.format.get(), printer)?
    };
    tell_artifacts(&all.records, false, arguments.format.get(), printer)?;
    let own = all.findings.iter().map(|(path, finding)| FindingText::of_env(*finding, path));
    let path = |path: &Path| python::os_text(path.as_os_str());
    let found = audited.iter().map(|(file, finding)| FindingText::of_verify(finding, path(file)));
    let mut shown: Vec<FindingText> = own.chain(found).collect();
    alarms_first(&mut shown);
    findings::tell_env(&shown, arguments.format.get(), arguments.limit, printer)?;
    if arguments.check {
        if audited.iter().any(|(_, finding)| findings::is_of_path_file(finding)) {
            printer.summary(
                "hint: editable installs, pipx and uv write such `.pth` files: `--exclude GLOB` leaves a file out",
            );
        }
        let findings = all.findings.len() + audited.len();
        printer.count("checked", all.entries.len());
        printer.count("findings", findings);
        printer.summary(&format!(
            "{} checked, {}",
            counted(all.entries.len(), "pyc", "pycs"),
            counted(findings, "finding", "findings")
        ));
        if findings > 0 {
            status = Status::No;
        }
    }
    if let Some(destination) = &arguments.manifest {
        let releases = releases.iter().map(|(version, release)| (*version, release.as_str()));
        let manifest = Manifest::new(all.entries, Vec::new()).with_releases(releases);
        destination.write_manifest(&manifest, arguments.format.get(), printer)?;
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

/// Returns findings of `verify` in a site-packages directory. They replace those of the check that
/// say less about the same pyc.
fn audit(
    site: &SitePackages,
    exclude: &GlobSet,
    report: &mut Report,
    interpreters: &[PathBuf],
    arguments: &EnvArgs,
    printer: &Printer,
) -> Result<Vec<(PathBuf, audit::Finding)>, CommandError> {
    let place = Place::open(&site.folder)?;
    let places = environment::places();
    let mut options = EngineOptions::automatic(&[], &places, arguments.limits.get(), Refs::Cpython);
    match interpreters {
        [interpreter] => options.interpreters.push((site.python, interpreter.clone())),
        several => options.named = several,
    }
    let outcomes =
        report.outcomes.iter().flat_map(|outcome| [Some(outcome.file()), outcome.output()]).flatten();
    let findings = report.findings.iter().filter(|(_, finding)| !finding.is_judged_by_code());
    let reported: BTreeSet<&Path> = findings.map(|(path, _)| path.as_path()).chain(outcomes).collect();
    let told = reported.iter().filter_map(|path| path.strip_prefix(&site.folder).ok()?.to_str());
    let settled = Settled::new(&report.entries, told.map(str::to_owned).collect());
    let request = audit::Request {
        sources: None,
        manifest: None,
        only: None,
        shard: None,
        settled: Some(&settled),
        // Installers compile many files in one process, which changes references.
        any_references: true,
        engines: options,
    };
    let progress = printer.progress(place.pycs().len() as u64);
    let verified = audit::verify(std::slice::from_ref(&place), &request, progress.workers(arguments.jobs));
    progress.finish();
    let path_of = |finding: &audit::Finding| match &place {
        Place::Tree(_, listing) if listing.real.contains_key(&finding.path) => {
            listing.real[&finding.path].clone()
        }
        _ => site.folder.join(&finding.path),
    };
    let is_new = |finding: &audit::Finding| {
        let path = path_of(finding);
        let source = parse_name(&finding.path).map_or_else(|| finding.path.clone(), |named| named.source);
        // With --follow-links, the user knows about symlinks.
        let is_followed =
            arguments.follow_links && path.is_symlink() && finding.kind() != audit::FindingKind::Record;
        !exclude.is_match(&source) && !is_followed && !reported.contains(&*path)
    };
    let mut verified = verified?;
    for note in &verified.notes {
        printer.summary(&format!("note: {}", visible(note)));
    }
    verified.findings.retain(is_new);
    let accused: BTreeSet<PathBuf> = verified.findings.iter().map(path_of).collect();
    let accepted: BTreeSet<PathBuf> = verified.accepted.iter().map(|name| site.folder.join(name)).collect();
    report.findings.retain_mut(|(path, finding)| {
        if *finding == EnvFinding::Wrong && accepted.contains(path) {
            *finding = EnvFinding::OtherBytes;
        }
        *finding == EnvFinding::OtherMode || !finding.is_judged_by_code() || !accused.contains(path)
    });
    let findings = audit::gathered(verified.findings).into_iter();
    Ok(findings.map(|finding| (path_of(&finding), finding)).collect())
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
            Some(own) if own.starts_with(prefix) => format!("{}, a program of the environment", own.shown()),
            Some(own) => own.shown(),
            None => format!("the python{} on PATH", site.python),
        };
        printer.summary(&format!(
            "running {program}: {why}\nhint: `--interpreter PATH` names another one, `--engine native` runs none"
        ));
    }
    let places = environment::places();
    let named = match own {
        Some(own) if arguments.interpreter.is_empty() || site.free_threaded => vec![own],
        _ => arguments.interpreter.clone(),
    };
    let mut options = EngineOptions::automatic(&named, &places, arguments.limits.get(), arguments.refs);
    options.choice = choice;
    let engines = select::start_one(release, &options)?;
    Ok((engines, named))
}
