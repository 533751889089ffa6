//! Files of distributions that have no RECORD, as setuptools, distutils and system packages install
//! them.

use super::extensions::extension;
use super::installed::InstalledDistribution;
use super::known_startup::{KnownLine, lines};
use super::unrecorded::is_custom;
use crate::input::{FolderLinks, Place};
use crate::project::FoundFiles;
use std::collections::BTreeSet;

/// File with the paths of all eggs and egg-links.
const EASY_INSTALL: &str = "easy-install.pth";

/// Files below one directory of packages that belong to distributions without a RECORD.
#[derive(Default)]
pub(super) struct WithoutRecord {
    /// Names of the metadata of these distributions.
    pub(super) metadata: BTreeSet<String>,
    /// True if a distribution has no list of its files, so that it may own any file.
    pub(super) any: bool,
    /// Paths of the RECORDs that are missing in a virtual environment.
    pub(super) gone: Vec<String>,
    /// Files that `installed-files.txt` lists below the directory.
    pub(super) files: BTreeSet<String>,
    /// Modules at the top of the directory that `top_level.txt` names.
    modules: BTreeSet<String>,
    /// Eggs and egg-links.
    eggs: BTreeSet<String>,
    /// Lines of `easy-install.pth` that lead to eggs and to what egg-links name.
    leading: BTreeSet<String>,
    /// `.pth` files of namespace packages.
    namespaces: BTreeSet<String>,
}

/// Returns the names of the files and directories in a directory of a tree, each
/// once; `base` is a [`crate::project::FolderPrefix`].
pub(super) fn names_at<'a>(listing: &'a FoundFiles, base: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut from = base.to_owned();
    while let Some((name, _)) = listing.names.range(from.clone()..).next() {
        let Some(below) = name.strip_prefix(base) else { break };
        let top = below.split('/').next().unwrap_or(below);
        found.push(top);
        // The search continues after all names in the directory.
        from = if top == below { format!("{name}\0") } else { format!("{base}{top}0") };
    }
    found
}

impl WithoutRecord {
    /// Reads the metadata in `base`, as [`names_at`] does. In a virtual environment, a `dist-info`
    /// without a RECORD owns no files, and an egg only those that it lists.
    pub(super) fn read(
        place: &Place,
        links: &FolderLinks,
        base: &str,
        is_virtual: bool,
        distributions: &[&InstalledDistribution],
    ) -> Self {
        let mut found = Self::default();
        let Place::Tree(_, listing) = place else { return found };
        for distribution in distributions.iter().filter(|one| one.files.is_none()) {
            if is_virtual {
                // A RECORD that cannot be read is another finding.
                found.gone.extend(
                    distribution.record.is_none().then(|| format!("{}RECORD", distribution.dist_info)),
                );
                continue;
            }
            found.metadata.insert(distribution.dist_info.trim_end_matches('/').to_owned());
            found.any = true;
        }
        let has = |name: &str| listing.names.contains_key(name);
        let text = |name: &str| place.read(name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        for top in names_at(listing, base) {
            let path = format!("{base}{top}");
            let is_egg = || {
                has(&format!("{path}/EGG-INFO/PKG-INFO"))
                    || (has(&path) && place.carrier(&path).is_ok_and(|carrier| carrier.zip))
            };
            let is_metadata = || {
                let file = if has(&path) { path.clone() } else { format!("{path}/PKG-INFO") };
                text(&file).is_ok_and(|text| text.lines().any(|line| line.starts_with("Metadata-Version:")))
            };
            if top.ends_with(".egg-link") && has(&path) {
                let link = text(&path).unwrap_or_default();
                found.leading.extend(link.lines().next().map(|line| line.trim_end().to_owned()));
            } else if top.ends_with(".egg") && !is_virtual && is_egg() {
                found.eggs.insert(top.to_owned());
                found.leading.insert(format!("./{top}"));
            } else if let Some(stem) = top.strip_suffix(".egg-info").filter(|_| is_metadata()) {
                found.namespaces.insert(format!("{stem}-nspkg.pth"));
                if let Ok(list) = text(&format!("{path}/installed-files.txt")) {
                    let listed = list.lines().filter_map(|line| links.file(&path, line));
                    found.files.extend(listed.filter(|file| file.starts_with(base)));
                } else if is_virtual {
                    continue;
                } else if let Ok(list) = text(&format!("{path}/top_level.txt")) {
                    found.modules.extend(list.lines().map(|line| line.trim().to_owned()));
                } else {
                    found.any = true;
                }
            } else {
                continue;
            }
            found.metadata.insert(path);
        }
        found
    }

    /// Returns whether one of the distributions owns everything below a file or directory at the
    /// top.
    pub(super) fn owns_top(&self, top: &str) -> bool {
        if self.eggs.contains(top) {
            return true;
        }
        let source = [".py", ".pyw"].iter().find_map(|end| top.strip_suffix(end));
        let module = source.or_else(|| extension(top).map(|(module, _)| module)).unwrap_or(top);
        !is_custom(module) && self.modules.contains(module)
    }

    /// Returns whether one of the distributions may own a `.pth` file at the top, and what it runs
    /// is known.
    pub(super) fn owns_path_file(
        &self,
        name: &str,
        below: &str,
        read: impl FnOnce() -> Option<Vec<u8>>,
    ) -> bool {
        let is_of_eggs = below == EASY_INSTALL && !self.leading.is_empty();
        let is_listed = self.namespaces.contains(below) || self.files.contains(name);
        if !below.ends_with(".pth") || !(is_of_eggs || is_listed || self.any) {
            return false;
        }
        let Some(bytes) = read() else { return false };
        // Nothing says which paths a distribution without a list of its files adds.
        let may_lead = |path: &str| !is_of_eggs || self.any || self.leading.contains(path);
        let is_harmless = |line: &KnownLine<'_>| match line {
            KnownLine::Path(path) => may_lead(path),
            KnownLine::Code => true,
            KnownLine::Unknown => false,
        };
        match lines(&bytes) {
            Some(lines) => lines.iter().all(is_harmless),
            None => self.any && memchr::memmem::find(&bytes, b"import").is_none(),
        }
    }

    /// Returns a sentence on what is not checked; `None` if all distributions have a RECORD.
    pub(super) fn note(&self) -> Option<String> {
        let first = self.metadata.first()?;
        let (others, whose) = match self.metadata.len() - 1 {
            0 => (" has".to_owned(), "it"),
            more => (format!(" and {more} more have"), "them"),
        };
        let left_out = match self.any {
            true => "modules outside the packages that a RECORD lists are not checked".to_owned(),
            false => format!("modules that belong to {whose} are not checked"),
        };
        Some(format!("{first}{others} no RECORD: {left_out}"))
    }
}
