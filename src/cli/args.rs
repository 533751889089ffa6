//! The command line as it is typed.

use super::format::{AuditFormat, MessageFormat};
use super::printer::Printer;
use super::{
    CommandError, Status, build, clean, compile, compileall, diff, env, init, inspect, man, manifest,
    normalize, pack, targets, verify,
};
use crate::build::Refs;
use crate::pyc::InvalidationMode;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use std::sync::LazyLock;

/// Reproducible Python bytecode: compiles Python files to the pycs that CPython itself writes.
#[derive(Debug, Parser)]
#[command(name = "pycompile", version, long_version = LONG_VERSION.as_str(), about, max_term_width = 100, subcommand_required = true)]
#[command(
    after_help = "Exit status: 0 done, 1 the answer is no (a file does not compile, two things differ), \
2 could not run."
)]
pub struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    command: Command,
}

/// The version, and the releases whose bytes the native compiler makes.
static LONG_VERSION: LazyLock<String> = LazyLock::new(|| {
    let releases: Vec<String> =
        crate::target::ALL.iter().map(|target| target.release().to_string()).collect();
    format!("{}\nnative compiler: the bytes of CPython {}", env!("CARGO_PKG_VERSION"), releases.join(", "))
});

/// The heading of the options that every command has.
const GLOBAL: &str = "Global options";

/// Options of every command.
#[derive(Debug, Args)]
pub(super) struct Global {
    /// Say less: once, only errors; twice, nothing.
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = GLOBAL)]
    pub(super) quiet: u8,
    /// Say more: which engine takes which version, and what becomes of every file.
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = GLOBAL)]
    pub(super) verbose: u8,
    /// When to use color; `auto` honors NO_COLOR.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", help_heading = GLOBAL)]
    pub(super) color: Color,
}

/// When to use color.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

/// `py_compile.PycInvalidationMode` as it is typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Mode {
    Timestamp,
    CheckedHash,
    UncheckedHash,
}

impl From<Mode> for InvalidationMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Timestamp => Self::Timestamp,
            Mode::CheckedHash => Self::CheckedHash,
            Mode::UncheckedHash => Self::UncheckedHash,
        }
    }
}

/// References that the pyc marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RefsArg {
    Cpython,
    Minimal,
}

impl From<RefsArg> for Refs {
    fn from(refs: RefsArg) -> Self {
        match refs {
            RefsArg::Cpython => Self::Cpython,
            RefsArg::Minimal => Self::Minimal,
        }
    }
}

// A doc comment here would take the place of the long help, which stands with the arguments.
#[derive(Debug, Subcommand)]
enum Command {
    #[command(about = "Compile the named files to pycs")]
    Compile(compile::CompileArgs),
    #[command(about = "Compile what pycompile.toml lists, in place or into a tree, and write the manifest")]
    Build(build::BuildArgs),
    #[command(about = "Compile with compileall's own flags, for scripts that call it today")]
    #[command(args_override_self = true, infer_long_args = true)]
    Compileall(compileall::CompileallArgs),
    #[command(about = "Compile an installed environment by its RECORDs")]
    Env(env::EnvArgs),
    #[command(
        about = "Pack what pycompile.toml lists into a deterministic wheel or zip, and write the manifest"
    )]
    Pack(pack::PackArgs),
    #[command(about = "Write the manifest of a tree, archive, package or pyc that exists")]
    Manifest(manifest::ManifestArgs),
    #[command(
        about = "Bring pycs that exist into the form with fewest references, which some distributions use"
    )]
    Normalize(normalize::NormalizeArgs),
    #[command(
        about = "Say what differs between two manifests, trees, wheels, zips, packages or pycs, and why"
    )]
    Diff(diff::DiffArgs),
    #[command(about = "Compile the source of every pyc again and compare")]
    Verify(verify::VerifyArgs),
    #[command(about = "Show what is in a pyc")]
    Inspect(inspect::InspectArgs),
    #[command(about = "Write a pycompile.toml that lists the files a build backend would ship")]
    Init(init::InitArgs),
    #[command(about = "Remove the pycs that `build` would write, and nothing else")]
    Clean(clean::CleanArgs),
    #[command(about = "List the versions that can be compiled for")]
    Targets(targets::TargetsArgs),
    /// Print a shell's completion script.
    ///
    /// Example: pycompile completions bash >pycompile.bash
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print a manual page: of all commands, of one, or of the config.
    ///
    /// Example: pycompile man >pycompile.1
    ///
    /// Example: pycompile man pycompile.toml | man -l -
    Man {
        /// A command, or pycompile.toml.
        page: Option<String>,
    },
}

impl Arguments {
    /// Returns whether the command only reads and prints, so that it may be ended anywhere.
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

    /// Returns `true` if standard output has one JSON object a line, of which the last one is a
    /// summary.
    pub(super) fn ends_with_summary(&self) -> bool {
        let format = match &self.command {
            Command::Compile(arguments) => arguments.format.get(),
            Command::Build(arguments) => arguments.format.get(),
            Command::Compileall(arguments) => arguments.format.get(),
            Command::Env(arguments) => arguments.format.get(),
            Command::Pack(arguments) => arguments.format.get(),
            Command::Manifest(arguments) => arguments.format.get(),
            Command::Normalize(arguments) => arguments.format.get(),
            Command::Verify(arguments) => return arguments.format.get() == AuditFormat::Json,
            Command::Inspect(arguments) => arguments.format(),
            Command::Init(arguments) => arguments.format.get(),
            Command::Clean(arguments) => arguments.format.get(),
            Command::Targets(arguments) => arguments.format.get(),
            Command::Diff(arguments) => arguments.format(),
            Command::Completions { .. } | Command::Man { .. } => MessageFormat::Human,
        };
        format == MessageFormat::Json
    }

    pub(super) fn run(self, printer: &Printer) -> Result<Status, CommandError> {
        match self.command {
            Command::Compile(arguments) => compile::run(arguments, printer),
            Command::Build(arguments) => build::run(&arguments, printer),
            Command::Compileall(arguments) => compileall::run(&arguments, printer),
            Command::Env(arguments) => env::run(&arguments, printer),
            Command::Pack(arguments) => pack::run(&arguments, printer),
            Command::Manifest(arguments) => manifest::run(&arguments, printer),
            Command::Normalize(arguments) => normalize::run(&arguments, printer),
            Command::Diff(arguments) => diff::run(&arguments, printer),
            Command::Verify(arguments) => verify::run(&arguments, printer),
            Command::Inspect(arguments) => inspect::run(&arguments, printer),
            Command::Init(arguments) => init::run(&arguments, printer),
            Command::Clean(arguments) => clean::run(&arguments, printer),
            Command::Targets(arguments) => targets::run(&arguments, printer),
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Self::command(), "pycompile", &mut script);
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
