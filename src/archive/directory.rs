//! The end of central directory record and the central directory.
//!
//! APPNOTE 4.3.12 to 4.3.16 and 4.5.3.

use super::error::{ArchiveError, Fault};
use super::fields::{ArchiveFields, extra_field};
use super::importers::{self, END_WINDOW};
use super::name::check_file_name;
use std::path::Path;

pub(super) const END: &[u8; 4] = b"PK\x05\x06";
pub(super) const END_SIZE: usize = 22;
pub(super) const END64: &[u8; 4] = b"PK\x06\x06";
pub(super) const END64_SIZE: usize = 56;
pub(super) const LOCATOR: &[u8; 4] = b"PK\x06\x07";
pub(super) const LOCATOR_SIZE: usize = 20;
pub(super) const CENTRAL: &[u8; 4] = b"PK\x01\x02";
/// Smallest size of a central header, in bytes.
pub(super) const CENTRAL_SIZE: u64 = 46;

/// Position of the central directory.
pub(super) struct End<'a> {
    pub(super) entries: u64,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Number that must be added to every offset that the archive records.
    pub(super) base: u64,
    pub(super) comment: &'a [u8],
}

/// One central header.
pub(super) struct Central<'a> {
    pub(super) made_by: u16,
    pub(super) version_needed: u16,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) time: u16,
    pub(super) date: u16,
    pub(super) crc32: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    pub(super) internal: u16,
    pub(super) external: u32,
    /// Offset of the local header from the start of the file.
    pub(super) offset: u64,
    pub(super) raw_name: &'a [u8],
    pub(super) name: &'a str,
    pub(super) extra: &'a [u8],
    pub(super) comment: &'a [u8],
}

impl Central<'_> {
    pub(super) fn is_directory(&self) -> bool {
        self.name.ends_with('/')
    }
}

fn find_end(bytes: &[u8]) -> Result<usize, Fault> {
    let last = bytes.len().checked_sub(END_SIZE).ok_or(Fault::NoEnd)?;
    let first = bytes.len().saturating_sub(END_WINDOW);
    let candidates = memchr::memmem::rfind_iter(&bytes[first..last + END.len()], END);
    let ends_file = |at: usize| {
        let comment = u16::from_le_bytes([bytes[at + 20], bytes[at + 21]]);
        at + END_SIZE + usize::from(comment) == bytes.len()
    };
    let mut found = None;
    for at in candidates.map(|at| at + first) {
        match found {
            None if ends_file(at) => found = Some(at),
            // Readers that search for the signature alone accept this record.
            None => return Err(Fault::TrailingBytes(at as u64)),
            Some(end) if ends_file(at) => return Err(Fault::TwoEnds(at as u64, end as u64)),
            Some(_) => {}
        }
    }
    found.ok_or(Fault::NoEnd)
}

/// Numbers of an end record.
#[derive(Clone, Copy)]
struct EndNumbers {
    /// Number of entries.
    entries: u64,
    /// Size of the central directory in bytes.
    size: u64,
    /// Offset of the central directory.
    offset: u64,
}

impl EndNumbers {
    /// Returns whether a number is in the zip64 end record instead.
    const fn need_zip64(self) -> bool {
        self.entries == 0xffff || self.size == 0xffff_ffff || self.offset == 0xffff_ffff
    }

    /// Returns whether a zip64 end record has the same numbers, except for those that it replaces.
    fn agree_with(self, large: Self) -> bool {
        let agrees = |small: u64, sentinel: u64, large: u64| small == sentinel || small == large;
        agrees(self.entries, 0xffff, large.entries)
            && agrees(self.size, 0xffff_ffff, large.size)
            && agrees(self.offset, 0xffff_ffff, large.offset)
    }
}

/// Finds the end record, and the zip64 end record if it exists.
pub(super) fn end(bytes: &[u8]) -> Result<End<'_>, Fault> {
    let at = find_end(bytes)?;
    let (mut numbers, comment) = end_record(bytes, at)?;
    let mut end = at;
    let locator = at.checked_sub(LOCATOR_SIZE).filter(|&start| bytes[start..].starts_with(LOCATOR));
    if let Some(locator) = locator {
        let (large, start, said) = zip64_end(bytes, locator, at)?;
        if !numbers.agree_with(large) {
            return Err(Fault::Zip64("end of central directory"));
        }
        (numbers, end) = (large, start);
        let base = (end as u64).checked_sub(numbers.size).and_then(|start| start.checked_sub(numbers.offset));
        if base.and_then(|base| base.checked_add(said)) != Some(end as u64) {
            return Err(Fault::Zip64("locator"));
        }
    } else if numbers.need_zip64() {
        return Err(Fault::Zip64("end of central directory"));
    }
    let EndNumbers { entries, size, offset } = numbers;
    let beyond = || Fault::Front { end: end as u64, size, offset };
    let start = (end as u64).checked_sub(size).ok_or_else(beyond)?;
    let base = start.checked_sub(offset).ok_or_else(beyond)?;
    // A directory that only some versions of Python read hides what the others read.
    if let Some(other) =
        importers::directories(bytes).find(|found| (found.start, found.base) != (start, base))
    {
        return Err(Fault::OtherDirectory(other.start));
    }
    let start = usize::try_from(start).map_err(|_| Fault::Memory(start))?;
    Ok(End { entries, start, end, base, comment })
}

