//! The manifest as it is written: the order of the fields is the order of the keys.

use crate::target::PyVersion;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// The value of `schema`.
pub const SCHEMA: &str = "pycompile-manifest/1";

/// The whole document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// For each version, the release whose bytes the pycs are: `3.14`, `3.14.10`. None where they
    /// were only found.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub releases: BTreeMap<String, String>,
    /// Pycs, sorted by path.
    pub files: Vec<FileEntry>,
    /// Archives that they were packed into, sorted by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub archives: Vec<Archive>,
}

/// One pyc.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Relative, with `/`.
    pub path: String,
    /// 64 hexadecimal digits, of the whole file.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// `3.14`
    pub python: String,
    /// The magic number without the `\r\n` behind it.
    pub magic: u16,
    /// 0, 1 or 2.
    pub optimize: u8,
    /// `timestamp`, `checked-hash` or `unchecked-hash`.
    pub invalidation_mode: String,
    /// The source's modification time in the header, where that is what the header has.
    #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    pub source_mtime: Option<u32>,
    /// Source that it was compiled from, if it is available.
    #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceEntry>,
    /// 64 hexadecimal digits, of the marshalled code alone.
    pub code_sha256: String,
    /// `co_filename` of the module.
    pub filename: String,
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceEntry {
    /// Relative, with `/`.
    pub path: String,
    /// 64 hexadecimal digits.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// 16 hexadecimal digits: what a hash-based pyc has in its header (PEP 552).
    pub source_hash: String,
}

/// A wheel or zip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// Its file name.
    pub path: String,
    /// 64 hexadecimal digits.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

/// A key that may be left out has no `null`.
fn not_null<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

impl Manifest {
    /// Sorts what it is given.
    pub fn new(mut files: Vec<FileEntry>, mut archives: Vec<Archive>) -> Self {
        files.sort_by(|one, other| one.path.cmp(&other.path));
        archives.sort_by(|one, other| one.path.cmp(&other.path));
        Self { schema: SCHEMA.into(), releases: BTreeMap::new(), files, archives }
    }

    /// Adds the releases of those versions that it lists pycs of.
    #[must_use]
    pub fn with_releases<'a>(mut self, releases: impl IntoIterator<Item = (PyVersion, &'a str)>) -> Self {
        for (version, release) in releases {
            let version = version.to_string();
            if self.files.iter().any(|file| file.python == version) {
                self.releases.insert(version, release.to_owned());
            }
        }
        self
    }

    /// The document: two-space indent, a newline at the end.
    ///
    /// # Errors
    /// None in practice: everything in it is a string or a number.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }
}
