//! Entries from bytes.

use super::model::{FileEntry, SourceEntry};
use crate::pyc::{HEADER_SIZE, Header, HeaderError, source_hash};
use crate::target::Series;
use sha2::Digest as _;

/// Returns lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Returns the SHA-256 as in manifests: 64 hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&sha2::Sha256::digest(bytes))
}

/// Returns the entry of a source, hashed as in the versions of `series`.
pub fn source_entry(path: &str, source: &[u8], series: &Series) -> SourceEntry {
    SourceEntry {
        path: path.into(),
        sha256: sha256(source),
        size: source.len() as u64,
        source_hash: hex(&source_hash(series, source)),
    }
}

/// Returns the entry of a pyc from its header, without parsing the code.
///
/// # Errors
/// The header is malformed.
pub fn pyc_entry(
    path: &str,
    pyc: &[u8],
    series: &Series,
    optimize: u8,
    source: Option<SourceEntry>,
    filename: &str,
) -> Result<FileEntry, HeaderError> {
    let header = Header::parse(pyc)?;
    let source_mtime = match header {
        Header::Timestamp { mtime, .. } => Some(mtime),
        Header::Hash { .. } => None,
    };
    Ok(FileEntry {
        path: path.into(),
        sha256: sha256(pyc),
        size: pyc.len() as u64,
        python: series.version.to_string(),
        magic: header.magic(),
        optimize,
        invalidation_mode: header.mode().name().into(),
        source_mtime,
        source,
        code_sha256: sha256(&pyc[HEADER_SIZE..]),
        filename: filename.into(),
    })
}
