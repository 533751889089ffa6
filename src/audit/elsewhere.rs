//! Notes on code outside of the verified places that Python imports together with them, and on
//! modules that scripts import before all others.
//!
//! CPython: `venv` of `Lib/site.py`; `sys.path[0]` of `Modules/main.c`.

use super::installed::Installed;
use super::unrecorded::is_module;
use crate::build::env::{VirtualEnvironment, has_system_packages};
use crate::input::{Place, PlaceError, Survey};
use crate::project::real_path;
use crate::text::{Shown as _, counted_with_first};
use std::collections::BTreeSet;

/// Directories of scripts below the prefix of a virtual environment.
const SCRIPTS: [&str; 2] = ["bin/", "Scripts/"];

/// Returns the notes on a place whose names follow `prefix`.
pub(super) fn notes(place: &Place, prefix: &str, installed: &Installed, survey: &Survey) -> Vec<String> {
    let mut notes = Vec::new();
    let prefixed = |name: &String| format!("{prefix}{name}");
    let (one, several, end) = match place {
        Place::Archive(_) => ("symlink leads", "symlinks lead", " out of the archive to what may be modules"),
        _ => (
            "symlink or path file leads",
            "symlinks and path files lead",
            " to sources or extension modules outside",
        ),
    };
    let end = format!("{end}, which are not checked");
    let modules: Vec<String> = survey.modules.iter().map(prefixed).collect();
    notes.extend(counted_with_first(&modules, one, several, &end));
    let end = " among scripts, which import such modules before all others";
    let scripts: Vec<String> = script_modules(place, installed).iter().map(prefixed).collect();
    notes.extend(counted_with_first(&scripts, "module is", "modules are", end));
    let Place::Tree(root, listing) = place else { return notes };
    for name in listing.names.keys().filter(|name| name.rsplit('/').next() == Some("pyvenv.cfg")) {
        match place.read_followed(name) {
            Err(PlaceError::Missing(_)) => {}
            Ok(text) if !has_system_packages(&text) => {}
            Ok(_) | Err(_) => notes.push(system(name)),
        }
    }
    if let Some(around) = VirtualEnvironment::around(root).filter(|around| around.prefix != *root) {
        let config = around.prefix.join("pyvenv.cfg");
        if around.has_system_packages() {
            notes.push(system(&config.shown()));
        }
    }
    let real = real_path(root).unwrap_or_else(|_| root.clone());
    if let (Some("__pycache__"), Some(above)) =
        (real.file_name().and_then(|name| name.to_str()), real.parent())
    {
        notes.push(format!(
            "the sources that Python reads for {} are in {}, which is not checked",
            root.shown(),
            above.shown()
        ));
    }
    notes
}

fn system(config: &str) -> String {
    format!(
        "Python also imports from the site-packages of the system, which are not checked: {config} says so"
    )
}

/// Returns the modules in directories of scripts: those of virtual environments that no RECORD
/// lists, and those that a wheel installs there.
fn script_modules(place: &Place, installed: &Installed) -> Vec<String> {
    let names = place.names();
    let is_code = |file: &str| {
        let package = file.split_once('/').filter(|(_, rest)| rest.starts_with("__init__."));
        (is_module(file) || file.ends_with(".pyc"))
            && (package.is_some() || !file.contains('/'))
            && file != "activate_this.py"
    };
    if super::view::is_wheel(place) {
        let below = |name: &str| name.split_once(".data/scripts/").is_some_and(|(_, file)| is_code(file));
        return names.into_iter().filter(|name| below(name)).collect();
    }
    if !matches!(place, Place::Tree(..)) {
        return Vec::new();
    }
    let recorded: BTreeSet<&str> =
        installed.in_tree().iter().flat_map(|one| one.files.iter().flatten()).map(String::as_str).collect();
    let prefixes = names.iter().filter_map(|name| name.strip_suffix("pyvenv.cfg"));
    let prefixes: Vec<&str> = prefixes.filter(|prefix| prefix.is_empty() || prefix.ends_with('/')).collect();
    let folders = prefixes.iter().flat_map(|prefix| SCRIPTS.map(|bin| format!("{prefix}{bin}")));
    let folders: BTreeSet<String> = folders.filter_map(|folder| installed.links.folder(&folder)).collect();
    let mut found = BTreeSet::new();
    for folder in &folders {
        let first = names.partition_point(|name| name < folder);
        let below = names[first..].iter().take_while(|name| name.starts_with(folder));
        let is_stray = |name: &&String| is_code(&name[folder.len()..]) && !recorded.contains(name.as_str());
        found.extend(below.filter(is_stray).cloned());
    }
    found.into_iter().collect()
}
