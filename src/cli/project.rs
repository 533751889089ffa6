//! Options that `build`, `pack`, `manifest` and `clean` share.

use super::error::CommandError;
use super::number::at_least;
use super::options::{COMPILER, ENGINE, ENGINE_LONG, LevelArgs, NAMES, check_engine, names};
use super::printer::Printer;
use super::warnings::WarningArgs;
use super::with_names::WithNames;
use super::{environment, interrupt};
use crate::build::{BuildProject, ProjectError};
use crate::config::{self, Given, OnError};
use crate::engine::{EngineChoice, Engines, Limits, Refs};
use crate::project::Layout;
use crate::pyc::InvalidationMode;
use crate::target::Release;
use crate::text::Shown as _;
use std::path::PathBuf;
use std::time::Duration;

/// Options that choose the config.
#[derive(Debug, clap::Args)]
pub(super) struct ConfigArgs {
    /// Config: a pycompile.toml, or a pyproject.toml with [tool.pycompile].
    ///
    /// Without it, the config of the working directory or of the nearest directory above is used.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Follow symlinks that lead out of the root, like `[source] follow-links`.
    #[arg(long)]
    pub(super) follow_links: bool,
}

/// Options that select the pycs of a config: their versions, levels, names and paths.
#[derive(Debug, clap::Args)]
pub(super) struct SelectArgs {
    /// Python version such as 3.14, or release such as 3.13.0 (repeatable).
    #[arg(long, value_name = "X.Y")]
    pub(super) python: Vec<Release>,
    #[command(flatten)]
    pub(super) levels: LevelArgs,
    /// Options that do not apply to an existing wheel.
    #[command(flatten)]
    pub(super) naming: WithNames<NamingArgs>,
}

/// Options for recorded names and the locations of pycs.
#[derive(Debug, clap::Args)]
pub(super) struct NamingArgs {
    /// Location of the pyc: `__pycache__/mod.cpython-XY.pyc`, or `mod.pyc` next to the source.
    #[arg(long, value_parser = names::<Layout>(), help_heading = NAMES)]
    layout: Option<Layout>,
    /// Strip this directory from the start of recorded file names; fails if a path does not start
    /// with it.
    #[arg(long, value_name = "DIR", help_heading = NAMES)]
    strip_dir: Option<String>,
    /// Prepend this directory to recorded file names.
    #[arg(long, value_name = "DIR", help_heading = NAMES)]
    prepend_dir: Option<String>,
    /// File name to record in the code; only for a single source.
    #[arg(long, value_name = "NAME", help_heading = NAMES)]
    dfile: Option<String>,
}

/// Option for the invalidation mode of a config.
#[derive(Debug, clap::Args)]
pub(super) struct ModeArgs {
    /// Invalidation mode of the pycs.
    ///
    /// Timestamp pycs are not allowed in wheels and zips, since unpacking makes them stale.
    #[arg(long, value_parser = names::<InvalidationMode>(), value_name = "MODE")]
    pub(super) invalidation_mode: Option<InvalidationMode>,
}

/// Options that choose the engines of a config.
#[derive(Debug, clap::Args)]
pub(super) struct EngineArgs {
    #[arg(long, help = ENGINE, long_help = ENGINE_LONG, value_parser = names::<EngineChoice>(), help_heading = COMPILER)]
    pub(super) engine: Option<EngineChoice>,
    /// Interpreter that compiles for its version (repeatable).
    #[arg(long, value_name = "PATH", help_heading = COMPILER)]
    pub(super) interpreter: Vec<PathBuf>,
}

/// Option for files of a config that need not compile.
#[derive(Debug, clap::Args)]
pub(super) struct AllowArgs {
    /// Listed file that may fail to compile, by its path below the root (repeatable).
    #[arg(long, value_name = "NAME")]
    pub(super) allow_failures: Vec<String>,
}

/// Options for files that do not compile.
#[derive(Debug, clap::Args)]
pub(super) struct FailureArgs {
    /// Files to write when one does not compile: `fail` writes none, `skip` all others.
    #[arg(long, value_parser = names::<OnError>(), value_name = "WHAT")]
    on_error: Option<OnError>,
    #[command(flatten)]
    allowed: AllowArgs,
}

/// Options that override the config of a command that compiles.
#[derive(Debug, clap::Args)]
pub(super) struct OverrideArgs {
    #[command(flatten)]
    pub(super) select: SelectArgs,
    #[command(flatten)]
    pub(super) mode: ModeArgs,
    #[command(flatten)]
    pub(super) engines: EngineArgs,
    /// Reference flags of the code: those that CPython writes, or only those of objects that are
    /// referenced.
    #[arg(long, value_parser = names::<Refs>(), help_heading = COMPILER)]
    pub(super) refs: Option<Refs>,
    /// Timeout for one file, and for the start of an interpreter (at most 20), in seconds.
    #[arg(long, value_name = "SECONDS", value_parser = at_least(1_u64), help_heading = COMPILER)]
    pub(super) timeout: Option<u64>,
    /// Memory limit for one file, in megabytes; at least 64.
    #[arg(long, value_name = "MB", value_parser = at_least(64_u64), help_heading = COMPILER)]
    pub(super) memory_limit: Option<u64>,
    /// Options that do not apply to an existing wheel.
    #[command(flatten)]
    pub(super) failures: WithNames<FailureArgs>,
}

