//! Files that Debian packages own, by the database of dpkg, which lists their files as a RECORD
//! lists those of other distributions.

use crate::manifest::hex;
use crate::project::{LARGEST, PACKAGES, names_in, read_regular};
use crate::text::{Shown as _, counted_with_first};
use md5::Digest as _;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Directory of the lists of files below the root of a system.
const INFO: &str = "var/lib/dpkg/info";

/// Databases of the systems that files are in, each read once.
#[derive(Default)]
pub(super) struct Dpkg {
    databases: BTreeMap<PathBuf, Packaged>,
    /// Files that only the database of another system than this one lists, by its directory.
    own: BTreeMap<PathBuf, Vec<PathBuf>>,
}

/// Files in directories of packages and libraries, by their paths below the root of the system. The
/// digest is `None` for a file of a package that records no digests.
type Packaged = BTreeMap<String, Option<String>>;

impl Dpkg {
    /// Returns whether a package of the system that a file is in installed the file with the
    /// content that `read_file` returns. No directory in the path is a symlink.
    pub(super) fn has(&mut self, path: &Path, read_file: impl Fn() -> Option<Vec<u8>>) -> bool {
        let found = path.ancestors().skip(1).find(|root| {
            let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) else { return false };
            let packaged = match self.databases.get(*root) {
                Some(packaged) => packaged,
                None => self.databases.entry(root.to_path_buf()).or_insert_with(|| read(root)),
            };
            packaged.get(name).is_some_and(|digest| match digest {
                Some(digest) => read_file().is_some_and(|bytes| *digest == hex(&md5::Md5::digest(bytes))),
                None => true,
            })
        });
        if let Some(root) = found.filter(|root| root.parent().is_some()) {
            self.own.entry(root.join(INFO)).or_default().push(path.into());
        }
        found.is_some()
    }

    /// Returns notes on files that only the database of their own system lists.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        self.own.iter().filter_map(|(database, files)| {
            let end = format!(" accepted by the tree's own dpkg database alone, {}", database.shown());
            let files: Vec<String> = files.iter().map(|file| file.shown()).collect();
            counted_with_first(&files, "file", "files", &end)
        })
    }
}

/// Splits a line of `md5sum` into the digest and the path; `None` for a line with a backslash
/// before the path.
pub(super) fn md5sum(line: &str) -> Option<(&str, &str)> {
    line.split_once("  ").filter(|_| !line.starts_with('\\'))
}

fn read(root: &Path) -> Packaged {
    let folder = root.join(INFO);
    // A library has a `sitecustomize` of the system.
    let is_installed =
        |path: &str| path.contains("lib/python") || PACKAGES.iter().any(|packages| path.contains(packages));
    let mut found = Packaged::new();
    for name in names_in(&folder).unwrap_or_default() {
        let path = folder.join(&name);
        let extension = path.extension().and_then(|extension| extension.to_str());
        let Some(kind @ ("list" | "md5sums")) = extension else { continue };
        let Ok(bytes) = read_regular(&path, LARGEST) else { continue };
        for line in String::from_utf8_lossy(&bytes).lines().filter(|line| is_installed(line)) {
            match md5sum(line).filter(|_| kind == "md5sums") {
                Some((digest, path)) => drop(found.insert(path.to_owned(), Some(digest.to_owned()))),
                None if kind == "md5sums" => {}
                None => drop(found.entry(line.trim_start_matches('/').to_owned()).or_default()),
            }
        }
    }
    found
}
