//! One request to `pycompile bazel-worker`: sources, recorded names and pycs.

use super::error::{CommandError, Status};
use super::number::between;
use super::paths::path_from_bytes;
use crate::build::compile::compile;
use crate::build::{CompileBounds, CompileSettings, Outcome, Task};
use crate::engine::python::Places;
use crate::engine::select::native_versions;
use crate::engine::{
    Diagnostic, EngineOptions, Engines, EnginesError, Limits, Refs, Requested, Run, Workers, select,
};
use crate::output::inside::Links;
use crate::project::{Naming, read_regular};
use crate::pyc::InvalidationMode;
use crate::target::Release;
use crate::text::{Shown as _, visible_lines};
use crate::warnings::Filters;
use clap::Parser as _;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// Sources to compile, with the names to record and the pycs to write.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub(super) struct PrecompileArgs {
    /// Python version, such as 3.14.
    #[arg(long = "python_version", value_name = "X.Y")]
    python: Option<Release>,
    /// Invalidation mode: `checked_hash` or `unchecked_hash` [default: checked_hash].
    #[arg(long = "invalidation_mode", value_name = "MODE", value_parser = mode)]
    mode: Option<InvalidationMode>,
    /// Optimization level 0, 1 or 2; -1 is 0 [default: 0].
    #[arg(long, value_name = "LEVEL", allow_hyphen_values = true, value_parser = between(-1_i8, 2))]
    optimize: Option<i8>,
    /// Source to compile (repeatable).
    #[arg(long = "src", value_name = "FILE", allow_hyphen_values = true)]
    sources: Vec<PathBuf>,
    /// Name to record for the corresponding --src (repeatable).
    #[arg(long = "src_name", value_name = "NAME", allow_hyphen_values = true)]
    names: Vec<PathBuf>,
    /// Pyc to write for the corresponding --src (repeatable).
    #[arg(long = "pyc", value_name = "CFILE", allow_hyphen_values = true)]
    pycs: Vec<PathBuf>,
    /// Files with more arguments, one per line.
    #[arg(value_name = "@FILE")]
    files: Vec<OsString>,
}

/// Arguments of a request.
#[derive(clap::Parser)]
#[command(no_binary_name = true, disable_help_flag = true, args_override_self = true, infer_long_args = true)]
struct RequestLine {
    #[command(flatten)]
    arguments: PrecompileArgs,
}

/// Largest number of files with arguments in one request.
const MOST_FILES: usize = 64;
/// Largest size of a file with arguments, in bytes.
const LARGEST_FILE: u64 = 16 << 20;
/// Largest number of directories to remember.
const MOST_FOLDERS: usize = 10_000;

fn mode(name: &str) -> Result<InvalidationMode, &'static str> {
    match name.to_ascii_lowercase().as_str() {
        "checked_hash" => Ok(InvalidationMode::CheckedHash),
        "unchecked_hash" => Ok(InvalidationMode::UncheckedHash),
        "timestamp" => Err("the modification time of a source differs between builds"),
        _ => Err("expected checked_hash or unchecked_hash"),
    }
}

fn usage(message: impl Into<String>) -> CommandError {
    CommandError::Usage(message.into())
}

impl PrecompileArgs {
    /// Parses the arguments of a request.
    ///
    /// # Errors
    /// [`CommandError::Usage`].
    pub(super) fn parse(arguments: &[OsString]) -> Result<Self, CommandError> {
        RequestLine::try_parse_from(arguments).map(|line| line.arguments).map_err(|error| {
            let text = error.render().to_string();
            // Tips and the usage follow; they do not apply to a request.
            let text = text.split("\n\n").next().unwrap_or_default();
            usage(text.strip_prefix("error: ").unwrap_or(text).trim_end())
        })
    }

