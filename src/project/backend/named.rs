//! Backends that ship one package or module, named after the project (flit-core, uv-build).

use super::plan::{BackendPlan, Pick, globs};
use super::pyproject::PyProject;
use super::tree::{ProjectTree, join};

/// Finds a module by its dotted name below one of `roots`: a package, or a file.
pub(super) fn find_module(tree: &ProjectTree, roots: &[&str], name: &str) -> Option<(String, Pick)> {
    let path = name.replace('.', "/");
    roots.iter().find_map(|root| {
        let folder = join(root, &path);
        if tree.has_folder(&folder)
            && tree.below(&folder).any(|file| file.ends_with(".py") || file.ends_with(".pyi"))
        {
            return Some(((*root).to_owned(), Pick::Folder(path.clone())));
        }
        let file = format!("{path}.py");
        tree.has_file(&join(root, &file)).then(|| ((*root).to_owned(), Pick::File(file)))
    })
}

/// flit-core: `[tool.flit.module] name`, or the project's name.
pub(super) fn flit(project: &PyProject, tree: &ProjectTree) -> BackendPlan {
    let named = [["tool", "flit", "module", "name"].as_slice(), &["tool", "flit", "metadata", "module"]];
    let name = named.iter().find_map(|path| project.text(path));
    let basis = if name.is_some() { "[tool.flit.module] name" } else { "the project's name" };
    let Some(name) = name.map(ToOwned::to_owned).or_else(|| project.module_name()) else {
        return BackendPlan::default();
    };
    let found = find_module(tree, &[".", "src"], &name);
    found.map_or_else(BackendPlan::default, |(root, pick)| BackendPlan::new(&root, basis).with([pick]))
}

/// uv-build: `[tool.uv.build-backend]` with `module-name`, `module-root` and `namespace`.
pub(super) fn uv(project: &PyProject, tree: &ProjectTree) -> BackendPlan {
    let settings = |key| ["tool", "uv", "build-backend", key];
    let root = project.text(&settings("module-root")).unwrap_or("src");
    let root = root.trim_start_matches("./").trim_end_matches('/');
    let root = if root.is_empty() { "." } else { root };
    let given = project.texts(&settings("module-name"));
    let basis = if given.is_some() { "[tool.uv.build-backend] module-name" } else { "the project's name" };
    let names = given.unwrap_or_else(|| project.module_name().into_iter().collect());
    let names = names.iter().map(|name| {
        // Without a configured name, the dashes of a project in a namespace become dots.
        if tree.has_folder(&join(root, &name.replace('.', "/"))) {
            return name.clone();
        }
        name.to_lowercase()
    });
    let picks = names.filter_map(|name| Some(find_module(tree, &[root], &name)?.1));
    let mut plan = BackendPlan::new(root, basis).with(picks);
    let exclude = [settings("source-exclude"), settings("wheel-exclude")].map(|path| project.texts(&path));
    let exclude: Vec<String> = exclude.into_iter().flatten().flatten().collect();
    plan.excluded_by = "[tool.uv.build-backend] source-exclude or wheel-exclude";
    plan.exclude = globs(exclude.iter().map(String::as_str));
    plan
}
