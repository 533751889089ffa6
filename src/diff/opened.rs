//! Files that are opened because they are archives, on both sides or on one.

use super::archive_path::ArchivePath;
use super::content::is_pyc;
use super::model::{DiffFinding, DifferenceKind, FileDifference};
use super::sides::{Files, SideContent, SideFile, files_of};
use crate::archive::{Archive, Container, DEPTH};
use crate::input::{Carrier, Embedded, embedded};
use std::path::Path;

/// Bytes that an archive and the archives around it may unpack to.
const BUDGET: u64 = 3 << 30;

/// Limits for archives in archives. They do not depend on other archives next to these, which are
/// read at the same time.
pub(super) struct Room {
    depth: usize,
    bytes: u64,
}

impl Room {
    /// Returns the limits for an archive that is not in another one.
    pub(super) const fn new() -> Self {
        Self { depth: DEPTH, bytes: BUDGET }
    }

    /// Returns the limits for the archives in an archive.
    pub(super) fn within(&self, archive: &Archive) -> Self {
        Self { depth: self.depth.saturating_sub(1), bytes: self.bytes.saturating_sub(unpacked(archive)) }
    }
}

fn unpacked(archive: &Archive) -> u64 {
    archive.files().map(|entry| entry.bytes.len() as u64).sum()
}

/// A file that may be an archive.
pub(super) enum OpenedFile {
    /// A file that is not an archive.
    Plain,
    /// An archive.
    Archive(Archive),
    /// An archive that cannot be opened, with the reason.
    Refused(String),
}

/// Returns whether a file may be an archive, by its content or its name.
pub(super) fn may_be_archive(path: &str, bytes: &[u8]) -> bool {
    let is_archive = || Carrier::of_bytes(bytes).is_archive();
    !path.ends_with(".pyc")
        && !is_pyc(bytes)
        && (Container::declared(Path::new(path), bytes).is_some() || is_archive())
}

/// Opens a file if it is an archive by its content or its name.
pub(super) fn open(path: &str, bytes: Vec<u8>, room: &Room) -> OpenedFile {
    if !may_be_archive(path, &bytes) {
        return OpenedFile::Plain;
    }
    let file = Path::new(path);
    let declared = Container::declared(file, &bytes);
    let archive = match embedded(file, bytes) {
        Embedded::Archive(archive) => archive,
        Embedded::Refused(error) => return OpenedFile::Refused(error.within()),
        // A broken archive is not treated as another file.
        Embedded::Broken(error) if declared.is_some() => return OpenedFile::Refused(error.within()),
        Embedded::Nothing | Embedded::Broken(_) => return OpenedFile::Plain,
    };
    if room.depth == 0 {
        return OpenedFile::Refused(format!("archives are nested more than {DEPTH} levels deep"));
    }
    if unpacked(&archive) > room.bytes {
        return OpenedFile::Refused("the archives that contain it unpack to too much data".to_owned());
    }
    OpenedFile::Archive(archive)
}

/// Returns a finding for archives that cannot be opened, with the reason on each side.
pub(super) fn refused(left: Option<&str>, right: Option<&str>) -> DiffFinding {
    let message = match (left, right) {
        (Some(left), Some(right)) if left == right => format!("neither archive was opened: {left}"),
        (Some(left), Some(right)) => {
            format!("neither archive was opened: {left} on the left, {right} on the right")
        }
        (Some(why), None) => format!("the left archive was not opened: {why}"),
        (None, why) => format!("the right archive was not opened: {}", why.unwrap_or_default()),
    };
    let say = |why: Option<&str>| why.unwrap_or("can be opened").to_owned();
    DiffFinding::new(DifferenceKind::Unreadable, message).sides(say(left), say(right))
}

/// Returns a finding for an archive that cannot be opened; `kind` is the kind of findings for files
/// that only this side has.
pub(super) fn refused_alone(kind: DifferenceKind, why: &str) -> DiffFinding {
    match kind {
        DifferenceKind::OnlyLeft => refused(Some(why), None),
        _ => refused(None, Some(why)),
    }
}

/// A file that only one side has.
pub(super) struct OneSided {
    pub(super) kind: DifferenceKind,
    pub(super) files: Vec<FileDifference>,
}

impl OneSided {
    /// Adds the file called `name` in an archive, and the files in it if it is an archive itself.
    pub(super) fn add(&mut self, within: &ArchivePath, name: &str, file: SideFile<'_>, room: &Room) {
        let path = &*within.member(name);
        let mut findings = vec![DiffFinding::new(self.kind, "")];
        let content = match file.may_be_archive(path) {
            Ok(true) => Some(file.content()),
            Ok(false) => None,
            Err(error) => {
                findings.push(DiffFinding::new(DifferenceKind::Unreadable, error));
                None
            }
        };
        let mut members = None;
        match content {
            Some(SideContent::Bytes(bytes)) => match open(path, bytes.into_owned(), room) {
                OpenedFile::Archive(archive) => members = Some(archive),
                OpenedFile::Refused(why) => findings.push(refused_alone(self.kind, &why)),
                OpenedFile::Plain => {}
            },
            Some(SideContent::Failed(error)) => findings.push(refused_alone(self.kind, &error)),
            Some(SideContent::Listed(_)) | None => {}
        }
        self.files.push(FileDifference::new(path, findings).within([within, within]));
        if let Some(archive) = members {
            self.add_all(&within.inner(path), &files_of(&archive), &room.within(&archive));
        }
    }

    /// Adds the files of an archive.
    pub(super) fn add_all(&mut self, archive: &ArchivePath, files: &Files<'_>, room: &Room) {
        for (name, &file) in files {
            self.add(archive, name, file, room);
        }
    }
}
