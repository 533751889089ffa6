//! Files that Debian packages own, by the database of dpkg, which says of installed distributions
//! what a RECORD says of others.

use crate::manifest::hex;
use crate::project::{LARGEST, PACKAGES, names_in, read_regular};
use md5::Digest as _;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Databases of the systems that files are in, each read once.
#[derive(Default)]
pub(super) struct Dpkg {
    databases: BTreeMap<PathBuf, Packaged>,
}

/// Files in directories of packages, by their paths below the root of the system. The digest is
/// `None` for a file of a package that records no digests.
type Packaged = BTreeMap<String, Option<String>>;

impl Dpkg {
    /// Returns whether a package of the system that a file is in installed the file with the
    /// content that `read_file` returns. No directory in the path is a symlink.
    pub(super) fn has(&mut self, path: &Path, read_file: impl Fn() -> Option<Vec<u8>>) -> bool {
        path.ancestors().skip(1).any(|root| {
            let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) else { return false };
            let packaged = match self.databases.get(root) {
                Some(packaged) => packaged,
                None => self.databases.entry(root.into()).or_insert_with(|| read(root)),
            };
            packaged.get(name).is_some_and(|digest| match digest {
                Some(digest) => read_file().is_some_and(|bytes| *digest == hex(&md5::Md5::digest(bytes))),
                None => true,
            })
        })
    }
}

fn read(root: &Path) -> Packaged {
    let folder = root.join("var/lib/dpkg/info");
    let is_installed = |path: &str| PACKAGES.iter().any(|packages| path.contains(packages));
    let mut found = Packaged::new();
    for name in names_in(&folder).unwrap_or_default() {
        let path = folder.join(&name);
        let extension = path.extension().and_then(|extension| extension.to_str());
        let Some(kind @ ("list" | "md5sums")) = extension else { continue };
        let Ok(bytes) = read_regular(&path, LARGEST) else { continue };
        for line in String::from_utf8_lossy(&bytes).lines().filter(|line| is_installed(line)) {
            match line.split_once("  ").filter(|_| kind == "md5sums") {
                Some((digest, path)) => drop(found.insert(path.to_owned(), Some(digest.to_owned()))),
                None => drop(found.entry(line.trim_start_matches('/').to_owned()).or_default()),
            }
        }
    }
    found
}
