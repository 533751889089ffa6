//! Recognition of a format by the first bytes of a file.

use super::unpack::{Packing, decoder};
use crate::archive::entry::Bytes;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _};

/// Size of a tar header.
const BLOCK: usize = 512;

/// Kind of a file by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begins {
    Tar,
    Deb,
    Rpm,
    Packed(Packing),
    Other,
}

/// Recognizes a file by its first 512 bytes.
pub(super) fn begins(bytes: &[u8]) -> Begins {
    match bytes {
        [0xed, 0xab, 0xee, 0xdb, ..] => Begins::Rpm,
        // A static library is also an ar archive.
        _ if bytes.starts_with(b"!<arch>\ndebian-binary") => Begins::Deb,
        _ => match Packing::of(bytes) {
            Some(packing) => Begins::Packed(packing),
            None if is_tar_header(bytes) => Begins::Tar,
            None => Begins::Other,
        },
    }
}

/// Returns whether bytes begin with a tar header: the entry has a name, and the checksum of the
/// header is right.
pub(super) fn is_tar_header(bytes: &[u8]) -> bool {
    let Some(block) = bytes.get(..BLOCK) else { return false };
    let said = tar::Header::from_byte_slice(block).cksum();
    let sum = |at: usize| if (148..156).contains(&at) { 32 } else { u32::from(block[at]) };
    block[0] != 0 && said.is_ok_and(|said| said == (0..BLOCK).map(sum).sum::<u32>())
}

/// Returns whether the bytes are a package, a tar archive or an image.
pub fn is_package(bytes: &[u8]) -> bool {
    recognized(|| Ok(bytes)).unwrap_or(false)
}

/// Returns whether an entry of an archive is a package, a tar archive or an image.
pub fn is_package_entry(bytes: &Bytes) -> bool {
    recognized(|| Ok(bytes.reader())).unwrap_or(false)
}

/// Returns whether an open file is a package, a tar archive or an image. The position in the file
/// changes.
///
/// # Errors
/// An I/O error.
pub fn is_package_file(mut file: &File) -> io::Result<bool> {
    recognized(|| file.rewind().map(|()| file))
}

/// Recognizes the content that `open` reads from its start.
fn recognized<R: Read>(mut open: impl FnMut() -> io::Result<R>) -> io::Result<bool> {
    let start = |reader: &mut dyn Read| {
        let mut start = Vec::new();
        reader.take(BLOCK as u64).read_to_end(&mut start).map(|_| start)
    };
    Ok(match begins(&start(&mut open()?)?) {
        Begins::Tar | Begins::Deb | Begins::Rpm => true,
        Begins::Other => false,
        Begins::Packed(packing) => {
            // A file that cannot be unpacked is an ordinary compressed file.
            let unpacked = start(&mut *decoder(packing, BufReader::new(open()?)));
            unpacked.is_ok_and(|start| is_tar_header(&start))
        }
    })
}
