//! Data of setuptools packages: `include-package-data`, `package-data` and `exclude-package-data`.

use super::plan::{BackendPlan, Pick, below};
use super::pyproject::{PyProject, texts};
use super::setup_cfg::SetupCfg;
use super::tree::{ProjectTree, join};
use crate::project::{LARGEST, read_regular};
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
    pub(super) fn read(folder: &Path, project: &PyProject, cfg: &SetupCfg) -> Self {
        let table = |key: &str| {
            let table = project.table(&["tool", "setuptools", key]).into_iter().flatten();
            let mut patterns: Patterns =
                table.filter_map(|(package, value)| Some((package.clone(), texts(value)?))).collect();
            patterns.extend(cfg.lists(&format!("options.{}", key.replace('-', "_"))));
            patterns
        };
        let setup = read_regular(&folder.join("setup.py"), LARGEST).unwrap_or_default();
        let setup = String::from_utf8_lossy(&setup).into_owned();
        let may_say = setup.contains("package_data") || setup.contains("**");
        let is_in_pyproject =
            project.table(&["project"]).is_some() || project.table(&["tool", "setuptools"]).is_some();
        let of_pyproject =
            project.get(&["tool", "setuptools", "include-package-data"]).and_then(toml::Value::as_bool);
        let of_cfg = cfg.get("options", "include_package_data");
        let included = match (of_pyproject, of_cfg) {
            (Some(included), _) => Some(included),
            (None, Some(text)) => Some(["true", "1", "yes", "on"].contains(&text.to_lowercase().as_str())),
            _ if may_say => None,
            _ if is_in_pyproject => Some(true),
            _ => cfg.get("options", "packages").map(|_| false),
        };
        // Outside of an sdist, MANIFEST.in or what knows of version control says which files there
        // are.
        let requires = project.texts(&["build-system", "requires"]).unwrap_or_default();
        let plugin = |requirement: &String| {
            let name = requirement.to_lowercase().replace('_', "-");
            name.starts_with("setuptools-scm") || name.starts_with("setuptools-git")
        };
        let has = |name: &str| folder.join(name).is_file();
        let is_listed = has("PKG-INFO") || has("MANIFEST.in") || requires.iter().any(plugin);
        let included = included.map(|included| included && is_listed);
        let included = included.filter(|included| *included || !may_say);
        Self { included, patterns: table("package-data"), excluded: table("exclude-package-data") }
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
                let Some(matcher) = matcher(&at, pattern) else { continue };
                files.extend(tree.below(&at).filter(|file| matcher.is_match(file)).cloned());
            }
            if self.included == Some(true) {
                files.extend(tree.below(&at).filter(|file| sources.contains(*file)).cloned());
            }
        }
        for folder in &packages {
            let at = join(&root, folder);
            for pattern in of_package(&self.excluded, folder) {
                let Some(matcher) = matcher(&at, pattern) else { continue };
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

fn matcher(folder: &str, pattern: &str) -> Option<globset::GlobMatcher> {
    let pattern = pattern.trim_start_matches("./");
    let glob = format!("{}/{pattern}", globset::escape(folder));
    Some(GlobBuilder::new(&glob).literal_separator(true).build().ok()?.compile_matcher())
}
