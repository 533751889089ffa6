//! The 16 bytes before the code (PEP 552).

use crate::target::{Series, SourceHash};
use clap::ValueEnum;
use serde::Deserialize;
use siphasher::sip::{SipHasher13, SipHasher24};
use std::hash::Hasher as _;

/// Size of the header in bytes.
pub const HEADER_SIZE: usize = 16;

/// Rule by which an importer decides whether a pyc is up to date
/// (`py_compile.PycInvalidationMode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvalidationMode {
    /// Compare the modification time and size of the source.
    Timestamp,
    /// Compare a hash of the source.
    CheckedHash,
    /// Never compare; the header has a hash of the source.
    UncheckedHash,
}

impl InvalidationMode {
    /// Returns `timestamp`, `checked-hash` or `unchecked-hash`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timestamp => "timestamp",
            Self::CheckedHash => "checked-hash",
            Self::UncheckedHash => "unchecked-hash",
        }
    }
}

/// A parsed header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// Modification time and size of the source, both modulo 2³².
    Timestamp {
        /// Magic number of the version that wrote the pyc.
        magic: u16,
        /// Seconds since 1970.
        mtime: u32,
        /// Size of the source in bytes.
        size: u32,
    },
    /// Hash of the source.
    Hash {
        /// Magic number of the version that wrote the pyc.
        magic: u16,
        /// True if importers compare the hash.
        checked: bool,
        /// The hash ([`source_hash`]).
        hash: [u8; 8],
    },
}

/// An invalid header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The file has fewer than 16 bytes.
    #[error("{}; a pyc has at least 16 bytes", size(*.0))]
    Short(usize),
    /// The magic number is not followed by `\r\n`.
    #[error("the file does not start with a pyc's magic number")]
    Magic,
    /// The flags have bits that PEP 552 does not define.
    #[error("invalid flags {0:#x} in the pyc's header")]
    Flags(u32),
}

fn size(bytes: usize) -> String {
    match bytes {
        0 => "the file is empty".to_owned(),
        bytes => format!("the file has {}", crate::text::counted(bytes, "byte", "bytes")),
    }
}

impl Header {
    /// Returns the header of a source's pyc. `source` is the content on disk, `mtime` its
    /// modification time in seconds since 1970, modulo 2³².
    pub fn of(series: &Series, mode: InvalidationMode, source: &[u8], mtime: u32) -> Self {
        let magic = series.magic;
        match mode {
            InvalidationMode::Timestamp => Self::Timestamp { magic, mtime, size: source.len() as u32 },
            InvalidationMode::CheckedHash | InvalidationMode::UncheckedHash => {
                let checked = mode == InvalidationMode::CheckedHash;
                Self::Hash { magic, checked, hash: source_hash(series, source) }
            }
        }
    }

    /// Returns the 16 bytes of the header.
    pub fn to_bytes(self) -> [u8; HEADER_SIZE] {
        let mut bytes = [0; HEADER_SIZE];
        bytes[..2].copy_from_slice(&self.magic().to_le_bytes());
        bytes[2..4].copy_from_slice(b"\r\n");
        match self {
            Self::Timestamp { mtime, size, .. } => {
                bytes[8..12].copy_from_slice(&mtime.to_le_bytes());
                bytes[12..].copy_from_slice(&size.to_le_bytes());
            }
            Self::Hash { checked, hash, .. } => {
                bytes[4] = if checked { 3 } else { 1 };
                bytes[8..].copy_from_slice(&hash);
            }
        }
        bytes
    }

    /// Reads the header from the first 16 bytes of a pyc.
    ///
    /// # Errors
    /// [`HeaderError`], where `importlib._bootstrap_external._classify_pyc` refuses the header.
    pub fn parse(pyc: &[u8]) -> Result<Self, HeaderError> {
        let Some(bytes) = pyc.first_chunk::<HEADER_SIZE>() else { return Err(HeaderError::Short(pyc.len())) };
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        if &bytes[2..4] != b"\r\n" {
            return Err(HeaderError::Magic);
        }
        let magic = u16::from_le_bytes([bytes[0], bytes[1]]);
        let mut hash = [0; 8];
        hash.copy_from_slice(&bytes[8..]);
        match word(4) {
            0 => Ok(Self::Timestamp { magic, mtime: word(8), size: word(12) }),
            1 => Ok(Self::Hash { magic, checked: false, hash }),
            3 => Ok(Self::Hash { magic, checked: true, hash }),
            flags => Err(HeaderError::Flags(flags)),
        }
    }

    /// Returns the magic number of the version that wrote the pyc.
    pub const fn magic(self) -> u16 {
        match self {
            Self::Timestamp { magic, .. } | Self::Hash { magic, .. } => magic,
        }
    }

    /// Returns the invalidation mode.
    pub const fn mode(self) -> InvalidationMode {
        match self {
            Self::Timestamp { .. } => InvalidationMode::Timestamp,
            Self::Hash { checked: true, .. } => InvalidationMode::CheckedHash,
            Self::Hash { checked: false, .. } => InvalidationMode::UncheckedHash,
        }
    }
}

/// Returns the hash of a source file (`_imp.source_hash`): SipHash with the four magic bytes as its
/// key. `source` is the content on disk, undecoded.
pub fn source_hash(series: &Series, source: &[u8]) -> [u8; 8] {
    let key = u64::from(series.magic) | u64::from(u16::from_le_bytes(*b"\r\n")) << 16;
    let hash = match series.source_hash {
        SourceHash::SipHash13 => {
            let mut hasher = SipHasher13::new_with_keys(key, 0);
            hasher.write(source);
            hasher.finish()
        }
        SourceHash::SipHash24 => {
            let mut hasher = SipHasher24::new_with_keys(key, 0);
            hasher.write(source);
            hasher.finish()
        }
    };
    hash.to_le_bytes()
}
