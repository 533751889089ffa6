//! Files that Python runs or imports from because of their content, whatever their names.
//!
//! CPython: `maybe_pyc_file` of `Python/pythonrun.c`, `_read_directory` of `Lib/zipimport.py`.

use crate::archive::{
    self, Archive, ArchiveError, ArchiveLimits, Bytes, Container, END_WINDOW, Fault, importable_ends,
    is_package, is_package_entry, is_package_file, package_names, read_package,
};
use crate::project::open_regular;
use std::io::{self, BufRead as _, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;

/// Bytes at the start of a file by which a pyc is recognized: the longest header and the type of
/// the next object.
const HEAD: usize = 17;

/// Files that must not be overlooked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sought {
    /// Bytecode.
    #[default]
    Bytecode,
    /// Bytecode, and the sources that importers read.
    Sources,
    /// Everything that importers read, also extension modules.
    Modules,
}

impl Sought {
    /// Returns whether importers read a file of this name or path as such a file.
    pub fn is_named(self, name: &[u8]) -> bool {
        name.ends_with(b".pyc")
            || (self != Self::Bytecode && is_source(name))
            || (self == Self::Modules && [&b".so"[..], b".pyd"].iter().any(|end| name.ends_with(end)))
    }
}

/// Returns whether importers read a file of this name or path as a source; `.pyw` is one on
/// Windows.
pub fn is_source(name: &[u8]) -> bool {
    name.ends_with(b".py") || name.ends_with(b".pyw")
}

/// Kind of content of a file, independent of its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carrier {
    /// Magic number of a pyc, which `python FILE` runs.
    pub magic: Option<u16>,
    /// True if the file may be a zip, from which Python can import.
    pub zip: bool,
    /// True for a package, a tar archive or an image, from which Python does not import, but which
    /// other programs install.
    pub package: bool,
}

impl Carrier {
    /// Examines the bytes of a whole file.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self { magic: magic(bytes), zip: ends_like_a_zip(bytes), package: is_package(bytes) }
    }

    /// Examines the start and the end of an entry of an archive.
    pub fn of_entry(bytes: &Bytes) -> Self {
        let mut reader = bytes.reader();
        let mut tail = Vec::new();
        loop {
            let block = reader.block();
            let length = block.len();
            if length == 0 {
                break;
            }
            tail.drain(..tail.len().saturating_sub(END_WINDOW));
            tail.extend_from_slice(&block[length.saturating_sub(END_WINDOW)..]);
            reader.consume(length);
        }
        let magic = magic(&bytes.head(HEAD as u64));
        Self { magic, zip: has_end(&tail), package: is_package_entry(bytes) }
    }

    /// Examines the start and the end of a regular file.
    ///
    /// # Errors
    /// An I/O error.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        let mut file = open_regular(path)?;
        let mut head = Vec::new();
        let mut tail = Vec::new();
        if file.metadata()?.len() > END_WINDOW as u64 {
            file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
            file.seek(SeekFrom::End(-(END_WINDOW as i64)))?;
        }
        // The file may grow while it is read.
        file.by_ref().take(2 * END_WINDOW as u64).read_to_end(&mut tail)?;
        let whole = if head.is_empty() { &tail } else { &head };
        Ok(Self { magic: magic(whole), zip: has_end(&tail), package: is_package_file(&file)? })
    }

    /// Treats a file that is called a wheel as an archive, whatever its content: a wheel that was
    /// cut short has lost the record by which a zip is recognized.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.zip |= is_called(Path::new(name), &["whl"]);
        self
    }

    /// Returns whether the file may contain other files.
    pub const fn is_archive(self) -> bool {
        self.zip || self.package
    }
}

fn has_end(tail: &[u8]) -> bool {
    memchr::memmem::find(tail, b"PK\x05\x06").is_some()
}

fn ends_like_a_zip(bytes: &[u8]) -> bool {
    has_end(&bytes[bytes.len().saturating_sub(END_WINDOW)..])
}

