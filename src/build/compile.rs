//! Sources → pycs on disk, as `py_compile.compile` writes them.

use super::artifact::FileDigest;
use super::current::is_current;
use super::errno;
use super::job::{Job, Jobs};
use super::leftovers;
use super::outcome::{Done, Outcome};
use super::source::{ReadRules, SourceFile};
use crate::engine::{Diagnostic, Made, Run, ThreadsError};
use crate::output::WriteError;
use crate::output::inside::{Inside, Links, OpenError, Opened, open_followed};
use crate::output::place::{Missing, OutputPlace};
use crate::project::{Layout, NameError, Naming, real_path};
use crate::pyc::InvalidationMode;
use crate::target::PyVersion;
use crate::text::Shown as _;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Settings of a run, for all of its files.
#[derive(Clone, Debug)]
pub struct CompileSettings {
    /// Invalidation mode of the pycs.
    pub mode: InvalidationMode,
    /// Optimization levels, each once.
    pub levels: Vec<u8>,
    /// Recompile files whose pyc is up to date.
    pub force: bool,
    /// Write nothing.
    pub check: bool,
    /// Include the digests of the pycs in outcomes.
    pub digests: bool,
    /// Latest modification time of sources, in seconds since 1970. A later one is set back to it.
    pub clamp_mtime: Option<u64>,
    /// Path of the pyc, instead of the path by the naming rules.
    pub output: Option<PathBuf>,
    /// Recorded names and paths of pycs.
    pub naming: Naming,
    /// Directories below which symlinks on the way to a source or a pyc are restricted.
    pub bounds: CompileBounds,
    /// Hard-link the pycs of a source that are equal at several levels.
    pub hardlink_dupes: bool,
    /// Leave temporary files of killed runs in the directories of the pycs: each directory has to
    /// be listed to find them.
    pub keep_leftovers: bool,
}

/// Directories whose content may belong to other users. Nothing is read through a symlink that
/// leads out of them, and nothing is written through any symlink.
#[derive(Clone, Debug, Default)]
pub struct CompileBounds {
    /// Directories that were searched for sources, as named by the user.
    pub searched: Vec<PathBuf>,
    /// Directory that every source must be below.
    pub below: Option<PathBuf>,
    /// True if the list of files comes from a program that may have walked another user's tree: a
    /// `__pycache__` that is a symlink is not followed.
    pub listed: bool,
    /// Handling of sources that are symlinks.
    pub links: Links,
    /// Directory that symlinks in all other directories may lead into.
    pub limit: Option<PathBuf>,
}

impl CompileBounds {
    /// Returns the directory that `path` must stay below, and the rest of the path; `None` if the
    /// user named the path itself.
    ///
    /// # Errors
    /// The path is not below [`CompileBounds::below`].
    fn root_of(&self, path: &Path) -> Result<Option<(&Path, PathBuf)>, Box<Diagnostic>> {
        if let Some(below) = &self.below {
            let rest = rest_below(path, below).ok_or_else(|| {
                let message = format!("{} is not below {}", path.shown(), below.shown());
                Diagnostic::without_place("ValueError", message)
            })?;
            return Ok(Some((below, rest)));
        }
        let mut searched = self.searched.iter();
        Ok(searched.find_map(|folder| Some((folder.as_path(), rest_below(path, folder)?))))
    }

    fn open(&self, file: &Path) -> Result<Result<Opened, OpenError>, Box<Diagnostic>> {
        let Some((root, name)) = self.root_of(file)? else { return Ok(open_followed(file)) };
        let opened = Inside::new(root, self.links).open(&name);
        let Some(limit) = self.limit.as_ref().filter(|_| matches!(opened, Err(OpenError::Outside { .. })))
        else {
            return Ok(opened);
        };
        // Opened by the real path below the limit, so that a concurrent change cannot lead out of
        // the limit.
        let real = real_path(file).ok().zip(real_path(limit).ok());
        let rest = real.and_then(|(file, limit)| rest_below(&file, &limit));
        Ok(rest.map_or(opened, |rest| {
            Inside::new(limit, Links::Inside).open(&rest).map(|opened| Opened { by_link: true, ..opened })
        }))
    }
}

/// Returns the rest of a path that begins with `folder` and does not leave it.
pub(super) fn rest_below(path: &Path, folder: &Path) -> Option<PathBuf> {
    let rest = match path.strip_prefix(folder) {
        Ok(rest) => rest.to_path_buf(),
        Err(_) => {
            let (path, folder) = (std::path::absolute(path).ok()?, std::path::absolute(folder).ok()?);
            path.strip_prefix(folder).ok()?.to_path_buf()
        }
    };
    rest.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)).then_some(rest)
}

