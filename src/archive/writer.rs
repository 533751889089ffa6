//! Files → a zip whose bytes depend on the files alone.
//!
//! Follows APPNOTE.TXT, without the parts that could differ: no directory entries, no data
//! descriptors, no comments, no extra fields. Every header has: made by Unix, version 2.0, one
//! time, mode 0644 or 0755. Flag bit 11 (UTF-8) is set for names that are not ASCII, and only for
//! them.
//!
//! The writer is not the `zip` crate, because the bytes are a promise: the crate chooses versions,
//! attributes and extra fields itself, and may choose differently after an update. In the tests it
//! is the second reader.

use crate::archive::{Blocks, Clash, Compression, DosTime, File, NameFault, NameTree, check_file_name};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

/// Options of an archive to write.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ZipOptions {
    /// Time of every entry in seconds since 1970; clamped to 1980…2107 and to even seconds, and
    /// written as UTC.
    pub time: i64,
    /// Compression of entries. A file that deflate does not shrink is stored.
    pub compression: Compression,
    /// Interpreter of the shebang line: `/usr/bin/env python3` puts `#!/usr/bin/env python3` before
    /// the archive.
    pub shebang: Option<String>,
}

impl Default for ZipOptions {
    fn default() -> Self {
        Self { time: 0, compression: Compression::Deflated, shebang: None }
    }
}

/// Files that cannot be written to a zip.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZipError {
    /// A name that readers refuse.
    #[error("{name:?} cannot be put into an archive: {fault}")]
    Name {
        /// The name.
        name: String,
        /// Fault of the name.
        #[source]
        fault: NameFault,
    },
    /// Two files with the same name, or with names that differ only in case.
    #[error("{0:?} and {1:?} would be the same file or directory, on some file systems at least")]
    Collision(String, String),
    /// A file whose name is a directory of another file.
    #[error("{0:?} cannot be a file in the archive: {1:?} needs it to be a directory")]
    FileAsDirectory(String, String),
    /// A line end or a NUL in the shebang.
    #[error("the interpreter {0:?} does not fit on a shebang line")]
    Shebang(String),
    /// More entries than a zip without the 64-bit extension can have.
    #[error("too many files for a zip: {0}, at most 65534")]
    TooMany(usize),
    /// More bytes than a zip without the 64-bit extension can have.
    #[error("too large for a zip at {0:?}: files and archive must stay below 4 GiB")]
    TooLarge(String),
}

struct WrittenEntry<'a> {
    file: &'a File,
    compression: Compression,
    deflated: Vec<u8>,
    crc32: u32,
}

impl WrittenEntry<'_> {
    fn size(&self) -> usize {
        match self.compression {
            Compression::Stored => self.file.bytes.len(),
            Compression::Deflated => self.deflated.len(),
        }
    }

    fn append_to(&self, archive: &mut Vec<u8>) {
        match self.compression {
            Compression::Stored => {
                Blocks::from(&self.file.bytes).each(|block| archive.extend_from_slice(block));
            }
            Compression::Deflated => archive.extend_from_slice(&self.deflated),
        }
    }
}

/// Returns the archive with `files` in the given order.
///
/// # Errors
/// [`ZipError`]; errors of names come before any compression.
pub fn write(files: &[File], options: &ZipOptions) -> Result<Vec<u8>, ZipError> {
    write_dated(files, DosTime::from_unix(options.time), options)
}

