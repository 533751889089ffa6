//! One source in memory → one pyc in memory.

use super::errno;
use crate::engine::{Diagnostic, Engine, Request};
use crate::pyc::{HEADER_SIZE, Header, InvalidationMode, source_hash};
use crate::target::Series;
use std::ffi::OsString;
use std::io;
use std::path::Path;

/// A source file as it was when it was read.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Whole seconds modulo 2³².
    pub mtime: u32,
    /// Bytes modulo 2³².
    pub size: u32,
    /// The permissions that its pyc gets from `py_compile`.
    pub mode: u32,
    /// Whether anybody may execute it.
    pub executable: bool,
}

impl Source {
    /// Reads a regular file or whatever a link to one leads to.
    ///
    /// # Errors
    /// What Python would raise.
    pub fn read(file: &Path) -> Result<Self, Box<Diagnostic>> {
        let found = std::fs::metadata(file).and_then(|metadata| {
            if metadata.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            Ok((std::fs::read(file)?, metadata))
        });
        let (bytes, metadata) = found.map_err(|error| errno::diagnostic(file, &error))?;
        let mode = permissions(&metadata);
        Ok(Self {
            bytes,
            mtime: mtime(&metadata),
            size: metadata.len() as u32,
            mode: (mode | 0o200) & 0o666,
            executable: mode & 0o111 != 0,
        })
    }

    /// A source that does not come from a file.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        let size = bytes.len() as u32;
        Self { bytes, mtime: 0, size, mode: 0o644, executable: false }
    }

    /// The header of its pyc.
    pub fn header(&self, series: &Series, mode: InvalidationMode) -> [u8; HEADER_SIZE] {
        let header = match mode {
            InvalidationMode::Timestamp => {
                Header::Timestamp { magic: series.magic, mtime: self.mtime, size: self.size }
            }
            mode => Header::Hash {
                magic: series.magic,
                checked: mode == InvalidationMode::CheckedHash,
                hash: source_hash(series, &self.bytes),
            },
        };
        header.to_bytes()
    }

    /// The whole pyc.
    ///
    /// # Errors
    /// The engine's.
    pub fn pyc(
        &self,
        engine: &dyn Engine,
        header: &[u8; HEADER_SIZE],
        recorded: OsString,
        optimize: u8,
    ) -> Result<Vec<u8>, Box<Diagnostic>> {
        let code = engine.compile(&Request { source: &self.bytes, filename: recorded, optimize })?;
        let mut pyc = Vec::with_capacity(HEADER_SIZE + code.len());
        pyc.extend_from_slice(header);
        pyc.extend_from_slice(&code);
        Ok(pyc)
    }
}

/// Whole seconds modulo 2³², floored as CPython's `int(st_mtime)` is for times after 1970.
fn mtime(metadata: &std::fs::Metadata) -> u32 {
    let since = metadata.modified().ok().map(|time| time.duration_since(std::time::UNIX_EPOCH));
    match since {
        Some(Ok(after)) => after.as_secs() as u32,
        Some(Err(before)) => (before.duration().as_secs() as u32).wrapping_neg(),
        None => 0,
    }
}

#[cfg(unix)]
fn permissions(metadata: &std::fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode()
}

#[cfg(not(unix))]
fn permissions(_metadata: &std::fs::Metadata) -> u32 {
    0o644
}
