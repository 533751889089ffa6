//! Keys without a value in a `[project]` table: dynamic ones and missing ones.

use crate::project::backend::VersionSource;
use std::fmt;

/// Keys without a value. Displayed as one sentence for all of them, followed by config lines that
/// set them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenKeys {
    /// Keys that `dynamic` leaves to the build backend, in its order.
    pub dynamic: Vec<String>,
    /// Required keys that are missing.
    pub missing: Vec<&'static str>,
    /// True if the file has a `[project]` table.
    pub has_table: bool,
    /// Table or file that has the metadata in place of `[project]`.
    pub home: Option<&'static str>,
    /// Source of the version, if it is dynamic.
    pub version: Option<VersionSource>,
    /// True if the config is `[tool.pycompile]` in the same file.
    pub in_pyproject: bool,
}

impl OpenKeys {
    /// Returns `true` if every key has a value.
    pub fn is_empty(&self) -> bool {
        self.dynamic.is_empty() && self.missing.is_empty()
    }
}

impl fmt::Display for OpenKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let replaced = match self.in_pyproject {
            true => "add `metadata = \"backend\"` to [tool.pycompile.wheel]",
            false => {
                "replace the line `project = \"pyproject.toml\"` of the config by `metadata = \"backend\"`"
            }
        };
        if let Some(home) = self.home {
            return write!(
                formatter,
                "there is no [project] table: the metadata is in {home}\nhint: {replaced}, which runs the build backend \
                 for it"
            );
        }
        if !self.has_table {
            formatter.write_str("there is no [project] table: ")?;
        }
        let (dynamic, missing) = (listed(&self.dynamic), listed(&self.missing));
        let are = |keys: usize| if keys == 1 { "is" } else { "are" };
        if !dynamic.is_empty() {
            write!(formatter, "{dynamic} {} left to the build backend", are(self.dynamic.len()))?;
        }
        if !dynamic.is_empty() && !missing.is_empty() {
            formatter.write_str(", and ")?;
        }
        if !missing.is_empty() {
            write!(formatter, "{missing} {} missing", are(self.missing.len()))?;
        }
        if let Some(VersionSource::Repository { tool, command, variable }) = &self.version {
            let sets = variable.map(|variable| format!(", and {variable} sets it")).unwrap_or_default();
            write!(
                formatter,
                "\nhint: {tool} derives the version from the repository: `{command}` prints it{sets}"
            )?;
        }
        let (file, table) = match self.in_pyproject {
            true => ("pyproject.toml", "tool.pycompile.wheel"),
            false => ("pycompile.toml", "wheel"),
        };
        write!(
            formatter,
            "\nhint: {replaced}, which runs the build backend (\"PKG-INFO\" reads an unpacked sdist, the path of a wheel \
             that wheel); or add this to {file}:\n\n[{table}.dynamic]"
        )?;
        for key in self.missing.iter().copied().chain(self.dynamic.iter().map(String::as_str)) {
            write!(formatter, "\n{key} = {}", placeholder(key))?;
        }
        if !self.has_table {
            for key in ["requires-python", "dependencies", "scripts"] {
                write!(formatter, "\n# {key} = {}", placeholder(key))?;
            }
        }
        Ok(())
    }
}

/// Lists keys in backquotes: `a`, `b` and `c`.
fn listed(keys: &[impl AsRef<str>]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| format!("`{}`", key.as_ref())).collect();
    match keys.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// Returns a placeholder for the key's value.
fn placeholder(key: &str) -> &'static str {
    match key {
        "readme" => "\"README.md\"",
        "requires-python" => "\">=…\"",
        "license-files" | "keywords" | "classifiers" | "dependencies" => "[\"…\"]",
        "authors" | "maintainers" => "[{ name = \"…\", email = \"…\" }]",
        "urls" => "{ Homepage = \"…\" }",
        "scripts" | "gui-scripts" => "{ … = \"package.module:function\" }",
        "optional-dependencies" => "{ extra = [\"…\"] }",
        "entry-points" => "{ group = { name = \"…\" } }",
        _ => "\"…\"",
    }
}

/// Config lines with the metadata of a wheel, for a project without any.
pub const INLINE: &str = "[wheel.project]\nname = \"…\"\nversion = \"…\"\n# requires-python = \">=…\"\n# dependencies = \
                          [\"…\"]\n# scripts = { … = \"package.module:function\" }";
