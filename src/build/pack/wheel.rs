//! The wheel of a config: without pycs, with them, or with them instead of the sources.

use super::{Contents, PackedArchive, backend};
use crate::archive::{Compression, File, ZipOptions, write};
use crate::build::project::{BuildProject, ProjectError};
use crate::config::{Bytecode, ConfigAdvice, Loaded, ProjectSource, WheelTable};
use crate::engine::{TargetEngine, Workers};
use crate::output::inside::Inside;
use crate::project::backend::metadata_home;
use crate::project::names_in;
use crate::wheel::{self, DistInfo, Prepared, TagSet, Wheel};
use std::path::{Path, PathBuf};

/// Wheel with valid metadata.
pub(super) struct WheelPlan {
    metadata: DistInfo,
    /// Remarks about the metadata, for the user.
    pub(super) notes: Vec<String>,
    /// Remarks for a verbose run.
    pub(super) details: Vec<String>,
    bytecode: Bytecode,
    folder: PathBuf,
    tags: TagSet,
    optimize: u8,
}

impl WheelPlan {
    pub(super) fn new(
        project: &BuildProject,
        python: Option<&Path>,
        workers: Workers<'_>,
    ) -> Result<Option<Self>, ProjectError> {
        let loaded = &project.loaded;
        let Some(table) = &loaded.config.wheel else { return Ok(None) };
        let WheelMetadata { dist_info, mut notes, details } = metadata(loaded, table, python, workers)?;
        let files = project.selection.sources.iter().chain(&project.selection.data);
        let names = files.map(|file| file.name.as_str());
        notes.extend(wheel::top_level_notes(names.clone()));
        let entry_points = dist_info.entry_points.as_deref().unwrap_or_default();
        notes.extend(wheel::entry_point_notes(entry_points, names));
        let sourceless = table.bytecode == Bytecode::Sourceless;
        let optimize = match (&table.optimize, project.levels.as_slice()) {
            (Some(level), _) if !sourceless => {
                let message = "only a sourceless wheel has pycs of one level";
                return Err(loaded.error_at(&level.span(), message).into());
            }
            (Some(level), levels) if levels.contains(level.get_ref()) => *level.get_ref(),
            (Some(level), _) => {
                let message = format!("level {} is not among [compile] optimize", level.get_ref());
                return Err(loaded.error_at(&level.span(), message).into());
            }
            (None, [level]) => *level,
            (None, _) if sourceless => {
                let message = "a sourceless wheel has the pycs of one level: name it with `optimize`";
                return Err(loaded.missing(message).into());
            }
            (None, _) => 0,
        };
        let tags = match &table.tag {
            Some(tag) if sourceless => {
                let message = "the tag of a sourceless wheel is that of its version: leave it out";
                return Err(loaded.error_at(&tag.span(), message).into());
            }
            Some(tag) => {
                tag.get_ref().parse().map_err(|error| loaded.error_at(&tag.span(), format!("{error}")))?
            }
            None => TagSet::any_python(),
        };
        let folder = loaded.wheel_folder();
        Ok(Some(Self {
            metadata: dist_info,
            notes,
            details,
            bytecode: table.bytecode,
            folder,
            tags,
            optimize,
        }))
    }

    /// Returns the wheels of the same name and version in the directory of the wheels.
    pub(super) fn existing(&self) -> Vec<PathBuf> {
        let DistInfo { name, version, .. } = &self.metadata;
        let start = format!("{}-{version}-", wheel::escape_name(name));
        let is_own = |name: &str| name.starts_with(&start) && name.ends_with(".whl");
        let names = names_in(&self.folder).unwrap_or_default().into_iter();
        let own = names.filter(|name| name.to_str().is_some_and(is_own));
        own.map(|name| self.folder.join(name)).collect()
    }

    pub(super) fn make(
        &self,
        contents: &Contents<'_>,
        engines: &[TargetEngine],
        time: i64,
    ) -> Result<Vec<PackedArchive>, ProjectError> {
        let with = |files: Vec<File>, tags: &TagSet| {
            let mut all = contents.data.clone();
            all.extend(files);
            self.finish(&wheel::assemble(&self.metadata, tags, all)?, time)
        };
        match self.bytecode {
            Bytecode::None => Ok(vec![with(contents.sources().collect(), &self.tags)?]),
            Bytecode::Pycache => {
                let files = contents.sources().chain(contents.cached_pycs()).collect();
                Ok(vec![with(files, &self.tags)?])
            }
            Bytecode::Sourceless => engines
                .iter()
                .map(|target| {
                    let version = target.series.version;
                    let files = contents.legacy_pycs(version, self.optimize).collect();
                    with(files, &TagSet::sourceless(version))
                })
                .collect(),
        }
    }

