//! One source → its pycs on disk, as `py_compile.compile` writes them.

use super::artifact::Digest;
use super::current::is_current;
use super::engines::{Engines, TargetEngine};
use super::errno;
use super::leftovers;
use super::source::{Made, Source};
use crate::engine::{Diagnostic, OpenSource};
use crate::output::WriteError;
use crate::output::inside::{Inside, Links, OpenError, Opened, open_followed};
use crate::output::place::{Missing, Place};
use crate::project::{Layout, Naming};
use crate::pyc::{HEADER_SIZE, InvalidationMode};
use crate::target::PyVersion;
use crate::text::Shown as _;
use crate::warnings::Issued;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Settings of a run, for all of its files.
#[derive(Clone, Debug)]
pub struct Settings {
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
    pub bounds: Bounds,
}

/// Directories whose content may belong to other users. Nothing is read through a symlink that
/// leads out of them, and nothing is written through any symlink.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
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
    /// Hint for a symlink that leads elsewhere.
    pub hint: &'static str,
}

impl Bounds {
    /// Returns the directory that `path` must stay below, and the rest of the path; `None` if the
    /// user named the path itself.
    ///
    /// # Errors
    /// The path is not below [`Bounds::below`].
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
        let real = file.canonicalize().ok().zip(limit.canonicalize().ok());
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

impl Settings {
    /// Returns whether pycs of different levels have different paths.
    fn path_says_level(&self) -> bool {
        self.output.is_none() && self.naming.layout == Layout::Pycache
    }

    /// Reads a source within the bounds.
    ///
    /// # Errors
    /// The exception that Python would raise, or a source out of bounds.
    pub fn read(&self, file: &Path) -> Result<Source, Box<Diagnostic>> {
        Source::from_opened(file, self.bounds.open(file)?, self.clamp_mtime, self.bounds.hint)
    }

    fn place(&self, output: &Path, missing: Missing) -> Result<Place, WriteError> {
        if self.output.is_some() {
            return Place::named(output, missing);
        }
        if let Some(folder) = &self.naming.output_dir {
            let name = output.strip_prefix(folder).unwrap_or(output);
            return Place::below(folder, name, missing);
        }
        if let Some(prefix) = self.naming.used_prefix() {
            let name = output.strip_prefix(&prefix.folder).unwrap_or(output);
            return Place::below(&prefix.folder, name, missing);
        }
        match self.bounds.root_of(output) {
            Ok(Some((folder, name))) => Place::below(folder, &name, missing),
            Ok(None) => match output.parent().filter(|folder| folder.ends_with("__pycache__")) {
                Some(cache) if self.bounds.listed => {
                    let folder = cache.parent().unwrap_or(Path::new(""));
                    Place::below(folder, output.strip_prefix(folder).unwrap_or(output), missing)
                }
                _ => Place::named(output, missing),
            },
            Err(error) => {
                let source = io::Error::new(io::ErrorKind::InvalidInput, error.message);
                Err(WriteError::Io { path: output.into(), source })
            }
        }
    }
}

/// Outcome of one source at one version and level.
#[derive(Debug)]
pub struct Outcome {
    /// Path of the source as given.
    pub file: PathBuf,
    /// Path of the pyc, if the naming rules give one.
    pub output: Option<PathBuf>,
    /// Version that was compiled for; `None` if the file is not a source.
    pub python: Option<PyVersion>,
    /// Optimization level: 0, 1 or 2.
    pub optimize: u8,
    /// Result.
    pub result: Result<Done, Box<Diagnostic>>,
    /// Warnings of the compiler.
    pub warnings: Vec<Issued>,
    /// Digest of the pyc, if digests are requested and the pyc exists.
    pub digest: Option<Digest>,
}

impl Outcome {
    /// Returns the error of a file that is not compiled: data, a RECORD, a directory.
    pub(super) fn of_file(file: PathBuf, error: Box<Diagnostic>) -> Self {
        Self::failed(file, None, 0, error)
    }

    /// Returns the outcome of a source without a pyc.
    fn failed(file: PathBuf, python: Option<PyVersion>, optimize: u8, error: Box<Diagnostic>) -> Self {
        let (result, warnings) = (Err(error), Vec::new());
        Self { file, output: None, python, optimize, result, warnings, digest: None }
    }
}

/// Successful outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// The pyc was written.
    Compiled,
    /// The pyc is up to date.
    UpToDate,
    /// The pyc would be written without `--check`.
    WouldChange,
}

impl Done {
    /// Returns `compiled` or `up-to-date`, for messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compiled => "compiled",
            Self::UpToDate => "up-to-date",
            Self::WouldChange => "would-change",
        }
    }
}

/// Compiles all pycs of one source. An error in one does not stop the others.
pub fn compile(file: &Path, engines: &Engines, settings: &Settings) -> Vec<Outcome> {
    let source = settings.read(file);
    let mut opened = source.as_ref().map(|source| (source, source.open()));
    let mut outcomes = Vec::new();
    for target in engines {
        for &optimize in &settings.levels {
            let output = match &settings.output {
                Some(output) => Ok(output.clone()),
                None => settings.naming.output(file, target.series, optimize),
            };
            let python = Some(target.series.version);
            let failed = |error| Outcome::failed(file.into(), python, optimize, error);
            outcomes.push(match (&mut opened, output) {
                (Err(error), _) => failed(error.clone()),
                (_, Err(error)) => failed(Diagnostic::without_place("ValueError", error.to_string())),
                (Ok((source, opened)), Ok(output)) => {
                    compile_source(file, source, opened, target, optimize, &output, settings)
                }
            });
        }
    }
    outcomes
}

