//! Archives with exactly the bytes that [`write()`](super::write()) makes of their files.
//!
//! Other programs that write zips choose other versions, modes, times or extra fields, or deflate
//! to other bytes. A small zip without compression can be the same.

use super::entry::{Archive, Compression, File};
use super::reader::{ArchiveLimits, read};
use super::writer::{ZipOptions, write_dated};
use std::path::Path;

/// Reads a zip whose bytes are those that [`write()`](super::write()) makes of its files; `None`
/// for any other.
pub fn read_own(path: &Path, bytes: &[u8]) -> Option<Archive> {
    let archive = read(path, bytes, &ArchiveLimits::zipapp()).ok()?;
    let time = archive.entries.first()?.modified;
    let is_plain = |mode: u32| [0o644, 0o755].contains(&mode);
    // Most others are recognized without compressing anything.
    if !archive.entries.iter().all(|entry| entry.modified == time && entry.mode.is_some_and(is_plain)) {
        return None;
    }
    let file = |entry: &super::Entry| File {
        path: entry.name.clone(),
        bytes: entry.bytes.clone(),
        executable: entry.executable(),
    };
    let files: Vec<File> = archive.entries.iter().map(file).collect();
    let is_deflated = archive.entries.iter().any(|entry| entry.compression == Compression::Deflated);
    let compression = if is_deflated { Compression::Deflated } else { Compression::Stored };
    let shebang = match archive.prefix.strip_prefix(b"#!") {
        Some(line) => Some(String::from_utf8(line.strip_suffix(b"\n")?.to_vec()).ok()?),
        None => None,
    };
    let options = ZipOptions { time: 0, compression, shebang };
    let written = write_dated(&files, time, &options).ok()?;
    (written == bytes).then_some(archive)
}

#[cfg(test)]
mod tests {
    use super::read_own;
    use crate::archive::{Compression, File, ZipOptions, write};
    use std::io::{Cursor, Write as _};
    use std::path::Path;

    fn is_own(bytes: &[u8]) -> bool {
        read_own(Path::new("a.zip"), bytes).is_some()
    }

    #[test]
    fn archives_that_were_written_here_are_recognized() {
        let text = "a line of text, and another line of text\n".repeat(20);
        let tool = File { executable: true, ..File::new("bin/tool", "#!/bin/sh\n") };
        let files = [File::new("a.py", text), tool, File::new("empty", "")];
        for compression in [Compression::Stored, Compression::Deflated] {
            for shebang in [None, Some("/usr/bin/env python3".to_owned())] {
                for time in [0, 1_700_000_001] {
                    let options = ZipOptions { time, compression, shebang: shebang.clone() };
                    let bytes = write(&files, &options).unwrap();
                    assert!(is_own(&bytes), "{options:?}");
                    let changed = [&bytes[..], b"x"].concat();
                    assert!(!is_own(&changed));
                }
            }
        }
    }

    #[test]
    fn archives_of_other_programs_are_not() {
        assert!(!is_own(b"") && !is_own(b"PK\x05\x06") && !is_own(b"#!/bin/sh\n"));
        let time = zip::DateTime::from_date_and_time(1980, 1, 1, 0, 0, 0).unwrap();
        for (method, mode, level) in [
            (zip::CompressionMethod::Deflated, 0o644, Some(9)),
            (zip::CompressionMethod::Deflated, 0o644, Some(1)),
            (zip::CompressionMethod::Stored, 0o600, None),
        ] {
            let mut other = zip::ZipWriter::new(Cursor::new(Vec::new()));
            let options = zip::write::SimpleFileOptions::default()
                .compression_method(method)
                .compression_level(level)
                .unix_permissions(mode)
                .last_modified_time(time);
            other.start_file("a.py", options).unwrap();
            other.write_all(include_bytes!("writer.rs")).unwrap();
            let bytes = other.finish().unwrap().into_inner();
            assert!(!is_own(&bytes), "{method:?}");
        }
    }
}
