//! Arguments of the command line.

use super::error::{CommandError, Status};
use super::options::{Global, MessageFormat};
use super::printer::Printer;
use super::{
    bazel_worker, build, clean, compile, compileall, diff, env, init, inspect, man, manifest, normalize,
    pack, targets, verify,
};
use clap::{Args as _, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::ffi::OsString;
use std::sync::LazyLock;

/// Reproducible Python bytecode: compiles Python files to the pycs that CPython itself writes.
#[derive(Debug, Parser)]
#[command(name = "pycompile", version, long_version = LONG_VERSION.as_str(), about, max_term_width = 100, subcommand_required = true)]
#[command(after_help = "Exit status: 0 success, 1 a file does not compile or a check finds differences, \
2 the command could not run.")]
pub struct CommandLine {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Version and commit of pycompile, and the releases that the native compiler was compared with.
static LONG_VERSION: LazyLock<String> = LazyLock::new(|| {
    let releases: Vec<String> =
        crate::target::ALL.iter().map(|target| target.release().to_string()).collect();
    let commit = match env!("PYCOMPILE_COMMIT") {
        "" => "not recorded",
        commit => commit,
    };
    format!(
        "{}\ncommit: {commit}\nnative compiler: the bytes of CPython {}, compared with these releases",
        env!("CARGO_PKG_VERSION"),
        releases.join(", ")
    )
});

// Doc comments here would replace the long help, which is on the structs of the arguments.
#[derive(Debug, Subcommand)]
enum Command {
    #[command(about = "Compile Python files to pycs")]
    Compile(compile::CompileArgs),
    #[command(about = "Compile the files that pycompile.toml lists, and write the manifest")]
    Build(build::BuildArgs),
    #[command(about = "Compile files and directories with the options of `python -m compileall`")]
    #[command(args_override_self = true, infer_long_args = true)]
    Compileall(compileall::CompileallArgs),
    #[command(about = "Compile for Bazel, as the precompiler of rules_python does")]
    #[command(args_override_self = true, infer_long_args = true)]
    BazelWorker(bazel_worker::BazelWorkerArgs),
    #[command(about = "Compile an installed environment, and add the pycs to its RECORDs")]
    Env(env::EnvArgs),
    #[command(about = "Build deterministic wheels and zips from pycompile.toml, an sdist or a wheel")]
    Pack(pack::PackArgs),
    #[command(about = "Write the manifest of an existing tree, archive, package, image or pyc")]
    Manifest(manifest::ManifestArgs),
    #[command(about = "Rewrite pycs without unused reference flags, as some distributions do")]
    Normalize(normalize::NormalizeArgs),
    #[command(about = "Explain differences between manifests, trees, archives, packages, images or pycs")]
    Diff(diff::DiffArgs),
    #[command(about = "Check that every pyc is what its source compiles to")]
    Verify(verify::VerifyArgs),
    #[command(about = "Show the contents of a pyc")]
    Inspect(inspect::InspectArgs),
    #[command(about = "Write a pycompile.toml that lists the files a build backend would ship")]
    Init(init::InitArgs),
    #[command(about = "Remove the files that `build` and `pack` wrote, and nothing else")]
    Clean(clean::CleanArgs),
    #[command(about = "List the Python versions that can be compiled for")]
    Targets(targets::TargetsArgs),
    /// Print a completion script for a shell.
    ///
    /// Example: pycompile completions bash >pycompile.bash
    Completions {
        /// Shell to complete for.
        shell: clap_complete::Shell,
    },
    /// Print a manual page of all commands, of one command, or of the config.
    ///
    /// Example: pycompile man >pycompile.1
    ///
    /// Example: pycompile man pycompile.toml | man -l -
    Man {
        /// Command, or `pycompile.toml`; without it, all commands.
        page: Option<String>,
    },
}

impl CommandLine {
    /// Parses the arguments, the first of which is the name of the program.
    ///
    /// Creating the options of all commands takes a quarter of the time for one small file, so
    /// those of `compile` are tried alone. Help and errors come from the whole command line.
    pub(super) fn parse_all(arguments: &[OsString]) -> Result<Self, clap::Error> {
        match arguments {
            [_, rest @ ..] if rest.first().is_some_and(|name| name == "compile") => {
                Self::parse_compile(rest).or_else(|_| Self::try_parse_from(arguments))
            }
            _ => Self::try_parse_from(arguments),
        }
    }

    /// Parses `compile` and its arguments.
    fn parse_compile(arguments: &[OsString]) -> Result<Self, clap::Error> {
        let options = Global::augment_args(clap::Command::new("compile"));
        let matches = compile::CompileArgs::augment_args(options).try_get_matches_from(arguments)?;
        let command = Command::Compile(compile::CompileArgs::from_arg_matches(&matches)?);
        Ok(Self { global: Global::from_arg_matches(&matches)?, command })
    }

    /// Returns whether the command only reads and prints, so that it can be interrupted anywhere.
    pub(super) fn only_reads(&self) -> bool {
        match &self.command {
            Command::Diff(arguments) => !arguments.writes(),
            command => matches!(
                command,
                Command::Inspect(_) | Command::Targets(_) | Command::Completions { .. } | Command::Man { .. }
            ),
        }
    }

    /// Returns the name of the command.
    pub(super) const fn command_name(&self) -> &'static str {
        match &self.command {
            Command::Compile(_) => "compile",
            Command::Build(_) => "build",
            Command::Compileall(_) => "compileall",
            Command::BazelWorker(_) => "bazel-worker",
            Command::Env(_) => "env",
            Command::Pack(_) => "pack",
            Command::Manifest(_) => "manifest",
            Command::Normalize(_) => "normalize",
            Command::Diff(_) => "diff",
            Command::Verify(_) => "verify",
            Command::Inspect(_) => "inspect",
            Command::Init(_) => "init",
            Command::Clean(_) => "clean",
            Command::Targets(_) => "targets",
            Command::Completions { .. } => "completions",
            Command::Man { .. } => "man",
        }
    }

    /// Returns the format of the results. For JSON, standard output has one object per line, the
    /// last of which is a summary.
    pub(super) fn format(&self) -> MessageFormat {
        match &self.command {
            Command::Compile(arguments) => arguments.format.get(),
            Command::Build(arguments) => arguments.format.get(),
            Command::Compileall(arguments) => arguments.format.get(),
            Command::Env(arguments) => arguments.format.get(),
            Command::Pack(arguments) => arguments.format.get(),
            Command::Manifest(arguments) => arguments.format.get(),
            Command::Normalize(arguments) => arguments.format.get(),
            Command::Verify(arguments) => arguments.format.get(),
            Command::Inspect(arguments) => arguments.format(),
            Command::Init(arguments) => arguments.format.get(),
            Command::Clean(arguments) => arguments.format.get(),
            Command::Targets(arguments) => arguments.format.get(),
            Command::Diff(arguments) => arguments.format(),
            Command::BazelWorker(_) | Command::Completions { .. } | Command::Man { .. } => {
                MessageFormat::Human
            }
        }
    }

    pub(super) fn run(&self, printer: &Printer) -> Result<Status, CommandError> {
        match &self.command {
            Command::Compile(arguments) => compile::run(arguments, printer),
            Command::Build(arguments) => build::run(arguments, printer),
            Command::Compileall(arguments) => compileall::run(arguments, printer),
            Command::BazelWorker(arguments) => bazel_worker::run(arguments, printer),
            Command::Env(arguments) => env::run(arguments, printer),
            Command::Pack(arguments) => pack::run(arguments, printer),
            Command::Manifest(arguments) => manifest::run(arguments, printer),
            Command::Normalize(arguments) => normalize::run(arguments, printer),
            Command::Diff(arguments) => diff::run(arguments, printer),
            Command::Verify(arguments) => verify::run(arguments, printer),
            Command::Inspect(arguments) => inspect::run(arguments, printer),
            Command::Init(arguments) => init::run(arguments, printer),
            Command::Clean(arguments) => clean::run(arguments, printer),
            Command::Targets(_) => targets::run(printer),
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(*shell, &mut Self::command(), "pycompile", &mut script);
                printer.data(String::from_utf8_lossy(&script).trim_end())?;
                Ok(Status::Done)
            }
            Command::Man { page } => {
                let page = man::page(Self::command(), page.as_deref())?;
                printer.data(String::from_utf8_lossy(&page).trim_end())?;
                Ok(Status::Done)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CommandLine;
    use clap::Parser as _;

    #[test]
    fn compile_alone_is_read_as_in_the_whole_command_line() {
        let accepted = [
            "a.py b.py",
            "-qq -f --engine native --python 3.14 --python 3.13 a.py",
            "help -v -v --color never -- -b.py",
            "--stdin-filename a.py -o - --layout legacy --optimize 1 --optimize=2",
            "-rj3 d --json --exclude *x",
        ];
        for text in accepted {
            let words = || ["compile"].into_iter().chain(text.split(' ')).map(Into::into);
            let alone = CommandLine::parse_compile(&words().collect::<Vec<_>>()).unwrap();
            let whole = CommandLine::try_parse_from(["pycompile".into()].into_iter().chain(words())).unwrap();
            assert_eq!(format!("{alone:?}"), format!("{whole:?}"), "{text}");
        }
        for text in ["", "--help", "-V", "--version", "-o", "a.py --optimize 3", "--null"] {
            let words = ["compile"].into_iter().chain(text.split_terminator(' ')).map(Into::into);
            assert!(CommandLine::parse_compile(&words.collect::<Vec<_>>()).is_err(), "{text}");
        }
    }
}
