//! A tar archive → its members, read by the `tar` crate.

use super::collect::{Member, Substance};
use super::facts::Facts;
use super::fault_of;
use crate::archive::error::Fault;
use std::cell::Cell;
use std::fmt::Write as _;
use std::io::{self, Read};
use std::rc::Rc;

/// Limit on the bytes of the headers of one entry, including long names and pax records.
pub(super) const HEADERS: u64 = 1 << 20;
/// Size of a header, and of the blocks that contents are padded to.
const BLOCK: u64 = 512;

/// Counters of a [`CountedStream`], shared with its user.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// Bytes that may still be read.
    left: Cell<u64>,
    /// Bytes that were read.
    position: Cell<u64>,
    /// True after a read has found the end.
    ended: Cell<bool>,
}

impl Counters {
    /// Allows reading the headers of an entry only.
    pub(super) fn headers_only(&self) {
        self.left.set(HEADERS);
    }

    /// Allows reading contents.
    pub(super) fn contents(&self) {
        self.left.set(u64::MAX);
    }

    pub(super) fn position(&self) -> u64 {
        self.position.get()
    }
}

/// A stream that counts bytes, so that a header cannot choose how much memory it takes.
pub(super) struct CountedStream<R> {
    inner: R,
    counters: Rc<Counters>,
}

impl<R: Read> CountedStream<R> {
    pub(super) fn new(inner: R) -> (Self, Rc<Counters>) {
        let counters = Rc::new(Counters::default());
        (Self { inner, counters: Rc::clone(&counters) }, counters)
    }
}

impl<R: Read> Read for CountedStream<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.counters.left.get();
        if left == 0 && !buffer.is_empty() {
            let what = "bytes in the headers of an entry";
            return Err(io::Error::other(Fault::Limit { what, found: HEADERS + 1, limit: HEADERS }));
        }
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let count = self.inner.read(&mut buffer[..most])?;
        self.counters.left.set(left.saturating_sub(count as u64));
        self.counters.position.set(self.counters.position.get() + count as u64);
        self.counters.ended.set(self.counters.ended.get() || (count == 0 && most > 0));
        Ok(count)
    }
}

/// A refused member: the name, if known, and the fault.
pub(super) type RefusedMember = (Option<String>, Fault);

/// Passes each member to `each`, in the order of the archive, and returns the global comment.
pub(super) fn members(
    reader: impl Read,
    each: &mut dyn FnMut(Member<'_>) -> Result<(), RefusedMember>,
) -> Result<Vec<u8>, RefusedMember> {
    let (source, counters) = CountedStream::new(reader);
    let mut archive = tar::Archive::new(source);
    let mut comment = Vec::new();
    let whole = |error, counters: &Counters| {
        (None, fault_of(error, "the tar archive", counters.position().saturating_sub(BLOCK)))
    };
    let mut entries = archive.entries().map_err(|error| whole(error, &counters))?;
    loop {
        counters.headers_only();
        let entry = match entries.next() {
            Some(entry) => entry.map_err(|error| whole(error, &counters))?,
            None => break,
        };
        counters.contents();
        member(entry, &counters, &mut comment, each)?;
    }
    if counters.ended.get() {
        return Err((None, Fault::Truncated { what: "a tar header", offset: counters.position() }));
    }
    counters.contents();
    let mut rest = archive.into_inner();
    nothing_follows(&mut rest, &counters)?;
    Ok(comment)
}

/// Reads the padding after the end of an archive.
pub(super) fn nothing_follows(rest: &mut dyn Read, counters: &Counters) -> Result<(), RefusedMember> {
    let mut buffer = [0; 1 << 14];
    loop {
        match rest.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) if buffer[..count].iter().all(|&byte| byte == 0) => {}
            Ok(_) => return Err((None, Fault::BehindEnd(counters.position()))),
            Err(error) => return Err((None, fault_of(error, "the padding", counters.position()))),
        }
    }
}

