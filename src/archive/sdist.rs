//! A source distribution (PEP 625, PEP 643) → the files in its one directory.
//!
//! Formats: gzip (RFC 1952) around POSIX.1-2001 pax, ustar and GNU tar; zip.

use super::entry::File;
use super::error::{ArchiveError, Fault};
use super::name::{Clash, NameTree, check_file_name};
use super::reader::{Limits, read_file, within};
use super::tar;
use crate::project::read_regular;
use std::io::Read as _;
use std::path::Path;

/// The files of a source distribution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sdist {
    /// The directory that all files are in: `demo-1.0`.
    pub folder: String,
    /// Files by path relative to it, in the order of the archive.
    pub files: Vec<File>,
    /// Symbolic links, by path relative to it: nothing follows them.
    pub links: Vec<String>,
}

impl Sdist {
    /// Returns `true` if the name is that of a source distribution.
    pub fn is_name(path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        [".tar.gz", ".tgz", ".zip"].iter().any(|suffix| name.ends_with(suffix))
    }

    /// Reads an archive from disk. Nothing is unpacked beyond the limits.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn read(path: &Path, limits: &Limits) -> Result<Self, ArchiveError> {
        let is_zip = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
        if is_zip {
            let archive = read_file(path, limits)?;
            let files = archive.files().map(|entry| File {
                path: entry.name.clone(),
                bytes: entry.bytes.clone(),
                executable: entry.executable(),
            });
            return Self::of_files(path, files.collect(), Vec::new(), limits);
        }
        let refuse = |fault| ArchiveError { archive: path.into(), entry: None, fault };
        let packed = read_regular(path, limits.archive).map_err(|error| refuse(Fault::Io(error)))?;
        let bytes = inflated(&packed, limits).map_err(refuse)?;
        let tar::Contents { files, links } = tar::read(path, &bytes, limits)?;
        Self::of_files(path, files, links, limits)
    }

    fn of_files(
        path: &Path,
        mut files: Vec<File>,
        mut links: Vec<String>,
        limits: &Limits,
    ) -> Result<Self, ArchiveError> {
        let refuse = |entry: &str, fault| ArchiveError {
            archive: path.into(),
            entry: (!entry.is_empty()).then(|| entry.to_owned()),
            fault,
        };
        let mut tree = NameTree::new(limits.refuse_collisions);
        for name in files.iter().map(|file| &file.path).chain(&links) {
            check_file_name(name).map_err(|fault| refuse(name, fault.into()))?;
            tree.add(name, false).map_err(|clash| {
                let fault = match clash {
                    Clash::Duplicate => Fault::Duplicate,
                    Clash::Collision(other) => Fault::Collision(other.into()),
                    Clash::FileAsDirectory { inside, .. } => Fault::FileAsDirectory(inside.into()),
                };
                refuse(name, fault)
            })?;
        }
        let folder =
            files.first().and_then(|file| file.path.split_once('/')).map(|(folder, _)| folder.to_owned());
        let Some(folder) = folder else { return Err(refuse("", Fault::NoFolder)) };
        for name in files.iter_mut().map(|file| &mut file.path).chain(&mut links) {
            let below = name.strip_prefix(&folder).and_then(|below| below.strip_prefix('/'));
            *name = below.ok_or_else(|| refuse(name, Fault::NoFolder))?.to_owned();
        }
        Ok(Self { folder, files, links })
    }
}

/// The bytes in a gzip file, of several members if there are several.
fn inflated(packed: &[u8], limits: &Limits) -> Result<Vec<u8>, Fault> {
    let size = packed.len() as u64;
    // Headers and padding of many small files compress well: the limit for dense archives is enough.
    let most = limits.dense.max(size.saturating_mul(limits.dense_ratio)).min(limits.total);
    let mut bytes = Vec::new();
    let mut reader = flate2::read::MultiGzDecoder::new(packed).take(most.saturating_add(1));
    reader.read_to_end(&mut bytes).map_err(|_| Fault::Gzip)?;
    within("bytes in all entries", bytes.len() as u64, most)?;
    Ok(bytes)
}