/// Returns the magic number of a pyc of any implementation. The object after the header of 8, 12 or
/// 16 bytes must be a code object, because two characters and a line end can look like a magic
/// number.
fn magic(bytes: &[u8]) -> Option<u16> {
    let (head, rest) = bytes.split_first_chunk::<4>()?;
    let magic = u16::from_le_bytes([head[0], head[1]]);
    let is_code = |at: &usize| rest.get(at - 4).is_some_and(|kind| (kind & 0x7f).eq_ignore_ascii_case(&b'c'));
    let headers: &[usize] = match magic {
        // PyPy 3 counts from 48, CPython 3 from 3000; both count from 62011 for Python 2.
        48..1000 | 3000..4000 | 62_011..62_300 => &[8, 12, 16],
        // GraalPy counts from 21000, which can be text. The flags of PEP 552 cannot.
        _ if matches!(rest, [0..=3, 0, 0, 0, ..]) => &[16],
        _ => &[],
    };
    (head.ends_with(b"\r\n") && headers.iter().any(is_code)).then_some(magic)
}

/// Result of reading a file that may be an archive.
#[derive(Debug)]
pub enum Embedded {
    /// A file that Python imports nothing from.
    Nothing,
    /// An archive.
    Archive(Archive),
    /// A refused archive that may contain Python code.
    Refused(ArchiveError),
    /// A refused archive that names no Python code, such as test data.
    Broken(ArchiveError),
}

/// Reads a nested zip, package, tar archive or image. Any bytes may precede the first entry of a
/// zip.
pub fn embedded(path: &Path, mut bytes: Vec<u8>) -> Embedded {
    let (carrier, limits) = (Carrier::of_bytes(&bytes), ArchiveLimits::embedded());
    let is_wheel = is_called(path, &["whl"]);
    let may_be_zip = carrier.zip || is_wheel;
    if carrier.package {
        let shared = Arc::new(bytes);
        match read_package(path, &shared, &ArchiveLimits::default()) {
            Ok(package) => {
                return match refuse_both(&package, may_be_zip.then_some(&shared)) {
                    Ok(()) => Embedded::Archive(package),
                    Err(error) => Embedded::Refused(error),
                };
            }
            // A broken tar archive may be test data, but a file with an installer's package name is
            // meant for installation, and one with the index of an image for a container.
            Err(error) if is_called(path, &["deb", "rpm"]) || matches!(error.fault, Fault::Image(_)) => {
                return Embedded::Refused(error);
            }
            Err(error) if !may_be_zip => return refused(error, &shared),
            Err(_) => {}
        }
        bytes = Arc::unwrap_or_clone(shared);
    } else if !may_be_zip {
        // An archive that was cut short has lost the end by which it is recognized.
        let Some(container) = Container::declared(path, &bytes) else { return Embedded::Nothing };
        return match container.read(path, bytes.clone(), &limits) {
            Ok(archive) => Embedded::Archive(archive),
            Err(error) => refused(error, &bytes),
        };
    }
    // A wheel that was cut short is meant for installation as well.
    let matters = is_wheel || names_code(&bytes, Sought::Modules);
    match Container::Zip.read(path, bytes, &limits) {
        Ok(archive) => Embedded::Archive(archive),
        Err(error) if matters => Embedded::Refused(error),
        Err(error) => Embedded::Broken(error),
    }
}

/// Returns the result for an archive that was not opened. One that was cut short contains the files
/// before the cut, which some programs unpack.
fn refused(error: ArchiveError, bytes: &[u8]) -> Embedded {
    let sought = Sought::Modules;
    match names_code(bytes, sought) || package_names(bytes, |name| sought.is_named(name)) {
        true => Embedded::Refused(error),
        false => Embedded::Broken(error),
    }
}

/// Reads a package that no importer takes for a zip.
///
/// # Errors
/// [`ArchiveError`], among them [`Fault::Both`].
pub(super) fn package_alone(
    path: &Path,
    bytes: Vec<u8>,
    limits: &ArchiveLimits,
) -> Result<Archive, ArchiveError> {
    let twin = ends_like_a_zip(&bytes).then(|| bytes.clone());
    let package = Container::Package.read(path, bytes, limits)?;
    refuse_both(&package, twin.as_deref())?;
    Ok(package)
}

