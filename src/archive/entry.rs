//! Content of an archive, and its metadata.

use super::error::Fault;
use super::package::{Facts, Format, Special};
use super::reader::inflate;
use super::stream::{Reader, are_equal};
use std::borrow::Cow;
use std::io::Read as _;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// The content of a file, which all copies share. That of a large entry stays as it is in the
/// archive and is unpacked each time it is read, so that no more than the entries that are read at
/// once take memory.
#[derive(Clone, Debug)]
pub struct Bytes(Content);

#[derive(Clone, Debug)]
enum Content {
    Held(Arc<Vec<u8>>),
    Packed(Packed),
}

/// The data of an entry, which was unpacked once to see that it can be.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    /// The whole archive.
    pub(super) archive: Arc<Vec<u8>>,
    /// The place of the data in it.
    pub(super) data: Range<usize>,
    pub(super) compression: Compression,
    /// Number of bytes that the data unpack to.
    pub(super) size: usize,
}

impl Bytes {
    /// The content of an entry, to be unpacked when it is read.
    pub(super) const fn packed(packed: Packed) -> Self {
        Self(Content::Packed(packed))
    }

    /// Returns the bytes, unpacked now if nothing holds them.
    ///
    /// # Panics
    /// If there is no memory for them, as any allocation does.
    #[allow(clippy::panic, reason = "an allocation that fails does not return either")]
    pub fn read(&self) -> Cow<'_, [u8]> {
        self.try_read().unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// Returns the bytes, unpacked now if nothing holds them.
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
    pub fn reader(&self) -> Reader<'_> {
        match &self.0 {
            Content::Held(bytes) => Reader::plain(bytes),
            Content::Packed(packed) => packed.reader(),
        }
    }

    /// Returns the first bytes, at most `count`.
    pub fn head(&self, count: u64) -> Vec<u8> {
        let mut head = Vec::new();
        // What could be unpacked once can be unpacked again.
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

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns a copy of the bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        self.read().into_owned()
    }

    /// Returns a copy, or the bytes themselves where nothing else shares them.
    pub fn into_vec(self) -> Vec<u8> {
        match self.0 {
            Content::Held(bytes) => Arc::unwrap_or_clone(bytes),
            Content::Packed(_) => self.read().into_owned(),
        }
    }
}

impl Packed {
    fn data(&self) -> &[u8] {
        self.archive.get(self.data.clone()).unwrap_or_default()
    }

    /// The same data were unpacked when the archive was read: only memory can be missing.
    fn read(&self) -> Result<Cow<'_, [u8]>, Fault> {
        match self.compression {
            Compression::Stored => Ok(Cow::Borrowed(self.data())),
            Compression::Deflated => Ok(Cow::Owned(inflate(self.data(), self.size as u64)?)),
        }
    }

    fn reader(&self) -> Reader<'_> {
        match self.compression {
            Compression::Stored => Reader::plain(self.data()),
            Compression::Deflated => Reader::deflated(self.data()),
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

/// A file on its way into an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Relative, `/` between components.
    pub path: String,
    /// Content.
    pub bytes: Bytes,
    /// Mode 0755 instead of 0644.
    pub executable: bool,
}

impl File {
    /// A file that is not executable.
    pub fn new(path: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { path: path.into(), bytes: bytes.into(), executable: false }
    }
}

/// Compression of an entry's bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// As they are (method 0).
    #[default]
    Stored,
    /// Deflate (method 8).
    Deflated,
}

impl Compression {
    /// `stored` or `deflated`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Deflated => "deflated",
        }
    }
}

/// A time of day and a date as a zip has them: local time, two-second steps, 1980 to 2107. Not
/// every value is a date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DosTime {
    /// Bits 9 to 15 years from 1980, 5 to 8 month, 0 to 4 day.
    pub date: u16,
    /// Bits 11 to 15 hours, 5 to 10 minutes, 0 to 4 half seconds.
    pub time: u16,
}

const DAY: i64 = 86_400;

impl DosTime {
    /// 1980-01-01 00:00:00, the first there is.
    pub const EPOCH: Self = Self { date: 1 << 5 | 1, time: 0 };

