//! `pycompile pack`.

use super::destination::Destination;
use super::error::{CommandError, Status};
use super::format::{print_artifacts, print_manifests};
use super::globs::{globs, note_unused};
use super::limits::JobsArgs;
use super::messages::{self, Counting};
use super::options::{FormatArgs, check_engine, names};
use super::printer::Printer;
use super::project::{ConfigArgs, OverrideArgs, allowed, note_unlisted, print_engines, start_engines};
use super::warnings::WarningArgs;
use super::with_names::WithNames;
use super::{environment, hint, interrupt};
use crate::archive::Sdist;
use crate::build::pack::{self, Packed, Unpacked};
use crate::build::{BuildProject, publish};
use crate::config::{Bytecode, Given};
use crate::engine::python::default_interpreter;
use crate::engine::{EngineOptions, Engines, Requested, Run, select};
use crate::manifest::ManifestForm;
use crate::pyc::InvalidationMode;
use crate::text::{Shown as _, counted};
use crate::wheel::Note;
use std::path::{Path, PathBuf};

/// Pack the files that pycompile.toml lists into deterministic wheels and zips, build a wheel from
/// an sdist, or make an existing wheel deterministic.
///
/// The manifest is written to the file that [manifest] output or --manifest names; for an sdist or
/// a wheel, it is written only with --manifest.
///
/// Archive entries have the modification time SOURCE_DATE_EPOCH, or 1980-01-01. Existing files are
/// not overwritten, except archives written by `pack`.
///
/// Example: pycompile pack --config pycompile.toml
///
/// Example: pycompile pack demo-1.0.tar.gz
///
/// Example: pycompile pack dist/demo-1.0-py3-none-any.whl --bytecode sourceless --python 3.14
#[derive(Debug, clap::Args)]
pub(super) struct PackArgs {
    /// Existing wheel, or an sdist (.tar.gz, .zip), to pack instead of a config.
    #[arg(value_name = "WHEEL|SDIST", conflicts_with = "config")]
    wheel: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigArgs,
    /// Pycs of the wheel; overrides [wheel] bytecode.
    ///
    /// Without it, WHEEL keeps the pycs that it has.
    #[arg(long, value_parser = names::<Bytecode>(), value_name = "WHICH")]
    bytecode: Option<Bytecode>,
    #[command(flatten)]
    overrides: WithNames<OverrideArgs>,
    /// Do not compile files that match this pattern (repeatable).
    #[arg(long, value_name = "GLOB", requires = "bytecode")]
    exclude: Vec<String>,
    /// Directory for wheels, zip and manifest; overrides the config.
    ///
    /// The default for WHEEL is dist.
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
    /// Allow WHEEL to be overwritten by the new wheel.
    #[arg(long, requires = "wheel", conflicts_with = "output_dir")]
    in_place: bool,
    /// Write the manifest to this file, `-` for standard output; overrides [manifest] output.
    #[arg(long, value_name = "FILE")]
    manifest: Option<Destination>,
    /// Write nothing: list the files that would change, and exit with 1 if there are any.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    jobs: JobsArgs,
    #[command(flatten)]
    warnings: WarningArgs,
    #[command(flatten)]
    pub(super) format: FormatArgs,
}

pub(super) fn run(arguments: &PackArgs, printer: &Printer) -> Result<Status, CommandError> {
    match &arguments.wheel {
        Some(folder) if folder.is_dir() => {
            let folder = folder.shown();
            Err(CommandError::Usage(format!(
                "{folder} is a directory\nhint: run `pycompile pack` in it; `pycompile init` writes the config that it needs"
            )))
        }
        Some(path) if Sdist::is_name(path) => sdist(path, arguments, printer),
        Some(path) if path.extension().is_none_or(|suffix| suffix != "whl") && path.exists() => {
            let path = path.shown();
            Err(CommandError::Usage(format!("{path} is neither a wheel (.whl) nor an sdist (.tar.gz, .zip)")))
        }
        Some(wheel) => existing(wheel, arguments, printer),
        None => project(arguments, printer),
    }
}

fn project(arguments: &PackArgs, printer: &Printer) -> Result<Status, CommandError> {
    let given = given(arguments, "a config has [source] exclude", printer)?;
    let mut project = arguments.config.load_with(InvalidationMode::CheckedHash, given, printer)?;
    project.check = arguments.check;
    let packed = packed(&project, arguments, printer)?;
    let status = print(&packed, &allowed(&project), arguments, printer)?;
    note_unlisted(&project, printer);
    if status == Status::No && packed.archives.is_empty() {
        printer.summary(
            "hint: `--allow-failures FILE` names a file that need not compile; `--on-error skip` packs the others",
        );
    }
    finish(&project, &packed, status, arguments, printer)
}

