//! `pycompile compile`: `py_compile` for many files, versions and optimization levels.
//! CPython: `Lib/py_compile.py`.
//!
//! **Invariant:** an error in one file does not stop the others, and outcomes are reported in the
//! order of the request.

use super::destination::Destination;
use super::error::{CommandError, Status};
use super::globs::{globs, note_unused};
use super::limits::{JobsArgs, LimitArgs};
use super::messages;
use super::options::{COMPILER, ENGINE, ENGINE_LONG, FormatArgs, LevelArgs, NAMES, PycArgs, names};
use super::paths::path_from_bytes;
use super::printer::Printer;
use super::project::print_engines;
use super::warnings::{self, WarningArgs};
use super::{environment, hint, interrupt};
use crate::build::compile::{compile, compile_bytes, compile_in_memory};
use crate::build::{CompileBounds, CompileSettings, Failure, Outcome, SourceFile, Task, plan};
use crate::engine::{Diagnostic, EngineChoice, Made, Run};
use crate::output::inside::Links;
use crate::project::{DiscoverError, Layout, Naming, python_files};
use crate::pyc::InvalidationMode;
use crate::text::Shown as _;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Compile Python files, as `python -m py_compile` does, for any number of files, versions and
/// optimization levels.
///
/// Example: pycompile compile --python 3.14 --invalidation-mode unchecked-hash demo/core.py
#[derive(Debug, clap::Args)]
pub(super) struct CompileArgs {
    /// Files to compile; `-` reads the list from standard input, one path per line.
    #[arg(value_name = "FILE", required_unless_present = "stdin_filename")]
    files: Vec<PathBuf>,
    /// Expect NUL instead of newline between the paths on standard input.
    #[arg(short = '0', long = "null")]
    null: bool,
    #[command(flatten)]
    pycs: PycArgs,
    /// Write the pyc to this file, `-` for standard output; for one file, version and level only.
    #[arg(short, long, value_name = "CFILE")]
    output: Option<Destination>,
    /// Compile the source on standard input under this file name; requires --output.
    #[arg(long, value_name = "NAME", requires = "output", conflicts_with_all = ["files", "recursive", "output_dir", "clamp_mtime"])]
    stdin_filename: Option<PathBuf>,
    /// Record this file name in the code instead of the path of the source.
    #[arg(long, value_name = "NAME", help_heading = NAMES)]
    dfile: Option<PathBuf>,
    #[command(flatten)]
    levels: LevelArgs,
    /// Location of the pyc: `__pycache__/mod.cpython-XY.pyc`, or `mod.pyc` next to the source.
    #[arg(long, value_enum, value_parser = names::<Layout>(), default_value_t = Layout::Pycache, help_heading = NAMES)]
    layout: Layout,
    /// Write the pycs to a mirror of the tree in this directory, at their paths
    /// after --strip-dir is removed.
    #[arg(long, value_name = "DIR", help_heading = NAMES)]
    output_dir: Option<PathBuf>,
    /// Strip this directory from the start of the recorded file name; fails if a path does not
    /// start with it.
    #[arg(long, value_name = "DIR", help_heading = NAMES)]
    strip_dir: Option<PathBuf>,
    /// Prepend this directory to the recorded file name.
    #[arg(long, value_name = "DIR", help_heading = NAMES)]
    prepend_dir: Option<PathBuf>,
    /// Compile all `.py` files below the directories that are named.
    #[arg(short, long)]
    recursive: bool,
    /// Refuse files outside of this directory, and follow no symlink to a directory in it.
    ///
    /// For lists of files in trees that other users can write to.
    #[arg(long, value_name = "DIR", conflicts_with = "stdin_filename")]
    below: Option<PathBuf>,
    /// Compile symlinks to files outside of the directories of --recursive and --below.
    #[arg(long)]
    follow_links: bool,
    /// Exclude files that match this pattern, with --recursive (repeatable).
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    #[command(flatten)]
    jobs: JobsArgs,
    /// Recompile files whose pyc is up to date.
    ///
    /// A pyc is up to date if it is complete and has the right header and recorded file name.
    #[arg(short, long)]
    force: bool,
    /// Write nothing: only report the files that do not compile.
    #[arg(long, conflicts_with_all = ["output", "output_dir", "hardlink_dupes", "clamp_mtime"])]
    check: bool,
    /// Hard-link the pycs of a source that are equal at several optimization levels.
    #[arg(long)]
    hardlink_dupes: bool,
    #[arg(long, help = ENGINE, long_help = ENGINE_LONG, value_enum, value_parser = names::<EngineChoice>(), default_value_t = EngineChoice::Auto, help_heading = COMPILER)]
    engine: EngineChoice,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    warnings: WarningArgs,
    #[command(flatten)]
    pub(super) format: FormatArgs,
}

