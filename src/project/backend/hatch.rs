//! hatchling: `[tool.hatch.build.targets.wheel]`, then `[tool.hatch.build]`, then the package named
//! after the project.

use super::named::find_module;
use super::plan::{BackendPlan, Pick, below};
use super::pyproject::PyProject;
use super::tree::{ProjectTree, join};
use ignore::gitignore::{Gitignore, GitignoreBuilder};

pub(super) fn plan(project: &PyProject, tree: &ProjectTree) -> BackendPlan {
    let setting = |key: &str| setting(project, key);
    let mut plan = if let Some(packages) = setting("packages") {
        packages_of(&packages)
    } else if let Some(paths) = setting("only-include") {
        only(&paths, &setting("sources").unwrap_or_default(), tree)
    } else if let Some(include) = setting("include") {
        included(&compiled(include), &setting("sources").unwrap_or_default(), tree)
    } else {
        named(project, tree)
    };
    plan.always.clone_from(&tree.artifacts);
    let renames = table(project, "sources").into_iter().flatten().any(|(_, name)| name.as_str() != Some(""));
    if renames {
        plan.beyond = Some("[tool.hatch.build] sources gives files other names".into());
    }
    for key in ["shared-data", "shared-scripts"] {
        if table(project, key).is_some_and(|files| !files.is_empty()) {
            plan.beyond = Some(format!("[tool.hatch.build] {key} adds files outside the packages"));
        }
    }
    if let Some(forced) = table(project, "force-include") {
        force_include(&mut plan, forced, tree);
    }
    plan
}

/// Applies `force-include = { "jupyter.py" = "jupyter.py" }`. A config can list only files whose
/// names in the wheel are their paths below the root.
fn force_include(plan: &mut BackendPlan, forced: &toml::Table, tree: &ProjectTree) {
    for (from, to) in forced {
        let trimmed = |path: &str| path.trim_start_matches("./").trim_matches('/').to_owned();
        let (path, name) = (trimmed(from), trimmed(to.as_str().unwrap_or_default()));
        let is_same = !from.starts_with('/') && below(&plan.root, &path) == Some(&name);
        if is_same && tree.has_file(&path) {
            plan.picks.insert(Pick::File(name));
            plan.always.insert(path);
        } else if is_same && tree.has_folder(&path) {
            plan.always.extend(tree.below(&path).cloned());
            plan.picks.insert(Pick::Folder(name));
        } else {
            let why = format!("[tool.hatch.build] force-include ships it as {name:?}");
            plan.elsewhere.push((path, why));
            plan.beyond = Some("[tool.hatch.build] force-include adds files under other names".into());
        }
    }
}

/// Returns the patterns of `artifacts` and the paths of `force-include`, both of which take
/// precedence over `exclude` and over what git ignores.
pub(super) fn artifacts(project: &PyProject) -> Option<Gitignore> {
    if !project.backend().starts_with("hatchling") {
        return None;
    }
    let forced =
        table(project, "force-include").into_iter().flatten().filter(|(path, _)| !path.starts_with('/'));
    let forced = forced.map(|(path, _)| format!("/{}", path.trim_start_matches("./")));
    let patterns = compiled(setting(project, "artifacts").into_iter().flatten().chain(forced));
    (!patterns.is_empty()).then_some(patterns)
}

/// Files that hatchling leaves out: one list of patterns in the syntax of .gitignore, of a
/// `.gitignore` and of the settings, in which a later pattern wins.
pub(super) struct HatchExclusion {
    all: Gitignore,
    /// Patterns of the `.gitignore` alone, for reasons.
    git: Gitignore,
    /// Setting that excludes files.
    setting: String,
}

impl HatchExclusion {
    /// Reads the patterns; `gitignore` is the text of the file that hatchling finds.
    pub(super) fn read(project: &PyProject, gitignore: impl FnOnce() -> Option<String>) -> Self {
        let wheel = ["tool", "hatch", "build", "targets", "wheel"];
        let flag = |path: &[&str]| project.get(path).and_then(toml::Value::as_bool);
        let ignores = flag(&[&wheel[..], &["ignore-vcs"]].concat());
        let ignores = ignores.or_else(|| flag(&["tool", "hatch", "build", "ignore-vcs"])).unwrap_or(false);
        let text = if ignores { None } else { gitignore() }.unwrap_or_default();
        let git = || text.lines().map(ToOwned::to_owned);
        let of_wheel = project.get(&[&wheel[..], &["exclude"]].concat()).is_some();
        let tables = if of_wheel { "tool.hatch.build.targets.wheel" } else { "tool.hatch.build" };
        let own = setting(project, "exclude").into_iter().flatten();
        let defaults = ["*.py[cdo]".to_owned(), "/dist".to_owned()];
        Self {
            all: compiled(defaults.into_iter().chain(git()).chain(own)),
            git: compiled(git()),
            setting: format!("excluded by [{tables}] exclude"),
        }
    }

