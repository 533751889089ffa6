//! A tar archive in memory → its files: ustar, pax and GNU names.

use super::entry::File;
use super::error::{ArchiveError, Fault};
use super::reader::{Limits, within};
use std::collections::BTreeMap;
use std::path::Path;

/// Bytes of a header and of the unit that contents are padded to.
const BLOCK: usize = 512;

/// Files and symbolic links of an archive, in its order.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) files: Vec<File>,
    pub(super) links: Vec<String>,
}

/// Facts about an entry from the headers before it.
#[derive(Debug, Default)]
struct Extended {
    name: Option<String>,
    size: Option<u64>,
}

/// Reads the archive; names are not checked here. Directories are left out, hard links get the bytes of the file that they
/// name, and devices and pipes are refused.
pub(super) fn read(path: &Path, bytes: &[u8], limits: &Limits) -> Result<Contents, ArchiveError> {
    let refuse = |entry: Option<String>, fault| ArchiveError { archive: path.into(), entry, fault };
    let mut contents = Contents::default();
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    let mut extended = Extended::default();
    let (mut at, mut entries) = (0, 0);
    loop {
        let header = bytes
            .get(at..at + BLOCK)
            .ok_or_else(|| refuse(None, Fault::Truncated { what: "a tar header", offset: at as u64 }))?;
        if header.iter().all(|&byte| byte == 0) {
            return Ok(contents);
        }
        let header = Header(header);
        header.check(at).map_err(|fault| refuse(None, fault))?;
        entries += 1;
        within("entries", entries, limits.entries).map_err(|fault| refuse(None, fault))?;
        let name =
            extended.name.clone().map_or_else(|| header.name(), Ok).map_err(|fault| refuse(None, fault))?;
        let of = |fault| refuse(Some(name.clone()), fault);
        let kind = header.0[156];
        let own_size = header.number(124..136).map_err(of)?;
        let size = match kind {
            // Directories and links have no contents, whatever the field says.
            b'1'..=b'6' => 0,
            b'x' | b'g' | b'L' | b'K' => own_size,
            _ => extended.size.unwrap_or(own_size),
        };
        let truncated = || of(Fault::Truncated { what: "the content of an entry", offset: at as u64 });
        let start = at + BLOCK;
        let length = usize::try_from(size).map_err(|_| truncated())?;
        let end = start.checked_add(length).ok_or_else(truncated)?;
        let content = bytes.get(start..end).ok_or_else(truncated)?;
        within("bytes in the entry", size, limits.entry).map_err(of)?;
        match kind {
            b'x' => extended.read(content).map_err(of)?,
            b'L' => extended.name = Some(text(content).map_err(of)?),
            b'g' | b'K' => {}
            kind => {
                let file_name = plain(&name);
                match kind {
                    b'0' | 0 | b'7' if !name.ends_with('/') => {
                        by_name.insert(file_name.to_owned(), contents.files.len());
                        contents.files.push(File {
                            path: file_name.to_owned(),
                            bytes: content.to_vec().into(),
                            executable: header.number(100..108).map_err(of)? & 0o100 != 0,
                        });
                    }
                    b'0' | 0 | b'5' => {}
                    b'1' => {
                        let target = text(&header.0[157..257]).map_err(of)?;
                        let earlier = by_name.get(plain(&target)).and_then(|&at| contents.files.get(at));
                        let earlier = earlier.ok_or_else(|| of(Fault::HardLink(target.clone())))?;
                        let file = File { path: file_name.to_owned(), ..earlier.clone() };
                        by_name.insert(file_name.to_owned(), contents.files.len());
                        contents.files.push(file);
                    }
                    b'2' => contents.links.push(file_name.to_owned()),
                    kind => return Err(of(Fault::TarKind(kind.into()))),
                }
                extended = Extended::default();
            }
        }
        at = end.next_multiple_of(BLOCK);
    }
}

/// The name without what means this directory at its start, and without a slash at its end.
fn plain(name: &str) -> &str {
    let mut name = name;
    while let Some(rest) = name.strip_prefix("./") {
        name = rest;
    }
    name.trim_end_matches('/')
}

/// Text that ends at the first NUL.
fn text(bytes: &[u8]) -> Result<String, Fault> {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    String::from_utf8(bytes[..end].to_vec()).map_err(|_| Fault::NameEncoding)
}

impl Extended {
    /// Records `LENGTH KEY=VALUE\n` of a pax header.
    fn read(&mut self, mut content: &[u8]) -> Result<(), Fault> {
        while !content.is_empty() {
            let record = record(content).ok_or(Fault::TarHeader(0))?;
            content = &content[record.len()..];
            let line = std::str::from_utf8(record).map_err(|_| Fault::NameEncoding)?;
            let entry = line.split_once(' ').and_then(|(_, entry)| entry.strip_suffix('\n'));
            match entry.and_then(|entry| entry.split_once('=')) {
                Some(("path", name)) => self.name = Some(name.to_owned()),
                Some(("size", size)) => self.size = Some(size.parse().map_err(|_| Fault::TarHeader(0))?),
                // Contents with holes are stored in other ways.
                Some((key, _)) if key.starts_with("GNU.sparse") => return Err(Fault::TarKind('S')),
                Some(_) => {}
                None => return Err(Fault::TarHeader(0)),
            }
        }
        Ok(())
    }
}

fn record(content: &[u8]) -> Option<&[u8]> {
    let space = memchr::memchr(b' ', content)?;
    let length: usize = std::str::from_utf8(&content[..space]).ok()?.parse().ok()?;
    content.get(..length).filter(|record| record.len() > space)
}

/// A header block.
struct Header<'a>(&'a [u8]);

impl Header<'_> {
    /// Holds the sum of the bytes against the field for it.
    fn check(&self, at: usize) -> Result<(), Fault> {
        let fault = || Fault::TarHeader(at as u64);
        let said = self.number(148..156).map_err(|_| fault())?;
        let bytes = self.0.iter().enumerate();
        // The field itself counts as spaces.
        let sum: u64 =
            bytes.map(|(at, &byte)| if (148..156).contains(&at) { 32 } else { u64::from(byte) }).sum();
        if sum == said { Ok(()) } else { Err(fault()) }
    }

    /// Octal digits, or a binary number in GNU's form.
    fn number(&self, field: std::ops::Range<usize>) -> Result<u64, Fault> {
        let bytes = &self.0[field];
        let fault = || Fault::TarHeader(0);
        if bytes[0] & 0x80 != 0 {
            let (first, rest) = (u64::from(bytes[0] & 0x7f), &bytes[1..]);
            return rest.iter().try_fold(first, |number, &byte| {
                number.checked_mul(256).map(|number| number | u64::from(byte)).ok_or_else(fault)
            });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| fault())?;
        let digits = text.trim_matches([' ', '\0']);
        if digits.is_empty() { Ok(0) } else { u64::from_str_radix(digits, 8).map_err(|_| fault()) }
    }

    fn name(&self) -> Result<String, Fault> {
        let name = text(&self.0[..100])?;
        // GNU's headers, whose magic ends in a space, have times where ustar has the start of a long name.
        let prefix = if &self.0[257..263] == b"ustar\0" { text(&self.0[345..500])? } else { String::new() };
        Ok(if prefix.is_empty() { name } else { format!("{prefix}/{name}") })
    }
}
