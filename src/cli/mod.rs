//! Arguments → settings → commands.
//!
//! CPython: the command lines of `py_compile` and `compileall`.
//!
//! **Invariant:** the only layer that prints, reads the environment, or parses arguments. Each
//! command has its own file.

mod annotation;
mod args;
mod build;
mod clean;
mod compile;
mod compileall;
mod destination;
mod diff;
mod env;
mod environment;
mod findings;
mod format;
mod globs;
mod init;
mod inspect;
mod interrupt;
mod man;
mod manifest;
mod messages;
mod normalize;
mod options;
mod own_interpreter;
mod pack;
mod printer;
mod project;
mod targets;
mod verify;
mod warnings;

use clap::Parser as _;
use std::process::ExitCode;

pub use args::Arguments;

/// Exit status of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Success: done, equal, verified.
    Done = 0,
    /// Negative answer: a file does not compile, two things differ.
    No = 1,
    /// Error: usage, config, no engine.
    Trouble = 2,
}

/// Error that ends a command.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Incorrect usage, as a sentence for the user.
    #[error("{0}")]
    Usage(String),
    /// A version has no engine.
    #[error(transparent)]
    Engines(#[from] crate::build::EnginesError),
    /// The config, or the project that it describes, cannot be used.
    #[error(transparent)]
    Project(#[from] crate::build::ProjectError),
    /// An installed environment cannot be used.
    #[error(transparent)]
    Env(#[from] crate::build::env::EnvError),
    /// A path cannot be opened.
    #[error(transparent)]
    Place(#[from] crate::manifest::PlaceError),
    /// A manifest cannot be used.
    #[error(transparent)]
    Manifest(#[from] crate::manifest::ManifestError),
    /// A side of a comparison cannot be used.
    #[error(transparent)]
    Side(#[from] crate::diff::SideError),
    /// Two files would have the same path.
    #[error(transparent)]
    Plan(#[from] crate::build::plan::PlanError),
    /// `verify` cannot read what it was given.
    #[error(transparent)]
    Verify(#[from] crate::audit::VerifyError),
    /// Threads cannot be started.
    #[error(transparent)]
    Threads(#[from] crate::build::parallel::ThreadsError),
    /// Reading standard input or writing output failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A glob pattern is invalid.
    #[error(transparent)]
    Glob(#[from] globset::Error),
    /// A wheel cannot be turned into a config.
    #[error(transparent)]
    FromWheel(#[from] crate::config::init::FromWheelError),
    /// A directory cannot be searched.
    #[error(transparent)]
    Discover(#[from] crate::project::DiscoverError),
}

impl CommandError {
    /// Returns the exit status. A refused archive and a file that cannot be written are negative
    /// answers; all other errors, including an unreadable archive, are not answers.
    const fn status(&self) -> Status {
        use crate::archive::{ArchiveError, Fault};
        use crate::build::ProjectError;
        match self {
            Self::Project(ProjectError::Archive(ArchiveError { fault: Fault::Io(_), .. })) => Status::Trouble,
            Self::Project(ProjectError::Archive(_) | ProjectError::Wheel(_) | ProjectError::Write(_)) => {
                Status::No
            }
            _ => Status::Trouble,
        }
    }
}

/// Runs the command line and returns its exit status.
pub fn main() -> ExitCode {
    if let Some(package) = legacy_maintainer_script(std::env::args_os().skip(1)) {
        printer::legacy_note(&package);
        return ExitCode::SUCCESS;
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let error = suggested(error);
            if error.use_stderr() && printer::usage(&error.render().ansi().to_string(), std::env::args_os()) {
                return ExitCode::from(2);
            }
            let printed = error.print();
            // Help that cannot be written is an error; a reader that stops early is not.
            let is_lost = printed.is_err_and(|error| error.kind() != std::io::ErrorKind::BrokenPipe);
            printer::usage_hint(&error);
            return ExitCode::from(if error.use_stderr() || is_lost { 2 } else { 0 });
        }
    };
    interrupt::let_writes_fail();
    crate::build::parallel::prepare();
    if !arguments.only_reads() {
        interrupt::install();
        interrupt::watch(arguments.global.quiet > 1);
    }
    let printer = printer::Printer::new(&arguments.global);
    let (command, is_json) = (arguments.command_name(), arguments.ends_with_summary());
    let (status, error) = match arguments.run(&printer) {
        Ok(status) => (status, None),
        Err(error) => {
            printer.trouble(&error.to_string());
            (error.status(), Some(error))
        }
    };
    // The document of `diff` includes the summary.
    let is_told = command == "diff" && error.is_none();
    if is_json
        && !is_told
        && let Err(lost) = format::finish(command, status, error.as_ref(), &printer)
    {
        printer.trouble(&lost.to_string());
        return ExitCode::from(Status::Trouble as u8);
    }
    ExitCode::from(status as u8)
}

/// Keeps only the most similar command: clap suggests all similar ones, the least similar first.
fn suggested(mut error: clap::Error) -> clap::Error {
    use clap::error::{ContextKind, ContextValue};
    let typed = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(typed)) => typed.clone(),
        _ => return error,
    };
    if let Some(ContextValue::Strings(names)) = error.get(ContextKind::SuggestedSubcommand) {
        let closest = names.iter().min_by_key(|name| strsim::damerau_levenshtein(&typed, name)).cloned();
        if let Some(closest) = closest {
            error.insert(ContextKind::SuggestedSubcommand, ContextValue::String(closest));
        }
    }
    error
}

/// Recognizes `pycompile -p PKG …`, which maintainer scripts of old Debian packages call if any
/// program has this name. A failure would leave the package half-configured, and pycs of Python 2
/// are not needed any more.
fn legacy_maintainer_script(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> Option<String> {
    (arguments.next()? == "-p").then(|| arguments.next().unwrap_or_default().to_string_lossy().into_owned())
}
