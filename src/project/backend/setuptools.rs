//! setuptools: `[tool.setuptools]`, `setup.cfg`, the lists in `*.egg-info`, and automatic
//! discovery.

use super::find::{Finder, PackageNames, by_layout, package_root};
use super::literals::{LiteralCall, PythonValue};
use super::package_data::PackageData;
use super::plan::{BackendPlan, Pick, below, globs};
use super::pyproject::PyProject;
use super::setup_cfg::SetupCfg;
use super::setup_py::SetupPy;
use super::tree::{ProjectTree, join};
use crate::project::{LARGEST, names_in, read_regular};
use std::collections::BTreeMap;
use std::path::Path;
use toml::Value;

/// Settings in one source: `pyproject.toml`, `setup.cfg` or `setup.py`.
#[derive(Debug, Default)]
struct SetuptoolsSettings {
    packages: Option<Packages>,
    modules: Vec<String>,
    /// Value of `package_dir`; the key "" is the root.
    folders: BTreeMap<String, String>,
    /// True if a listed package stands for all packages below it (pbr).
    is_expanded: bool,
    basis: &'static str,
}

#[derive(Debug)]
enum Packages {
    Listed(Vec<String>),
    Find { roots: Vec<String>, include: Vec<String>, exclude: Vec<String>, namespaces: bool },
}

pub(super) fn plan(folder: &Path, project: &PyProject, tree: &ProjectTree) -> BackendPlan {
    let cfg = SetupCfg::read(folder);
    let setup = SetupPy::read(folder);
    let plan = packages(folder, project, &cfg, &setup, tree);
    let sources = egg_info(folder, tree, "SOURCES.txt").into_iter().collect();
    let mut plan = PackageData::read(folder, project, &cfg, &setup).apply(plan, &sources, tree);
    // The `__init__.py` of a namespace package belongs to no project, and setuptools does not
    // install it.
    let mut namespaces = egg_info(folder, tree, "namespace_packages.txt");
    namespaces.extend(cfg.list("options", "namespace_packages").unwrap_or_default());
    namespaces.extend(setup.texts("namespace_packages").unwrap_or_default());
    let names = namespaces.iter().map(|name| format!("{}/__init__.py", name.replace('.', "/")));
    let names: Vec<String> = names.map(|name| join(&plan.root, &name)).collect();
    plan.excluded_by = "namespace_packages, whose __init__.py no project owns";
    plan.exclude = globs(names.iter().map(String::as_str));
    plan
}

fn packages(
    folder: &Path,
    project: &PyProject,
    cfg: &SetupCfg,
    setup: &SetupPy,
    tree: &ProjectTree,
) -> BackendPlan {
    let top_level = egg_info(folder, tree, "top_level.txt");
    let mut settings = vec![from_pyproject(project), from_setup_py(setup), from_setup_cfg(cfg)];
    if is_pbr(project, setup) {
        settings.iter_mut().for_each(|given| given.is_expanded = true);
    }
    let given = merged(settings).or_else(|| is_pbr(project, setup).then(|| from_pbr(project, cfg)));
    let plan = match given {
        Some(given) => apply(&given, tree),
        None if !top_level.is_empty() => from_top_level(&top_level, tree),
        None => each_package(&by_layout(tree), tree),
    };
    // An sdist lists the names at the time of its build.
    let is_listed = |pick: &Pick| top_level.contains(&module(pick.top()));
    if !top_level.is_empty() && !plan.picks.iter().all(is_listed) {
        let picks = plan.picks.iter().filter(|pick| is_listed(pick)).cloned();
        return BackendPlan {
            beyond: plan.beyond,
            ..BackendPlan::new(&plan.root, "top_level.txt in egg-info").with(picks)
        };
    }
    plan
}

/// Merges the settings: packages, modules and directories each come from the first source that has
/// them; `None` if none has packages or modules.
fn merged(settings: Vec<SetuptoolsSettings>) -> Option<SetuptoolsSettings> {
    let mut all = SetuptoolsSettings::default();
    for given in settings {
        if all.basis.is_empty() && (given.packages.is_some() || !given.modules.is_empty()) {
            all.basis = given.basis;
        }
        if all.packages.is_none() && given.packages.is_some() {
            (all.packages, all.is_expanded) = (given.packages, given.is_expanded);
        }
        if all.modules.is_empty() {
            all.modules = given.modules;
        }
        if all.folders.is_empty() {
            all.folders = given.folders;
        }
    }
    (!all.basis.is_empty()).then_some(all)
}

