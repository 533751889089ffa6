//! `pycompile pack`.

use super::args::{MessageFormat, Mode, RefsArg};
use super::build::allowed;
use super::destination::Destination;
use super::messages::{self, counted};
use super::printer::Printer;
use super::project::{ConfigArgs, note_unlisted, start_engines};
use super::{CommandError, Status, environment, interrupt};
use crate::build::pack::{self, Packed};
use crate::build::{EngineOptions, engines, publish};
use crate::config::Bytecode;
use crate::pyc::InvalidationMode;
use crate::target::Release;
use crate::text::Shown as _;
use crate::wheel::Note;
use std::path::PathBuf;

/// Packs what pycompile.toml lists into deterministic wheels and zips, or makes a wheel that exists deterministic, and
/// writes the manifest. Entries carry the time of SOURCE_DATE_EPOCH, or 1980-01-01.
///
/// Example: pycompile pack --config pycompile.toml
///
/// Example: pycompile pack dist/demo-1.0-py3-none-any.whl --bytecode sourceless --python 3.14
#[derive(Debug, clap::Args)]
pub(super) struct PackArgs {
    /// A wheel that exists, instead of a config.
    #[arg(value_name = "WHEEL", conflicts_with = "config")]
    wheel: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigArgs,
    /// The pycs that WHEEL is to have; without it, those that it has.
    #[arg(long, value_enum, requires = "wheel", value_name = "WHICH")]
    bytecode: Option<BytecodeArg>,
    /// Compile WHEEL's sources for this version (repeatable); without it: the version of the `python3` on PATH.
    #[arg(long, value_name = "X.Y", requires = "bytecode")]
    python: Vec<Release>,
    /// Optimisation level 0, 1 or 2 of WHEEL's pycs (repeatable).
    #[arg(long, value_name = "LEVEL", requires = "bytecode", value_parser = clap::value_parser!(u8).range(0..=2))]
    optimize: Vec<u8>,
    /// How importers check WHEEL's pycs; timestamp pycs are stale as soon as they are unpacked, and refused.
    #[arg(long, value_enum, requires = "bytecode", value_name = "MODE")]
    invalidation_mode: Option<Mode>,
    /// Do not compile what matches (repeatable).
    #[arg(long, value_name = "GLOB", requires = "bytecode")]
    exclude: Vec<String>,
    /// The normal form of references: CPython's own bytes, or only those that are used.
    #[arg(long, value_enum, default_value_t = RefsArg::Cpython, requires = "bytecode")]
    refs: RefsArg,
    /// The interpreter for the one version that WHEEL is compiled for.
    #[arg(long, value_name = "PATH", requires = "bytecode")]
    interpreter: Option<PathBuf>,
    /// The directory that the new wheel is written to.
    #[arg(long, value_name = "DIR", default_value = "dist", requires = "wheel")]
    output_dir: PathBuf,
    /// Write the manifest of WHEEL's pycs here; `-` is standard output.
    #[arg(long, value_name = "FILE", requires = "wheel")]
    manifest: Option<Destination>,
    /// Files compiled at the same time; without it, one for each processor.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// How results are told.
    #[arg(long, value_enum, default_value_t = MessageFormat::Human, value_name = "FORMAT")]
    message_format: MessageFormat,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum BytecodeArg {
    None,
    Pycache,
    Sourceless,
}

impl From<BytecodeArg> for Bytecode {
    fn from(bytecode: BytecodeArg) -> Self {
        match bytecode {
            BytecodeArg::None => Self::None,
            BytecodeArg::Pycache => Self::Pycache,
            BytecodeArg::Sourceless => Self::Sourceless,
        }
    }
}

pub(super) fn run(arguments: &PackArgs, printer: &Printer) -> Result<Status, CommandError> {
    match &arguments.wheel {
        Some(wheel) => existing(wheel, arguments, printer),
        None => project(arguments, printer),
    }
}

fn project(arguments: &PackArgs, printer: &Printer) -> Result<Status, CommandError> {
    let project = arguments.config.load_with(InvalidationMode::CheckedHash)?;
    let time = environment::archive_time()?;
    let engines = start_engines(&project, printer)?;
    let progress = printer.progress(project.selection.sources.len() as u64);
    let jobs = usize::from(arguments.jobs.unwrap_or(0));
    let allowed = allowed(&project);
    let packed = pack::pack(&project, &engines, jobs, time, &allowed, &progress);
    progress.finish();
    let packed = packed?;
    let status = messages::tell(&packed.outcomes, 0, &allowed, arguments.message_format, printer)?;
    note_unlisted(&project, printer);
    for note in &packed.notes {
        printer.summary(&format!("note: {note}"));
    }
    tell_archives(&packed, printer);
    if let Some(manifest) = &packed.manifest {
        for path in publish(&project, manifest)? {
            printer.detail(&format!("written: {}", path.shown()));
        }
    }
    Ok(status)
}

fn existing(
    wheel: &std::path::Path,
    arguments: &PackArgs,
    printer: &Printer,
) -> Result<Status, CommandError> {
    if let Some(destination) = &arguments.manifest {
        destination.keeps_apart(arguments.message_format)?;
    }
    let mode = arguments.invalidation_mode.map_or(InvalidationMode::CheckedHash, Into::into);
    if mode == InvalidationMode::Timestamp {
        let message =
            "a timestamp pyc is stale as soon as it is unpacked: use checked-hash or unchecked-hash";
        return Err(CommandError::Usage(message.into()));
    }
    let bytecode = arguments.bytecode.map(Bytecode::from);
    let mut levels = arguments.optimize.clone();
    if levels.is_empty() {
        levels.push(0);
    }
    levels.sort_unstable();
    levels.dedup();
    if bytecode == Some(Bytecode::Sourceless) && levels.len() > 1 {
        return Err(CommandError::Usage(
            "a sourceless wheel has the pycs of one level: name one --optimize".into(),
        ));
    }
    let search_path = environment::search_path();
    let engines = match bytecode {
        Some(Bytecode::Pycache | Bytecode::Sourceless) => engines::start(
            &arguments.python,
            &EngineOptions::automatic(
                arguments.interpreter.as_deref(),
                search_path.as_deref(),
                interrupt::limits(),
                arguments.refs.into(),
            ),
        )?,
        _ => Vec::new(),
    };
    for target in &engines {
        printer.detail(&target.about);
    }
    let mut exclude = globset::GlobSetBuilder::new();
    for pattern in &arguments.exclude {
        exclude.add(globset::Glob::new(pattern)?);
    }
    let request = pack::Request {
        bytecode,
        levels,
        mode,
        exclude: exclude.build()?,
        folder: arguments.output_dir.clone(),
        time: environment::archive_time()?,
        manifest: arguments.manifest.as_ref().and_then(Destination::file).map(Into::into),
    };
    let progress = printer.progress(0);
    let jobs = usize::from(arguments.jobs.unwrap_or(0));
    let repacked = pack::repack_wheel(wheel, &request, &engines, jobs, &progress);
    progress.finish();
    let repacked = repacked?;
    let packed = &repacked.packed;
    let status = if packed.outcomes.is_empty() {
        Status::Done
    } else {
        messages::tell(&packed.outcomes, 0, &[], arguments.message_format, printer)?
    };
    tell_notes(&repacked.notes, printer);
    tell_archives(packed, printer);
    if let (Some(destination), Some(manifest)) = (&arguments.manifest, &packed.manifest) {
        destination.write_manifest(manifest, printer)?;
    }
    Ok(status)
}

/// Nothing is left out silently; which pycs and sources made room is for `--verbose`.
fn tell_notes(notes: &[Note], printer: &Printer) {
    let (mut pycs, mut sources) = (0, 0);
    for note in notes {
        match note {
            Note::RemovedPyc(_) => pycs += 1,
            Note::RemovedSource(_) => sources += 1,
            Note::EmptyDirectory(_) | Note::ZipMetadata => {
                printer.summary(&note.to_string());
                continue;
            }
        }
        printer.detail(&note.to_string());
    }
    if pycs > 0 {
        printer.summary(&format!("removed {} that the wheel had", counted(pycs, "pyc", "pycs")));
    }
    if sources > 0 {
        printer.summary(&match sources {
            1 => "removed 1 source in whose place a pyc stands".to_owned(),
            _ => format!("removed {sources} sources in whose place pycs stand"),
        });
    }
}

fn tell_archives(packed: &Packed, printer: &Printer) {
    for path in &packed.archives {
        printer.summary(&format!("packed {}", path.shown()));
    }
}
