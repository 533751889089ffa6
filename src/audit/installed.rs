//! The distributions of a tree by their RECORDs: which files are whose, and which are nobody's.

use super::record::joined;
use crate::manifest::Place;
use crate::pyc::parse_name;
use crate::wheel::{Record, normalize_name};
use std::collections::{BTreeMap, BTreeSet};

/// One installed distribution.
pub(super) struct Distribution {
    /// Its normal name.
    pub(super) name: String,
    /// The directory that holds its `dist-info`, empty or with `/` at its end.
    pub(super) base: String,
    /// Its `dist-info`, with `/` at its end.
    pub(super) dist_info: String,
    /// The files that its RECORD lists; none without a RECORD that can be read.
    pub(super) files: Option<BTreeSet<String>>,
}

/// All distributions of a place that has directories.
pub(super) fn distributions(place: &Place) -> Vec<Distribution> {
    let Place::Tree(_, listing) = place else { return Vec::new() };
    let mut found: BTreeMap<String, Distribution> = BTreeMap::new();
    for name in listing.names.keys() {
        let Some((folder, file)) = name.rsplit_once('/') else { continue };
        let Some(stem) = folder.strip_suffix(".dist-info") else { continue };
        let (base, stem) = match stem.rsplit_once('/') {
            Some((base, stem)) => (format!("{base}/"), stem),
            None => (String::new(), stem),
        };
        let project = stem.split_once('-').map_or(stem, |(project, _)| project);
        let distribution = found.entry(folder.to_owned()).or_insert_with(|| Distribution {
            name: normalize_name(project),
            base,
            dist_info: format!("{folder}/"),
            files: None,
        });
        if file == "RECORD" {
            let record = place.read(name).ok().and_then(|bytes| Record::parse(&bytes).ok());
            let base = distribution.base.trim_end_matches('/');
            let paths =
                record.map(|record| record.rows.iter().filter_map(|row| joined(base, &row.path)).collect());
            distribution.files = paths;
        }
    }
    found.into_values().collect()
}

/// The module that a file is, or that it is the bytecode of.
pub(super) fn module_of(name: &str) -> String {
    match parse_name(name) {
        Some(parsed) if name.ends_with(".pyc") => parsed.source,
        _ => name.to_owned(),
    }
}
