//! The distributions of a tree and the files that their RECORDs list.

use super::record::joined;
use crate::input::Place;
use crate::pyc::parse_name;
use crate::wheel::{Record, normalize_name};
use std::collections::{BTreeMap, BTreeSet};

/// One installed distribution.
pub(super) struct Distribution {
    /// Normalized name.
    pub(super) name: String,
    /// Directory that contains the `dist-info`, empty or with `/` at its end.
    pub(super) base: String,
    /// Path of the `dist-info`, with `/` at its end.
    pub(super) dist_info: String,
    /// Files that the RECORD lists; `None` without a readable RECORD.
    pub(super) files: Option<BTreeSet<String>>,
}

/// Returns all distributions of a tree or archive.
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

/// Returns the module of a source or pyc.
pub(super) fn module_of(name: &str) -> String {
    match parse_name(name) {
        Some(parsed) if name.ends_with(".pyc") => parsed.source,
        _ => name.to_owned(),
    }
}