impl CompileSettings {
    fn jobs<'a>(&'a self, run: Run<'a>) -> Jobs<'a> {
        Jobs { run, levels: &self.levels, mode: self.mode }
    }

    /// Reads a source within the bounds.
    ///
    /// # Errors
    /// The exception that Python would raise, a source out of bounds, or one larger than the memory
    /// limit.
    pub fn read(&self, file: &Path, run: Run<'_>) -> Result<SourceFile<'static>, Box<Diagnostic>> {
        let reading = ReadRules { latest: self.clamp_mtime, memory: run.memory() };
        SourceFile::from_opened(file, self.bounds.open(file)?, reading)
    }

    fn place(&self, output: &Path, missing: Missing) -> Result<OutputPlace, WriteError> {
        if self.output.is_some() {
            return OutputPlace::named(output, missing);
        }
        if let Some(folder) = &self.naming.output_dir {
            let name = output.strip_prefix(folder).unwrap_or(output);
            return OutputPlace::below(folder, name, missing);
        }
        if let Some(prefix) = self.naming.used_prefix() {
            let name = output.strip_prefix(&prefix.folder).unwrap_or(output);
            return OutputPlace::below(&prefix.folder, name, missing);
        }
        match self.bounds.root_of(output) {
            Ok(Some((folder, name))) => OutputPlace::below(folder, &name, missing),
            Ok(None) => match output.parent().filter(|folder| folder.ends_with("__pycache__")) {
                Some(cache) if self.bounds.listed => {
                    let folder = cache.parent().unwrap_or(Path::new(""));
                    OutputPlace::below(folder, output.strip_prefix(folder).unwrap_or(output), missing)
                }
                _ => OutputPlace::named(output, missing),
            },
            Err(error) => {
                let source = io::Error::new(io::ErrorKind::InvalidInput, error.message);
                Err(WriteError::Io { path: output.into(), source })
            }
        }
    }
}

/// Source that is compiled to disk.
#[derive(Debug)]
pub struct Task {
    /// Path of the source.
    pub file: PathBuf,
    /// File name to record, or the reason not to compile; `None` for the name by the naming rules.
    pub recorded: Option<Result<PathBuf, String>>,
    /// Path of the pyc; `None` for the path by the settings.
    pub output: Option<PathBuf>,
}

impl Task {
    /// Returns a source with the recorded name and the pyc of the settings.
    pub const fn new(file: PathBuf) -> Self {
        Self { file, recorded: None, output: None }
    }

