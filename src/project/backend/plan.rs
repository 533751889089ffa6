//! The selection of a backend, applied to the files.

use super::Shipped;
use super::tree::{HIDDEN, ProjectTree, join};
use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use std::collections::{BTreeMap, BTreeSet};

/// Content of a wheel, by path relative to the root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pick {
    /// The Python files directly in a directory (setuptools lists each package); other files below
    /// it are data.
    Package(String),
    /// All files below a directory.
    Folder(String),
    /// One file.
    File(String),
}

impl Pick {
    fn path(&self) -> &str {
        let (Self::Package(path) | Self::Folder(path) | Self::File(path)) = self;
        path
    }

    /// Returns the top-level name of the path.
    pub(super) fn top(&self) -> &str {
        let path = self.path();
        path.split('/').next().unwrap_or(path)
    }
}

/// A selection of files to ship, before it is applied.
#[derive(Clone, Debug, Default)]
pub(super) struct BackendPlan {
    /// Directory that names in the wheel are relative to.
    pub(super) root: String,
    pub(super) picks: BTreeSet<Pick>,
    /// Patterns for paths to leave out, relative to the project.
    pub(super) exclude: GlobSet,
    /// Setting of these patterns.
    pub(super) excluded_by: &'static str,
    /// Paths of picked files that `exclude` does not leave out.
    pub(super) always: BTreeSet<String>,
    /// Files and directories that the wheel has under other names, with the reason.
    pub(super) elsewhere: Vec<(String, String)>,
    /// Setting or default that decided.
    pub(super) basis: String,
    /// True if other files below a package are data.
    pub(super) picks_data: bool,
    /// Paths of data files to leave out.
    pub(super) no_data: BTreeSet<String>,
    /// Reason why the wheel has other files than those below the root, or has them under other
    /// names.
    pub(super) beyond: Option<String>,
}

impl BackendPlan {
    pub(super) fn new(root: &str, basis: impl Into<String>) -> Self {
        Self { root: root.into(), basis: basis.into(), picks_data: true, ..Self::default() }
    }

    pub(super) fn with(mut self, picks: impl IntoIterator<Item = Pick>) -> Self {
        self.picks.extend(picks);
        self
    }

