//! Data of setuptools packages: `include-package-data`, `package-data` and `exclude-package-data`.

use super::literals::PythonValue;
use super::plan::{BackendPlan, Pick, below};
use super::pyproject::{PyProject, texts};
use super::setup_cfg::SetupCfg;
use super::setup_py::SetupPy;
use super::setuptools::is_pbr;
use super::tree::{ProjectTree, join};
use globset::GlobBuilder;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Patterns by package; `*` and the empty string stand for all packages.
type Patterns = BTreeMap<String, Vec<String>>;

/// Files for type checkers, which setuptools includes in every package.
const TYPES: [&str; 2] = ["*.pyi", "py.typed"];

/// Settings for a project's package data.
pub(super) struct PackageData {
    /// True if files of the sdist below a package are data; `None` if `setup.py` may decide.
    included: Option<bool>,
    patterns: Patterns,
    /// Patterns for paths relative to the root.
    excluded: Patterns,
}

impl PackageData {
    pub(super) fn read(folder: &Path, project: &PyProject, cfg: &SetupCfg, setup: &SetupPy) -> Self {
        let table = |key: &str| {
            let table = project.table(&["tool", "setuptools", key]).into_iter().flatten();
            let mut patterns: Patterns =
                table.filter_map(|(package, value)| Some((package.clone(), texts(value)?))).collect();
            patterns.extend(cfg.lists(&format!("options.{}", key.replace('-', "_"))));
            patterns
        };
        let is_pbr = is_pbr(project, setup);
        let may_say = setup.may_give("package_data") || setup.may_give("include_package_data");
        let is_in_pyproject =
            project.table(&["project"]).is_some() || project.table(&["tool", "setuptools"]).is_some();
        let of_pyproject =
            project.get(&["tool", "setuptools", "include-package-data"]).and_then(toml::Value::as_bool);
        let of_setup = match setup.get("include_package_data") {
            Some(PythonValue::Bool(included)) => Some(*included),
            _ => None,
        };
        let of_cfg = cfg.get("options", "include_package_data");
        let of_cfg = of_cfg.map(|text| ["true", "1", "yes", "on"].contains(&text.to_lowercase().as_str()));
        // Outside of an sdist, MANIFEST.in or a plugin for version control selects the files.
        let requires = project.texts(&["build-system", "requires"]).unwrap_or_default();
        let plugin = |requirement: &String| {
            let name = requirement.to_lowercase().replace('_', "-");
            ["setuptools-scm", "setuptools-git", "pbr"].iter().any(|plugin| name.starts_with(plugin))
        };
        let has = |name: &str| folder.join(name).is_file();
        let is_listed = has("PKG-INFO") || has("MANIFEST.in") || requires.iter().any(plugin);
        let included = match of_pyproject.or(of_setup).or(of_cfg) {
            Some(false) => Some(false),
            _ if may_say => None,
            Some(true) => Some(is_listed),
            None if is_in_pyproject || is_pbr => Some(is_listed || is_pbr),
            None if setup.is_read() || cfg.get("options", "packages").is_some() => Some(false),
            None => None,
        };
        let with_setup = |key: &str| {
            let mut patterns = table(key);
            patterns.extend(setup.patterns(&key.replace('-', "_")));
            patterns
        };
        let (patterns, excluded) = (with_setup("package-data"), with_setup("exclude-package-data"));
        Self { included, patterns, excluded }
    }

    /// Adds the data to a plan of packages; `sources` are the files of the sdist, if it lists them.
    pub(super) fn apply(
        &self,
        mut plan: BackendPlan,
        sources: &BTreeSet<String>,
        tree: &ProjectTree,
    ) -> BackendPlan {
        let package = |pick: &Pick| match pick {
            Pick::Package(folder) => Some(folder.clone()),
            _ => None,
        };
        let packages: BTreeSet<String> = plan.picks.iter().filter_map(package).collect();
        let root = plan.root.clone();
        let mut files = BTreeSet::new();
        for folder in &packages {
            let at = join(&root, folder);
            let mut patterns = of_package(&self.patterns, folder);
            patterns.extend(TYPES);
            for pattern in patterns {
                let Some(matcher) = matcher(&at, pattern, Stars::OnePart) else { continue };
                files.extend(tree.below(&at).filter(|file| matcher.is_match(file)).cloned());
            }
            if self.included == Some(true) {
                files.extend(tree.below(&at).filter(|file| sources.contains(*file)).cloned());
            }
        }
        for folder in &packages {
            let at = join(&root, folder);
            for pattern in of_package(&self.excluded, folder) {
                let Some(matcher) = matcher(&at, pattern, Stars::Any) else { continue };
                files.retain(|file| !matcher.is_match(file));
                plan.no_data.extend(tree.below(&at).filter(|file| matcher.is_match(file)).cloned());
            }
        }
        plan.picks_data = self.included != Some(false);
        plan.picks.extend(files.iter().filter_map(|file| Some(Pick::File(below(&root, file)?.to_owned()))));
        plan
    }
}

/// Returns the patterns for the package in `folder`.
fn of_package<'a>(patterns: &'a Patterns, folder: &str) -> Vec<&'a str> {
    // The keys of setup.cfg are in lower case.
    let plain = |name: &str| name.to_lowercase().replace('-', "_");
    let dotted = plain(&folder.replace('/', "."));
    let own = patterns.iter().filter(|(key, _)| ["", "*"].contains(&key.as_str()) || plain(key) == dotted);
    own.flat_map(|(_, patterns)| patterns).map(String::as_str).collect()
}

/// Extent of a `*`: `package-data` is for `glob`, `exclude-package-data` for `fnmatch`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stars {
    OnePart,
    Any,
}

fn matcher(folder: &str, pattern: &str, stars: Stars) -> Option<globset::GlobMatcher> {
    let pattern = pattern.trim_start_matches("./");
    let glob = format!("{}/{pattern}", globset::escape(folder));
    Some(GlobBuilder::new(&glob).literal_separator(stars == Stars::OnePart).build().ok()?.compile_matcher())
}