/// Returns the outcomes of a source that the caller refuses to compile.
pub fn refuse(file: &Path, engines: &Engines, kind: &str, message: &str) -> Vec<Outcome> {
    let refused = |target: &TargetEngine| {
        let error = Diagnostic {
            kind: kind.into(),
            message: message.into(),
            rendered: message.into(),
            ..Diagnostic::default()
        };
        Outcome::failed(file.into(), Some(target.series.version), 0, error.into())
    };
    engines.iter().map(refused).collect()
}

/// Compiles one pyc of a source that was read from `file`.
pub fn compile_source(
    file: &Path,
    source: &Source,
    opened: &mut OpenSource<'_>,
    target: &TargetEngine,
    optimize: u8,
    output: &Path,
    settings: &Settings,
) -> Outcome {
    let header = source.header(target.series, settings.mode);
    let mut warnings = Vec::new();
    let mut pyc = || {
        let made = pyc_behind(&header, file, opened, target, optimize, settings);
        warnings = made.warnings;
        made.result
    };
    if settings.check {
        let result = pyc().map(|_| Done::Compiled);
        return Outcome {
            file: file.into(),
            output: None,
            python: Some(target.series.version),
            optimize,
            result,
            warnings,
            digest: None,
        };
    }
    let mut digest = None;
    let mut result = || {
        let mut digested = |pyc: &[u8]| digest = settings.digests.then(|| Digest::of(pyc));
        if is_source(output, file, settings) {
            let message = format!("{} is the source: no pyc is written over it", output.shown());
            return Err(Diagnostic::without_place("FileExistsError", message));
        }
        let place = match settings.place(output, Missing::Refused) {
            Ok(place) => Some(place),
            Err(error) if error.is_missing() => None,
            Err(error) => return Err(errno::write_diagnostic(&error)),
        };
        let mut found = None;
        if let Some(place) = &place {
            place.check().map_err(|error| errno::write_diagnostic(&error))?;
            // An invalid recorded name is an error even if the pyc is up to date.
            let recorded = recorded(file, settings)?;
            found = if settings.force { None } else { place.bytes().ok() };
            let current = |found: &Vec<u8>| is_current(found, &header, &recorded, target);
            if let Some(found) = found.as_ref().filter(|found| settings.path_says_level() && current(found)) {
                digested(found);
                return Ok(Done::UpToDate);
            }
        }
        let pyc = pyc()?;
        digested(&pyc);
        if found.is_some_and(|found| found == pyc) {
            return Ok(Done::UpToDate);
        }
        let place = place.map_or_else(|| settings.place(output, Missing::Made), Ok);
        let written = place.and_then(|place| place.replace(&pyc, source.mode));
        written.map_err(|error| errno::write_diagnostic(&error))?;
        Ok(Done::Compiled)
    };
    let result = result();
    let digest = digest.filter(|_| result.is_ok());
    let python = Some(target.series.version);
    Outcome { file: file.into(), output: Some(output.into()), python, optimize, result, warnings, digest }
}

/// Returns the bytes of one pyc.
pub fn pyc(file: &Path, source: &Source, target: &TargetEngine, optimize: u8, settings: &Settings) -> Made {
    let header = source.header(target.series, settings.mode);
    pyc_behind(&header, file, &mut source.open(), target, optimize, settings)
}

fn pyc_behind(
    header: &[u8; HEADER_SIZE],
    file: &Path,
    source: &mut OpenSource<'_>,
    target: &TargetEngine,
    optimize: u8,
    settings: &Settings,
) -> Made {
    match recorded(file, settings) {
        Ok(recorded) => Made::of(source, target, header, recorded.as_os_str(), optimize),
        Err(error) => error.into(),
    }
}

fn recorded(file: &Path, settings: &Settings) -> Result<PathBuf, Box<Diagnostic>> {
    let recorded = settings.naming.recorded(file);
    recorded.map_err(|error| Diagnostic::without_place("ValueError", error.to_string()))
}

/// Returns whether writing the pyc would overwrite its source: with an explicit output path, or
/// with a layout that does not change the path.
fn is_source(output: &Path, file: &Path, settings: &Settings) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    output == file
        || (settings.output.is_some() && real(output).is_some_and(|output| real(file) == Some(output)))
}

/// Removes the temporary files that killed runs left next to these pycs.
pub fn remove_leftovers<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>, settings: &Settings) {
    let outputs = outcomes.into_iter().filter_map(|outcome| outcome.output.as_deref());
    leftovers::remove(outputs, |output| settings.place(output, Missing::Refused));
}

/// Hard-links the equal pycs of a source (`compileall --hardlink-dupes`), by rename.
pub fn hardlink_equal_levels(outcomes: &[Outcome], settings: &Settings) {
    let written = outcomes.iter().filter(|outcome| outcome.result.is_ok());
    let mut kept: Vec<(&Path, Place, Option<PyVersion>, Vec<u8>)> = Vec::new();
    for outcome in written {
        let Some(output) = outcome.output.as_deref() else { continue };
        let Ok(place) = settings.place(output, Missing::Refused) else { continue };
        let Ok(bytes) = place.bytes() else { continue };
        match kept.iter().find(|(_, _, python, other)| *python == outcome.python && *other == bytes) {
            Some((first, other, ..)) if *first != output => {
                // File systems without hard links keep separate files, whose bytes are equal.
                let _ = place.link_to(other);
            }
            Some(_) => {}
            None => kept.push((output, place, outcome.python, bytes)),
        }
    }
}