    fn finish(&self, wheel: &Wheel, time: i64) -> Result<PackedArchive, ProjectError> {
        let options = ZipOptions { time, compression: Compression::Deflated, shebang: None };
        let bytes = write(&wheel.files, &options)?;
        Ok(PackedArchive { path: self.folder.join(wheel.name.to_string()), bytes, executable: false })
    }
}

/// Reads the metadata from the source that the config names, with remarks for the user.
fn metadata(
    loaded: &Loaded,
    table: &WheelTable,
    python: Option<&Path>,
    workers: Workers<'_>,
) -> Result<WheelMetadata, ProjectError> {
    let project = match (&table.project, &table.metadata) {
        (None, Some(path)) => {
            if let Some(given) = &table.dynamic {
                let message = "`dynamic` completes `project`; `metadata` is used as it is";
                return Err(loaded.error_at(&given.span(), message).into());
            }
            let prepared = match path.get_ref().as_str() {
                "backend" => backend::prepare(&loaded.folder, python, workers)?,
                path => inside(loaded, path, Prepared::read)?,
            };
            let Prepared { dist_info, notes, details } = prepared;
            return Ok(WheelMetadata { dist_info, notes, details });
        }
        (Some(_), Some(path)) => {
            let message = "`project` and `metadata` exclude each other: remove one of them";
            return Err(loaded.error_at(&path.span(), message).into());
        }
        (None, None) if loaded.in_pyproject() => {
            let given = table.dynamic.as_ref().map(|given| given.get_ref().clone()).unwrap_or_default();
            let name = loaded.path.file_name().unwrap_or_default().to_string_lossy();
            return Ok(of_project(loaded, &name, &given)?.into());
        }
        (None, None) => {
            let (message, advice) = match metadata_home(&loaded.folder) {
                Some(home) => {
                    (format!("[wheel] has no metadata: it is in {home}"), ConfigAdvice::BackendMetadata)
                }
                None => ("[wheel] has no metadata".to_owned(), ConfigAdvice::NameMetadata),
            };
            return Err(loaded.missing(message).with_advice(advice).into());
        }
        (Some(project), None) => project,
    };
    let project = match (project.get_ref(), &table.dynamic) {
        (ProjectSource::File(path), given) => {
            let given = given.as_ref().map(|given| given.get_ref().clone()).unwrap_or_default();
            of_project(loaded, path, &given)?
        }
        (ProjectSource::Inline(_), None) if loaded.in_pyproject() && loaded.has_project_table() => {
            let message = "[project] is in this file too, and this table would be used in its place";
            let error = loaded.error_at(&project.span(), message);
            return Err(error.with_advice(ConfigAdvice::RemoveTable).into());
        }
        (ProjectSource::Inline(keys), None) => {
            wheel::Project::from_table(&loaded.path, &Inside::new(&loaded.folder, loaded.links()), keys)?
        }
        (ProjectSource::Inline(_), Some(given)) => {
            let message = "`project` already has the keys here: write these next to them";
            return Err(loaded.error_at(&given.span(), message).into());
        }
    };
    Ok(project.into())
}

/// Metadata with remarks about them.
struct WheelMetadata {
    dist_info: DistInfo,
    notes: Vec<String>,
    details: Vec<String>,
}

impl From<wheel::Project> for WheelMetadata {
    fn from(project: wheel::Project) -> Self {
        Self { dist_info: (&project).into(), notes: project.notes, details: project.details }
    }
}

/// Reads the `[project]` table of a file that the config names.
fn of_project(loaded: &Loaded, path: &str, given: &toml::Table) -> Result<wheel::Project, ProjectError> {
    let variables = &loaded.given.pretend_versions;
    let read = inside(loaded, path, |folder, name| wheel::Project::read_with(folder, name, given, variables));
    Ok(read.map_err(|mut error| {
        if let wheel::ProjectFault::Open(keys) = &mut *error.fault {
            keys.in_pyproject = loaded.in_pyproject();
        }
        error
    })?)
}

/// Reads a file that the config names, without following symlinks out of its directory.
fn inside<T>(loaded: &Loaded, path: &str, read: impl FnOnce(&Inside, &str) -> T) -> T {
    let path = loaded.folder.join(path);
    let (base, below) = loaded.bounds_of_file(&path);
    let folder = below.parent().unwrap_or(below);
    let name = below.file_name().unwrap_or_default().to_string_lossy();
    read(&Inside::below(base, folder, loaded.links()), &name)
}
