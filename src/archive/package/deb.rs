//! A Debian package → the files of `data.tar`, and those of `control.tar` below `DEBIAN/`, where
//! `dpkg-deb --raw-extract` extracts them.
//!
//! Format: `deb(5)`. The outer ar archive has three headers of 60 bytes, which are parsed here: the
//! `ar` crate allocates as much memory as a header requests.

use super::collect::{Collector, Rules};
use super::facts::Format;
use super::unpack::Packing;
use crate::archive::entry::Archive;
use crate::archive::error::{ArchiveError, Fault};
use crate::archive::reader::ArchiveLimits;
use std::path::Path;
use std::sync::Arc;

/// Size of the signature before the first member.
const MAGIC: usize = 8;
/// Size of the header of a member.
const HEADER: usize = 60;
/// Directory for the control files.
const CONTROL: &str = "DEBIAN/";

/// A member of the outer archive.
struct DebPart<'a> {
    name: &'a str,
    bytes: &'a [u8],
}

pub(super) fn read(
    path: &Path,
    bytes: &Arc<Vec<u8>>,
    limits: &ArchiveLimits,
) -> Result<Archive, ArchiveError> {
    let refuse = |fault| ArchiveError { archive: path.into(), entry: None, fault };
    let parts = parts(bytes).map_err(refuse)?;
    // dpkg ignores such members, which other tools add.
    let parts: Vec<DebPart<'_>> = parts.into_iter().filter(|part| !part.name.starts_with('_')).collect();
    let [version, control, data] = parts.as_slice() else {
        return Err(refuse(Fault::Deb(
            "its members are not exactly debian-binary, control.tar and data.tar",
        )));
    };
    if version.name != "debian-binary" || !version.bytes.starts_with(b"2.") {
        return Err(refuse(Fault::Deb("its format version is not 2")));
    }
    for (part, expected) in [(control, "control.tar"), (data, "data.tar")] {
        let ending = match Packing::of(part.bytes) {
            None => "",
            Some(Packing::Gzip) => ".gz",
            Some(Packing::Xz) => ".xz",
            Some(Packing::Zstd) => ".zst",
            Some(Packing::Bzip2) => ".bz2",
            Some(Packing::Lzma) => ".lzma",
        };
        // dpkg decides by the name, other readers decide by the content.
        if part.name != format!("{expected}{ending}") {
            return Err(refuse(Fault::Deb("a member is not compressed as its name says")));
        }
    }
    let mut collector = Collector::new(path, limits, Rules::Posix);
    let mut packing = Vec::new();
    let mut controls = 0;
    for (part, prefix) in [(control, CONTROL), (data, "")] {
        let (name, _) = collector.tar(&Arc::new(part.bytes.to_vec()), prefix)?;
        packing.push(format!("{} {name}", part.name));
        if controls == 0 {
            controls = collector.last().0;
        }
    }
    let mut collected = collector.finish()?;
    for entry in collected.entries.iter_mut().take(controls) {
        if let Some(facts) = &mut entry.facts {
            facts.control = true;
        }
    }
    Ok(collected.archive(path, Format::Deb, packing.join(", "), bytes))
}

/// Returns the members of an ar archive in order, without bytes between them.
fn parts(bytes: &[u8]) -> Result<Vec<DebPart<'_>>, Fault> {
    let mut parts = Vec::new();
    let mut at = MAGIC;
    while at < bytes.len() {
        let truncated = || Fault::Truncated { what: "a member of the ar archive", offset: at as u64 };
        let malformed = || Fault::Deb("a header of the ar archive is malformed");
        let header = bytes.get(at..at + HEADER).ok_or_else(truncated)?;
        let field = |range: std::ops::Range<usize>| {
            std::str::from_utf8(&header[range])
                .map(|field| field.trim_end_matches(' '))
                .map_err(|_| malformed())
        };
        let digits = field(48..58)?;
        if &header[58..] != b"`\n" || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(malformed());
        }
        let size: usize = digits.parse().map_err(|_| malformed())?;
        let start = at + HEADER;
        let end = start.checked_add(size).ok_or_else(truncated)?;
        let content = bytes.get(start..end).ok_or_else(truncated)?;
        let name = field(0..16)?;
        parts.push(DebPart { name: name.strip_suffix('/').unwrap_or(name), bytes: content });
        // A member of odd size is padded by one byte.
        at = end + size % 2;
        if parts.len() > 16 {
            return Err(Fault::Deb("it has more than 16 members"));
        }
    }
    Ok(parts)
}