pub(super) fn run(arguments: &CompileArgs, printer: &Printer) -> Result<Status, CommandError> {
    let jobs = arguments.jobs.get();
    if arguments.null && !arguments.files.iter().any(|file| file.as_os_str() == "-") {
        return Err(CommandError::Usage(
            "--null is for the list of files that `-` reads from standard input".into(),
        ));
    }
    if arguments.follow_links && !arguments.recursive && arguments.below.is_none() {
        printer.summary("note: --follow-links has no effect without --recursive or --below");
    }
    let mut engines = arguments.pycs.engines(arguments.engine, arguments.limits.get())?;
    arguments.warnings.apply(&mut engines, printer);
    print_engines(&engines, printer);
    let output = &arguments.output;
    if let Some(output) = output {
        output.keeps_apart(printer.format)?;
    }
    if let Some(name) = &arguments.stdin_filename {
        let settings = settings(arguments, printer)?;
        return printer.working(1, jobs, |workers| {
            standard_input(name, Run { engines: &engines, workers }, &settings, printer)
        });
    }
    let (files, unlisted) = list_files(arguments, printer)?;
    let settings = settings(arguments, printer)?;
    plan::check_layout(settings.naming.layout, engines.len(), settings.levels.len())?;
    let files = match (output, engines.first()) {
        (None, Some(target)) => plan::unique(files, &settings.naming, target.series)?,
        _ => files,
    };
    if output.is_some() && files.len() * engines.len() * settings.levels.len() != 1 {
        return Err(CommandError::Usage(
            "--output requires one file, one version and one optimization level".into(),
        ));
    }
    if let (Some(Destination::StandardOutput), [file]) = (output, files.as_slice()) {
        let pycs = printer.working(1, jobs, |workers| {
            let run = Run { engines: &engines, workers };
            compile_in_memory(file, &settings.read(file, run), run, &settings)
        });
        return to_standard_output(pycs, printer);
    }
    let tasks: Vec<Task> = files.into_iter().map(Task::new).collect();
    let (mut outcomes, missing) = printer.working(tasks.len(), jobs, |workers| {
        compile(&tasks, Run { engines: &engines, workers }, &settings)
    })?;
    hint::add(&mut outcomes, "`--follow-links` compiles it");
    outcomes.extend(unlisted.into_iter().map(|folder| {
        let error = Diagnostic::message_only("OSError", folder.to_string());
        Outcome::Directory(Failure { file: folder.path, error })
    }));
    let status = messages::print(&outcomes, missing, &[], printer)?;
    hint_directories(&outcomes, printer);
    Ok(status)
}

/// Prints a hint about --recursive if a directory with Python files was named.
fn hint_directories(outcomes: &[Outcome], printer: &Printer) {
    let is_directory =
        |outcome: &&Outcome| outcome.result().is_err_and(|error| error.kind == "IsADirectoryError");
    let none = globset::GlobSet::empty();
    let has_sources = |folder: &Path| !python_files(folder, &none, &mut BTreeSet::new()).0.is_empty();
    if let Some(outcome) = outcomes.iter().filter(is_directory).find(|outcome| has_sources(outcome.file())) {
        printer.summary(&format!("hint: `--recursive` compiles the files below {}", outcome.file().shown()));
    }
}

