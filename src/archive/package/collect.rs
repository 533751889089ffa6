//! Members of an archive → entries that are bounded and unambiguous.

use super::facts::{Facts, Format, Special, SpecialKind};
use super::fault_of;
use super::tar::{self, RefusedMember};
use super::unpack::{Packing, unpacked};
use crate::archive::entry::{Archive, Bytes, Compression, DosTime, Entry, PackedEntry};
use crate::archive::error::{ArchiveError, Fault};
use crate::archive::name::{Clash, NameFault, NameTree, check_file_name};
use crate::archive::reader::{ArchiveLimits, HELD, within};
use sha2::Digest as _;
use std::collections::BTreeMap;
use std::io::{Read, Write as _};
use std::path::Path;
use std::sync::Arc;

/// Limit on the bytes of all names together.
const NAMES: u64 = 64 << 20;

/// Limit on the bytes of a path, as in Linux.
const PATH: u64 = 4096;

/// Rules for names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    /// Names that are the same file on every system.
    Portable,
    /// Names that stay inside on POSIX systems. Units of systemd have names with backslashes.
    Posix,
}

/// A member whose content has not been read.
pub(super) struct Member<'a> {
    pub(super) name: &'a str,
    pub(super) substance: Substance,
    pub(super) mode: u32,
    pub(super) facts: Facts,
    pub(super) size: u64,
    pub(super) content: &'a mut dyn Read,
}

/// Kind of a member.
pub(super) enum Substance {
    /// A file, and the offset of its content in the unpacked stream, if the offset is known.
    File {
        start: Option<u64>,
    },
    Directory,
    /// Another name of an earlier file.
    HardLink(String),
    Symlink(String),
    Device(String),
}

/// Entries and specials of an archive.
#[derive(Debug, Default)]
pub(in crate::archive) struct Collected {
    pub(in crate::archive) entries: Vec<Entry>,
    pub(in crate::archive) specials: Vec<Special>,
}

impl Collected {
    /// Returns the archive; `bytes` are the bytes of the whole file.
    pub(super) fn archive(self, path: &Path, format: Format, packing: String, bytes: &[u8]) -> Archive {
        let Self { entries, mut specials } = self;
        specials.sort_by(|one, other| one.name.cmp(&other.name));
        let mut by_name = (0..entries.len()).filter(|&at| !entries[at].directory).collect::<Vec<_>>();
        by_name.sort_unstable_by(|&one, &other| entries[one].name.cmp(&entries[other].name));
        Archive {
            path: path.into(),
            entries,
            specials,
            format,
            packing,
            by_name,
            size: bytes.len() as u64,
            sha256: sha2::Sha256::digest(bytes).into(),
            ..Archive::default()
        }
    }
}

/// Collector of members, which checks each before it allocates memory for it.
pub(super) struct Collector<'a> {
    path: &'a Path,
    limits: &'a ArchiveLimits,
    rules: Rules,
    collected: Collected,
    /// Indices of the files by name, for hard links.
    by_name: BTreeMap<String, usize>,
    count: u64,
    total: u64,
    names: u64,
    /// Bytes of unpacked content that may still be kept.
    room: usize,
}

impl<'a> Collector<'a> {
    pub(super) fn new(path: &'a Path, limits: &'a ArchiveLimits, rules: Rules) -> Self {
        let collected = Collected::default();
        Self {
            path,
            limits,
            rules,
            collected,
            by_name: BTreeMap::new(),
            count: 0,
            total: 0,
            names: 0,
            room: HELD,
        }
    }

    /// Sets the size of the contents so far, and the bytes that may still be kept.
    pub(super) fn with_room(mut self, total: u64, room: usize) -> Self {
        (self.total, self.room) = (total, room);
        self
    }

    /// Returns the size of all contents, and the bytes that may still be kept.
    pub(super) fn used(&self) -> (u64, usize) {
        (self.total, self.room)
    }

