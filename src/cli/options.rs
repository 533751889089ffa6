//! Options that several commands have, and parsers of their values.

use super::environment;
use super::error::CommandError;
use super::number::between;
use crate::engine::{EngineChoice, EngineOptions, Engines, Limits, Refs, Requested, select};
use crate::pyc::InvalidationMode;
use crate::target::Release;
use crate::text::Shown as _;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Heading of the global options.
const GLOBAL: &str = "Global options";
/// Heading of the options for names of files and for directories.
pub(super) const NAMES: &str = "File names and locations";
/// Heading of the options for the compiler and its limits.
pub(super) const COMPILER: &str = "Compiler options";
/// Short help of `--engine`.
pub(super) const ENGINE: &str = "Compiler to use: the `native` one, or a real interpreter with `python`";
/// Help of `--engine`.
pub(super) const ENGINE_LONG: &str = "Compiler to use: the `native` one, or a real interpreter with `python`.\n\n\
                                      `auto` selects the native compiler for the versions that it supports, unless \
                                      an interpreter is named.";
/// Heading of the options for the format of the output.
pub(super) const OUTPUT: &str = "Output options";

/// Global options.
#[derive(Debug, Args)]
pub(super) struct Global {
    /// Print less: `-q` only errors, `-qq` nothing.
    ///
    /// `compile -q` does not print errors in files either, like `python -m py_compile -q`.
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = GLOBAL)]
    pub(super) quiet: u8,
    /// Print more: the engine of each version, and the outcome of each file.
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

/// Refuses `--interpreter` with the native engine, which runs none.
pub(super) fn check_engine(choice: EngineChoice, interpreters: &[PathBuf]) -> Result<(), CommandError> {
    let (EngineChoice::Native, Some(first)) = (choice, interpreters.first()) else { return Ok(()) };
    Err(CommandError::Usage(format!(
        "the native engine runs no interpreter, so --interpreter {} has no effect\nhint: leave it out, or use \
         `--engine python`",
        first.shown()
    )))
}

/// Option for the optimization levels.
#[derive(Clone, Debug, Args)]
pub(super) struct LevelArgs {
    /// Optimization level 0, 1 or 2 (repeatable) [default: 0].
    #[arg(long = "optimize", value_name = "LEVEL", value_parser = between(0_u8, 2))]
    pub(super) levels: Vec<u8>,
}

impl LevelArgs {
    /// Returns the levels, or level 0 if none is given.
    pub(super) fn get(&self) -> Vec<u8> {
        distinct_levels(self.levels.clone(), 0)
    }
}

/// Returns the levels in order, each once; `default` if there are none.
pub(super) fn distinct_levels(mut levels: Vec<u8>, default: u8) -> Vec<u8> {
    if levels.is_empty() {
        levels.push(default);
    }
    levels.sort_unstable();
    levels.dedup();
    levels
}

/// Options of `compile` and `compileall` for their pycs.
#[derive(Debug, Args)]
pub(super) struct PycArgs {
    /// Python version such as 3.14, or release such as 3.13.0 (repeatable) [default: the version of
    /// the `python3` on PATH].
    #[arg(long, value_name = "X.Y")]
    python: Vec<Release>,
    /// Invalidation mode of the pyc [default: checked-hash if SOURCE_DATE_EPOCH is set, otherwise
    /// timestamp].
    #[arg(long, value_parser = names::<InvalidationMode>(), value_name = "MODE")]
    invalidation_mode: Option<InvalidationMode>,
    /// Set the modification time of sources that are newer than SOURCE_DATE_EPOCH to it.
    ///
    /// Packaging tools do the same, so timestamp pycs remain valid in the package.
    #[arg(long)]
    clamp_mtime: bool,
    /// Reference flags of the code: those that CPython writes, or only those of objects that are
    /// referenced.
    #[arg(long, value_enum, value_parser = names::<Refs>(), default_value_t = Refs::Cpython, help_heading = COMPILER)]
    refs: Refs,
    /// Interpreter that compiles for its version (repeatable).
    ///
    /// Without --python, nothing is compiled for other versions.
    #[arg(long, value_name = "PATH", help_heading = COMPILER)]
    interpreter: Vec<PathBuf>,
}

impl PycArgs {
    /// Returns the invalidation mode.
    pub(super) fn mode(&self) -> InvalidationMode {
        self.invalidation_mode.unwrap_or_else(environment::default_mode)
    }

    /// Returns the latest modification time of sources, if later ones are set back.
    pub(super) fn latest_time(&self) -> Result<Option<u64>, CommandError> {
        self.clamp_mtime.then(environment::latest_time).transpose()
    }

