//! An RPM package → the files of its payload, and the tags of its header as text.
//!
//! Format: version 4 of RPM's package files (docs/manual/format.md of rpm). The `rpm` crate also
//! builds and signs packages, and would add 25 crates to read a header of two tables.

use super::collect::{Collector, Member, Rules, Substance};
use super::cpio;
use super::facts::{Facts, Format};
use super::unpack::{Packing, unpacked};
use crate::archive::entry::Archive;
use crate::archive::error::{ArchiveError, Fault};
use crate::archive::reader::ArchiveLimits;
use sha2::Digest as _;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

/// Size of the lead, which current tools ignore.
const LEAD: usize = 96;
/// Size of an entry of the index.
const INDEX: usize = 16;
/// Limit on the bytes of the text for the tags.
const TEXT: usize = 32 << 20;
/// Limit on the values of one tag: more than an archive may have entries.
const VALUES: usize = 1 << 17;
/// Limit on the entries of an index, as in RPM.
const ENTRIES: usize = 1 << 16;
/// Name of the entry for the tags.
const NAME: &str = "(rpm header)";

const FILE_USER: u32 = 1039;
const FILE_GROUP: u32 = 1040;
const DIR_INDEXES: u32 = 1116;
const BASE_NAMES: u32 = 1117;
const DIR_NAMES: u32 = 1118;
const PAYLOAD_DIGEST: u32 = 5092;
const PAYLOAD_DIGEST_ALGORITHM: u32 = 5093;
const SHA256: u64 = 8;

/// Tags by number. Those in [`FOLLOWS`] repeat facts of the entries and the payload.
const TAGS: [(u32, &str); 53] = [
    (1000, "Name"),
    (1001, "Version"),
    (1002, "Release"),
    (1003, "Epoch"),
    (1004, "Summary"),
    (1005, "Description"),
    (1006, "BuildTime"),
    (1007, "BuildHost"),
    (1009, "Size"),
    (1010, "Distribution"),
    (1011, "Vendor"),
    (1014, "License"),
    (1015, "Packager"),
    (1016, "Group"),
    (1020, "Url"),
    (1021, "Os"),
    (1022, "Arch"),
    (1023, "PreIn"),
    (1024, "PostIn"),
    (1025, "PreUn"),
    (1026, "PostUn"),
    (1037, "FileFlags"),
    (1044, "SourceRpm"),
    (1045, "FileVerifyFlags"),
    (1047, "ProvideName"),
    (1048, "RequireFlags"),
    (1049, "RequireName"),
    (1050, "RequireVersion"),
    (1053, "ConflictFlags"),
    (1054, "ConflictName"),
    (1055, "ConflictVersion"),
    (1064, "RpmVersion"),
    (1080, "ChangelogTime"),
    (1081, "ChangelogName"),
    (1082, "ChangelogText"),
    (1085, "PreInProg"),
    (1086, "PostInProg"),
    (1087, "PreUnProg"),
    (1088, "PostUnProg"),
    (1090, "ObsoleteName"),
    (1094, "Cookie"),
    (1112, "ProvideFlags"),
    (1113, "ProvideVersion"),
    (1114, "ObsoleteFlags"),
    (1115, "ObsoleteVersion"),
    (1122, "OptFlags"),
    (1124, "PayloadFormat"),
    (1125, "PayloadCompressor"),
    (1126, "PayloadFlags"),
    (1132, "Platform"),
    (5011, "FileDigestAlgorithm"),
    (5062, "Encoding"),
    (5093, "PayloadDigestAlgorithm"),
];

/// Tags that are not compared as text: regions, and facts that are compared as facts of files and
/// of the payload. These are sizes, modes, devices, times, digests, link targets, owners, inodes,
/// languages, paths, colors, classes and digests of the payload.
const FOLLOWS: [u32; 29] = [
    62, 63, 100, 1028, 1030, 1033, 1034, 1035, 1036, 1039, 1040, 1046, 1095, 1096, 1097, 1116, 1117, 1118,
    1140, 1141, 1142, 1143, 1144, 1145, 5092, 5097, 5112, 5113, 5114,
];

pub(super) fn read(
    path: &Path,
    bytes: &Arc<Vec<u8>>,
    limits: &ArchiveLimits,
) -> Result<Archive, ArchiveError> {
    let refuse = |fault| ArchiveError { archive: path.into(), entry: None, fault };
    let (_signature, at) = RpmHeader::read(bytes, LEAD).map_err(refuse)?;
    // The first table is padded.
    let at = at.next_multiple_of(8);
    let (header, at) = RpmHeader::read(bytes, at).map_err(refuse)?;
    let payload = bytes.get(at..).unwrap_or_default();
    header.check_payload(payload).map_err(refuse)?;
    if header.strings(1124).first().is_some_and(|format| format != "cpio") {
        return Err(refuse(Fault::Rpm("its payload is not a cpio archive")));
    }
    let text = header.text().map_err(refuse)?;
    let mut collector = Collector::new(path, limits, Rules::Posix);
    let facts = Facts { control: true, ..Facts::default() };
    let substance = Substance::File { start: None };
    let (mode, size) = (0o644, text.len() as u64);
    let member = Member { name: NAME, substance, mode, facts, size, content: &mut text.as_bytes() };
    let fault = |(entry, fault)| ArchiveError { archive: path.into(), entry, fault };
    collector.add(member, None).map_err(fault)?;
    let (packing, reader) = unpacked(payload, limits);
    cpio::read(&mut collector, reader, &header.owners().map_err(refuse)?).map_err(fault)?;
    let packing = packing.map_or("not compressed", Packing::name).to_owned();
    Ok(collector.finish()?.archive(path, Format::Rpm, packing, bytes))
}

