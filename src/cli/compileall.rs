//! `pycompile compileall`: the command line of `compileall`.
//!
//! CPython: `Lib/compileall.py`. Where compileall silently does something unwanted, pycompile
//! refuses with an error that says so.

use super::error::{CommandError, Status};
use super::limits::jobs;
use super::messages;
use super::number::{at_least, between};
use super::options::{NAMES, PlainFormatArgs, PycArgs, distinct_levels};
use super::paths::path_from_bytes;
use super::printer::Printer;
use super::project::print_engines;
use super::warnings::{Warned, WarningArgs};
use super::{environment, hint, interrupt};
use crate::build::compile::compile;
use crate::build::{CompileBounds, CompileSettings, Done, Outcome, Task, plan};
use crate::engine::{EngineChoice, Run};
use crate::output::inside::Links;
use crate::project::{Layout, Naming, ProjectWalk, is_python, real_path, stripped, walk};
use crate::report::outcome::has_several_versions;
use crate::target::PyVersion;
use crate::text::Shown as _;
use clap::builder::{OsStringValueParser, TypedValueParser};
use std::num::{IntErrorKind, ParseIntError};
use std::path::{Path, PathBuf};

/// Compile as `python -m compileall` does, with its options and exit status, and in parallel also
/// for lists of files.
///
/// Differences, all of them refusals: without FILE or DIR nothing is compiled (compileall compiles
/// all of sys.path); a path that does not exist fails (compileall exits with 0); -s fails for a
/// path that does not start with it (compileall records the full path); a named file that does not
/// end in .py fails (compileall skips it).
///
/// Example: pycompile compileall -o 0 -o 1 -q -f -s "$DESTDIR" -p / --hardlink-dupes -e "$DESTDIR"
/// "$DESTDIR"
#[derive(Debug, clap::Args)]
pub(super) struct CompileallArgs {
    /// Files and directories to compile.
    #[arg(value_name = "FILE|DIR")]
    destinations: Vec<PathBuf>,
    /// Do not recurse into subdirectories.
    #[arg(short = 'l')]
    flat: bool,
    /// Maximum recursion depth; a negative number counts as 0; overrides -l.
    #[arg(short = 'r', value_name = "LEVELS", value_parser = depth, allow_negative_numbers = true)]
    recursion: Option<usize>,
    /// Recompile files whose pyc is up to date.
    ///
    /// A pyc is up to date if it is complete and has the right header and recorded file name.
    #[arg(short = 'f')]
    force: bool,
    /// Write `mod.pyc` next to `mod.py`.
    #[arg(short = 'b')]
    legacy: bool,
    /// Record this directory instead of the directory that is named.
    #[arg(short = 'd', value_name = "DESTDIR", value_parser = any_path(), conflicts_with_all = ["strip_dir", "prepend_dir"])]
    destination_dir: Option<PathBuf>,
    /// Strip this directory from the start of recorded file names.
    #[arg(short = 's', value_name = "STRIPDIR", value_parser = any_path(), help_heading = NAMES)]
    strip_dir: Option<PathBuf>,
    /// Prepend this directory to recorded file names, after -s.
    #[arg(short = 'p', value_name = "PREPENDDIR", value_parser = any_path(), help_heading = NAMES)]
    prepend_dir: Option<PathBuf>,
    /// Exclude paths that match this regular expression anywhere.
    #[arg(short = 'x', value_name = "REGEXP")]
    exclude: Option<String>,
    /// Read more paths from this file, one per line; `-` for standard input.
    #[arg(short = 'i', value_name = "FILE")]
    list: Option<PathBuf>,
    /// Number of files to compile in parallel; 0 for the number of processors.
    #[arg(short = 'j', long = "workers", value_name = "N", default_value_t = 1, value_parser = at_least(0_u32), allow_negative_numbers = true)]
    workers: u32,
    /// Optimization level (repeatable).
    #[arg(short = 'o', value_name = "LEVEL", value_parser = between(-1_i8, 2), allow_negative_numbers = true)]
    levels: Vec<i8>,
    /// Optimization level 1 (`-O`) or 2 (`-OO`) if no -o is given, like python's own options;
    /// PYTHONOPTIMIZE is honored too.
    #[arg(short = 'O', action = clap::ArgAction::Count)]
    optimize: u8,
    /// Exclude symlinks to files outside of this directory.
    #[arg(short = 'e', value_name = "DIR", value_parser = any_path())]
    limit: Option<PathBuf>,
    /// Refuse files outside of this directory, and follow no symlink to a directory in it.
    #[arg(long, value_name = "DIR")]
    below: Option<PathBuf>,
    /// Hard-link the pycs of a source that are equal at several optimization levels.
    #[arg(long)]
    hardlink_dupes: bool,
    #[command(flatten)]
    pycs: PycArgs,
    #[command(flatten)]
    warnings: WarningArgs,
    #[command(flatten)]
    pub(super) format: PlainFormatArgs,
}

