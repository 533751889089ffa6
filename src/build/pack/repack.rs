//! `pycompile pack WHEEL`: an existing wheel, made deterministic, with the requested pycs.

use super::{Packed, PackedPyc, PycNames, complete, listed};
use crate::archive::{self, Archive, Bytes, ZipOptions, write};
use crate::build::artifact::{Artifact, ArtifactKind, FileDigest};
use crate::build::job::Jobs;
use crate::build::outcome::Outcome;
use crate::build::own_archive::check_replaced;
use crate::build::project::ProjectError;
use crate::build::source::{SourceFile, check_size};
use crate::config::Bytecode as Wanted;
use crate::engine::select::releases;
use crate::engine::{Run, TargetEngine};
use crate::manifest::{FileEntry, Manifest};
use crate::output::atomic;
use crate::output::place::{Missing, OutputPlace, is_one_file};
use crate::project::real_path;
use crate::pyc::{InvalidationMode, cache_path, legacy_path};
use crate::target::PyVersion;
use crate::wheel::{
    CheckedWheel, Note, PycTreatment, RepackedWheel, entry_point_notes, installed_path, top_level_notes,
};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Options of a repacked wheel.
#[derive(Debug)]
pub struct RepackRequest {
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
#[non_exhaustive]
pub struct Repacked {
    /// Result as for a config; without archives if anything failed.
    pub packed: Packed,
    /// Notes on content that the new wheel does not have.
    pub notes: Vec<Note>,
    /// Positions of the patterns in `exclude` that match a file.
    pub used: BTreeSet<usize>,
}

/// Source in the wheel.
struct WheelSource<'a> {
    name: &'a str,
    /// Installed path, which is the recorded file name.
    installed: &'a str,
    bytes: &'a Bytes,
}

/// Reads, checks, compiles and writes a wheel.
///
/// # Errors
/// [`ProjectError`]; an existing file at the new wheel's path is unchanged then.
pub fn repack_wheel(path: &Path, request: &RepackRequest, run: Run<'_>) -> Result<Repacked, ProjectError> {
    let archive = archive::read_file(path, &archive::ArchiveLimits::default())?;
    let wheel = CheckedWheel::new(&archive)?;
    let engines = run.engines;
    let items = match request.bytecode {
        Some(Wanted::Pycache | Wanted::Sourceless) => sources(&archive, request),
        Some(Wanted::None) if !engines.is_empty() => sources(&archive, request),
        Some(Wanted::None) | None => Vec::new(),
    };
    let used = archive.files().flat_map(|entry| request.exclude.matches(&entry.name)).collect();
    let jobs = Jobs { run, levels: &request.levels, mode: request.mode };
    let results = jobs.map(&items, |item| compile(path, item, request, &jobs))?;
    let (outcomes, pycs): (Vec<Outcome>, Vec<PackedPyc>) = complete(results)?.into_iter().flatten().unzip();
    let mut packed = Packed { outcomes, ..Packed::default() };
    if packed.outcomes.iter().any(|outcome| outcome.result().is_err()) {
        return Ok(Repacked { packed, notes: Vec::new(), used });
    }
    let wanted = treatments(request.bytecode, &pycs, engines);
    let made = wanted.into_iter().map(|bytecode| wheel.repack(bytecode)).collect::<Result<Vec<_>, _>>()?;
    check_outputs(path, &made, request)?;
    packed.notes = notes_of(&archive);
    // Memory of content that the new wheels do not have is freed before they are written.
    drop(wheel);
    drop(items);
    drop(archive);
    let entries: Vec<FileEntry> = pycs.into_iter().filter_map(|pyc| pyc.entry).collect();
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
        let artifact = Artifact { path: output, kind, digest: FileDigest::of(&bytes), changed };
        archives.push(listed(&artifact));
        packed.archives.push(artifact);
        notes.extend(wheel.notes.into_iter().filter(|note| !notes.contains(note)).collect::<Vec<_>>());
    }
    packed.manifest = Some(Manifest::new(entries, archives).with_releases(releases(engines)));
    Ok(Repacked { packed, notes, used })
}

