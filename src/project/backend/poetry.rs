//! poetry-core: `[tool.poetry] packages`, `include`, `exclude`, or the package named after the
//! project.

use super::named::find_module;
use super::plan::{BackendPlan, Pick, globs};
use super::pyproject::{PyProject, texts};
use super::tree::{ProjectTree, join};
use toml::Value;

pub(super) fn plan(project: &PyProject, tree: &ProjectTree) -> BackendPlan {
    let mut plan = match project.get(&["tool", "poetry", "packages"]).and_then(Value::as_array) {
        Some(packages) => listed(packages, tree),
        None => {
            let found = project.module_name().and_then(|name| find_module(tree, &[".", "src"], &name));
            found.map_or_else(BackendPlan::default, |(root, pick)| {
                BackendPlan::new(&root, "the project's name").with([pick])
            })
        }
    };
    let exclude = project.texts(&["tool", "poetry", "exclude"]).unwrap_or_default();
    plan.excluded_by = "[tool.poetry] exclude";
    plan.exclude = globs(exclude.iter().map(String::as_str));
    plan
}

/// Applies `packages = [{ include = "rich", from = "src", format = "wheel" }]`.
fn listed(packages: &[Value], tree: &ProjectTree) -> BackendPlan {
    let (mut root, mut others) = (None, Vec::new());
    let mut picks = Vec::new();
    for package in packages {
        let Some(package) = package.as_table() else { continue };
        let Some(include) = package.get("include").and_then(Value::as_str) else { continue };
        let formats = package.get("format").and_then(texts);
        if formats.is_some_and(|formats| !formats.iter().any(|format| format == "wheel")) {
            continue;
        }
        let from = package.get("from").and_then(Value::as_str).unwrap_or(".").trim_end_matches('/');
        // Names are relative to a single root: packages from another directory cannot be listed.
        if *root.get_or_insert(from) != from {
            others.push(from);
            continue;
        }
        picks.extend(matching(tree, from, include));
    }
    BackendPlan::new(root.unwrap_or("."), "[tool.poetry] packages").with(picks).and_below(others)
}

/// Finds a package, a module, or all that match a pattern.
fn matching(tree: &ProjectTree, root: &str, include: &str) -> Vec<Pick> {
    let include = include.trim_start_matches("./").trim_end_matches('/');
    if tree.has_folder(&join(root, include)) {
        return vec![Pick::Folder(include.into())];
    }
    if !include.contains(['*', '?', '[']) {
        return vec![Pick::File(include.into())];
    }
    let set = globs([include]);
    let start = join(root, "x").len() - 1;
    let names = tree.below(root).map(|file| &file[start..]).filter(|name| set.is_match(name));
    names.map(|name| Pick::File(name.into())).collect()
}
