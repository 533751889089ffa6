//! The 16 bytes before the code (PEP 552).

use crate::target::{Series, SourceHash};
use siphasher::sip::{SipHasher13, SipHasher24};
use std::hash::Hasher as _;

/// Bytes before the marshalled code.
pub const HEADER_SIZE: usize = 16;

/// Rule by which an importer decides if a pyc is current (`py_compile.PycInvalidationMode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidationMode {
    /// By modification time and size of the source.
    Timestamp,
    /// By a hash of the source, which the importer checks.
    CheckedHash,
    /// By a hash of the source, which the importer does not check.
    UncheckedHash,
}

impl InvalidationMode {
    /// `timestamp`, `checked-hash` or `unchecked-hash`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timestamp => "timestamp",
            Self::CheckedHash => "checked-hash",
            Self::UncheckedHash => "unchecked-hash",
        }
    }
}

/// A header in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// The source's modification time in seconds and its size in bytes, both modulo 2³².
    Timestamp {
        /// Of the version that wrote it.
        magic: u16,
        /// Seconds since 1970.
        mtime: u32,
        /// Bytes.
        size: u32,
    },
    /// The source's hash.
    Hash {
        /// Of the version that wrote it.
        magic: u16,
        /// True if importers check it.
        checked: bool,
        /// [`source_hash`].
        hash: [u8; 8],
    },
}

/// Why bytes are no header. The fault is the file's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Fewer than 16 bytes.
    #[error("the file has {0} bytes, a pyc has at least 16")]
    Short(usize),
    /// The magic does not end in `\r\n`.
    #[error("the file does not start with a pyc's magic number")]
    Magic,
    /// Bits that PEP 552 does not define.
    #[error("invalid flags {0:#x} in the pyc's header")]
    Flags(u32),
}

impl Header {
    /// The 16 bytes.
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

    /// Reads the first 16 bytes of a pyc.
    ///
    /// # Errors
    /// [`HeaderError`], as `importlib._bootstrap_external._classify_pyc` would refuse it.
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

    /// Of the version that wrote it.
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

/// The hash of a source file as it lies on disk (`_imp.source_hash`): SipHash keyed with the four magic bytes.
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
