//! `pycompile pack` from a config: a wheel or a zip, and the manifest.
//!
//! **Invariant:** an archive is written only when all of its content is available.

mod backend;
mod repack;
mod sdist;
mod wheel;
mod zip;

pub use backend::BackendError;
pub use repack::{RepackRequest, Repacked, repack_wheel};
pub use sdist::Unpacked;

use super::artifact::{Artifact, ArtifactKind, FileDigest};
use super::job::{Job, Jobs};
use super::outcome::{Done, Failure, Outcome};
use super::own_archive::check_archive;
use super::project::{BuildProject, ProjectError};
use super::publish::check_manifests;
use crate::archive::{Bytes, File};
use crate::config::init::Lists;
use crate::config::{AddedMetadata, Bytecode, ConfigAdvice, ConfigError, OnError, Selected};
use crate::engine::select::releases;
use crate::engine::{Diagnostic, Run};
use crate::manifest::{FileEntry, ListedArchive, Manifest};
use crate::output::writing::Writing;
use crate::project::backend::{metadata_home, unwritten_files};
use crate::pyc::InvalidationMode;
use crate::target::{PyVersion, Series};
use crate::wheel::project::INLINE;
use std::path::{Component, Path, PathBuf};

/// Result of a run of `pack`.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Packed {
    /// Outcome of each pyc; data files that cannot be read are included as failures.
    pub outcomes: Vec<Outcome>,
    /// Archives that were written.
    pub archives: Vec<Artifact>,
    /// Remarks about the metadata and files, one sentence each.
    pub notes: Vec<String>,
    /// Remarks for a verbose run, one sentence each.
    pub details: Vec<String>,
    /// Archives of an earlier run in the place of those that were not packed.
    pub earlier: Vec<PathBuf>,
    /// Manifest to publish; `None` if nothing was written.
    pub manifest: Option<Manifest>,
}

/// File of the project with its pycs.
struct SourceItem<'a> {
    file: &'a Selected,
    /// Content of the file, if it can be read.
    source: Option<Bytes>,
    /// Pycs, one for each version and level, in that order.
    pycs: Vec<PackedPyc>,
}

/// Pyc of an archive.
struct PackedPyc {
    python: PyVersion,
    optimize: u8,
    /// The pyc, if the source compiles.
    file: Option<File>,
    entry: Option<FileEntry>,
}

/// Names of a pyc of an archive.
struct PycNames<'a> {
    /// Path of the pyc in the archive.
    packed: String,
    /// Path of the pyc in the manifest.
    listed: String,
    /// Path of the source in the manifest.
    source: &'a str,
    /// Recorded file name.
    recorded: Result<String, Box<Diagnostic>>,
}

impl PackedPyc {
    /// Compiles a source that is shown as `shown`.
    fn compile(job: &mut Job<'_, '_>, shown: &Path, names: PycNames<'_>) -> (Outcome, Self) {
        let pyc = job.pyc(names.recorded.clone());
        let entry = pyc.as_ref().ok().zip(names.recorded.as_ref().ok());
        let entry = entry.and_then(|(pyc, recorded)| job.entry(&names.listed, pyc, names.source, recorded));
        let digest = pyc.as_ref().ok().map(|pyc| FileDigest::of(pyc));
        let output = Some(PathBuf::from(&names.packed));
        let (file, result) = match pyc {
            Ok(pyc) => (Some(File::new(names.packed, pyc)), Ok(Done::Compiled)),
            Err(error) => (None, Err(error)),
        };
        let (python, optimize) = (job.target.series.version, job.optimize);
        (job.outcome(shown, output, result, digest), Self { python, optimize, file, entry })
    }
}

/// Returns the results of all files.
///
/// # Errors
/// [`ProjectError::Interrupted`] if files were not reached.
fn complete<T>(results: Vec<Option<T>>) -> Result<Vec<T>, ProjectError> {
    let missing = results.iter().filter(|result| result.is_none()).count();
    if missing > 0 {
        return Err(ProjectError::Interrupted(missing));
    }
    Ok(results.into_iter().flatten().collect())
}

/// Contents of all archives.
struct Contents<'a> {
    items: Vec<SourceItem<'a>>,
    data: Vec<File>,
}

/// Archive in memory.
struct PackedArchive {
    path: PathBuf,
    bytes: Vec<u8>,
    executable: bool,
}

/// Compiles all sources for `engines` engines.
fn compile_all<'a>(
    project: &'a BuildProject,
    jobs: Jobs<'_>,
    engines: usize,
) -> Result<(Vec<Outcome>, Vec<SourceItem<'a>>), ProjectError> {
    let results = jobs.map(&project.selection.sources, |file| {
        let source = project.source(file);
        let pycs = jobs.each(&source, |job| {
            let (packed, recorded) = project.names(file, job.target.series, job.optimize);
            let listed = listed_name(project, file, &packed, job.target.series, engines);
            let names = PycNames { packed, listed, source: &file.name, recorded };
            PackedPyc::compile(job, &file.path, names)
        });
        let (outcomes, pycs): (Vec<Outcome>, _) = pycs.into_iter().unzip();
        let source = source.ok().map(|source| source.bytes.into_owned().into());
        (outcomes, source, pycs)
    })?;
    let (mut outcomes, mut items) = (Vec::new(), Vec::new());
    for (file, (own, source, pycs)) in project.selection.sources.iter().zip(complete(results)?) {
        outcomes.extend(own);
        items.push(SourceItem { file, source, pycs });
    }
    Ok((outcomes, items))
}