/// Returns what is unusual about the files of the wheel, whatever pycs it has.
fn notes_of(archive: &Archive) -> Vec<String> {
    let names = || archive.files().map(|entry| entry.name.as_str());
    let mut notes = top_level_notes(names());
    let entry_points = archive.files().find(|entry| entry.name.ends_with(".dist-info/entry_points.txt"));
    let text = entry_points.map(|entry| String::from_utf8_lossy(&entry.bytes.read()).into_owned());
    notes.extend(entry_point_notes(&text.unwrap_or_default(), names()));
    notes
}

/// Returns the pycs of each new wheel.
fn treatments(bytecode: Option<Wanted>, pycs: &[PackedPyc], engines: &[TargetEngine]) -> Vec<PycTreatment> {
    let files = |python: Option<PyVersion>| {
        let own = pycs.iter().filter(|pyc| python.is_none_or(|python| pyc.python == python));
        own.filter_map(|pyc| pyc.file.clone()).collect()
    };
    match bytecode {
        None => vec![PycTreatment::Keep],
        Some(Wanted::None) => vec![PycTreatment::None],
        Some(Wanted::Pycache) => vec![PycTreatment::Pycache(files(None))],
        Some(Wanted::Sourceless) => {
            let versions = engines.iter().map(|target| target.series.version);
            versions.map(|python| PycTreatment::Sourceless { python, pycs: files(Some(python)) }).collect()
        }
    }
}

/// Checks that the new wheels replace neither the wheel at `path`, unless the request allows it,
/// nor a file that is not a wheel.
fn check_outputs(path: &Path, made: &[RepackedWheel], request: &RepackRequest) -> Result<(), ProjectError> {
    if let Some(manifest) = &request.manifest {
        let outputs = made.iter().map(|wheel| request.folder.join(wheel.name.to_string()));
        if std::iter::once(path.to_path_buf()).chain(outputs).any(|wheel| is_one_file(manifest, &wheel)) {
            return Err(ProjectError::ManifestOverWheel(manifest.clone()));
        }
    }
    for wheel in made {
        let output = request.folder.join(wheel.name.to_string());
        let is_input = is_one_file(path, &output)
            || real_path(path).is_ok_and(|input| real_path(&output).is_ok_and(|output| input == output));
        if is_input && !request.in_place {
            return Err(ProjectError::OverInput(path.into()));
        }
        if !is_input
            && !request.check
            && let Ok(place) = OutputPlace::named(&output, Missing::Refused)
        {
            check_replaced(&output, &place, |_| false)?;
        }
    }
    Ok(())
}

fn differs(path: &Path, bytes: &[u8]) -> Result<bool, ProjectError> {
    match OutputPlace::named(path, Missing::Refused) {
        Ok(place) => Ok(place.differs(bytes, 0o644)?),
        Err(error) if error.is_missing() => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Returns the Python files that are importable once installed: not scripts, headers or data in
/// `NAME.data`.
fn sources<'a>(archive: &'a Archive, request: &RepackRequest) -> Vec<WheelSource<'a>> {
    let entries = archive.files().filter(|entry| entry.name.ends_with(".py"));
    entries
        .filter(|entry| !request.exclude.is_match(&entry.name))
        .filter_map(|entry| {
            let installed = installed_path(&entry.name).filter(|name| !in_dist_info(name))?;
            Some(WheelSource { name: &entry.name, installed, bytes: &entry.bytes })
        })
        .collect()
}

fn in_dist_info(name: &str) -> bool {
    name.split_once('/').is_some_and(|(folder, _)| folder.ends_with(".dist-info"))
}

/// Compiles a source of the wheel at `path`.
fn compile(
    path: &Path,
    item: &WheelSource<'_>,
    request: &RepackRequest,
    jobs: &Jobs<'_>,
) -> Vec<(Outcome, PackedPyc)> {
    // Not kept until the wheel is written: a small wheel can have many large sources.
    let source = check_size(item.bytes.len() as u64, jobs.run.memory())
        .map(|()| SourceFile::from_bytes(item.bytes.read()));
    let shown = path.join(item.name);
    jobs.each(&source, |job| {
        let pyc = |name: &str| {
            let path = match request.bytecode {
                Some(Wanted::Sourceless) => legacy_path(Path::new(name)),
                _ => cache_path(Path::new(name), job.target.series, job.optimize),
            };
            path.to_string_lossy().into_owned()
        };
        let names = PycNames {
            packed: pyc(item.name),
            listed: pyc(item.installed),
            source: item.installed,
            recorded: Ok(item.installed.to_owned()),
        };
        PackedPyc::compile(job, &shown, names)
    })
}
