//! Errors of reading an archive.

use super::name::NameFault;
use crate::text::{Shown as _, bytes, counted};
use std::path::PathBuf;

/// A refused archive, or one that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {}", archive.shown(), self.within())]
#[non_exhaustive]
pub struct ArchiveError {
    /// The archive.
    pub archive: PathBuf,
    /// The entry, if the fault concerns one entry.
    pub entry: Option<String>,
    /// Description of the fault.
    #[source]
    pub fault: Fault,
}

impl ArchiveError {
    /// Returns the message without the path of the archive.
    pub fn within(&self) -> String {
        let entry = self.entry.as_ref().map(|name| format!("entry {name:?}: "));
        format!("{}{}", entry.unwrap_or_default(), self.fault)
    }
}

/// Fault of an archive or of an entry. Offsets are bytes from the start of the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The file cannot be read.
    #[error("cannot read the archive: {0}")]
    Io(#[from] std::io::Error),
    /// There is no end of central directory record.
    #[error("not a zip archive, or a truncated one: it has no end of central directory")]
    NoEnd,
    /// Bytes after the end record, or a truncated comment.
    #[error("the end of central directory at offset {0} does not end with the file")]
    TrailingBytes(u64),
    /// More than one record could be the end record.
    #[error("two records could be the end of the archive: at offsets {0} and {1}")]
    TwoEnds(u64, u64),
    /// A part extends beyond the end of its container.
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
    /// An archive that is split into several files.
    #[error("it is one part of a multi-part archive")]
    MultiDisk,
    /// The end record and the central directory disagree.
    #[error("the end of central directory gives {said} for {what}, but {found} was found")]
    Directory {
        /// The field.
        what: &'static str,
        /// Value in the end record.
        said: u64,
        /// Value that was found.
        found: u64,
    },
    /// Bytes are missing at the start, or the end record is wrong.
    #[error(
        "bytes are missing before offset {end}: the directory there is said to have {size} bytes and to begin at {offset}"
    )]
    Front {
        /// Offset of the end of the directory.
        end: u64,
        /// Size of the directory in bytes.
        size: u64,
        /// Recorded offset of the directory.
        offset: u64,
    },
    /// Some versions of Python read another central directory.
    #[error("some versions of Python find another central directory, at offset {0}")]
    OtherDirectory(u64),
    /// A record of the directory within a name, an extra field or a comment.
    #[error("a name, extra field or comment holds the signature of a record of the directory")]
    Record,
    /// 32-bit and zip64 fields disagree, or one of them is missing.
    #[error("its zip64 {0} does not agree with the 32-bit one, or is missing")]
    Zip64(&'static str),
    /// Extra fields that do not fill their space exactly.
    #[error("malformed extra fields")]
    Extra,
    /// Bytes before the first entry.
    #[error("{} before the first entry", counted(*.0, "byte is", "bytes are"))]
    Prefix(u64),
    /// The bytes before the first entry are not a single shebang line.
    #[error("the {} not a shebang line", counted(*.0, "byte before the first entry is", "bytes before the first entry are"))]
    NotShebang(u64),
    /// Bytes that belong to no part of the archive.
    #[error("{} at offset {offset} {} to no entry", bytes(*.size), if *.size == 1 { "belongs" } else { "belong" })]
    Gap {
        /// Location.
        offset: u64,
        /// Number of bytes.
        size: u64,
    },
    /// Two entries share bytes.
    #[error("it overlaps the data at offset {0}")]
    Overlap(u64),
    /// A refused name.
    #[error("{0}")]
    Name(#[from] NameFault),
    /// A name that is not UTF-8, or is not declared as UTF-8.
    #[error("the name is not UTF-8, or not marked as UTF-8")]
    NameEncoding,
    /// The Unicode path extra field contains another name.
    #[error("the Unicode path field holds another name")]
    UnicodePath,
    /// Two entries with the same name.
    #[error("there are two entries of this name")]
    Duplicate,
    /// Names that are the same on a case-insensitive or normalizing file system.
    #[error("on some file systems the name is the same as {0:?}")]
    Collision(String),
    /// A file where another entry needs a directory.
    #[error("it is a file, and {0:?} needs it to be a directory")]
    FileAsDirectory(String),
    /// A symbolic link.
    #[error("symbolic links are refused")]
    Symlink,
    /// A device, pipe or socket, or a directory whose name does not end in `/`.
    #[error("neither a file nor a directory (mode {0:o})")]
    Special(u32),
    /// A directory with content.
    #[error("a directory with content")]
    DirectoryContent,
    /// An encrypted entry.
    #[error("encrypted entries are refused")]
    Encrypted,
    /// A patch, or another flag that changes the meaning of the bytes.
    #[error("unsupported flags {0:#06x}")]
    Flags(u16),
    /// A version of the format that does not exist or is not supported.
    #[error("it needs version {}.{} of the zip format; up to 6.3 is supported", .0 / 10, .0 % 10)]
    Version(u16),
    /// A compression method other than stored or deflated.
    #[error("unsupported compression method {}", method_name(*.0))]
    Method(u16),
    /// The local header contradicts the central header.
    #[error("the local header and the central directory disagree on the {0}")]
    Disagree(&'static str),
    /// The CRC does not match the bytes.
    #[error("wrong CRC-32: {found:08x} instead of {said:08x}")]
    Crc {
        /// CRC in the central directory.
        said: u32,
        /// CRC of the bytes.
        found: u32,
    },
    /// The deflate stream is invalid.
    #[error("the compressed data is broken")]
    Deflate,
    /// The data do not have the size in the central directory.
    #[error("the data is not the {} that the directory says", bytes(*.0))]
    Size(u64),
    /// The archive is too large to be read.
    #[error("{what}: {found}, more than the limit of {limit}")]
    Limit {
        /// Quantity that is limited.
        what: &'static str,
        /// Number that was found.
        found: u64,
        /// Largest number that is read.
        limit: u64,
    },
    /// The entries unpack to more than the limit for an archive of this size.
    #[error(
        "the entries unpack to {size} bytes, more than the limit of {limit} for an archive of this size; unpack \
         it, and use the directory"
    )]
    Inflated {
        /// Unpacked size in the central directory.
        size: u64,
        /// Largest unpacked size that is accepted.
        limit: u64,
    },
    /// A zip bomb.
    #[error("{size} bytes out of {compressed}: a ratio above {limit} to 1 is treated as a zip bomb")]
    Bomb {
        /// Unpacked size in the central directory.
        size: u64,
        /// Compressed bytes.
        compressed: u64,
        /// Largest ratio that is accepted.
        limit: u64,
    },
    /// The file is not a gzip stream.
    #[error("the gzip data is broken, or it is not gzip data")]
    Gzip,
    /// Another compressed stream is invalid.
    #[error("the {0} data is broken: {1}")]
    Stream(&'static str, Box<str>),
    /// A compressed stream that requires too much memory.
    #[error("the {0} data needs a dictionary of more than 128 MiB")]
    Dictionary(&'static str),
    /// A compression that is not supported.
    #[error("it is compressed by {0}, which is not supported: gzip, xz and zstd are")]
    Packing(&'static str),
    /// A tar or cpio archive that the reader cannot parse: part, offset and message of the reader.
    #[error("{0}")]
    Malformed(Box<str>),
    /// Bytes other than padding after the end of an archive.
    #[error("bytes that are not zero follow the end of the archive, before offset {0}")]
    BehindEnd(u64),
    /// A link, directory or device with content.
    #[error("an entry that is not a file has content")]
    LinkContent,
    /// A device where only files are accepted.
    #[error("{0} is refused: neither a file, a directory nor a link")]
    Device(Box<str>),
    /// A fault of a Debian package.
    #[error("unsupported Debian package: {0}")]
    Deb(&'static str),
    /// A fault of an RPM package.
    #[error("unsupported RPM package: {0}")]
    Rpm(&'static str),
    /// A fault of a container image.
    #[error("unsupported container image: {0}")]
    Image(&'static str),
    /// A file that is a zip and another format at once.
    #[error("it is both a zip and a {0}, with different files in each")]
    Both(&'static str),
    /// A tar header with invalid fields or a wrong checksum.
    #[error("the tar header at offset {0} is malformed")]
    TarHeader(u64),
    /// A global pax header with a record that names or measures entries.
    #[error("a global pax header with {0:?} is refused: some readers apply it to every entry")]
    Global(String),
    /// Two headers of an entry of a tar archive give it different names.
    #[error("its headers give it different names, and readers differ in which one they use")]
    Names,
    /// An entry that is neither a file, a directory nor a link.
    #[error("entries of type {0:?} are refused: neither a file, a directory nor a link")]
    TarKind(char),
    /// A hard link whose target is not an earlier file of the archive.
    #[error("it is a hard link to {0:?}, which is not an earlier file of the archive")]
    HardLink(String),
    /// A source distribution without a single top-level directory.
    #[error("a source distribution must have one top-level directory with all files")]
    NoFolder,
    /// Memory could not be allocated.
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