    /// Reads the members of a tar archive, which may be compressed, with `prefix` before their
    /// names. Returns the name of the compression, and the comment of the archive.
    pub(super) fn tar(
        &mut self,
        bytes: &Arc<Vec<u8>>,
        prefix: &str,
    ) -> Result<(String, Vec<u8>), ArchiveError> {
        let (packing, reader) = unpacked(bytes, self.limits);
        let plain = packing.is_none().then_some(bytes);
        let comment = tar::members(reader, &mut |member| {
            let name = plain_name(member.name);
            let whole = format!("{prefix}{name}");
            let is_root =
                matches!(member.substance, Substance::Directory) && (name.is_empty() || name == ".");
            if is_root {
                return Ok(());
            }
            let Member { substance, mode, facts, size, content, .. } = member;
            self.add(Member { name: &whole, substance, mode, facts, size, content }, plain)
        });
        let comment = comment.map_err(|(entry, fault)| self.refused(entry, fault))?;
        Ok((packing.map_or("not compressed", Packing::name).to_owned(), comment))
    }

    pub(super) fn refused(&self, entry: Option<String>, fault: Fault) -> ArchiveError {
        ArchiveError { archive: self.path.into(), entry, fault }
    }

    /// Adds a member. If `plain` holds the bytes that contain it, nothing is copied.
    pub(super) fn add(
        &mut self,
        member: Member<'_>,
        plain: Option<&Arc<Vec<u8>>>,
    ) -> Result<(), RefusedMember> {
        let Member { name, substance, mode, facts, size, content } = member;
        let refuse = |fault| (Some(name.to_owned()), fault);
        self.count += 1;
        within("entries", self.count, self.limits.entries).map_err(|fault| (None, fault))?;
        self.names += name.len() as u64;
        within("bytes in all names", self.names, NAMES).map_err(|fault| (None, fault))?;
        if self.rules == Rules::Posix {
            within("bytes in the name", name.len() as u64, PATH).map_err(refuse)?;
        }
        match check_file_name(name) {
            Err(NameFault::Backslash | NameFault::Drive) if self.rules == Rules::Posix => {}
            checked => checked.map_err(|fault| refuse(fault.into()))?,
        }
        let special = |what| Special { name: name.to_owned(), what, mode, facts: facts.clone() };
        let index = self.collected.entries.len();
        let mut entry = Entry {
            name: name.to_owned(),
            mode: Some(mode),
            offset: index as u64,
            made_by: 3 << 8,
            modified: DosTime::from_unix(facts.modified),
            facts: Some(facts.clone()),
            ..Entry::default()
        };
        match substance {
            Substance::Directory => entry.directory = true,
            Substance::Symlink(target) => {
                self.collected.specials.push(special(SpecialKind::Symlink(target)));
                return Ok(());
            }
            Substance::Device(device) if self.rules == Rules::Posix => {
                self.collected.specials.push(special(SpecialKind::Device(device)));
                return Ok(());
            }
            Substance::Device(device) => return Err(refuse(Fault::Device(device.into()))),
            Substance::HardLink(target) => {
                let target = plain_name(&target).to_owned();
                let earlier = self.by_name.get(&target).and_then(|&at| self.collected.entries.get(at));
                let Some(earlier) = earlier else { return Err(refuse(Fault::HardLink(target))) };
                entry.bytes = earlier.bytes.clone();
                entry.compressed_size = earlier.compressed_size;
                entry.crc32 = earlier.crc32;
                entry.facts = Some(Facts { hard_link: Some(target), ..facts });
                self.by_name.insert(name.to_owned(), index);
            }
            Substance::File { start } => {
                within("bytes in the entry", size, self.limits.entry).map_err(refuse)?;
                self.total = self.total.saturating_add(size);
                within("bytes in all entries", self.total, self.limits.total)
                    .map_err(|fault| (None, fault))?;
                entry.bytes = self.content(content, size, start.zip(plain)).map_err(refuse)?;
                entry.compressed_size = size;
                self.by_name.insert(name.to_owned(), index);
            }
        }
        self.collected.entries.push(entry);
        Ok(())
    }

