//! Archives in a directory that is compared with a manifest.

use super::archive_path::ArchivePath;
use super::manifests::{compare_with_listed, said};
use super::model::{AlikePyc, DiffFinding, DifferenceKind, FileDifference};
use super::opened::{OneSided, OpenedFile, Room, open, refused_alone};
use super::pairing::Pairing;
use super::places::PlaceOutcome;
use super::sides::{Files, Side, SideContent, SideFile, files_of};
use crate::archive::Archive;
use crate::input::{Embedded, Place, embedded};
use crate::manifest::{ListedArchive, Manifest, sha256};
use std::collections::BTreeSet;
use std::path::Path;

/// Compares the archives in a directory with those that a manifest lists, and with the listed pycs
/// that they contain. `one` and `other` are the pycs of both sides; entries that such an archive
/// stands for are removed.
pub(super) fn archives_in_tree(
    left: &Side,
    right: &Side,
    one: &mut Files<'_>,
    other: &mut Files<'_>,
    pairing: &Pairing,
) -> PlaceOutcome {
    let is_left = left.manifest().is_some();
    let sides = if is_left { (left, right) } else { (right, left) };
    let (Side::Manifest(_, manifest), Side::Place(_, place @ Place::Tree(..))) = sides else {
        return PlaceOutcome::default();
    };
    let has_pycs =
        one.keys().any(|name| other.contains_key(name)) || pairing.partners.keys().next().is_some();
    let mut found = InTree { manifest, is_left, outcome: PlaceOutcome::default(), listed: BTreeSet::new() };
    for name in place.names() {
        found.file(&name, SideFile::Disk(place, &name));
    }
    let InTree { mut outcome, listed, .. } = found;
    // An installed environment needs the listed pycs only, and a directory of archives only these.
    if listed.is_empty() && has_pycs {
        return outcome;
    }
    if !has_pycs && !listed.is_empty() {
        if is_left { one.clear() } else { other.clear() }
    }
    let kind = if is_left { DifferenceKind::OnlyLeft } else { DifferenceKind::OnlyRight };
    let missing = manifest.archives.iter().filter(|archive| !listed.contains(archive.path.as_str()));
    outcome.files.extend(
        missing
            .map(|archive| FileDifference::new(&*archive.path, vec![DiffFinding::new(kind, "the archive")])),
    );
    outcome
}

struct InTree<'a> {
    manifest: &'a Manifest,
    /// True if the manifest is the left side.
    is_left: bool,
    outcome: PlaceOutcome,
    /// Paths of the listed archives that the directory contains, themselves or as other archives of
    /// the same names.
    listed: BTreeSet<&'a str>,
}

