//! `pycompile env`.

use super::args::{MessageFormat, Mode, RefsArg};
use super::compile::EngineArg;
use super::destination::Destination;
use super::messages;
use super::printer::Printer;
use super::{CommandError, Status, annotation, environment, interrupt};
use crate::build::env::{Report, Settings, SitePackages, created_with, run as compile, site_packages};
use crate::build::{EngineChoice, EngineOptions, Engines, engines};
use crate::manifest::Manifest;
use crate::pyc::InvalidationMode;
use crate::target::{Release, Target};
use crate::text::{Shown as _, python, visible};
use std::path::{Component, Path, PathBuf};

/// Compiles what is installed below PREFIX, by the RECORDs of its site-packages, and adds the pycs to them: pip and uv
/// remove them with the rest. Code records names relative to site-packages, so that two environments with the same
/// packages have the same pycs, wherever they are. Editable packages, and those of the system's package manager, are
/// left alone.
///
/// Example: pycompile env .venv --optimize 0 --optimize 1 --manifest venv.pyc.json
#[derive(Debug, clap::Args)]
pub(super) struct EnvArgs {
    /// The environment's prefix; without it, the one that is activated (VIRTUAL_ENV).
    #[arg(value_name = "PREFIX")]
    prefix: Option<PathBuf>,
    /// PREFIX is inside of this image.
    #[arg(long, value_name = "DIR", requires = "prefix")]
    root: Option<PathBuf>,
    /// Follow symlinks on the way to site-packages, and sources that are symlinks out of PREFIX; those of an image never
    /// lead out of it.
    #[arg(long)]
    follow_links: bool,
    /// What compiles: `native` this program itself, `python` a real interpreter; `auto` takes the native compiler for the
    /// versions that it knows, and says where it has to run the environment's own interpreter.
    #[arg(long, value_enum, default_value_t = EngineArg::Auto)]
    engine: EngineArg,
    /// Optimisation level 0, 1 or 2 (repeatable).
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(0..=2))]
    optimize: Vec<u8>,
    /// How importers check the pycs.
    #[arg(long, value_enum, value_name = "MODE", default_value = "unchecked-hash")]
    invalidation_mode: Mode,
    /// Write nothing: report pycs that are missing, stale, wrong, orphaned or not recorded.
    #[arg(long)]
    check: bool,
    /// Write the manifest here; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    manifest: Option<Destination>,
    /// The normal form of references: CPython's own bytes, or only those that are used.
    #[arg(long, value_enum, default_value_t = RefsArg::Cpython)]
    refs: RefsArg,
    /// The interpreter; without it, for versions that the native compiler does not know, the environment's own, then
    /// pythonX.Y on PATH.
    #[arg(long, value_name = "PATH")]
    interpreter: Option<PathBuf>,
    /// Files compiled at the same time; without it, one for each processor.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// How results are told.
    #[arg(long, value_enum, default_value_t = MessageFormat::Human, value_name = "FORMAT")]
    message_format: MessageFormat,
}

pub(super) fn run(arguments: &EnvArgs, printer: &Printer) -> Result<Status, CommandError> {
    if let Some(destination) = &arguments.manifest {
        destination.keeps_apart(arguments.message_format)?;
    }
    let prefix = prefix(arguments)?;
    let sites = site_packages(&prefix, arguments.root.as_deref(), arguments.follow_links)?;
    let mut levels = arguments.optimize.clone();
    if levels.is_empty() {
        levels.push(0);
    }
    levels.sort_unstable();
    levels.dedup();
    let mode = InvalidationMode::from(arguments.invalidation_mode);
    let settings = Settings { levels, mode, check: arguments.check };
    let mut all = Report::default();
    for site in &sites {
        for left in &site.left_alone {
            printer.detail(&format!("left alone: {}: {}", visible(&left.name), left.reason));
        }
        let engines = start(site, &prefix, arguments, printer)?;
        let Some(target) = engines.first() else { continue };
        printer.detail(&target.about);
        let files =
            site.distributions.iter().map(|distribution| distribution.sources().count()).sum::<usize>();
        let progress = printer.progress(files as u64);
        let report = compile(site, target, &settings, usize::from(arguments.jobs.unwrap_or(0)), &progress);
        progress.finish();
        let report = report?;
        all.outcomes.extend(report.outcomes);
        all.findings.extend(report.findings);
        all.missing += report.missing;
        // Of several versions, each has its own directory in the manifest.
        all.entries.extend(report.entries.into_iter().map(|mut entry| {
            if sites.len() > 1 {
                entry.path = format!("python{}/{}", site.python, entry.path);
            }
            entry
        }));
    }
    let mut status = if arguments.check && all.outcomes.is_empty() {
        Status::Done
    } else {
        messages::tell(&all.outcomes, all.missing, &[], arguments.message_format, printer)?
    };
    if arguments.check {
        for (path, finding) in &all.findings {
            match arguments.message_format {
                MessageFormat::Human => {
                    printer.file_error(&format!("{}: {}", finding.name(), path.shown()));
                }
                MessageFormat::Github => {
                    printer.annotation(&annotation::error(
                        path,
                        (None, None),
                        finding.name(),
                        finding.name(),
                    ))?;
                }
                MessageFormat::Json => {
                    let message = serde_json::json!({"path": python::os_text(path.as_os_str()), "finding": finding.name()});
                    printer.json(&message)?;
                }
            }
        }
        printer.summary(&format!("{} pycs checked, {} findings", all.entries.len(), all.findings.len()));
        if !all.findings.is_empty() {
            status = Status::No;
        }
    }
    if let Some(destination) = &arguments.manifest {
        destination.write_manifest(&Manifest::new(all.entries, Vec::new()), printer)?;
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

fn start(
    site: &SitePackages,
    prefix: &Path,
    arguments: &EnvArgs,
    printer: &Printer,
) -> Result<Engines, CommandError> {
    let mut release = Release::from(site.python);
    let choice = EngineChoice::from(arguments.engine);
    let mut own = None;
    if arguments.interpreter.is_none() {
        let is_native = choice == EngineChoice::Auto && Target::find(release).is_some();
        if is_native || choice == EngineChoice::Native {
            let created_with = created_with(prefix).filter(|found| found.version == site.python);
            release = created_with.filter(|found| Target::find(*found).is_some()).unwrap_or(release);
        } else if arguments.root.is_none() {
            // An image's own interpreter may not run here.
            own = Some(prefix.join("bin").join(format!("python{}", site.python))).filter(|own| own.is_file());
        }
    }
    let why = match choice {
        EngineChoice::Python => Some(String::from("as --engine python asks")),
        EngineChoice::Auto if Target::find(site.python).is_none() => {
            Some(format!("the native compiler does not know Python {}", site.python))
        }
        EngineChoice::Auto | EngineChoice::Native => None,
    };
    if let Some(why) = why.filter(|_| arguments.interpreter.is_none()) {
        let program = match &own {
            Some(own) => format!("{}, a program of the environment", own.shown()),
            None => format!("the python{} on PATH", site.python),
        };
        printer.summary(&format!(
            "running {program}: {why}\nhint: `--interpreter PATH` names another one, `--engine native` runs none"
        ));
    }
    let search_path = environment::search_path();
    let mut options = EngineOptions::automatic(
        arguments.interpreter.as_deref().or(own.as_deref()),
        search_path.as_deref(),
        interrupt::limits(),
        arguments.refs.into(),
    );
    options.choice = choice;
    Ok(engines::start(&[release], &options)?)
}
