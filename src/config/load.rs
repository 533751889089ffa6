//! Config file → checked settings.

use super::error::{ConfigAdvice, ConfigError, ConfigPlace};
use super::given::Given;
use super::locate::is_shared;
use super::model::Config;
use super::suggest::in_words_of_toml;
use crate::output::inside::{Inside, Links};
use crate::project::{Layout, Naming, read_named};
use crate::target::{PyVersion, Release, Series};
use serde::Deserialize;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// Config with its origin.
#[derive(Debug)]
pub struct Loaded {
    /// Path of the file as given.
    pub path: PathBuf,
    /// Directory of the file, which paths in the config are relative to.
    pub folder: PathBuf,
    /// Directory that paths of sources and data are relative to.
    pub root: PathBuf,
    /// Tables and keys.
    pub config: Config,
    /// Settings of the command line.
    pub given: Given,
    /// Text of the file, for error messages.
    text: String,
    /// True for the `[tool.pycompile]` table of a `pyproject.toml`.
    pub(super) in_pyproject: bool,
}

/// Part of a `pyproject.toml` that is read.
#[derive(Deserialize)]
struct Pyproject {
    tool: Option<Tools>,
}

#[derive(Deserialize)]
struct Tools {
    pycompile: Option<Config>,
}

/// Maximum size of a config: room for a list of a million files.
pub(super) const LARGEST_CONFIG: u64 = 128 << 20;

/// Reads and checks a config, without accessing the files that it names.
///
/// # Errors
/// [`ConfigError`], the first one found.
pub fn load(path: &Path) -> Result<Loaded, ConfigError> {
    let bytes =
        read_named(path, LARGEST_CONFIG).map_err(|source| ConfigError::Read { path: path.into(), source })?;
    let text = String::from_utf8(bytes)
        .map_err(|error| ConfigError::Encoding { path: path.into(), at: error.utf8_error().valid_up_to() })?;
    parse(path, text)
}

/// Checks a config whose text has been read.
///
/// # Errors
/// [`ConfigError`].
pub fn parse(path: &Path, text: String) -> Result<Loaded, ConfigError> {
    let in_pyproject = is_shared(path);
    let read = match in_pyproject {
        false => toml::from_str(&text).map(Some),
        true => toml::from_str(&text).map(|file: Pyproject| file.tool.and_then(|tools| tools.pycompile)),
    };
    let config: Option<Config> = read.map_err(|error| match error.span() {
        Some(span) => {
            let (message, advice) = message(&text, &span, error.message(), in_pyproject);
            let error = at(path, &text, &span, &message);
            match advice {
                Some(advice) => error.with_advice(advice),
                None => error,
            }
        }
        None => missing(path, error.message()),
    })?;
    let Some(config) = config else {
        let error = missing(path, "there is no [tool.pycompile] in it");
        return Err(error.with_advice(ConfigAdvice::NestedTables));
    };
    if let (false, Some(backend)) = (in_pyproject, &config.backend) {
        let message = "this table belongs in pyproject.toml, as [tool.pycompile.backend]";
        return Err(at(path, &text, &backend.span(), message));
    }
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let root = match config.source.root.get_ref().as_str() {
        "." | "./" | "" if folder.as_os_str().is_empty() => PathBuf::from("."),
        "." | "./" | "" => folder.clone(),
        root => folder.join(root),
    };
    let given = Given::default();
    let loaded = Loaded { path: path.into(), folder, root, config, given, text, in_pyproject };
    loaded.check()?;
    Ok(loaded)
}

/// Returns the message for a value that serde refuses, and advice on it.
fn message(
    text: &str,
    span: &Range<usize>,
    message: &str,
    in_pyproject: bool,
) -> (String, Option<ConfigAdvice>) {
    let start = text.get(..span.start).map_or(0, |before| before.rfind('\n').map_or(0, |at| at + 1));
    let is_version = text.get(start..span.end).is_some_and(|line| line.trim_start().starts_with("python"));
    if is_version
        && message.starts_with("invalid type: ")
        && let Some(number) = text.get(span.clone()).filter(|value| value.parse::<f64>().is_ok())
    {
        return (format!("a version is a string: \"{number}\""), None);
    }
    in_words_of_toml(message, |table| table_name(in_pyproject, table))
}