impl SelectArgs {
    /// Returns the options as settings.
    pub(super) fn given(&self) -> Given {
        Given {
            python: self.python.clone(),
            optimize: self.levels.levels.clone(),
            layout: self.naming.layout,
            strip_dir: self.naming.strip_dir.clone(),
            prepend_dir: self.naming.prepend_dir.clone(),
            dfile: self.naming.dfile.clone(),
            pretend_versions: environment::pretend_versions(),
            ..Given::default()
        }
    }
}

impl OverrideArgs {
    /// Returns the options as settings.
    pub(super) fn given(&self) -> Given {
        Given {
            invalidation_mode: self.mode.invalidation_mode,
            engine: self.engines.engine,
            interpreters: self.engines.interpreter.clone(),
            refs: self.refs,
            timeout: self.timeout,
            memory_limit: self.memory_limit,
            on_error: self.failures.on_error,
            allow_failures: self.failures.allowed.allow_failures.clone(),
            ..self.select.given()
        }
    }

    /// Returns the first option on the command line that does not apply to an existing wheel.
    pub(super) fn not_of_wheels(&self) -> Option<&String> {
        self.select.naming.names.iter().chain(&self.failures.names).next()
    }

    /// Returns the limits of one file, for commands without a config.
    pub(super) fn limits(&self) -> Limits {
        let limits = interrupt::limits();
        Limits {
            timeout: self.timeout.map_or(limits.timeout, Duration::from_secs),
            memory: self.memory_limit.map(|megabytes| megabytes.saturating_mul(1 << 20)).or(limits.memory),
            ..limits
        }
    }
}

impl ConfigArgs {
    /// Returns the path of the config.
    pub(super) fn path(&self) -> Result<PathBuf, CommandError> {
        match &self.config {
            Some(path) => Ok(path.clone()),
            None => {
                let folder = environment::working_directory()?;
                Ok(interrupt::waiting(|| config::locate(&folder)).map_err(ProjectError::from)?)
            }
        }
    }

    /// Reads the config with the settings of the command line. If neither sets an invalidation
    /// mode, py_compile's default applies.
    pub(super) fn load_given(&self, given: Given, printer: &Printer) -> Result<BuildProject, CommandError> {
        self.load_with(environment::default_mode(), given, printer)
    }

    /// Reads the config with `mode` as the default invalidation mode.
    pub(super) fn load_with(
        &self,
        mode: InvalidationMode,
        given: Given,
        printer: &Printer,
    ) -> Result<BuildProject, CommandError> {
        let path = self.path()?;
        let named = given.interpreters.clone();
        printer.detail(&format!("config: {}", path.shown()));
        let loaded = interrupt::waiting(|| config::load(&path)).and_then(|loaded| loaded.with(given));
        let mut loaded = loaded.map_err(ProjectError::from)?;
        check_engine(loaded.config.compile.engine, &named)?;
        loaded.config.source.follow_links |= self.follow_links;
        Ok(BuildProject::new(loaded, mode).map_err(ProjectError::from)?)
    }
}

/// Starts the engines of the project's versions.
pub(super) fn start_engines(
    project: &BuildProject,
    warnings: &WarningArgs,
    printer: &Printer,
) -> Result<Engines, CommandError> {
    let mut engines = project.engines(&environment::places(), interrupt::flag())?;
    print_engines(&engines, printer);
    warnings.apply(&mut engines, printer);
    Ok(engines)
}

/// Returns the files that are allowed to fail.
pub(super) fn allowed(project: &BuildProject) -> Vec<PathBuf> {
    let sources = project.selection.sources.iter();
    sources.filter(|file| file.may_fail).map(|file| file.path.clone()).collect()
}

/// Prints a note if Python files next to the listed ones are not listed.
pub(super) fn note_unlisted(project: &BuildProject, printer: &Printer) {
    let names = project.loaded.unlisted(&project.selection);
    let Some(first) = names.first() else { return };
    let mut shown = format!("{first:?}");
    for name in names.iter().take(SHOWN).skip(1) {
        shown.push_str(&format!(", {name:?}"));
    }
    if names.len() > SHOWN {
        shown.push_str(", …");
    }
    let (files, are) = if names.len() == 1 { ("file", "is") } else { ("files", "are") };
    printer.summary(&format!(
        "note: {} Python {files} next to the listed ones {are} not listed: {shown}\nhint: `pycompile init --update` \
         lists them, `[source] exclude` leaves them out",
        names.len()
    ));
}

/// Number of unlisted names that a note shows.
const SHOWN: usize = 3;

/// Prints the engine of each version with --verbose, and notes about default versions always.
pub(super) fn print_engines(engines: &Engines, printer: &Printer) {
    for target in engines {
        if let Some(note) = &target.note {
            printer.summary(&format!("note: {note}\nhint: `--python X.Y` names another version"));
        }
        printer.detail(&target.about);
    }
}
