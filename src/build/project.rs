//! Config with its defaults and lists resolved.

use super::artifact::{Artifact, ArtifactKind, FileDigest};
use super::job::Jobs;
use super::source::{ReadRules, SourceFile};
use crate::config::{ConfigError, ConfigSelection, Loaded, OnError, Selected};
use crate::engine::python::Places;
use crate::engine::{
    Diagnostic, EngineOptions, Engines, EnginesError, Limits, Requested, Run, ThreadsError, default_version,
    select,
};
use crate::output::WriteError;
use crate::output::place::{LEFTOVER_AGE, Missing, OutputPlace};
use crate::project::Naming;
use crate::pyc::InvalidationMode;
use crate::target::{PyVersion, Series};
use crate::text::{Shown as _, counted};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Config with its files and naming rules resolved.
#[derive(Debug)]
pub struct BuildProject {
    /// Config as it was loaded.
    pub loaded: Loaded,
    /// Files that the config selects.
    pub selection: ConfigSelection,
    /// Invalidation mode of the pycs.
    pub mode: InvalidationMode,
    /// Optimization levels, each once.
    pub levels: Vec<u8>,
    /// Recorded names and paths, relative to the root.
    pub naming: Naming,
    /// Write nothing: compare files with their expected content.
    pub check: bool,
}

