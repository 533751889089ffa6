//! Bytes → entries.

use super::model::{FileEntry, SourceEntry};
use crate::pyc::{HEADER_SIZE, Header, HeaderError, source_hash};
use crate::target::Series;
use sha2::Digest as _;

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The digest as it stands in manifests: 64 digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&sha2::Sha256::digest(bytes))
}

/// The entry of a source, as the versions of `series` hash it.
pub fn source_entry(path: &str, source: &[u8], series: &Series) -> SourceEntry {
    SourceEntry {
        path: path.into(),
        sha256: sha256(source),
        size: source.len() as u64,
        source_hash: hex(&source_hash(series, source)),
    }
}

/// The entry of a pyc whose header is looked at and whose code is not.
///
/// # Errors
/// No header.
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
