//! The central directories that importers find in a file.
//!
//! CPython: `_read_directory` of `Lib/zipimport.py`. Up to 3.12 it knows no zip64 records. From
//! 3.13 on it accepts a zip64 end record in the right place without checking for the locator. Both
//! search for the signature of the end record and ignore the length of the comment.

use super::directory::{CENTRAL, END, END_SIZE, END64, END64_SIZE, LOCATOR_SIZE};

/// Largest size of the comment of an archive.
const COMMENT: usize = 65_535;
/// Bytes at the end of a file in which some importer searches for the end record.
pub const END_WINDOW: usize = COMMENT + END_SIZE + BEFORE_END;
/// Size of the zip64 records before the end record.
const BEFORE_END: usize = END64_SIZE + LOCATOR_SIZE;

/// Central directory that an importer reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Directory {
    /// Offset of the first header.
    pub(super) start: u64,
    /// Number that the importer adds to every offset that the archive records.
    pub(super) base: u64,
    /// Offset of the end record.
    end: usize,
}

/// Returns the directories that importers find and that have at least one header.
pub(super) fn directories(bytes: &[u8]) -> impl Iterator<Item = Directory> {
    [without_zip64(bytes), with_zip64(bytes)].into_iter().flatten()
}

/// Returns the offsets at which the archives end that importers find.
pub fn importable_ends(bytes: &[u8]) -> Vec<usize> {
    let end = |found: Directory| {
        let comment = array(bytes, found.end + 20).map_or(0, u16::from_le_bytes);
        bytes.len().min(found.end + END_SIZE + usize::from(comment))
    };
    directories(bytes).map(end).collect()
}

/// Rules of CPython 3.8 to 3.12.
fn without_zip64(bytes: &[u8]) -> Option<Directory> {
    let last = bytes.len().checked_sub(END_SIZE)?;
    let end = match bytes[last..].starts_with(END) {
        true => last,
        false => rfind(bytes, COMMENT + END_SIZE, END)?,
    };
    plain(bytes, end)
}

/// Rules of CPython 3.13 and later versions.
fn with_zip64(bytes: &[u8]) -> Option<Directory> {
    let end = rfind(bytes, END_WINDOW, END)?;
    match rfind(bytes, END_WINDOW, END64) {
        Some(end64) if end64 + BEFORE_END == end => {
            let long = |at: usize| array(bytes, end64 + at).map(u64::from_le_bytes);
            directory(bytes, end, end64, long(40)?, long(48)?)
        }
        _ => plain(bytes, end),
    }
}

fn rfind(bytes: &[u8], window: usize, signature: &[u8; 4]) -> Option<usize> {
    let first = bytes.len().saturating_sub(window);
    memchr::memmem::rfind(&bytes[first..], signature).map(|at| at + first)
}

/// Returns the directory of an end record without zip64.
fn plain(bytes: &[u8], end: usize) -> Option<Directory> {
    bytes.get(end..end + END_SIZE)?;
    let word = |at: usize| array(bytes, end + at).map(u32::from_le_bytes).map(u64::from);
    directory(bytes, end, end, word(12)?, word(16)?)
}

