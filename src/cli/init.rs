//! `pycompile init`.

use super::environment;
use super::error::{CommandError, Status};
use super::format::print_artifacts;
use super::hint::{self, PACK_WHEEL};
use super::options::{MessageFormat, PlainFormatArgs};
use super::printer::Printer;
use crate::build::{Artifact, ArtifactKind, Choice, ProjectError};
use crate::config::config_in;
use crate::config::init::{Changes, Draft, Lists, changes, draft, draft_from_wheel, updated};
use crate::engine::{Limits, version_on_path};
use crate::output::atomic;
use crate::output::inside::{Inside, Links};
use crate::text::{Shown as _, counted, python};
use crate::wheel::Project;
use crate::wheel::project::INLINE;
use std::path::{Path, PathBuf};

/// Write a pycompile.toml that lists the files a build backend would ship
///
/// Files are listed once: `--update` adds new files and removes missing ones, and `--check` only
/// compares. Tests, documentation, build scripts, virtual environments and files that git ignores
/// are left out, and `--verbose` lists them.
///
/// Example: pycompile init .
///
/// Example: pycompile init --from-wheel dist/demo-1.0-py3-none-any.whl
#[derive(Debug, clap::Args)]
pub(super) struct InitArgs {
    /// Directory of the project.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Refresh the lists of the existing pycompile.toml and show the changes.
    #[arg(long, conflicts_with = "check")]
    update: bool,
    /// Write nothing: exit with 1 if a file is not listed or a listed file is missing.
    #[arg(long)]
    check: bool,
    /// List the files of this wheel, which the build backend has built, and use its metadata.
    #[arg(long, value_name = "WHEEL", conflicts_with_all = ["update", "check"])]
    from_wheel: Option<PathBuf>,
    #[command(flatten)]
    pub(super) format: PlainFormatArgs,
}

/// Number of changes that are printed without --verbose.
const SHOWN_CHANGES: usize = 50;

/// Number of excluded paths that are printed without --verbose.
const SHOWN: usize = 12;

pub(super) fn run(arguments: &InitArgs, printer: &Printer) -> Result<Status, CommandError> {
    check_folder(&arguments.folder)?;
    let existing = config_in(&arguments.folder).map_err(ProjectError::from)?;
    let path = existing.clone().unwrap_or_else(|| arguments.folder.join("pycompile.toml"));
    if arguments.update || arguments.check {
        if existing.is_none() {
            let folder = arguments.folder.shown();
            let message = format!("there is no config in {folder}\nhint: `pycompile init` writes one");
            return Err(CommandError::Usage(message));
        }
        return refresh(arguments, &path, printer);
    }
    if existing.is_some() || path.symlink_metadata().is_ok() {
        let what = if path.ends_with("pyproject.toml") { "has a [tool.pycompile]" } else { "exists" };
        return Err(CommandError::Usage(format!(
            "{} already {what}\nhint: `pycompile init --update` refreshes its lists",
            path.shown()
        )));
    }
    // An interpreter that does not start counts as absent.
    let on_path = version_on_path(&environment::places(), Limits::default()).unwrap_or(None);
    let choice = Choice::of_project(&arguments.folder, on_path)?;
    let version = choice.version;
    let draft = match &arguments.from_wheel {
        Some(wheel) => draft_from_wheel(&arguments.folder, wheel, version)?,
        None => draft(&arguments.folder, version).map_err(ProjectError::from)?,
    };
    show_lists(&draft.lists, printer)?;
    show_left_out(&draft.lists, printer);
    if draft.lists.sources.is_empty() {
        return Err(nothing_to_list(&arguments.folder, &draft.lists));
    }
    write(&path, &draft.text, printer)?;
    printer.summary(&format!(
        "{}: {}, {}",
        path.shown(),
        counted(draft.lists.sources.len(), "Python file", "Python files"),
        counted(draft.lists.data.len(), "data file", "data files")
    ));
    printer.summary(&format!("note: the config names {choice}"));
    for note in &draft.lists.notes {
        printer.summary(&format!("note: {note}"));
    }
    if let Some(reason) = &draft.lists.built {
        printer.summary(&format!("note: {reason}, so the config has no [wheel]\nhint: {PACK_WHEEL}"));
    }
    note_open_keys(&arguments.folder, &draft, printer);
    Ok(Status::Done)
}

fn check_folder(folder: &Path) -> Result<(), CommandError> {
    if folder.is_dir() {
        return Ok(());
    }
    let shown = folder.shown();
    Err(CommandError::Usage(match folder.symlink_metadata() {
        Ok(_) => {
            format!(
                "{shown} is not a directory\nhint: pass the directory of the project: `pycompile init DIR`"
            )
        }
        Err(_) => format!("there is no directory {shown}"),
    }))
}

fn nothing_to_list(folder: &Path, lists: &Lists) -> CommandError {
    let folder = folder.shown();
    CommandError::Usage(match &lists.built {
        Some(reason) => format!("no Python files to list in {folder}: {reason}\nhint: {PACK_WHEEL}"),
        None => format!("no Python files to list in {folder}\nhint: run it in the directory of the project"),
    })
}