/// Reads one entry, and passes it to `each`.
fn member<R: Read>(
    mut entry: tar::Entry<'_, R>,
    counters: &Counters,
    comment: &mut Vec<u8>,
    each: &mut dyn FnMut(Member<'_>) -> Result<(), RefusedMember>,
) -> Result<(), RefusedMember> {
    if entry.header().entry_type().is_pax_global_extensions() {
        return global(&mut entry, counters, comment);
    }
    let name = String::from_utf8(entry.path_bytes().into_owned()).map_err(|error| {
        (Some(String::from_utf8_lossy(error.as_bytes()).into_owned()), Fault::NameEncoding)
    })?;
    let refuse = |fault| (Some(name.clone()), fault);
    let broken = |error| refuse(fault_of(error, "the content of an entry", counters.position()));
    let header = entry.header().clone();
    let fields = header.as_old();
    let number = |number: io::Result<u64>, field: &[u8]| match number {
        // Writers leave unknown fields empty.
        Err(_) if field.iter().all(|byte| matches!(byte, 0 | b' ')) => Ok(0),
        number => number.map_err(&broken),
    };
    let modified = i64::try_from(number(header.mtime(), &fields.mtime)?).unwrap_or(i64::MAX);
    let mut facts = Facts { modified, ..Facts::default() };
    let mut owner = [header.username_bytes(), header.groupname_bytes()]
        .map(|name| String::from_utf8_lossy(name.unwrap_or_default()).into_owned());
    let ids = [number(header.uid(), &fields.uid)?, number(header.gid(), &fields.gid)?];
    if let Some(records) = entry.pax_extensions().map_err(&broken)? {
        for record in records {
            let record = record.map_err(&broken)?;
            pax_record(&record, &name, &mut facts, &mut owner, counters).map_err(&refuse)?;
        }
    }
    facts.owner = format!("{}:{} ({}:{})", owner[0], owner[1], ids[0], ids[1]);
    let mode = number(header.mode().map(u64::from), &fields.mode)?;
    let mode = u32::try_from(mode & 0o7777).unwrap_or_default();
    let size = entry.size();
    let substance = substance(&entry, &name).map_err(refuse)?;
    if size > 0 && !matches!(substance, Substance::File { .. }) {
        return Err(refuse(Fault::LinkContent));
    }
    each(Member { name: &name, substance, mode, facts, size, content: &mut entry })?;
    // Content that is left unread would be parsed as headers.
    io::copy(&mut entry, &mut io::sink()).map_err(broken)?;
    Ok(())
}

/// Adds a pax record to the facts, or to the names of the user and the group in `owner`.
fn pax_record(
    record: &tar::PaxExtension<'_>,
    name: &str,
    facts: &mut Facts,
    owner: &mut [String; 2],
    counters: &Counters,
) -> Result<(), Fault> {
    let key = record.key().map_err(|_| Fault::NameEncoding)?;
    let value = String::from_utf8_lossy(record.value_bytes());
    match key {
        // The content of a sparse file is stored in other ways.
        _ if key.starts_with("GNU.sparse") => return Err(Fault::TarKind('S')),
        // Readers differ in which of the two names they use.
        "path" if value != name => return Err(Fault::Names),
        "path" | "linkpath" | "size" | "uid" | "gid" => {}
        "mtime" => {
            let whole = value.split('.').next().unwrap_or_default();
            facts.modified = whole.parse().map_err(|_| Fault::TarHeader(counters.position()))?;
        }
        "uname" => owner[0] = value.into_owned(),
        "gname" => owner[1] = value.into_owned(),
        _ => writeln!(facts.records, "{key}={value}").unwrap_or_default(),
    }
    Ok(())
}

/// Returns the kind of an entry, with the target of a link and the numbers of a device.
fn substance<R: Read>(entry: &tar::Entry<'_, R>, name: &str) -> Result<Substance, Fault> {
    let header = entry.header();
    let link = || {
        let target = entry.link_name_bytes().unwrap_or_default().into_owned();
        String::from_utf8(target).map_err(|_| Fault::NameEncoding)
    };
    let device = |what: &str| {
        let numbers = [header.device_major(), header.device_minor()].map(|number| number.ok().flatten());
        format!("{what} {}:{}", numbers[0].unwrap_or(0), numbers[1].unwrap_or(0))
    };
    Ok(match header.entry_type() {
        kind if kind.is_gnu_sparse() => return Err(Fault::TarKind('S')),
        // Old archives mark a directory by a slash at the end of its name.
        tar::EntryType::Regular | tar::EntryType::Continuous if name.ends_with('/') => Substance::Directory,
        tar::EntryType::Regular | tar::EntryType::Continuous => {
            Substance::File { start: Some(entry.raw_file_position()) }
        }
        tar::EntryType::Directory => Substance::Directory,
        tar::EntryType::Link => Substance::HardLink(link()?),
        tar::EntryType::Symlink => Substance::Symlink(link()?),
        tar::EntryType::Char => Substance::Device(device("a character device")),
        tar::EntryType::Block => Substance::Device(device("a block device")),
        tar::EntryType::Fifo => Substance::Device("a named pipe".into()),
        kind => return Err(Fault::TarKind(kind.as_byte().into())),
    })
}

/// Keeps the comment of a header for all entries, as written by `git archive`.
fn global<R: Read>(
    entry: &mut tar::Entry<'_, R>,
    counters: &Counters,
    comment: &mut Vec<u8>,
) -> Result<(), RefusedMember> {
    let broken = |error| (None, fault_of(error, "a pax header", counters.position()));
    let mut bytes = Vec::new();
    if entry.size() > HEADERS {
        let what = "bytes in the headers of an entry";
        return Err((None, Fault::Limit { what, found: entry.size(), limit: HEADERS }));
    }
    entry.read_to_end(&mut bytes).map_err(broken)?;
    for record in tar::PaxExtensions::new(&bytes) {
        let record = record.map_err(broken)?;
        match record.key_bytes() {
            b"comment" => *comment = record.value_bytes().to_vec(),
            // Some readers apply these records to every entry.
            key if [&b"path"[..], b"linkpath", b"size"].contains(&key) || key.starts_with(b"GNU.sparse") => {
                return Err((None, Fault::Global(String::from_utf8_lossy(key).into_owned())));
            }
            _ => {}
        }
    }
    Ok(())
}
