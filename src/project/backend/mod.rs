//! Predicts which files a project's build backend puts into a wheel.
//!
//! Follows the documented defaults and settings of setuptools, hatchling, flit-core, poetry-core, pdm-backend and
//! uv-build. Nothing of the project is run: a setting that only its own code could tell falls back to what the backend
//! left in an unpacked sdist (`*.egg-info`), and then to the layout of the directories.

mod find;
mod hatch;
mod named;
mod pdm;
mod plan;
mod poetry;
mod pyproject;
mod setup_cfg;
mod setuptools;
mod tree;

use super::DiscoverError;
use plan::Plan;
use pyproject::PyProject;
use std::path::{Path, PathBuf};
use tree::Tree;

/// Files that belong in a project's wheel, and those that do not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shipped {
    /// Directory that the names are relative to, itself relative to the project: `.` or `src`.
    pub root: String,
    /// Python files, sorted.
    pub sources: Vec<String>,
    /// Other files inside the packages, sorted.
    pub data: Vec<String>,
    /// Files and directories with Python files that are left out, by path relative to the project, with the reason.
    pub left_out: Vec<(String, String)>,
    /// Paths that are not UTF-8.
    pub nameless: Vec<PathBuf>,
    /// The settings or defaults that decided, for a message: `[tool.setuptools.packages.find]`.
    pub basis: String,
}

/// Predicts the files that the build backend of the project in `folder` ships.
///
/// A file that cannot be read or parsed (`pyproject.toml`, `setup.cfg`) counts as absent: the caller that needs its
/// metadata reports what is wrong with it.
///
/// # Errors
/// [`DiscoverError`] for a directory that cannot be listed.
pub fn shipped_files(folder: &Path) -> Result<Shipped, DiscoverError> {
    let project = PyProject::read(folder);
    let tree = Tree::read(folder, &project)?;
    let plan = plan(folder, &project, &tree);
    Ok(plan.select(&tree))
}

fn plan(folder: &Path, project: &PyProject, tree: &Tree) -> Plan {
    let backend = project.backend();
    let specific = match backend.split(['.', ':']).next().unwrap_or_default() {
        "hatchling" => Some(hatch::plan(project, tree)),
        "flit_core" | "flit" => Some(named::flit(project, tree)),
        "poetry" => Some(poetry::plan(project, tree)),
        "pdm" => Some(pdm::plan(project, tree)),
        "uv_build" => Some(named::uv(project, tree)),
        "setuptools" | "" => Some(setuptools::plan(folder, project, tree)),
        _ => None,
    };
    let plan = specific.unwrap_or_else(|| find::by_layout(tree));
    // A backend whose settings name what is not there: the layout is the better guess.
    if plan.is_empty() { find::by_layout(tree) } else { plan }
}