/// Refuses a package that is also a zip; `bytes` are those of the file if it ends like a zip. A zip
/// at the end of a tar archive may be a file in it, which is opened.
///
/// # Errors
/// [`Fault::Both`].
fn refuse_both(package: &Archive, bytes: Option<&[u8]>) -> Result<(), ArchiveError> {
    let Some(bytes) = bytes else { return Ok(()) };
    let path = &package.path;
    let refuse =
        || ArchiveError { archive: path.clone(), entry: None, fault: Fault::Both(package.format.name()) };
    if archive::read(path, bytes, &ArchiveLimits::embedded()).is_ok() {
        return Err(refuse());
    }
    let is_within = |end: usize| {
        package.files().any(|file| {
            let start = end.checked_sub(file.bytes.len());
            let within = start.and_then(|start| bytes.get(start..end)).filter(|within| !within.is_empty());
            within.is_some_and(|within| *file.bytes.read() == *within)
        })
    };
    match importable_ends(bytes).into_iter().all(is_within) {
        true => Ok(()),
        false => Err(refuse()),
    }
}

fn is_called(path: &Path, extensions: &[&str]) -> bool {
    let called = |end: &std::ffi::OsStr| extensions.iter().any(|name| end.eq_ignore_ascii_case(name));
    path.extension().is_some_and(called)
}

/// Returns whether the bytes contain a local or central header of a zip that names a
/// requested file.
fn names_code(bytes: &[u8], sought: Sought) -> bool {
    // The offsets of the length of the name and of the name.
    let headers = [(b"PK\x01\x02", 28, 46), (b"PK\x03\x04", 26, 30)];
    headers.into_iter().any(|(signature, length, name)| {
        memchr::memmem::find_iter(bytes, signature).any(|at| {
            let size = bytes.get(at + length..at + length + 2);
            let size = size.map(|size| usize::from(u16::from_le_bytes([size[0], size[1]])));
            let name = size.and_then(|size| bytes.get(at + name..at + name + size));
            name.is_some_and(|name| sought.is_named(name))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_pyc() {
        // A text with unusual line ends can begin like the magic number of 3.9.
        assert_eq!(magic(b"a\r\r\nb is a line\r\r\nc is a line\r\r\n"), None);
        assert_eq!(magic(b"a\r\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xe3\0"), Some(3425));
        assert_eq!(magic(b"\x03\xf3\r\n\0\0\0\0c\0"), Some(62_211));
        assert_eq!(magic(b"\x2b\x0e\r\n"), None);
        assert_eq!(magic(b"aR\r\nof 12 letters c\r\n"), None);
    }

    #[test]
    fn bytecode_of_other_implementations() {
        let code = |magic: u16, header: usize, kind: u8| {
            let mut bytes = [&magic.to_le_bytes()[..], b"\r\n"].concat();
            bytes.resize(header, 0);
            bytes.extend([kind, 0, 0, 0, 0]);
            bytes
        };
        // PyPy 2.7, 3.6, 3.9, 3.10 and 3.11.
        for (number, header) in [(62_218, 8), (160, 12), (336, 16), (384, 16), (416, 16)] {
            assert_eq!(magic(&code(number, header, b'c')), Some(number));
        }
        // GraalPy.
        assert_eq!(magic(&code(21_150, 16, b'C')), Some(21_150));
        assert_eq!(magic(&code(29_000, 16, 0xe3)), Some(29_000));
        assert_eq!(magic(&code(29_000, 16, b'x')), None);
    }

    #[test]
    fn names_in_a_broken_directory_are_found() {
        let mut header = b"PK\x01\x02".to_vec();
        header.resize(46, 0);
        header[28] = 5;
        header.extend(b"m.pyc");
        assert!(names_code(&header, Sought::Bytecode));
        header.pop();
        header[28] = 4;
        assert!(!names_code(&header, Sought::Bytecode) && names_code(&header, Sought::Sources));
        let text = b"b'PK\x01\x02' is how a header begins, and .pyc is a suffix";
        assert!(!names_code(text, Sought::Sources));
    }
}