fn standard_input(
    name: &Path,
    run: Run<'_>,
    settings: &CompileSettings,
    printer: &Printer,
) -> Result<Status, CommandError> {
    if run.engines.len() * settings.levels.len() != 1 {
        return Err(CommandError::Usage("--stdin-filename takes one version and one level".into()));
    }
    if settings.mode == InvalidationMode::Timestamp {
        let hint =
            "standard input has no modification time: use --invalidation-mode checked-hash or unchecked-hash";
        return Err(CommandError::Usage(hint.into()));
    }
    let bytes = interrupt::read_standard_input()?;
    if settings.output.is_some() {
        let outcomes = compile_bytes(name, &bytes, run, settings);
        return messages::print(&outcomes, 0, &[], printer);
    }
    to_standard_output(compile_in_memory(name, &Ok(SourceFile::from_bytes(bytes)), run, settings), printer)
}

fn to_standard_output(pycs: Vec<Made>, printer: &Printer) -> Result<Status, CommandError> {
    for Made { result, warnings } in pycs {
        warnings::print(&warnings, printer);
        match result {
            Ok(pyc) => printer.bytes(&pyc)?,
            Err(error) => {
                printer.file_error(&error.rendered);
                return Ok(Status::No);
            }
        }
    }
    Ok(Status::Done)
}

/// Returns the files to compile, and the directories that could not be searched.
fn list_files(
    arguments: &CompileArgs,
    printer: &Printer,
) -> Result<(Vec<PathBuf>, Vec<DiscoverError>), CommandError> {
    let exclude = globs(&arguments.exclude)?;
    let mut used = BTreeSet::new();
    let (mut files, mut unlisted) = (Vec::new(), Vec::new());
    for file in &arguments.files {
        if file.as_os_str() == "-" {
            let list = interrupt::read_standard_input()?;
            let separator = if arguments.null { 0 } else { b'\n' };
            let names = list.split(|&byte| byte == separator).filter(|name| !name.is_empty());
            files.extend(names.map(path_from_bytes));
        } else if arguments.recursive && file.is_dir() {
            let (found, failed) = python_files(file, &exclude, &mut used);
            files.extend(found);
            unlisted.extend(failed);
        } else {
            files.push(file.clone());
        }
    }
    note_unused(&arguments.exclude, &used, printer);
    if !arguments.exclude.is_empty() && !arguments.recursive {
        printer.summary("hint: --exclude leaves out files that `--recursive` finds, not named ones");
    }
    if files.is_empty() && unlisted.is_empty() {
        printer.summary("note: no Python files to compile");
    }
    Ok((files, unlisted))
}

fn settings(arguments: &CompileArgs, printer: &Printer) -> Result<CompileSettings, CommandError> {
    let listed = arguments.files.iter().any(|file| file.as_os_str() == "-");
    let searched =
        arguments.files.iter().filter(|file| arguments.recursive && file.is_dir()).cloned().collect();
    Ok(CompileSettings {
        mode: arguments.pycs.mode(),
        levels: arguments.levels.get(),
        force: arguments.force,
        check: arguments.check,
        digests: printer.is_json(),
        clamp_mtime: arguments.pycs.latest_time()?,
        output: arguments.output.as_ref().and_then(Destination::file).map(Into::into),
        naming: Naming {
            dfile: arguments.dfile.clone(),
            strip_dir: arguments.strip_dir.clone(),
            prepend_dir: arguments.prepend_dir.clone(),
            output_dir: arguments.output_dir.clone(),
            layout: arguments.layout,
            cache_prefix: environment::pycache_prefix()?,
        },
        bounds: CompileBounds {
            searched,
            below: arguments.below.clone(),
            listed,
            links: if arguments.follow_links { Links::Anywhere } else { Links::Inside },
            limit: None,
        },
        hardlink_dupes: arguments.hardlink_dupes,
        keep_leftovers: false,
    })
}
