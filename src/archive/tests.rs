//! Archives as other tools and attackers build them.

use super::*;
use std::io::Write as _;
use std::path::Path;

/// An entry with arbitrary fields; `None` stands for the right value.
#[derive(Clone)]
pub(crate) struct Raw {
    pub(crate) name: Vec<u8>,
    pub(crate) local_name: Option<Vec<u8>>,
    pub(crate) data: Vec<u8>,
    pub(crate) size: u32,
    pub(crate) compressed: Option<u32>,
    pub(crate) local_size: Option<u32>,
    pub(crate) crc32: u32,
    pub(crate) local_crc32: Option<u32>,
    pub(crate) method: u16,
    pub(crate) local_method: Option<u16>,
    pub(crate) flags: u16,
    pub(crate) local_flags: Option<u16>,
    pub(crate) made_by: u16,
    pub(crate) needed: u16,
    pub(crate) external: u32,
    pub(crate) extra: Vec<u8>,
    pub(crate) local_extra: Vec<u8>,
    pub(crate) descriptor: Vec<u8>,
    pub(crate) offset: Option<u32>,
    pub(crate) disk: u16,
}

pub(crate) fn stored(name: &str, data: &[u8]) -> Raw {
    let mut crc = flate2::Crc::new();
    crc.update(data);
    Raw {
        name: name.into(),
        local_name: None,
        data: data.into(),
        size: data.len().try_into().unwrap(),
        compressed: None,
        local_size: None,
        crc32: crc.sum(),
        local_crc32: None,
        method: 0,
        local_method: None,
        flags: if name.is_ascii() { 0 } else { 1 << 11 },
        local_flags: None,
        made_by: 3 << 8 | 20,
        needed: 20,
        external: 0o100_644 << 16,
        extra: Vec::new(),
        local_extra: Vec::new(),
        descriptor: Vec::new(),
        offset: None,
        disk: 0,
    }
}

pub(crate) fn deflated(name: &str, data: &[u8]) -> Raw {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    Raw { data: encoder.finish().unwrap(), method: 8, ..stored(name, data) }
}

pub(super) fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

