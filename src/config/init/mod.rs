//! Generation of a `pycompile.toml`, and updates of its lists.

mod from_wheel;
mod update;

pub use from_wheel::{FromWheelError, draft_from_wheel};
pub use update::{Changes, UpdateError, changes, updated};

use crate::archive::{Clash, NameTree, check_file_name};
use crate::config::ConfigError;
use crate::config::locate::check_shared;
use crate::project::backend::{Shipped, metadata_home, shipped_files};
use crate::target::PyVersion;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Generated config.
#[derive(Debug)]
pub struct Draft {
    /// Text of the config.
    pub text: String,
    /// Files that the config lists.
    pub lists: Lists,
    /// Metadata of a wheel is in `pyproject.toml`.
    pub reads_pyproject: bool,
    /// File that has the metadata of a project without a `pyproject.toml`, which its build backend
    /// reads.
    pub home: Option<&'static str>,
    /// True if no file of the project has metadata.
    pub lacks_metadata: bool,
}

/// Files that a config should list, and files that it should not.
#[derive(Debug)]
pub struct Lists {
    /// Directory that the names are relative to.
    pub root: String,
    /// Python files.
    pub sources: Vec<String>,
    /// Data files inside the packages.
    pub data: Vec<String>,
    /// Setting or default that determined the files.
    pub basis: String,
    /// Paths that are not listed, with the reason.
    pub left_out: Vec<(PathBuf, String)>,
    /// Reason why a wheel of these files would differ from the project's.
    pub built: Option<String>,
    /// Remarks about the choice, one sentence each.
    pub notes: Vec<String>,
}

impl Lists {
    /// Lists the files that the build backend of the project in `folder` would ship, except those
    /// that `build` or `pack` would refuse.
    ///
    /// # Errors
    /// A directory that cannot be listed, or a `pyproject.toml` that is not TOML.
    pub fn of(folder: &Path) -> Result<Self, ConfigError> {
        check_shared(folder)?;
        let shipped = shipped_files(folder)?;
        let Shipped { root, mut sources, mut data, left_out, nameless, basis, built, notes } = shipped;
        let mut left_out: Vec<(PathBuf, String)> =
            left_out.into_iter().map(|(path, why)| (PathBuf::from(path), why)).collect();
        left_out.extend(nameless.into_iter().map(|path| {
            let below = path.strip_prefix(folder).map(Path::to_path_buf);
            (below.unwrap_or(path), "the name is not UTF-8".into())
        }));
        let refused = refused(sources.iter().chain(&data));
        sources.retain(|name| !refused.contains_key(name));
        data.retain(|name| !refused.contains_key(name));
        let below = if root == "." { PathBuf::new() } else { PathBuf::from(&root) };
        left_out.extend(refused.into_iter().map(|(name, why)| (below.join(name), why)));
        Ok(Self { root, sources, data, basis, left_out, built, notes })
    }
}

/// Returns a config for the project in `folder` with explicit lists of its files.
///
/// # Errors
/// The errors of [`Lists::of`].
pub fn draft(folder: &Path, python: PyVersion) -> Result<Draft, ConfigError> {
    let has = |name: &str| folder.join(name).is_file();
    let reads_pyproject = !has("PKG-INFO") && has("pyproject.toml");
    let wheel = match (has("PKG-INFO"), reads_pyproject) {
        (true, _) => "metadata = \"PKG-INFO\"\n",
        (false, true) => "project = \"pyproject.toml\"\n",
        (false, false) => "",
    };
    let lists = Lists::of(folder)?;
    let reads_pyproject = reads_pyproject && lists.built.is_none();
    let lacks_metadata = wheel.is_empty() && lists.built.is_none();
    let home = metadata_home(folder).filter(|_| lacks_metadata);
    let lacks_metadata = lacks_metadata && home.is_none();
    Ok(Draft { reads_pyproject, home, lacks_metadata, ..draft_of(lists, python, wheel) })
}

/// Returns a config with these lists; `wheel` holds the lines of `[wheel]`, if there should be one.
fn draft_of(lists: Lists, python: PyVersion, wheel: &str) -> Draft {
    let mut text = String::from("# `pycompile man pycompile.toml` describes every key.\n[source]\n");
    let _ = writeln!(text, "root = {}", quoted(&lists.root));
    let _ = writeln!(text, "files = {}", array(&lists.sources));
    if !lists.data.is_empty() {
        let _ = writeln!(text, "data = {}", array(&lists.data));
    }
    text.push_str("\n[compile]\n");
    let _ = writeln!(text, "python = [\"{python}\"]");
    text.push_str("invalidation-mode = \"checked-hash\"\n");
    match &lists.built {
        _ if wheel.is_empty() => {}
        None => {
            let _ = write!(text, "\n[wheel]\n{wheel}");
        }
        Some(built) => {
            let _ = write!(
                text,
                "\n# A wheel of these files is not the project's: {built}.\n# [wheel]\n# {wheel}"
            );
        }
    }
    text.push_str("\n[manifest]\noutput = \"dist/manifest.pyc.json\"\n");
    Draft { text, lists, reads_pyproject: false, home: None, lacks_metadata: false }
}

/// Returns names that `build` or `pack` would refuse, with the reason.
fn refused<'a>(names: impl Iterator<Item = &'a String>) -> BTreeMap<String, String> {
    let mut tree = NameTree::new(true);
    names.filter_map(|name| Some((name.clone(), fault(name, &mut tree)?))).collect()
}

/// Returns why archives refuse a name, or why file systems may confuse it with another one.
fn fault<'a>(name: &'a str, tree: &mut NameTree<'a>) -> Option<String> {
    if let Err(fault) = check_file_name(name) {
        return Some(fault.to_string());
    }
    match tree.add(name, false) {
        Ok(()) | Err(Clash::Duplicate | Clash::FileAsDirectory { .. }) => None,
        Err(Clash::Collision(other)) => {
            Some(format!("it is the same name as {other} on file systems that ignore case"))
        }
    }
}

/// Returns a TOML array with one name per line.
fn array(names: &[String]) -> String {
    let mut text = String::from("[\n");
    for name in names {
        let _ = writeln!(text, "    {},", quoted(name));
    }
    text.push(']');
    text
}

fn quoted(name: &str) -> String {
    toml::Value::String(name.into()).to_string()
}
