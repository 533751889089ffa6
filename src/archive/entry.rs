//! Files of an archive and their metadata.

use super::error::Fault;
use super::package::{Facts, Format, Special};
use super::reader::inflate;
use super::stream::{ContentReader, are_equal};
use std::borrow::Cow;
use std::io::Read as _;
use std::ops::{Range, RangeInclusive};
use std::path::PathBuf;
use std::sync::Arc;

/// Content of a file; copies share the bytes. The content of a large entry stays as it is in the
/// archive and is unpacked at each read, so that an entry uses memory only while it is read.
#[derive(Clone, Debug)]
pub struct Bytes(Content);

#[derive(Clone, Debug)]
enum Content {
    Held(Arc<Vec<u8>>),
    Packed(PackedEntry),
}

/// Data of an entry as in the archive, which were unpacked once as a check.
#[derive(Clone, Debug)]
pub(super) struct PackedEntry {
    /// The whole archive.
    pub(super) archive: Arc<Vec<u8>>,
    /// Range of the data in the archive.
    pub(super) data: Range<usize>,
    pub(super) compression: Compression,
    /// Number of bytes that the data unpack to.
    pub(super) size: usize,
}

impl Bytes {
    /// Returns the content of an entry, which is unpacked when it is read.
    pub(super) const fn packed(packed: PackedEntry) -> Self {
        Self(Content::Packed(packed))
    }

    /// Returns the bytes, unpacking them if they are not in memory.
    ///
    /// # Panics
    /// If memory for the bytes cannot be allocated.
    #[allow(clippy::panic, reason = "an allocation that fails does not return either")]
    pub fn read(&self) -> Cow<'_, [u8]> {
        self.try_read().unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// Returns the bytes, unpacking them if they are not in memory.
    ///
    /// # Errors
    /// [`Fault::Memory`].
    pub fn try_read(&self) -> Result<Cow<'_, [u8]>, Fault> {
        match &self.0 {
            Content::Held(bytes) => Ok(Cow::Borrowed(bytes)),
            Content::Packed(packed) => packed.read(),
        }
    }

    /// Returns a reader that unpacks a block at a time.
    pub fn reader(&self) -> ContentReader<'_> {
        match &self.0 {
            Content::Held(bytes) => ContentReader::plain(bytes),
            Content::Packed(packed) => packed.reader(),
        }
    }

    /// Returns the first bytes, up to `count`.
    pub fn head(&self, count: u64) -> Vec<u8> {
        let mut head = Vec::new();
        // Cannot fail: reading the archive has unpacked the same data.
        let _ = self.reader().take(count).read_to_end(&mut head);
        head
    }

    /// Returns the number of bytes.
    pub fn len(&self) -> usize {
        match &self.0 {
            Content::Held(bytes) => bytes.len(),
            Content::Packed(packed) => packed.size,
        }
    }

    /// Returns whether the content is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns a copy of the bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        self.read().into_owned()
    }

    /// Returns the bytes, as a copy if they are shared.
    pub fn into_vec(self) -> Vec<u8> {
        match self.0 {
            Content::Held(bytes) => Arc::unwrap_or_clone(bytes),
            Content::Packed(_) => self.read().into_owned(),
        }
    }
}

impl PackedEntry {
    fn data(&self) -> &[u8] {
        self.archive.get(self.data.clone()).unwrap_or_default()
    }

    /// Unpacks the data. The check has unpacked the same data, so this fails only if memory runs
    /// out.
    fn read(&self) -> Result<Cow<'_, [u8]>, Fault> {
        match self.compression {
            Compression::Stored => Ok(Cow::Borrowed(self.data())),
            Compression::Deflated => Ok(Cow::Owned(inflate(self.data(), self.size as u64)?)),
        }
    }

    fn reader(&self) -> ContentReader<'_> {
        match self.compression {
            Compression::Stored => ContentReader::plain(self.data()),
            Compression::Deflated => ContentReader::deflated(self.data()),
        }
    }
}

impl Default for Bytes {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && are_equal(self.reader(), other.reader())
    }
}

impl Eq for Bytes {}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Content::Held(Arc::new(bytes)))
    }
}

impl From<String> for Bytes {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<&str> for Bytes {
    fn from(text: &str) -> Self {
        text.as_bytes().to_vec().into()
    }
}

impl PartialEq<[u8]> for Bytes {
    fn eq(&self, other: &[u8]) -> bool {
        *self.read() == *other
    }
}

/// A file to be written into an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Relative path, with `/` between components.
    pub path: String,
    /// Content.
    pub bytes: Bytes,
    /// True for mode 0755 instead of 0644.
    pub executable: bool,
}

impl File {
    /// Returns a file that is not executable.
    pub fn new(path: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { path: path.into(), bytes: bytes.into(), executable: false }
    }
}

/// Compression of an entry's bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compression {
    /// Not compressed (method 0).
    #[default]
    Stored,
    /// Deflate (method 8).
    Deflated,
}

impl Compression {
    /// Returns `stored` or `deflated`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Deflated => "deflated",
        }
    }
}

