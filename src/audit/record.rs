//! Files against what RECORD and a manifest say of them.

use super::finding::{Finding, Kind};
use crate::manifest::{self, FileEntry, Listed, Manifest, Place, archive_entry, entry_beside, facts, sha256};
use crate::wheel::{Record, RecordError, WheelError, WheelName, hold_against_name, refuse_one_place};
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

/// What `pack` and installers refuse in a wheel, whatever its pycs are: METADATA of another project than the file name's,
/// and two files for one place.
pub(super) fn wheel(place: &Place) -> Vec<Finding> {
    let Place::Archive(archive) = place else { return Vec::new() };
    let file_name = archive.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Ok(name) = WheelName::parse(file_name) else { return Vec::new() };
    let finding = |path: &str, message: String| Finding { path: path.into(), kind: Kind::Wheel, message };
    let mut findings = Vec::new();
    for entry in archive.files() {
        let folder = entry.name.strip_suffix("/METADATA");
        if folder.is_some_and(|folder| name.owns(folder))
            && let Err(error) = hold_against_name(&entry.bytes, &name)
        {
            findings.push(finding(&entry.name, error.to_string()));
        }
    }
    if let Err(error) = refuse_one_place(archive.files().map(|entry| entry.name.as_str()))
        && let WheelError::Installed(_, other) = &error
    {
        findings.push(finding(other, error.to_string()));
    }
    findings
}

/// Every pyc against a manifest, both ways, and an archive against the archives listed ([`manifest::listed`]).
pub fn against_manifest(place: &Place, manifest: &Manifest) -> Vec<Finding> {
    let finding = |path: &str, message: String| Finding { path: path.into(), kind: Kind::Manifest, message };
    let mut findings = Vec::new();
    let mut listed = BTreeSet::new();
    let archive = match place {
        Place::Archive(archive) => Some((archive_entry(archive).path, manifest::listed(manifest, archive))),
        Place::Tree(..) | Place::File(_) => None,
    };
    let is_listed = archive.as_ref().is_some_and(|(_, listed)| *listed == Listed::This);
    for entry in &manifest.files {
        listed.insert(entry.path.as_str());
        let mut pyc = None;
        match place.read(&entry.path) {
            Err(_) if is_listed => continue,
            Err(error) => findings.push(finding(&entry.path, format!("the manifest lists it: {error}"))),
            Ok(bytes) if sha256(&bytes) != entry.sha256 => {
                findings.push(finding(&entry.path, "it is not the file that the manifest lists".into()));
            }
            Ok(bytes) => pyc = Some(bytes),
        }
        let listed = entry.source.as_ref();
        let mut source = listed.and_then(|source| place.read(&source.path).ok());
        if let (Some(listed), Some(bytes)) = (listed, &source)
            && sha256(bytes) != listed.sha256
        {
            let message = format!("it is not the source that the manifest lists for {}", entry.path);
            findings.push(finding(&listed.path, message));
            source = None;
        }
        if let Some(message) = pyc.and_then(|pyc| lies(entry, &pyc, source.as_deref())) {
            findings.push(finding(&entry.path, message));
        }
    }
    if let Some((name, listed)) = archive
        && let Some(message) = not_listed(&listed)
    {
        findings.push(finding(&name, message.into()));
    }
    for name in place.pycs() {
        if !is_listed && !listed.contains(name.as_str()) {
            findings.push(finding(&name, "the manifest does not list it".into()));
        }
    }
    findings
}

/// What an entry with the right digest says that is not so.
fn lies(listed: &FileEntry, pyc: &[u8], source: Option<&[u8]>) -> Option<String> {
    // Bytes that are no pyc are a finding already.
    let found = entry_beside(listed, pyc, source)?;
    let mut wrong: Vec<&str> = facts(listed)
        .into_iter()
        .zip(facts(&found))
        .filter_map(|((what, said), (_, is))| (said != is).then_some(what))
        .collect();
    if listed.size != found.size {
        wrong.insert(0, "size");
    }
    (!wrong.is_empty()).then(|| format!("the manifest is wrong about it: {}", wrong.join(", ")))
}

/// What is wrong with an archive by a manifest that lists archives.
fn not_listed(listed: &Listed<'_>) -> Option<&'static str> {
    match listed {
        Listed::Nothing | Listed::This => None,
        Listed::Other(_) => Some("it is not the archive that the manifest lists"),
        Listed::Others => Some("it is none of the archives that the manifest lists"),
    }
}
