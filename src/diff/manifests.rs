//! Comparison of manifests with each other and with bytes.

use super::cause::{Cause, CauseKind, CauseReason};
use super::model::{DiffFinding, DifferenceKind, FileDifference, RELEASES, WHOLE_SIDE};
use super::sides::SideFile;
use crate::archive::Archive;
use crate::manifest::{self, FileEntry, Listed, Manifest};
use crate::text;
use std::collections::BTreeMap;

/// Compares the releases in two manifests.
pub(super) fn compare_releases(left: &Manifest, right: &Manifest) -> Vec<DiffFinding> {
    let both =
        left.releases.iter().filter_map(|(version, one)| Some((version, one, right.releases.get(version)?)));
    let other = both.filter(|(_, one, other)| one != other);
    other
        .map(|(version, one, other)| {
            DiffFinding::new(DifferenceKind::Manifest, format!("the release of Python {version} differs"))
                .sides(one.clone(), other.clone())
        })
        .collect()
}

/// Adds the releases to the findings for files whose code differs although their sources do not.
pub(super) fn explain_by_release(left: &Manifest, right: &Manifest, files: &mut [FileDifference]) {
    let releases: BTreeMap<&str, (&String, &String)> = (left.releases.iter())
        .filter_map(|(version, one)| Some((version.as_str(), (one, right.releases.get(version)?))))
        .filter(|(_, (one, other))| one != other)
        .collect();
    if releases.is_empty() {
        return;
    }
    let (one, other) = (entries(left), entries(right));
    for file in files {
        let path = file.path.as_str();
        if path == RELEASES {
            file.cause = Some(Cause::new(CauseKind::OtherRelease, "the manifests name different releases"));
            continue;
        }
        let (Some(a), Some(b)) = (one.get(path), other.get(path)) else { continue };
        let Some((from, to)) = releases.get(a.python.as_str()) else { continue };
        let is_same = a.python == b.python
            && a.optimize == b.optimize
            && a.filename == b.filename
            && a.source.as_ref().zip(b.source.as_ref()).is_some_and(|(a, b)| a.sha256 == b.sha256);
        if is_same && a.code_sha256 != b.code_sha256 {
            for finding in &mut file.findings {
                finding.message = format!("CPython {from} and {to}: {}", finding.message);
            }
            let reason = format!(
                "the manifests name different releases, {from} and {to}; a manifest has no code, and there is no source to \
                 compile"
            );
            let reason = CauseReason::no_source(reason);
            file.cause = Some(Cause { reason, ..Cause::new(CauseKind::NotChecked, "") });
        }
    }
}

fn entries(manifest: &Manifest) -> BTreeMap<&str, &FileEntry> {
    manifest.files.iter().map(|file| (file.path.as_str(), file)).collect()
}

/// Compares two entries; the finding names the most specific facts that differ.
pub(super) fn compare_listed(left: &FileEntry, right: &FileEntry) -> Vec<DiffFinding> {
    if left == right {
        return Vec::new();
    }
    let mut finding = DiffFinding::new(DifferenceKind::Manifest, "");
    let mut differing = Vec::new();
    for ((what, one), (_, other)) in manifest::facts(left).into_iter().zip(manifest::facts(right)) {
        if one != other {
            let say = |fact: Option<String>| fact.unwrap_or_else(|| "none".to_owned());
            finding = finding.labeled_sides(what, say(one), say(other));
            differing.push(what);
        }
    }
    if left.sha256 != right.sha256 && left.code_sha256 == right.code_sha256 {
        differing.push("only the header of the pyc differs");
    }
    if differing.is_empty() {
        differing.push("sha256 or size");
        let say = |entry: &FileEntry| format!("{}, sha256 {}", text::bytes(entry.size), entry.sha256);
        finding = finding.sides(say(left), say(right));
    }
    finding.message = differing.join(", ");
    vec![finding]
}

/// Compares the bytes of a pyc with its manifest entry.
pub(super) fn compare_with_listed(
    listed: &FileEntry,
    file: SideFile<'_>,
    bytes: &[u8],
    bytes_left: bool,
) -> Vec<DiffFinding> {
    // Other facts of the entry may be wrong even if the digest is right.
    if let Some(found) = manifest::entry_beside(listed, bytes, file.source().as_deref()) {
        return if bytes_left { compare_listed(&found, listed) } else { compare_listed(listed, &found) };
    }
    let sha256 = manifest::sha256(bytes);
    if sha256 == listed.sha256 && bytes.len() as u64 == listed.size {
        return Vec::new();
    }
    let said = format!("{}, sha256 {}", text::bytes(listed.size), listed.sha256);
    let has = format!("{}, sha256 {sha256}", text::bytes(bytes.len()));
    let (one, other) = if bytes_left { (has, said) } else { (said, has) };
    vec![
        DiffFinding::new(DifferenceKind::Manifest, "it differs from the pyc that the manifest lists")
            .sides(one, other),
    ]
}

/// Compares the archives that two manifests list.
pub(super) fn compare_listed_archives(left: &Manifest, right: &Manifest) -> Vec<FileDifference> {
    let (one, other) = (archives(left), archives(right));
    let mut differences = Vec::new();
    for name in one.keys().chain(other.keys().filter(|name| !one.contains_key(*name))) {
        let finding = match (one.get(name), other.get(name)) {
            (Some(a), Some(b)) if a == b => continue,
            (Some(a), Some(b)) => {
                DiffFinding::new(DifferenceKind::Manifest, "the archive as a whole").sides(a, b)
            }
            (Some(_), None) => DiffFinding::new(DifferenceKind::OnlyLeft, "the archive"),
            _ => DiffFinding::new(DifferenceKind::OnlyRight, "the archive"),
        };
        differences.push(FileDifference::new(*name, vec![finding]));
    }
    differences
}

fn archives(manifest: &Manifest) -> BTreeMap<&str, String> {
    let archives = manifest.archives.iter();
    archives.map(|archive| (archive.path.as_str(), said(archive.size, &archive.sha256))).collect()
}

pub(super) fn said(size: u64, sha256: &str) -> String {
    format!("{}, sha256 {sha256}", text::bytes(size))
}

/// Compares an archive with the archives that a manifest lists; `None` if the manifest lists no
/// archives.
pub(super) fn compare_archive_with_manifest(
    manifest: &Manifest,
    archive: &Archive,
    archive_left: bool,
) -> Option<Vec<FileDifference>> {
    let found = manifest::archive_entry(archive);
    let has = said(found.size, &found.sha256);
    let finding = match manifest::listed(manifest, archive) {
        Listed::Nothing => return None,
        Listed::This => return Some(Vec::new()),
        Listed::Other(listed) => {
            let says = said(listed.size, &listed.sha256);
            let (one, other) = if archive_left { (has, says) } else { (says, has) };
            DiffFinding::new(DifferenceKind::Manifest, "the archive as a whole").sides(one, other)
        }
        Listed::Others => {
            let says = "other archives".to_owned();
            let (one, other) = if archive_left { (has, says) } else { (says, has) };
            let message = "the manifest does not list this archive";
            let finding = DiffFinding::new(DifferenceKind::Manifest, message).sides(one, other);
            let cause =
                Cause::new(CauseKind::NotChecked, "the manifest lists other archives, but not this one");
            return Some(vec![FileDifference {
                cause: Some(cause),
                ..FileDifference::new(WHOLE_SIDE, vec![finding])
            }]);
        }
    };
    Some(vec![FileDifference::new(WHOLE_SIDE, vec![finding])])
}
