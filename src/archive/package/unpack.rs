//! Compressed bytes → a bounded stream.

use crate::archive::error::Fault;
use crate::archive::reader::{ArchiveLimits, SMALL_TOTAL};
use lzma_rust2::XzReader;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, BufRead, Read};

/// KiB of memory for an xz stream. The dictionary of the largest preset has 64 MiB.
const XZ_MEMORY: u32 = 160 << 10;

/// Compression of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Xz,
    Zstd,
    Bzip2,
    Lzma,
}

impl Packing {
    /// Recognizes the compression by the first bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => Some(Self::Bzip2),
            [0x5d, 0, 0, ..] => Some(Self::Lzma),
            _ => None,
        }
    }

    /// Returns the name of the program that compresses this way.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Lzma => "lzma",
        }
    }
}

/// Returns an unbounded stream of the unpacked bytes.
pub(super) fn decoder<'a>(packing: Packing, reader: impl BufRead + 'a) -> Box<dyn Read + 'a> {
    match packing {
        Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(reader)),
        Packing::Xz => Box::new(XzReader::new_mem_limit(reader, true, XZ_MEMORY)),
        Packing::Zstd => Box::new(Zstd { source: reader, frame: None }),
        Packing::Bzip2 | Packing::Lzma => Box::new(UnsupportedCompression(packing.name())),
    }
}

/// Returns the stream of the unpacked bytes, or of the bytes themselves if they are not compressed,
/// and the compression. The stream is bounded by the limits.
pub(super) fn unpacked<'a>(bytes: &'a [u8], limits: &ArchiveLimits) -> (Option<Packing>, Box<dyn Read + 'a>) {
    let Some(packing) = Packing::of(bytes) else { return (None, Box::new(bytes)) };
    (Some(packing), Box::new(bounded(packing, bytes, bytes.len() as u64, limits)))
}

/// Returns the stream of the unpacked bytes of a reader with `size` bytes, bounded by the limits.
pub(super) fn bounded<'a>(
    packing: Packing,
    reader: impl BufRead + 'a,
    size: u64,
    limits: &ArchiveLimits,
) -> Bounded<'a> {
    let most = limits.dense.max(size.saturating_mul(limits.dense_ratio)).min(limits.total);
    let dense = SMALL_TOTAL.max(size.saturating_mul(limits.ratio));
    let reader = decoder(packing, reader);
    Bounded { reader, packing, size, found: 0, most, dense, ratio: limits.ratio }
}

/// A stream that fails at its limit.
pub(super) struct Bounded<'a> {
    reader: Box<dyn Read + 'a>,
    packing: Packing,
    /// Size of the compressed bytes.
    size: u64,
    found: u64,
    most: u64,
    dense: u64,
    ratio: u64,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::OutOfMemory => io::Error::other(Fault::Dictionary(self.packing.name())),
            _ if is_fault(&error) => error,
            _ if self.packing == Packing::Gzip => io::Error::other(Fault::Gzip),
            _ => io::Error::other(Fault::Stream(self.packing.name(), error.to_string().into())),
        })?;
        self.found = self.found.saturating_add(count as u64);
        if self.found > self.dense {
            let (compressed, limit) = (self.size, self.ratio);
            return Err(io::Error::other(Fault::Bomb { size: self.found, compressed, limit }));
        }
        if self.found > self.most {
            let (found, limit) = (self.found, self.most);
            return Err(io::Error::other(Fault::Limit { what: "bytes in all entries", found, limit }));
        }
        Ok(count)
    }
}

fn is_fault(error: &io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>()).is_some()
}

/// A compression that is recognized but not supported.
struct UnsupportedCompression(&'static str);

impl Read for UnsupportedCompression {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other(Fault::Packing(self.0)))
    }
}

/// A sequence of zstd frames, each checked against its checksum if it has one.
struct Zstd<R> {
    source: R,
    frame: Option<FrameDecoder>,
}

impl<R: BufRead> Zstd<R> {
    /// Begins the next frame, if it exists.
    fn next(&mut self) -> io::Result<Option<FrameDecoder>> {
        while !self.source.fill_buf()?.is_empty() {
            let mut frame = FrameDecoder::new();
            match frame.reset(&mut self.source) {
                Ok(()) => return Ok(Some(frame)),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    if io::copy(&mut self.source.by_ref().take(length), &mut io::sink())? != length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(FrameDecoderError::WindowSizeTooBig { .. }) => {
                    return Err(io::ErrorKind::OutOfMemory.into());
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Ok(None)
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut frame = match self.frame.take() {
                Some(frame) => frame,
                None => match self.next()? {
                    Some(frame) => frame,
                    None => return Ok(0),
                },
            };
            while frame.can_collect() == 0 && !frame.is_finished() {
                let step = BlockDecodingStrategy::UptoBlocks(1);
                frame.decode_blocks(&mut self.source, step).map_err(io::Error::other)?;
            }
            let count = frame.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                self.frame = Some(frame);
                return Ok(count);
            }
            let said = frame.get_checksum_from_data();
            if said.is_some() && said != frame.get_calculated_checksum() {
                return Err(io::Error::other("wrong checksum"));
            }
        }
    }
}
