//! `pycompile manifest`.

use super::destination::Destination;
use super::error::{CommandError, Status};
use super::format::print_artifacts;
use super::options::{PlainFormatArgs, names};
use super::printer::Printer;
use super::project::{AllowArgs, ConfigArgs, EngineArgs, SelectArgs};
use super::with_names::WithNames;
use super::{environment, interrupt};
use crate::build::existing::existing;
use crate::build::{Artifact, ProjectError};
use crate::config::Given;
use crate::engine::select;
use crate::input::PlaceError;
use crate::manifest::{EntryError, Manifest, ManifestForm, Shard, inventory, merge, parse_shard};
use crate::text::{Shown as _, counted, visible};
use std::path::PathBuf;

/// Write the manifest of the pycs in a tree, archive, package or image, or of one pyc. Without
/// PATH, the manifest lists the pycs that pycompile.toml asks for, which must exist.
///
/// Nothing is compiled; `verify` does that.
///
/// Example: pycompile manifest dist/demo-1.0-cp314-none-any.whl --output demo.pyc.json
#[derive(Debug, clap::Args)]
pub(super) struct ManifestArgs {
    /// Directory, wheel, zip, .deb, .rpm, tar archive, container image or pyc.
    #[arg(value_name = "PATH", conflicts_with = "config")]
    path: Option<PathBuf>,
    /// List only shard K of N of the files and archives in PATH, for N machines to share the work.
    ///
    /// Each file is in one shard. `--merge` makes one manifest of all of them.
    #[arg(long, value_name = "K/N", requires = "path")]
    shard: Option<Shard>,
    /// Write the manifest of a whole place from the manifests of all its shards; fails if one is
    /// missing.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["path", "config", "shard"])]
    merge: Vec<PathBuf>,
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    overrides: WithNames<ListArgs>,
    /// Write the manifest to this file, `-` for standard output [default: standard output].
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    output: Destination,
    /// Format of the manifest: JSON, lines for `sha256sum --check`, or an in-toto Statement v1.
    #[arg(long = "format", value_enum, value_parser = names::<ManifestForm>(), default_value_t = ManifestForm::Json, value_name = "FORM")]
    form: ManifestForm,
    #[command(flatten)]
    pub(super) format: PlainFormatArgs,
}

/// Options that override the config: those for the pycs and the releases that a manifest lists.
#[derive(Debug, clap::Args)]
struct ListArgs {
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    engines: EngineArgs,
    #[command(flatten)]
    allowed: AllowArgs,
}

impl ListArgs {
    fn given(&self) -> Given {
        Given {
            engine: self.engines.engine,
            interpreters: self.engines.interpreter.clone(),
            allow_failures: self.allowed.allow_failures.clone(),
            ..self.select.given()
        }
    }
}

pub(super) fn run(arguments: &ManifestArgs, printer: &Printer) -> Result<Status, CommandError> {
    arguments.output.keeps_apart(printer.format)?;
    let overrides = &arguments.overrides;
    let is_existing = arguments.path.is_some() || !arguments.merge.is_empty();
    if let (true, Some(option)) = (is_existing, overrides.names.first()) {
        return Err(CommandError::Usage(format!("{option} applies to a config, not to PATH or --merge")));
    }
    if arguments.shard.is_some() && arguments.form != ManifestForm::Json {
        return Err(CommandError::Usage("the manifest of a shard is JSON, which --merge reads".into()));
    }
    let inputs = match (&arguments.path, arguments.merge.as_slice()) {
        (Some(path), _) => vec![path.clone()],
        (None, []) => vec![arguments.config.path()?],
        (None, parts) => parts.to_vec(),
    };
    if let Some(input) = inputs.iter().find(|input| arguments.output.is(input)) {
        let message = format!("refusing to overwrite {}: it is an input", input.shown());
        return Err(CommandError::Usage(message));
    }
    arguments.output.check_manifest(arguments.form)?;
    let (manifest, failures) = match &arguments.path {
        Some(path) => inventory(path, arguments.shard, environment::entered_directory().as_deref())?,
        None if !arguments.merge.is_empty() => (merged(&arguments.merge)?, Vec::new()),
        None => of_config(arguments, printer)?,
    };
    // Another shard may have some, and whoever merges them sees whether all are empty.
    let has_archives =
        !manifest.archives.is_empty() && !arguments.path.as_ref().is_some_and(|path| path.is_file());
    let is_empty = manifest.files.is_empty() && !has_archives && manifest.shard.is_none();
    if is_empty && failures.is_empty() {
        let inputs: Vec<String> = inputs.iter().map(|input| input.shown()).collect();
        return Err(CommandError::Usage(format!("no pyc in {}", inputs.join(", "))));
    }
    let text = arguments.form.text(&manifest).map_err(ProjectError::from)?;
    arguments.output.write(text.as_bytes(), printer)?;
    if let Some(path) = arguments.output.file() {
        let written = Artifact::written(path, arguments.form.into(), text.as_bytes());
        print_artifacts(&[written], false, printer)?;
    }
    show(&manifest, &failures, printer)?;
    Ok(if failures.is_empty() { Status::Done } else { Status::No })
}

/// Returns the manifest of the pycs that the config asks for, and the errors of those without an
/// entry.
fn of_config(
    arguments: &ManifestArgs,
    printer: &Printer,
) -> Result<(Manifest, Vec<(String, EntryError)>), CommandError> {
    let project = arguments.config.load_given(arguments.overrides.given(), printer)?;
    // Releases that the config asks for, as far as their engines are available.
    let engines = project.engines(&environment::places(), interrupt::flag());
    let engines = engines.unwrap_or_default();
    let versions = match engines.is_empty() {
        true => project.versions(&environment::places())?,
        false => engines.iter().map(|target| target.series.version).collect(),
    };
    let (manifest, failures) = existing(&project, &versions)?;
    Ok((manifest.with_releases(select::releases(&engines)), failures))
}

/// Prints the pycs without an entry, and the summary.
fn show(
    manifest: &Manifest,
    failures: &[(String, EntryError)],
    printer: &Printer,
) -> Result<(), CommandError> {
    printer.count("pycs", manifest.files.len());
    printer.count("without_entry", failures.len());
    for (name, error) in failures.iter().filter(|_| printer.is_json()) {
        printer.json(&serde_json::json!({"path": name, "finding": without_path(name, error)}))?;
    }
    for (name, error) in failures {
        printer.file_error(&format!("{}: {}", visible(name), without_path(name, error)));
    }
    let archives = match manifest.archives.len() {
        0 => String::new(),
        count => format!("{} with pycs, ", counted(count, "archive", "archives")),
    };
    printer.summary(&format!(
        "{}, {archives}{} without an entry",
        counted(manifest.files.len(), "pyc", "pycs"),
        failures.len()
    ));
    Ok(())
}

/// Returns the error of a file whose path precedes it.
fn without_path(name: &str, error: &EntryError) -> String {
    match error {
        EntryError::Place(PlaceError::Missing(missing)) if missing == name => "it does not exist".to_owned(),
        error => error.to_string(),
    }
}

fn merged(paths: &[PathBuf]) -> Result<Manifest, CommandError> {
    let part = |path: &PathBuf| -> Result<(PathBuf, Manifest), CommandError> {
        Ok((path.clone(), parse_shard(path, &interrupt::read_named_file(path)?)?))
    };
    let parts = paths.iter().map(part);
    Ok(merge(parts.collect::<Result<_, CommandError>>()?)?)
}