    /// Starts the engines.
    pub(super) fn engines(&self, choice: EngineChoice, limits: Limits) -> Result<Engines, CommandError> {
        check_engine(choice, &self.interpreter)?;
        let places = environment::places();
        let mut options = EngineOptions::automatic(&self.interpreter, &places, limits, self.refs);
        options.choice = choice;
        Ok(select::start(Requested::of(&self.python), &options)?)
    }
}

/// Options of `env` and `verify` for the engines of an environment, whose own interpreter may run.
#[derive(Debug, Args)]
pub(super) struct OwnEngineArgs {
    #[arg(long, help = ENGINE, long_help = ENGINE_LONG, value_enum, value_parser = names::<EngineChoice>(), default_value_t = EngineChoice::Auto, help_heading = COMPILER)]
    pub(super) engine: EngineChoice,
    /// Interpreter that compiles for its version (repeatable).
    ///
    /// Without it, versions that the native compiler does not support are compiled by the
    /// environment's own interpreter, which is reported, or else pythonX.Y on PATH.
    #[arg(long, value_name = "PATH", help_heading = COMPILER)]
    pub(super) interpreter: Vec<PathBuf>,
}

/// Values of --message-format; each command supports some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MessageFormat {
    /// Text.
    Human,
    /// JSON on standard output: one object per line, the last one a summary.
    Json,
    /// Workflow annotations of GitHub Actions, on standard output.
    Github,
    /// One SARIF 2.1.0 document, for code scanning, on standard output.
    Sarif,
}

/// Returns the parser of commands that print the errors of files.
pub(super) fn with_errors() -> impl TypedValueParser<Value = MessageFormat> {
    one_of(&[MessageFormat::Human, MessageFormat::Json, MessageFormat::Github], |value| {
        match value.get_name() {
            "human" => value.help("Text; errors in CPython's format, on standard error"),
            _ => value,
        }
    })
}

/// Returns the parser of commands that print text or JSON.
pub(super) fn text_or_json() -> impl TypedValueParser<Value = MessageFormat> {
    one_of(&[MessageFormat::Human, MessageFormat::Json], |value| value)
}

/// Options of commands that support annotations of GitHub Actions.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct FormatArgs {
    /// Format of the results.
    #[arg(long, value_enum, value_parser = with_errors(), default_value_t = MessageFormat::Human, value_name = "FORMAT", help_heading = OUTPUT)]
    message_format: MessageFormat,
    /// Same as --message-format json.
    #[arg(long, conflicts_with = "message_format", help_heading = OUTPUT)]
    json: bool,
}

impl FormatArgs {
    pub(super) const fn get(self) -> MessageFormat {
        if self.json { MessageFormat::Json } else { self.message_format }
    }
}

/// Options of commands that support text and JSON.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct PlainFormatArgs {
    /// Format of the results.
    #[arg(long, value_enum, value_parser = text_or_json(), default_value_t = MessageFormat::Human, value_name = "FORMAT", help_heading = OUTPUT)]
    message_format: MessageFormat,
    /// Same as --message-format json.
    #[arg(long, conflicts_with = "message_format", help_heading = OUTPUT)]
    json: bool,
}

impl PlainFormatArgs {
    pub(super) const fn get(self) -> MessageFormat {
        if self.json { MessageFormat::Json } else { self.message_format }
    }
}

/// Options of commands that support SARIF.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct AuditFormatArgs {
    /// Format of the results.
    #[arg(long, value_enum, default_value_t = MessageFormat::Human, value_name = "FORMAT", help_heading = OUTPUT)]
    message_format: MessageFormat,
    /// Same as --message-format json.
    #[arg(long, conflicts_with = "message_format", help_heading = OUTPUT)]
    json: bool,
}

impl AuditFormatArgs {
    pub(super) const fn get(self) -> MessageFormat {
        if self.json { MessageFormat::Json } else { self.message_format }
    }
}

/// Returns a parser that shows the values of a setting in `--help` without their docs, which are
/// written for users of the library.
pub(super) fn names<T: ValueEnum + Send + Sync + 'static>() -> impl TypedValueParser<Value = T> {
    one_of(T::value_variants(), |value| value.help(None::<&str>))
}

/// Returns a parser of some values of a setting, which `--help` shows as `shown` returns them.
pub(super) fn one_of<T: ValueEnum + Send + Sync + 'static>(
    values: &'static [T],
    shown: impl Fn(PossibleValue) -> PossibleValue,
) -> impl TypedValueParser<Value = T> {
    let known = values.iter().filter_map(ValueEnum::to_possible_value).map(shown);
    PossibleValuesParser::new(known).try_map(|name| T::from_str(&name, false))
}
