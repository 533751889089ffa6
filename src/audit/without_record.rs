//! Files of distributions that have no RECORD, as setuptools, distutils and system packages install
//! them.

use super::import_paths::ImportPaths;
use super::installed::InstalledDistribution;
use crate::build::env::VirtualEnvironment;
use crate::input::{FolderLinks, Place};
use std::collections::BTreeSet;

/// Files below one directory of packages that belong to distributions without a RECORD.
#[derive(Default)]
pub(super) struct WithoutRecord {
    /// Names of the metadata of these distributions.
    pub(super) metadata: BTreeSet<String>,
    /// True if a distribution has no list of its files, so that it may own any file.
    pub(super) any: bool,
    /// Paths of the RECORDs that are missing in a virtual environment.
    pub(super) gone: Vec<String>,
    /// True in a virtual environment, in which all distributions have a RECORD.
    pub(super) is_virtual: bool,
    files: BTreeSet<String>,
    /// Modules and directories at the top.
    tops: BTreeSet<String>,
}

impl WithoutRecord {
    /// Reads the metadata in `base`, which is empty or ends in `/`. `names` are the files there. In
    /// a virtual environment, a `dist-info` without a RECORD owns no files.
    pub(super) fn read(
        place: &Place,
        base: &str,
        distributions: &[&InstalledDistribution],
        names: &[&str],
        (links, searched): (&FolderLinks, &ImportPaths),
    ) -> Self {
        let is_virtual = searched.is_virtual(base)
            || match place {
                Place::Tree(root, _) => VirtualEnvironment::around(&root.join(base)).is_some(),
                _ => false,
            };
        let mut found = Self { is_virtual, ..Self::default() };
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
        let has = |name: &str| names.binary_search(&name).is_ok();
        let text = |name: &str| place.read(name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let tops: BTreeSet<&str> =
            names.iter().filter_map(|name| name[base.len()..].split('/').next()).collect();
        for top in tops {
            let path = format!("{base}{top}");
            let is_egg = || {
                has(&format!("{path}/EGG-INFO/PKG-INFO"))
                    || (has(&path) && place.carrier(&path).is_ok_and(|carrier| carrier.zip))
            };
            let is_metadata = || {
                let file = if has(&path) { path.clone() } else { format!("{path}/PKG-INFO") };
                text(&file).is_ok_and(|text| text.lines().any(|line| line.starts_with("Metadata-Version:")))
            };
            if (top.ends_with(".egg-link") && has(&path)) || (top.ends_with(".egg") && is_egg()) {
                found.tops.extend([top.to_owned(), "easy-install.pth".to_owned()]);
            } else if let Some(stem) = top.strip_suffix(".egg-info").filter(|_| is_metadata()) {
                found.files.insert(format!("{base}{stem}-nspkg.pth"));
                if let Ok(list) = text(&format!("{path}/installed-files.txt")) {
                    found.files.extend(list.lines().filter_map(|line| links.file(&path, line)));
                } else if let Ok(list) = text(&format!("{path}/top_level.txt")) {
                    found.tops.extend(list.lines().map(str::to_owned));
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

    /// Returns whether one of the distributions owns a file, by its name and its name below `base`.
    pub(super) fn owns(&self, name: &str, below: &str) -> bool {
        let top = below.split('/').next().unwrap_or(below);
        // An extension module has tags before its suffix.
        let module = top.split_once('.').map_or(top, |(module, _)| module);
        let is_module = [".py", ".so", ".pyd"].iter().any(|end| top.ends_with(end));
        self.files.contains(name) || self.tops.contains(top) || (is_module && self.tops.contains(module))
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
