//! Python files next to the listed ones that a config does not list.

use super::init::{Lists, changes};
use super::load::Loaded;
use super::selection::Selection;
use crate::project::{is_python, names_in};
use std::collections::BTreeSet;
use std::path::Path;

impl Loaded {
    /// Returns the Python files next to the listed ones that a build backend would ship and the
    /// config does not list, by name relative to the root. Directories that cannot be listed are
    /// left out.
    pub fn unlisted(&self, selection: &Selection) -> Vec<String> {
        let candidates = self.next_to(selection);
        if candidates.is_empty() {
            return candidates;
        }
        // Only now is the whole project worth a look: tests and build scripts are not missing from
        // a list.
        let folder = if self.folder.as_os_str().is_empty() { Path::new(".") } else { &self.folder };
        let Ok(added) = Lists::of(folder).map(|lists| changes(self, &lists)) else { return Vec::new() };
        match added {
            Ok(changes) => changes.added.into_iter().filter(|name| is_python(Path::new(name))).collect(),
            // Another root than the layout's, which is a choice: nothing says what belongs to it.
            Err(_) => candidates,
        }
    }

    /// The Python files in the directories of listed ones, and packages there, that are not listed.
    fn next_to(&self, selection: &Selection) -> Vec<String> {
        let listed: BTreeSet<&str> = selection.sources.iter().map(|file| file.name.as_str()).collect();
        let folder_of = |name: &str| name.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let mut folders: BTreeSet<String> = listed.iter().map(|name| folder_of(name)).collect();
        // Every directory on the way is one that has something listed below it.
        for folder in folders.clone() {
            folders.extend(folder.match_indices('/').map(|(at, _)| folder[..at].to_owned()));
        }
        // What lies at the top of a project is not part of it for that reason.
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
