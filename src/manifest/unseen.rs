//! Places in which bytecode would pass unseen: behind symlinks and `.pth` files, and in directories
//! that cannot be listed.

use super::carrier::{Carrier, Embedded, embedded};
use super::place::{Place, PlaceError};
use super::pth;
use crate::archive::Archive;
use crate::project::{Found, LARGEST, leads_to_code, name_below, read_regular};
use std::io;
use std::path::Path;

impl Place {
    /// Returns the places that importers reach from here and that are not looked into: directories
    /// that cannot be listed, symlinks and `.pth` files that lead out of the tree to bytecode, and
    /// each `__pycache__` that is a symlink, whose pycs are not of the sources next to which they
    /// really lie.
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
        // A symlink that is called a pyc is reported where pycs are read.
        let is_pyc = |path: &Path| path.extension().is_some_and(|end| end == "pyc") && path.is_file();
        let hiding = links.filter(|path| !is_pyc(path) && hides(path));
        let mut unseen: Vec<_> =
            hiding.map(|path| (name_below(root, &path), PlaceError::SymlinkFolder(path))).collect();
        for name in listing.names.keys().filter(|name| is_pth(name)) {
            // A file that cannot be read is reported where all files are read.
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

/// The `.pth` files of a wheel that name what is not in it.
fn leaving(archive: &Archive) -> Vec<(String, PlaceError)> {
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

/// Returns whether Python runs a file, imports from it, or is led elsewhere by it.
fn is_code(path: &Path) -> io::Result<bool> {
    if path.to_str().is_some_and(is_pth) {
        return Ok(!pth::paths(&read_regular(path, LARGEST)?).is_empty());
    }
    let carrier = Carrier::of_file(path)?;
    if carrier.magic.is_some() || !carrier.zip {
        return Ok(carrier.magic.is_some());
    }
    Ok(match embedded(path, read_regular(path, LARGEST)?) {
        Embedded::Nothing => false,
        Embedded::Refused(_) => true,
        Embedded::Archive(archive) => archive.files().any(|entry| {
            let carrier = Carrier::of_bytes(&entry.bytes.read());
            entry.name.ends_with(".pyc") || carrier.magic.is_some() || carrier.zip
        }),
    })
}
