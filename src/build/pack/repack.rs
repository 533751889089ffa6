//! `pycompile pack WHEEL`: an existing wheel, made deterministic, with the requested pycs.

use super::{Packed, listed};
use crate::archive::{self, Archive, Bytes, File};
use crate::archive::{ZipOptions, write};
use crate::build::artifact::{Artifact, ArtifactKind, Digest};
use crate::build::compile::{Done, Outcome};
use crate::build::engines::{Engines, releases};
use crate::build::parallel::{self, Watch};
use crate::build::project::ProjectError;
use crate::build::source::{Made, Source};
use crate::config::Bytecode as Wanted;
use crate::manifest::{FileEntry, Manifest, pyc_entry, source_entry};
use crate::output::atomic;
use crate::output::place::{Missing, Place, is_one_file};
use crate::pyc::{InvalidationMode, cache_path, legacy_path};
use crate::target::{PyVersion, Series};
use crate::wheel::{Bytecode, Note, installed_path, repack, top_level_notes};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Options of a repacked wheel.
#[derive(Debug)]
pub struct Request {
    /// Pycs of the new wheel; `None` keeps those that it has.
    pub bytecode: Option<Wanted>,
    /// Optimization levels, each once.
    pub levels: Vec<u8>,
    /// Invalidation mode of the pycs.
    pub mode: InvalidationMode,
    /// Files that are not compiled.
    pub exclude: globset::GlobSet,
    /// Directory of the new wheel.
    pub folder: PathBuf,
    /// Write nothing: compare the wheels with their expected content.
    pub check: bool,
    /// Modification time of entries, in seconds since 1970.
    pub time: i64,
    /// Allow the wheel itself to be replaced.
    pub in_place: bool,
    /// Path of the manifest, which must differ from those of all wheels.
    pub manifest: Option<PathBuf>,
}

/// Result of repacking a wheel.
#[derive(Debug, Default)]
pub struct Repacked {
    /// Result as for a config; without archives if anything failed.
    pub packed: Packed,
    /// Notes on content that the new wheel does not have.
    pub notes: Vec<Note>,
    /// Positions of the patterns in `exclude` that match a file.
    pub used: BTreeSet<usize>,
}

/// Source in the wheel.
struct Item<'a> {
    name: &'a str,
    /// Installed path, which is the recorded file name.
    installed: &'a str,
    bytes: &'a Bytes,
}

struct Compiled {
    name: String,
    series: &'static Series,
    optimize: u8,
    made: Made,
    entry: Option<FileEntry>,
}