/// Reads the end record at `at`: its numbers and its comment.
fn end_record(bytes: &[u8], at: usize) -> Result<(EndNumbers, &[u8]), Fault> {
    let mut fields = ArchiveFields::new(&bytes[at..], at as u64, "end of central directory");
    fields.signature(END)?;
    let disks = (fields.u16()?, fields.u16()?);
    let on_this_disk = u64::from(fields.u16()?);
    let entries = u64::from(fields.u16()?);
    let (size, offset) = (u64::from(fields.u32()?), u64::from(fields.u32()?));
    let comment_size = fields.u16()?;
    let comment = fields.take(usize::from(comment_size))?;
    if has_record(comment) {
        return Err(Fault::Record);
    }
    if disks != (0, 0) || on_this_disk != entries {
        return Err(Fault::MultiDisk);
    }
    Ok((EndNumbers { entries, size, offset }, comment))
}

/// Reads the zip64 end record, which is directly before its locator, and returns its numbers, its
/// position, and the offset that the locator records for it.
fn zip64_end(bytes: &[u8], locator: usize, at: usize) -> Result<(EndNumbers, usize, u64), Fault> {
    let start = locator
        .checked_sub(END64_SIZE)
        .filter(|&start| bytes[start..].starts_with(END64))
        .ok_or(Fault::Zip64("end of central directory"))?;
    let mut fields = ArchiveFields::new(&bytes[locator..at], locator as u64, "zip64 locator");
    fields.take(4)?;
    let (disk, said, disks) = (fields.u32()?, fields.u64()?, fields.u32()?);
    let mut fields =
        ArchiveFields::new(&bytes[start..locator], start as u64, "zip64 end of central directory");
    fields.take(4)?;
    let record_size = fields.u64()?;
    fields.take(4)?;
    let (this_disk, directory_disk) = (fields.u32()?, fields.u32()?);
    let (on_this_disk, entries) = (fields.u64()?, fields.u64()?);
    let (size, offset) = (fields.u64()?, fields.u64()?);
    if (disk, this_disk, directory_disk) != (0, 0, 0) || disks > 1 || on_this_disk != entries {
        return Err(Fault::MultiDisk);
    }
    if record_size != END64_SIZE as u64 - 12 {
        return Err(Fault::Zip64("end of central directory"));
    }
    Ok((EndNumbers { entries, size, offset }, start, said))
}

/// Values of a zip64 extra field for the 32-bit fields whose bits are all set.
#[derive(PartialEq, Eq)]
pub(super) struct Zip64 {
    pub(super) size: u64,
    pub(super) compressed: u64,
    pub(super) offset: u64,
}

/// Resolves 32-bit fields with the zip64 extra field; values that both contain must agree.
pub(super) fn zip64(extra: &[u8], size: u32, compressed: u32, offset: u32) -> Result<Zip64, Fault> {
    let mut resolved =
        Zip64 { size: u64::from(size), compressed: u64::from(compressed), offset: u64::from(offset) };
    let field = extra_field(extra, 1)?;
    let mut fields = field.map(|data| ArchiveFields::new(data, 0, "zip64 extra field"));
    for value in [&mut resolved.size, &mut resolved.compressed, &mut resolved.offset] {
        let needed = *value == 0xffff_ffff;
        match &mut fields {
            Some(fields) => match fields.u64() {
                Ok(large) if needed || large == *value => *value = large,
                // A writer that needs only the offset writes no sizes.
                Ok(_) => return Err(Fault::Zip64("extra field")),
                Err(_) if needed => return Err(Fault::Zip64("extra field")),
                Err(_) => {}
            },
            None if needed => return Err(Fault::Zip64("extra field")),
            None => {}
        }
    }
    Ok(resolved)
}