/// Returns the archive as [`write`] does, with `time` instead of that of the options.
pub(super) fn write_dated(files: &[File], time: DosTime, options: &ZipOptions) -> Result<Vec<u8>, ZipError> {
    check_names(files)?;
    if files.len() >= 0xffff {
        return Err(ZipError::TooMany(files.len()));
    }
    let mut bytes = Vec::new();
    if let Some(interpreter) = &options.shebang {
        if interpreter.is_empty() || interpreter.chars().any(char::is_control) {
            return Err(ZipError::Shebang(interpreter.clone()));
        }
        bytes.extend_from_slice(format!("#!{interpreter}\n").as_bytes());
    }
    let packed = files.par_iter().map(|file| pack(file, options.compression)).collect::<Vec<_>>();
    let mut directory = Vec::new();
    for packed in &packed {
        let too_large = || ZipError::TooLarge(packed.file.path.clone());
        let offset = small(bytes.len()).ok_or_else(too_large)?;
        let shared = shared_fields(packed, time).ok_or_else(too_large)?;
        bytes.extend_from_slice(b"PK\x03\x04");
        bytes.extend_from_slice(&shared);
        bytes.extend_from_slice(packed.file.path.as_bytes());
        packed.append_to(&mut bytes);

        directory.extend_from_slice(b"PK\x01\x02");
        // Version 2.0 of the format, made by Unix.
        directory.extend_from_slice(&[20, 3]);
        directory.extend_from_slice(&shared);
        // No comment, first disk, no internal attributes.
        directory.extend_from_slice(&[0; 6]);
        let mode: u32 = if packed.file.executable { 0o100_755 } else { 0o100_644 };
        directory.extend_from_slice(&(mode << 16).to_le_bytes());
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(packed.file.path.as_bytes());
    }
    let too_large = || ZipError::TooLarge("the central directory".to_owned());
    let offset = small(bytes.len()).ok_or_else(too_large)?;
    let size = small(directory.len()).ok_or_else(too_large)?;
    let count = u16::try_from(files.len()).map_err(|_| ZipError::TooMany(files.len()))?;
    bytes.extend_from_slice(&directory);
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(&size.to_le_bytes());
    bytes.extend_from_slice(&offset.to_le_bytes());
    bytes.extend_from_slice(&[0; 2]);
    Ok(bytes)
}

/// Returns the size if it is less than the value that refers readers to the 64-bit fields.
fn small(size: usize) -> Option<u32> {
    u32::try_from(size).ok().filter(|size| *size != u32::MAX)
}

/// Returns the fields of both headers, from the version needed to the size of the extra fields.
fn shared_fields(packed: &WrittenEntry<'_>, time: DosTime) -> Option<Vec<u8>> {
    let name = &packed.file.path;
    let flags: u16 = if name.is_ascii() { 0 } else { 1 << 11 };
    let method: u16 = match packed.compression {
        Compression::Stored => 0,
        Compression::Deflated => 8,
    };
    let mut fields = Vec::with_capacity(26);
    for word in [20, flags, method, time.time, time.date] {
        fields.extend_from_slice(&word.to_le_bytes());
    }
    for long in [packed.crc32, small(packed.size())?, small(packed.file.bytes.len())?] {
        fields.extend_from_slice(&long.to_le_bytes());
    }
    fields.extend_from_slice(&u16::try_from(name.len()).ok()?.to_le_bytes());
    fields.extend_from_slice(&[0; 2]);
    Some(fields)
}

fn pack(file: &File, wanted: Compression) -> WrittenEntry<'_> {
    let mut crc = flate2::Crc::new();
    let mut deflated = match wanted {
        Compression::Deflated => Some(Deflate::new()),
        Compression::Stored => None,
    };
    Blocks::from(&file.bytes).each(|block| {
        crc.update(block);
        // The compressed form is dropped once it is as large as the content.
        let goes_on = deflated.as_mut().is_some_and(|deflated| deflated.add(block, file.bytes.len()));
        if !goes_on {
            deflated = None;
        }
    });
    let deflated = deflated.and_then(|deflated| deflated.finish(file.bytes.len()));
    let compression = if deflated.is_some() { Compression::Deflated } else { Compression::Stored };
    WrittenEntry { file, compression, deflated: deflated.unwrap_or_default(), crc32: crc.sum() }
}

/// A deflate stream. Its bytes do not depend on how the content is cut into blocks.
struct Deflate {
    stream: flate2::Compress,
    out: Vec<u8>,
}

impl Deflate {
    /// Bytes that the output grows by at least.
    const ROOM: usize = 1 << 12;

    fn new() -> Self {
        // Level 6 by number: the crate's default could change.
        Self { stream: flate2::Compress::new(flate2::Compression::new(6), false), out: Vec::new() }
    }

    /// Compresses a block; `false` if the stream has `limit` bytes or more.
    fn add(&mut self, mut block: &[u8], limit: usize) -> bool {
        while !block.is_empty() {
            let read = self.stream.total_in();
            self.out.reserve(Self::ROOM);
            if self.stream.compress_vec(block, &mut self.out, flate2::FlushCompress::None).is_err() {
                return false;
            }
            let read = usize::try_from(self.stream.total_in() - read).unwrap_or(block.len());
            block = &block[read.min(block.len())..];
            if self.out.len() >= limit {
                return false;
            }
        }
        true
    }