/// Date and time in a zip: local time, in two-second steps, from 1980 to 2107. Not every value is a
/// date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DosTime {
    /// Bits 9 to 15: years from 1980; 5 to 8: month; 0 to 4: day.
    pub date: u16,
    /// Bits 11 to 15: hours; 5 to 10: minutes; 0 to 4: half seconds.
    pub time: u16,
}

const DAY: i64 = 86_400;

impl DosTime {
    /// Times that a zip can represent, in seconds since 1970: from 1980-01-01 00:00:00 to
    /// 2107-12-31 23:59:59, which is written as 23:59:58.
    pub const RANGE: RangeInclusive<i64> = 315_532_800..=4_354_819_199;

    /// Returns the time for seconds since 1970, in UTC, clamped to the range of a zip and rounded
    /// down to even seconds.
    pub fn from_unix(seconds: i64) -> Self {
        let seconds = seconds.clamp(*Self::RANGE.start(), *Self::RANGE.end());
        let (year, month, day) = civil(seconds.div_euclid(DAY));
        let second = seconds.rem_euclid(DAY);
        // The clamp keeps every part within its bits.
        let date = (year - 1980) << 9 | month << 5 | day;
        let time = (second / 3600) << 11 | (second / 60 % 60) << 5 | (second % 60 / 2);
        Self { date: u16::try_from(date).unwrap_or(u16::MAX), time: u16::try_from(time).unwrap_or(u16::MAX) }
    }
}

/// Returns the Gregorian date of a day counted from 1970-01-01, computed in eras of 400 years that
/// begin on 1 March.
pub(super) fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, of_year - (153 * from_march + 2) / 5 + 1)
}

impl std::fmt::Display for DosTime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { date, time } = self;
        write!(
            formatter,
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            1980 + (date >> 9),
            date >> 5 & 15,
            date & 31,
            time >> 11,
            time >> 5 & 63,
            (time & 31) * 2
        )
    }
}

/// An entry whose bytes agree with its size and CRC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Path; for a directory, without the `/` at its end.
    pub name: String,
    /// True for a directory, which has no bytes.
    pub directory: bool,
    /// Content.
    pub bytes: Bytes,
    /// Permission bits; `None` if the archive does not record them.
    pub mode: Option<u32>,
    /// Compression of the bytes.
    pub compression: Compression,
    /// Size of the bytes in the archive.
    pub compressed_size: u64,
    /// Modification time.
    pub modified: DosTime,
    /// CRC-32 of the bytes.
    pub crc32: u32,
    /// Flag bits; 3: a data descriptor follows; 11: the name is UTF-8.
    pub flags: u16,
    /// System (high byte; 3 is Unix) and format version (low byte, times ten) of the writer.
    pub made_by: u16,
    /// Version needed to extract the entry, times ten.
    pub version_needed: u16,
    /// MS-DOS attributes in the low 16 bits, Unix mode in the high 16 bits.
    pub external_attributes: u32,
    /// Bit 0: the writer classified the content as text.
    pub internal_attributes: u16,
    /// Extra fields in the central directory, unparsed.
    pub extra: Vec<u8>,
    /// Extra fields in the local header, unparsed.
    pub local_extra: Vec<u8>,
    /// Comment, undecoded.
    pub comment: Vec<u8>,
    /// Offset of the local header in the file, in bytes; in other formats than zip, the index of
    /// the entry.
    pub offset: u64,
    /// Metadata of an entry of a tar or cpio archive.
    pub facts: Option<Facts>,
}

impl Entry {
    /// Returns whether the owner may execute the file.
    pub fn executable(&self) -> bool {
        self.mode.is_some_and(|mode| mode & 0o100 != 0)
    }
}

/// A file of an image's layer that a later layer replaces or removes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenFile {
    /// Number of the layer, from 1.
    pub layer: usize,
    /// Path.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
}

/// An archive in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    /// Path for error messages.
    pub path: PathBuf,
    /// Bytes before the first entry, such as the shebang line of a zipapp.
    pub prefix: Vec<u8>,
    /// Entries in the order of the central directory.
    pub entries: Vec<Entry>,
    /// Comment of the archive.
    pub comment: Vec<u8>,
    /// Symlinks and devices, by name, in formats that support them.
    pub specials: Vec<Special>,
    /// Format.
    pub format: Format,
    /// Name of the compression of the archive as a whole.
    pub packing: String,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 of the archive's bytes.
    pub sha256: [u8; 32],
    /// Files in the layers of an image that are not in a container, in the order of their removal.
    pub hidden: Vec<HiddenFile>,
    /// Indices in `entries` of the files, sorted by name.
    pub(super) by_name: Vec<usize>,
}

impl Archive {
    /// Returns the file of this name.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        let name_of = |&at: &usize| self.entries.get(at).map(|entry| entry.name.as_str());
        let found = self.by_name.binary_search_by(|at| name_of(at).cmp(&Some(name))).ok()?;
        self.entries.get(*self.by_name.get(found)?)
    }

    /// Returns the symlink or device of this name.
    pub fn special(&self, name: &str) -> Option<&Special> {
        let found = self.specials.binary_search_by(|special| special.name.as_str().cmp(name)).ok()?;
        self.specials.get(found)
    }

    /// Returns the entries that are files.
    pub fn files(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.directory)
    }
}
