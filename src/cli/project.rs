//! The options that `build`, `pack`, `manifest` and `clean` share.

use super::args::{Mode, RefsArg};
use super::compile::{EngineArg, LayoutArg};
use super::printer::Printer;
use super::{CommandError, environment, interrupt};
use crate::build::{Engines, Project, ProjectError};
use crate::config::{self, Given};
use crate::engine::Limits;
use crate::pyc::InvalidationMode;
use crate::target::Release;
use crate::text::Shown as _;
use std::path::PathBuf;
use std::time::Duration;

/// Options that choose the config.
#[derive(Debug, clap::Args)]
pub(super) struct ConfigArgs {
    /// The config: a pycompile.toml, or a pyproject.toml with [tool.pycompile]; without it, that of
    /// the working directory or of the nearest directory above.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Also read files by symlinks that lead out of the root, as `[source] follow-links` does.
    #[arg(long)]
    pub(super) follow_links: bool,
}

/// Settings that win over those of the config.
#[derive(Debug, clap::Args)]
pub(super) struct OverrideArgs {
    /// Compile for this version, or one release of it, as 3.13.0 (repeatable).
    #[arg(long, value_name = "X.Y")]
    pub(super) python: Vec<Release>,
    /// Optimization level 0, 1 or 2 (repeatable).
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(0..=2))]
    pub(super) optimize: Vec<u8>,
    /// Invalidation mode of the pycs. Wheels and zips have no timestamp pycs: these are stale as
    /// soon as they are unpacked.
    #[arg(long, value_enum, value_name = "MODE")]
    pub(super) invalidation_mode: Option<Mode>,
    /// Compiler: this program itself, real interpreters, or whichever there is for a version.
    #[arg(long, value_enum)]
    pub(super) engine: Option<EngineArg>,
    /// An interpreter that compiles for its version (repeatable).
    #[arg(long, value_name = "PATH")]
    pub(super) interpreter: Vec<PathBuf>,
    /// The normal form of references: CPython's own bytes, or only those that are used.
    #[arg(long, value_enum)]
    pub(super) refs: Option<RefsArg>,
    /// Seconds that one file may take.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) timeout: Option<u64>,
    /// Megabytes of memory that one file may take; 64 or more.
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u64).range(64..))]
    pub(super) memory_limit: Option<u64>,
    #[command(flatten)]
    names: NamingArgs,
}

/// Settings of `[compile]` that have no meaning for a wheel that exists.
#[derive(Debug, clap::Args)]
struct NamingArgs {
    /// `__pycache__/mod.cpython-XY.pyc`, or `mod.pyc` beside the source.
    #[arg(long, value_enum)]
    layout: Option<LayoutArg>,
    /// Take these leading directories off recorded names; an error where they do not lead.
    #[arg(long, value_name = "DIR")]
    strip_dir: Option<String>,
    /// Put this directory before recorded names.
    #[arg(long, value_name = "DIR")]
    prepend_dir: Option<String>,
    /// Record this name in the code of the only file.
    #[arg(long, value_name = "NAME")]
    dfile: Option<String>,
    /// If a file does not compile: publish nothing, or the rest without it.
    #[arg(long, value_enum, value_name = "WHAT")]
    on_error: Option<OnErrorArg>,
    /// A listed file that may fail to compile, by its name below the root (repeatable).
    #[arg(long, value_name = "NAME")]
    allow_failures: Vec<String>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum OnErrorArg {
    Fail,
    Skip,
}

impl OverrideArgs {
    /// Returns the options as settings.
    pub(super) fn given(&self) -> Given {
        Given {
            python: self.python.clone(),
            optimize: self.optimize.clone(),
            invalidation_mode: self.invalidation_mode.map(|mode| match mode {
                Mode::Timestamp => config::Mode::Timestamp,
                Mode::CheckedHash => config::Mode::CheckedHash,
                Mode::UncheckedHash => config::Mode::UncheckedHash,
            }),
            engine: self.engine.map(|engine| match engine {
                EngineArg::Auto => config::Engine::Auto,
                EngineArg::Native => config::Engine::Native,
                EngineArg::Python => config::Engine::Python,
            }),
            interpreters: self.interpreter.clone(),
            refs: self.refs.map(|refs| match refs {
                RefsArg::Cpython => config::Refs::Cpython,
                RefsArg::Minimal => config::Refs::Minimal,
            }),
            timeout: self.timeout,
            memory_limit: self.memory_limit,
            layout: self.names.layout.map(|layout| match layout {
                LayoutArg::Pycache => config::LayoutName::Pycache,
                LayoutArg::Legacy => config::LayoutName::Legacy,
            }),
            strip_dir: self.names.strip_dir.clone(),
            prepend_dir: self.names.prepend_dir.clone(),
            dfile: self.names.dfile.clone(),
            on_error: self.names.on_error.map(|what| match what {
                OnErrorArg::Fail => config::OnError::Fail,
                OnErrorArg::Skip => config::OnError::Skip,
            }),
            allow_failures: self.names.allow_failures.clone(),
            ..Given::default()
        }
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

    /// Returns the first option that is set of those that a wheel that exists has no use for.
    pub(super) fn first_of_config(&self) -> Option<&'static str> {
        let names = &self.names;
        let set = [
            (names.layout.is_some(), "--layout"),
            (names.strip_dir.is_some(), "--strip-dir"),
            (names.prepend_dir.is_some(), "--prepend-dir"),
            (names.dfile.is_some(), "--dfile"),
            (names.on_error.is_some(), "--on-error"),
            (!names.allow_failures.is_empty(), "--allow-failures"),
        ];
        set.into_iter().find_map(|(is_set, name)| is_set.then_some(name))
    }

