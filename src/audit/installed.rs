//! The distributions of a place and the files that their RECORDs list. Each RECORD is read once.

use super::releases::Passed;
use super::view::is_wheel;
use crate::input::{FolderLinks, Place};
use crate::project::FolderPrefix;
use crate::pyc::parse_name;
use crate::wheel::{Record, normalize_name};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// All distributions of a place, except that of a wheel.
pub(super) struct Installed {
    /// Symlinks to directories of the place.
    pub(super) links: FolderLinks,
    distributions: Vec<InstalledDistribution>,
    is_tree: bool,
    /// Directories of distributions with a RECORD that can be read.
    with_record: OnceLock<BTreeSet<String>>,
}

/// One installed distribution.
pub(super) struct InstalledDistribution {
    /// Normalized name.
    pub(super) name: String,
    /// Directory that contains the `dist-info`.
    pub(super) base: FolderPrefix,
    /// Path of the `dist-info`, with `/` at its end.
    pub(super) dist_info: String,
    /// The RECORD, or the reason why it cannot be read; `None` if there is none.
    pub(super) record: Option<Result<Record, String>>,
    /// True if the directory has METADATA.
    pub(super) has_metadata: bool,
    /// Files that the RECORD lists, by their real directories; `None` without a readable RECORD.
    pub(super) files: Option<BTreeSet<String>>,
}

impl Installed {
    /// Reads the RECORDs of a place.
    pub(super) fn read(place: &Place) -> Self {
        let is_tree = matches!(place, Place::Tree(..));
        let is_wheel = is_wheel(place);
        let links = place.folder_links();
        let mut found: BTreeMap<String, InstalledDistribution> = BTreeMap::new();
        for name in place.names() {
            let Some((folder, file)) = name.rsplit_once('/') else { continue };
            let Some(stem) = folder.strip_suffix(".dist-info") else { continue };
            if is_wheel && !folder.contains('/') {
                continue;
            }
            let (base, stem) = match stem.rsplit_once('/') {
                Some((base, stem)) => (format!("{base}/"), stem),
                None => (String::new(), stem),
            };
            let project = stem.split_once('-').map_or(stem, |(project, _)| project);
            // A directory called `.dist-info` has no name.
            if project.is_empty() {
                continue;
            }
            let distribution = found.entry(folder.to_owned()).or_insert_with(|| InstalledDistribution {
                name: normalize_name(project),
                base,
                dist_info: format!("{folder}/"),
                record: None,
                has_metadata: false,
                files: None,
            });
            distribution.has_metadata |= file == "METADATA";
            if file == "RECORD" {
                let bytes = place.read(&name).map_err(|error| error.to_string());
                let record = bytes.and_then(|bytes| Record::parse(&bytes).map_err(|error| error.to_string()));
                let base = &distribution.base;
                let paths = |record: &Record| {
                    record.rows.iter().filter_map(|row| links.file(base, &row.path)).collect()
                };
                distribution.files = record.as_ref().ok().filter(|_| is_tree).map(paths);
                distribution.record = Some(record);
            }
        }
        Self { links, distributions: found.into_values().collect(), is_tree, with_record: OnceLock::new() }
    }

    /// Returns the distributions of any place.
    pub(super) fn all(&self) -> &[InstalledDistribution] {
        &self.distributions
    }

    /// Returns the pycs that no RECORD lists, although one lists their source.
    pub(super) fn unlisted(&self, passed: &[Passed]) -> impl Iterator<Item = String> {
        let files = self.in_tree().iter().flat_map(|one| one.files.iter().flatten());
        let listed: BTreeSet<&str> = files.map(String::as_str).collect();
        let names = passed.iter().map(|pyc| pyc.name.clone());
        names.filter(move |name| !listed.contains(&**name) && listed.contains(&*module_of(name)))
    }

    /// Returns whether a directory of a tree has a distribution with a RECORD that can be read.
    pub(super) fn has_record_in(&self, base: &str) -> bool {
        let bases = self.with_record.get_or_init(|| {
            let with_record = self.in_tree().iter().filter(|one| one.files.is_some());
            with_record.map(|one| one.base.clone()).collect()
        });
        bases.contains(base)
    }

    /// Returns the distributions that are installed in a tree.
    pub(super) fn in_tree(&self) -> &[InstalledDistribution] {
        if self.is_tree { &self.distributions } else { &[] }
    }
}

/// Returns the module of a source or pyc.
pub(super) fn module_of(name: &str) -> String {
    match parse_name(name) {
        Some(parsed) if name.ends_with(".pyc") => parsed.source,
        _ => name.to_owned(),
    }
}
