//! Shards: parts of the files of a place that several machines share out among themselves.

use super::entry::sha256;
use super::model::{Manifest, ShardEntry};
use crate::text::Shown as _;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Part `number` of `of` parts. Files are dealt out in the order of their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: u32,
    of: u32,
}

/// Text that names no shard.
#[derive(Debug, thiserror::Error)]
#[error("expected K/N, such as 3/16 for the third of 16 shards")]
#[non_exhaustive]
pub struct ShardError;

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (number, of) = text.split_once('/').ok_or(ShardError)?;
        let parse = |digits: &str| match digits.bytes().all(|byte| byte.is_ascii_digit()) {
            true => digits.parse().map_err(|_| ShardError),
            false => Err(ShardError),
        };
        Self::new(parse(number)?, parse(of)?).ok_or(ShardError)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.number, self.of)
    }
}

impl Shard {
    /// Returns a shard, if the number is one of 1 to `of`.
    pub fn new(number: u32, of: u32) -> Option<Self> {
        (1..=of).contains(&number).then_some(Self { number, of })
    }

    /// Returns whether the file at an index in the order of names is in the shard.
    pub const fn has(self, index: usize) -> bool {
        index % self.of as usize == self.number as usize - 1
    }

    /// Returns whether this is the first shard, which reports on the place as a whole.
    pub const fn is_first(self) -> bool {
        self.number == 1
    }

    /// Returns the entry for the manifest of this shard of the named files.
    pub(super) fn entry(self, names: &[String]) -> ShardEntry {
        ShardEntry { number: self.number, of: self.of, names_sha256: sha256(names.join("\0").as_bytes()) }
    }
}

/// Reason why manifests are not merged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// A manifest is not that of a shard.
    #[error("{}: it is not the manifest of a shard", .0.shown())]
    Whole(PathBuf),
    /// Shards of different numbers of shards.
    #[error("{}: it is one of {of} shards, {} one of {other}", path.shown(), first.shown())]
    Of {
        /// The manifest.
        path: PathBuf,
        /// Number of shards that the manifest is one of.
        of: u32,
        /// Another manifest.
        first: PathBuf,
        /// Number of shards of the other one.
        other: u32,
    },
    /// The place had other files.
    #[error("{}: the names of the files were not those of {}: shards are of one directory", path.shown(), first.shown())]
    Names {
        /// The manifest.
        path: PathBuf,
        /// Another manifest.
        first: PathBuf,
    },
    /// A shard is given twice.
    #[error("{}: shard {shard} is also {}", path.shown(), first.shown())]
    Twice {
        /// The manifest.
        path: PathBuf,
        /// The shard.
        shard: Shard,
        /// The other manifest of the same shard.
        first: PathBuf,
    },
    /// Not all shards are given.
    #[error("shard {0} is missing")]
    Missing(Shard),
    /// Two shards have one file, or other releases for one version.
    #[error("{}: {name} is in another shard as well", path.shown())]
    Overlap {
        /// The manifest.
        path: PathBuf,
        /// Path of the file, or the version.
        name: String,
    },
}

/// Returns the manifest of the whole place from those of all its shards.
///
/// # Errors
/// [`MergeError`] if they are not all shards of one place, each once.
pub fn merge(parts: Vec<(PathBuf, Manifest)>) -> Result<Manifest, MergeError> {
    let mut first: Option<(PathBuf, ShardEntry)> = None;
    let mut seen: BTreeMap<u32, PathBuf> = BTreeMap::new();
    let (mut files, mut archives, mut releases) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (path, part) in parts {
        let Some(entry) = part.shard else { return Err(MergeError::Whole(path)) };
        check(&path, &entry, first.as_ref(), &seen)?;
        let overlap = |name: &str| MergeError::Overlap { path: path.clone(), name: name.to_owned() };
        for file in part.files {
            if let Some(other) = files.insert(file.path.clone(), file) {
                return Err(overlap(&other.path));
            }
        }
        for archive in part.archives {
            if let Some(other) = archives.insert(archive.path.clone(), archive) {
                return Err(overlap(&other.path));
            }
        }
        for (version, release) in part.releases {
            if let Some(other) = releases.insert(version.clone(), release.clone())
                && other != release
            {
                return Err(overlap(&version));
            }
        }
        seen.insert(entry.number, path.clone());
        first.get_or_insert((path, entry));
    }
    let of = first.map_or(0, |(_, entry)| entry.of);
    if let Some(number) = (1..=of).find(|number| !seen.contains_key(number)) {
        return Err(MergeError::Missing(Shard { number, of }));
    }
    let merged = Manifest::new(files.into_values().collect(), archives.into_values().collect());
    Ok(Manifest { releases, ..merged })
}

/// Checks that a shard belongs to the shards before it.
fn check(
    path: &Path,
    entry: &ShardEntry,
    first: Option<&(PathBuf, ShardEntry)>,
    seen: &BTreeMap<u32, PathBuf>,
) -> Result<(), MergeError> {
    let Some((first, known)) = first else { return Ok(()) };
    let (path, first) = (path.to_path_buf(), first.clone());
    if entry.of != known.of {
        return Err(MergeError::Of { path, of: entry.of, first, other: known.of });
    }
    if entry.names_sha256 != known.names_sha256 {
        return Err(MergeError::Names { path, first });
    }
    match seen.get(&entry.number) {
        Some(first) => {
            let shard = Shard { number: entry.number, of: entry.of };
            Err(MergeError::Twice { path, shard, first: first.clone() })
        }
        None => Ok(()),
    }
}