/// Makes packages of the directories below the packages, as automatic discovery does.
fn each_package(plan: &BackendPlan, tree: &ProjectTree) -> BackendPlan {
    let mut picks = Vec::new();
    for pick in &plan.picks {
        let Pick::Folder(top) = pick else {
            picks.push(pick.clone());
            continue;
        };
        let folders = tree.below(&join(&plan.root, top)).filter_map(|file| Some(file.rsplit_once('/')?.0));
        let folders = folders.filter_map(|folder| below(&plan.root, folder));
        for name in folders.filter(|name| !name.contains('.')) {
            let above = name.match_indices('/').map(|(at, _)| &name[..at]);
            let above = above.filter(|above| above.len() >= top.len());
            picks.extend(above.chain([name]).map(|name| Pick::Package(name.to_owned())));
        }
    }
    BackendPlan::new(&plan.root, plan.basis.clone()).with(picks)
}

fn module(top: &str) -> String {
    top.strip_suffix(".py").unwrap_or(top).to_owned()
}

fn from_pyproject(project: &PyProject) -> SetuptoolsSettings {
    let path = |key| ["tool", "setuptools", key];
    let packages = match project.get(&path("packages")) {
        Some(Value::Array(_)) => project.texts(&path("packages")).map(Packages::Listed),
        Some(Value::Table(_)) => {
            let find = |key| ["tool", "setuptools", "packages", "find", key];
            Some(Packages::Find {
                roots: project.texts(&find("where")).unwrap_or_default(),
                include: project.texts(&find("include")).unwrap_or_else(|| vec!["*".into()]),
                exclude: project.texts(&find("exclude")).unwrap_or_default(),
                namespaces: project.get(&find("namespaces")).and_then(Value::as_bool).unwrap_or(true),
            })
        }
        _ => None,
    };
    let folders = project.table(&path("package-dir")).into_iter().flatten();
    SetuptoolsSettings {
        packages,
        modules: project.texts(&path("py-modules")).unwrap_or_default(),
        folders: folders.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect(),
        is_expanded: false,
        basis: "[tool.setuptools]",
    }
}

fn from_setup_cfg(cfg: &SetupCfg) -> SetuptoolsSettings {
    let find = |namespaces| {
        let section = "options.packages.find";
        Packages::Find {
            roots: cfg.list(section, "where").unwrap_or_default(),
            include: cfg.list(section, "include").unwrap_or_else(|| vec!["*".into()]),
            exclude: cfg.list(section, "exclude").unwrap_or_default(),
            namespaces,
        }
    };
    let packages = match cfg.get("options", "packages") {
        None => None,
        Some("find:") => Some(find(false)),
        Some("find_namespace:") => Some(find(true)),
        Some(_) => cfg.list("options", "packages").map(Packages::Listed),
    };
    SetuptoolsSettings {
        packages,
        modules: cfg.list("options", "py_modules").unwrap_or_default(),
        folders: cfg.pairs("options", "package_dir"),
        is_expanded: false,
        basis: "[options] of setup.cfg",
    }
}

/// Reads `packages`, `py_modules` and `package_dir` of `setup()`, as far as they are literals.
fn from_setup_py(setup: &SetupPy) -> SetuptoolsSettings {
    let basis = "setup.py";
    let packages = match setup.get("packages") {
        None => None,
        Some(PythonValue::Call(call)) => {
            let Some(found) = found_packages(call) else { return SetuptoolsSettings::default() };
            Some(found)
        }
        Some(value) => match value.texts() {
            Some(names) => Some(Packages::Listed(names)),
            // Code decides.
            None => return SetuptoolsSettings::default(),
        },
    };
    let folders = match setup.get("package_dir") {
        Some(PythonValue::Dict(pairs)) => {
            let pair = |(package, folder): &(PythonValue, PythonValue)| {
                Some((package.text()?.to_owned(), folder.text()?.to_owned()))
            };
            pairs.iter().filter_map(pair).collect()
        }
        None => BTreeMap::new(),
        Some(_) => return SetuptoolsSettings::default(),
    };
    let modules = setup.texts("py_modules").unwrap_or_default();
    SetuptoolsSettings { packages, modules, folders, is_expanded: false, basis }
}