/// Prints the keys that `pack` requires and the project leaves to its build backend.
fn note_open_keys(folder: &Path, draft: &Draft, printer: &Printer) {
    if let Some(home) = draft.home {
        printer.summary(&format!(
            "note: `pycompile pack` needs metadata, and this project has it in {home}\nhint: add this to pycompile.toml; it \
             runs the build backend for it:\n\n[wheel]\nmetadata = \"backend\""
        ));
    }
    if draft.lacks_metadata {
        printer.summary(&format!(
            "note: there is no pyproject.toml, setup.cfg or setup.py, so the config has no [wheel]\nhint: `pycompile build` \
             needs none; for `pycompile pack`, add this to pycompile.toml, with the values filled in:\n\n{INLINE}"
        ));
    }
    if !draft.reads_pyproject {
        return;
    }
    let folder = Inside::new(folder, Links::Inside);
    let variables = environment::pretend_versions();
    match Project::read_with(&folder, "pyproject.toml", &toml::Table::new(), &variables) {
        Err(error) => {
            let error = hint::message(&ProjectError::from(error).into());
            printer.summary(&format!("note: `pycompile pack` needs more: {error}"));
        }
        Ok(project) => project.details.iter().for_each(|detail| printer.summary(&format!("note: {detail}"))),
    }
}

fn show_left_out(lists: &Lists, printer: &Printer) {
    let line = |(path, why): &(PathBuf, String)| format!("left out {path:?}: {why}");
    let (first, rest) = lists.left_out.split_at(lists.left_out.len().min(SHOWN));
    first.iter().for_each(|left_out| printer.summary(&line(left_out)));
    if !rest.is_empty() {
        printer.summary(&format!("left out {} more (listed with --verbose)", rest.len()));
    }
    rest.iter().for_each(|left_out| printer.detail(&line(left_out)));
}

fn refresh(arguments: &InitArgs, path: &Path, printer: &Printer) -> Result<Status, CommandError> {
    let loaded = crate::config::load(path).map_err(ProjectError::from)?;
    let lists = Lists::of(&arguments.folder).map_err(ProjectError::from)?;
    let usage = |error: crate::config::init::UpdateError| CommandError::Usage(error.to_string());
    if arguments.check {
        let changes = changes(&loaded, &lists).map_err(usage)?;
        show_changes(&changes, arguments, printer)?;
        if changes.is_empty() {
            printer.summary(&format!("{} is up to date", path.shown()));
            return Ok(Status::Done);
        }
        printer.summary("hint: `pycompile init --update` refreshes the lists");
        return Ok(Status::No);
    }
    let (text, changes) = updated(&loaded, &lists).map_err(usage)?;
    show_changes(&changes, arguments, printer)?;
    if changes.is_empty() {
        printer.summary(&format!("{} is up to date", path.shown()));
        return Ok(Status::Done);
    }
    write(path, &text, printer)?;
    printer.summary(&format!(
        "{}: {} added, {} removed",
        path.shown(),
        counted(changes.added.len(), "file", "files"),
        changes.removed.len()
    ));
    Ok(Status::Done)
}

fn write(path: &Path, text: &str, printer: &Printer) -> Result<(), CommandError> {
    atomic::write(path, text.as_bytes(), 0o644).map_err(ProjectError::from)?;
    let written = Artifact::written(path, ArtifactKind::Config, text.as_bytes());
    print_artifacts(&[written], false, printer)?;
    Ok(())
}

/// File of the lists, in JSON output.
fn listed(path: &str, status: &str, reason: Option<&str>, printer: &Printer) -> Result<(), CommandError> {
    Ok(printer.json(&serde_json::json!({"path": path, "status": status, "reason": reason}))?)
}

fn show_lists(lists: &Lists, printer: &Printer) -> Result<(), CommandError> {
    printer.count("sources", lists.sources.len());
    printer.count("data", lists.data.len());
    printer.count("left_out", lists.left_out.len());
    if !printer.is_json() {
        return Ok(());
    }
    for name in lists.sources.iter().chain(&lists.data) {
        listed(name, "listed", None, printer)?;
    }
    for (path, reason) in &lists.left_out {
        listed(&python::os_text(path.as_os_str()), "left-out", Some(reason), printer)?;
    }
    Ok(())
}

fn show_changes(changes: &Changes, arguments: &InitArgs, printer: &Printer) -> Result<(), CommandError> {
    printer.count("added", changes.added.len());
    printer.count("removed", changes.removed.len());
    if printer.is_json() {
        for name in &changes.added {
            listed(name, "added", None, printer)?;
        }
        for name in &changes.removed {
            listed(name, "removed", None, printer)?;
        }
    }
    let added = changes.added.iter().map(|name| format!("+ {name:?}"));
    let lines: Vec<String> = added.chain(changes.removed.iter().map(|name| format!("- {name:?}"))).collect();
    let (first, rest) = lines.split_at(lines.len().min(SHOWN_CHANGES));
    for line in first {
        // The result of a check; of an update, the result is the config.
        match printer.format {
            MessageFormat::Human if arguments.check => printer.finding(line)?,
            _ => printer.summary(line),
        }
    }
    if !rest.is_empty() {
        printer.summary(&format!("{} more (listed with --verbose)", rest.len()));
    }
    rest.iter().for_each(|line| printer.detail(line));
    Ok(())
}
