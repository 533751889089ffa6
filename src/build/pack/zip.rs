//! The zip, which is a zipapp if `main` is set.
//!
//! CPython: `Lib/zipimport.py` reads `core.pyc` next to `core.py` and never `__pycache__`;
//! `Lib/zipapp.py`.

use super::{Contents, PackedArchive};
use crate::archive::{File, ZipOptions, main_module, write};
use crate::build::job::Jobs;
use crate::build::project::{BuildProject, ProjectError};
use crate::build::source::SourceFile;
use crate::config::ConfigError;
use crate::engine::{Run, TargetEngine};
use crate::target::PyVersion;
use std::path::PathBuf;

/// Zip with valid settings.
pub(super) struct ZipPlan {
    pub(super) output: PathBuf,
    main: Option<String>,
    engine: usize,
    optimize: u8,
    sources: bool,
    options: ZipOptions,
}

impl ZipPlan {
    pub(super) fn new(project: &BuildProject, engines: &[TargetEngine]) -> Result<Option<Self>, ConfigError> {
        let loaded = &project.loaded;
        let Some(table) = &loaded.config.zip else { return Ok(None) };
        let engine = match &table.python {
            Some(version) => {
                let wanted = loaded.version(version.get_ref(), &version.span())?;
                let found = engines.iter().position(|target| target.series.version == wanted);
                found.ok_or_else(|| {
                    loaded.error_at(&version.span(), format!("{wanted} is not among [compile] python"))
                })?
            }
            None if engines.len() > 1 => {
                let message = "a zip has the pycs of one version: name it with `python`";
                return Err(loaded.error_at(&table.output.span(), message));
            }
            None => 0,
        };
        let optimize = match (&table.optimize, project.levels.as_slice()) {
            (Some(level), levels) if levels.contains(level.get_ref()) => *level.get_ref(),
            (Some(level), _) => {
                let message = format!("level {} is not among [compile] optimize", level.get_ref());
                return Err(loaded.error_at(&level.span(), message));
            }
            (None, [level]) => *level,
            (None, _) => {
                let message = "a zip has the pycs of one level: name it with `optimize`";
                return Err(loaded.error_at(&table.output.span(), message));
            }
        };
        let main = match &table.main {
            Some(main) => Some(
                main_module(main.get_ref())
                    .map_err(|error| loaded.error_at(&main.span(), error.to_string()))?,
            ),
            None => None,
        };
        let clash = loaded.select()?.sources.iter().any(|file| file.name == "__main__.py");
        if let (Some(main), true) = (&table.main, clash) {
            return Err(loaded.error_at(
                &main.span(),
                "the files already contain a __main__.py, which cannot be combined with `main`",
            ));
        }
        let shebang = table.interpreter.as_ref().map(|interpreter| interpreter.get_ref().clone());
        Ok(Some(Self {
            output: loaded.zip_path(table.output.get_ref()),
            main,
            engine,
            optimize,
            sources: table.sources.as_ref().is_none_or(|sources| *sources.get_ref()),
            options: ZipOptions { time: 0, compression: table.compression, shebang },
        }))
    }

    /// Returns the version and level of the pycs.
    pub(super) fn target(&self, engines: &[TargetEngine]) -> (PyVersion, u8) {
        (engines[self.engine].series.version, self.optimize)
    }

    pub(super) fn make(
        &self,
        contents: &Contents<'_>,
        jobs: Jobs<'_>,
        time: i64,
    ) -> Result<PackedArchive, ProjectError> {
        let Some(target) = jobs.run.engines.get(self.engine) else { return Err(ProjectError::NoEngine) };
        let mut files: Vec<File> = contents.data.clone();
        files.extend(contents.legacy_pycs(target.series.version, self.optimize));
        if self.sources {
            for source in contents.sources() {
                if !files.iter().any(|file| file.path == source.path) {
                    files.push(source);
                }
            }
        }
        if let Some(main) = &self.main {
            let run = Run { engines: std::slice::from_ref(target), ..jobs.run };
            files.extend(self.compiled_main(main, Jobs { run, levels: &[self.optimize], ..jobs })?);
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let options = ZipOptions { time, ..self.options.clone() };
        let bytes = write(&files, &options)?;
        Ok(PackedArchive { path: self.output.clone(), bytes, executable: options.shebang.is_some() })
    }

    /// Returns `__main__.pyc`, and `__main__.py` if sources are included.
    fn compiled_main(&self, main: &str, jobs: Jobs<'_>) -> Result<Vec<File>, ProjectError> {
        let source = Ok(SourceFile::from_bytes(main.as_bytes()));
        let mut files = Vec::new();
        for pyc in jobs.each(&source, |job| job.pyc(Ok("__main__.py"))) {
            files.push(File::new("__main__.pyc", pyc.map_err(|error| ProjectError::Main(error.rendered))?));
        }
        if self.sources {
            files.push(File::new("__main__.py", main));
        }
        Ok(files)
    }
}
