//! Content that is read in blocks, so that a large entry is not kept in memory.

use super::entry::Bytes;
use super::error::Fault;
use flate2::bufread::DeflateDecoder;
use flate2::{Crc, Decompress, FlushDecompress, Status};
use std::io::{self, BufRead, BufReader, Read};

/// Bytes that are unpacked at once.
const BLOCK: usize = 1 << 16;

/// A reader of the content of a file, which unpacks one block at a time.
#[derive(Debug)]
pub struct ContentReader<'a>(ContentSource<'a>);

#[derive(Debug)]
enum ContentSource<'a> {
    Plain(&'a [u8]),
    Deflated(BufReader<DeflateDecoder<&'a [u8]>>),
}

impl<'a> ContentReader<'a> {
    pub(super) const fn plain(bytes: &'a [u8]) -> Self {
        Self(ContentSource::Plain(bytes))
    }

    pub(super) fn deflated(data: &'a [u8]) -> Self {
        Self(ContentSource::Deflated(BufReader::with_capacity(BLOCK, DeflateDecoder::new(data))))
    }

    /// Returns the next bytes, empty at the end, for [`BufRead::consume`]. Unpacking cannot fail:
    /// reading the archive has unpacked the same data.
    pub fn block(&mut self) -> &[u8] {
        self.fill_buf().unwrap_or_default()
    }
}

impl Read for ContentReader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            ContentSource::Plain(bytes) => bytes.read(into),
            ContentSource::Deflated(reader) => reader.read(into),
        }
    }
}

impl BufRead for ContentReader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match &mut self.0 {
            ContentSource::Plain(bytes) => bytes.fill_buf(),
            ContentSource::Deflated(reader) => reader.fill_buf(),
        }
    }

    fn consume(&mut self, count: usize) {
        match &mut self.0 {
            ContentSource::Plain(bytes) => bytes.consume(count),
            ContentSource::Deflated(reader) => reader.consume(count),
        }
    }
}

/// Bytes in memory, or the content of an entry.
#[derive(Clone, Copy, Debug)]
pub enum Blocks<'a> {
    /// Bytes in memory.
    Slice(&'a [u8]),
    /// Content of an entry, which may have to be unpacked.
    Entry(&'a Bytes),
}

impl Blocks<'_> {
    /// Returns the number of bytes.
    pub fn len(self) -> usize {
        match self {
            Self::Slice(bytes) => bytes.len(),
            Self::Entry(bytes) => bytes.len(),
        }
    }

    /// Returns whether the number of bytes is 0.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Calls `with` for each block in order.
    pub fn each(self, mut with: impl FnMut(&[u8])) {
        let mut reader = match self {
            Self::Slice(bytes) => return with(bytes),
            Self::Entry(bytes) => bytes.reader(),
        };
        loop {
            let block = reader.block();
            let length = block.len();
            if length == 0 {
                return;
            }
            with(block);
            reader.consume(length);
        }
    }
}

impl<'a> From<&'a [u8]> for Blocks<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Slice(bytes)
    }
}

impl<'a> From<&'a Bytes> for Blocks<'a> {
    fn from(bytes: &'a Bytes) -> Self {
        Self::Entry(bytes)
    }
}

/// Returns whether two readers have the same remaining bytes.
pub(super) fn are_equal(mut one: ContentReader<'_>, mut other: ContentReader<'_>) -> bool {
    loop {
        let (block, other_block) = (one.block(), other.block());
        let length = block.len().min(other_block.len());
        if length == 0 {
            return block.len() == other_block.len();
        }
        if block[..length] != other_block[..length] {
            return false;
        }
        one.consume(length);
        other.consume(length);
    }
}

/// Returns the CRC-32 of the `size` bytes that all of `data` inflate to, without keeping them.
pub(super) fn checksum(data: &[u8], size: u64) -> Result<u32, Fault> {
    let mut stream = Decompress::new(false);
    let mut crc = Crc::new();
    let mut block = vec![0; BLOCK];
    loop {
        let (read, made) = (stream.total_in(), stream.total_out());
        let rest = usize::try_from(read).ok().and_then(|read| data.get(read..)).unwrap_or_default();
        let status =
            stream.decompress(rest, &mut block, FlushDecompress::None).map_err(|_| Fault::Deflate)?;
        let length = usize::try_from(stream.total_out() - made).unwrap_or(BLOCK).min(BLOCK);
        crc.update(&block[..length]);
        if stream.total_out() > size {
            return Err(Fault::Size(size));
        }
        if status == Status::StreamEnd {
            break;
        }
        if length == 0 && stream.total_in() == read {
            return Err(Fault::Deflate);
        }
    }
    if stream.total_in() != data.len() as u64 {
        return Err(Fault::Deflate);
    }
    if stream.total_out() != size { Err(Fault::Size(size)) } else { Ok(crc.sum()) }
}
