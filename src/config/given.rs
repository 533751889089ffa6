//! Settings of the command line, which override the config.

use super::error::ConfigError;
use super::load::{Loaded, table_name};
use super::model::{Bytecode, OnError};
use crate::engine::{EngineChoice, Refs};
use crate::project::Layout;
use crate::project::backend::PretendVersions;
use crate::pyc::InvalidationMode;
use crate::target::Release;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// Settings given on the command line; paths are relative to the working directory.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Value of `[compile] python`.
    pub python: Vec<Release>,
    /// Value of `[compile] optimize`.
    pub optimize: Vec<u8>,
    /// Value of `[compile] invalidation-mode`.
    pub invalidation_mode: Option<InvalidationMode>,
    /// Value of `[compile] engine`.
    pub engine: Option<EngineChoice>,
    /// Interpreters of any version.
    pub interpreters: Vec<PathBuf>,
    /// Value of `[compile] refs`.
    pub refs: Option<Refs>,
    /// Value of `[compile] timeout`.
    pub timeout: Option<u64>,
    /// Value of `[compile] memory-limit`.
    pub memory_limit: Option<u64>,
    /// Value of `[compile] layout`.
    pub layout: Option<Layout>,
    /// Value of `[compile] strip-dir`.
    pub strip_dir: Option<String>,
    /// Value of `[compile] prepend-dir`.
    pub prepend_dir: Option<String>,
    /// Value of `[compile] dfile`.
    pub dfile: Option<String>,
    /// Value of `[compile] on-error`.
    pub on_error: Option<OnError>,
    /// Value of `[compile] allow-failures`.
    pub allow_failures: Vec<String>,
    /// Value of `[wheel] bytecode`.
    pub bytecode: Option<Bytecode>,
    /// Value of `[tree] output`.
    pub tree: Option<PathBuf>,
    /// Directory of wheels, zip and manifest.
    pub archives: Option<PathBuf>,
    /// Value of `[manifest] output`.
    pub manifest: Option<PathBuf>,
    /// Variables that set a version which comes from a repository.
    pub pretend_versions: PretendVersions,
}

/// Replaces a setting of the file by one of the command line.
fn put<T>(setting: &mut Option<Spanned<T>>, given: Option<T>) {
    if let Some(given) = given {
        *setting = Some(Spanned::new(0..0, given));
    }
}

impl Loaded {
    /// Overrides settings of the file by those of the command line.
    ///
    /// # Errors
    /// A setting belongs to a table that the file does not have.
    pub fn with(mut self, given: Given) -> Result<Self, ConfigError> {
        let config = &mut self.config;
        let levels = |levels: &[u8]| levels.iter().map(|&level| Spanned::new(0..0, level)).collect();
        if !given.optimize.is_empty() {
            config.compile.optimize = levels(&given.optimize);
        }
        put(&mut config.compile.invalidation_mode, given.invalidation_mode);
        // A named interpreter overrides `engine = "native"` of the file.
        let of_file = match config.compile.engine {
            EngineChoice::Native if !given.interpreters.is_empty() => EngineChoice::Auto,
            engine => engine,
        };
        config.compile.engine = given.engine.unwrap_or(of_file);
        config.compile.refs = given.refs.unwrap_or(config.compile.refs);
        config.compile.on_error = given.on_error.unwrap_or(config.compile.on_error);
        put(&mut config.compile.timeout, given.timeout);
        put(&mut config.compile.memory_limit, given.memory_limit);
        put(&mut config.compile.layout, given.layout);
        put(&mut config.compile.strip_dir, given.strip_dir.clone());
        put(&mut config.compile.prepend_dir, given.prepend_dir.clone());
        put(&mut config.compile.dfile, given.dfile.clone());
        if !given.allow_failures.is_empty() {
            let names = given.allow_failures.iter();
            config.compile.allow_failures = names.map(|name| Spanned::new(0..0, name.clone())).collect();
        }
        if given.bytecode.is_some() && config.wheel.is_none() {
            let message = format!("`bytecode` was given, but there is no {}", self.table("wheel"));
            return Err(self.missing(message));
        }
        if let (Some(wheel), Some(bytecode)) = (&mut config.wheel, given.bytecode) {
            wheel.bytecode = bytecode;
            wheel.optimize = wheel.optimize.take().filter(|_| bytecode == Bytecode::Sourceless);
        }
        // If there is only one version or level, it applies to every archive.
        if let Some(zip) = &mut config.zip {
            zip.python = zip.python.take().filter(|_| given.python.len() != 1);
            zip.optimize = zip.optimize.take().filter(|_| given.optimize.len() != 1);
        }
        if let Some(wheel) = &mut config.wheel {
            wheel.optimize = wheel.optimize.take().filter(|_| given.optimize.len() != 1);
        }
        self.given = given;
        self.check()?;
        Ok(self)
    }

    /// Returns the name of a table in the file: `[wheel]` or `[tool.pycompile.wheel]`.
    pub fn table(&self, name: &str) -> String {
        table_name(self.in_pyproject, name)
    }

    /// Returns `true` if the config is part of a `pyproject.toml`.
    pub const fn in_pyproject(&self) -> bool {
        self.in_pyproject
    }

    /// Returns the directory of the mirror; `None` if pycs are written in place.
    pub fn tree_output(&self) -> Option<PathBuf> {
        if let Some(tree) = &self.given.tree {
            return Some(tree.clone());
        }
        match self.config.tree.output.as_ref().map(|output| output.get_ref().as_str()) {
            None | Some("." | "./") => None,
            Some(output) => Some(self.folder.join(output)),
        }
    }

    /// Returns the directory that wheels are written to.
    pub fn wheel_folder(&self) -> PathBuf {
        let table = self.config.wheel.as_ref().and_then(|wheel| wheel.output.as_ref());
        let of_file = || self.folder.join(table.map_or("dist", |output| output.get_ref()));
        self.given.archives.clone().unwrap_or_else(of_file)
    }

    /// Returns the path of the zip, from `output` in its table.
    pub fn zip_path(&self, output: &str) -> PathBuf {
        self.archive_path(output)
    }

    /// Returns the path of the manifest, if one is configured.
    pub fn manifest_path(&self) -> Option<PathBuf> {
        let table = self.config.manifest.as_ref();
        let of_file = || Some(self.archive_path(table?.output.get_ref()));
        self.given.manifest.clone().or_else(of_file)
    }

    fn archive_path(&self, output: &str) -> PathBuf {
        match &self.given.archives {
            Some(folder) => folder.join(Path::new(output).file_name().unwrap_or_default()),
            None => self.folder.join(output),
        }
    }
}