fn directory(bytes: &[u8], end: usize, after: usize, size: u64, offset: u64) -> Option<Directory> {
    let start = (after as u64).checked_sub(size)?;
    let base = start.checked_sub(offset)?;
    let has_header = bytes[usize::try_from(start).ok()?..].starts_with(CENTRAL);
    has_header.then_some(Directory { start, base, end })
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::super::directory::LOCATOR;
    use super::super::tests::{Raw, central, end, local, parse, refused, stored, words, zip};
    use super::*;

    const PLAIN: &[u8] = b"data.bin";
    const HIDDEN: &str = "m.pyc";

    /// The zip64 end record of a directory.
    fn end64(entries: u64, size: u64, offset: u64) -> Vec<u8> {
        let mut record = [&END64[..], &44u64.to_le_bytes(), &words(&[45, 45, 0, 0, 0, 0])].concat();
        record.extend([entries, entries, size, offset].iter().flat_map(|value| value.to_le_bytes()));
        record
    }

    fn extra(data: &[u8]) -> Vec<u8> {
        [words(&[0x9999, data.len() as u16]), data.to_vec()].concat()
    }

    /// A zip of one file, whose content is another file with its local header and whose extra field
    /// is the header of that file, between `before` and `after`.
    fn hiding(before: usize, after: impl Fn(&[u8], u32) -> Vec<u8>) -> (Vec<u8>, Vec<u8>) {
        let inner = stored(HIDDEN, b"");
        let mut outer = stored("data.bin", &local(&inner));
        let start = local(&outer).len() as u32;
        let header = central(&inner, start - local(&inner).len() as u32 - before as u32);
        let hidden = start + 46 + PLAIN.len() as u32 + 4 + before as u32;
        outer.extra = extra(&[vec![0; before], header.clone(), after(&header, hidden)].concat());
        (local(&outer), central(&outer, 0))
    }

    fn starts(bytes: &[u8]) -> [Option<u64>; 2] {
        [without_zip64(bytes), with_zip64(bytes)].map(|found| found.map(|found| found.start))
    }

    #[test]
    fn zip64_record_without_a_locator() {
        let (content, directory) = hiding(0, |header, at| {
            [end64(1, header.len() as u64, at.into()), vec![0; LOCATOR_SIZE]].concat()
        });
        let start = content.len() as u32;
        let bytes = [content, directory.clone(), end(1, directory.len() as u32, start, b"")].concat();
        let hidden = u64::from(start) + 46 + 8 + 4;
        assert_eq!(starts(&bytes), [Some(start.into()), Some(hidden)]);
        let message = format!("some versions of Python find another central directory, at offset {hidden}");
        refused(&bytes, &message);
    }

    /// Before 3.13, the directory is said to end where the end record begins.
    #[test]
    fn zip64_records_that_old_versions_overlook() {
        let of = |hides: bool| {
            let before = if hides { BEFORE_END - 46 - PLAIN.len() - 4 } else { 0 };
            let (content, directory) = match hides {
                true => hiding(before, |_, _| Vec::new()),
                false => (local(&stored("data.bin", b"")), central(&stored("data.bin", b""), 0)),
            };
            let (start, size) = (content.len() as u32, directory.len() as u32);
            let locator =
                [LOCATOR.as_slice(), &[0; 4], &u64::from(start + size).to_le_bytes(), &[1, 0, 0, 0]];
            let records = [end64(1, size.into(), start.into()), locator.concat()].concat();
            ([content, directory, records, end(1, size, start, b"")].concat(), u64::from(start))
        };
        let (bytes, start) = of(true);
        assert_eq!(starts(&bytes), [Some(start + BEFORE_END as u64), Some(start)]);
        refused(&bytes, "some versions of Python find another central directory");
        // They find no header in an archive of many files, either.
        let (bytes, start) = of(false);
        assert_eq!(starts(&bytes), [None, Some(start)]);
        assert_eq!(parse(&bytes).unwrap().entries.len(), 1);
    }

    #[test]
    fn bytes_behind_the_archive() {
        let bytes = |after: usize| [zip(&[stored(HIDDEN, b"")]), vec![0; after]].concat();
        for (after, found) in [
            (0, [true, true]),
            (1, [true, true]),
            (COMMENT, [true, true]),
            (COMMENT + 1, [false, true]),
            (END_WINDOW - END_SIZE, [false, true]),
            (END_WINDOW - END_SIZE + 1, [false, false]),
        ] {
            assert_eq!(starts(&bytes(after)).map(|start| start.is_some()), found, "{after}");
            let ends = importable_ends(&bytes(after));
            let archive = zip(&[stored(HIDDEN, b"")]).len();
            assert!(ends.iter().all(|end| *end == archive), "{after}: {ends:?}");
            if after > 0 {
                let at = archive - END_SIZE;
                let message = match found[1] {
                    true => format!("the end of central directory at offset {at} does not end with the file"),
                    false => "not a zip archive, or a truncated one".to_owned(),
                };
                refused(&bytes(after), &message);
            }
        }
    }

    /// Importers give the first values of the field to the fields whose bits are all set.
    #[test]
    fn zip64_values_in_another_order() {
        let with = |values: &[u64], needed: u32| {
            let data = values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>();
            let extra = [words(&[1, data.len() as u16]), data].concat();
            let mut raw = stored("a", b"12345");
            (raw.extra, raw.offset) = (extra.clone(), Some(needed));
            if needed == 0 {
                raw = Raw { size: u32::MAX, compressed: Some(u32::MAX), local_extra: extra, ..raw };
            }
            zip(&[raw])
        };
        assert!(parse(&with(&[0], u32::MAX)).is_ok());
        assert!(parse(&with(&[5, 5, 0], 0)).is_ok());
        refused(&with(&[5, 5, 0], u32::MAX), "entry \"a\": its zip64 extra field does not agree");
    }

    #[test]
    fn signatures_in_the_directory() {
        for signature in [CENTRAL, END64, LOCATOR] {
            let mut raw = stored("a", b"");
            raw.extra = extra(signature);
            refused(&zip(&[raw]), "entry \"a\": a name, extra field or comment holds the signature");
        }
        let bytes = zip(&[stored("a", b"")]);
        let mut comment = bytes[..bytes.len() - 2].to_vec();
        comment.extend([&[4, 0], CENTRAL.as_slice()].concat());
        refused(&comment, "a name, extra field or comment holds the signature");
    }
}