    /// Reads the files with arguments, which are relative to `folder`.
    ///
    /// # Errors
    /// [`CommandError::Usage`].
    pub(super) fn expanded(mut self, folder: Option<&Path>) -> Result<Self, CommandError> {
        let mut read = 0;
        while let Some(file) = self.files.pop() {
            read += 1;
            if read > MOST_FILES {
                return Err(usage(format!("more than {MOST_FILES} files with arguments")));
            }
            let path = file.as_encoded_bytes().strip_prefix(b"@").map(path_from_bytes);
            let Some(path) = path else {
                return Err(usage(format!("unexpected argument `{}`", file.shown())));
            };
            let is_below = |part| matches!(part, Component::Normal(_) | Component::CurDir);
            if folder.is_some() && !path.components().all(is_below) {
                return Err(usage(format!("{} is not in the sandbox", path.shown())));
            }
            let path = folder.map_or(path.clone(), |folder| folder.join(&path));
            let cannot = |error| usage(format!("cannot read {}: {error}", path.shown()));
            let text = read_regular(&path, LARGEST_FILE).map_err(cannot)?;
            // An empty file has no arguments, and lines may end as on Windows.
            let lines = text.split_inclusive(|&byte| byte == b'\n').map(|line| {
                let line = line.strip_suffix(b"\n").unwrap_or(line);
                path_from_bytes(line.strip_suffix(b"\r").unwrap_or(line)).into()
            });
            let more = Self::parse(&lines.collect::<Vec<OsString>>())?;
            self.python = more.python.or(self.python);
            self.mode = more.mode.or(self.mode);
            self.optimize = more.optimize.or(self.optimize);
            self.sources.extend(more.sources);
            self.names.extend(more.names);
            self.pycs.extend(more.pycs);
            self.files.extend(more.files);
        }
        Ok(self)
    }

    /// Returns the sources with their names and pycs, all of them below `folder`.
    fn tasks(self, folder: Option<&Path>) -> Result<Vec<Task>, CommandError> {
        let counts = [self.sources.len(), self.names.len(), self.pycs.len()];
        if counts == [0; 3] {
            return Err(usage("there is nothing to compile: --src, --src_name and --pyc are missing"));
        }
        if let [sources, names, pycs] = counts
            && (names, pycs) != (sources, sources)
        {
            return Err(usage(format!(
                "{sources} --src, {names} --src_name and {pycs} --pyc: the numbers must be equal"
            )));
        }
        let sources: BTreeSet<&Path> = self.sources.iter().map(PathBuf::as_path).collect();
        let mut written = BTreeSet::new();
        for pyc in &self.pycs {
            if sources.contains(pyc.as_path()) {
                return Err(usage(format!("refusing to overwrite {}: it is a source", pyc.shown())));
            }
            if !written.insert(pyc.as_path()) {
                return Err(usage(format!("{} would be written twice", pyc.shown())));
            }
        }
        let placed = |path: PathBuf| folder.map_or(path.clone(), |folder| folder.join(&path));
        let named = self.sources.into_iter().zip(self.names).zip(self.pycs);
        let tasks = named.map(|((source, name), pyc)| Task {
            file: placed(source),
            recorded: Some(Ok(name)),
            output: Some(placed(pyc)),
        });
        Ok(tasks.collect())
    }
}

/// Messages besides errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reports {
    /// None.
    Errors,
    /// Warnings of the compiler.
    Warnings,
    /// Warnings, engines and pycs.
    Pycs,
}

/// Result of a request.
pub(super) struct Precompiled {
    /// [`Status::No`] if a source was not compiled.
    pub(super) status: Status,
    /// Errors and other messages.
    pub(super) text: String,
}

/// Compiler of requests, which keeps its engines.
pub(super) struct Precompiler {
    places: Places,
    limits: Limits,
    engines: Vec<(Release, Engines)>,
    /// Directories of pycs that were looked through for temporary files of killed runs.
    tidied: BTreeSet<PathBuf>,
}

impl Precompiler {
    pub(super) const fn new(places: Places, limits: Limits) -> Self {
        Self { places, limits, engines: Vec::new(), tidied: BTreeSet::new() }
    }

