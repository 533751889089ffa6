//! Packages and modules by the layout of directories, as setuptools' finders find them.

use super::plan::{BackendPlan, Pick};
use super::tree::{ProjectTree, join};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Top-level directories that setuptools' flat-layout discovery leaves out
/// (`setuptools.discovery.FlatLayoutPackageFinder.DEFAULT_EXCLUDE`).
const NO_PACKAGES: [&str; 30] = [
    "ci",
    "bin",
    "debian",
    "doc",
    "docs",
    "documentation",
    "manpages",
    "news",
    "newsfragments",
    "changelog",
    "test",
    "tests",
    "unit_test",
    "unit_tests",
    "example",
    "examples",
    "scripts",
    "tools",
    "util",
    "utils",
    "python",
    "build",
    "benchmark",
    "benchmarks",
    "exercise",
    "exercises",
    "htmlcov",
    "tasks",
    "fabfile",
    "site_scons",
];

/// Top-level modules that setuptools' flat-layout discovery leaves out
/// (`FlatLayoutModuleFinder.DEFAULT_EXCLUDE`).
const NO_MODULES: [&str; 20] = [
    "setup",
    "conftest",
    "test",
    "tests",
    "example",
    "examples",
    "build",
    "toxfile",
    "noxfile",
    "pavement",
    "dodo",
    "tasks",
    "fabfile",
    "conanfile",
    "manage",
    "benchmark",
    "benchmarks",
    "exercise",
    "exercises",
    "htmlcov",
];

/// Patterns for dotted names, in which `*` matches dots as well (`fnmatch`).
pub(super) struct PackageNames(GlobSet);

impl PackageNames {
    pub(super) fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Self {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            let pattern = pattern.replace('{', "[{]").replace('}', "[}]");
            if let Ok(glob) = GlobBuilder::new(&pattern).literal_separator(false).build() {
                set.add(glob);
            }
        }
        Self(set.build().unwrap_or_default())
    }

    fn is_match(&self, name: &str) -> bool {
        self.0.is_match(name)
    }
}

/// Settings of `find_packages` and `find_namespace_packages`.
pub(super) struct Finder<'a> {
    /// Directory to search, relative to the project.
    pub(super) root: &'a str,
    pub(super) include: PackageNames,
    pub(super) exclude: PackageNames,
    /// True if directories without `__init__.py` are packages.
    pub(super) namespaces: bool,
}

impl Finder<'_> {
    /// Returns the directories of the packages, relative to the root.
    pub(super) fn packages(&self, tree: &ProjectTree) -> Vec<String> {
        let mut found = Vec::new();
        self.walk(tree, "", &mut found);
        found
    }

    fn walk(&self, tree: &ProjectTree, folder: &str, found: &mut Vec<String>) {
        for name in tree.folders_in(&join(self.root, folder)) {
            let path = join(folder, name);
            let is_package =
                self.namespaces || tree.has_file(&join(self.root, &format!("{path}/__init__.py")));
            if name.contains('.') || !is_package {
                continue;
            }
            let dotted = path.replace('/', ".");
            if self.include.is_match(&dotted) && !self.exclude.is_match(&dotted) {
                found.push(path.clone());
            }
            self.walk(tree, &path, found);
        }
    }
}

/// Returns the directory of the packages: `src`, `lib` or `Lib`, or else the project itself.
pub(super) fn package_root(tree: &ProjectTree) -> &'static str {
    let holds_code = |root: &&str| {
        let is_package = |name: &&str| tree.has_file(&join(root, &format!("{name}/__init__.py")));
        let has_python = |root| tree.below(root).any(|file| file.ends_with(".py"));
        tree.folders_in(root).iter().any(is_package) || (*root == "src" && has_python(root))
    };
    let is_package = |root: &&str| !tree.has_file(&join(root, "__init__.py"));
    ["src", "lib", "Lib"].into_iter().filter(is_package).find(holds_code).unwrap_or(".")
}

/// Returns the packages and modules found by setuptools' automatic discovery, for a backend without
/// settings.
pub(super) fn by_layout(tree: &ProjectTree) -> BackendPlan {
    let root = package_root(tree);
    let folders = tree.folders_in(root);
    let is_candidate = |name: &&str| {
        let name = name.strip_suffix("-stubs").unwrap_or(name);
        (root != "." || !NO_PACKAGES.contains(&name)) && is_identifier(name)
    };
    let candidates: Vec<&str> = folders.into_iter().filter(is_candidate).collect();
    let is_package = |name: &&str| tree.has_file(&join(root, &format!("{name}/__init__.py")));
    let has_python = |name: &&str| tree.below(&join(root, name)).any(|file| file.ends_with(".py"));
    let mut packages: Vec<&str> = candidates.iter().copied().filter(is_package).collect();
    if packages.is_empty() || root == "src" {
        packages = candidates.into_iter().filter(has_python).collect();
    }
    let modules = tree.files_in(root).into_iter().filter(|name| {
        let stem = name.strip_suffix(".py");
        stem.is_some_and(|stem| is_identifier(stem) && (root != "." || !NO_MODULES.contains(&stem)))
    });
    let modules = modules.filter(|_| root != "." || packages.is_empty());
    let modules: Vec<Pick> = modules.map(|name| Pick::File(name.into())).collect();
    let basis = if root == "." { "the flat layout".into() } else { format!("the {root} layout") };
    let packages = packages.into_iter().map(|name| Pick::Folder(name.into()));
    BackendPlan::new(root, basis).with(packages).with(modules)
}

pub(super) fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|next| next.is_alphanumeric() || next == '_')
}
