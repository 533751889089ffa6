//! The manifest as it is serialized: the fields are in the order of the keys.

use crate::target::PyVersion;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// The value of `schema`.
pub const SCHEMA: &str = "pycompile-manifest/1";

/// A manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// Release that wrote the pycs of each version: `3.14`, `3.14.10`. Empty for a manifest of
    /// existing pycs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub releases: BTreeMap<String, String>,
    /// Shard that the manifest lists, if it does not list everything.
    #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    pub shard: Option<ShardEntry>,
    /// Pycs, sorted by path.
    pub files: Vec<FileEntry>,
    /// Archives that contain the pycs, sorted by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub archives: Vec<ListedArchive>,
}

/// Part of the files of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShardEntry {
    /// Number of the shard, from 1.
    pub number: u32,
    /// Number of shards.
    pub of: u32,
    /// SHA-256 of the names of all files of the place, 64 hexadecimal digits.
    pub names_sha256: String,
}

/// A pyc.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Relative path, with `/`.
    pub path: String,
    /// SHA-256 of the whole file, 64 hexadecimal digits.
    pub sha256: String,
    /// Size in bytes.
    pub size: u64,
    /// Minor version: `3.14`.
    pub python: String,
    /// Magic number without the `\r\n` after it.
    pub magic: u16,
    /// Optimization level: 0, 1 or 2.
    pub optimize: u8,
    /// Invalidation mode: `timestamp`, `checked-hash` or `unchecked-hash`.
    pub invalidation_mode: String,
    /// Modification time of the source in the header, for the mode `timestamp`.
    #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    pub source_mtime: Option<u32>,
    /// Source of the pyc, if available.
    #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceEntry>,
    /// SHA-256 of the marshalled code, 64 hexadecimal digits.
    pub code_sha256: String,
    /// `co_filename` of the module.
    pub filename: String,
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceEntry {
    /// Relative path, with `/`.
    pub path: String,
    /// SHA-256, 64 hexadecimal digits.
    pub sha256: String,
    /// Size in bytes.
    pub size: u64,
    /// Source hash as in the header of a hash-based pyc (PEP 552), 16 hexadecimal digits.
    pub source_hash: String,
}

/// A wheel or zip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedArchive {
    /// File name.
    pub path: String,
    /// SHA-256, 64 hexadecimal digits.
    pub sha256: String,
    /// Size in bytes.
    pub size: u64,
}

/// Deserializes an optional key, whose value may not be `null`.
fn not_null<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

impl Manifest {
    /// Returns a manifest with sorted entries.
    pub fn new(mut files: Vec<FileEntry>, mut archives: Vec<ListedArchive>) -> Self {
        files.sort_by(|one, other| one.path.cmp(&other.path));
        archives.sort_by(|one, other| one.path.cmp(&other.path));
        Self { schema: SCHEMA.into(), releases: BTreeMap::new(), shard: None, files, archives }
    }

    /// Adds the releases of the versions whose pycs the manifest lists.
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

    /// Returns the JSON document, indented by two spaces, with a newline at the end.
    ///
    /// # Errors
    /// Never fails in practice.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }
}