    /// Seconds since 1970, read as UTC, clamped to what a zip can hold and rounded down to even
    /// seconds.
    pub fn from_unix(seconds: i64) -> Self {
        // 1980-01-01 00:00:00 and 2107-12-31 23:59:58.
        let seconds = seconds.clamp(315_532_800, 4_354_819_198);
        let (year, month, day) = civil(seconds.div_euclid(DAY));
        let second = seconds.rem_euclid(DAY);
        // The clamp above keeps every part in its bits.
        let date = (year - 1980) << 9 | month << 5 | day;
        let time = (second / 3600) << 11 | (second / 60 % 60) << 5 | (second % 60 / 2);
        Self { date: u16::try_from(date).unwrap_or(u16::MAX), time: u16::try_from(time).unwrap_or(u16::MAX) }
    }
}

/// The Gregorian date of a day counted from 1970-01-01, by eras of 400 years that begin on 1 March.
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

/// One entry, its bytes checked against size and CRC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The path, without the `/` that a directory's ends in.
    pub name: String,
    /// An entry for a directory: no bytes.
    pub directory: bool,
    /// Content.
    pub bytes: Bytes,
    /// Permission bits, where a Unix wrote the entry; else none.
    pub mode: Option<u32>,
    /// Compression of the bytes.
    pub compression: Compression,
    /// Bytes that they take in the archive.
    pub compressed_size: u64,
    /// When the file was changed, by its own account.
    pub modified: DosTime,
    /// The CRC-32 of the bytes.
    pub crc32: u32,
    /// The flag bits: 3 a data descriptor follows, 11 the name is UTF-8.
    pub flags: u16,
    /// The system (high byte; 3 is Unix) and the version (low byte, times ten) that it was made by.
    pub made_by: u16,
    /// The version needed to extract it, times ten.
    pub version_needed: u16,
    /// The MS-DOS attributes in the low 16 bits, the Unix mode in the high ones.
    pub external_attributes: u32,
    /// Bit 0: the writer took it for text.
    pub internal_attributes: u16,
    /// The extra fields of the central directory, raw.
    pub extra: Vec<u8>,
    /// The extra fields of the local header, raw.
    pub local_extra: Vec<u8>,
    /// The comment, raw.
    pub comment: Vec<u8>,
    /// Offset of the local header in the file, in bytes; in what is no zip, the place in the order
    /// of entries.
    pub offset: u64,
    /// Metadata, where a tar or cpio archive has it.
    pub facts: Option<Facts>,
}

impl Entry {
    /// Returns whether the owner may execute it.
    pub fn executable(&self) -> bool {
        self.mode.is_some_and(|mode| mode & 0o100 != 0)
    }
}

/// A whole archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    /// The name that errors use.
    pub path: PathBuf,
    /// Bytes before the first entry: a zipapp's shebang line with its newline, or nothing.
    pub prefix: Vec<u8>,
    /// In the order of the central directory.
    pub entries: Vec<Entry>,
    /// The archive's own comment.
    pub comment: Vec<u8>,
    /// Symlinks and devices, of a format that has them, by name.
    pub specials: Vec<Special>,
    /// Format.
    pub format: Format,
    /// Compression of the archive as a whole, in words.
    pub packing: String,
    /// Size in bytes.
    pub size: u64,
    /// Of its bytes as they were read, so that nothing has to be read again to be told from others.
    pub sha256: [u8; 32],
    /// The places in `entries` of the files, by name.
    pub(super) by_name: Vec<usize>,
}

impl Archive {
    /// The entry of that name that is a file.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        let name_of = |&at: &usize| self.entries.get(at).map(|entry| entry.name.as_str());
        let found = self.by_name.binary_search_by(|at| name_of(at).cmp(&Some(name))).ok()?;
        self.entries.get(*self.by_name.get(found)?)
    }

    /// The symlink or device of that name.
    pub fn special(&self, name: &str) -> Option<&Special> {
        let found = self.specials.binary_search_by(|special| special.name.as_str().cmp(name)).ok()?;
        self.specials.get(found)
    }

    /// The entries that are files.
    pub fn files(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.directory)
    }
}