/// Resolves the zip64 field of a central header, which contains only the values whose bits are all
/// set in the header, in this order.
fn zip64_central(extra: &[u8], size: u32, compressed: u32, offset: u32) -> Result<Zip64, Fault> {
    let mut resolved =
        Zip64 { size: u64::from(size), compressed: u64::from(compressed), offset: u64::from(offset) };
    let Some(data) = extra_field(extra, 1)? else { return zip64(extra, size, compressed, offset) };
    let needed = [size, compressed, offset].iter().filter(|value| **value == u32::MAX).count();
    let has_more = data.len() != needed * 8 && data.len() != needed * 8 + 4;
    if has_more && needed == 0 {
        return zip64(extra, size, compressed, offset);
    }
    let mut fields = ArchiveFields::new(data, 0, "zip64 extra field");
    for value in [&mut resolved.size, &mut resolved.compressed, &mut resolved.offset] {
        if *value == 0xffff_ffff {
            *value = fields.u64().map_err(|_| Fault::Zip64("extra field"))?;
        }
    }
    if has_more {
        // A writer may give all values; an importer takes the first ones for those that it needs.
        return match zip64(extra, size, compressed, offset)? {
            all if all == resolved => Ok(resolved),
            _ => Err(Fault::Zip64("extra field")),
        };
    }
    if data.len() % 8 == 4 && fields.u32()? != 0 {
        return Err(Fault::MultiDisk);
    }
    Ok(resolved)
}

fn header<'a>(fields: &mut ArchiveFields<'a>, base: u64) -> Result<Central<'a>, (Option<String>, Fault)> {
    let whole = |fault| (None, fault);
    fields.signature(CENTRAL).map_err(whole)?;
    let mut word = || fields.u16().map_err(whole);
    let [made_by, version_needed, flags, method, time, date] =
        [word()?, word()?, word()?, word()?, word()?, word()?];
    let mut long = || fields.u32().map_err(whole);
    let [crc32, compressed, size] = [long()?, long()?, long()?];
    let mut word = || fields.u16().map_err(whole);
    let [name_size, extra_size, comment_size, disk, internal] = [word()?, word()?, word()?, word()?, word()?];
    let mut long = || fields.u32().map_err(whole);
    let [external, offset] = [long()?, long()?];
    let sizes = [name_size, extra_size, comment_size].map(usize::from);
    let varying = fields.take(sizes.iter().sum()).map_err(whole)?;
    let (raw_name, rest) = varying.split_at(sizes[0]);
    let (extra, comment) = rest.split_at(sizes[1]);

    let lossy = || Some(String::from_utf8_lossy(raw_name).into_owned());
    let of_entry = |fault| (lossy(), fault);
    let name = std::str::from_utf8(raw_name).map_err(|_| of_entry(Fault::NameEncoding))?;
    if !name.is_ascii() && flags & 1 << 11 == 0 {
        return Err(of_entry(Fault::NameEncoding));
    }
    check_file_name(name.strip_suffix('/').unwrap_or(name)).map_err(|fault| of_entry(fault.into()))?;
    if has_record(varying) {
        return Err(of_entry(Fault::Record));
    }
    if disk != 0 && disk != 0xffff {
        return Err(of_entry(Fault::MultiDisk));
    }
    let Zip64 { size, compressed, offset } =
        zip64_central(extra, size, compressed, offset).map_err(of_entry)?;
    unicode_path(extra, raw_name).map_err(of_entry)?;
    let offset = offset.checked_add(base).ok_or_else(|| of_entry(Fault::Zip64("offset")))?;
    Ok(Central {
        made_by,
        version_needed,
        flags,
        method,
        time,
        date,
        crc32,
        compressed,
        size,
        internal,
        external,
        offset,
        raw_name,
        name,
        extra,
        comment,
    })
}

/// Returns whether bytes contain the signature of a record of the directory, which a reader that
/// searches for it could find.
fn has_record(bytes: &[u8]) -> bool {
    [CENTRAL, END, END64, LOCATOR].iter().any(|signature| memchr::memmem::find(bytes, *signature).is_some())
}

/// Checks Info-ZIP's second name (APPNOTE 4.6.9: version, CRC-32 of the name, name), which must
/// equal the first.
pub(super) fn unicode_path(extra: &[u8], name: &[u8]) -> Result<(), Fault> {
    match extra_field(extra, 0x7075)? {
        Some(data) if data.get(5..) != Some(name) => Err(Fault::UnicodePath),
        _ => Ok(()),
    }
}

/// Returns the central headers, which must fill the directory exactly.
pub(super) fn headers<'a>(
    path: &Path,
    bytes: &'a [u8],
    end: &End<'_>,
) -> Result<Vec<Central<'a>>, ArchiveError> {
    let refuse = |entry, fault| ArchiveError { archive: path.into(), entry, fault };
    let window = &bytes[end.start..end.end];
    let mut headers = Vec::new();
    let mut at = 0;
    while at < window.len() {
        let mut fields =
            ArchiveFields::new(&window[at..], (end.start + at) as u64, "header of the central directory");
        headers.push(header(&mut fields, end.base).map_err(|(entry, fault)| refuse(entry, fault))?);
        at += fields.position();
    }
    if headers.len() as u64 != end.entries {
        let found = headers.len() as u64;
        return Err(refuse(
            None,
            Fault::Directory { what: "the number of entries", said: end.entries, found },
        ));
    }
    Ok(headers)
}