/// One of the two tables of a package.
struct RpmHeader<'a> {
    index: &'a [u8],
    store: &'a [u8],
}

struct Tag {
    number: u32,
    kind: u32,
    offset: usize,
    count: usize,
}

impl<'a> RpmHeader<'a> {
    /// Reads a table; returns the table and the offset of its end.
    fn read(bytes: &'a [u8], at: usize) -> Result<(Self, usize), Fault> {
        let truncated = || Fault::Truncated { what: "the rpm header", offset: at as u64 };
        let start = bytes.get(at..at + INDEX).ok_or_else(truncated)?;
        if start[..3] != [0x8e, 0xad, 0xe8] {
            return Err(Fault::Signature { what: "rpm header", offset: at as u64 });
        }
        let entries = number(&start[8..12]) as usize;
        if entries > ENTRIES {
            return Err(Fault::Rpm("its header has more than 65,536 tags"));
        }
        let index_end = entries.checked_mul(INDEX).and_then(|size| size.checked_add(at + INDEX));
        let index_end = index_end.ok_or_else(truncated)?;
        let end = index_end.checked_add(number(&start[12..16]) as usize).ok_or_else(truncated)?;
        let index = bytes.get(at + INDEX..index_end).ok_or_else(truncated)?;
        let store = bytes.get(index_end..end).ok_or_else(truncated)?;
        Ok((Self { index, store }, end))
    }

    fn tags(&self) -> impl Iterator<Item = Tag> {
        self.index.chunks_exact(INDEX).map(|entry| Tag {
            number: number(&entry[..4]) as u32,
            kind: number(&entry[4..8]) as u32,
            offset: number(&entry[8..12]) as usize,
            count: number(&entry[12..16]) as usize,
        })
    }

    /// Returns the values of a tag that are inside of the table.
    fn values(&self, tag: &Tag) -> Box<dyn Iterator<Item = String> + 'a> {
        let bytes = self.store.get(tag.offset..).unwrap_or_default();
        let count = tag.count;
        let numbers = |size: usize| {
            Box::new(bytes.chunks_exact(size).take(count).map(|bytes| number(bytes).to_string()))
        };
        match tag.kind {
            1 | 2 => numbers(1),
            3 => numbers(2),
            4 => numbers(4),
            5 => numbers(8),
            6 | 8 | 9 => {
                let values = bytes.split(|&byte| byte == 0).take(count);
                Box::new(values.map(|text| String::from_utf8_lossy(text).into_owned()))
            }
            // For a binary value such as a signature, the digest is enough for a comparison.
            7 => {
                let bytes = &bytes[..bytes.len().min(count)];
                let digest = sha2::Sha256::digest(bytes);
                let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
                Box::new(std::iter::once(format!("{} bytes, sha256 {digest}", bytes.len())))
            }
            _ => Box::new(std::iter::empty()),
        }
    }

    /// Returns the first values of a tag.
    fn strings(&self, number: u32) -> Vec<String> {
        let tag = self.tags().find(|tag| tag.number == number);
        tag.map_or_else(Vec::new, |tag| self.values(&tag).take(VALUES).collect())
    }

    /// Returns one line for each value. Entries may share bytes, so the length is bounded
    /// separately.
    fn text(&self) -> Result<String, Fault> {
        let mut text = String::new();
        for tag in self.tags().filter(|tag| !FOLLOWS.contains(&tag.number)) {
            let name = TAGS.iter().find(|(number, _)| *number == tag.number);
            let name = name.map_or_else(|| format!("Tag{}", tag.number), |(_, name)| (*name).to_owned());
            for value in self.values(&tag) {
                for line in value.split('\n') {
                    writeln!(text, "{name}: {line}").unwrap_or_default();
                }
                if text.len() > TEXT {
                    return Err(Fault::Rpm("its header has more than 32 MiB of values"));
                }
            }
        }
        Ok(text)
    }

    /// Returns the names of user and group by path. Many paths may share a long directory.
    fn owners(&self) -> Result<BTreeMap<String, String>, Fault> {
        let folders = self.strings(DIR_NAMES);
        let (users, groups) = (self.strings(FILE_USER), self.strings(FILE_GROUP));
        let indexes = self.strings(DIR_INDEXES);
        let mut owners = BTreeMap::new();
        let mut size = 0;
        for (at, name) in self.strings(BASE_NAMES).iter().enumerate() {
            let folder = indexes.get(at).and_then(|index| folders.get(index.parse::<usize>().ok()?));
            let folder = folder.map_or("", String::as_str);
            size += folder.len() + name.len();
            if size > TEXT {
                return Err(Fault::Rpm("its header has more than 32 MiB of paths"));
            }
            let path = format!("{folder}{name}");
            if let Some((user, group)) = users.get(at).zip(groups.get(at)) {
                owners.insert(path.trim_start_matches('/').to_owned(), format!("{user}:{group}"));
            }
        }
        Ok(owners)
    }

    /// Checks the payload against its digest, if the digest is a SHA-256.
    fn check_payload(&self, payload: &[u8]) -> Result<(), Fault> {
        let is_sha256 = self.strings(PAYLOAD_DIGEST_ALGORITHM) == [SHA256.to_string()];
        let said = self.strings(PAYLOAD_DIGEST);
        let Some(said) = said.first().filter(|_| is_sha256) else { return Ok(()) };
        let digest: String = sha2::Sha256::digest(payload).iter().map(|byte| format!("{byte:02x}")).collect();
        if *said == digest {
            Ok(())
        } else {
            Err(Fault::Rpm("its payload does not have the digest in its header"))
        }
    }
}

/// Returns a big-endian number of up to eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}