/// Reads, checks, compiles and writes a wheel.
///
/// # Errors
/// [`ProjectError`]; an existing file at the new wheel's path is unchanged then.
pub fn repack_wheel(
    path: &Path,
    request: &Request,
    engines: &Engines,
    jobs: usize,
    watch: &dyn Watch,
) -> Result<Repacked, ProjectError> {
    let archive = archive::read_file(path, &archive::Limits::default())?;
    let items = match request.bytecode {
        Some(Wanted::Pycache | Wanted::Sourceless) => sources(&archive, request),
        Some(Wanted::None) if !engines.is_empty() => sources(&archive, request),
        Some(Wanted::None) | None => Vec::new(),
    };
    let used = archive.files().flat_map(|entry| request.exclude.matches(&entry.name)).collect();
    let results = parallel::map(&items, jobs, watch, |item| compile(item, request, engines))?;
    let missing = results.iter().filter(|compiled| compiled.is_none()).count();
    if missing > 0 {
        return Err(ProjectError::Interrupted(missing));
    }
    let mut packed = Packed::default();
    let mut entries = Vec::new();
    let mut pycs: Vec<(PyVersion, File)> = Vec::new();
    for (item, compiled) in items
        .iter()
        .zip(results.into_iter().flatten())
        .flat_map(|(item, all)| all.into_iter().map(move |compiled| (item, compiled)))
    {
        entries.extend(compiled.entry);
        let Made { result: pyc, warnings } = compiled.made;
        let result = pyc.as_ref().map(|_| Done::Compiled).map_err(Clone::clone);
        packed.outcomes.push(Outcome {
            file: path.join(item.name),
            output: Some(PathBuf::from(&compiled.name)),
            python: Some(compiled.series.version),
            optimize: compiled.optimize,
            result,
            warnings,
            digest: pyc.as_ref().ok().map(|pyc| Digest::of(pyc)),
        });
        if let Ok(bytes) = pyc {
            pycs.push((compiled.series.version, File::new(compiled.name, bytes)));
        }
    }
    if packed.outcomes.iter().any(|outcome| outcome.result.is_err()) {
        return Ok(Repacked { packed, notes: Vec::new(), used });
    }
    let made = match request.bytecode {
        None => vec![repack(&archive, Bytecode::Keep)?],
        Some(Wanted::None) => vec![repack(&archive, Bytecode::None)?],
        Some(Wanted::Pycache) => {
            let files = pycs.into_iter().map(|(_, file)| file).collect();
            vec![repack(&archive, Bytecode::Pycache(files))?]
        }
        Some(Wanted::Sourceless) => {
            let of = |python| {
                let own = pycs.iter().filter(|(version, _)| *version == python);
                Bytecode::Sourceless { python, pycs: own.map(|(_, file)| file.clone()).collect() }
            };
            let versions = engines.iter().map(|target| target.series.version);
            versions.map(|python| repack(&archive, of(python))).collect::<Result<Vec<_>, _>>()?
        }
    };
    if let Some(manifest) = &request.manifest {
        let outputs = made.iter().map(|wheel| request.folder.join(wheel.name.to_string()));
        if std::iter::once(path.to_path_buf()).chain(outputs).any(|wheel| is_one_file(manifest, &wheel)) {
            return Err(ProjectError::ManifestOverWheel(manifest.clone()));
        }
    }
    for wheel in &made {
        let output = request.folder.join(wheel.name.to_string());
        let is_input = is_one_file(path, &output)
            || path
                .canonicalize()
                .is_ok_and(|input| output.canonicalize().is_ok_and(|output| input == output));
        if is_input && !request.in_place {
            return Err(ProjectError::OverInput(path.into()));
        }
    }
    let names = archive.files().map(|entry| entry.name.as_str());
    packed.notes = top_level_notes(names);
    // Memory of content that the new wheels do not have is freed before they are written.
    drop(items);
    drop(archive);
    let mut archives = Vec::new();
    let mut notes: Vec<Note> = Vec::new();
    for wheel in made {
        let bytes = write(&wheel.files, &ZipOptions { time: request.time, ..ZipOptions::default() })?;
        let output = request.folder.join(wheel.name.to_string());
        let changed = !request.check || differs(&output, &bytes)?;
        if !request.check {
            atomic::write(&output, &bytes, 0o644)?;
        }
        let kind = ArtifactKind::Wheel;
        let artifact = Artifact { path: output, kind, digest: Digest::of(&bytes), changed };
        archives.push(listed(&artifact));
        packed.archives.push(artifact);
        notes.extend(wheel.notes.into_iter().filter(|note| !notes.contains(note)).collect::<Vec<_>>());
    }
    packed.manifest = Some(Manifest::new(entries, archives).with_releases(releases(engines)));
    Ok(Repacked { packed, notes, used })
}

fn differs(path: &Path, bytes: &[u8]) -> Result<bool, ProjectError> {
    match Place::named(path, Missing::Refused) {
        Ok(place) => Ok(place.differs(bytes, 0o644)?),
        Err(error) if error.is_missing() => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Returns the Python files that are importable once installed: not scripts, headers or data in
/// `NAME.data`.
fn sources<'a>(archive: &'a Archive, request: &Request) -> Vec<Item<'a>> {
    let entries = archive.files().filter(|entry| entry.name.ends_with(".py"));
    entries
        .filter(|entry| !request.exclude.is_match(&entry.name))
        .filter_map(|entry| {
            let installed = installed_path(&entry.name).filter(|name| !in_dist_info(name))?;
            Some(Item { name: &entry.name, installed, bytes: &entry.bytes })
        })
        .collect()
}

fn in_dist_info(name: &str) -> bool {
    name.split_once('/').is_some_and(|(folder, _)| folder.ends_with(".dist-info"))
}

fn compile(item: &Item<'_>, request: &Request, engines: &Engines) -> Vec<Compiled> {
    // Not kept until the wheel is written: a small wheel can have many large sources.
    let source = Source::from_bytes(item.bytes.read().into_owned());
    let mut opened = source.open();
    let mut all = Vec::new();
    for target in engines {
        let header = source.header(target.series, request.mode);
        for &optimize in &request.levels {
            let pyc = |name: &str| {
                let path = match request.bytecode {
                    Some(Wanted::Sourceless) => legacy_path(Path::new(name)),
                    _ => cache_path(Path::new(name), target.series, optimize),
                };
                path.to_string_lossy().into_owned()
            };
            let made = Made::of(&mut opened, target, &header, item.installed.as_ref(), optimize);
            let (series, installed) = (target.series, pyc(item.installed));
            let entry = made.result.as_ref().ok().and_then(|pyc| {
                let source = source_entry(item.installed, &source.bytes, series);
                pyc_entry(&installed, pyc, series, optimize, Some(source), item.installed).ok()
            });
            all.push(Compiled { name: pyc(item.name), series, optimize, made, entry });
        }
    }
    all
}
