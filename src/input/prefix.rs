//! Files that change the prefix of an interpreter, and with it the path of imports.
//!
//! CPython: `Modules/getpath.py` reads `pyvenv.cfg` in the directory of the interpreter and in the
//! one above, and `._pth` files, `pybuilddir.txt` and `Modules/Setup.local` in the directory of the
//! interpreter.

use super::place::PlaceError;
use super::pth::PathForm;
use crate::archive::{Archive, Format};
use crate::project::library_version;
use crate::wheel::installed_place;
use std::collections::BTreeSet;

/// Directories with the interpreters of a system, and those above them.
const OF_SYSTEM: [&str; 9] =
    ["", "bin", "sbin", "usr", "usr/bin", "usr/sbin", "usr/local", "usr/local/bin", "usr/local/sbin"];

/// Directories that never contain an interpreter.
const NO_PREFIX: [&str; 5] = ["share", "site-packages", "dist-packages", "test", "tests"];

const CONFIG: &str = "pyvenv.cfg";

/// Files that make an interpreter take its directory for that of a build, whose library is `Lib`
/// (`BUILD_LANDMARK`, `BUILDDIR_TXT`). They can be empty.
const LANDMARKS: [&str; 2] = ["Modules/Setup.local", "pybuilddir.txt"];

/// Returns the files of a wheel that are installed next to an interpreter and move it.
pub(super) fn moved_by_wheel(archive: &Archive) -> Vec<(String, PlaceError)> {
    let moves = |name: &&str| {
        let Ok(place) = installed_place(name) else { return false };
        let Some(("prefix" | "scripts", file)) = place.split_once('/') else { return false };
        let file = file.to_ascii_lowercase();
        let form = PathForm::of(file.as_bytes()).filter(|form| *form != PathForm::Site);
        file.eq_ignore_ascii_case(LANDMARKS[0]) || (!file.contains('/') && (file == CONFIG || form.is_some()))
    };
    let names = archive.files().map(|entry| entry.name.as_str()).filter(moves);
    names.map(|name| (name.to_owned(), PlaceError::Moves)).collect()
}

/// Returns each `pyvenv.cfg` that moves an interpreter other than that of a virtual environment,
/// and the files next to an interpreter that make its directory that of a build. `names` are those
/// of all files and symlinks of a place; `format` is `None` for a directory.
pub(super) fn moved<'a>(
    names: impl Iterator<Item = &'a str>,
    format: Option<Format>,
) -> Vec<(String, PlaceError)> {
    let mut found = BTreeSet::new();
    let (mut configs, mut landmarks) = (BTreeSet::new(), BTreeSet::new());
    let mut prefixes = PrefixFolders::default();
    for name in names {
        prefixes.add(name);
        let folder =
            |file: &str| name.strip_suffix(file).filter(|rest| rest.is_empty() || rest.ends_with('/'));
        if let Some(folder) = folder(CONFIG) {
            configs.insert((folder.trim_end_matches('/'), name));
        }
        if let Some(folder) = LANDMARKS.iter().find_map(|landmark| folder(landmark)) {
            landmarks.insert((folder.trim_end_matches('/'), name));
        }
    }
    let moves = |folder: &str| {
        let is_own = || ["bin", "Scripts"].iter().any(|bin| prefixes.has_interpreter(&joined(folder, bin)));
        prefixes.libraries.contains(folder)
            || prefixes.has_interpreter(folder)
            || match format {
                None | Some(Format::Zip) => false,
                // The archive of a virtual environment.
                Some(Format::Tar) if folder.is_empty() => !is_own(),
                Some(Format::Tar | Format::Image) => OF_SYSTEM.contains(&folder),
                Some(Format::Deb | Format::Rpm) => {
                    let has_none = || folder.split('/').any(|part| NO_PREFIX.contains(&part));
                    OF_SYSTEM.contains(&folder) || !(is_own() || has_none())
                }
            }
    };
    let is_of_build = |folder: &str| {
        prefixes.has_interpreter(folder)
            || (!matches!(format, None | Some(Format::Zip)) && OF_SYSTEM.contains(&folder))
    };
    found.extend(configs.into_iter().filter(|(folder, _)| moves(folder)).map(|(_, name)| name));
    found.extend(landmarks.into_iter().filter(|(folder, _)| is_of_build(folder)).map(|(_, name)| name));
    found.into_iter().map(|name| (name.to_owned(), PlaceError::Moves)).collect()
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Directories of a place that a `pyvenv.cfg` could belong to.
#[derive(Default)]
struct PrefixFolders<'a> {
    /// Directories with an interpreter.
    interpreters: BTreeSet<&'a str>,
    /// Prefixes of standard libraries, which no virtual environment has.
    libraries: BTreeSet<&'a str>,
}

impl<'a> PrefixFolders<'a> {
    /// Adds a file or symlink.
    fn add(&mut self, name: &'a str) {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        if is_interpreter(file) {
            self.interpreters.insert(folder);
        }
        if file != "os.py" && file != "os.pyc" {
            return;
        }
        let above = folder.rsplit_once('/').filter(|(_, python)| library_version(python).is_some());
        for folder in [Some(folder), above.map(|(above, _)| above)].into_iter().flatten() {
            let (prefix, lib) = folder.rsplit_once('/').unwrap_or(("", folder));
            if ["lib", "lib64", "Lib"].contains(&lib) {
                self.libraries.insert(prefix);
            }
        }
    }

    fn has_interpreter(&self, folder: &str) -> bool {
        self.interpreters.contains(folder)
    }
}

/// Returns whether a file has the name of an interpreter.
fn is_interpreter(file: &str) -> bool {
    let stem = file.strip_suffix(".exe").unwrap_or(file);
    let version = stem.strip_prefix("python").or_else(|| stem.strip_prefix("pypy"));
    version.is_some_and(|version| version.chars().all(|char| char.is_ascii_digit() || ".tw".contains(char)))
}