fn sdist(path: &Path, arguments: &PackArgs, printer: &Printer) -> Result<Status, CommandError> {
    if arguments.in_place {
        return Err(CommandError::Usage("--in-place is for a WHEEL: an sdist is not replaced".into()));
    }
    let mut given = given(arguments, "all files of an sdist are compiled", printer)?;
    given.archives = Some(given.archives.unwrap_or_else(|| "dist".into()));
    let places = environment::places();
    let mut unpacked = interrupt::waiting(|| Unpacked::open(path, given, &places))?;
    unpacked.project.check = arguments.check;
    if let Some(choice) = &unpacked.choice {
        printer.summary(&format!("note: compiling for {choice}"));
    }
    let readable = |error: CommandError, unpacked: &Unpacked| match error {
        error if error.status() == Status::Trouble => {
            CommandError::Usage(unpacked.message(&hint::message(&error)))
        }
        error => error,
    };
    let mut packed =
        packed(&unpacked.project, arguments, printer).map_err(|error| readable(error, &unpacked))?;
    for outcome in &mut packed.outcomes {
        outcome.set_file(unpacked.shown(outcome.file()));
    }
    let allowed: Vec<PathBuf> = allowed(&unpacked.project).iter().map(|file| unpacked.shown(file)).collect();
    let status = print(&packed, &allowed, arguments, printer)?;
    if status == Status::No && packed.archives.is_empty() {
        printer.summary(
            "hint: `--python` names another version, `--allow-failures` a file that need not compile; `--on-error \
             skip` packs the files nevertheless",
        );
    }
    packed.notes.splice(..0, std::mem::take(&mut unpacked.notes));
    finish(&unpacked.project, &packed, status, arguments, printer)
}

fn print(
    packed: &Packed,
    allowed: &[PathBuf],
    arguments: &PackArgs,
    printer: &Printer,
) -> Result<Status, CommandError> {
    let counting = if arguments.check { Counting::Failures } else { Counting::All };
    messages::print_with(counting, &packed.outcomes, 0, allowed, printer)
}

/// Returns the settings of the command line; `instead` names the replacement of `--exclude`.
fn given(arguments: &PackArgs, instead: &str, printer: &Printer) -> Result<Given, CommandError> {
    if let Some(destination) = &arguments.manifest {
        destination.keeps_apart(printer.format)?;
    }
    if !arguments.exclude.is_empty() {
        return Err(CommandError::Usage(format!("--exclude is for a WHEEL; {instead}")));
    }
    Ok(Given {
        bytecode: arguments.bytecode,
        archives: arguments.output_dir.clone(),
        manifest: arguments.manifest.as_ref().and_then(Destination::file).map(Into::into),
        ..arguments.overrides.given()
    })
}

fn packed(project: &BuildProject, arguments: &PackArgs, printer: &Printer) -> Result<Packed, CommandError> {
    let time = environment::archive_time()?;
    let engines = start_engines(project, &arguments.warnings, printer)?;
    let python = default_interpreter(None, &environment::places()).ok();
    let files = project.selection.sources.len();
    let mut packed = printer.working(files, arguments.jobs.get(), |workers| {
        let run = Run { engines: &engines, workers };
        pack::pack(project, run, time, &allowed(project), python.as_deref())
    })?;
    hint::add(&mut packed.outcomes, hint::FOLLOW_LINKS);
    Ok(packed)
}

/// Reports the archives. Returns `status`, or the exit status of changes that `--check` finds.
fn finish(
    project: &BuildProject,
    packed: &Packed,
    status: Status,
    arguments: &PackArgs,
    printer: &Printer,
) -> Result<Status, CommandError> {
    for note in &packed.notes {
        printer.summary(&format!("note: {note}"));
    }
    for detail in &packed.details {
        printer.detail(&format!("note: {detail}"));
    }
    let mut changed = print_archives(packed, arguments, printer)?;
    if let (Some(destination @ Destination::StandardOutput), Some(manifest)) =
        (&arguments.manifest, &packed.manifest)
    {
        destination.write_manifest(manifest, printer)?;
    } else if let Some(manifest) = &packed.manifest {
        let published = publish(project, manifest)?;
        changed += print_manifests(&published, arguments.check, printer)?;
    }
    if packed.archives.is_empty() {
        for earlier in &packed.earlier {
            printer.summary(&format!("nothing was packed; {} is from an earlier run", earlier.shown()));
        }
    } else if arguments.check && changed == 0 && status == Status::Done {
        print_up_to_date(packed, project.loaded.manifest_path().is_some(), printer);
    }
    Ok(if changed > 0 { Status::No } else { status })
}

