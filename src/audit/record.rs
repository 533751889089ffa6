//! Files against what RECORD and a manifest say of them.

use super::finding::{Finding, Kind};
use crate::manifest::{Manifest, Place, sha256};
use crate::wheel::{Record, RecordError};
use std::collections::BTreeSet;

/// Every pyc and source against every RECORD of the place. Rows without digest, and files of other kinds, are not
/// looked at.
pub(super) fn records(place: &Place) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in place.names().iter().filter(|name| name.ends_with(".dist-info/RECORD")) {
        let finding =
            |path: &str, message: String| Finding { path: path.into(), kind: Kind::Record, message };
        let record = match place.read(name) {
            Ok(bytes) => Record::parse(&bytes),
            Err(error) => {
                findings.push(finding(name, error.to_string()));
                continue;
            }
        };
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                findings.push(finding(name, error.to_string()));
                continue;
            }
        };
        // RECORD's paths are relative to the directory that holds the dist-info.
        let base = name.rsplit_once(".dist-info/RECORD").and_then(|(stem, _)| stem.rsplit_once('/'));
        let base = base.map(|(base, _)| format!("{base}/")).unwrap_or_default();
        for row in &record.rows {
            let is_code = row.path.ends_with(".pyc") || row.path.ends_with(".py");
            let leaves = row.path.starts_with('/') || row.path.split('/').any(|part| part == "..");
            if !is_code || leaves {
                continue;
            }
            let path = format!("{base}{}", row.path);
            match place.read(&path) {
                Err(error) => findings.push(finding(&path, format!("{name} lists it: {error}"))),
                Ok(bytes) => match row.check(&bytes) {
                    Ok(()) | Err(RecordError::NoDigest(_)) => {}
                    Err(error) => findings.push(finding(&path, format!("{name}: {error}"))),
                },
            }
        }
    }
    findings
}

/// Every pyc against a manifest, both ways.
pub fn manifest(place: &Place, manifest: &Manifest) -> Vec<Finding> {
    let finding = |path: &str, message: String| Finding { path: path.into(), kind: Kind::Manifest, message };
    let mut findings = Vec::new();
    let mut listed = BTreeSet::new();
    for entry in &manifest.files {
        listed.insert(entry.path.as_str());
        match place.read(&entry.path) {
            Err(error) => findings.push(finding(&entry.path, format!("the manifest lists it: {error}"))),
            Ok(bytes) if sha256(&bytes) != entry.sha256 => {
                findings.push(finding(&entry.path, "it is not the file that the manifest lists".into()));
            }
            Ok(_) => {}
        }
        if let Some(source) = &entry.source
            && let Ok(bytes) = place.read(&source.path)
            && sha256(&bytes) != source.sha256
        {
            let message = format!("it is not the source that the manifest lists for {}", entry.path);
            findings.push(finding(&source.path, message));
        }
    }
    for name in place.pycs() {
        if !listed.contains(name.as_str()) {
            findings.push(finding(&name, "the manifest does not list it".into()));
        }
    }
    findings
}
