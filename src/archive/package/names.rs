//! Names in a package that was refused, as far as they can be read.

use super::recognize::{Begins, begins, is_tar_header};
use super::tar::HEADERS;
use super::unpack::{Packing, bounded};
use crate::archive::error::Fault;
use crate::archive::reader::ArchiveLimits;
use std::io::{BufReader, Read};

/// Size of a tar header, and of the blocks that contents are padded to.
const BLOCK: usize = 512;

/// Bytes that a decoder gets at once. It has no result for those with an error.
const STEP: usize = 64;

/// Returns whether a refused package may contain a file whose name is sought. A tar archive that is
/// broken has names before the fault. Those of other packages, and of what is too large to be
/// unpacked, are not known.
pub fn package_names(bytes: &[u8], is_sought: impl Fn(&[u8]) -> bool) -> bool {
    if matches!(begins(bytes), Begins::Deb | Begins::Rpm) {
        return true;
    }
    let mut reader: Box<dyn Read + '_> = match Packing::of(bytes) {
        Some(packing) => {
            let steps = BufReader::with_capacity(STEP, bytes);
            Box::new(bounded(packing, steps, bytes.len() as u64, &ArchiveLimits::default()))
        }
        None => Box::new(bytes),
    };
    let mut block = Vec::new();
    // Bytes of a long name or of pax records that have not been read.
    let (mut left, mut records) = (0, Vec::new());
    loop {
        block.clear();
        if let Err(error) = reader.by_ref().take(BLOCK as u64).read_to_end(&mut block) {
            let fault = error.downcast::<Fault>();
            return matches!(fault, Ok(Fault::Limit { .. } | Fault::Bomb { .. } | Fault::Dictionary(_)));
        }
        if left > 0 {
            records.extend_from_slice(&block[..block.len().min(left)]);
            left = left.saturating_sub(BLOCK);
            if left == 0 || block.len() < BLOCK {
                let mut names = records.split(|&byte| matches!(byte, 0 | b'\n'));
                if names.any(&is_sought) {
                    return true;
                }
                records.clear();
            }
        } else if is_tar_header(&block) {
            let name = block[..100].split(|&byte| byte == 0).next().unwrap_or_default();
            if is_sought(name) {
                return true;
            }
            if matches!(block[156], b'L' | b'x') {
                let size = tar::Header::from_byte_slice(&block).entry_size().unwrap_or_default();
                left = usize::try_from(size.min(HEADERS)).unwrap_or_default();
            }
        }
        if block.len() < BLOCK {
            return false;
        }
    }
}
