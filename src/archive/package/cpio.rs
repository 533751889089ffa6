//! A cpio archive of the "new ASCII" format → its members, read by the `cpio` crate.

use super::collect::{Collector, Member, Substance};
use super::facts::Facts;
use super::fault_of;
use super::tar::{CountedStream, Counters, HEADERS, RefusedMember, nothing_follows};
use crate::archive::error::Fault;
use std::collections::BTreeMap;
use std::io::Read;

/// Bits of the mode for the file type, as in `stat(2)`.
const KIND: u32 = 0o170_000;

/// Files by inode that wait for the content, which follows the last name of the inode.
type Waiting = BTreeMap<(u32, u32, u32), Vec<usize>>;

/// Adds the members of an archive; `owners` contains the names of user and group by file name.
pub(super) fn read(
    collector: &mut Collector<'_>,
    reader: impl Read,
    owners: &BTreeMap<String, String>,
) -> Result<(), RefusedMember> {
    let (mut source, counters) = CountedStream::new(reader);
    let mut waiting = Waiting::new();
    loop {
        counters.headers_only();
        let broken = |error| (None, fault_of(error, "the cpio archive", counters.position()));
        let mut member = cpio::newc::Reader::new(source).map_err(broken)?;
        counters.contents();
        if member.entry().is_trailer() {
            source = member.finish().map_err(broken)?;
            return nothing_follows(&mut source, &counters);
        }
        take(collector, &mut member, &counters, owners, &mut waiting)?;
        source = member.finish().map_err(broken)?;
    }
}

fn take<R: Read>(
    collector: &mut Collector<'_>,
    member: &mut cpio::newc::Reader<R>,
    counters: &Counters,
    owners: &BTreeMap<String, String>,
    waiting: &mut Waiting,
) -> Result<(), RefusedMember> {
    let entry = member.entry();
    let name = super::collect::plain_name(entry.name()).to_owned();
    // Names in a source package have no directory, those in other packages are absolute.
    let name = name.strip_prefix('/').map_or(name.clone(), str::to_owned);
    let refuse = |fault| (Some(name.clone()), fault);
    let (mode, size) = (entry.mode(), u64::from(entry.file_size()));
    let inode = (entry.dev_major(), entry.dev_minor(), entry.ino());
    let is_linked = entry.nlink() > 1;
    let device = format!("{}:{}", entry.rdev_major(), entry.rdev_minor());
    let owner = owners.get(&name).cloned();
    let facts = Facts {
        modified: i64::from(entry.mtime()),
        owner: owner.unwrap_or_else(|| format!("({}:{})", entry.uid(), entry.gid())),
        ..Facts::default()
    };
    let substance = match mode & KIND {
        0o040_000 if name.is_empty() || name == "." => return Ok(()),
        0o040_000 if size == 0 => Substance::Directory,
        0o040_000 => return Err(refuse(Fault::DirectoryContent)),
        0o100_000 => Substance::File { start: None },
        0o120_000 => {
            if size > HEADERS {
                let what = "bytes in the target of a symlink";
                return Err(refuse(Fault::Limit { what, found: size, limit: HEADERS }));
            }
            let mut target = String::new();
            let read = member.read_to_string(&mut target);
            read.map_err(|error| refuse(fault_of(error, "a symlink", counters.position())))?;
            Substance::Symlink(target)
        }
        0o020_000 => Substance::Device(format!("a character device {device}")),
        0o060_000 => Substance::Device(format!("a block device {device}")),
        0o010_000 => Substance::Device("a named pipe".into()),
        _ => return Err(refuse(Fault::Special(mode))),
    };
    let is_file = matches!(substance, Substance::File { .. });
    let index = collector.last().0;
    collector
        .add(Member { name: &name, substance, mode: mode & 0o7777, facts, size, content: member }, None)?;
    if is_file && is_linked {
        if size == 0 {
            waiting.entry(inode).or_default().push(index);
        } else if let (Some(bytes), Some(indices)) = (collector.last().1.cloned(), waiting.remove(&inode)) {
            collector.fill(&indices, &bytes);
        }
    }
    Ok(())
}
