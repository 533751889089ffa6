//! Why an archive is refused.

use super::name::NameFault;
use crate::text::{Shown as _, bytes, counted};
use std::path::PathBuf;

/// An archive that is not read. The fault is the archive's, or the file system's.
#[derive(Debug, thiserror::Error)]
#[error("{}: {}{fault}", archive.shown(), entry.as_ref().map(|name| format!("entry {name:?}: ")).unwrap_or_default())]
pub struct ArchiveError {
    /// The archive.
    pub archive: PathBuf,
    /// The entry, where it is one entry's fault.
    pub entry: Option<String>,
    /// Description of the fault.
    #[source]
    pub fault: Fault,
}

/// Fault of an archive or of an entry. Offsets are bytes from the start of the file.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The file cannot be read.
    #[error("cannot read the archive: {0}")]
    Io(#[from] std::io::Error),
    /// No end of central directory.
    #[error("not a zip archive, or a truncated one: it has no end of central directory")]
    NoEnd,
    /// Bytes behind the end record, or a comment that is cut off.
    #[error("the end of central directory at offset {0} does not end with the file")]
    TrailingBytes(u64),
    /// More than one record could be the end.
    #[error("two records could be the end of the archive: at offsets {0} and {1}")]
    TwoEnds(u64, u64),
    /// Something reaches beyond the end of what it stands in.
    #[error("truncated: {what} at offset {offset} reaches beyond its end")]
    Truncated {
        /// Part that was being read.
        what: &'static str,
        /// Offset of its start.
        offset: u64,
    },
    /// A record does not begin with its signature.
    #[error("no {what} at offset {offset}")]
    Signature {
        /// Part that was expected.
        what: &'static str,
        /// Location.
        offset: u64,
    },
    /// An archive in parts.
    #[error("it is one part of an archive in several")]
    MultiDisk,
    /// The end record and the directory disagree.
    #[error("the end of central directory says {said} for {what}, there is {found}")]
    Directory {
        /// The field.
        what: &'static str,
        /// Value that it has.
        said: u64,
        /// Value that was found.
        found: u64,
    },
    /// The front is missing, or the end lies.
    #[error(
        "bytes are missing before offset {end}: the directory there is said to have {size} bytes and to begin at {offset}"
    )]
    Front {
        /// Offset of the directory's end.
        end: u64,
        /// Bytes of the directory.
        size: u64,
        /// Offset at which it is recorded to begin.
        offset: u64,
    },
    /// 32-bit and 64-bit fields disagree, or one is missing.
    #[error("its zip64 {0} does not agree with the 32-bit one, or is missing")]
    Zip64(&'static str),
    /// Extra fields that do not fill their place.
    #[error("malformed extra fields")]
    Extra,
    /// Something before the first entry.
    #[error("{} before the first entry", counted(*.0, "byte stands", "bytes stand"))]
    Prefix(u64),
    /// The prefix is not one shebang line.
    #[error("the {} not a shebang line", counted(*.0, "byte before the first entry is", "bytes before the first entry are"))]
    NotShebang(u64),
    /// Bytes that belong to nothing.
    #[error("{} at offset {offset} {} to no entry", bytes(*.size), if *.size == 1 { "belongs" } else { "belong" })]
    Gap {
        /// Location.
        offset: u64,
        /// Number of bytes.
        size: u64,
    },
    /// Two entries share bytes.
    #[error("it overlaps what stands at offset {0}")]
    Overlap(u64),
    /// A name that is refused.
    #[error("{0}")]
    Name(#[from] NameFault),
    /// A name that is no UTF-8, or does not say that it is.
    #[error("the name is not UTF-8, or not marked as UTF-8")]
    NameEncoding,
    /// The Unicode path extra field holds another name.
    #[error("the Unicode path field holds another name")]
    UnicodePath,
    /// Two entries of one name.
    #[error("there are two entries of this name")]
    Duplicate,
    /// Names that are one on a file system without case, or with normalization.
    #[error("on some file systems the name is the same as {0:?}")]
    Collision(String),
    /// A file where another entry needs a directory.
    #[error("it is a file, and {0:?} needs it to be a directory")]
    FileAsDirectory(String),
    /// A symbolic link.
    #[error("symbolic links are refused")]
    Symlink,
    /// A device, a pipe, a socket; or a directory whose name does not end in `/`.
    #[error("neither a file nor a directory (mode {0:o})")]
    Special(u32),
    /// A directory with content.
    #[error("a directory with content")]
    DirectoryContent,
    /// Encrypted.
    #[error("encrypted entries are refused")]
    Encrypted,
    /// A patch, or another flag that changes how the bytes are read.
    #[error("unsupported flags {0:#06x}")]
    Flags(u16),
    /// A version of the format that does not exist, or that we do not know.
    #[error("it needs version {}.{} of the zip format, at most 6.3 is read", .0 / 10, .0 % 10)]
    Version(u16),
    /// Neither stored nor deflated.
    #[error("unsupported compression method {}", method_name(*.0))]
    Method(u16),
    /// The local header says something else.
    #[error("the local header and the central directory disagree on the {0}")]
    Disagree(&'static str),
    /// The bytes are not what the CRC is of.
    #[error("wrong CRC-32: {found:08x} instead of {said:08x}")]
    Crc {
        /// By the directory.
        said: u32,
        /// Of the bytes.
        found: u32,
    },
    /// The deflate stream is broken.
    #[error("the compressed data is broken")]
    Deflate,
    /// The data is more or less than the directory says.
    #[error("the data is not the {} that the directory says", bytes(*.0))]
    Size(u64),
    /// The archive is too large to be read.
    #[error("{what}: {found}, at most {limit} are read")]
    Limit {
        /// Quantity that is limited.
        what: &'static str,
        /// Number that was found.
        found: u64,
        /// Largest number that is read.
        limit: u64,
    },
    /// More than is unpacked of an archive of its size.
    #[error(
        "the entries unpack to {size} bytes, at most {limit} are unpacked of an archive of this size; \
         verify, diff and manifest accept the directory that it unpacks to"
    )]
    Inflated {
        /// Bytes, by the directory.
        size: u64,
        /// Number of bytes that are unpacked.
        limit: u64,
    },
    /// A zip bomb.
    #[error("{size} bytes out of {compressed}: more than {limit} to one is taken for a zip bomb")]
    Bomb {
        /// Bytes, by the directory.
        size: u64,
        /// Compressed bytes.
        compressed: u64,
        /// The ratio.
        limit: u64,
    },
    /// Not gzip.
    #[error("the gzip data is broken, or it is not gzip data")]
    Gzip,
    /// Another compressed stream that is broken.
    #[error("the {0} data is broken: {1}")]
    Stream(&'static str, Box<str>),
    /// A compressed stream that asks for more memory than it gets.
    #[error("the {0} data needs a dictionary of more than 128 MiB")]
    Dictionary(&'static str),
    /// A compression that is not read.
    #[error("it is compressed by {0}, which is not read: gzip, xz and zstd are")]
    Packing(&'static str),
    /// A tar or cpio archive that its reader does not understand: which, where, and the words of
    /// the reader.
    #[error("{0}")]
    Malformed(Box<str>),
    /// Bytes behind the end of an archive that are no padding.
    #[error("bytes that are not zero follow the end of the archive, before offset {0}")]
    BehindEnd(u64),
    /// A link, directory or device that has bytes.
    #[error("an entry that is no file has content")]
    LinkContent,
    /// A device where only files belong.
    #[error("{0} is refused: neither a file, a directory nor a link")]
    Device(Box<str>),
    /// Fault of a Debian package.
    #[error("it is no Debian package that is read: {0}")]
    Deb(&'static str),
    /// Fault of an RPM package.
    #[error("it is no RPM package that is read: {0}")]
    Rpm(&'static str),
    /// Fault of a container image.
    #[error("it is no container image that is read: {0}")]
    Image(&'static str),
    /// A file that is a zip and something else.
    #[error("it is a zip and a {0} at once, with other files in each")]
    Both(&'static str),
    /// A tar header whose fields or sum are wrong.
    #[error("the tar header at offset {0} is malformed")]
    TarHeader(u64),
    /// An entry that is neither a file, a directory nor a link.
    #[error("entries of type {0:?} are refused: neither a file, a directory nor a link")]
    TarKind(char),
    /// A hard link to what is not an earlier file of the archive.
    #[error("it is a hard link to {0:?}, which is not an earlier file of the archive")]
    HardLink(String),
    /// A source distribution without its one directory.
    #[error("a source distribution has one directory with all files in it")]
    NoFolder,
    /// No memory.
    #[error("no memory for {0} bytes")]
    Memory(u64),
}

fn method_name(method: u16) -> String {
    let name = match method {
        1 => "shrunk",
        2..=5 => "reduced",
        6 => "imploded",
        9 => "deflate64",
        12 => "bzip2",
        14 => "lzma",
        93 => "zstandard",
        95 => "xz",
        98 => "ppmd",
        99 => "AES encryption",
        _ => return method.to_string(),
    };
    format!("{method} ({name})")
}