    /// Compiles the sources of a request. With a `sandbox`, all paths are below it, and nothing is
    /// written through symlinks in it.
    ///
    /// # Errors
    /// The arguments are wrong, or there is no engine for the version.
    pub(super) fn run(
        &mut self,
        arguments: PrecompileArgs,
        sandbox: Option<&Path>,
        reports: Reports,
        workers: Workers<'_>,
    ) -> Result<Precompiled, CommandError> {
        let mode = arguments.mode.unwrap_or(InvalidationMode::CheckedHash);
        let level = arguments.optimize.map_or(0, |level| level.max(0).unsigned_abs());
        let release = arguments.python;
        let tasks = arguments.tasks(sandbox)?;
        let missing = "--python_version is missing, and no interpreter is searched for";
        let release = release.ok_or_else(|| usage(missing))?;
        // Bazel removes sandboxes itself.
        let is_first = sandbox.is_none() && self.is_first(&tasks);
        let engines = self.engines(release)?;
        let settings = CompileSettings {
            mode,
            levels: vec![level],
            force: true,
            check: false,
            digests: false,
            clamp_mtime: None,
            output: None,
            naming: Naming::default(),
            bounds: CompileBounds {
                below: sandbox.map(Into::into),
                // The sources in a sandbox are symlinks to the real ones.
                links: Links::Anywhere,
                ..CompileBounds::default()
            },
            hardlink_dupes: false,
            keep_leftovers: !is_first,
        };
        let (outcomes, missing) = compile(&tasks, Run { engines, workers }, &settings)?;
        let is_interrupted =
            |outcome: &Outcome| outcome.result().is_err_and(|error| error.kind == Diagnostic::INTERRUPTED);
        if missing > 0 || outcomes.iter().any(is_interrupted) {
            return Err(usage("interrupted"));
        }
        Ok(Precompiled {
            status: match outcomes.iter().all(|outcome| outcome.result().is_ok()) {
                true => Status::Done,
                false => Status::No,
            },
            text: text(&outcomes, engines, reports),
        })
    }

    /// Returns whether a pyc is the first in its directory.
    fn is_first(&mut self, tasks: &[Task]) -> bool {
        if self.tidied.len() > MOST_FOLDERS {
            self.tidied.clear();
        }
        let folders = tasks.iter().filter_map(|task| task.output.as_deref()?.parent());
        folders.filter(|folder| self.tidied.insert(folder.to_path_buf())).count() > 0
    }

    fn engines(&mut self, release: Release) -> Result<&Engines, CommandError> {
        let at = match self.engines.iter().position(|(known, _)| *known == release) {
            Some(at) => at,
            None => {
                let options = EngineOptions::automatic(&[], &self.places, self.limits, Refs::Cpython);
                let mut started =
                    select::start(Requested::Releases(&[release]), &options).map_err(without_interpreter)?;
                for target in &mut started {
                    target.warnings = Some(Filters::new("", &[]));
                }
                self.engines.push((release, started));
                self.engines.len() - 1
            }
        };
        Ok(&self.engines[at].1)
    }
}

/// Adds a hint for this command, which has no option for an interpreter.
fn without_interpreter(error: EnginesError) -> CommandError {
    let known = match &error {
        EnginesError::OnlyInterpreters { .. } => native_versions(),
        EnginesError::OtherReleases { releases, .. } => releases.clone(),
        _ => return error.into(),
    };
    usage(format!("{error}\nhint: without an interpreter, {known} can be compiled for"))
}

/// Returns the messages about a request.
fn text(outcomes: &[Outcome], engines: &Engines, reports: Reports) -> String {
    let mut lines = Vec::new();
    if reports >= Reports::Pycs {
        lines.extend(engines.iter().map(|target| target.about.clone()));
    }
    for outcome in outcomes {
        if let Some(pyc) = outcome.pyc().filter(|_| reports >= Reports::Warnings) {
            lines.extend(pyc.warnings.iter().map(|warning| warning.rendered.clone()));
        }
        match (outcome.result(), outcome.output()) {
            (Err(error), _) => lines.push(error.rendered.clone()),
            (Ok(done), Some(output)) if reports >= Reports::Pycs => {
                lines.push(format!("{}: {}", done.name(), output.shown()));
            }
            _ => {}
        }
    }
    lines.iter().map(|line| format!("{}\n", visible_lines(line.trim_end_matches('\n')))).collect()
}
