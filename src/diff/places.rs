//! Comparison of manifests, trees, archives and files, in any pairing.

use super::archive_path::ArchivePath;
use super::archives::{compare_archives, compare_entries, compare_specials, other_bytes, tell_entries_once};
use super::content::{TEXT, compare_content, compare_large, is_pyc};
use super::links::{TARGETS, tell_links};
use super::listed_archives::archives_in_tree;
use super::manifests::{
    compare_archive_with_manifest, compare_listed, compare_listed_archives, compare_releases,
    compare_with_listed, explain_by_release,
};
use super::model::{
    AlikePyc, Comparison, DiffFinding, DifferenceKind, FileDifference, RELEASES, SCHEMA, WHOLE_SIDE,
};
use super::nested::Nested;
use super::opened::{OneSided, OpenedFile, Room, may_be_archive, open, refused};
use super::pairing::{Pairing, pair, pair_listed};
use super::pyc::compare_pycs;
use super::sides::{Files, Side, SideContent, SideError, SideFile, files, files_of};
use crate::input::Place;
use crate::text::{Shown as _, counted, python};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io;

/// Archive that contains the files that are compared, on each side.
type Within<'a> = [&'a ArchivePath; 2];

/// The sides themselves.
const SIDES: Within<'static> = [ArchivePath::SIDE; 2];

/// Path of a file on each side.
#[derive(Clone, Copy)]
struct Paths<'a> {
    left: &'a str,
    right: &'a str,
    within: Within<'a>,
}

impl<'a> Paths<'a> {
    /// Returns the path of a file that is in no archive.
    const fn same(path: &'a str) -> Self {
        Self { left: path, right: path, within: SIDES }
    }
}

/// Compares two sides.
///
/// # Errors
/// [`SideError::NoPartner`].
pub fn compare(left: &Side, right: &Side) -> Result<Comparison, SideError> {
    let pycs_only = left.manifest().is_some() || right.manifest().is_some();
    let (one, other) = (files(left, pycs_only), files(right, pycs_only));
    let nested = Nested::default();
    let mut outside = 0;
    let mut found = match (left.is_file(), right.is_file()) {
        _ if matches!(left, Side::Nothing(_)) || matches!(right, Side::Nothing(_)) => {
            compare_with_nothing([left, right], [one, other])
        }
        (true, true) => compare_two_files([left, right], [&one, &other], &nested),
        (false, false) if pycs_only => {
            let (found, out) = compare_with_manifest([left, right], [one, other], &nested);
            outside = out;
            found
        }
        (false, false) => compare_folders([left, right], [&one, &other], &nested),
        (true, false) => compare_with_partner([left, right], (&one, &other), &nested, true)?,
        (false, true) => compare_with_partner([right, left], (&other, &one), &nested, false)?,
    };
    if found.files.is_empty()
        && let (Some(one), Some(other)) = (left.archive(), right.archive())
        && one.sha256 != other.sha256
    {
        found.files.push(other_bytes(WHOLE_SIDE));
    }
    if let (Some(one), Some(other)) = (left.manifest(), right.manifest()) {
        explain_by_release(one, other, &mut found.files);
    }
    for (side, place) in [(0, left.place()), (1, right.place())] {
        if let Some(place) = place {
            tell_links(&mut found.files, side, place, ArchivePath::SIDE);
        }
    }
    found.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Comparison {
        schema: SCHEMA,
        left: python::os_text(left.path().as_os_str()),
        right: python::os_text(right.path().as_os_str()),
        digests: [left.digest(), right.digest()],
        nested,
        same: found.same,
        outside,
        alike: found.alike,
        ignored: BTreeMap::new(),
        excluded: BTreeMap::new(),
        unchanged: found.unchanged,
        files: found.files,
    })
}