fn existing(wheel: &Path, arguments: &PackArgs, printer: &Printer) -> Result<Status, CommandError> {
    if let Some(destination) = &arguments.manifest {
        destination.keeps_apart(printer.format)?;
        destination.check_manifest(ManifestForm::Json)?;
    }
    let request = repack_request(wheel, arguments)?;
    let engines = repack_engines(arguments, printer)?;
    let repacked = printer.working(0, arguments.jobs.get(), |workers| {
        pack::repack_wheel(wheel, &request, Run { engines: &engines, workers })
    })?;
    let packed = &repacked.packed;
    let status =
        if packed.outcomes.is_empty() { Status::Done } else { print(packed, &[], arguments, printer)? };
    note_unused(&arguments.exclude, &repacked.used, printer);
    print_notes(&repacked.notes, printer);
    for note in &packed.notes {
        printer.summary(&format!("note: {note}"));
    }
    let mut changed = print_archives(packed, arguments, printer)?;
    if let (Some(destination), Some(manifest)) = (&arguments.manifest, &packed.manifest) {
        let written = destination.publish_manifest(manifest, arguments.check, printer)?;
        changed += print_artifacts(written.as_slice(), arguments.check, printer)?;
    }
    if arguments.check && changed == 0 && status == Status::Done {
        print_up_to_date(packed, arguments.manifest.is_some(), printer);
    }
    Ok(if changed > 0 { Status::No } else { status })
}

/// Returns the request for an existing wheel, and refuses options that do not apply to one.
fn repack_request(wheel: &Path, arguments: &PackArgs) -> Result<pack::RepackRequest, CommandError> {
    let (overrides, bytecode) = (&arguments.overrides, arguments.bytecode);
    let usage = |message: String| Err(CommandError::Usage(message));
    if let Some(option) = overrides.not_of_wheels() {
        return usage(format!("{option} applies to a config or an sdist: names in a WHEEL stay as they are"));
    }
    if let (None, Some(option)) = (bytecode, overrides.names.first()) {
        return usage(format!("{option} requires --bytecode: without it, WHEEL keeps the pycs that it has"));
    }
    let mode = overrides.mode.invalidation_mode.unwrap_or(InvalidationMode::CheckedHash);
    if mode == InvalidationMode::Timestamp {
        let message =
            "a timestamp pyc is stale as soon as it is unpacked: use checked-hash or unchecked-hash";
        return usage(message.into());
    }
    let levels = overrides.select.levels.get();
    if bytecode == Some(Bytecode::Sourceless) && levels.len() > 1 {
        return usage("a sourceless wheel has the pycs of one level: name it with one --optimize".into());
    }
    Ok(pack::RepackRequest {
        bytecode,
        levels,
        mode,
        exclude: globs(&arguments.exclude)?,
        check: arguments.check,
        folder: match wheel.parent().filter(|_| arguments.in_place) {
            Some(folder) => folder.into(),
            None => arguments.output_dir.clone().unwrap_or_else(|| "dist".into()),
        },
        in_place: arguments.in_place,
        time: environment::archive_time()?,
        manifest: arguments.manifest.as_ref().and_then(Destination::file).map(Into::into),
    })
}

/// Starts the engines for the pycs of an existing wheel, or for those that its manifest lists.
fn repack_engines(arguments: &PackArgs, printer: &Printer) -> Result<Engines, CommandError> {
    let overrides = &arguments.overrides;
    let places = environment::places();
    let (limits, refs) = (overrides.limits(), overrides.refs.unwrap_or_default());
    let mut options = EngineOptions::automatic(&overrides.engines.interpreter, &places, limits, refs);
    options.choice = overrides.engines.engine.unwrap_or(options.choice);
    check_engine(options.choice, &overrides.engines.interpreter)?;
    let has_pycs = match arguments.bytecode {
        Some(Bytecode::Pycache | Bytecode::Sourceless) => true,
        // The manifest lists the pycs that installers will compile from the sources.
        Some(Bytecode::None) => arguments.manifest.is_some(),
        None => false,
    };
    if !has_pycs {
        return Ok(Engines::new());
    }
    let mut engines = select::start(Requested::of(&overrides.select.python), &options)?;
    arguments.warnings.apply(&mut engines, printer);
    print_engines(&engines, printer);
    Ok(engines)
}

/// Reports everything that was left out; pycs and sources that were replaced only with `--verbose`.
fn print_notes(notes: &[Note], printer: &Printer) {
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
            1 => "removed 1 source that its pyc replaces".to_owned(),
            _ => format!("removed {sources} sources that their pycs replace"),
        });
    }
}

/// Says that a check has found nothing.
fn print_up_to_date(packed: &Packed, has_manifest: bool, printer: &Printer) {
    let names = packed.archives.iter().map(|archive| archive.path.shown());
    let names = names.collect::<Vec<_>>().join(", ");
    let and = if has_manifest && packed.manifest.is_some() { " and the manifest" } else { "" };
    let are = if and.is_empty() && packed.archives.len() == 1 { "is" } else { "are" };
    printer.success(&format!("{names}{and} {are} up to date"));
}

/// Returns the number of archives that `--check` reports as changed.
fn print_archives(packed: &Packed, arguments: &PackArgs, printer: &Printer) -> Result<usize, CommandError> {
    let changed = print_artifacts(&packed.archives, arguments.check, printer)?;
    for archive in packed.archives.iter().filter(|_| !arguments.check) {
        printer.summary(&format!("packed {}", archive.path.shown()));
    }
    Ok(changed)
}
