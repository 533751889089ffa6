//! Python files next to the listed ones that a config does not list.

use super::init::{Lists, changes};
use super::load::Loaded;
use super::selection::ConfigSelection;
use crate::project::{is_python, names_in};
use std::collections::BTreeSet;
use std::path::Path;

impl Loaded {
    /// Returns the Python files next to listed ones that a build backend would ship and the config
    /// does not list, by path relative to the root. Directories that cannot be listed are skipped.
    pub fn unlisted(&self, selection: &ConfigSelection) -> Vec<String> {
        let candidates = self.next_to(selection);
        if candidates.is_empty() {
            return candidates;
        }
        // Only the whole project shows which candidates are tests or build scripts, which need not
        // be listed.
        let folder = if self.folder.as_os_str().is_empty() { Path::new(".") } else { &self.folder };
        let Ok(added) = Lists::of(folder).map(|lists| changes(self, &lists)) else { return Vec::new() };
        match added {
            Ok(changes) => changes.added.into_iter().filter(|name| is_python(Path::new(name))).collect(),
            // The user selected another root than the project's layout, so its files are not known.
            Err(_) => candidates,
        }
    }

    /// Returns the unlisted Python files in directories of listed ones, and in packages there.
    fn next_to(&self, selection: &ConfigSelection) -> Vec<String> {
        let listed: BTreeSet<&str> = selection.sources.iter().map(|file| file.name.as_str()).collect();
        let folder_of = |name: &str| name.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let mut folders: BTreeSet<String> = listed.iter().map(|name| folder_of(name)).collect();
        // Parents of these directories contain listed files, too.
        for folder in folders.clone() {
            folders.extend(folder.match_indices('/').map(|(at, _)| folder[..at].to_owned()));
        }
        // Files at the top of a project are not necessarily part of it.
        if self.root == self.folder || self.root == Path::new(".") {
            folders.remove("");
        } else {
            folders.insert(String::new());
        }
        let mut found = Vec::new();
        for folder in &folders {
            for name in names_in(&self.root.join(folder)).unwrap_or_default() {
                let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
                let name = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
                let init = format!("{name}/__init__.py");
                let name = if is_python(Path::new(&name)) {
                    name
                } else if !folders.contains(&name) && self.root.join(&init).is_file() {
                    init
                } else {
                    continue;
                };
                if !listed.contains(name.as_str()) && !self.is_excluded(&name) {
                    found.push(name);
                }
            }
        }
        found.sort_unstable();
        found
    }
}
