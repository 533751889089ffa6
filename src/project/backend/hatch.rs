//! hatchling: `[tool.hatch.build.targets.wheel]`, then `[tool.hatch.build]`, then the package named
//! after the project.

use super::named::find_module;
use super::plan::{Pick, Plan, below, globs};
use super::pyproject::PyProject;
use super::tree::{Tree, join};
use globset::GlobSet;

pub(super) fn plan(project: &PyProject, tree: &Tree) -> Plan {
    let setting = |key: &str| {
        let wheel = project.texts(&["tool", "hatch", "build", "targets", "wheel", key]);
        wheel.or_else(|| project.texts(&["tool", "hatch", "build", key]))
    };
    let exclude = patterns(setting("exclude").unwrap_or_default());
    let mut plan = if let Some(packages) = setting("packages") {
        packages_of(&packages)
    } else if let Some(paths) = setting("only-include") {
        only(&paths, &setting("sources").unwrap_or_default(), tree)
    } else if let Some(include) = setting("include") {
        included(&patterns(include), &setting("sources").unwrap_or_default(), tree)
    } else {
        named(project, tree)
    };
    plan.exclude = exclude;
    let table = |key: &str| {
        let wheel = project.table(&["tool", "hatch", "build", "targets", "wheel", key]);
        wheel.or_else(|| project.table(&["tool", "hatch", "build", key]))
    };
    let renames = table("sources").into_iter().flatten().any(|(_, name)| name.as_str() != Some(""));
    if renames {
        plan.beyond = Some("[tool.hatch.build] sources gives files other names".into());
    } else if table("force-include").is_some_and(|files| !files.is_empty()) {
        plan.beyond = Some("[tool.hatch.build] force-include adds files under names of its own".into());
    }
    plan
}

/// Compiles patterns in the syntax of .gitignore: a pattern without a slash matches at any depth.
fn patterns(texts: Vec<String>) -> GlobSet {
    let anchored = texts.into_iter().map(|text| match text.trim_end_matches('/') {
        plain if plain.trim_start_matches('/').contains('/') || plain.starts_with('/') => text.clone(),
        plain => format!("**/{plain}"),
    });
    let anchored: Vec<String> = anchored.collect();
    globs(anchored.iter().map(String::as_str))
}

/// Applies `packages = ["src/demo"]`: each package has its last name in the wheel.
fn packages_of(packages: &[String]) -> Plan {
    let split = packages.iter().map(|path| {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        path.rsplit_once('/').unwrap_or((".", path))
    });
    let split: Vec<(&str, &str)> = split.collect();
    let root = split.first().map_or(".", |(root, _)| root);
    let here = split.iter().filter(|(from, _)| *from == root);
    let pick = |name: &str| {
        if name.ends_with(".py") { Pick::File(name.into()) } else { Pick::Folder(name.into()) }
    };
    let plan = Plan::new(root, "[tool.hatch.build] packages").with(here.map(|(_, name)| pick(name)));
    plan.and_below(split.iter().map(|(from, _)| *from))
}

/// Applies `only-include = ["src/demo"]` with `sources = ["src"]`.
fn only(paths: &[String], sources: &[String], tree: &Tree) -> Plan {
    let root = sources.first().map_or(".", |source| source.trim_end_matches('/'));
    let picks = paths.iter().filter_map(|path| {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        let name = below(root, path).or((path == root).then_some("."))?;
        Some(if tree.has_file(path) { Pick::File(name.into()) } else { Pick::Folder(name.into()) })
    });
    Plan::new(root, "[tool.hatch.build] only-include").with(picks)
}

fn included(include: &GlobSet, sources: &[String], tree: &Tree) -> Plan {
    let root = sources.first().map_or(".", |source| source.trim_end_matches('/'));
    let files = tree.files.iter().filter(|file| include.is_match(file));
    let picks = files.filter_map(|file| Some(Pick::File(below(root, file)?.to_owned())));
    Plan::new(root, "[tool.hatch.build] include").with(picks)
}

/// Applies the default: a package named after the project, in the project, in `src`, as a single
/// module, or in a namespace.
fn named(project: &PyProject, tree: &Tree) -> Plan {
    let Some(name) = project.module_name() else { return Plan::default() };
    let names = [name.clone(), name.to_lowercase()];
    for name in &names {
        for root in [".", "src"] {
            if tree.has_file(&join(root, &format!("{name}/__init__.py"))) {
                return Plan::new(root, "the project's name").with([Pick::Folder(name.clone())]);
            }
        }
        if let Some((root, pick @ Pick::File(_))) = find_module(tree, &["."], name) {
            return Plan::new(&root, "the project's name").with([pick]);
        }
        for space in tree.folders_in(".") {
            if tree.has_file(&format!("{space}/{name}/__init__.py")) {
                return Plan::new(".", "the project's name").with([Pick::Folder(space.into())]);
            }
        }
    }
    Plan::default()
}