/// Accepts any path, as compileall does: a script's variable may be empty.
fn any_path() -> impl TypedValueParser {
    OsStringValueParser::new().map(PathBuf::from)
}

/// Accepts any integer, as compileall does.
fn depth(text: &str) -> Result<usize, ParseIntError> {
    match text.parse::<i64>() {
        Ok(number) => Ok(usize::try_from(number).unwrap_or(0)),
        Err(error) => match error.kind() {
            IntErrorKind::PosOverflow => Ok(usize::MAX),
            IntErrorKind::NegOverflow => Ok(0),
            _ => Err(error),
        },
    }
}

pub(super) fn run(arguments: &CompileallArgs, printer: &Printer) -> Result<Status, CommandError> {
    let levels = levels(arguments)?;
    if arguments.exclude.as_deref() == Some("") {
        let message = "-x is empty, which every path matches: nothing would be compiled";
        return Err(CommandError::Usage(message.into()));
    }
    let exclude = arguments.exclude.as_deref().map(fancy_regex::Regex::new).transpose();
    let exclude = exclude.map_err(|error| CommandError::Usage(format!("-x: {error}")))?;
    let mut destinations = arguments.destinations.clone();
    if let Some(list) = &arguments.list {
        destinations.extend(read_list(list)?);
    }
    if destinations.is_empty() {
        if arguments.list.is_some() {
            printer
                .summary("the list is empty: nothing to compile (compileall would compile all of sys.path)");
            return Ok(Status::Done);
        }
        return Err(CommandError::Usage(
            "name a file or a directory (compileall would compile all of sys.path)".into(),
        ));
    }
    let mut engines = arguments.pycs.engines(EngineChoice::Auto, interrupt::limits())?;
    print_engines(&engines, printer);
    arguments.warnings.apply(&mut engines, printer);
    let mut failures = Vec::new();
    let tasks = tasks(arguments, &destinations, exclude.as_ref(), printer, &mut failures)?;
    let settings = settings(arguments, levels, &destinations, printer)?;
    let layout = settings.naming.layout;
    plan::check_layout(layout, engines.len(), settings.levels.len())?;
    let jobs = jobs(arguments.workers as usize);
    let (mut outcomes, missing) = printer.working(tasks.len(), jobs, |workers| {
        compile(&tasks, Run { engines: &engines, workers }, &settings)
    })?;
    hint::add(&mut outcomes, "`-e DIR` compiles links to files below DIR");
    if printer.is_json() {
        for failure in &failures {
            printer.json(&serde_json::json!({"failure": failure}))?;
        }
        let status = messages::print(&outcomes, missing, &[], printer)?;
        printer.count("failures", failures.len());
        return Ok(if failures.is_empty() { status } else { Status::No });
    }
    print(&outcomes, &failures, printer)?;
    if missing > 0 {
        return Err(CommandError::interrupted(missing, "file was", "files were"));
    }
    let failed = !failures.is_empty() || outcomes.iter().any(|outcome| outcome.result().is_err());
    Ok(if failed { Status::No } else { Status::Done })
}

fn levels(arguments: &CompileallArgs) -> Result<Vec<u8>, CommandError> {
    let own = arguments.optimize.max(environment::python_optimize()).min(2);
    let levels = arguments.levels.iter().map(|&level| u8::try_from(level).unwrap_or(own));
    let levels: Vec<u8> = levels.collect();
    if arguments.hardlink_dupes && levels.len() < 2 {
        let message = "--hardlink-dupes makes sense for more than one optimization level only";
        return Err(CommandError::Usage(message.into()));
    }
    Ok(distinct_levels(levels, own))
}

fn read_list(list: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let text = if list.as_os_str() == "-" {
        interrupt::read_standard_input()?
    } else {
        interrupt::read_named_file(list)?
    };
    let lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    Ok(lines.map(path_from_bytes).collect())
}

fn tasks(
    arguments: &CompileallArgs,
    destinations: &[PathBuf],
    exclude: Option<&fancy_regex::Regex>,
    printer: &Printer,
    failures: &mut Vec<String>,
) -> Result<Vec<Task>, CommandError> {
    let depth = arguments.recursion.unwrap_or(if arguments.flat { 0 } else { usize::MAX });
    let mut tasks = Vec::new();
    let mut named = plan::RealPaths::default();
    for destination in destinations {
        let (files, base) = if destination.is_dir() {
            let mut found = ProjectWalk::default();
            walk(destination, depth, &mut found);
            for folder in found.listed.iter().filter(|_| !printer.is_json()) {
                printer.line(&format!("Listing '{}'...", folder.shown()))?;
            }
            for (folder, error) in found.failed {
                failures.push(format!("Can't list '{}': {error}", folder.shown()));
            }
            (found.files, Some(destination.as_path()))
        } else if !destination.is_file() {
            failures.push(format!("'{}' is neither a file nor a directory", destination.shown()));
            continue;
        } else if !is_python(destination) {
            failures
                .push(format!("'{}' does not end in .py (compileall would skip it)", destination.shown()));
            continue;
        } else {
            (vec![destination.clone()], None)
        };
        for file in files {
            let searched = exclude.map_or(Ok(false), |regex| regex.is_match(&*file.to_string_lossy()));
            let excluded = searched.map_err(|error| CommandError::Usage(format!("-x: {error}")))?;
            if excluded || leads_outside(&file, arguments.limit.as_deref()) || !named.is_new(&file) {
                continue;
            }
            let recorded = recorded(arguments, &file, base);
            tasks.push(Task { file, recorded: Some(recorded), output: None });
        }
    }
    Ok(tasks)
}

