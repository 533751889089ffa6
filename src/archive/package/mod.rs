//! Packages of distributions, tar archives and container images → the files that they install.
//!
//! Formats: POSIX.1-2001 pax, ustar and GNU tar; `deb(5)`; RPM's file format, version 4, around
//! cpio; the OCI image specification and the archive of `docker save`. Compressed by gzip (RFC
//! 1952), xz or zstd (RFC 8878).
//!
//! **Invariant:** as for zips. The content alone decides the format, streams are bounded while they
//! are unpacked, and symlinks and devices are listed, never followed or created.

mod collect;
mod cpio;
mod deb;
mod facts;
mod image;
mod image_files;
mod names;
mod recognize;
mod rpm;
mod tar;
mod unpack;

pub use facts::{Facts, Format, Special, SpecialKind};
pub use names::package_names;
pub use recognize::{is_package, is_package_entry, is_package_file};

pub(super) use collect::Collected;

use super::entry::Archive;
use super::error::{ArchiveError, Fault};
use super::reader::{ArchiveLimits, within};
use collect::{Collector, Rules};
use std::path::Path;
use std::sync::Arc;

/// Reads a package; `path` is used in errors.
///
/// # Errors
/// [`ArchiveError`].
pub fn read_package(
    path: &Path,
    bytes: &Arc<Vec<u8>>,
    limits: &ArchiveLimits,
) -> Result<Archive, ArchiveError> {
    let refuse = |fault| ArchiveError { archive: path.into(), entry: None, fault };
    within("bytes in the archive", bytes.len() as u64, limits.archive).map_err(refuse)?;
    match recognize::begins(bytes) {
        recognize::Begins::Deb => deb::read(path, bytes, limits),
        recognize::Begins::Rpm => rpm::read(path, bytes, limits),
        _ => {
            let archive = read_tar(path, bytes, limits)?;
            image::of_tar(path, archive, limits)
        }
    }
}

/// Reads the entries of a tar archive, which may be compressed.
fn read_tar(path: &Path, bytes: &Arc<Vec<u8>>, limits: &ArchiveLimits) -> Result<Archive, ArchiveError> {
    let mut collector = Collector::new(path, limits, Rules::Posix);
    let (packing, comment) = collector.tar(bytes, "")?;
    let collected = collector.finish()?;
    Ok(Archive { comment, ..collected.archive(path, Format::Tar, packing, bytes) })
}

/// Reads the files of a tar archive, which may be compressed, with the rules for zips.
pub(super) fn read_sdist(
    path: &Path,
    bytes: Vec<u8>,
    limits: &ArchiveLimits,
) -> Result<Collected, ArchiveError> {
    let bytes = Arc::new(bytes);
    let mut collector = Collector::new(path, limits, Rules::Portable);
    collector.tar(&bytes, "")?;
    collector.finish()
}

/// Returns the fault in an error of a reader, or a fault with the error's message.
fn fault_of(error: std::io::Error, what: &'static str, offset: u64) -> Fault {
    match error.downcast::<Fault>() {
        Ok(fault) => fault,
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Fault::Truncated { what, offset },
        Err(error) => Fault::Malformed(format!("{what} is malformed at offset {offset}: {error}").into()),
    }
}