/// Reads `find_packages(where, exclude, include)`.
fn found_packages(call: &LiteralCall) -> Option<Packages> {
    let namespaces = match call.function.as_str() {
        "find_packages" => false,
        "find_namespace_packages" => true,
        _ => return None,
    };
    if call.is_open {
        return None;
    }
    let argument = |at: usize, name: &str| call.keywords.get(name).or_else(|| call.arguments.get(at));
    let roots = match argument(0, "where") {
        None => Vec::new(),
        Some(root) => vec![root.text()?.to_owned()],
    };
    let patterns = |at, name, default: &[&str]| match argument(at, name) {
        None => Some(default.iter().map(|pattern| (*pattern).to_owned()).collect()),
        Some(patterns) => patterns.texts(),
    };
    let (exclude, include) = (patterns(1, "exclude", &[])?, patterns(2, "include", &["*"])?);
    Some(Packages::Find { roots, include, exclude, namespaces })
}

/// Returns whether pbr completes the settings, which then has data as in version control.
pub(super) fn is_pbr(project: &PyProject, setup: &SetupPy) -> bool {
    let requires = project.texts(&["build-system", "requires"]).unwrap_or_default();
    let is_own = |requirement: &String| {
        requirement.strip_prefix("pbr").is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    };
    let is_asked = setup.get("pbr") == Some(&PythonValue::Bool(true));
    is_asked || project.backend().starts_with("pbr") || requires.iter().any(is_own)
}

/// Reads `[files] packages` of setup.cfg; the default is the project's name.
fn from_pbr(project: &PyProject, cfg: &SetupCfg) -> SetuptoolsSettings {
    let name = cfg.get("metadata", "name").map(ToOwned::to_owned).or_else(|| project.module_name());
    let packages = cfg.list("files", "packages").or_else(|| Some(vec![name?.replace('-', "_")]));
    let packages = packages.map(Packages::Listed);
    SetuptoolsSettings { packages, is_expanded: true, basis: "[files] of setup.cfg", ..Default::default() }
}

fn apply(given: &SetuptoolsSettings, tree: &ProjectTree) -> BackendPlan {
    let trimmed = |folder: &str| match folder.trim_start_matches("./").trim_end_matches('/') {
        "" => ".".to_owned(),
        folder => folder.to_owned(),
    };
    let named = given.folders.get("").map(|folder| trimmed(folder));
    let found_in = match &given.packages {
        Some(Packages::Find { roots, .. }) => roots.first().map(|root| trimmed(root)),
        _ => None,
    };
    let mut root = named.or(found_in).unwrap_or_else(|| ".".into());
    // `package_dir = {demo = "lib/demo"}` means the root `lib`.
    let other = given.folders.iter().find_map(|(package, folder)| {
        let folder = trimmed(folder);
        let parent = folder.strip_suffix(&package.replace('.', "/"))?.strip_suffix('/')?.to_owned();
        (!package.is_empty()).then_some(parent)
    });
    if root == "."
        && let Some(other) = other
    {
        root = other;
    }
    let modules = given.modules.iter().map(|name| Pick::File(format!("{}.py", name.replace('.', "/"))));
    // Directories other than the one that the package's name implies.
    let own = |package: &str| join(&root, &package.replace('.', "/"));
    let moved = given.folders.iter().filter(|(package, _)| !package.is_empty());
    let moved = moved.map(|(package, folder)| (own(package), trimmed(folder)));
    let mut others: Vec<String> =
        moved.filter(|(own, folder)| own != folder).map(|(_, folder)| folder).collect();
    let plan = BackendPlan::new(&root, given.basis).with(modules);
    let plan = match &given.packages {
        None => plan,
        Some(Packages::Listed(names)) => {
            let found = names.iter().filter(|_| given.is_expanded).flat_map(|name| {
                let below = format!("{name}.*");
                let include = PackageNames::new([below.as_str()]);
                let finder =
                    Finder { root: &root, include, exclude: PackageNames::new([]), namespaces: false };
                finder.packages(tree)
            });
            let listed = names.iter().map(|name| name.replace('.', "/"));
            plan.with(listed.chain(found).map(Pick::Package))
        }
        Some(Packages::Find { roots, include, exclude, namespaces }) => {
            let finder = Finder {
                root: &root,
                include: PackageNames::new(include.iter().map(String::as_str)),
                exclude: PackageNames::new(exclude.iter().map(String::as_str)),
                namespaces: *namespaces,
            };
            others.extend(roots.iter().skip(1).map(|root| trimmed(root)));
            plan.with(finder.packages(tree).into_iter().map(Pick::Package))
        }
    };
    plan.and_below(others.iter().map(String::as_str))
}