    fn read(&self, settings: &CompileSettings, run: Run<'_>) -> Result<SourceFile<'static>, Box<Diagnostic>> {
        match &self.recorded {
            Some(Err(message)) => Err(Diagnostic::message_only("ValueError", message)),
            _ => settings.read(&self.file, run),
        }
    }

    fn recorded(&self, settings: &CompileSettings) -> Result<PathBuf, Box<Diagnostic>> {
        match &self.recorded {
            Some(Ok(name)) => Ok(name.clone()),
            _ => settings.naming.recorded(&self.file).map_err(|error| value_error(&error)),
        }
    }
}

fn value_error(error: &NameError) -> Box<Diagnostic> {
    Diagnostic::without_place("ValueError", error.to_string())
}

/// Compiles sources to disk; returns the outcomes, and the number of sources that were not reached
/// because the user stopped. An error in one pyc does not stop the others.
///
/// # Errors
/// [`ThreadsError`].
pub fn compile(
    tasks: &[Task],
    run: Run<'_>,
    settings: &CompileSettings,
) -> Result<(Vec<Outcome>, usize), ThreadsError> {
    let jobs = settings.jobs(run);
    let results = jobs.map(tasks, |task| {
        let outcomes = compile_source(task, &task.read(settings, run), &jobs, settings);
        if settings.hardlink_dupes {
            hardlink_equal_levels(&outcomes, settings);
        }
        outcomes
    })?;
    let missing = results.iter().filter(|outcomes| outcomes.is_none()).count();
    let outcomes: Vec<Outcome> = results.into_iter().flatten().flatten().collect();
    let outputs = outcomes.iter().filter_map(Outcome::output).filter(|_| !settings.keep_leftovers);
    leftovers::remove(outputs, |output| settings.place(output, Missing::Refused));
    Ok((outcomes, missing))
}

/// Compiles a source that does not come from a file to disk, as if it were the content of `name`.
pub fn compile_bytes(name: &Path, bytes: &[u8], run: Run<'_>, settings: &CompileSettings) -> Vec<Outcome> {
    let source = Ok(SourceFile::from_bytes(bytes));
    compile_source(&Task::new(name.into()), &source, &settings.jobs(run), settings)
}

/// Compiles a source to pycs in memory.
pub fn compile_in_memory(
    name: &Path,
    source: &Result<SourceFile<'_>, Box<Diagnostic>>,
    run: Run<'_>,
    settings: &CompileSettings,
) -> Vec<Made> {
    settings.jobs(run).each(source, |job| {
        let result = job.pyc(settings.naming.recorded(name).map_err(|error| value_error(&error)));
        Made { result, warnings: job.warnings() }
    })
}

fn compile_source(
    task: &Task,
    source: &Result<SourceFile<'_>, Box<Diagnostic>>,
    jobs: &Jobs<'_>,
    settings: &CompileSettings,
) -> Vec<Outcome> {
    jobs.each(source, |job| {
        let mut written = Written::default();
        let result = write(task, job, settings, &mut written);
        let digest = written.digest.filter(|_| result.is_ok());
        job.outcome(&task.file, written.output, result, digest)
    })
}

/// Facts about a pyc that is written.
#[derive(Default)]
struct Written {
    output: Option<PathBuf>,
    digest: Option<FileDigest>,
}

/// Compiles a pyc and writes it, unless it is up to date.
fn write(
    task: &Task,
    job: &mut Job<'_, '_>,
    settings: &CompileSettings,
    written: &mut Written,
) -> Result<Done, Box<Diagnostic>> {
    let source = job.source()?;
    let named = task.output.as_ref().or(settings.output.as_ref());
    let output = match named {
        Some(output) => output.clone(),
        None => settings
            .naming
            .output(&task.file, job.target.series, job.optimize)
            .map_err(|error| value_error(&error))?,
    };
    if settings.check {
        return job.pyc(task.recorded(settings)).map(|_| Done::Compiled);
    }
    let output = &*written.output.insert(output);
    let mut digested = |pyc: &[u8]| written.digest = settings.digests.then(|| FileDigest::of(pyc));
    if is_source(output, &task.file, named.is_some()) {
        let message = format!("refusing to overwrite {}: it is the source", output.shown());
        return Err(Diagnostic::without_place("FileExistsError", message));
    }
    let place = match settings.place(output, Missing::Refused) {
        Ok(place) => Some(place),
        Err(error) if error.is_missing() => None,
        Err(error) => return Err(errno::pyc_diagnostic(&error)),
    };
    let mut found = None;
    let path_says_level = named.is_none() && settings.naming.layout == Layout::Pycache;
    if let Some(place) = &place {
        place.check().map_err(|error| errno::pyc_diagnostic(&error))?;
        // An invalid recorded name is an error even if the pyc is up to date.
        let recorded = task.recorded(settings)?;
        found = if settings.force { None } else { place.bytes().ok() };
        let current = |found: &Vec<u8>| is_current(found, &job.header, &recorded, job.target);
        if let Some(found) = found.as_ref().filter(|found| path_says_level && current(found)) {
            digested(found);
            return Ok(Done::UpToDate);
        }
    }
    let pyc = job.pyc(task.recorded(settings))?;
    digested(&pyc);
    if found.is_some_and(|found| found == pyc) {
        return Ok(Done::UpToDate);
    }
    let place = place.map_or_else(|| settings.place(output, Missing::Made), Ok);
    let replaced = place.and_then(|place| place.replace(&pyc, source.mode));
    replaced.map_err(|error| errno::pyc_diagnostic(&error))?;
    Ok(Done::Compiled)
}

/// Returns whether writing the pyc would overwrite its source: with an explicit output path, or
/// with a layout that does not change the path.
fn is_source(output: &Path, file: &Path, is_named: bool) -> bool {
    let real = |path: &Path| real_path(path).ok();
    output == file || (is_named && real(output).is_some_and(|output| real(file) == Some(output)))
}

/// Hard-links the equal pycs of a source (`compileall --hardlink-dupes`), by rename.
fn hardlink_equal_levels(outcomes: &[Outcome], settings: &CompileSettings) {
    let mut kept: Vec<(&Path, OutputPlace, PyVersion, Vec<u8>)> = Vec::new();
    for pyc in outcomes.iter().filter_map(Outcome::pyc).filter(|pyc| pyc.result.is_ok()) {
        let Some(output) = pyc.output.as_deref() else { continue };
        let Ok(place) = settings.place(output, Missing::Refused) else { continue };
        let Ok(bytes) = place.bytes() else { continue };
        match kept.iter().find(|(_, _, python, other)| *python == pyc.python && *other == bytes) {
            Some((first, other, ..)) if *first != output => {
                // File systems without hard links keep separate files, whose bytes are equal.
                let _ = place.link_to(other);
            }
            Some(_) => {}
            None => kept.push((output, place, pyc.python, bytes)),
        }
    }
}