    /// Notes that there are packages below other directories than the root.
    pub(super) fn and_below<'a>(mut self, folders: impl IntoIterator<Item = &'a str>) -> Self {
        let own = self.root.clone();
        let others: BTreeSet<&str> = folders.into_iter().filter(|folder| *folder != own).collect();
        if !others.is_empty() {
            let others: Vec<&str> = others.into_iter().collect();
            let others = others.join(", ");
            self.beyond =
                Some(format!("it has packages below {own} and {others}, and a config has one root"));
        }
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.picks.is_empty()
    }

    pub(super) fn select(&self, tree: &ProjectTree) -> Shipped {
        let mut shipped = Shipped {
            root: self.root.clone(),
            basis: self.basis.clone(),
            nameless: tree.nameless.clone(),
            ..Shipped::default()
        };
        let mut unlisted: BTreeMap<String, usize> = BTreeMap::new();
        // The paths of the picks, and the directories above them.
        let mut above = BTreeSet::new();
        for path in self.picks.iter().map(|pick| join(&self.root, pick.path())) {
            above.extend(path.match_indices('/').map(|(at, _)| path[..at].to_owned()));
            above.insert(path);
        }
        for file in &tree.files {
            let is_python = has_python_suffix(file);
            let name = below(&self.root, file);
            let pick = name.and_then(|name| self.pick(name, is_python));
            match (name, pick) {
                _ if self.ships_elsewhere(file) => {}
                (Some(name), Some(()))
                    if !self.excludes(file) && (is_python || !self.no_data.contains(file)) =>
                {
                    let list = if is_python { &mut shipped.sources } else { &mut shipped.data };
                    list.push(name.to_owned());
                }
                (_, Some(())) if is_python => {
                    shipped.left_out.push((file.clone(), format!("excluded by {}", self.excluded_by)));
                }
                (_, None) if is_python => *unlisted.entry(self.shown(file, &above)).or_default() += 1,
                _ => {}
            }
        }
        shipped.left_out.extend(unlisted.into_iter().map(|(path, count)| {
            let why = reason(&path, self);
            (if count > 1 { format!("{path} ({count} Python files)") } else { path }, why)
        }));
        shipped.left_out.extend(self.elsewhere.iter().filter_map(|(path, why)| {
            let shown = if tree.has_file(path) { path.clone() } else { format!("{path}/") };
            (tree.has_file(path) || tree.has_folder(path)).then(|| (shown, why.clone()))
        }));
        shipped.left_out.extend(self.no_data(tree));
        shipped.left_out.extend(self.excluded(tree));
        let is_inside = |path: &str| {
            let name = below(&self.root, path);
            let folders = self.picks.iter().filter(|pick| !matches!(pick, Pick::File(_)));
            name.is_some_and(|name| folders.into_iter().any(|pick| below(pick.path(), name).is_some()))
        };
        let skipped = tree.skipped.iter().filter(|(path, why)| match **why {
            "a cache" => false,
            // Hidden files are reported only if a backend would ship them.
            HIDDEN => is_inside(path),
            _ => !path.ends_with(".egg-info"),
        });
        shipped.left_out.extend(skipped.map(|(path, why)| (path.clone(), (*why).to_owned())));
        shipped.left_out.sort();
        shipped
    }

    fn excludes(&self, file: &str) -> bool {
        self.exclude.is_match(file) && !self.always.contains(file)
    }

    fn ships_elsewhere(&self, file: &str) -> bool {
        self.elsewhere.iter().any(|(path, _)| file == path || below(path, file).is_some())
    }

    /// Returns the files that would be shipped if git did not ignore them and no pattern excluded
    /// them: Python files one by one, and the number of others by directory.
    fn excluded(&self, tree: &ProjectTree) -> Vec<(String, String)> {
        let (mut reasons, mut folders) = (Vec::new(), BTreeMap::<(&str, &str), usize>::new());
        for (file, why) in &tree.excluded {
            let is_python = has_python_suffix(file);
            let name = below(&self.root, file);
            let is_pyc = [".pyc", ".pyo"].iter().any(|suffix| file.ends_with(suffix));
            if is_pyc || name.and_then(|name| self.pick(name, is_python)).is_none() {
                continue;
            }
            if is_python {
                reasons.push((file.clone(), why.clone()));
            } else {
                *folders
                    .entry((file.rsplit_once('/').map_or(".", |(folder, _)| folder), why))
                    .or_default() += 1;
            }
        }
        let data = folders.into_iter();
        reasons.extend(
            data.map(|((folder, why), count)| (format!("{folder}/ ({})", files(count)), why.to_owned())),
        );
        reasons
    }

    /// Returns directories below packages with files that are not data of the packages.
    fn no_data(&self, tree: &ProjectTree) -> Vec<(String, String)> {
        if self.picks_data {
            return Vec::new();
        }
        let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
        for file in tree.files.iter().filter(|file| !has_python_suffix(file)) {
            let Some(name) = below(&self.root, file).filter(|name| self.pick(name, false).is_none()) else {
                continue;
            };
            let mut above = name.match_indices('/').map(|(at, _)| &name[..at]).chain(["."]);
            if above.any(|folder| self.picks.contains(&Pick::Package(folder.to_owned()))) {
                *folders.entry(file.rsplit_once('/').map_or(".", |(folder, _)| folder)).or_default() += 1;
            }
        }
        let folders = folders.into_iter();
        let reasons =
            folders.map(|(folder, count)| (format!("{folder}/ ({})", files(count)), NO_DATA.into()));
        reasons.collect()
    }

    /// Returns `Some` if the wheel contains the file, by name relative to the root.
    fn pick(&self, name: &str, is_python: bool) -> Option<()> {
        let parent = name.rsplit_once('/').map_or(".", |(parent, _)| parent);
        let has = |pick: Pick| self.picks.contains(&pick);
        // The directories above the name, each looked up by itself: there may be many picks.
        let above = || name.match_indices('/').map(|(at, _)| &name[..at]).chain([".", ""]);
        let is_picked = has(Pick::File(name.to_owned()))
            || above().any(|folder| has(Pick::Folder(folder.to_owned())))
            || (is_python && has(Pick::Package(parent.to_owned())))
            || (!is_python && self.picks_data && above().any(|folder| has(Pick::Package(folder.to_owned()))));
        is_picked.then_some(())
    }

    /// Returns the part of a path to show in a summary: up to the first component from which
    /// nothing is shipped.
    fn shown(&self, file: &str, above: &BTreeSet<String>) -> String {
        let mut shown = String::new();
        for part in file.split('/') {
            shown = join(&shown, part);
            if !above.contains(&shown) {
                break;
            }
        }
        if shown == file { shown } else { format!("{shown}/") }
    }
}

fn files(count: usize) -> String {
    if count == 1 { "1 data file".to_owned() } else { format!("{count} data files") }
}

/// The reason for data that setuptools leaves out.
const NO_DATA: &str = "neither package-data nor MANIFEST.in names them";

/// Returns the path relative to `folder`, or `None` if it is not below it.
pub(super) fn below<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
    match folder {
        "." | "" => Some(path),
        folder => path.strip_prefix(folder)?.strip_prefix('/'),
    }
}

fn has_python_suffix(name: &str) -> bool {
    name.ends_with(".py")
}

/// Returns the reason that a file or directory with Python files is not part of a wheel.
fn reason(path: &str, plan: &BackendPlan) -> String {
    let name = path.trim_end_matches('/');
    let name = name.rsplit('/').next().unwrap_or(name);
    match name {
        "setup.py" => "build script".into(),
        "conftest.py" | "test" | "tests" | "testing" | "Tests" => "tests".into(),
        "noxfile.py" | "toxfile.py" | "fabfile.py" | "tasks.py" | "dodo.py" | "pavement.py" => {
            "task runner".into()
        }
        "doc" | "docs" | "Doc" => "documentation".into(),
        "example" | "examples" => "examples".into(),
        "benchmark" | "benchmarks" => "benchmarks".into(),
        _ => format!("not selected by {}", plan.basis),
    }
}

/// Compiles path patterns; an invalid pattern matches its own text.
pub(super) fn globs<'a>(patterns: impl IntoIterator<Item = &'a str>) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let pattern = pattern.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
        for pattern in [pattern.to_owned(), format!("{pattern}/**")] {
            let glob = GlobBuilder::new(&pattern).literal_separator(true).build();
            set.add(glob.unwrap_or_else(|_| literal(&pattern)));
        }
    }
    set.build().unwrap_or_default()
}

fn literal(text: &str) -> Glob {
    Glob::new(&globset::escape(text)).unwrap_or_else(|_| unreachable!("an escaped pattern is a pattern"))
}
