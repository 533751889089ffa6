//! Prediction of the files that a project's build backend puts into a wheel.
//!
//! Follows the documented defaults and settings of setuptools, hatchling, flit-core, poetry-core,
//! pdm-backend and uv-build. Nothing of the project is run: where a setting is computed by the
//! project's own code, the files that the backend left in an unpacked sdist (`*.egg-info`) are used
//! instead, and then the layout of the directories.

mod defaults;
mod dynamic;
mod extensions;
mod find;
mod hatch;
mod literals;
mod named;
mod package_data;
mod pdm;
mod plan;
mod poetry;
mod pyproject;
mod requires_python;
mod setup_cfg;
mod setup_py;
mod setuptools;
mod tree;
mod version;

use super::DiscoverError;
pub use defaults::{BackendDefaults, metadata_home, unwritten_files};
pub use dynamic::DynamicValue;
use plan::BackendPlan;
use pyproject::PyProject;
pub use pyproject::VersionFile;
pub use requires_python::requires_python;
use std::path::{Path, PathBuf};
use tree::ProjectTree;
pub use version::{PretendVersions, ReadFile, VersionSource};

/// Files of a project that belong in its wheel, and those that do not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shipped {
    /// Directory that names are relative to, itself relative to the project: `.` or `src`.
    pub root: String,
    /// Names of Python files, sorted.
    pub sources: Vec<String>,
    /// Names of other files in the packages, sorted.
    pub data: Vec<String>,
    /// Files and directories with Python files that are left out, by path relative to the project,
    /// with the reason.
    pub left_out: Vec<(String, String)>,
    /// Paths that are not UTF-8.
    pub nameless: Vec<PathBuf>,
    /// Settings or defaults that decided, for a message: `[tool.setuptools.packages.find]`.
    pub basis: String,
    /// Reason that a wheel of these files is not the project's: it has extension modules, or
    /// packages from several directories, or packages that a build script puts together.
    pub built: Option<String>,
    /// Remarks about the choice, one sentence each.
    pub notes: Vec<String>,
}

/// Predicts the files that the build backend of the project in `folder` ships.
///
/// A file that cannot be read or parsed (`pyproject.toml`, `setup.cfg`) counts as absent; the
/// caller, which needs its metadata, reports the error.
///
/// # Errors
/// [`DiscoverError`] for a directory that cannot be listed.
pub fn shipped_files(folder: &Path) -> Result<Shipped, DiscoverError> {
    let project = PyProject::read(folder);
    let tree = ProjectTree::read(folder, &project)?;
    let kind = BackendKind::of(&project);
    if kind == BackendKind::Setuptools
        && let Some(missing) = setuptools::missing(folder, &tree)
    {
        return Ok(Shipped { built: Some(missing), root: ".".into(), ..Shipped::default() });
    }
    let plan = plan(folder, kind, &project, &tree);
    let shipped = plan.select(&tree);
    let mut notes = Vec::new();
    if kind == BackendKind::Unknown {
        let backend = project.backend();
        notes.push(format!(
            "the build backend {backend:?} is not supported: the files are selected by the layout of directories"
        ));
    }
    notes.extend(extensions::beside(folder, kind, &project));
    if kind == BackendKind::Hatchling {
        notes.extend(hatch::hooks(&project));
    }
    let unwritten = project.version_files().into_iter().filter(|file| !tree.has_file(&file.path));
    notes.extend(unwritten.map(|file| file.note()));
    let built = extensions::compiled(folder, kind, &project, &tree).or(plan.beyond);
    let has_stubs = || tree.files.iter().any(|file| file.ends_with(".pyi"));
    let built = built.or_else(|| {
        let is_only_stubs = shipped.sources.is_empty() && has_stubs();
        is_only_stubs.then(|| "it has stubs only (.pyi), and no Python files to compile".into())
    });
    if built.is_none() && kind == BackendKind::Setuptools {
        notes.extend(extensions::may_build(folder));
    }
    Ok(Shipped { notes, built, ..shipped })
}

/// A build backend with known rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BackendKind {
    Setuptools,
    Hatchling,
    Flit,
    Poetry,
    Pdm,
    Uv,
    Unknown,
}

impl BackendKind {
    /// Returns the backend by its module or, for a module of the project itself, by its
    /// requirements.
    fn of(project: &PyProject) -> Self {
        let backend = project.backend();
        let own = match backend.split(['.', ':']).next().unwrap_or_default() {
            "setuptools" | "pbr" | "jupyter_packaging" | "" => Self::Setuptools,
            "hatchling" => Self::Hatchling,
            "flit_core" | "flit" | "flit_scm" => Self::Flit,
            "poetry" | "poetry_dynamic_versioning" => Self::Poetry,
            "pdm" => Self::Pdm,
            "uv_build" => Self::Uv,
            _ => Self::Unknown,
        };
        if own != Self::Unknown || project.texts(&["build-system", "backend-path"]).is_none() {
            return own;
        }
        let requires = project.texts(&["build-system", "requires"]).unwrap_or_default();
        let kinds = requires.iter().map(|requirement| {
            let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            match requirement.split(|c| !is_name(c)).next().unwrap_or_default() {
                "setuptools" => Self::Setuptools,
                "hatchling" => Self::Hatchling,
                "flit_core" | "flit-core" => Self::Flit,
                "poetry-core" | "poetry_core" => Self::Poetry,
                "pdm-backend" => Self::Pdm,
                "uv_build" | "uv-build" => Self::Uv,
                _ => Self::Unknown,
            }
        });
        kinds.into_iter().find(|kind| *kind != Self::Unknown).unwrap_or(Self::Unknown)
    }
}

fn plan(folder: &Path, kind: BackendKind, project: &PyProject, tree: &ProjectTree) -> BackendPlan {
    let plan = match kind {
        BackendKind::Hatchling => hatch::plan(project, tree),
        BackendKind::Flit => named::flit(project, tree),
        BackendKind::Poetry => poetry::plan(project, tree),
        BackendKind::Pdm => pdm::plan(project, tree),
        BackendKind::Uv => named::uv(project, tree),
        BackendKind::Setuptools => setuptools::plan(folder, project, tree),
        BackendKind::Unknown => BackendPlan::default(),
    };
    // The settings of the backend name files that do not exist: the layout is the better guess.
    if plan.is_empty() { find::by_layout(tree) } else { plan }
}
