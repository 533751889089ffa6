//! pdm-backend: `[tool.pdm.build]` with `package-dir`, `includes` and `excludes`.

use super::find::{Finder, PackageNames, is_identifier};
use super::plan::{BackendPlan, Pick, globs};
use super::pyproject::PyProject;
use super::tree::{ProjectTree, join};

pub(super) fn plan(project: &PyProject, tree: &ProjectTree) -> BackendPlan {
    let settings = |key| ["tool", "pdm", "build", key];
    let default = if tree.has_folder("src") { "src" } else { "." };
    let root = project.text(&settings("package-dir")).unwrap_or(default).trim_start_matches("./");
    let root = if root.is_empty() { "." } else { root };
    // Patterns for the sdist alone do not apply to the wheel.
    let of_sdist = project.texts(&settings("source-includes")).filter(|paths| !paths.is_empty());
    let mut excludes = project.texts(&settings("excludes")).unwrap_or_default();
    excludes.extend(of_sdist.unwrap_or_else(|| vec!["tests".into()]));
    let mut plan = match project.texts(&settings("includes")) {
        Some(includes) => {
            let set = globs(includes.iter().map(String::as_str));
            let start = join(root, "x").len() - 1;
            let names = tree.below(root).filter(|file| set.is_match(file)).map(|file| &file[start..]);
            BackendPlan::new(root, "[tool.pdm.build] includes")
                .with(names.map(|name| Pick::File(name.into())))
        }
        None => found(root, tree),
    };
    plan.excluded_by = "[tool.pdm.build] excludes or source-includes";
    plan.exclude = globs(excludes.iter().map(String::as_str));
    plan
}

/// Finds the packages directly in the root, or else the modules there.
fn found(root: &str, tree: &ProjectTree) -> BackendPlan {
    let finder =
        Finder { root, include: PackageNames::new(["*"]), exclude: PackageNames::new([]), namespaces: false };
    let packages = finder.packages(tree).into_iter().filter(|path| !path.contains('/'));
    let packages: Vec<Pick> = packages.map(Pick::Folder).collect();
    let plan = BackendPlan::new(root, "the packages found");
    if !packages.is_empty() {
        return plan.with(packages);
    }
    let modules = tree.files_in(root).into_iter();
    let modules = modules.filter(|name| name.strip_suffix(".py").is_some_and(is_identifier));
    let modules = modules.filter(|name| *name != "setup.py").map(|name| Pick::File(name.into()));
    plan.with(modules.collect::<Vec<_>>())
}
