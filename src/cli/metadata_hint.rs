//! Hints for a project whose metadata is incomplete.

use crate::project::backend::VersionSource;
use crate::wheel::project::OpenKeys;

/// Returns the hint for keys without a value: the config lines that set them.
pub(super) fn of_open_keys(keys: &OpenKeys) -> String {
    let replaced = match keys.in_pyproject {
        true => "add `metadata = \"backend\"` to [tool.pycompile.wheel]",
        false => "replace the line `project = \"pyproject.toml\"` of the config by `metadata = \"backend\"`",
    };
    if keys.home.is_some() {
        return format!("{replaced}, which runs the build backend for it");
    }
    let mut hint = String::new();
    if let Some(VersionSource::Repository { tool, command, variable }) = &keys.version {
        let sets = variable.map(|variable| format!(", and {variable} sets it")).unwrap_or_default();
        hint.push_str(&format!(
            "{tool} derives the version from the repository: `{command}` prints it{sets}\nhint: "
        ));
    }
    let (file, table) = match keys.in_pyproject {
        true => ("pyproject.toml", "tool.pycompile.wheel"),
        false => ("pycompile.toml", "wheel"),
    };
    hint.push_str(&format!(
        "{replaced}, which runs the build backend (\"PKG-INFO\" reads an unpacked sdist, the path of a wheel that \
         wheel); or add this to {file}:\n\n[{table}.dynamic]"
    ));
    for key in keys.missing.iter().copied().chain(keys.dynamic.iter().map(String::as_str)) {
        hint.push_str(&format!("\n{key} = {}", placeholder(key)));
    }
    if !keys.has_table {
        for key in ["requires-python", "dependencies", "scripts"] {
            hint.push_str(&format!("\n# {key} = {}", placeholder(key)));
        }
    }
    hint
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::inside::{Inside, Links};
    use crate::wheel::{Project, ProjectFault};

    /// Returns the hint for the open keys of a `pyproject.toml` and of the keys given for it.
    fn hint(pyproject: &str, given: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        crate::output::atomic::write(&folder.path().join("pyproject.toml"), pyproject.as_bytes(), 0o644)
            .unwrap();
        let inside = Inside::new(folder.path(), Links::Inside);
        let given = toml::from_str(given).unwrap();
        let error = Project::read_with(&inside, "pyproject.toml", &given, &Default::default()).unwrap_err();
        match *error.fault {
            ProjectFault::Open(keys) => of_open_keys(&keys),
            fault => panic!("{fault}"),
        }
    }

    const LINES: &str = "replace the line `project = \"pyproject.toml\"` of the config by `metadata = \"backend\"`, which \
                         runs the build backend (\"PKG-INFO\" reads an unpacked sdist, the path of a wheel that wheel); or \
                         add this to pycompile.toml:\n\n[wheel.dynamic]";

    #[test]
    fn lines_set_every_open_key() {
        assert_eq!(
            hint("[project]\ndynamic = [\"version\", \"readme\", \"dependencies\"]\n", ""),
            format!("{LINES}\nname = \"…\"\nversion = \"…\"\nreadme = \"README.md\"\ndependencies = [\"…\"]")
        );
        assert_eq!(
            hint("[tool.poetry]\nname = \"demo\"\n", "name = \"demo\""),
            format!(
                "{LINES}\nversion = \"…\"\n# requires-python = \">=…\"\n# dependencies = [\"…\"]\n# scripts = {{ … = \
                 \"package.module:function\" }}"
            )
        );
        assert_eq!(
            hint("[project]\nname = \"demo\"\ndynamic = [\"version\"]\n", ""),
            format!("{LINES}\nversion = \"…\"")
        );
    }

    #[test]
    fn metadata_of_another_table_is_left_to_the_backend() {
        assert_eq!(
            hint("[tool.poetry]\nname = \"demo\"\n", ""),
            "replace the line `project = \"pyproject.toml\"` of the config by `metadata = \"backend\"`, which runs the \
             build backend for it"
        );
    }
}
