//! Places in which bytecode would be overlooked: targets of symlinks and `.pth` files, and
//! directories that cannot be listed.

use super::carrier::{Carrier, Embedded, embedded};
use super::place::{Place, PlaceError};
use super::pth;
use crate::archive::{Archive, Format, What};
use crate::project::{Found, LARGEST, leads_to_code, name_below, read_regular};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;

impl Place {
    /// Returns the places that importers reach from this place and that are not examined:
    /// directories that cannot be listed, symlinks and `.pth` files that lead out of the tree to
    /// bytecode, and each `__pycache__` that is a symlink, since its pycs do not belong to the
    /// sources next to the target.
    pub fn unseen(&self) -> Vec<(String, PlaceError)> {
        let (root, listing) = match self {
            Self::Tree(root, listing) => (root, listing),
            Self::Archive(archive) => return leaving(archive),
            Self::File(_) => return Vec::new(),
        };
        let inside = root.canonicalize().unwrap_or_else(|_| root.clone());
        let hides = |path: &Path| {
            let is_cache =
                path.ends_with("__pycache__") && !path.metadata().is_ok_and(|found| found.is_file());
            (is_cache && path.exists()) || leads_to_code(path, &inside, &is_code)
        };
        let links = listing
            .names
            .iter()
            .filter(|(_, found)| **found == Found::Symlink)
            .map(|(name, _)| root.join(name))
            .chain(listing.nameless_links.iter().cloned());
        // A symlink with the name of a pyc is reported when pycs are read.
        let is_pyc = |path: &Path| path.extension().is_some_and(|end| end == "pyc") && path.is_file();
        let hiding = links.filter(|path| !is_pyc(path) && hides(path));
        let mut unseen: Vec<_> =
            hiding.map(|path| (name_below(root, &path), PlaceError::SymlinkFolder(path))).collect();
        for name in listing.names.keys().filter(|name| is_pth(name)) {
            // A file that cannot be read is reported when all files are read.
            let Ok(path) = self.path(name) else { continue };
            let Ok(bytes) = read_regular(&path, LARGEST) else { continue };
            let folder = path.parent().unwrap_or(root);
            for line in pth::paths(&bytes) {
                if leads_to_code(&folder.join(&line), &inside, &is_code) {
                    unseen.push((name.clone(), PlaceError::Leads(line)));
                }
            }
        }
        let unlisted =
            listing.unlisted.iter().map(|error| (name_below(root, &error.path), error.clone().into()));
        unseen.extend(unlisted);
        unseen
    }
}

fn is_pth(name: &str) -> bool {
    name.ends_with(".pth") || name.ends_with("._pth")
}

/// Returns the symlinks and `.pth` files that lead out of a package to bytecode. The names alone
/// decide for symlinks, because the file system that the package installs into is not available.
fn leaving_package(archive: &Archive) -> Vec<(String, PlaceError)> {
    let names: BTreeSet<&str> = archive.entries.iter().map(|entry| entry.name.as_str()).collect();
    let is_inside = |place: &str| {
        let below = format!("{place}/");
        place.is_empty()
            || archive.special(place).is_some()
            || names.range(place..).next().is_some_and(|name| *name == place || name.starts_with(&below))
            || names.range(below.as_str()..).next().is_some_and(|name| name.starts_with(&below))
    };
    let mut unseen = Vec::new();
    for special in &archive.specials {
        let What::Symlink(target) = &special.what else { continue };
        // A symlink with the name of a pyc is reported when pycs are read.
        let file = special.name.rsplit('/').next().unwrap_or(&special.name);
        let leads = file == "__pycache__"
            || (!file.ends_with(".pyc")
                && is_code_by_name(target)
                && !is_inside(&beside(&special.name, target)));
        if leads {
            unseen.push((special.name.clone(), PlaceError::SymlinkFolder(special.name.clone().into())));
        }
    }
    for entry in archive.files().filter(|entry| is_pth(&entry.name)) {
        for line in pth::paths(&entry.bytes.read()) {
            if !is_inside(&beside(&entry.name, &line)) {
                unseen.push((entry.name.clone(), PlaceError::Leads(line)));
            }
        }
    }
    unseen
}

/// Returns whether bytecode is imported from a path, by its name: a pyc, an archive, or a directory
/// of modules.
fn is_code_by_name(path: &str) -> bool {
    let is_python = |part: &str| {
        let version = part.strip_prefix("python").or_else(|| part.strip_prefix("pypy"));
        version.is_some_and(|version| version.starts_with(|digit: char| digit.is_ascii_digit()))
    };
    let endings = [".pyc", ".whl", ".pyz", ".egg", ".zip"];
    let file = path.rsplit('/').next().unwrap_or(path);
    let is_module = file.contains('.') || path.ends_with('/');
    endings.iter().any(|end| path.ends_with(end))
        || path.split('/').any(|part| matches!(part, "__pycache__" | "site-packages" | "dist-packages"))
            && (!is_module || path.contains("__pycache__"))
        || (is_python(file) && path.contains("lib"))
}

/// Returns the target of a symlink or of a line of a `.pth` file as a path below the root of a
/// package.
fn beside(name: &str, target: &str) -> String {
    let mut parts: Vec<&str> = match target.starts_with('/') {
        true => Vec::new(),
        false => name.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect(),
    };
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "" | "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Returns the `.pth` files of a wheel with paths outside the wheel, or the symlinks and `.pth`
/// files that lead out of a package.
fn leaving(archive: &Archive) -> Vec<(String, PlaceError)> {
    if archive.format != Format::Zip {
        return leaving_package(archive);
    }
    if archive.path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("whl")) {
        return Vec::new();
    }
    let mut unseen = Vec::new();
    for entry in archive.files().filter(|entry| is_pth(&entry.name)) {
        let leaves = |line: &String| {
            line.starts_with(['/', '\\'])
                || line.contains(':')
                || line.split(['/', '\\']).any(|part| part == "..")
        };
        for line in pth::paths(&entry.bytes.read()).into_iter().filter(leaves) {
            unseen.push((entry.name.clone(), PlaceError::Leads(line)));
        }
    }
    unseen
}

/// Returns whether Python runs a file, imports from it, or follows its paths.
fn is_code(path: &Path) -> io::Result<bool> {
    if path.to_str().is_some_and(is_pth) {
        return Ok(!pth::paths(&read_regular(path, LARGEST)?).is_empty());
    }
    let carrier = Carrier::of_file(path)?;
    if carrier.magic.is_some() || !carrier.is_archive() {
        return Ok(carrier.magic.is_some());
    }
    Ok(match embedded(path, read_regular(path, LARGEST)?) {
        Embedded::Nothing => false,
        Embedded::Refused(_) => true,
        Embedded::Archive(archive) => archive.files().any(|entry| {
            let carrier = Carrier::of_entry(&entry.bytes);
            entry.name.ends_with(".pyc") || carrier.magic.is_some() || carrier.is_archive()
        }),
    })
}
