//! Recorded names of sources and paths of their pycs.

use super::prefix::CachePrefix;
use crate::pyc::{cache_path, legacy_path};
use crate::target::Series;
use crate::text::Shown as _;
use clap::ValueEnum;
use serde::Deserialize;
use std::path::{Component, Path, PathBuf};

/// Layout of pycs relative to their sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// `__pycache__/mod.cpython-314.pyc` (PEP 3147).
    #[default]
    Pycache,
    /// `mod.pyc` next to `mod.py`.
    Legacy,
}

/// A name that the settings do not allow to form.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The directory to strip is not a leading directory of the file.
    #[error("{} is not below {}, the directory to strip", file.shown(), strip.shown())]
    NotBelow {
        /// The source.
        file: PathBuf,
        /// Prefix to strip.
        strip: PathBuf,
    },
    /// The mirrored path leads out of the output directory.
    #[error("{} cannot be mirrored: its path leads out of the output directory unless a directory is stripped from it", .0.shown())]
    NotMirrored(PathBuf),
}

/// Rules for names, the same for every file of a run.
#[derive(Clone, Debug, Default)]
pub struct Naming {
    /// Recorded name that overrides all other rules.
    pub dfile: Option<PathBuf>,
    /// Leading directories to remove from the recorded name.
    pub strip_dir: Option<PathBuf>,
    /// Directory to put before the recorded name, after stripping.
    pub prepend_dir: Option<PathBuf>,
    /// Directory in which the tree is mirrored.
    pub output_dir: Option<PathBuf>,
    /// Layout of the pycs.
    pub layout: Layout,
    /// Root of the pycs in the `__pycache__` layout, unless the tree is mirrored.
    pub cache_prefix: Option<CachePrefix>,
}

/// Returns the path of `file` relative to the directory `strip`, or `None` if it is not below it.
/// Whole components are compared, so `/usr/li` is not a prefix of `/usr/lib/x.py`; a `.` component
/// is ignored.
pub fn stripped(file: &Path, strip: &Path) -> Option<PathBuf> {
    let parts =
        |path: &Path| -> PathBuf { path.components().filter(|part| *part != Component::CurDir).collect() };
    if file.has_root() != strip.has_root() {
        return None;
    }
    let left = parts(file).strip_prefix(parts(strip)).map(Path::to_path_buf).ok()?;
    (!left.as_os_str().is_empty()).then_some(left)
}

impl Naming {
    fn stripped(&self, source: &Path) -> Result<PathBuf, NameError> {
        let Some(strip) = &self.strip_dir else { return Ok(source.into()) };
        stripped(source, strip)
            .ok_or_else(|| NameError::NotBelow { file: source.into(), strip: strip.clone() })
    }

    /// Returns the value of `co_filename`: the path as given unless a rule changes it.
    ///
    /// # Errors
    /// [`NameError::NotBelow`].
    pub fn recorded(&self, source: &Path) -> Result<PathBuf, NameError> {
        if let Some(dfile) = &self.dfile {
            return Ok(dfile.clone());
        }
        let stripped = self.stripped(source)?;
        Ok(match &self.prepend_dir {
            Some(prepend) => prepend.join(stripped.strip_prefix("/").unwrap_or(&stripped)),
            None => stripped,
        })
    }

    /// Returns the prefix below which pycs are written; `None` if another rule decides.
    pub fn used_prefix(&self) -> Option<&CachePrefix> {
        let is_open = self.output_dir.is_none() && self.layout == Layout::Pycache;
        self.cache_prefix.as_ref().filter(|_| is_open)
    }

    /// Returns the path of the pyc.
    ///
    /// # Errors
    /// [`NameError`].
    pub fn output(&self, source: &Path, series: &Series, optimize: u8) -> Result<PathBuf, NameError> {
        if let Some(prefix) = self.used_prefix() {
            return Ok(prefix.output(source, series, optimize));
        }
        let place = match &self.output_dir {
            None => source.to_path_buf(),
            Some(output_dir) => {
                let stripped = self.stripped(source)?;
                let stays = stripped
                    .components()
                    .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
                if !stays {
                    return Err(NameError::NotMirrored(source.into()));
                }
                output_dir.join(stripped)
            }
        };
        Ok(match self.layout {
            Layout::Pycache => cache_path(&place, series, optimize),
            Layout::Legacy => legacy_path(&place),
        })
    }
}