    /// Returns the first option that is set, for commands in which it has no meaning.
    pub(super) fn first(&self) -> Option<&'static str> {
        let set = [
            (!self.python.is_empty(), "--python"),
            (!self.optimize.is_empty(), "--optimize"),
            (self.invalidation_mode.is_some(), "--invalidation-mode"),
            (self.engine.is_some(), "--engine"),
            (!self.interpreter.is_empty(), "--interpreter"),
            (self.refs.is_some(), "--refs"),
            (self.timeout.is_some(), "--timeout"),
            (self.memory_limit.is_some(), "--memory-limit"),
        ];
        set.into_iter().find_map(|(is_set, name)| is_set.then_some(name))
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

    /// Reads the config with settings of the command line; a mode that both leave open is
    /// py_compile's.
    pub(super) fn load_given(&self, given: Given, printer: &Printer) -> Result<Project, CommandError> {
        let mode = match environment::source_date_epoch() {
            Some(_) => InvalidationMode::CheckedHash,
            None => InvalidationMode::Timestamp,
        };
        self.load_with(mode, given, printer)
    }

    /// The same; a mode that both leave open is `mode`.
    pub(super) fn load_with(
        &self,
        mode: InvalidationMode,
        given: Given,
        printer: &Printer,
    ) -> Result<Project, CommandError> {
        let path = self.path()?;
        printer.detail(&format!("config: {}", path.shown()));
        let loaded = interrupt::waiting(|| config::load(&path)).and_then(|loaded| loaded.with(given));
        let mut loaded = loaded.map_err(ProjectError::from)?;
        loaded.config.source.follow_links |= self.follow_links;
        Ok(Project::new(loaded, mode).map_err(ProjectError::from)?)
    }
}

/// The engines of the project's versions.
pub(super) fn start_engines(project: &Project, printer: &Printer) -> Result<Engines, CommandError> {
    let engines = project.engines(&environment::places(), interrupt::flag())?;
    tell_engines(&engines, printer);
    Ok(engines)
}

/// Prints a note if Python files next to the listed ones are not listed.
pub(super) fn note_unlisted(project: &Project, printer: &Printer) {
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
         lists them, `[source] exclude` says that they stay out",
        names.len()
    ));
}

/// Unlisted names that a note has.
const SHOWN: usize = 3;

/// Says what compiles for which version: with --verbose, unless nobody has chosen the version.
pub(super) fn tell_engines(engines: &Engines, printer: &Printer) {
    for target in engines {
        if let Some(note) = &target.note {
            printer.summary(&format!("note: {note}"));
        }
        printer.detail(&target.about);
    }
}
