//! Files that are read whole.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// The most bytes of one file: more than any source, pyc, RECORD or manifest has, and less than brings a machine down.
pub const LARGEST: u64 = 1 << 30;

/// Opens a regular file, or one that a link leads to. A pipe may never begin, and a device never end: they are not opened.
///
/// # Errors
/// The operating system's; no regular file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    File::open(path)
}

/// The bytes of a file that [`open_regular`] opens.
///
/// # Errors
/// Its; more than `limit` bytes.
pub fn read_regular(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    read(open_regular(path)?, limit)
}

/// The bytes of a file that the user named, which may be a pipe.
///
/// # Errors
/// The operating system's; more than `limit` bytes.
pub fn read_named(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    read(File::open(path)?, limit)
}

fn read(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, format!("more than {limit} bytes"));
    let size = file.metadata()?.len();
    if size > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(size).unwrap_or(0)).map_err(|_| io::ErrorKind::OutOfMemory)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) }
}