/// Returns whether this is a symlink to a file outside of `limit`.
fn leads_outside(file: &Path, limit: Option<&Path>) -> bool {
    let Some(limit) = limit.filter(|limit| !limit.as_os_str().is_empty() && file.is_symlink()) else {
        return false;
    };
    match (real_path(limit), real_path(file)) {
        (Ok(limit), Ok(file)) => !file.starts_with(limit),
        _ => true,
    }
}

fn recorded(arguments: &CompileallArgs, file: &Path, base: Option<&Path>) -> Result<PathBuf, String> {
    if let Some(destination) = &arguments.destination_dir {
        let below = base.and_then(|base| file.strip_prefix(base).ok()).map(Path::to_path_buf);
        let name = || PathBuf::from(file.file_name().unwrap_or_default());
        return Ok(destination.join(below.unwrap_or_else(name)));
    }
    let name = match &arguments.strip_dir {
        None => file.to_path_buf(),
        // An empty directory strips only the root.
        Some(strip) if strip.as_os_str().is_empty() => file.strip_prefix("/").unwrap_or(file).to_path_buf(),
        Some(strip) => stripped(file, strip).ok_or_else(|| {
            format!(
                "ValueError: -s {} is not a directory above {} (compileall would record the full path)",
                strip.shown(),
                file.shown()
            )
        })?,
    };
    // As in os.path.join, an absolute name replaces the directory.
    Ok(arguments.prepend_dir.as_ref().map_or(name.clone(), |prepend| prepend.join(&name)))
}

fn settings(
    arguments: &CompileallArgs,
    levels: Vec<u8>,
    destinations: &[PathBuf],
    printer: &Printer,
) -> Result<CompileSettings, CommandError> {
    let layout = if arguments.legacy { Layout::Legacy } else { Layout::Pycache };
    let naming = Naming { layout, cache_prefix: environment::pycache_prefix()?, ..Naming::default() };
    let searched = destinations.iter().filter(|destination| destination.is_dir()).cloned().collect();
    Ok(CompileSettings {
        mode: arguments.pycs.mode(),
        levels,
        force: arguments.force,
        check: false,
        digests: printer.is_json(),
        clamp_mtime: arguments.pycs.latest_time()?,
        output: None,
        naming,
        bounds: CompileBounds {
            searched,
            below: arguments.below.clone(),
            listed: arguments.list.is_some(),
            links: Links::Inside,
            limit: arguments.limit.clone().filter(|limit| !limit.as_os_str().is_empty()),
        },
        hardlink_dupes: arguments.hardlink_dupes,
        keep_leftovers: false,
    })
}

/// Prints outcomes on standard output, as compileall does; each error of a source is printed once.
fn print(outcomes: &[Outcome], failures: &[String], printer: &Printer) -> Result<(), CommandError> {
    for failure in failures {
        printer.complaint(failure)?;
    }
    let several = has_several_versions(outcomes);
    let mut warned = Warned::new(outcomes);
    let mut last: Option<(&Path, &str, Option<PyVersion>)> = None;
    for outcome in outcomes {
        warned.print(outcome, printer)?;
        match outcome.result() {
            Ok(Done::UpToDate | Done::WouldChange) => {}
            Ok(Done::Compiled) => {
                if last != Some((outcome.file(), "", None)) {
                    printer.line(&format!("Compiling '{}'...", outcome.file().shown()))?;
                    last = Some((outcome.file(), "", None));
                }
            }
            Err(error) => {
                let version = outcome.pyc().map(|pyc| pyc.python).filter(|_| several);
                let now = Some((outcome.file(), error.rendered.as_str(), version));
                if last != now {
                    let version = version.map_or(String::new(), |version| format!(" for Python {version}"));
                    printer.complaint(&format!(
                        "*** Error compiling '{}'{version}...\n{}",
                        outcome.file().shown(),
                        error.rendered.trim_end_matches('\n')
                    ))?;
                    last = now;
                }
            }
        }
    }
    Ok(())
}
