//! Local headers and data, checked against the central directory.

use super::directory::{self, CENTRAL_SIZE, Central};
use super::entry::{Archive, Bytes, Compression, DosTime, Entry, PackedEntry};
use super::error::{ArchiveError, Fault};
use super::fields::{ArchiveFields, extra_field};
use super::name::{Clash, NameTree};
use super::package::Format;
use super::stream::checksum;
use crate::project::open_regular;
use sha2::Digest as _;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

/// Bytes that are accepted before the first entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// No bytes.
    Nothing,
    /// One line that begins with `#!`, as in a zipapp.
    Shebang,
    /// Any bytes, as importers accept them.
    Any,
}

/// Limits of size, and rules of strictness.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ArchiveLimits {
    /// Size of the archive in bytes.
    pub archive: u64,
    /// Number of entries.
    pub entries: u64,
    /// Unpacked size of one entry in bytes.
    pub entry: u64,
    /// Unpacked size of all entries together in bytes.
    pub total: u64,
    /// Unpacked size of all entries together that is accepted for an archive of any size.
    pub dense: u64,
    /// Largest ratio of the unpacked size to the size of the archive, beyond `dense`.
    pub dense_ratio: u64,
    /// Largest ratio of unpacked to compressed bytes, for an entry of more than 16 MiB and an
    /// archive that unpacks to more than 64 MiB.
    pub ratio: u64,
    /// Bytes that are accepted before the first entry.
    pub prefix: Prefix,
    /// True to refuse two names that differ only in case or Unicode normalization.
    pub refuse_collisions: bool,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        Self {
            archive: 2 << 30,
            entries: 100_000,
            entry: 1 << 30,
            total: 3 << 30,
            dense: 1 << 30,
            dense_ratio: 10,
            ratio: 200,
            prefix: Prefix::Nothing,
            refuse_collisions: true,
        }
    }
}

impl ArchiveLimits {
    /// Returns the default limits, with a zipapp's shebang line accepted.
    pub fn zipapp() -> Self {
        Self { prefix: Prefix::Shebang, ..Self::default() }
    }

    /// Returns the default limits for a file that is an archive by its content, whatever its name:
    /// any bytes may precede the first entry.
    pub fn embedded() -> Self {
        Self { prefix: Prefix::Any, ..Self::default() }
    }
}

/// Largest depth of archives within archives that are opened.
pub const DEPTH: usize = 3;
/// Size up to which an entry may have any ratio: a shared library with room for patches may have a
/// ratio above 200.
const SMALL_ENTRY: u64 = 16 << 20;
/// Unpacked size up to which an archive may have any ratio.
pub(super) const SMALL_TOTAL: u64 = 64 << 20;

/// Bytes of unpacked entries that an archive keeps in memory. The other entries stay as they are in
/// the archive.
pub(super) const HELD: usize = 32 << 20;

/// Reads an archive from disk.
///
/// # Errors
/// [`ArchiveError`].
pub fn read_file(path: &Path, limits: &ArchiveLimits) -> Result<Archive, ArchiveError> {
    let refuse = |fault| ArchiveError { archive: path.into(), entry: None, fault };
    let io = |error| refuse(Fault::Io(error));
    let mut file = open_regular(path).map_err(io)?;
    within("bytes in the archive", file.metadata().map_err(io)?.len(), limits.archive).map_err(refuse)?;
    let mut bytes = Vec::new();
    file.by_ref().take(limits.archive.saturating_add(1)).read_to_end(&mut bytes).map_err(io)?;
    read(path, bytes, limits)
}

/// Reads an archive; `path` is used in errors.
///
/// # Errors
/// [`ArchiveError`] with the first fault, in this order: end record, directory, names, then each
/// entry in the order of the file.
pub fn read<'a>(
    path: &Path,
    bytes: impl Into<Cow<'a, [u8]>>,
    limits: &ArchiveLimits,
) -> Result<Archive, ArchiveError> {
    let shared = Arc::new(bytes.into().into_owned());
    let bytes = shared.as_slice();
    let refuse = |fault| ArchiveError { archive: path.into(), entry: None, fault };
    within("bytes in the archive", bytes.len() as u64, limits.archive).map_err(refuse)?;
    let end = directory::end(bytes).map_err(refuse)?;
    within("entries", end.entries, limits.entries).map_err(refuse)?;
    // The number of headers is limited by the available bytes, so that a false count allocates no
    // memory.
    let room = (end.end - end.start) as u64 / CENTRAL_SIZE;
    if end.entries > room {
        let what = "the number of entries";
        return Err(refuse(Fault::Directory { what, said: end.entries, found: room }));
    }
    let headers = directory::headers(path, bytes, &end)?;
    names(path, &headers, limits)?;
    sizes(path, &headers, bytes.len() as u64, limits)?;
    let first = headers.iter().map(|header| header.offset).min().unwrap_or(end.start as u64);
    let prefix = prefix(bytes, first, limits.prefix).map_err(refuse)?;
    let entries = unpack(path, &shared, &headers, end.start as u64)?;
    let mut by_name = (0..entries.len()).filter(|&at| !entries[at].directory).collect::<Vec<_>>();
    by_name.sort_unstable_by(|&one, &other| entries[one].name.cmp(&entries[other].name));
    Ok(Archive {
        hidden: Vec::new(),
        path: path.into(),
        prefix: prefix.to_vec(),
        entries,
        by_name,
        comment: end.comment.to_vec(),
        specials: Vec::new(),
        format: Format::Zip,
        packing: String::new(),
        size: bytes.len() as u64,
        sha256: sha2::Sha256::digest(bytes).into(),
    })
}