/// Compares a side with nothing: every file is on one side only.
fn compare_with_nothing([left, right]: [&Side; 2], sides: [Files<'_>; 2]) -> PlaceOutcome {
    let is_file = left.is_file() || right.is_file();
    let label = if is_file { right.label().or_else(|| left.label()) } else { None };
    let mut found = PlaceOutcome::default();
    for (kind, files) in [DifferenceKind::OnlyLeft, DifferenceKind::OnlyRight].into_iter().zip(sides) {
        let mut only = OneSided { kind, files: Vec::new() };
        for (name, file) in files {
            only.add(ArchivePath::SIDE, label.as_deref().unwrap_or(&name), file, &Room::new());
        }
        found.files.extend(only.files);
    }
    found
}

/// Compares two files that the user named, under the name of the right one.
fn compare_two_files(sides: [&Side; 2], files: [&Files<'_>; 2], nested: &Nested) -> PlaceOutcome {
    let [one, other] = files.map(|files| files.iter().next());
    let Some(((_, &one), (name, &other))) = one.zip(other) else { return PlaceOutcome::default() };
    let label = sides[1].label().or_else(|| sides[0].label());
    let name = label.unwrap_or_else(|| name.to_string());
    compare_files(Paths::same(&name), one, other, &Room::new(), nested)
}

/// Compares a file that the user named with the only file of this name on the other side; `is_left`
/// if it is on the left side.
fn compare_with_partner(
    [file, other]: [&Side; 2],
    (alone, many): (&Files<'_>, &Files<'_>),
    nested: &Nested,
    is_left: bool,
) -> Result<PlaceOutcome, SideError> {
    let alone = alone.iter().next();
    let is_partner =
        |path: &str| alone.is_some_and(|(name, _)| path.rsplit('/').next() == Some(name.as_ref()));
    let partners: Vec<_> = many.iter().filter(|(path, _)| is_partner(path)).collect();
    let (Some((_, &alone)), &[(path, &partner)]) = (alone, &partners[..]) else {
        let (file, other) = (file.path().into(), other.path().into());
        return Err(SideError::NoPartner { file, other, found: partners.len() });
    };
    let (one, other) = if is_left { (alone, partner) } else { (partner, alone) };
    Ok(compare_files(Paths::same(path), one, other, &Room::new(), nested))
}

/// Compares two directories or archives.
fn compare_folders(sides: [&Side; 2], [one, other]: [&Files<'_>; 2], nested: &Nested) -> PlaceOutcome {
    let pairing = pair(one, other);
    let [left, right] = sides.map(Side::archive);
    let whole = left.zip(right).map(|(one, other)| compare_archives(one, other, &pairing));
    let mut found = compare_all(SIDES, one, other, None, nested, pairing);
    if let Some(whole) = whole {
        found.tell_whole(Paths::same(WHOLE_SIDE), whole);
    }
    found
}

/// Compares a manifest with another one, or with a directory or archive. Also returns the number of
/// listed pycs that the other side, a part of the tree, could not contain.
fn compare_with_manifest(
    [left, right]: [&Side; 2],
    [mut one, mut other]: [Files<'_>; 2],
    nested: &Nested,
) -> (PlaceOutcome, usize) {
    let mut found = PlaceOutcome::default();
    if let (Some(one), Some(other)) = (left.manifest(), right.manifest()) {
        found.files.extend(compare_listed_archives(one, other));
        found.add(RELEASES, compare_releases(one, other));
    }
    if let (Some(manifest), Some(archive)) = (left.manifest(), right.archive()) {
        found.add_listed_archive(
            compare_archive_with_manifest(manifest, archive, false),
            &mut one,
            &mut other,
        );
    }
    if let (Some(archive), Some(manifest)) = (left.archive(), right.manifest()) {
        found.add_listed_archive(
            compare_archive_with_manifest(manifest, archive, true),
            &mut other,
            &mut one,
        );
    }
    // A manifest determines the path of each pyc.
    let (pairing, outside) = pair_listed(left, right, &mut one, &mut other);
    found.extend(archives_in_tree(left, right, &mut one, &mut other, &pairing));
    found.extend(compare_all(SIDES, &one, &other, None, nested, pairing));
    (found, outside)
}

/// Result for some of the files.
#[derive(Default)]
pub(super) struct PlaceOutcome {
    pub(super) same: usize,
    pub(super) files: Vec<FileDifference>,
    /// See [`Comparison::alike`].
    pub(super) alike: Vec<AlikePyc>,
    /// See [`Comparison::unchanged`].
    pub(super) unchanged: Vec<[String; 2]>,
}

impl PlaceOutcome {
    fn add(&mut self, path: &str, findings: Vec<DiffFinding>) {
        self.add_pair(Paths::same(path), findings);
    }

    fn add_pair(&mut self, paths: Paths<'_>, findings: Vec<DiffFinding>) {
        if !findings.is_empty() {
            self.files.push(FileDifference::new(paths.right, findings).from_left(paths.left));
        }
    }

    /// Adds the findings for a file, which is the same without any.
    fn settle(&mut self, paths: Paths<'_>, findings: Vec<DiffFinding>) {
        if findings.is_empty() {
            self.same += 1;
            self.unchanged.push([paths.left.to_owned(), paths.right.to_owned()]);
        }
        self.add_pair(paths, findings);
    }

    /// Adds the result for an archive as a whole and a manifest that lists archives. The manifest
    /// may list pycs that exist only after installation of a wheel, or in another archive.
    fn add_listed_archive(
        &mut self,
        found: Option<Vec<FileDifference>>,
        entries: &mut Files<'_>,
        pycs: &mut Files<'_>,
    ) {
        let Some(found) = found else { return };
        entries.retain(|name, _| pycs.contains_key(name));
        // If the digest is right, the archive's own pycs need no entries either.
        if found.is_empty() {
            pycs.retain(|name, _| entries.contains_key(name));
            self.same += 1;
        }
        self.files.extend(found);
    }

    /// Adds the paths of a pyc that has another layout on each side.
    fn tell_layouts(&mut self, paths: Paths<'_>) {
        let finding = DiffFinding::new(DifferenceKind::Path, "the layout of the pyc differs")
            .sides(paths.left, paths.right);
        match self.files.iter_mut().find(|file| file.path == paths.right) {
            Some(file) => file.findings.insert(0, finding),
            None => self.files.push(FileDifference::new(paths.right, vec![finding]).from_left(paths.left)),
        }
        self.same = 0;
        self.unchanged.clear();
    }

    /// Adds the paths of an archive that has another name on each side.
    fn tell_other_name(&mut self, paths: Paths<'_>) {
        let finding = DiffFinding::new(DifferenceKind::Path, "the name of the archive differs")
            .sides(paths.left, paths.right);
        if let Some(file) = self.files.iter_mut().find(|file| file.path == paths.right) {
            return file.findings.insert(0, finding);
        }
        let before = self.unchanged.len();
        self.unchanged.retain(|[left, right]| (left.as_str(), right.as_str()) != (paths.left, paths.right));
        self.same -= before - self.unchanged.len();
        let file = FileDifference::new(paths.right, vec![finding]).from_left(paths.left);
        self.files.push(FileDifference { whole: true, ..file });
    }

    /// Adds the differences of the archive that contains the files.
    fn tell_whole(&mut self, archive: Paths<'_>, mut whole: Vec<DiffFinding>) {
        let (once, alike) = tell_entries_once(&mut self.files);
        whole.extend(once);
        // Entries without other findings count as the same.
        self.same += alike.len();
        self.unchanged.extend(alike.iter().map(|file| file.paths().map(str::to_owned)));
        let pycs = alike.iter().filter(|file| file.path.ends_with(".pyc"));
        self.alike.extend(pycs.map(AlikePyc::of));
        if !whole.is_empty() {
            let file = FileDifference::new(archive.right, whole).from_left(archive.left);
            self.files.push(FileDifference { whole: true, ..file });
        }
    }

    fn extend(&mut self, other: Self) {
        self.same += other.same;
        self.files.extend(other.files);
        self.alike.extend(other.alike);
        self.unchanged.extend(other.unchanged);
    }
}

/// Compares all files of two sides, or of the archives `within` them.
fn compare_all(
    within: Within<'_>,
    left: &Files<'_>,
    right: &Files<'_>,
    room: Option<&Room>,
    nested: &Nested,
    pairing: Pairing,
) -> PlaceOutcome {
    let moved: BTreeSet<&str> = pairing.partners.values().map(String::as_str).collect();
    let names = left.keys().filter(|name| !moved.contains(name.as_ref())).chain(right.keys());
    let names: Vec<&str> = names.map(AsRef::as_ref).collect::<BTreeSet<_>>().into_iter().collect();
    let outcomes: Vec<PlaceOutcome> = names
        .into_par_iter()
        .map(|name| {
            let partner = pairing.partners.get(name).map_or(name, String::as_str);
            let paths = [within[0].member(partner), within[1].member(name)];
            let paths = Paths { left: &paths[0], right: &paths[1], within };
            let fresh = Room::new();
            let room = room.unwrap_or(&fresh);
            let only = |kind, within: &ArchivePath, name: &str, file| {
                let mut only = OneSided { kind, files: Vec::new() };
                only.add(within, name, file, room);
                PlaceOutcome { files: only.files, ..PlaceOutcome::default() }
            };
            let mut outcome = match (left.get(partner), right.get(name)) {
                (Some(&one), Some(&other)) => compare_files(paths, one, other, room, nested),
                (Some(&file), None) => only(DifferenceKind::OnlyLeft, within[0], partner, file),
                (None, Some(&file)) => only(DifferenceKind::OnlyRight, within[1], name, file),
                (None, None) => PlaceOutcome::default(),
            };
            if pairing.archives.contains(name) {
                outcome.tell_other_name(paths);
            }
            if pairing.layouts.contains(name) {
                outcome.tell_layouts(paths);
            }
            outcome
        })
        .collect();
    let mut all = PlaceOutcome::default();
    outcomes.into_iter().for_each(|outcome| all.extend(outcome));
    for folder in pairing.folders {
        let path = |within: &ArchivePath, folder: &str| match folder {
            "" => within.member("./"),
            folder => within.member(&format!("{folder}/")),
        };
        let paths = [path(within[0], &folder.left), path(within[1], &folder.right)];
        let files = counted(folder.files, "file is", "files are");
        let finding = DiffFinding::new(DifferenceKind::Path, format!("{files} compared under both paths"));
        let findings = vec![finding.sides(&paths[0], &paths[1])];
        all.files.push(FileDifference::new(&*paths[1], findings).from_left(&paths[0]));
    }
    // Files in archives within these ones have their containers already.
    for file in all.files.iter_mut().filter(|file| file.containers.iter().all(ArchivePath::is_side)) {
        file.containers = within.map(Clone::clone);
    }
    all
}

/// Compares two files.
fn compare_files(
    paths: Paths<'_>,
    left: SideFile<'_>,
    right: SideFile<'_>,
    room: &Room,
    nested: &Nested,
) -> PlaceOutcome {
    let path = paths.right;
    let settled = |findings| {
        let mut outcome = PlaceOutcome::default();
        outcome.settle(paths, findings);
        outcome
    };
    let mut findings = Vec::new();
    if let (Some(one), Some(other)) = (left.entry(), right.entry()) {
        findings.extend(compare_entries(one, other));
    }
    if let (SideFile::Special(one), SideFile::Special(other)) = (left, right) {
        findings.extend(compare_specials(one, other));
        return settled(findings);
    }
    let links = left.link().zip(right.link()).map(|(one, other)| {
        let finding = DiffFinding::new(DifferenceKind::Content, TARGETS);
        let finding = finding.sides(python::os_text(one.as_os_str()), python::os_text(other.as_os_str()));
        if one == other { Vec::new() } else { vec![finding] }
    });
    if let Some(found) = links.or_else(|| compare_large_files(path, left, right)) {
        findings.extend(found);
        return settled(findings);
    }
    let (of_content, mut outcome) = compare_contents(paths, left, right, room, nested);
    findings.extend(of_content);
    // An archive has differences as a whole besides those of its entry.
    match outcome.files.iter().position(|file| file.path == path) {
        Some(at) => drop(outcome.files[at].findings.splice(..0, findings)),
        None if outcome.files.is_empty() => outcome.settle(paths, findings),
        None => outcome.add_pair(paths, findings),
    }
    outcome
}

/// Compares the contents of two files: returns the findings about the files, and the result for the
/// files in two archives.
fn compare_contents(
    paths: Paths<'_>,
    left: SideFile<'_>,
    right: SideFile<'_>,
    room: &Room,
    nested: &Nested,
) -> (Vec<DiffFinding>, PlaceOutcome) {
    let unreadable = |message: String, one: &str, other: &str| {
        vec![DiffFinding::new(DifferenceKind::Unreadable, message).sides(one, other)]
    };
    let findings = match (left.content(), right.content()) {
        (SideContent::Bytes(one), SideContent::Bytes(other)) if one == other => Vec::new(),
        (SideContent::Bytes(one), SideContent::Bytes(other)) => {
            if let Some(inner) = compare_nested(paths, &one, &other, room, nested) {
                return (Vec::new(), inner);
            }
            let mut found = compare_bytes(paths.right, &one, &other);
            if left.is_control() && right.is_control() {
                found.iter_mut().for_each(|finding| finding.kind = DifferenceKind::Control);
            }
            found
        }
        (SideContent::Listed(one), SideContent::Listed(other)) => compare_listed(one, other),
        (SideContent::Listed(one), SideContent::Bytes(other)) => {
            compare_with_listed(one, right, &other, false)
        }
        (SideContent::Bytes(one), SideContent::Listed(other)) => compare_with_listed(other, left, &one, true),
        (SideContent::Failed(one), SideContent::Failed(other)) => {
            unreadable("neither file can be read".to_owned(), &one, &other)
        }
        (SideContent::Failed(one), _) => {
            unreadable(format!("the left file cannot be read: {one}"), &one, "a file")
        }
        (_, SideContent::Failed(other)) => {
            unreadable(format!("the right file cannot be read: {other}"), "a file", &other)
        }
    };
    (findings, PlaceOutcome::default())
}

/// Compares two large files without reading them into memory; `None` for small files, archives and
/// pycs.
fn compare_large_files(path: &str, left: SideFile<'_>, right: SideFile<'_>) -> Option<Vec<DiffFinding>> {
    let has_parts = ["whl", "zip", "pyz", "pyc"].iter().any(|end| path.rsplit('.').next() == Some(end));
    if has_parts {
        return None;
    }
    let unreadable = |path: &dyn Display, error: &io::Error| {
        Some(vec![DiffFinding::new(DifferenceKind::Unreadable, format!("cannot read {path}: {error}"))])
    };
    let (mut one, mut other) = match (left.stream()?, right.stream()?) {
        (Ok(one), Ok(other)) => (one, other),
        (Err((path, error)), _) | (_, Err((path, error))) => {
            return unreadable(&path.shown(), &error);
        }
    };
    // The files in packages are compared separately.
    if one.size.max(other.size) <= TEXT as u64 || (left.is_package() && right.is_package()) {
        return None;
    }
    match compare_large(&mut one, &mut other) {
        Ok(found) => found,
        Err(error) => unreadable(&path, &error),
    }
}

/// Compares two files of which at least one is an archive; `None` for other files. The names of the
/// files in an archive follow its own path and a `!`.
fn compare_nested(
    paths: Paths<'_>,
    left: &[u8],
    right: &[u8],
    room: &Room,
    nested: &Nested,
) -> Option<PlaceOutcome> {
    let open = |path: &str, bytes: &[u8]| match may_be_archive(path, bytes) {
        true => open(path, bytes.to_vec(), room),
        false => OpenedFile::Plain,
    };
    let mut outcome = PlaceOutcome::default();
    let only = |kind, path, archive| {
        let mut only = OneSided { kind, files: Vec::new() };
        only.add_all(path, &files_of(archive), &room.within(archive));
        only.files
    };
    let inner = [paths.within[0].inner(paths.left), paths.within[1].inner(paths.right)];
    match (open(paths.left, left), open(paths.right, right)) {
        (OpenedFile::Plain, OpenedFile::Plain) => return None,
        (OpenedFile::Archive(one), OpenedFile::Archive(other)) => {
            let (left, right) = (files_of(&one), files_of(&other));
            let pairing = pair(&left, &right);
            let whole = compare_archives(&one, &other, &pairing);
            let larger = if one.size < other.size { &other } else { &one };
            outcome =
                compare_all(inner.each_ref(), &left, &right, Some(&room.within(larger)), nested, pairing);
            outcome.tell_whole(paths, whole);
            if outcome.files.is_empty() {
                outcome.files.push(other_bytes(paths.right).from_left(paths.left));
            }
            let (one, other) = (Place::Archive(one), Place::Archive(other));
            tell_links(&mut outcome.files, 0, &one, &inner[0]);
            tell_links(&mut outcome.files, 1, &other, &inner[1]);
            if let (Place::Archive(one), Place::Archive(other)) = (one, other) {
                nested.keep(&inner[1], one, other);
            }
        }
        (OpenedFile::Refused(one), OpenedFile::Refused(other)) => {
            outcome.add_pair(paths, vec![refused(Some(&one), Some(&other))]);
        }
        (OpenedFile::Refused(why), _) => outcome.add_pair(paths, vec![refused(Some(&why), None)]),
        (_, OpenedFile::Refused(why)) => outcome.add_pair(paths, vec![refused(None, Some(&why))]),
        (OpenedFile::Archive(archive), OpenedFile::Plain) => {
            outcome.add_pair(paths, vec![compare_content(left, right)]);
            outcome.files.extend(only(DifferenceKind::OnlyLeft, &inner[0], &archive));
        }
        (OpenedFile::Plain, OpenedFile::Archive(archive)) => {
            outcome.add_pair(paths, vec![compare_content(left, right)]);
            outcome.files.extend(only(DifferenceKind::OnlyRight, &inner[1], &archive));
        }
    }
    Some(outcome)
}

fn compare_bytes(path: &str, left: &[u8], right: &[u8]) -> Vec<DiffFinding> {
    if path.ends_with(".pyc") || (is_pyc(left) && is_pyc(right)) {
        compare_pycs(path, left, right)
    } else {
        vec![compare_content(left, right)]
    }
}
