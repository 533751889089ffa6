//! Keys without a value in a `[project]` table: dynamic ones and missing ones.

use crate::project::backend::VersionSource;
use std::fmt;

/// Keys without a value. Displayed as one sentence for all of them.
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
        if let Some(home) = self.home {
            return write!(formatter, "there is no [project] table: the metadata is in {home}");
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

/// Config lines with the metadata of a wheel, for a project without any.
pub const INLINE: &str = "[wheel.project]\nname = \"…\"\nversion = \"…\"\n# requires-python = \">=…\"\n# dependencies = \
                          [\"…\"]\n# scripts = { … = \"package.module:function\" }";
