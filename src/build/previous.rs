//! Output of an earlier run, as listed in its manifest.

use super::project::BuildProject;
use crate::manifest::{self, Manifest};
use std::collections::{BTreeMap, BTreeSet};

/// Paths in a tree, each with the digests that its file may have.
pub(super) type PreviousDigests = BTreeMap<String, BTreeSet<String>>;

/// Manifest of an earlier run.
#[derive(Debug)]
pub(super) struct Previous {
    pub(super) manifest: Manifest,
}

impl Previous {
    /// Reads the manifest that the config names; `None` if it does not exist or is not valid.
    pub(super) fn read(project: &BuildProject) -> Option<Self> {
        let path = project.loaded.manifest_path()?;
        Some(Self { manifest: manifest::parse(&path, &project.found(&path)?).ok()? })
    }

    /// Returns the pycs in the manifest, and with `sources` also the sources that they were
    /// compiled from.
    pub(super) fn files(&self, sources: bool) -> PreviousDigests {
        let mut files = PreviousDigests::new();
        let mut add = |path: &str, sha256: &str| {
            files.entry(path.to_owned()).or_default().insert(sha256.to_owned());
        };
        for file in &self.manifest.files {
            add(&file.path, &file.sha256);
            if let Some(source) = file.source.as_ref().filter(|_| sources) {
                add(&source.path, &source.sha256);
            }
        }
        files
    }

    /// Returns the digest of an archive, by its file name.
    pub(super) fn archive(&self, name: &str) -> Option<&str> {
        let archive = self.manifest.archives.iter().find(|archive| archive.path == name);
        archive.map(|archive| archive.sha256.as_str())
    }
}
