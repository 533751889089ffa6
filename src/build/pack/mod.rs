//! `pycompile pack` from a config: a wheel or a zip, and the manifest.
//!
//! **Invariant:** an archive is written only when all of its content is available.

mod backend;
mod repack;
mod sdist;
mod wheel;
mod zip;

pub use backend::BackendError;
pub use repack::{Repacked, Request, repack_wheel};
pub use sdist::Unpacked;

use super::artifact::{Artifact, ArtifactKind, Digest};
use super::batch::{self, Compiled};
use super::compile::{Done, Outcome};
use super::engines::{Engines, releases};
use super::parallel::{self, Watch};
use super::project::{Project, ProjectError};
use crate::archive::File;
use crate::config::{Bytecode, ConfigError, OnError, Selected};
use crate::manifest::{Archive, FileEntry, Manifest};
use crate::output::writing::Writing;
use crate::pyc::InvalidationMode;
use crate::wheel::project::INLINE;
use std::path::{Path, PathBuf};

/// Result of a run of `pack`.
#[derive(Debug, Default)]
pub struct Packed {
    /// Outcome of each pyc; data files that cannot be read are included as failures.
    pub outcomes: Vec<Outcome>,
    /// Archives that were written.
    pub archives: Vec<Artifact>,
    /// Remarks about the metadata, one sentence each.
    pub notes: Vec<String>,
    /// Manifest to publish; `None` if nothing was written.
    pub manifest: Option<Manifest>,
}

/// File of the project with its pycs.
struct Item<'a> {
    file: &'a Selected,
    compiled: Compiled,
}

/// Contents of all archives.
struct Contents<'a> {
    items: Vec<Item<'a>>,
    data: Vec<File>,
}

/// Archive in memory.
struct Made {
    path: PathBuf,
    bytes: Vec<u8>,
    executable: bool,
}

/// Compiles all sources and writes the wheel and the zip that the config asks for. `time` is the
/// modification time of entries in seconds since 1970; `backend` is the interpreter for the build
/// backend, if the config asks for its metadata.
///
/// # Errors
/// [`ProjectError`], for the config, the metadata, or an archive that cannot be written.
pub fn pack(
    project: &Project,
    engines: &Engines,
    jobs: usize,
    time: i64,
    allowed: &[PathBuf],
    backend: Option<&Path>,
    watch: &dyn Watch,
) -> Result<Packed, ProjectError> {
    check(project)?;
    project.loaded.check_listed(&project.selection)?;
    // Metadata comes first, so that errors in it are reported before compiling.
    let wheel = wheel::Plan::new(project, backend, watch)?;
    let zip = zip::Plan::new(project, engines)?;
    let results = parallel::map(&project.selection.sources, jobs, watch, |file| {
        batch::compile(file, engines, project)
    })?;
    let missing = results.iter().filter(|compiled| compiled.is_none()).count();
    if missing > 0 {
        return Err(ProjectError::Interrupted(missing));
    }
    let compiled = project.selection.sources.iter().zip(results.into_iter().flatten());
    let items = compiled.map(|(file, compiled)| Item { file, compiled }).collect::<Vec<_>>();
    let notes = wheel.as_ref().map(|wheel| wheel.notes.clone()).unwrap_or_default();
    let mut packed = Packed { outcomes: outcomes(&items), notes, ..Packed::default() };
    let data = read_data(project, &mut packed.outcomes);
    let failed = packed.outcomes.iter().filter(|outcome| outcome.result.is_err());
    let failed = failed.filter(|outcome| !allowed.contains(&outcome.file)).count();
    if failed > 0 && project.loaded.config.compile.on_error == OnError::Fail {
        return Ok(packed);
    }
    let contents = Contents { items, data };
    let mut made = Vec::new();
    if let Some(wheel) = &wheel {
        made.extend(wheel.make(&contents, engines, time)?);
    }
    if let Some(zip) = &zip {
        made.push(zip.make(&contents, engines, project, time)?);
    }
    project.loaded.check_archives(made.iter().map(|archive| archive.path.as_path()))?;
    let _together = Writing::begin();
    let mut archives = Vec::new();
    for archive in made {
        let mode = if archive.executable { 0o755 } else { 0o644 };
        let kind = ArtifactKind::of_archive(&archive.path);
        let written = project.write(archive.path, kind, &archive.bytes, mode)?;
        archives.push(listed(&written));
        packed.archives.push(written);
    }
    let manifest = Manifest::new(entries(&contents, project, engines), archives);
    packed.manifest = Some(manifest.with_releases(releases(engines)));
    Ok(packed)
}

