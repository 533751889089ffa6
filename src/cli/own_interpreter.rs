//! The interpreter of an environment that is verified, for versions that the native compiler does
//! not support.
//!
//! Such a program is itself one of the verified files, so that it could compile a source to
//! anything. Every output format reports this.

use super::error::CommandError;
use super::options::MessageFormat;
use super::printer::Printer;
use crate::audit::Verified;
use crate::build::env::own::{elsewhere, is_of_tree, to_start, used};
use crate::build::env::{VirtualEnvironment, own_interpreter};
use crate::engine::python::Places;
use crate::engine::{EngineChoice, EngineOptions};
use crate::input::Place;
use crate::report::annotation;
use crate::target::{PyVersion, Target};
use crate::text::{Shown as _, visible};
use std::path::{Path, PathBuf};

/// Interpreters in the verified trees that compiled sources for the verification.
#[derive(Debug, Default)]
pub(super) struct OwnInterpreters(Vec<OwnInterpreter>);

/// Interpreter of one version in a verified tree, or reached through one.
#[derive(Debug)]
struct OwnInterpreter {
    version: PyVersion,
    program: PathBuf,
    /// The program that runs, if it is outside of the verified trees.
    elsewhere: Option<PathBuf>,
}

impl OwnInterpreters {
    /// Returns the interpreters in `trees` that accepted pycs.
    pub(super) fn of(verified: &Verified, trees: &[PathBuf], places: &Places) -> Self {
        let mut found = Self::default();
        for (version, program) in &verified.interpreters {
            if verified.releases.iter().any(|found| found.python == version.to_string()) {
                found.add(program, trees, *version, places);
            }
        }
        found
    }

    /// Adds an interpreter if it is a program of one of `trees`.
    pub(super) fn add(&mut self, program: &Path, trees: &[PathBuf], version: PyVersion, places: &Places) {
        if is_of_tree(program, trees, version, places) {
            let elsewhere = elsewhere(program, trees);
            self.0.push(OwnInterpreter { version, program: program.into(), elsewhere });
        }
    }

    /// Returns the end of the sentence that counts verified pycs.
    pub(super) fn sentence(&self) -> String {
        let programs = self.0.iter().map(|OwnInterpreter { version, program, elsewhere }| {
            let program = program.shown();
            let what = match elsewhere {
                None => "an interpreter from the verified files".into(),
                Some(real) => format!("which leads out of the verified files to {}", real.shown()),
            };
            format!("; pycs of Python {version} are checked with {program}, {what}")
        });
        programs.collect()
    }

    /// Returns a note for each program.
    pub(super) fn notes(&self) -> Vec<String> {
        let note = |OwnInterpreter { version, program, elsewhere }: &OwnInterpreter| {
            let program = program.shown();
            let what = match elsewhere {
                None => "an interpreter from the verified files, which can".into(),
                Some(real) => format!("which leads out of the verified files to {} and can", real.shown()),
            };
            format!("pycs of Python {version} are checked with {program}, {what} accept any pyc")
        };
        self.0.iter().map(note).collect()
    }

    /// Reports the programs in every format, also with `--quiet`.
    pub(super) fn print(&self, printer: &Printer) -> Result<(), CommandError> {
        for note in self.notes() {
            printer.note(&note);
            if printer.format == MessageFormat::Github {
                printer.data(&annotation::note(&note))?;
            }
            printer
                .warning(&format!("{}\nhint: `--interpreter PATH` names one that you trust", visible(&note)));
        }
        Ok(())
    }
}

/// Adds the interpreters of `environments`, which contain the places, for the versions of their
/// pycs, and reports the programs that will run. Nothing is added if an interpreter is named or the
/// native compiler is selected. If other sources are `trusted`, the environment is not, and its
/// programs do not run.
pub(super) fn add(
    environments: &[(&Place, VirtualEnvironment)],
    options: &mut EngineOptions<'_>,
    trusted: bool,
    printer: &Printer,
) {
    if !options.named.is_empty() || options.choice == EngineChoice::Native {
        return;
    }
    // Programs of other trees are not run.
    for (place, environment) in environments {
        for series in used(place, environment) {
            let version = series.version;
            let is_known = options.interpreters.iter().any(|(known, _)| *known == version);
            let is_native = options.choice == EngineChoice::Auto && Target::find(version).is_some();
            let own =
                own_interpreter(&environment.prefix, version, false).filter(|_| !is_known && !is_native);
            let Some(own) = own else { continue };
            let prefix = std::slice::from_ref(&environment.prefix);
            if trusted && is_of_tree(&own, prefix, version, options.places) {
                printer.summary(&format!(
                    "{} is not run: it {}, and other sources are trusted\nhint: `--interpreter PATH` names one for Python \
                     {version}",
                    own.shown(),
                    match elsewhere(&own, prefix) {
                        None => "is a program of the environment".into(),
                        Some(real) => format!("leads out of the environment to {}", real.shown()),
                    }
                ));
                continue;
            }
            let why = match options.choice {
                EngineChoice::Python => PYTHON_REQUESTED.to_owned(),
                _ => not_native(version),
            };
            print_running(&described(&own, &environment.prefix), &why, printer);
            options.interpreters.push((version, to_start(own, prefix, version, options.places)));
        }
    }
}

/// Reason to run an interpreter that the user asks for.
pub(super) const PYTHON_REQUESTED: &str = "as requested by --engine python";

/// Returns the reason to run an interpreter of a version or release.
pub(super) fn not_native(version: impl std::fmt::Display) -> String {
    format!("the native compiler does not support Python {version}")
}

/// Prints that an interpreter runs, and the reason.
pub(super) fn print_running(program: &str, why: &str, printer: &Printer) {
    printer.summary(&format!(
        "running {program}: {why}\nhint: `--interpreter PATH` names another one, `--engine native` runs none"
    ));
}

/// Returns the name of an environment's program for messages, with the program that runs if it is
/// not in the environment.
pub(super) fn described(own: &Path, prefix: &Path) -> String {
    let name = own.shown();
    match elsewhere(own, &[prefix.into()]) {
        None => format!("{name}, a program of the environment"),
        Some(real) => format!("{name}, which leads out of the environment to {}", real.shown()),
    }
}