/// Compiles all sources and writes the wheel and the zip that the config asks for. `time` is the
/// modification time of entries in seconds since 1970; `backend` is the interpreter for the build
/// backend, if the config asks for its metadata.
///
/// # Errors
/// [`ProjectError`], for the config, the metadata, or an archive that cannot be written.
pub fn pack(
    project: &BuildProject,
    run: Run<'_>,
    time: i64,
    allowed: &[PathBuf],
    backend: Option<&Path>,
) -> Result<Packed, ProjectError> {
    check(project)?;
    project.loaded.check_listed(&project.selection)?;
    check_manifests(project)?;
    let engines = run.engines;
    // Metadata comes first, so that errors in it are reported before compiling.
    let wheel = wheel::WheelPlan::new(project, backend, run.workers)?;
    let zip = zip::ZipPlan::new(project, engines)?;
    let jobs = project.jobs(run);
    let (outcomes, items) = compile_all(project, jobs, engines.len())?;
    let remarks = wheel.as_ref().map(|wheel| (wheel.notes.clone(), wheel.details.clone()));
    let (mut notes, details) = remarks.unwrap_or_default();
    notes.extend(unwritten(project));
    let mut packed = Packed { outcomes, notes, details, ..Packed::default() };
    let data = read_data(project, &mut packed.outcomes);
    let failed = packed.outcomes.iter().filter(|outcome| outcome.result().is_err());
    let failed = failed.filter(|outcome| !allowed.iter().any(|file| file == outcome.file())).count();
    if failed > 0 && project.loaded.config.compile.on_error == OnError::Fail {
        packed.earlier = earlier_archives(wheel.as_ref(), zip.as_ref());
        return Ok(packed);
    }
    let contents = Contents { items, data };
    let mut made = Vec::new();
    if let Some(wheel) = &wheel {
        made.extend(wheel.make(&contents, engines, time)?);
    }
    if let Some(zip) = &zip {
        made.push(zip.make(&contents, jobs, time)?);
    }
    project.loaded.check_archives(made.iter().map(|archive| archive.path.as_path()))?;
    for archive in &made {
        check_archive(project, &archive.path, &archive.bytes)?;
    }
    let _together = Writing::begin();
    let mut archives = Vec::new();
    for archive in made {
        let mode = if archive.executable { 0o755 } else { 0o644 };
        let kind = ArtifactKind::of_archive(&archive.path);
        let written = project.write(archive.path, kind, &archive.bytes, mode)?;
        archives.push(listed(&written));
        packed.archives.push(written);
    }
    // A zip has the pycs of one version and level, whatever else the config compiles for.
    let only = zip.as_ref().filter(|_| wheel.is_none()).map(|zip| zip.target(engines));
    let pycs = contents.items.into_iter().flat_map(|item| item.pycs);
    let pycs = pycs.filter(|pyc| only.is_none_or(|only| only == (pyc.python, pyc.optimize)));
    let manifest = Manifest::new(pycs.filter_map(|pyc| pyc.entry).collect(), archives);
    let releases = releases(engines).filter(|(version, _)| only.is_none_or(|only| only.0 == *version));
    packed.manifest = Some(manifest.with_releases(releases));
    Ok(packed)
}

/// Returns the entry of an archive in the manifest.
fn listed(archive: &Artifact) -> ListedArchive {
    let name = archive.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    ListedArchive { path: name, sha256: archive.digest.sha256.clone(), size: archive.digest.size }
}

fn check(project: &BuildProject) -> Result<(), ConfigError> {
    let config = &project.loaded.config;
    if config.wheel.is_none() && config.zip.is_none() {
        let folder = project.loaded.folder.as_path();
        let lists = Lists::of(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }).ok();
        if let Some(reason) = lists.and_then(|lists| lists.built) {
            let error = project.loaded.missing(format!(
                "nothing to pack: there is neither a [wheel] nor a [zip], and a wheel of the listed files is not the \
                 project's: {reason}"
            ));
            return Err(error.with_advice(ConfigAdvice::PackWheel));
        }
        let error = project.loaded.missing(format!(
            "nothing to pack: there is neither a {} nor a {}",
            project.loaded.table("wheel"),
            project.loaded.table("zip")
        ));
        return Err(error.with_advice(wheel_lines(project)));
    }
    if let Some(mode) = config.compile.invalidation_mode.as_ref()
        && project.mode == InvalidationMode::Timestamp
    {
        let message =
            "a timestamp pyc is stale as soon as it is unpacked: use checked-hash or unchecked-hash";
        return Err(project.loaded.error_at(&mode.span(), message));
    }
    Ok(())
}

