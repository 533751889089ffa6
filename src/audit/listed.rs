//! Files against the facts of a manifest.

use super::finding::{Finding, Kind};
use super::judge::Source;
use super::verify::whole_archive;
use super::view::View;
use crate::manifest::{FileEntry, Listed, Manifest, Place, PlaceError, entry_beside, facts, listed, sha256};
use std::collections::BTreeMap;

/// The entries of a manifest by the names of a place.
pub(super) struct Entries<'a> {
    manifest: &'a Manifest,
    by_name: BTreeMap<String, &'a FileEntry>,
    /// The archive itself is listed by its digest.
    is_listed: bool,
}

impl<'a> Entries<'a> {
    pub(super) fn new(manifest: &'a Manifest, view: &View<'_>) -> Self {
        // The pycs of a wheel are listed by where they are once it is installed.
        let installed: BTreeMap<String, String> =
            view.place.pycs().into_iter().map(|name| (view.importable(&name), name)).collect();
        let entries = manifest.files.iter();
        let name = |entry: &FileEntry| match installed.get(&entry.path) {
            Some(name) if !view.has_file(&entry.path) => name.clone(),
            _ => entry.path.clone(),
        };
        let is_listed = match view.place {
            Place::Archive(archive) => listed(manifest, archive) == Listed::This,
            _ => false,
        };
        Self { manifest, by_name: entries.map(|entry| (name(entry), entry)).collect(), is_listed }
    }

    /// The level that the manifest says.
    pub(super) fn level(&self, name: &str) -> Option<u8> {
        self.by_name.get(name).map(|entry| entry.optimize)
    }

    pub(super) fn unreadable(&self, name: &str, error: &PlaceError) -> Option<Finding> {
        let message = format!("the manifest lists it: {error}");
        self.by_name.contains_key(name).then(|| Finding::new(name, Kind::Manifest, message))
    }

    /// Holds a pyc and its source against the entry; `path` is where its source lies once it is installed.
    pub(super) fn check(
        &self,
        view: &View<'_>,
        name: &str,
        pyc: &[u8],
        path: &str,
        source: Option<&Source>,
    ) -> Vec<Finding> {
        let finding = |path: &str, message: String| Finding::new(path, Kind::Manifest, message);
        let Some(entry) = self.by_name.get(name) else {
            let message = "the manifest does not list it".to_owned();
            return if self.is_listed { Vec::new() } else { vec![finding(name, message)] };
        };
        let mut findings = Vec::new();
        let is_file = matches!(view.place, Place::File(_));
        let is_own = |listed: &str| {
            let own = source.map_or(path, |source| source.name.as_str());
            listed == path || listed == own || (is_file && own.ends_with(listed))
        };
        let mut held = source;
        if let Some(listed) = &entry.source {
            match source {
                _ if !is_own(&listed.path) => {
                    let message =
                        format!("the manifest says that its source is {}, which it is not", listed.path);
                    findings.push(finding(name, message));
                    held = None;
                }
                Some(source) if sha256(&source.bytes) != listed.sha256 => {
                    let message = format!("it is not the source that the manifest lists for {}", entry.path);
                    findings.push(finding(&listed.path, message));
                    held = None;
                }
                Some(_) => {}
                None => {
                    let message = format!("the manifest lists its source {}, which is not here", listed.path);
                    findings.push(finding(name, message));
                }
            }
        }
        if sha256(pyc) != entry.sha256 {
            findings.push(finding(name, "it is not the file that the manifest lists".into()));
        } else if let Some(message) = lies(entry, pyc, held.map(|source| source.bytes.as_slice())) {
            findings.push(finding(name, message));
        }
        findings
    }

    /// The entries of files that are not there, and the archive that the manifest does not list.
    pub(super) fn missing(&self, view: &View<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let names: Vec<String> = view.place.pycs();
        let is_there = |name: &str| names.binary_search_by(|known| known.as_str().cmp(name)).is_ok();
        for (name, entry) in &self.by_name {
            if !self.is_listed && !is_there(name) {
                let message = format!("the manifest lists it: there is no {}", entry.path);
                findings.push(Finding::new(name, Kind::Manifest, message));
            }
        }
        if let Place::Archive(archive) = view.place {
            findings.extend(whole_archive(self.manifest, archive));
        }
        findings
    }
}

/// Every pyc and its source against a manifest, both ways, and an archive against the archives listed; nothing is compiled.
pub fn against_manifest(place: &Place, manifest: &Manifest) -> Vec<Finding> {
    let view = View::new(place);
    let entries = Entries::new(manifest, &view);
    let mut findings = entries.missing(&view);
    for name in place.pycs() {
        match place.read(&name) {
            Err(error) => findings.extend(entries.unreadable(&name, &error)),
            Ok(bytes) => {
                let source = place.read_source(&name).ok();
                let source = source.map(|(name, bytes)| Source { name, bytes, mtime: None });
                let path = view.named(&name).parsed.map_or_else(String::new, |parsed| parsed.source);
                findings.extend(entries.check(&view, &name, &bytes, &path, source.as_ref()));
            }
        }
    }
    findings
}

/// Returns a wrong fact of an entry with the right digest.
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

/// Returns the fault of an archive according to a manifest that lists archives.
pub(super) fn not_listed(listed: &Listed<'_>) -> Option<&'static str> {
    match listed {
        Listed::Nothing | Listed::This => None,
        Listed::Other(_) => Some("it is not the archive that the manifest lists"),
        Listed::Others => Some("it is none of the archives that the manifest lists"),
    }
}