/// Returns the name of a table of the config: `[wheel]` or `[tool.pycompile.wheel]`.
pub(super) fn table_name(in_pyproject: bool, name: &str) -> String {
    if in_pyproject { format!("[tool.pycompile.{name}]") } else { format!("[{name}]") }
}

pub(super) fn at(path: &Path, text: &str, span: &Range<usize>, message: &str) -> ConfigError {
    let place = Box::new(ConfigPlace::new(path, text, span));
    ConfigError::At { place, message: message.into(), advice: None }
}

/// Returns an error without a location.
pub(super) fn missing(path: &Path, message: impl Into<String>) -> ConfigError {
    ConfigError::Missing { path: path.into(), message: message.into(), advice: None }
}

impl Loaded {
    /// Returns the text of the file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns `true` if the file has a `[project]` table.
    pub fn has_project_table(&self) -> bool {
        let parsed = toml::de::DeTable::parse(&self.text);
        parsed.is_ok_and(|file| file.get_ref().contains_key("project"))
    }

    /// Returns an error at a location in the file; without location if the setting comes from the
    /// command line.
    pub fn error_at(&self, span: &Range<usize>, message: impl AsRef<str>) -> ConfigError {
        if *span == (0..0) {
            return self.missing(message.as_ref());
        }
        at(&self.path, &self.text, span, message.as_ref())
    }

    /// Returns an error without a location.
    pub fn missing(&self, message: impl Into<String>) -> ConfigError {
        missing(&self.path, message)
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let versions = self.versions()?.len();
        let compile = &self.config.compile;
        for level in &compile.optimize {
            if *level.get_ref() > 2 {
                return Err(self.error_at(&level.span(), "an optimization level is 0, 1 or 2"));
            }
        }
        if let Some(timeout) = compile.timeout.as_ref().filter(|timeout| *timeout.get_ref() == 0) {
            return Err(self.error_at(&timeout.span(), "a timeout is at least one second"));
        }
        if let Some(limit) = compile.memory_limit.as_ref().filter(|limit| *limit.get_ref() < 64) {
            return Err(self.error_at(&limit.span(), "a memory limit is at least 64 MB"));
        }
        self.interpreters()?;
        let source = &self.config.source;
        if source.files.is_empty() && source.search.is_empty() {
            let table = self.table("source");
            let message = format!("no files: list them under {table} files, or use `search`");
            return Err(self.missing(message));
        }
        if let Some(dfile) = &compile.dfile
            && (source.files.len() != 1 || !source.search.is_empty())
        {
            return Err(self.error_at(&dfile.span(), "dfile is the recorded name of one file: list one"));
        }
        let levels = self.levels().len();
        if let Some(layout) = compile.layout.as_ref().filter(|layout| *layout.get_ref() == Layout::Legacy)
            && (versions > 1 || levels > 1)
        {
            let message =
                "the legacy layout has one pyc per source: name a single version and a single level";
            return Err(self.error_at(&layout.span(), message));
        }
        Ok(())
    }

    /// Returns the configured versions, each once; none if the config does not name any.
    ///
    /// # Errors
    /// A version is unknown or named twice.
    pub fn versions(&self) -> Result<Vec<Release>, ConfigError> {
        let mut releases: Vec<Release> = Vec::new();
        for release in &self.given.python {
            if !releases.contains(release) {
                releases.push(*release);
            }
        }
        if !releases.is_empty() {
            return Ok(releases);
        }
        for text in &self.config.compile.python {
            let release: Release =
                text.get_ref().parse().map_err(|error| self.error_at(&text.span(), format!("{error}")))?;
            self.known(release.version, &text.span())?;
            if releases.iter().any(|other| other.version == release.version) {
                return Err(self.error_at(&text.span(), format!("{} is listed twice", release.version)));
            }
            releases.push(release);
        }
        Ok(releases)
    }

    /// Returns a version if it is known.
    ///
    /// # Errors
    /// An unknown version, at `span`.
    pub fn version(&self, text: &str, span: &Range<usize>) -> Result<PyVersion, ConfigError> {
        self.known(text.parse().map_err(|error| self.error_at(span, format!("{error}")))?, span)
    }