pub(super) fn longs(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

pub(super) fn local(raw: &Raw) -> Vec<u8> {
    let compressed = raw.compressed.unwrap_or(raw.data.len() as u32);
    let name = raw.local_name.as_ref().unwrap_or(&raw.name);
    let crc32 = raw.local_crc32.unwrap_or(raw.crc32);
    [
        b"PK\x03\x04".to_vec(),
        words(&[20, raw.local_flags.unwrap_or(raw.flags), raw.local_method.unwrap_or(raw.method), 0, 33]),
        longs(&[crc32, raw.local_size.unwrap_or(compressed), raw.local_size.unwrap_or(raw.size)]),
        words(&[name.len() as u16, raw.local_extra.len() as u16]),
        name.clone(),
        raw.local_extra.clone(),
        raw.data.clone(),
        raw.descriptor.clone(),
    ]
    .concat()
}

pub(super) fn central(raw: &Raw, offset: u32) -> Vec<u8> {
    [
        b"PK\x01\x02".to_vec(),
        words(&[raw.made_by, raw.needed, raw.flags, raw.method, 0, 33]),
        longs(&[raw.crc32, raw.compressed.unwrap_or(raw.data.len() as u32), raw.size]),
        words(&[raw.name.len() as u16, raw.extra.len() as u16, 0, raw.disk, 0]),
        longs(&[raw.external, raw.offset.unwrap_or(offset)]),
        raw.name.clone(),
        raw.extra.clone(),
    ]
    .concat()
}

pub(super) fn end(entries: u16, size: u32, offset: u32, comment: &[u8]) -> Vec<u8> {
    [
        b"PK\x05\x06\0\0\0\0".to_vec(),
        words(&[entries, entries]),
        longs(&[size, offset]),
        words(&[comment.len() as u16]),
        comment.to_vec(),
    ]
    .concat()
}

pub(crate) fn zip_after(prefix: &[u8], entries: &[Raw]) -> Vec<u8> {
    let mut bytes = prefix.to_vec();
    let mut directory = Vec::new();
    for raw in entries {
        directory.extend(central(raw, bytes.len() as u32));
        bytes.extend(local(raw));
    }
    let offset = bytes.len() as u32;
    bytes.extend(&directory);
    bytes.extend(end(entries.len() as u16, directory.len() as u32, offset, b""));
    bytes
}

pub(crate) fn zip(entries: &[Raw]) -> Vec<u8> {
    zip_after(b"", entries)
}

pub(super) fn parse(bytes: &[u8]) -> Result<Archive, ArchiveError> {
    read(Path::new("a.whl"), bytes, &ArchiveLimits::default())
}

#[track_caller]
pub(super) fn refused(bytes: &[u8], message: &str) {
    let error = parse(bytes).unwrap_err().to_string();
    let expected = format!("a.whl: {message}");
    assert!(error.starts_with(&expected), "{error}\n  expected {expected}");
}

#[test]
fn reads_what_is_in_order() {
    let bytes = zip(&[stored("a/b.py", b"x = 1\n"), deflated("ü.txt", &[b'x'; 1000]), stored("empty", b"")]);
    let archive = parse(&bytes).unwrap();
    let names = archive.files().map(|entry| entry.name.as_str()).collect::<Vec<_>>();
    assert_eq!(names, ["a/b.py", "ü.txt", "empty"]);
    assert_eq!(archive.get("ü.txt").unwrap().bytes, [b'x'; 1000][..]);
    assert_eq!(archive.entries[0].mode, Some(0o644));
    assert!(!archive.entries[0].executable());
    assert_eq!(archive.entries[0].modified.to_string(), "1980-01-01 00:00:00");
    assert!(parse(&zip(&[])).unwrap().entries.is_empty());
}

#[test]
fn directories_are_entries_without_content() {
    let mut folder = stored("a/", b"");
    folder.external = 0o040_755 << 16 | 0x10;
    let archive = parse(&zip(&[folder, stored("a/b", b"1")])).unwrap();
    assert!(archive.entries[0].directory);
    assert_eq!(archive.entries[0].name, "a");
    assert_eq!(archive.files().count(), 1);
    let mut full = stored("a/", b"1");
    full.external = 0x10;
    refused(&zip(&[full]), "entry \"a/\": a directory with content");
}

#[test]
fn names_stay_inside() {
    for (name, message) in [
        ("../x", "the name leaves the archive with \"..\""),
        ("a/../../x", "the name leaves the archive with \"..\""),
        ("/etc/passwd", "the name is an absolute path"),
        ("C:/x", "the name begins with a drive"),
        ("c:x", "the name begins with a drive"),
        ("a\\b", "the name has a backslash"),
        ("a\0b", "the name has a NUL"),
        ("a\nb", "the name has a control character"),
        ("./a", "the name has a \".\" component"),
        ("a//b", "the name has an empty component"),
        ("a//", "the name has an empty component"),
        ("", "the name is empty"),
        ("/", "the name is empty"),
    ] {
        refused(&zip(&[stored(name, b"")]), &format!("entry {name:?}: {message}"));
    }
    let mut latin = stored("x", b"");
    latin.name = b"\xfc.py".to_vec();
    refused(&zip(&[latin]), "entry \"\u{fffd}.py\": the name is not UTF-8");
    let mut unmarked = stored("ü", b"");
    unmarked.flags = 0;
    refused(&zip(&[unmarked]), "entry \"ü\": the name is not UTF-8, or not marked");
    let mut second = stored("a", b"");
    second.extra = [words(&[0x7075, 6]), b"\x01\0\0\0\0b".to_vec()].concat();
    refused(&zip(&[second]), "entry \"a\": the Unicode path field holds another name");
}

#[test]
fn names_are_unique_everywhere() {
    let two = |a: &str, b: &str| zip(&[stored(a, b""), stored(b, b"")]);
    refused(&two("a", "a"), "entry \"a\": there are two entries of this name");
    refused(&two("a/B", "a/b"), "entry \"a/b\": on some file systems the name is the same as \"a/B\"");
    refused(&two("A/x", "a/y"), "entry \"a/y\": on some file systems the name is the same as \"A\"");
    refused(&two("u\u{308}", "ü"), "entry \"ü\": on some file systems");
    refused(&two("a", "a/b"), "entry \"a\": it is a file, and \"a/b\" needs it to be a directory");
    refused(&two("a/", "a"), "entry \"a\": there are two entries of this name");
    let limits = ArchiveLimits { refuse_collisions: false, ..ArchiveLimits::default() };
    assert!(read(Path::new("a.whl"), two("a/B", "a/b"), &limits).is_ok());
    assert!(read(Path::new("a.whl"), two("a", "a"), &limits).is_err());
}

/// A name of 32,000 directories takes memory in proportion to its length.
#[test]
fn deep_names() {
    let deep = |last: &str| format!("{}{last}", "a/".repeat(32_000));
    let entries = (0..10).map(|n| stored(&deep(&n.to_string()), b"")).collect::<Vec<_>>();
    assert_eq!(parse(&zip(&entries)).unwrap().entries.len(), 10);
    let two = [stored(&deep("b"), b""), stored(&deep("B"), b"")];
    assert!(parse(&zip(&two)).unwrap_err().to_string().ends_with("/b\""));
}

#[test]
fn only_files_and_directories() {
    let with = |external: u32, made_by: u16| {
        let mut raw = stored("a", b"target");
        (raw.external, raw.made_by) = (external, made_by);
        zip(&[raw])
    };
    refused(&with(0o120_777 << 16, 3 << 8), "entry \"a\": symbolic links are refused");
    refused(&with(0o120_777 << 16, 0), "entry \"a\": symbolic links are refused");
    refused(&with(0o010_644 << 16, 3 << 8), "entry \"a\": neither a file nor a directory (mode 10644)");
    refused(&with(0o020_644 << 16, 3 << 8), "entry \"a\": neither");
    refused(&with(0o040_755 << 16, 3 << 8), "entry \"a\": neither");
    let plain = parse(&with(0x20, 0)).unwrap();
    assert_eq!(plain.entries[0].mode, None);
    assert!(parse(&with(0o100_755 << 16, 3 << 8)).unwrap().entries[0].executable());
}

#[test]
fn encrypted_and_unknown_methods() {
    let with = |flags: u16, method: u16| {
        let mut raw = stored("a", b"");
        (raw.flags, raw.method) = (flags, method);
        zip(&[raw])
    };
    refused(&with(1, 0), "entry \"a\": encrypted entries are refused");
    refused(&with(1 << 13, 0), "entry \"a\": encrypted entries are refused");
    refused(&with(1 << 5, 0), "entry \"a\": unsupported flags 0x0020");
    refused(&with(0, 12), "entry \"a\": unsupported compression method 12 (bzip2)");
    refused(&with(0, 99), "entry \"a\": unsupported compression method 99 (AES encryption)");
    refused(&with(0, 77), "entry \"a\": unsupported compression method 77");
}

#[test]
fn headers_agree() {
    let change = |change: fn(&mut Raw)| {
        let mut raw = deflated("abc", &[b'x'; 100]);
        change(&mut raw);
        zip(&[raw])
    };
    let disagree = "entry \"abc\": the local header and the central directory disagree on the";
    refused(&change(|raw| raw.local_name = Some(b"abd".to_vec())), &format!("{disagree} name"));
    refused(&change(|raw| raw.local_flags = Some(2)), &format!("{disagree} flags"));
    refused(&change(|raw| raw.local_method = Some(0)), &format!("{disagree} compression method"));
    refused(&change(|raw| raw.local_crc32 = Some(1)), &format!("{disagree} CRC-32"));
    refused(&change(|raw| raw.local_size = Some(5)), &format!("{disagree} size"));
    refused(&change(|raw| raw.crc32 ^= 1), "entry \"abc\": wrong CRC-32");
    refused(&change(|raw| raw.size = 99), "entry \"abc\": the data is not the 99 bytes");
    refused(&change(|raw| raw.size = 101), "entry \"abc\": the data is not the 101 bytes");
    refused(&change(|raw| raw.size = 1 << 20), "entry \"abc\": the data is not the 1048576 bytes");
    refused(&change(|raw| raw.data.push(0)), "entry \"abc\": the compressed data is broken");
    refused(&change(|raw| raw.data.truncate(3)), "entry \"abc\": the compressed data is broken");
    refused(&change(|raw| raw.data = vec![0xff; 9]), "entry \"abc\": the compressed data is broken");
    refused(&change(|raw| raw.needed = 84), "entry \"abc\": it needs version 8.4 of the zip format");
    refused(&change(|raw| raw.disk = 1), "entry \"abc\": it is one part of a multi-part archive");
    refused(&change(|raw| raw.extra = vec![1, 0, 9]), "entry \"abc\": malformed extra fields");
}

#[test]
fn descriptors_agree() {
    let with = |signed: bool, crc32: u32| {
        let mut raw = deflated("a", &[b'x'; 100]);
        raw.flags |= 8;
        (raw.local_crc32, raw.local_size) = (Some(0), Some(0));
        let fields = longs(&[raw.crc32 ^ crc32, raw.data.len() as u32, raw.size]);
        raw.descriptor = if signed { [b"PK\x07\x08".to_vec(), fields].concat() } else { fields };
        zip(&[raw, stored("b", b"1")])
    };
    assert!(parse(&with(true, 0)).is_ok());
    assert!(parse(&with(false, 0)).is_ok());
    let message = "entry \"a\": the local header and the central directory disagree on the data descriptor";
    refused(&with(true, 1), message);
    refused(&with(false, 1), message);
}

#[test]
fn zip64_fields_agree() {
    let zip64 = |values: &[u64]| {
        let data = values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>();
        [words(&[1, data.len() as u16]), data].concat()
    };
    let with = |extra: Vec<u8>, local: Vec<u8>| {
        let mut raw = stored("a", b"12345");
        (raw.size, raw.compressed) = (u32::MAX, Some(u32::MAX));
        (raw.extra, raw.local_extra) = (extra, local);
        zip(&[raw])
    };
    let archive = parse(&with(zip64(&[5, 5]), zip64(&[5, 5]))).unwrap();
    assert_eq!(archive.entries[0].bytes, b"12345"[..]);
    let disagree = "entry \"a\": the local header and the central directory disagree on the size";
    refused(&with(zip64(&[5, 5]), zip64(&[4, 4])), disagree);
    refused(&with(Vec::new(), Vec::new()), "entry \"a\": its zip64 extra field does not agree");
    refused(&with(zip64(&[5]), zip64(&[5, 5])), "entry \"a\": its zip64 extra field does not agree");
    let huge = u64::MAX / 2;
    refused(&with(zip64(&[huge, huge]), zip64(&[huge, huge])), "entry \"a\": bytes in the entry");
    let mut idle = stored("a", b"12345");
    idle.extra = zip64(&[6, 5]);
    refused(&zip(&[idle.clone()]), "entry \"a\": its zip64 extra field does not agree");
    idle.extra = zip64(&[5, 5]);
    assert!(parse(&zip(&[idle])).is_ok());
    // The end record requires a zip64 end record.
    let mut bytes = zip(&[stored("a", b"")]);
    let at = bytes.len() - 22;
    bytes[at + 8..at + 12].fill(0xff);
    refused(&bytes, "its zip64 end of central directory does not agree");
}

#[test]
fn every_byte_belongs_to_one_thing() {
    let mut overlapping = [stored("a", b"12345"), stored("b", b"12345")];
    overlapping[1].offset = Some(0);
    refused(&zip(&overlapping), "entry");
    let mut quoted = stored("outer", &local(&stored("b", b"x")));
    quoted.external = 0;
    let mut inner = stored("b", b"x");
    inner.offset = Some(30 + 5);
    refused(&zip(&[quoted, inner]), "entry \"outer\": it overlaps the data at offset 35");
    let mut bytes = zip(&[stored("a", b"1")]);
    bytes.push(0);
    refused(&bytes, "the end of central directory at offset 79 does not end with the file");
    let mut hidden = stored("a", b"1");
    hidden.descriptor = b"hidden".to_vec();
    refused(&zip(&[hidden]), "6 bytes at offset 32 belong to no entry");
    let nested = zip(&[stored("a", b"1")]);
    let mut two_ends = nested[..nested.len() - 2].to_vec();
    let comment = end(0, 0, 0, b"");
    two_ends.extend((comment.len() as u16).to_le_bytes());
    two_ends.extend(&comment);
    refused(&two_ends, "two records could be the end of the archive");
}

#[test]
fn what_stands_before_the_archive() {
    let after = |prefix: &[u8]| zip_after(prefix, &[stored("__main__.py", b"")]);
    refused(&after(b"#!/usr/bin/env python3\n"), "23 bytes are before the first entry");
    let zipapp = |bytes: &[u8]| read(Path::new("a.pyz"), bytes, &ArchiveLimits::zipapp());
    let archive = zipapp(&after(b"#!/usr/bin/env python3\n")).unwrap();
    assert_eq!(archive.prefix, b"#!/usr/bin/env python3\n");
    let shifted = [b"#!python3\n".to_vec(), zip(&[stored("__main__.py", b"")])].concat();
    assert_eq!(zipapp(&shifted).unwrap().prefix, b"#!python3\n");
    let error = zipapp(&after(b"#!/bin/sh\nrm -r /\n")).unwrap_err().to_string();
    assert_eq!(error, "a.pyz: the 18 bytes before the first entry are not a shebang line");
    assert!(zipapp(&after(b"MZ\x90")).is_err());
}

#[test]
fn bombs_take_no_memory() {
    let bomb = deflated("bomb", &vec![0; 20 << 20]);
    refused(&zip(&[bomb]), "entry \"bomb\": 20971520 bytes out of ");
    let part = deflated("", &vec![0; 10 << 20]);
    let parts = (0..7).map(|n| Raw { name: n.to_string().into(), ..part.clone() }).collect::<Vec<_>>();
    refused(&zip(&parts), "73400320 bytes out of ");
    assert!(parse(&zip(&parts[..2])).is_ok());
    let limits = ArchiveLimits { total: 1000, ..ArchiveLimits::default() };
    let many = (0..11).map(|n| stored(&format!("{n}"), &[0; 100])).collect::<Vec<_>>();
    let error = read(Path::new("a.whl"), zip(&many), &limits).unwrap_err().to_string();
    assert_eq!(error, "a.whl: bytes in all entries: 1100, more than the limit of 1000");
    let limits = ArchiveLimits { dense: 1000, dense_ratio: 0, ..ArchiveLimits::default() };
    let error = read(Path::new("a.whl"), zip(&many), &limits).unwrap_err().to_string();
    assert!(
        error.starts_with(
            "a.whl: the entries unpack to 1100 bytes, more than the limit of 1000 for an archive of this size"
        ),
        "{error}"
    );
    let limits = ArchiveLimits { dense: 1000, dense_ratio: 10, ..ArchiveLimits::default() };
    assert!(read(Path::new("a.whl"), zip(&many), &limits).is_ok());
    let limits = ArchiveLimits { entries: 10, ..ArchiveLimits::default() };
    let error = read(Path::new("a.whl"), zip(&many), &limits).unwrap_err().to_string();
    assert_eq!(error, "a.whl: entries: 11, more than the limit of 10");
    let limits = ArchiveLimits { archive: 10, ..ArchiveLimits::default() };
    assert!(
        read(Path::new("a.whl"), zip(&many), &limits)
            .unwrap_err()
            .to_string()
            .contains("more than the limit of 10")
    );
    // A number of headers without the headers.
    let mut liar = zip(&[]);
    liar[8..12].fill(0x0f);
    refused(&liar, "the end of central directory gives 3855 for the number of entries, but 0 was found");
}

#[test]
fn truncated_anywhere() {
    let bytes = zip(&[stored("a/b.py", b"x = 1\n"), deflated("c", &[b'x'; 100])]);
    for size in 0..bytes.len() {
        assert!(parse(&bytes[..size]).is_err(), "{size} bytes");
    }
    refused(&bytes[..bytes.len() - 1], "not a zip archive, or a truncated one");
    refused(b"", "not a zip archive, or a truncated one");
    assert!(parse(&bytes[1..]).is_err());
}

#[test]
fn times_are_clamped_and_even() {
    for (seconds, expected) in [
        (0, "1980-01-01 00:00:00"),
        (-5, "1980-01-01 00:00:00"),
        (315_532_800, "1980-01-01 00:00:00"),
        (1_700_000_001, "2023-11-14 22:13:20"),
        (1_709_210_096, "2024-02-29 12:34:56"),
        (951_782_400, "2000-02-29 00:00:00"),
        (4_354_819_199, "2107-12-31 23:59:58"),
        (i64::MAX, "2107-12-31 23:59:58"),
    ] {
        assert_eq!(DosTime::from_unix(seconds).to_string(), expected, "{seconds}");
    }
}

/// Reads archives that the `zip` crate writes, with and without descriptors and 64-bit fields.
#[test]
fn reads_what_another_writer_writes() {
    for large in [false, true] {
        let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = ::zip::write::SimpleFileOptions::default().large_file(large);
        writer.add_directory("pkg", options).unwrap();
        for (name, executable, method) in [
            ("pkg/a.py", false, ::zip::CompressionMethod::Stored),
            ("pkg/ü.py", true, ::zip::CompressionMethod::Deflated),
        ] {
            let mode = if executable { 0o755 } else { 0o644 };
            writer.start_file(name, options.compression_method(method).unix_permissions(mode)).unwrap();
            writer.write_all(name.repeat(50).as_bytes()).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        let archive = parse(&bytes).unwrap();
        let names = archive.entries.iter().map(|entry| (entry.name.as_str(), entry.directory));
        assert_eq!(names.collect::<Vec<_>>(), [("pkg", true), ("pkg/a.py", false), ("pkg/ü.py", false)]);
        let entry = archive.get("pkg/ü.py").unwrap();
        assert!(entry.executable());
        assert_eq!(entry.bytes, *"pkg/ü.py".repeat(50).as_bytes());
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let _ = parse(&bytes);
    }

    /// One changed byte causes a refusal, or changes a field that is read.
    #[test]
    fn no_change_panics(at in 0usize..400, with in 1u8..) {
        let entries = [stored("a/b.py", b"x = 1\n"), deflated("ü", &[b'x'; 100]), stored("d", b"")];
        let mut bytes = zip_after(b"", &entries);
        let whole = parse(&bytes).unwrap();
        let at = at % bytes.len();
        bytes[at] ^= with;
        if let Ok(changed) = parse(&bytes) {
            for (entry, other) in whole.entries.iter().zip(&changed.entries) {
                proptest::prop_assert_eq!(&entry.bytes, &other.bytes);
            }
        }
    }
}

#[test]
fn large_entries_are_unpacked_when_they_are_read() {
    let part = deflated("", &vec![b'x'; 12 << 20]);
    let parts = (0..4).map(|n| Raw { name: n.to_string().into(), ..part.clone() }).collect::<Vec<_>>();
    let archive = parse(&zip(&parts)).unwrap();
    let held =
        archive.entries.iter().map(|entry| matches!(entry.bytes.read(), std::borrow::Cow::Borrowed(_)));
    assert_eq!(held.collect::<Vec<_>>(), [true, true, false, false]);
    for entry in &archive.entries {
        assert_eq!((entry.bytes.len(), &entry.bytes), (12 << 20, &archive.entries[0].bytes));
        assert!(entry.bytes.read().iter().all(|byte| *byte == b'x'));
    }
    assert_eq!(archive.entries[3].bytes.head(20), [b'x'; 20]);
    // Reading the archive refuses broken entries.
    let broken = |change: fn(&mut Raw)| {
        let mut broken = parts.clone();
        change(&mut broken[3]);
        parse(&zip(&broken)).unwrap_err().fault
    };
    assert!(matches!(broken(|part| part.crc32 ^= 1), Fault::Crc { .. }));
    assert!(matches!(broken(|part| part.size -= 1), Fault::Size(_)));
    assert!(matches!(broken(|part| part.size += 1), Fault::Size(_)));
    assert!(matches!(broken(|part| part.data.truncate(part.data.len() - 1)), Fault::Deflate));
    assert!(matches!(broken(|part| part.data.push(0)), Fault::Deflate));
    assert!(matches!(
        broken(|part| part.data[100] ^= 0xff),
        Fault::Deflate | Fault::Crc { .. } | Fault::Size(_)
    ));
}

#[test]
fn content_that_goes_by_in_blocks_is_compared_as_a_whole() {
    let same = vec![b'x'; 40 << 20];
    let mut other = same.clone();
    *other.last_mut().unwrap() = b'y';
    let limits = ArchiveLimits { ratio: 2000, ..ArchiveLimits::default() };
    let of = |content: &[u8]| {
        let bytes = zip(&[deflated("a", content)]);
        read(Path::new("a.zip"), &bytes, &limits).unwrap().entries.remove(0).bytes
    };
    assert_eq!(of(&same), of(&same));
    assert_eq!(of(&same), Bytes::from(same.clone()));
    assert_ne!(of(&same), of(&other));
    assert_ne!(of(&same), of(&same[1..]));
    let mut seen = Vec::new();
    Blocks::from(&of(&other)).each(|block| {
        assert!(block.len() <= 1 << 16);
        seen.extend_from_slice(block);
    });
    assert_eq!(seen, other);
}