/// Returns the entry of an archive in the manifest.
fn listed(archive: &Artifact) -> Archive {
    let name = archive.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Archive { path: name, sha256: archive.digest.sha256.clone(), size: archive.digest.size }
}

fn check(project: &Project) -> Result<(), ConfigError> {
    let config = &project.loaded.config;
    if config.wheel.is_none() && config.zip.is_none() {
        return Err(project.loaded.missing(format!(
            "nothing to pack: there is neither a [wheel] nor a [zip]\nhint: this makes a wheel, with the values filled in; \
             `[wheel]` with `metadata = \"backend\"` runs the build backend for them:\n\n{INLINE}"
        )));
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

fn outcomes(items: &[Item<'_>]) -> Vec<Outcome> {
    let pycs = items.iter().flat_map(|item| item.compiled.pycs.iter().map(move |pyc| (item, pyc)));
    pycs.map(|(item, pyc)| Outcome {
        file: item.file.path.clone(),
        output: Some(PathBuf::from(&pyc.name)),
        python: Some(pyc.series.version),
        optimize: pyc.optimize,
        result: pyc.result.as_ref().map(|_| Done::Compiled).map_err(Clone::clone),
        warnings: pyc.warnings.clone(),
        digest: pyc.result.as_ref().ok().map(|pyc| Digest::of(pyc)),
    })
    .collect()
}

fn read_data(project: &Project, outcomes: &mut Vec<Outcome>) -> Vec<File> {
    let mut data = Vec::new();
    for file in &project.selection.data {
        match project.read(file) {
            Ok(source) => data.push(File {
                path: file.name.clone(),
                bytes: source.bytes.into(),
                executable: source.executable,
            }),
            Err(error) => outcomes.push(Outcome::of_file(file.path.clone(), error)),
        }
    }
    data
}

/// Returns the entries of the pycs by their installed paths, even if the wheel contains none. Pycs
/// of a sourceless wheel are in place of their sources; with several such wheels, each has its own
/// directory in the manifest.
fn entries(contents: &Contents<'_>, project: &Project, engines: &Engines) -> Vec<FileEntry> {
    let config = &project.loaded.config;
    let legacy = match &config.wheel {
        Some(wheel) => wheel.bytecode == Bytecode::Sourceless,
        None => true,
    };
    let mut entries = Vec::new();
    for item in &contents.items {
        let Ok(source) = &item.compiled.source else { continue };
        for pyc in &item.compiled.pycs {
            let name = match (legacy, config.wheel.is_some() && engines.len() > 1) {
                (false, _) => pyc.name.clone(),
                (true, false) => format!("{}c", item.file.name),
                (true, true) => format!("{}/{}c", pyc.series.cache_tag(), item.file.name),
            };
            entries.extend(pyc.entry(&name, &item.file.name, source));
        }
    }
    entries
}

impl Contents<'_> {
    fn sources(&self) -> impl Iterator<Item = File> + '_ {
        self.items.iter().filter_map(|item| {
            let source = item.compiled.source.as_ref().ok()?;
            let bytes = source.bytes.clone();
            Some(File::new(item.file.name.clone(), bytes))
        })
    }

    /// Returns the pycs in `__pycache__`, for every version and level.
    fn cached_pycs(&self) -> impl Iterator<Item = File> + '_ {
        let pycs = self.items.iter().flat_map(|item| &item.compiled.pycs);
        pycs.filter_map(|pyc| {
            let bytes = pyc.result.as_ref().ok()?;
            Some(File::new(pyc.name.clone(), bytes.clone()))
        })
    }

    /// Returns the pycs in place of their sources, such as `core.pyc` for `core.py`; for a source
    /// that does not compile, the source itself.
    fn legacy_pycs(
        &self,
        version: crate::target::PyVersion,
        optimize: u8,
    ) -> impl Iterator<Item = File> + '_ {
        self.items.iter().filter_map(move |item| {
            let mut pycs = item.compiled.pycs.iter();
            let pyc = pycs.find(|pyc| pyc.series.version == version && pyc.optimize == optimize)?;
            match (&pyc.result, &item.compiled.source) {
                (Ok(bytes), _) => Some(File::new(format!("{}c", item.file.name), bytes.clone())),
                (Err(_), Ok(source)) => Some(File::new(item.file.name.clone(), source.bytes.clone())),
                (Err(_), Err(_)) => None,
            }
        })
    }
}
