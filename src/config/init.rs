//! A first `pycompile.toml` for a directory.

use crate::project::{DiscoverError, all_files};
use crate::target::PyVersion;
use std::fmt::Write as _;
use std::path::Path;

/// What was found, and the text for it.
#[derive(Debug)]
pub struct Draft {
    /// The config.
    pub text: String,
    /// How many Python files it lists.
    pub sources: usize,
    /// How many data files it lists.
    pub data: usize,
}

/// Lists the files below `folder` (below its `src` if there is one with Python files) once and for all.
///
/// # Errors
/// A directory that cannot be listed.
pub fn draft(folder: &Path, python: Option<PyVersion>) -> Result<Draft, DiscoverError> {
    let has_python = |files: &[String]| files.iter().any(|name| is_python(name));
    let below_src = folder.join("src");
    let in_src = if below_src.is_dir() { all_files(&below_src)? } else { Vec::new() };
    let (root, files) = if has_python(&in_src) { ("src", in_src) } else { (".", all_files(folder)?) };
    let (sources, rest): (Vec<String>, Vec<String>) = files.into_iter().partition(|name| is_python(name));
    let packages: Vec<&str> = sources.iter().filter_map(|name| name.strip_suffix("/__init__.py")).collect();
    // Data are what lies in a package; anything else near the sources is the project's own.
    let data: Vec<String> = rest
        .into_iter()
        .filter(|name| {
            packages
                .iter()
                .any(|package| name.strip_prefix(package).is_some_and(|rest| rest.starts_with('/')))
        })
        .collect();
    let mut text = String::new();
    let _ = writeln!(text, "# What each key means: pycompile.toml.example, or the README.\n[source]");
    let _ = writeln!(text, "root = {}", quoted(root));
    list(&mut text, "files", &sources);
    if !data.is_empty() {
        list(&mut text, "data", &data);
    }
    let _ = writeln!(text, "\n[compile]");
    match python {
        Some(version) => {
            let _ = writeln!(text, "python = [\"{version}\"]");
        }
        None => text.push_str("# python = [\"3.14\"]  # none: the version of the python3 on PATH\n"),
    }
    text.push_str("invalidation-mode = \"checked-hash\"\n");
    if folder.join("pyproject.toml").is_file() {
        text.push_str("\n[wheel]\nproject = \"pyproject.toml\"\n");
    }
    text.push_str("\n[manifest]\noutput = \"dist/manifest.pyc.json\"\n");
    Ok(Draft { text, sources: sources.len(), data: data.len() })
}

fn is_python(name: &str) -> bool {
    name.ends_with(".py")
}

fn list(text: &mut String, key: &str, names: &[String]) {
    let _ = writeln!(text, "{key} = [");
    for name in names {
        let _ = writeln!(text, "    {},", quoted(name));
    }
    text.push_str("]\n");
}

fn quoted(name: &str) -> String {
    toml::Value::String(name.into()).to_string()
}
