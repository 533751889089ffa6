//! Choice of the interpreter or native compiler for an environment.

use super::environment;
use super::error::CommandError;
use super::limits::LimitArgs;
use super::own_interpreter::{PYTHON_REQUESTED, described, not_native, print_running};
use super::printer::Printer;
use crate::build::env::own::to_start;
use crate::build::env::{SitePackages, created_with, own_interpreter, recorded_version};
use crate::engine::python::on_path;
use crate::engine::{EngineChoice, EngineOptions, Engines, Refs, Requested, select};
use crate::target::{PyVersion, Release, Target};
use crate::text::{Shown as _, visible};
use std::path::{Path, PathBuf};

/// Options of `env` that select its engines.
#[derive(Clone, Copy)]
pub(super) struct EnvEngines<'a> {
    /// Prefix of the environment.
    pub(super) prefix: &'a Path,
    /// True if the prefix is in an image, whose interpreter may not run on this machine.
    pub(super) is_in_image: bool,
    /// True if nothing is written.
    pub(super) is_check: bool,
    /// Version or release that is named.
    pub(super) release: Option<Release>,
    /// Compiler that is named.
    pub(super) choice: EngineChoice,
    /// Interpreters that are named.
    pub(super) interpreters: &'a [PathBuf],
    pub(super) limits: LimitArgs,
    pub(super) refs: Refs,
}

impl EnvEngines<'_> {
    /// Returns the version of the interpreter that is named, or of the `python3` on PATH.
    pub(super) fn default_version(&self) -> Result<PyVersion, CommandError> {
        let places = environment::places();
        let options = EngineOptions::automatic(self.interpreters, &places, self.limits.get(), self.refs);
        let engines = select::start(Requested::Default, &options)?;
        let found = engines.first().filter(|target| target.note.is_none());
        let message = "the Python version of the environment is not recorded, and there is no python3 on PATH\nhint: name it with `--python X.Y`";
        found.map(|target| target.series.version).ok_or_else(|| CommandError::Usage(message.into()))
    }

    /// Returns the interpreter of a free-threaded build, which the native compiler does not
    /// support.
    pub(super) fn free_threaded(&self, site: &SitePackages) -> Result<PathBuf, CommandError> {
        let name = format!("python{}t", site.python);
        let is_of_threads = |path: &&PathBuf| path.as_os_str().as_encoded_bytes().ends_with(b"t");
        let named = self.interpreters.iter().find(is_of_threads).or(self.interpreters.first());
        let found = match named {
            Some(interpreter) => Some(interpreter.clone()),
            None if self.choice == EngineChoice::Native => None,
            None => Some(())
                .filter(|()| !self.is_in_image)
                .and_then(|()| own_interpreter(self.prefix, site.python, true))
                .or_else(|| on_path(&name, environment::places().path.as_deref())),
        };
        found.ok_or_else(|| {
            CommandError::Usage(format!(
                "{} belongs to a free-threaded build, whose pycs differ: only its interpreter can compile \
                 for it\nhint: name it with `--interpreter PATH`, or put {name} on PATH",
                site.folder.shown()
            ))
        })
    }

    /// Prints a note if the native compiler does not support the release that the environment was
    /// created with: its pycs then have the bytes of another release.
    fn note_other_release(&self, site: &SitePackages, printer: &Printer) {
        let Some(version) = recorded_version(self.prefix) else { return };
        let is_of_series = version.starts_with(&format!("{}.", site.python));
        let Some(target) = Target::find(site.python).filter(|_| is_of_series) else { return };
        if let Some(why) = Target::why_not(site.python, &version) {
            printer.summary(&format!(
                "note: the environment was created with Python {}, and {why}: compiling for {}\nhint: \
                 `--interpreter PATH` compiles with that interpreter",
                visible(&version),
                target.release()
            ));
        }
    }

    /// Starts the engine for a site-packages, and returns it with the interpreters that it was
    /// given.
    pub(super) fn start(
        &self,
        site: &SitePackages,
        printer: &Printer,
    ) -> Result<(Engines, Vec<PathBuf>), CommandError> {
        let mut release = self.release.unwrap_or_else(|| Release::from(site.python));
        let mut choice = self.choice;
        let mut own = None;
        if site.free_threaded {
            own = Some(self.free_threaded(site)?);
            choice = EngineChoice::Python;
        } else if self.interpreters.is_empty() {
            let is_native = choice == EngineChoice::Auto && Target::find(release).is_some();
            if is_native || choice == EngineChoice::Native {
                let created_with = created_with(self.prefix).filter(|found| found.version == site.python);
                if release.patch.is_none() {
                    if !self.is_check {
                        self.note_other_release(site, printer);
                    }
                    release = created_with.filter(|found| Target::find(*found).is_some()).unwrap_or(release);
                }
            } else if !self.is_in_image {
                // The interpreter of an image may not run on this machine.
                own = own_interpreter(self.prefix, site.python, false);
            }
        }
        let why = match choice {
            _ if site.free_threaded => Some(not_native(format_args!("{}t", site.python))),
            EngineChoice::Python => Some(PYTHON_REQUESTED.to_owned()),
            EngineChoice::Auto if Target::find(release).is_none() => Some(not_native(release)),
            EngineChoice::Auto | EngineChoice::Native => None,
        };
        if let Some(why) = why.filter(|_| self.interpreters.is_empty()) {
            let program = match &own {
                Some(own) if own.starts_with(self.prefix) => described(own, self.prefix),
                Some(own) => own.shown(),
                None => format!("the python{} on PATH", site.python),
            };
            print_running(&program, &why, printer);
        }
        let places = environment::places();
        let named = match own {
            Some(own) if self.interpreters.is_empty() || site.free_threaded => {
                vec![to_start(own, &[self.prefix.into()], site.python, &places)]
            }
            _ => self.interpreters.to_vec(),
        };
        let mut options = EngineOptions::automatic(&named, &places, self.limits.get(), self.refs);
        options.choice = choice;
        let engines = select::start_one(release, &options)?;
        Ok((engines, named))
    }
}