/// Returns the names in a file of `*.egg-info`, in the project or in the directory of its packages.
fn egg_info(folder: &Path, tree: &ProjectTree, file: &str) -> Vec<String> {
    for root in [".", package_root(tree)] {
        let folder = folder.join(root);
        for name in names_in(&folder).unwrap_or_default() {
            if !name.to_string_lossy().ends_with(".egg-info") {
                continue;
            }
            let listed = read_regular(&folder.join(&name).join(file), LARGEST);
            let Ok(listed) = listed else { continue };
            let listed = String::from_utf8_lossy(&listed);
            return listed.lines().map(str::trim).filter(|name| !name.is_empty()).map(Into::into).collect();
        }
    }
    Vec::new()
}

/// Returns a description of the top-level names in the egg-info without a directory or file in the
/// project: `setup.py` gets them from elsewhere.
pub(super) fn missing(folder: &Path, tree: &ProjectTree) -> Option<String> {
    let names = egg_info(folder, tree, "top_level.txt");
    let is_there =
        |name: &str| tree.files.iter().any(|file| file.split('/').any(|part| module(part) == name));
    let missing = names.iter().filter(|name| !name.contains('/') && !is_there(name));
    let missing: Vec<String> = missing.map(|name| format!("{name:?}")).collect();
    if missing.is_empty() || missing.len() < names.len() {
        return None;
    }
    Some(format!("no file is below the top-level {} of its egg-info", missing.join(", ")))
}

/// Finds packages and modules by the names in an egg-info, for settings that are code (`setup.py`).
fn from_top_level(names: &[String], tree: &ProjectTree) -> BackendPlan {
    let exists = |root: &str, name: &str| {
        let path = join(root, name);
        tree.has_folder(&path) || tree.has_file(&format!("{path}.py"))
    };
    let count = |root: &&str| names.iter().filter(|name| exists(root, name)).count();
    let roots = [".", "src", "lib", "Lib", "python"];
    let root = roots.iter().rev().max_by_key(|root| count(root)).copied().unwrap_or(".");
    let mut picks = Vec::new();
    for name in names {
        if tree.has_file(&join(root, &format!("{name}.py"))) {
            picks.push(Pick::File(format!("{name}.py")));
        }
        let has_init = tree.has_file(&join(root, &format!("{name}/__init__.py")));
        let below = format!("{name}.*");
        let finder = Finder {
            root,
            include: PackageNames::new([name.as_str(), &below]),
            exclude: PackageNames::new([]),
            namespaces: !has_init,
        };
        picks.extend(finder.packages(tree).into_iter().map(Pick::Package));
    }
    // A package that `package_dir` of setup.py puts elsewhere.
    let elsewhere = names.iter().filter(|name| !exists(root, name)).filter_map(|name| {
        let end = format!("/{name}/__init__.py");
        let found = tree.files.iter().find(|file| file.ends_with(&end))?;
        Some(found.trim_end_matches("/__init__.py").to_owned())
    });
    let elsewhere: Vec<String> = elsewhere.collect();
    let plan = BackendPlan::new(root, "top_level.txt in egg-info").with(picks);
    plan.and_below(elsewhere.iter().map(String::as_str))
}
