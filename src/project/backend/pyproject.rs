//! The tables of a `pyproject.toml` that select files.

use crate::project::{LARGEST, read_regular};
use std::path::Path;
use toml::{Table, Value};

/// A `pyproject.toml`; empty if the project has none.
pub(super) struct PyProject {
    table: Table,
}

impl PyProject {
    pub(super) fn read(folder: &Path) -> Self {
        let text = read_regular(&folder.join("pyproject.toml"), LARGEST).ok();
        let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
        let table = text.and_then(|text| text.parse::<Table>().ok()).unwrap_or_default();
        Self { table }
    }

    /// Returns `build-system.build-backend`; empty if there is none, which means setuptools (PEP
    /// 517).
    pub(super) fn backend(&self) -> &str {
        self.text(&["build-system", "build-backend"]).unwrap_or_default()
    }

    /// Returns the value at the keys of `path`.
    pub(super) fn get(&self, path: &[&str]) -> Option<&Value> {
        let (last, tables) = path.split_last()?;
        let mut table = &self.table;
        for key in tables {
            table = table.get(*key)?.as_table()?;
        }
        table.get(*last)
    }

    pub(super) fn text(&self, path: &[&str]) -> Option<&str> {
        self.get(path)?.as_str()
    }

    pub(super) fn table(&self, path: &[&str]) -> Option<&Table> {
        self.get(path)?.as_table()
    }

    /// Returns the strings of a list, or a single string as a list.
    pub(super) fn texts(&self, path: &[&str]) -> Option<Vec<String>> {
        texts(self.get(path)?)
    }

    /// Returns the project's name as a module name: `my_project` for `my-project`.
    pub(super) fn module_name(&self) -> Option<String> {
        let names = [
            ["project", "name"].as_slice(),
            &["tool", "poetry", "name"],
            &["tool", "flit", "metadata", "dist-name"],
        ];
        let name = names.iter().find_map(|path| self.text(path))?;
        Some(name.replace(['-', '.'], "_"))
    }

    /// Returns files that a version plugin writes into the package and version control ignores.
    pub(super) fn version_files(&self) -> Vec<&str> {
        let paths: [&[&str]; 8] = [
            &["tool", "hatch", "build", "hooks", "vcs", "version-file"],
            &["tool", "hatch", "build", "hooks", "version", "path"],
            &["tool", "hatch", "build", "targets", "wheel", "hooks", "vcs", "version-file"],
            &["tool", "hatch", "build", "targets", "wheel", "hooks", "version", "path"],
            &["tool", "setuptools_scm", "version_file"],
            &["tool", "setuptools_scm", "write_to"],
            &["tool", "pdm", "version", "write_to"],
            &["tool", "versioningit", "write", "file"],
        ];
        paths.iter().filter_map(|path| self.text(path)).collect()
    }
}

/// Returns the strings of a list, or a single string as a list.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) => Some(items.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()),
        _ => None,
    }
}