    /// Sets the content of files whose names came earlier.
    pub(super) fn fill(&mut self, indices: &[usize], bytes: &Bytes) {
        for &index in indices {
            if let Some(entry) = self.collected.entries.get_mut(index) {
                entry.bytes = bytes.clone();
                entry.compressed_size = bytes.len() as u64;
            }
        }
    }

    /// Returns the number of entries so far, and the content of the last entry.
    pub(super) fn last(&self) -> (usize, Option<&Bytes>) {
        let entries = &self.collected.entries;
        (entries.len(), entries.last().map(|entry| &entry.bytes))
    }

    /// Reads exactly `size` bytes, and keeps them unpacked, as a part of an uncompressed archive,
    /// or compressed.
    fn content(
        &mut self,
        content: &mut dyn Read,
        size: u64,
        place: Option<(u64, &Arc<Vec<u8>>)>,
    ) -> Result<Bytes, Fault> {
        let broken = |error| fault_of(error, "the content of an entry", 0);
        let truncated = Fault::Truncated { what: "the content of an entry", offset: 0 };
        let length = usize::try_from(size).map_err(|_| Fault::Memory(size))?;
        if let Some((start, archive)) = place {
            let start = usize::try_from(start).map_err(|_| Fault::Memory(start))?;
            let data = start..start.saturating_add(length);
            if archive.get(data.clone()).is_none() {
                return Err(truncated);
            }
            let archive = Arc::clone(archive);
            return Ok(Bytes::packed(PackedEntry {
                archive,
                data,
                compression: Compression::Stored,
                size: length,
            }));
        }
        if let Some(left) = self.room.checked_sub(length) {
            self.room = left;
            let mut bytes = Vec::new();
            content.take(size).read_to_end(&mut bytes).map_err(broken)?;
            return if bytes.len() == length { Ok(bytes.into()) } else { Err(truncated) };
        }
        // A compressed stream cannot be read again from the middle.
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut buffer = [0; 1 << 16];
        let mut left = size;
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let count = content.read(&mut buffer[..most]).map_err(broken)?;
            if count == 0 {
                return Err(truncated);
            }
            encoder.write_all(&buffer[..count]).map_err(broken)?;
            left -= count as u64;
        }
        let data = encoder.finish().map_err(broken)?;
        let compression = Compression::Deflated;
        Ok(Bytes::packed(PackedEntry {
            data: 0..data.len(),
            archive: Arc::new(data),
            compression,
            size: length,
        }))
    }

    /// Checks all names against each other.
    pub(super) fn finish(self) -> Result<Collected, ArchiveError> {
        let mut tree = NameTree::new(self.limits.refuse_collisions && self.rules == Rules::Portable);
        // Source archives contain some directories twice, which is harmless because no directory is
        // used.
        let is_listed = |entry: &&Entry| !entry.directory || self.rules == Rules::Posix;
        let entries = self.collected.entries.iter().filter(is_listed);
        let entries = entries.map(|entry| (entry.name.as_str(), entry.directory));
        let specials = self.collected.specials.iter().map(|special| (special.name.as_str(), false));
        for (name, is_directory) in entries.chain(specials) {
            let Err(clash) = tree.add(name, is_directory) else { continue };
            let (entry, fault) = match clash {
                Clash::Duplicate => (name, Fault::Duplicate),
                Clash::Collision(other) => (name, Fault::Collision(other.to_owned())),
                Clash::FileAsDirectory { file, inside } => (file, Fault::FileAsDirectory(inside.to_owned())),
            };
            return Err(self.refused(Some(entry.to_owned()), fault));
        }
        Ok(self.collected)
    }
}

/// Returns the name without a leading `./` and without a slash at its end.
pub(super) fn plain_name(name: &str) -> &str {
    let mut name = name;
    while let Some(rest) = name.strip_prefix("./") {
        name = rest;
    }
    name.trim_end_matches('/')
}