/// Returns the existing archives of the same project in the places of the planned ones.
fn earlier_archives(wheel: Option<&wheel::WheelPlan>, zip: Option<&zip::ZipPlan>) -> Vec<PathBuf> {
    let mut earlier = wheel.map(wheel::WheelPlan::existing).unwrap_or_default();
    earlier.extend(zip.map(|zip| zip.output.clone()).filter(|output| output.is_file()));
    earlier
}

/// Returns the lines that add a wheel to the config.
fn wheel_lines(project: &BuildProject) -> ConfigAdvice {
    let loaded = &project.loaded;
    let (table, home) = (loaded.table("wheel"), metadata_home(&loaded.folder));
    let has_project = loaded.folder.join("pyproject.toml").is_file();
    let (lines, metadata) = match home {
        Some(home) => (format!("{table}\nmetadata = \"backend\""), AddedMetadata::Backend(home)),
        None if loaded.in_pyproject() && loaded.has_project_table() => (table, AddedMetadata::ProjectTable),
        None if has_project && !loaded.in_pyproject() => {
            (format!("{table}\nproject = \"pyproject.toml\""), AddedMetadata::ProjectTable)
        }
        None => {
            let inline = INLINE.replacen("[wheel.project]", &loaded.table("wheel.project"), 1);
            (inline, AddedMetadata::Lines)
        }
    };
    ConfigAdvice::AddWheel { lines, metadata }
}

/// Returns remarks about files that a build writes next to the listed ones, and that do not exist.
fn unwritten(project: &BuildProject) -> Vec<String> {
    if project.loaded.config.wheel.is_none() {
        return Vec::new();
    }
    let folder = project.loaded.folder.as_path();
    // `./demo` and `demo` are one directory.
    let parent = |path: &Path| {
        let parts = path.parent().into_iter().flat_map(Path::components);
        parts.filter(|part| *part != Component::CurDir).collect::<PathBuf>()
    };
    let is_next_to = |path: &str| {
        let wanted = parent(&folder.join(path));
        project.selection.sources.iter().any(|file| parent(&file.path) == wanted)
    };
    let files = unwritten_files(folder).into_iter().filter(|file| is_next_to(&file.path));
    files.map(|file| file.note()).collect()
}

fn read_data(project: &BuildProject, outcomes: &mut Vec<Outcome>) -> Vec<File> {
    let mut data = Vec::new();
    for file in &project.selection.data {
        match project.read(file) {
            Ok(source) => data.push(File {
                path: file.name.clone(),
                bytes: source.bytes.into_owned().into(),
                executable: source.executable,
            }),
            Err(error) => outcomes.push(Outcome::Data(Failure { file: file.path.clone(), error })),
        }
    }
    data
}

/// Returns the path of a pyc in the manifest: the installed path, even if the wheel contains no
/// pycs. Pycs of a sourceless wheel are in place of their sources; with several such wheels, each
/// has its own directory in the manifest.
fn listed_name(
    project: &BuildProject,
    file: &Selected,
    cached: &str,
    series: &Series,
    versions: usize,
) -> String {
    let wheel = project.loaded.config.wheel.as_ref();
    let legacy = wheel.is_none_or(|wheel| wheel.bytecode == Bytecode::Sourceless);
    match (legacy, wheel.is_some() && versions > 1) {
        (false, _) => cached.to_owned(),
        (true, false) => format!("{}c", file.name),
        (true, true) => format!("{}/{}c", series.cache_tag(), file.name),
    }
}

impl Contents<'_> {
    fn sources(&self) -> impl Iterator<Item = File> + '_ {
        self.items.iter().filter_map(|item| Some(File::new(item.file.name.clone(), item.source.clone()?)))
    }

    /// Returns the pycs in `__pycache__`, for every version and level.
    fn cached_pycs(&self) -> impl Iterator<Item = File> + '_ {
        self.items.iter().flat_map(|item| &item.pycs).filter_map(|pyc| pyc.file.clone())
    }

    /// Returns the pycs in place of their sources, such as `core.pyc` for `core.py`; for a source
    /// that does not compile, the source itself.
    fn legacy_pycs(&self, python: PyVersion, optimize: u8) -> impl Iterator<Item = File> + '_ {
        self.items.iter().filter_map(move |item| {
            let mut pycs = item.pycs.iter();
            let pyc = pycs.find(|pyc| pyc.python == python && pyc.optimize == optimize)?;
            match (&pyc.file, &item.source) {
                (Some(pyc), _) => Some(File::new(format!("{}c", item.file.name), pyc.bytes.clone())),
                (None, source) => Some(File::new(item.file.name.clone(), source.clone()?)),
            }
        })
    }
}
