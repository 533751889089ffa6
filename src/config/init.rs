//! A first `pycompile.toml` for a directory.

use crate::archive::{Clash, NameTree, check_file_name};
use crate::project::{DiscoverError, all_files};
use crate::target::PyVersion;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What was found, and the text for it.
#[derive(Debug)]
pub struct Draft {
    /// The config.
    pub text: String,
    /// How many Python files it lists.
    pub sources: usize,
    /// How many data files it lists.
    pub data: usize,
    /// What it does not list, because `build` or `pack` would refuse it, and why.
    pub left_out: Vec<(PathBuf, String)>,
}

/// Lists the files below `folder` (below its `src` if there is one with Python files) once and for all.
///
/// # Errors
/// A directory that cannot be listed.
pub fn draft(folder: &Path, python: Option<PyVersion>) -> Result<Draft, DiscoverError> {
    let has_python = |files: &[String]| files.iter().any(|name| is_python(name));
    let below_src = folder.join("src");
    let in_src = if below_src.is_dir() { all_files(&below_src)? } else { Default::default() };
    let (root, (files, nameless)) =
        if has_python(&in_src.0) { ("src", in_src) } else { (".", all_files(folder)?) };
    let mut left_out: Vec<(PathBuf, String)> =
        nameless.into_iter().map(|path| (path, "the name is not UTF-8".into())).collect();
    let mut tree = NameTree::new(true);
    let below = if root == "." { folder.to_path_buf() } else { folder.join(root) };
    let sources = files.iter().filter(|name| is_python(name));
    let sources = listable(sources, &mut tree, |name, why| left_out.push((below.join(name), why)));
    let packages: Vec<&str> = sources.iter().filter_map(|name| name.strip_suffix("/__init__.py")).collect();
    // Data are what lies in a package; anything else near the sources is the project's own.
    let in_package = |name: &&String| {
        let is_inside =
            |package: &&str| name.strip_prefix(*package).is_some_and(|rest| rest.starts_with('/'));
        !is_python(name) && packages.iter().any(is_inside)
    };
    let data = files.iter().filter(in_package);
    let data = listable(data, &mut tree, |name, why| left_out.push((below.join(name), why)));
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
    Ok(Draft { text, sources: sources.len(), data: data.len(), left_out })
}

fn listable<'a>(
    names: impl Iterator<Item = &'a String>,
    tree: &mut NameTree<'a>,
    mut leave_out: impl FnMut(&str, String),
) -> Vec<&'a String> {
    let mut listable = Vec::new();
    for name in names {
        match fault(name, tree) {
            None => listable.push(name),
            Some(why) => leave_out(name, why),
        }
    }
    listable
}

/// Why a name cannot be listed: what archives refuse, and so what would be another file elsewhere.
fn fault<'a>(name: &'a str, tree: &mut NameTree<'a>) -> Option<String> {
    if let Err(fault) = check_file_name(name) {
        return Some(fault.to_string());
    }
    match tree.add(name, false) {
        Ok(()) | Err(Clash::Duplicate | Clash::FileAsDirectory { .. }) => None,
        Err(Clash::Collision(other)) => {
            Some(format!("it is {other} where file names are the same in upper and lower case"))
        }
    }
}

fn is_python(name: &str) -> bool {
    name.ends_with(".py")
}

fn list(text: &mut String, key: &str, names: &[&String]) {
    let _ = writeln!(text, "{key} = [");
    for name in names {
        let _ = writeln!(text, "    {},", quoted(name));
    }
    text.push_str("]\n");
}

fn quoted(name: &str) -> String {
    toml::Value::String(name.into()).to_string()
}
