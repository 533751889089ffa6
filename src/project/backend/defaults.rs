//! Values that `[project]` leaves to the build backend, by the backend's own defaults.

use super::BackendKind;
use super::dynamic::{DynamicValue, dynamic_value};
use super::pyproject::{PyProject, VersionFile};
use super::setup_cfg::SetupCfg;
use super::version::{PretendVersions, ReadFile, VersionSource, version_source};
use crate::project::{LARGEST, read_regular};
use std::path::Path;

/// Defaults of a project's build backend.
pub struct BackendDefaults<'a> {
    project: PyProject,
    kind: BackendKind,
    read: ReadFile<'a>,
}

impl<'a> BackendDefaults<'a> {
    /// Parses the text of a `pyproject.toml`; `read` returns other files of the project.
    pub fn parse(text: &str, read: ReadFile<'a>) -> Self {
        let hatch = read("hatch.toml").and_then(|bytes| String::from_utf8(bytes).ok());
        let project = PyProject::parse(text, hatch.as_deref());
        let kind = BackendKind::of(&project);
        Self { project, kind, read }
    }

    /// Returns the patterns of the license files that the backend adds if `license-files` names
    /// none. `has_file` is true if `license` is a table that names a file.
    pub fn license_patterns(&self, has_file: bool) -> Vec<String> {
        let patterns: &[&str] = match self.kind {
            BackendKind::Uv => &[],
            BackendKind::Pdm if has_file => &[],
            BackendKind::Pdm => &["LICEN[CS]E*", "COPYING*", "NOTICE*"],
            BackendKind::Poetry => &["LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*", "LICENSES/**"],
            _ => &["LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*"],
        };
        let own = (self.kind == BackendKind::Setuptools).then(|| self.of_setuptools()).flatten();
        own.unwrap_or_else(|| patterns.iter().map(|pattern| (*pattern).to_owned()).collect())
    }

    fn of_setuptools(&self) -> Option<Vec<String>> {
        let of_cfg = || {
            let cfg = SetupCfg::parse(&String::from_utf8_lossy(&(self.read)("setup.cfg")?));
            cfg.list("metadata", "license_files")
        };
        self.project.texts(&["tool", "setuptools", "license-files"]).or_else(of_cfg)
    }

    /// Returns the source of a version that `[project]` leaves to the backend.
    pub fn version(&self) -> VersionSource {
        version_source(self.kind, &self.project, self.read)
    }

    /// Returns the value of a key other than `version` that `[project]` leaves to the backend.
    pub fn value(&self, key: &str) -> Option<DynamicValue> {
        dynamic_value(self.kind, &self.project, key, self.read)
    }

    /// Returns the name and the value of the environment variable that sets the version.
    pub fn pretended(&self, variables: &PretendVersions) -> Option<(String, String)> {
        let VersionSource::Repository { variable: Some(variable), .. } = self.version() else { return None };
        variables.get(variable, self.project.text(&["project", "name"]).unwrap_or_default())
    }

    /// Returns the table or file that has the metadata of a project without a `[project]` table.
    pub fn metadata_home(&self) -> Option<&'static str> {
        let has = |path: &[&str]| self.project.table(path).is_some();
        if has(&["project"]) {
            return None;
        }
        let cfg = || SetupCfg::parse(&String::from_utf8_lossy(&(self.read)("setup.cfg").unwrap_or_default()));
        if has(&["tool", "poetry"]) {
            Some("[tool.poetry]")
        } else if has(&["tool", "flit", "metadata"]) {
            Some("[tool.flit.metadata]")
        } else if cfg().get("metadata", "name").is_some() {
            Some("setup.cfg")
        } else {
            (self.read)("setup.py").map(|_| "setup.py")
        }
    }
}

/// Returns the table or file that has the metadata of the project in `folder`, if that is not
/// `[project]`.
pub fn metadata_home(folder: &Path) -> Option<&'static str> {
    let read = |name: &str| read_regular(&folder.join(name), LARGEST).ok();
    let text = read("pyproject.toml").unwrap_or_default();
    BackendDefaults::parse(&String::from_utf8_lossy(&text), &read).metadata_home()
}

/// Returns the files that a version plugin of the project in `folder` writes when it builds, and
/// that do not exist.
pub fn unwritten_files(folder: &Path) -> Vec<VersionFile> {
    let mut files = PyProject::read(folder).version_files();
    files.retain(|file| folder.join(&file.path).symlink_metadata().is_err());
    files
}
