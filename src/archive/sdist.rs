//! A source distribution (PEP 625, PEP 643) → the files in its top-level directory.
//!
//! Formats: gzip (RFC 1952) around POSIX.1-2001 pax, ustar and GNU tar; zip.

use super::entry::File;
use super::error::{ArchiveError, Fault};
use super::name::{Clash, NameTree, check_file_name};
use super::package::{Collected, read_sdist};
use super::reader::{ArchiveLimits, read_file};
use crate::project::read_regular;
use std::path::Path;

/// The files of a source distribution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sdist {
    /// Top-level directory that contains all files: `demo-1.0`.
    pub folder: String,
    /// Files by path relative to the directory, in the order of the archive.
    pub files: Vec<File>,
    /// Symlinks by path relative to the directory. They are never followed.
    pub links: Vec<String>,
}

impl Sdist {
    /// Returns `true` for the file name of a source distribution.
    pub fn is_name(path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        [".tar.gz", ".tgz", ".zip"].iter().any(|suffix| name.ends_with(suffix))
    }

    /// Reads an archive from disk. Nothing is unpacked beyond the limits.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn read(path: &Path, limits: &ArchiveLimits) -> Result<Self, ArchiveError> {
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
        let bytes = read_regular(path, limits.archive).map_err(|error| refuse(Fault::Io(error)))?;
        if !bytes.starts_with(b"\x1f\x8b") {
            return Err(refuse(Fault::Gzip));
        }
        let Collected { entries, specials } = read_sdist(path, bytes, limits)?;
        let files = entries.into_iter().filter(|entry| !entry.directory).map(|entry| File {
            executable: entry.executable(),
            path: entry.name,
            bytes: entry.bytes,
        });
        let links = specials.into_iter().map(|link| link.name);
        Self::of_files(path, files.collect(), links.collect(), limits)
    }

    fn of_files(
        path: &Path,
        mut files: Vec<File>,
        mut links: Vec<String>,
        limits: &ArchiveLimits,
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