    fn known(&self, version: PyVersion, span: &Range<usize>) -> Result<PyVersion, ConfigError> {
        match Series::find(version) {
            Some(_) => Ok(version),
            None => {
                let known = crate::target::SERIES.iter().map(|series| series.version.to_string());
                let known = known.collect::<Vec<_>>().join(", ");
                Err(self
                    .error_at(span, format!("Python {version} is not supported; known versions: {known}")))
            }
        }
    }

    /// Returns the configured interpreters by version; relative paths are resolved against the
    /// directory of the config.
    ///
    /// # Errors
    /// A version is unknown.
    pub fn interpreters(&self) -> Result<Vec<(PyVersion, PathBuf)>, ConfigError> {
        let named = self.config.compile.interpreters.iter();
        named
            .map(|(version, path)| {
                let version = self.version(version.get_ref(), &version.span())?;
                let is_path = path.contains('/');
                Ok((version, if is_path { self.folder.join(path) } else { PathBuf::from(path) }))
            })
            .collect()
    }

    /// Returns the configured optimization levels, sorted, each once.
    pub fn levels(&self) -> Vec<u8> {
        let mut levels: Vec<u8> = self.config.compile.optimize.iter().map(|level| *level.get_ref()).collect();
        if levels.is_empty() {
            levels.push(0);
        }
        levels.sort_unstable();
        levels.dedup();
        levels
    }

    /// Returns the layout of the pycs.
    pub fn layout(&self) -> Layout {
        self.config.compile.layout.as_ref().map(|layout| *layout.get_ref()).unwrap_or_default()
    }

    /// Returns the rule for recorded file names: relative to the root, after `prepend-dir`.
    pub fn naming(&self) -> Naming {
        let compile = &self.config.compile;
        let path = |key: &Option<toml::Spanned<String>>| key.as_ref().map(|key| PathBuf::from(key.get_ref()));
        Naming {
            dfile: path(&compile.dfile),
            strip_dir: path(&compile.strip_dir),
            prepend_dir: path(&compile.prepend_dir),
            output_dir: None,
            layout: self.layout(),
            cache_prefix: None,
        }
    }

    /// Returns the handling of symlinks among the sources.
    pub fn links(&self) -> Links {
        if self.config.source.follow_links { Links::Anywhere } else { Links::Inside }
    }

    /// Returns the directory to read sources from.
    pub fn sources(&self) -> Inside {
        let (base, below) = self.bounds_of_folder(&self.root);
        Inside::below(base, below, self.links())
    }

    /// Returns the directory that no symlink on the way to the directory `path` may leave, and the
    /// rest of the path. For paths below the config's directory, that is the config's directory.
    /// Absolute paths and paths with `..` are trusted and may lead through symlinks.
    pub fn bounds_of_folder<'a>(&'a self, path: &'a Path) -> (&'a Path, &'a Path) {
        self.below(path).map_or((path, Path::new("")), |below| (&self.folder, below))
    }

    /// Returns the same for the file `path`.
    pub fn bounds_of_file<'a>(&'a self, path: &'a Path) -> (&'a Path, &'a Path) {
        let own =
            || (path.parent().unwrap_or(Path::new("")), Path::new(path.file_name().unwrap_or_default()));
        self.below(path).map_or_else(own, |below| (&self.folder, below))
    }

    fn below<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        let below = path.strip_prefix(&self.folder).ok()?;
        let stays = below.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        stays.then_some(below)
    }

    /// Returns the timeout for one file.
    pub fn timeout(&self) -> Duration {
        let seconds = self.config.compile.timeout.as_ref().map(|timeout| *timeout.get_ref());
        seconds.map_or(crate::engine::DEFAULT_TIMEOUT, Duration::from_secs)
    }

    /// Returns the memory limit for one file in bytes.
    pub fn memory_limit(&self) -> Option<u64> {
        let megabytes = self.config.compile.memory_limit.as_ref()?;
        Some(megabytes.get_ref().saturating_mul(1 << 20))
    }
}