impl InTree<'_> {
    /// Compares a file, if it is an archive.
    fn file(&mut self, path: &str, file: SideFile<'_>) {
        match file.may_be_archive(path) {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                return self.add(path, vec![DiffFinding::new(DifferenceKind::Unreadable, error)]);
            }
        }
        let bytes = match file.content() {
            SideContent::Bytes(bytes) => bytes,
            SideContent::Failed(error) => return self.add(path, vec![self.refused(&error)]),
            SideContent::Listed(_) => return,
        };
        let digest = sha256(&bytes);
        let is = |listed: &&ListedArchive| {
            (listed.sha256.as_str(), listed.size) == (digest.as_str(), bytes.len() as u64)
        };
        let all = &self.manifest.archives;
        if all.iter().any(|listed| is(&listed)) {
            self.listed.extend(all.iter().filter(is).map(|listed| listed.path.as_str()));
            self.outcome.same += 1;
            return;
        }
        let file_name = path.rsplit('/').next();
        let named = all.iter().find(|listed| listed.path == path);
        let named = named.or_else(|| all.iter().find(|listed| Some(listed.path.as_str()) == file_name));
        let Some(named) = named else { return self.unlisted(path, file, bytes.into_owned()) };
        self.listed.insert(&named.path);
        let (has, says) = (said(bytes.len() as u64, &digest), said(named.size, &named.sha256));
        let (one, other) = if self.is_left { (says, has) } else { (has, says) };
        let mut findings =
            vec![DiffFinding::new(DifferenceKind::Manifest, "the archive as a whole").sides(one, other)];
        match open(path, bytes.into_owned(), &Room::new()) {
            OpenedFile::Archive(archive) => self.members(path, &archive),
            OpenedFile::Refused(why) => findings.push(self.refused(&why)),
            OpenedFile::Plain => {}
        }
        self.add(path, findings);
    }

    /// Compares the pycs of an archive with the entries of the manifest.
    fn members(&mut self, path: &str, archive: &Archive) {
        let listed = |name: &str| self.manifest.files.iter().find(|entry| entry.path == name);
        let files = files_of(archive);
        let pycs: Vec<_> = files.iter().filter(|(name, _)| name.ends_with(".pyc")).collect();
        let are_listed = pycs.iter().any(|(name, _)| listed(name).is_some());
        let inner = ArchivePath::SIDE.inner(path);
        for (name, &file) in pycs {
            let within = inner.member(name);
            let alike = || AlikePyc {
                paths: [within.clone(), within.clone()],
                containers: [inner.clone(), inner.clone()],
            };
            let Some(entry) = listed(name) else {
                if are_listed {
                    let finding = DiffFinding::new(self.only(), "the manifest does not list it");
                    let file = FileDifference::new(within, vec![finding]).within([&inner, &inner]);
                    self.outcome.files.push(file);
                } else {
                    // Nothing is known of the listed archive's own pycs.
                    self.outcome.alike.push(alike());
                }
                continue;
            };
            let findings = match file.content() {
                SideContent::Bytes(bytes) => compare_with_listed(entry, file, &bytes, !self.is_left),
                SideContent::Failed(error) => vec![DiffFinding::new(DifferenceKind::Unreadable, error)],
                SideContent::Listed(_) => Vec::new(),
            };
            if findings.is_empty() {
                self.outcome.same += 1;
                self.outcome.alike.push(alike());
                continue;
            }
            let (paths, containers) = match self.is_left {
                true => ([&**name, &*within], [ArchivePath::SIDE, &inner]),
                false => ([&*within, &**name], [&inner, ArchivePath::SIDE]),
            };
            let file = FileDifference::new(paths[1], findings).from_left(paths[0]);
            self.outcome.files.push(file.within(containers));
        }
    }

    /// Adds an archive with pycs that the manifest does not list.
    fn unlisted(&mut self, path: &str, file: SideFile<'_>, bytes: Vec<u8>) {
        match embedded(Path::new(path), bytes) {
            Embedded::Nothing | Embedded::Broken(_) => {}
            Embedded::Refused(error) => self.add(path, vec![self.refused(&error.within())]),
            Embedded::Archive(_) => {
                let mut only = OneSided { kind: self.only(), files: Vec::new() };
                only.add(ArchivePath::SIDE, path, file, &Room::new());
                let is_fault = |file: &FileDifference| file.findings.len() > 1;
                only.files.retain(|file| file.path == path || file.path.ends_with(".pyc") || is_fault(file));
                if only.files.len() > 1 || only.files.iter().any(is_fault) {
                    for file in &mut only.files {
                        "the manifest does not list it".clone_into(&mut file.findings[0].message);
                    }
                    self.outcome.files.extend(only.files);
                }
            }
        }
    }

    /// Returns the kind of a file that the manifest does not list.
    const fn only(&self) -> DifferenceKind {
        if self.is_left { DifferenceKind::OnlyRight } else { DifferenceKind::OnlyLeft }
    }

    fn refused(&self, why: &str) -> DiffFinding {
        refused_alone(self.only(), why)
    }

    fn add(&mut self, path: &str, findings: Vec<DiffFinding>) {
        self.outcome.files.push(FileDifference::new(path, findings));
    }
}
