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
        let text = |name: &str| String::from_utf8(read_regular(&folder.join(name), LARGEST).ok()?).ok();
        Self::parse(&text("pyproject.toml").unwrap_or_default(), text("hatch.toml").as_deref())
    }

    /// Parses the text of the file, and that of a `hatch.toml`, whose tables replace those of
    /// `[tool.hatch]`. A text that is not TOML counts as empty.
    pub(super) fn parse(text: &str, hatch: Option<&str>) -> Self {
        let mut table: Table = text.parse().unwrap_or_default();
        let hatch = hatch.and_then(|text| text.parse::<Table>().ok()).unwrap_or_default();
        if !hatch.is_empty() {
            let empty = || Value::Table(Table::new());
            let tool = table.entry("tool").or_insert_with(empty).as_table_mut();
            let own = tool.and_then(|tool| tool.entry("hatch").or_insert_with(empty).as_table_mut());
            own.into_iter().for_each(|own| own.extend(hatch.clone()));
        }
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

    /// Returns files that a version plugin writes into the package and version control ignores,
    /// with the setting that names each.
    pub(super) fn version_files(&self) -> Vec<VersionFile> {
        let hatch: [(&[&str], &str); 4] = [
            (&["tool", "hatch", "build", "hooks", "vcs"], "version-file"),
            (&["tool", "hatch", "build", "hooks", "version"], "path"),
            (&["tool", "hatch", "build", "targets", "wheel", "hooks", "vcs"], "version-file"),
            (&["tool", "hatch", "build", "targets", "wheel", "hooks", "version"], "path"),
        ];
        let others: [(&[&str], &str); 5] = [
            (&["tool", "setuptools_scm"], "version_file"),
            (&["tool", "setuptools_scm"], "write_to"),
            (&["tool", "setuptools-scm"], "version_file"),
            (&["tool", "pdm", "version"], "write_to"),
            (&["tool", "versioningit", "write"], "file"),
        ];
        let file = |(tables, key): &(&[&str], &str)| {
            let table = self.table(tables)?;
            table.get("enable-by-default").and_then(Value::as_bool).unwrap_or(true).then_some(())?;
            let mut path = table.get(*key)?.as_str()?.trim_start_matches("./").to_owned();
            // pdm-backend writes it below the directory of the packages.
            let root = self.text(&["tool", "pdm", "build", "package-dir"]).filter(|_| tables[1] == "pdm");
            if let Some(root) = root {
                path = format!("{}/{path}", root.trim_end_matches('/'));
            }
            Some(VersionFile { path, setting: format!("[{}] {key}", tables.join(".")) })
        };
        hatch.iter().chain(&others).filter_map(file).collect()
    }
}

/// A file that a version plugin writes when it builds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFile {
    /// Path relative to the project.
    pub path: String,
    /// Setting that names it.
    pub setting: String,
}

impl VersionFile {
    /// Returns the remark for a file that does not exist.
    pub fn note(&self) -> String {
        let Self { path, setting } = self;
        format!("{path:?} does not exist: a build writes it ({setting}), and the wheel lacks it")
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