/// Returns the error of an entry.
fn error_of(path: &Path, header: &Central<'_>, fault: Fault) -> ArchiveError {
    ArchiveError { archive: path.into(), entry: Some(header.name.to_owned()), fault }
}

/// Checks the sizes that the directory says against the limits, each and all together.
fn sizes(
    path: &Path,
    headers: &[Central<'_>],
    compressed: u64,
    limits: &ArchiveLimits,
) -> Result<(), ArchiveError> {
    let refuse = |fault| ArchiveError { archive: path.into(), entry: None, fault };
    let mut total = 0u64;
    for header in headers {
        bounded(header, limits).map_err(|fault| error_of(path, header, fault))?;
        total = total.saturating_add(header.size);
    }
    within("bytes in all entries", total, limits.total).map_err(refuse)?;
    if total > SMALL_TOTAL && total / limits.ratio.max(1) > compressed {
        return Err(refuse(Fault::Bomb { size: total, compressed, limit: limits.ratio }));
    }
    // Large entries are unpacked at least twice. Wheels of gigabytes contain mostly machine code,
    // which deflate compresses to between a half and a sixth.
    let dense = limits.dense.max(limits.dense_ratio.saturating_mul(compressed));
    if total > dense {
        return Err(refuse(Fault::Inflated { size: total, limit: dense }));
    }
    Ok(())
}

/// Reads the entries in the order of the file, in which they follow each other without a gap up to
/// the directory, and returns them in the order of the directory.
fn unpack(
    path: &Path,
    shared: &Arc<Vec<u8>>,
    headers: &[Central<'_>],
    directory: u64,
) -> Result<Vec<Entry>, ArchiveError> {
    let refuse = |fault| ArchiveError { archive: path.into(), entry: None, fault };
    let mut by_place = (0..headers.len()).collect::<Vec<_>>();
    by_place.sort_by_key(|&index| headers[index].offset);
    let offset = |position: usize| by_place.get(position).map_or(directory, |&index| headers[index].offset);
    let mut at = offset(0);
    let mut entries = BTreeMap::new();
    let mut room = HELD;
    for (position, &index) in by_place.iter().enumerate() {
        let header = &headers[index];
        let of_entry = |fault| error_of(path, header, fault);
        match header.offset.checked_sub(at) {
            None => return Err(of_entry(Fault::Overlap(header.offset))),
            Some(0) => {}
            Some(size) => return Err(refuse(Fault::Gap { offset: at, size })),
        }
        let (entry, after) = entry(shared, header, offset(position + 1), &mut room).map_err(of_entry)?;
        entries.insert(index, entry);
        at = after;
    }
    if at < directory {
        return Err(refuse(Fault::Gap { offset: at, size: directory - at }));
    }
    Ok(entries.into_values().collect())
}

pub(super) fn within(what: &'static str, found: u64, limit: u64) -> Result<(), Fault> {
    if found > limit { Err(Fault::Limit { what, found, limit }) } else { Ok(()) }
}

fn prefix(bytes: &[u8], start: u64, allowed: Prefix) -> Result<&[u8], Fault> {
    let truncated = || Fault::Truncated { what: "local header", offset: start };
    let prefix = usize::try_from(start).ok().and_then(|start| bytes.get(..start)).ok_or_else(truncated)?;
    if prefix.is_empty() {
        return Ok(prefix);
    }
    let lines = memchr::memchr_iter(b'\n', prefix).count();
    match allowed {
        Prefix::Any => Ok(prefix),
        Prefix::Nothing => Err(Fault::Prefix(start)),
        Prefix::Shebang if prefix.starts_with(b"#!") && prefix.ends_with(b"\n") && lines == 1 => Ok(prefix),
        Prefix::Shebang => Err(Fault::NotShebang(start)),
    }
}

/// Refuses names that clash: two names for one file, and a file that another name needs as a
/// directory.
fn names(path: &Path, headers: &[Central<'_>], limits: &ArchiveLimits) -> Result<(), ArchiveError> {
    let mut tree = NameTree::new(limits.refuse_collisions);
    for header in headers {
        let name = header.name.strip_suffix('/').unwrap_or(header.name);
        let Err(clash) = tree.add(name, header.is_directory()) else { continue };
        let (entry, fault) = match clash {
            Clash::Duplicate => (header.name, Fault::Duplicate),
            Clash::Collision(other) => (header.name, Fault::Collision(other.to_owned())),
            Clash::FileAsDirectory { file, inside } => (file, Fault::FileAsDirectory(inside.to_owned())),
        };
        return Err(ArchiveError { archive: path.into(), entry: Some(entry.to_owned()), fault });
    }
    Ok(())
}

/// Refuses faults that are visible in the directory, before anything is unpacked.
fn bounded(header: &Central<'_>, limits: &ArchiveLimits) -> Result<(), Fault> {
    let &Central { flags, method, size, compressed, version_needed, .. } = header;
    if version_needed > 63 {
        return Err(Fault::Version(version_needed));
    }
    if flags & (1 | 1 << 6 | 1 << 13) != 0 {
        return Err(Fault::Encrypted);
    }
    // Bits 1 and 2: compression effort; 3: a descriptor follows; 11: the name is UTF-8.
    if flags & !(0b1110 | 1 << 11) != 0 {
        return Err(Fault::Flags(flags));
    }
    match method {
        0 if size != compressed => return Err(Fault::Size(size)),
        0 | 8 => {}
        _ => return Err(Fault::Method(method)),
    }
    if let Some(mode) = unix_mode(header) {
        let format = mode & 0o170_000;
        match format {
            0 => {}
            0o120_000 => return Err(Fault::Symlink),
            0o100_000 if !header.is_directory() => {}
            0o040_000 if header.is_directory() => {}
            _ => return Err(Fault::Special(mode)),
        }
    }
    if header.is_directory() && size != 0 {
        return Err(Fault::DirectoryContent);
    }
    within("bytes in the entry", size, limits.entry)?;
    if size > SMALL_ENTRY && size / limits.ratio.max(1) > compressed {
        return Err(Fault::Bomb { size, compressed, limit: limits.ratio });
    }
    Ok(())
}

/// Returns the high half of the external attributes if Unix (3) or macOS (19) made the entry. Some
/// writers set these bits in entries marked as MS-DOS, and unpackers recognize symlinks by them.
fn unix_mode(header: &Central<'_>) -> Option<u32> {
    let mode = header.external >> 16;
    let is_unix = matches!(header.made_by >> 8, 3 | 19);
    (is_unix || mode != 0).then_some(mode)
}

struct Local<'a> {
    extra: &'a [u8],
    /// Offset of the data.
    start: u64,
    zip64: bool,
}

/// Reads the local header, which must agree with the central header.
fn local<'a>(bytes: &'a [u8], header: &Central<'_>) -> Result<Local<'a>, Fault> {
    let window = usize::try_from(header.offset)
        .ok()
        .and_then(|offset| bytes.get(offset..))
        .ok_or(Fault::Truncated { what: "local header", offset: header.offset })?;
    let mut fields = ArchiveFields::new(window, header.offset, "local header");
    fields.signature(b"PK\x03\x04")?;
    fields.u16()?;
    let [flags, method, _time, _date] = [fields.u16()?, fields.u16()?, fields.u16()?, fields.u16()?];
    let [crc32, compressed, size] = [fields.u32()?, fields.u32()?, fields.u32()?];
    let (name_size, extra_size) = (fields.u16()?, fields.u16()?);
    let name = fields.take(usize::from(name_size))?;
    let extra = fields.take(usize::from(extra_size))?;
    let disagree = |what| Err(Fault::Disagree(what));
    if name != header.raw_name {
        return disagree("name");
    }
    if flags != header.flags {
        return disagree("flags");
    }
    if method != header.method {
        return disagree("compression method");
    }
    directory::unicode_path(extra, name)?;
    let resolved = directory::zip64(extra, size, compressed, 0)?;
    // With a descriptor, the local fields may be zero.
    let open = flags & 1 << 3 != 0;
    let agrees = |said: u64, found: u64| said == found || (open && found == 0);
    if !agrees(u64::from(header.crc32), u64::from(crc32)) {
        return disagree("CRC-32");
    }
    if !agrees(header.compressed, resolved.compressed) || !agrees(header.size, resolved.size) {
        return disagree("size");
    }
    let zip64 = extra_field(extra, 1)?.is_some();
    Ok(Local { extra, start: header.offset + fields.position() as u64, zip64 })
}

/// Returns the size of the data descriptor before `next`: CRC-32, and sizes of four or eight bytes,
/// with or without a signature (APPNOTE 4.3.9).
fn descriptor(bytes: &[u8], header: &Central<'_>, zip64: bool) -> Result<usize, Fault> {
    let mut plain = header.crc32.to_le_bytes().to_vec();
    for size in [header.compressed, header.size] {
        let size = size.to_le_bytes();
        plain.extend_from_slice(if zip64 { &size } else { &size[..4] });
    }
    let signed = [b"PK\x07\x08", plain.as_slice()].concat();
    [&signed, &plain]
        .into_iter()
        .find(|form| form.as_slice() == bytes)
        .map(Vec::len)
        .ok_or(Fault::Disagree("data descriptor"))
}

/// Reads an entry; returns it with the offset at which the next part begins. `next` is where that
/// part must begin, `room` the bytes of unpacked content that may still be kept.
fn entry(
    bytes: &Arc<Vec<u8>>,
    header: &Central<'_>,
    next: u64,
    room: &mut usize,
) -> Result<(Entry, u64), Fault> {
    let local = local(bytes, header)?;
    let data_end = local.start.checked_add(header.compressed).filter(|end| *end <= next);
    let Some(data_end) = data_end else { return Err(Fault::Overlap(next)) };
    let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    let range = place(local.start)..place(data_end);
    let data = bytes.get(range.clone()).ok_or(Fault::Truncated { what: "data", offset: local.start })?;
    let mut after = data_end;
    if header.flags & 1 << 3 != 0 {
        let window = bytes.get(place(data_end)..place(next)).unwrap_or_default();
        after += descriptor(window, header, local.zip64)? as u64;
    }
    let compression = if header.method == 0 { Compression::Stored } else { Compression::Deflated };
    let size = usize::try_from(header.size).map_err(|_| Fault::Memory(header.size))?;
    let left = room.checked_sub(size);
    let content = match (left, compression) {
        (_, Compression::Stored) => Some(Cow::Borrowed(data)),
        (Some(_), Compression::Deflated) => Some(Cow::Owned(inflate(data, header.size)?)),
        (None, Compression::Deflated) => None,
    };
    let found = match &content {
        Some(content) => crc32(content),
        None => checksum(data, header.size)?,
    };
    if found != header.crc32 {
        return Err(Fault::Crc { said: header.crc32, found });
    }
    *room = left.unwrap_or(*room);
    let content = match content.filter(|_| left.is_some()) {
        Some(content) => content.into_owned().into(),
        None => Bytes::packed(PackedEntry { archive: Arc::clone(bytes), data: range, compression, size }),
    };
    let entry = Entry {
        name: header.name.strip_suffix('/').unwrap_or(header.name).to_owned(),
        directory: header.is_directory(),
        bytes: content,
        mode: unix_mode(header).map(|mode| mode & 0o7777),
        compression,
        compressed_size: header.compressed,
        modified: DosTime { date: header.date, time: header.time },
        crc32: header.crc32,
        flags: header.flags,
        made_by: header.made_by,
        version_needed: header.version_needed,
        external_attributes: header.external,
        internal_attributes: header.internal,
        extra: header.extra.to_vec(),
        local_extra: local.extra.to_vec(),
        comment: header.comment.to_vec(),
        offset: header.offset,
        facts: None,
    };
    Ok((entry, after))
}

fn crc32(content: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(content);
    crc.sum()
}

/// Inflates exactly `size` bytes from all of `data`.
pub(super) fn inflate(data: &[u8], size: u64) -> Result<Vec<u8>, Fault> {
    // Deflate cannot produce more than this from one byte, so memory is in proportion to the data.
    let most = (data.len() as u64).saturating_mul(1032).saturating_add(64);
    if size > most {
        return Err(Fault::Size(size));
    }
    // One more byte reveals a stream that is longer than it should be.
    let capacity = usize::try_from(size).ok().and_then(|size| size.checked_add(1));
    let capacity = capacity.ok_or(Fault::Memory(size))?;
    let mut content = Vec::new();
    content.try_reserve_exact(capacity).map_err(|_| Fault::Memory(size))?;
    content.resize(capacity, 0);
    let mut stream = flate2::Decompress::new(false);
    let status =
        stream.decompress(data, &mut content, flate2::FlushDecompress::Finish).map_err(|_| Fault::Deflate)?;
    let whole = status == flate2::Status::StreamEnd && stream.total_in() == data.len() as u64;
    if stream.total_out() > size || (whole && stream.total_out() != size) {
        return Err(Fault::Size(size));
    }
    if !whole {
        return Err(Fault::Deflate);
    }
    content.truncate(capacity - 1);
    Ok(content)
}
