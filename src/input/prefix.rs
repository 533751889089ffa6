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
use std::ops::Bound;

/// Directories with the interpreters of a system, and those above them.
const OF_SYSTEM: [&str; 9] =
    ["", "bin", "sbin", "usr", "usr/bin", "usr/sbin", "usr/local", "usr/local/bin", "usr/local/sbin"];

/// Directories that no interpreter is in.
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
    let names: BTreeSet<&str> = names.collect();
    let is_config = |name: &&&str| name.rsplit('/').next() == Some(CONFIG);
    let moves = |name: &&&str| {
        let folder = name.strip_suffix(CONFIG).unwrap_or(name).trim_end_matches('/');
        let is_own = has_interpreter(&names, &["bin", "Scripts"].map(|bin| joined(folder, bin)));
        has_library(&names, folder)
            || has_interpreter(&names, &[folder.to_owned()])
            || match format {
                None | Some(Format::Zip) => false,
                // The archive of a virtual environment.
                Some(Format::Tar) if folder.is_empty() => !is_own,
                Some(Format::Tar | Format::Image) => OF_SYSTEM.contains(&folder),
                Some(Format::Deb | Format::Rpm) => {
                    let has_none = folder.split('/').any(|part| NO_PREFIX.contains(&part));
                    OF_SYSTEM.contains(&folder) || !(is_own || has_none)
                }
            }
    };
    let is_landmark = |name: &&&str| {
        let folders = LANDMARKS.iter().filter_map(|landmark| name.strip_suffix(landmark));
        let mut folders = folders.filter(|rest| rest.is_empty() || rest.ends_with('/'));
        folders.next().map(|folder| folder.trim_end_matches('/')).is_some_and(|folder| {
            has_interpreter(&names, &[folder.to_owned()])
                || (!matches!(format, None | Some(Format::Zip)) && OF_SYSTEM.contains(&folder))
        })
    };
    let configs = names.iter().filter(is_config).filter(moves);
    let found = configs.chain(names.iter().filter(is_landmark));
    found.map(|name| ((*name).to_owned(), PlaceError::Moves)).collect()
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Returns the names of the files below a directory.
fn below<'a>(names: &BTreeSet<&'a str>, folder: &str) -> Vec<&'a str> {
    let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let from = names.range::<str, _>((Bound::Included(start.as_str()), Bound::Unbounded));
    from.map_while(|name| name.strip_prefix(start.as_str())).collect()
}

/// Returns whether one of the directories has an interpreter.
fn has_interpreter(names: &BTreeSet<&str>, folders: &[String]) -> bool {
    let is_interpreter = |name: &str| {
        let stem = name.strip_suffix(".exe").unwrap_or(name);
        let version = stem.strip_prefix("python").or_else(|| stem.strip_prefix("pypy"));
        version
            .is_some_and(|version| version.chars().all(|char| char.is_ascii_digit() || ".tw".contains(char)))
    };
    folders.iter().any(|folder| below(names, folder).into_iter().any(is_interpreter))
}

/// Returns whether a directory is the prefix of a standard library, which no virtual environment
/// has.
fn has_library(names: &BTreeSet<&str>, folder: &str) -> bool {
    ["lib", "lib64", "Lib"].iter().any(|lib| {
        below(names, &joined(folder, lib)).into_iter().any(|name| {
            let module = match name.split_once('/') {
                Some((python, module)) if library_version(python).is_some() => module,
                _ => name,
            };
            module == "os.py" || module == "os.pyc"
        })
    })
}