    /// Returns the reason that a file is left out.
    pub(super) fn reason(&self, file: &str) -> Option<&str> {
        let is_ignored = |patterns: &Gitignore| patterns.matched_path_or_any_parents(file, false).is_ignore();
        let why = || if is_ignored(&self.git) { IGNORED } else { &self.setting };
        is_ignored(&self.all).then(why)
    }
}

/// The reason for a file that git ignores.
pub(super) const IGNORED: &str = "ignored by git";

/// Compiles patterns in the syntax of .gitignore. Like every setting that cannot be read, an
/// invalid pattern counts as absent.
fn compiled(lines: impl IntoIterator<Item = String>) -> Gitignore {
    let mut patterns = GitignoreBuilder::new("");
    for line in lines {
        let _ = patterns.add_line(None, &line);
    }
    patterns.build().unwrap_or_else(|_| Gitignore::empty())
}

/// Returns a remark about each build hook that may write files into the package.
pub(super) fn hooks(project: &PyProject) -> Vec<String> {
    let tables: [&[&str]; 2] =
        [&["tool", "hatch", "build", "hooks"], &["tool", "hatch", "build", "targets", "wheel", "hooks"]];
    let mut notes = Vec::new();
    for path in tables {
        for (name, hook) in project.table(path).into_iter().flatten() {
            let is_enabled = hook.get("enable-by-default").and_then(toml::Value::as_bool).unwrap_or(true);
            // Their files have remarks of their own.
            let writes_version = matches!(name.as_str(), "vcs" | "version");
            if is_enabled && !writes_version {
                let table = path.join(".");
                notes.push(format!(
                    "[{table}.{name}] is a build hook, which is not run: files that it adds are not in the wheel"
                ));
            }
        }
    }
    notes
}

fn table<'a>(project: &'a PyProject, key: &str) -> Option<&'a toml::Table> {
    let wheel = project.table(&["tool", "hatch", "build", "targets", "wheel", key]);
    wheel.or_else(|| project.table(&["tool", "hatch", "build", key]))
}

/// Returns a list of `[tool.hatch.build.targets.wheel]`, or that of `[tool.hatch.build]`.
fn setting(project: &PyProject, key: &str) -> Option<Vec<String>> {
    let wheel = project.texts(&["tool", "hatch", "build", "targets", "wheel", key]);
    wheel.or_else(|| project.texts(&["tool", "hatch", "build", key]))
}

/// Applies `packages = ["src/demo"]`: each package has its last name in the wheel.
fn packages_of(packages: &[String]) -> BackendPlan {
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
    let plan = BackendPlan::new(root, "[tool.hatch.build] packages").with(here.map(|(_, name)| pick(name)));
    plan.and_below(split.iter().map(|(from, _)| *from))
}

/// Applies `only-include = ["src/demo"]` with `sources = ["src"]`.
fn only(paths: &[String], sources: &[String], tree: &ProjectTree) -> BackendPlan {
    let root = sources.first().map_or(".", |source| source.trim_end_matches('/'));
    let picks = paths.iter().filter_map(|path| {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        let name = below(root, path).or((path == root).then_some("."))?;
        Some(if tree.has_file(path) { Pick::File(name.into()) } else { Pick::Folder(name.into()) })
    });
    BackendPlan::new(root, "[tool.hatch.build] only-include").with(picks)
}

fn included(include: &Gitignore, sources: &[String], tree: &ProjectTree) -> BackendPlan {
    let root = sources.first().map_or(".", |source| source.trim_end_matches('/'));
    let is_match = |file: &String| include.matched_path_or_any_parents(file, false).is_ignore();
    let is_included = |file: &&String| is_match(file) || tree.artifacts.contains(*file);
    let files = tree.files.iter().filter(is_included);
    let picks = files.filter_map(|file| Some(Pick::File(below(root, file)?.to_owned())));
    BackendPlan::new(root, "[tool.hatch.build] include").with(picks)
}

/// Applies the default: a package named after the project, in the project, in `src`, as a single
/// module, or in a namespace.
fn named(project: &PyProject, tree: &ProjectTree) -> BackendPlan {
    let Some(name) = project.module_name() else { return BackendPlan::default() };
    let names = [name.clone(), name.to_lowercase()];
    for name in &names {
        for root in [".", "src"] {
            if tree.has_file(&join(root, &format!("{name}/__init__.py"))) {
                return BackendPlan::new(root, "the project's name").with([Pick::Folder(name.clone())]);
            }
        }
        if let Some((root, pick @ Pick::File(_))) = find_module(tree, &["."], name) {
            return BackendPlan::new(&root, "the project's name").with([pick]);
        }
        for space in tree.folders_in(".") {
            if tree.has_file(&format!("{space}/{name}/__init__.py")) {
                return BackendPlan::new(".", "the project's name").with([Pick::Folder(space.into())]);
            }
        }
    }
    BackendPlan::default()
}