impl BuildProject {
    /// Resolves the files; `default_mode` applies if the config does not set the mode.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn new(loaded: Loaded, default_mode: InvalidationMode) -> Result<Self, ConfigError> {
        let selection = loaded.select()?;
        let mode = loaded.config.compile.invalidation_mode.as_ref();
        let mode = mode.map_or(default_mode, |mode| *mode.get_ref());
        let (levels, naming) = (loaded.levels(), loaded.naming());
        Ok(Self { loaded, selection, mode, levels, naming, check: false })
    }

    /// Returns the pycs that `build` writes for these versions: source, optimization level, and
    /// path in the tree.
    pub fn outputs(&self, versions: &[PyVersion]) -> impl Iterator<Item = (&Selected, u8, PathBuf)> {
        let series = versions.iter().filter_map(|&version| Series::find(version));
        let each = series.flat_map(|series| self.levels.iter().map(move |&optimize| (series, optimize)));
        self.selection.sources.iter().flat_map(move |file| {
            each.clone().filter_map(move |(series, optimize)| {
                let name = self.naming.output(Path::new(&file.name), series, optimize).ok()?;
                Some((file, optimize, name))
            })
        })
    }

    /// Reads a source that will be compiled. Symlinks out of the root are followed only if the
    /// config allows it.
    ///
    /// # Errors
    /// The exception that Python would raise, or a source larger than the memory limit.
    pub(super) fn source(&self, file: &Selected) -> Result<SourceFile<'static>, Box<Diagnostic>> {
        // The archive or tree contains a source that may fail to compile, whatever its size.
        self.read_up_to(file, self.loaded.memory_limit().filter(|_| !self.may_fail(file)))
    }

    /// Returns whether a source is packed although it does not compile.
    pub(super) fn may_fail(&self, file: &Selected) -> bool {
        file.may_fail || self.loaded.config.compile.on_error == OnError::Skip
    }

    /// Reads a source or data file of any size, as [`Self::source`] does.
    ///
    /// # Errors
    /// The exception that Python would raise.
    pub fn read(&self, file: &Selected) -> Result<SourceFile<'static>, Box<Diagnostic>> {
        self.read_up_to(file, None)
    }

    fn read_up_to(
        &self,
        file: &Selected,
        memory: Option<u64>,
    ) -> Result<SourceFile<'static>, Box<Diagnostic>> {
        let reading = ReadRules { latest: None, memory };
        SourceFile::read_inside(&self.loaded.sources(), Path::new(&file.name), reading)
    }

    /// Returns the pycs to make of each source.
    pub(super) fn jobs<'a>(&'a self, run: Run<'a>) -> Jobs<'a> {
        Jobs { run, levels: &self.levels, mode: self.mode }
    }

    /// Returns the path of a pyc below the root, and the recorded file name. Paths of the config
    /// are UTF-8, so the conversion is lossless.
    pub(super) fn names(
        &self,
        file: &Selected,
        series: &Series,
        optimize: u8,
    ) -> (String, Result<String, Box<Diagnostic>>) {
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let path = Path::new(&file.name);
        let name = self.naming.output(path, series, optimize).unwrap_or_else(|_| path.into());
        let recorded = self.naming.recorded(path);
        let recorded = recorded.map_err(|error| Diagnostic::without_place("ValueError", error.to_string()));
        (text(name), recorded.map(text))
    }

    /// Writes a file that the config names unless it is up to date; with `check` only compares it.
    /// Below the config's directory nothing is written through a symlink.
    ///
    /// # Errors
    /// [`WriteError`]
    pub(super) fn write(
        &self,
        path: PathBuf,
        kind: ArtifactKind,
        bytes: &[u8],
        mode: u32,
    ) -> Result<Artifact, WriteError> {
        let differs = self.differs(&path, bytes, mode);
        // A file that cannot be compared is refused when it is replaced.
        let changed = if self.check { differs? } else { differs.unwrap_or(true) };
        if !self.check {
            let (base, name) = self.loaded.bounds_of_file(&path);
            let place = OutputPlace::below(base, name, Missing::Made)?;
            if changed {
                place.replace(bytes, mode)?;
            }
            place.remove_leftovers(LEFTOVER_AGE);
        }
        Ok(Artifact { path, kind, digest: FileDigest::of(bytes), changed })
    }

    /// Returns the content of a file that the config names as an output, if it can be read.
    pub(super) fn found(&self, path: &Path) -> Option<Vec<u8>> {
        self.place(path).ok()??.bytes().ok()
    }

    /// Returns the place of a file that the config names as an output, if its directory exists.
    ///
    /// # Errors
    /// [`WriteError`].
    pub(super) fn place(&self, path: &Path) -> Result<Option<OutputPlace>, WriteError> {
        let (base, name) = self.loaded.bounds_of_file(path);
        match OutputPlace::below(base, name, Missing::Refused) {
            Ok(place) => Ok(Some(place)),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn differs(&self, path: &Path, bytes: &[u8], mode: u32) -> Result<bool, WriteError> {
        self.place(path)?.map_or(Ok(true), |place| place.differs(bytes, mode))
    }

    /// Starts the engines.
    ///
    /// # Errors
    /// [`ProjectError`].
    pub fn engines(&self, places: &Places, stop: &'static AtomicBool) -> Result<Engines, ProjectError> {
        let versions = self.loaded.versions()?;
        let options = EngineOptions {
            choice: self.loaded.config.compile.engine,
            interpreters: self.loaded.interpreters()?,
            named: &self.loaded.given.interpreters,
            places,
            limits: Limits { timeout: self.loaded.timeout(), memory: self.loaded.memory_limit(), stop },
            refs: self.loaded.config.compile.refs,
        };
        Ok(select::start(Requested::of(&versions), &options)?)
    }

    /// Returns the versions; if the config names none, that of the `python3` on PATH.
    ///
    /// # Errors
    /// [`ProjectError`].
    pub fn versions(&self, places: &Places) -> Result<Vec<PyVersion>, ProjectError> {
        let releases = self.loaded.versions()?;
        if !releases.is_empty() {
            return Ok(releases.into_iter().map(|release| release.version).collect());
        }
        let limits = Limits { timeout: self.loaded.timeout(), ..Limits::default() };
        Ok(vec![default_version(places, limits)?])
    }
}

/// Errors of building a project.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// The config cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An engine cannot be started.
    #[error(transparent)]
    Engines(#[from] EnginesError),
    /// Threads cannot be started.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// A file other than a pyc cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The metadata of a wheel cannot be used.
    #[error(transparent)]
    Metadata(#[from] crate::wheel::ProjectTableError),
    /// The metadata that a build backend has prepared cannot be used.
    #[error(transparent)]
    Prepared(#[from] crate::wheel::PreparedError),
    /// The build backend cannot prepare metadata.
    #[error(transparent)]
    Backend(#[from] super::pack::BackendError),
    /// A wheel cannot be built.
    #[error(transparent)]
    Wheel(#[from] crate::wheel::WheelError),
    /// A wheel cannot be read.
    #[error(transparent)]
    Archive(#[from] crate::archive::ArchiveError),
    /// A file that is not a manifest is in the place of the manifest.
    #[error("refusing to overwrite {}: it is not a manifest", .0.shown())]
    NotManifest(PathBuf),
    /// A file that `pack` has not written is in the place of an archive.
    #[error("refusing to overwrite {}: it is not an archive that `pack` has written", .0.shown())]
    ForeignArchive(PathBuf),
    /// A file that `build` has not written is in the place of one of a mirror.
    #[error("refusing to overwrite {}: nothing in its tree shows that `build` has written it", .0.shown())]
    ForeignFile(PathBuf),
    /// A manifest has the path of a wheel.
    #[error("refusing to overwrite {}: it is a wheel, not a manifest", .0.shown())]
    ManifestOverWheel(PathBuf),
    /// A source distribution has no Python files for a wheel.
    #[error("{}: no Python files that its build backend would ship were found", .0.shown())]
    NoSources(PathBuf),
    /// A source distribution's wheel has more than its files.
    #[error("{}: {reason}, and `pack` builds nothing", archive.shown())]
    Built {
        /// Path of the archive.
        archive: PathBuf,
        /// Description of what is built.
        reason: String,
    },
    /// The output would overwrite the input.
    #[error("refusing to overwrite {}: it is the input", .0.shown())]
    OverInput(PathBuf),
    /// A zip cannot be built.
    #[error(transparent)]
    Zip(#[from] crate::archive::ZipError),
    /// The program that calls `main` cannot be compiled.
    #[error("the zip's __main__.py does not compile: {0}")]
    Main(String),
    /// No version to compile for is selected.
    #[error("there is no version to compile for")]
    NoEngine,
    /// The manifest cannot be built.
    #[error("cannot write the manifest: {0}")]
    Manifest(#[from] serde_json::Error),
    /// The user stopped the run.
    #[error("interrupted: {} not reached; nothing was packed", counted(*.0, "file was", "files were"))]
    Interrupted(usize),
}
