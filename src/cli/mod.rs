//! Arguments → settings → commands.
//!
//! CPython: the command lines of `py_compile` and `compileall`.
//!
//! **Invariant:** the only layer that prints, reads the environment, or parses arguments. Each
//! command has its own file.

mod args;
mod bazel_worker;
mod build;
mod clean;
mod compile;
mod compileall;
mod destination;
mod diff;
mod env;
mod env_audit;
mod env_engine;
mod environment;
mod error;
mod findings;
mod format;
mod globs;
mod hint;
mod init;
mod inspect;
mod interrupt;
mod limits;
mod man;
mod manifest;
mod messages;
mod metadata_hint;
mod normalize;
mod number;
mod options;
mod own_interpreter;
mod pack;
mod paths;
mod precompile;
mod printer;
mod project;
mod targets;
mod verify;
mod warnings;
mod with_names;

use std::process::ExitCode;

pub use args::CommandLine;
pub use error::{CommandError, Status};

/// Runs the command line and returns its exit status.
pub fn main() -> ExitCode {
    if let Some(package) = legacy_maintainer_script(std::env::args_os().skip(1)) {
        printer::legacy_note(&package);
        return ExitCode::SUCCESS;
    }
    let arguments = match CommandLine::parse_all(&arguments()) {
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
    if arguments.only_reads() {
        return ExitCode::from(run(&arguments) as u8);
    }
    interrupt::install();
    let status = interrupt::watched(arguments.global.quiet > 1, || interrupt::leave(run(&arguments)));
    ExitCode::from(status as u8)
}

/// Runs a command and prints its error.
fn run(arguments: &CommandLine) -> Status {
    crate::engine::prepare();
    let command = arguments.command_name();
    let printer = printer::Printer::new(&arguments.global, arguments.format(), command == "compile");
    let (status, error) = match arguments.run(&printer) {
        Ok(status) => (status, None),
        Err(error) => {
            printer.trouble(&hint::message(&error));
            (error.status(), Some(error))
        }
    };
    // The document of `diff` includes the summary.
    let is_reported = command == "diff" && error.is_none();
    if printer.is_json()
        && !is_reported
        && let Err(lost) = format::finish(command, status, error.as_ref(), &printer)
    {
        printer.trouble(&lost.to_string());
        return Status::Trouble;
    }
    status
}

/// Returns the arguments, with the command that the name of the program stands for.
fn arguments() -> Vec<std::ffi::OsString> {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    let name = arguments.first().and_then(|program| std::path::Path::new(program).file_stem());
    if name.is_some_and(|name| name == bazel_worker::PROGRAM) {
        arguments.insert(1, "bazel-worker".into());
    }
    arguments
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
