//! Files that are read whole.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Largest size of a file in bytes: more than that of any source, pyc, RECORD or manifest, and
/// little enough for the memory of a machine.
pub const LARGEST: u64 = 1 << 30;

/// Error of a file that is not regular.
#[derive(Debug, thiserror::Error)]
#[error("not a regular file")]
struct NotRegular;

/// Returns the error of a file that is not regular.
pub fn not_regular() -> io::Error {
    io::Error::other(NotRegular)
}

/// Returns whether an error is that of [`not_regular`].
pub fn is_not_regular(error: &io::Error) -> bool {
    matches!(error.get_ref(), Some(inner) if inner.is::<NotRegular>())
}

/// Opens a regular file, following symlinks. Pipes and devices are not opened: reading them may
/// never begin or never end.
///
/// # Errors
/// An I/O error, or a file that is not regular.
pub fn open_regular(path: &Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(not_regular());
    }
    File::open(path)
}

/// Returns the content of a file that [`open_regular`] opens.
///
/// # Errors
/// The errors of [`open_regular`]; the file has more than `limit` bytes.
pub fn read_regular(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = open_regular(path)?;
    let size = file.metadata()?.len();
    read_open(&file, size, limit)
}

/// Returns the content of a file that the user named, which may be a pipe.
///
/// # Errors
/// An I/O error, or a file of more than `limit` bytes.
pub fn read_named(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    read_open(&file, size, limit)
}

/// Returns the content of an open file from its current position; `size` is its expected size in
/// bytes.
///
/// # Errors
/// An I/O error, or a file of more than `limit` bytes.
pub fn read_open(mut file: &File, size: u64, limit: u64) -> io::Result<Vec<u8>> {
    let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, format!("more than {limit} bytes"));
    if size > limit {
        return Err(too_large());
    }
    let size = usize::try_from(size).map_err(|_| too_large())?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size.saturating_add(1)).map_err(|_| io::ErrorKind::OutOfMemory)?;
    // A read of the expected size takes two calls; a file that has grown takes more.
    bytes.resize(size, 0);
    let mut filled = 0;
    while filled < size {
        match file.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    file.take(limit.saturating_add(1) - filled as u64).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) }
}