    /// Returns the whole stream, if it is smaller than `limit`.
    fn finish(mut self, limit: usize) -> Option<Vec<u8>> {
        loop {
            self.out.reserve(Self::ROOM);
            let status = self.stream.compress_vec(&[], &mut self.out, flate2::FlushCompress::Finish).ok()?;
            if status == flate2::Status::StreamEnd || self.out.len() >= limit {
                break;
            }
        }
        self.out.shrink_to_fit();
        (self.out.len() < limit).then_some(self.out)
    }
}

fn check_names(files: &[File]) -> Result<(), ZipError> {
    let mut tree = NameTree::new(true);
    for file in files {
        let name = &file.path;
        check_file_name(name).map_err(|fault| ZipError::Name { name: name.clone(), fault })?;
        tree.add(name, false).map_err(|clash| match clash {
            Clash::Duplicate => ZipError::Collision(name.clone(), name.clone()),
            Clash::Collision(other) => ZipError::Collision(other.to_owned(), name.clone()),
            Clash::FileAsDirectory { file, inside } => {
                ZipError::FileAsDirectory(file.to_owned(), inside.to_owned())
            }
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::{ArchiveLimits, read};
    use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof};
    use std::io::Read as _;
    use std::path::Path;

    fn files() -> impl Strategy<Value = Vec<File>> {
        let name = prop_oneof!["[a-z]{1,8}(/[a-z]{1,8}){0,3}", "[ä-üα-ω]{1,5}[.]py"];
        let bytes = prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..300),
            (any::<u8>(), 0usize..3000).prop_map(|(byte, size)| vec![byte; size]),
            Just(Vec::new()),
        ];
        proptest::collection::btree_map(name, (bytes, any::<bool>()), 0..12).prop_map(|files| {
            let files = files.into_iter();
            files.map(|(path, (bytes, executable))| File { path, bytes: bytes.into(), executable }).collect()
        })
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(files in files(), time in any::<i64>(), deflate in any::<bool>()) {
            let compression = if deflate { Compression::Deflated } else { Compression::Stored };
            let options = ZipOptions { time, compression, shebang: None };
            let Ok(bytes) = write(&files, &options) else { return Ok(()) };
            let archive = read(Path::new("a.zip"), &bytes, &ArchiveLimits::default()).unwrap();
            let found = archive.entries.iter().map(|entry| File {
                path: entry.name.clone(),
                bytes: entry.bytes.clone(),
                executable: entry.executable(),
            });
            prop_assert_eq!(&found.collect::<Vec<_>>(), &files);
            for entry in &archive.entries {
                prop_assert_eq!(entry.modified, DosTime::from_unix(time));
                prop_assert_eq!((entry.extra.len(), entry.local_extra.len(), entry.comment.len()), (0, 0, 0));
                prop_assert_eq!(entry.flags, if entry.name.is_ascii() { 0 } else { 1 << 11 });
                prop_assert_eq!(entry.made_by, 3 << 8 | 20);
            }
            // An independent reader.
            let mut other = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
            for file in &files {
                let mut found = Vec::new();
                other.by_name(&file.path).unwrap().read_to_end(&mut found).unwrap();
                prop_assert_eq!(&found, &*file.bytes.read());
            }
        }
    }

    /// The stream of the whole content in one call.
    fn deflated_at_once(content: &[u8]) -> Option<Vec<u8>> {
        let mut stream = flate2::Compress::new(flate2::Compression::new(6), false);
        let mut out = Vec::with_capacity(content.len());
        let status = stream.compress_vec(content, &mut out, flate2::FlushCompress::Finish).unwrap();
        (status == flate2::Status::StreamEnd && out.len() < content.len()).then_some(out)
    }

    fn deflated_in_blocks(content: &[u8], size: usize) -> Option<Vec<u8>> {
        let mut stream = Deflate::new();
        let goes_on = content.chunks(size).all(|block| stream.add(block, content.len()));
        if goes_on { stream.finish(content.len()) } else { None }
    }

    #[test]
    fn blocks_do_not_show_in_what_is_deflated() {
        let mut random = 7_u32;
        let mut noise = |bits: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> (32 - bits)) as u8
        };
        let mut contents = [0, 1, 2, 3, 7, 8]
            .map(|bits| (0..300_000).map(|_| if bits == 0 { b'a' } else { noise(bits) }).collect());
        let mut mixed: Vec<u8> = contents.iter().flatten().copied().collect();
        mixed.extend_from_within(100_000..700_000);
        let mut contents: Vec<Vec<u8>> = contents.iter_mut().map(std::mem::take).collect();
        contents.extend([mixed, Vec::new(), b"a".to_vec(), include_bytes!("writer.rs").to_vec()]);
        for content in &contents {
            let expected = deflated_at_once(content);
            for size in [1 << 16, 4096, 1 << 20, 32_768, 257, 40_961] {
                let found = deflated_in_blocks(content, size);
                assert!(found == expected, "{} bytes in blocks of {size}", content.len());
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn no_block_shows_in_what_is_deflated(
            parts in proptest::collection::vec((any::<u8>(), 1usize..600, 1u8..=16), 0..40),
            size in 1usize..2000,
        ) {
            let content: Vec<u8> = parts.iter().flat_map(|&(first, length, step)| {
                (0..length).map(move |at| first.wrapping_add((at as u8).wrapping_mul(step) % 13))
            }).collect();
            prop_assert_eq!(deflated_in_blocks(&content, size), deflated_at_once(&content));
        }
    }

    #[test]
    fn the_bytes_of_a_small_one() {
        let options = ZipOptions { time: 1_700_000_000, compression: Compression::Stored, shebang: None };
        let bytes = write(&[File::new("a", "hi")], &options).unwrap();
        let expected = b"PK\x03\x04\x14\0\0\0\0\0\xaa\xb1\x6eW\xac*\x93\xd8\x02\0\0\0\x02\0\0\0\x01\0\0\0ahi\
            PK\x01\x02\x14\x03\x14\0\0\0\0\0\xaa\xb1\x6eW\xac*\x93\xd8\x02\0\0\0\x02\0\0\0\x01\0\0\0\0\0\0\0\0\0\
            \0\0\xa4\x81\0\0\0\0aPK\x05\x06\0\0\0\0\x01\0\x01\0/\0\0\0!\0\0\0\0\0";
        assert_eq!(bytes.escape_ascii().to_string(), expected.escape_ascii().to_string());
    }

    #[test]
    fn a_shebang_stands_first() {
        let options =
            ZipOptions { shebang: Some("/usr/bin/env python3".to_owned()), ..ZipOptions::default() };
        let bytes = write(&[File::new("__main__.py", "")], &options).unwrap();
        assert!(bytes.starts_with(b"#!/usr/bin/env python3\nPK\x03\x04"));
        let archive = read(Path::new("a.pyz"), &bytes, &ArchiveLimits::zipapp()).unwrap();
        assert_eq!(archive.entries[0].offset, 23);
        let two_lines = ZipOptions { shebang: Some("a\nb".to_owned()), ..ZipOptions::default() };
        assert_eq!(write(&[], &two_lines), Err(ZipError::Shebang("a\nb".to_owned())));
    }

    #[test]
    fn refuses_what_no_reader_takes() {
        let refused = |paths: &[&str]| {
            let files = paths.iter().map(|path| File::new(*path, "")).collect::<Vec<_>>();
            write(&files, &ZipOptions::default()).unwrap_err().to_string()
        };
        assert_eq!(
            refused(&["../a"]),
            "\"../a\" cannot be put into an archive: the name leaves the archive with \"..\""
        );
        assert!(refused(&["a", "A"]).starts_with("\"a\" and \"A\" would be the same file or directory"));
        assert!(
            refused(&["a/x", "A/y"]).starts_with("\"a\" and \"A/y\" would be the same file or directory")
        );
        assert!(refused(&["a", "a/b"]).starts_with("\"a\" cannot be a file in the archive"));
        let many = (0..0xffff).map(|n| File::new(n.to_string(), "")).collect::<Vec<_>>();
        assert_eq!(write(&many, &ZipOptions::default()), Err(ZipError::TooMany(0xffff)));
        assert!(write(&many[1..], &ZipOptions::default()).is_ok());
    }
}
