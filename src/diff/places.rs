//! Comparison of manifests, trees, archives and files, in any pairing.

use super::archives::{compare_archives, compare_entries, compare_specials, other_bytes};
use super::content::{TEXT, compare_content, compare_large, is_pyc};
use super::manifests::{
    compare_archive_with_manifest, compare_listed, compare_listed_archives, compare_releases,
    compare_with_listed, explain_by_release,
};
use super::model::{Comparison, FileDifference, Finding, Kind, Row, SCHEMA};
use super::pyc::compare_pycs;
use super::sides::{Content, File, Files, Side, SideError, files, files_of};
use crate::archive::{self, Archive, DEPTH, Limits, is_package, read_package};
use crate::text::{Shown as _, python};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::io;
use std::path::Path;

/// Number of entries with the same difference from which one finding stands for all of them.
const ALIKE: usize = 3;
/// Number of these entries that the finding names.
const NAMED: usize = 20;

/// Compares two sides.
///
/// # Errors
/// [`SideError::NoPartner`].
pub fn compare(left: &Side, right: &Side) -> Result<Comparison, SideError> {
    let pycs_only = left.manifest().is_some() || right.manifest().is_some();
    let (mut one, mut other) = (files(left, pycs_only), files(right, pycs_only));
    let mut found = Outcome::default();
    match (left.is_file(), right.is_file()) {
        (true, true) => {
            let pair = one.iter().next().zip(other.iter().next());
            if let Some(((_, &one), (name, &other))) = pair {
                found = compare_files(name, one, other, DEPTH);
            }
        }
        (false, false) => {
            if let (Some(one), Some(other)) = (left.archive(), right.archive()) {
                found.add(String::new(), compare_archives(one, other));
            }
            if let (Some(one), Some(other)) = (left.manifest(), right.manifest()) {
                found.files.extend(compare_listed_archives(one, other));
                found.add("(releases)".to_owned(), compare_releases(one, other));
            }
            if let (Some(manifest), Some(archive)) = (left.manifest(), right.archive()) {
                found.hold(compare_archive_with_manifest(manifest, archive, false), &mut one, &mut other);
            }
            if let (Some(archive), Some(manifest)) = (left.archive(), right.manifest()) {
                found.hold(compare_archive_with_manifest(manifest, archive, true), &mut other, &mut one);
            }
            found.extend(compare_all("", &one, &other, DEPTH));
            if left.archive().is_some() && right.archive().is_some() {
                tell_entries_once("", &mut found);
            }
        }
        (is_file, _) => {
            let (file, name, many) =
                if is_file { (left, &one, &mut other) } else { (right, &other, &mut one) };
            let name = name.keys().next().cloned().unwrap_or_default();
            many.retain(|path, _| path.rsplit('/').next() == Some(&name));
            if many.len() != 1 {
                let other = if is_file { right } else { left };
                let (file, other) = (file.path().into(), other.path().into());
                return Err(SideError::NoPartner { file, other, found: many.len() });
            }
            let path = many.keys().next().map(ToString::to_string).unwrap_or_default();
            if let Some((&one, &other)) = one.values().next().zip(other.values().next()) {
                found = compare_files(&path, one, other, DEPTH);
            }
        }
    }
    if found.files.is_empty()
        && let (Some(one), Some(other)) = (left.archive(), right.archive())
        && one.sha256 != other.sha256
    {
        found.files.push(other_bytes(""));
    }
    if let (Some(one), Some(other)) = (left.manifest(), right.manifest()) {
        explain_by_release(one, other, &mut found.files);
    }
    found.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Comparison {
        schema: SCHEMA,
        left: python::os_text(left.path().as_os_str()),
        right: python::os_text(right.path().as_os_str()),
        digests: [left.digest(), right.digest()],
        same: found.same,
        files: found.files,
    })
}

/// Result for some of the files.
#[derive(Default)]
struct Outcome {
    same: usize,
    files: Vec<FileDifference>,
}

impl Outcome {
    fn add(&mut self, path: String, findings: Vec<Finding>) {
        if !findings.is_empty() {
            self.files.push(FileDifference::new(path, findings));
        }
    }

    /// Adds the result for an archive as a whole and a manifest that lists archives. The manifest
    /// may list pycs that exist only after installation of a wheel, or in another archive.
    fn hold(&mut self, found: Option<Vec<FileDifference>>, entries: &mut Files<'_>, pycs: &mut Files<'_>) {
        let Some(found) = found else { return };
        entries.retain(|name, _| pycs.contains_key(name));
        // If the digest is right, the archive's own pycs need no entries either.
        if found.is_empty() {
            pycs.retain(|name, _| entries.contains_key(name));
            self.same += 1;
        }
        self.files.extend(found);
    }

    fn extend(&mut self, other: Self) {
        self.same += other.same;
        self.files.extend(other.files);
    }
}

/// Compares all files of two sides; `prefix` is prepended to their names.
fn compare_all(prefix: &str, left: &Files<'_>, right: &Files<'_>, depth: usize) -> Outcome {
    let names: Vec<&str> =
        left.keys().chain(right.keys()).map(AsRef::as_ref).collect::<BTreeSet<_>>().into_iter().collect();
    let outcomes: Vec<Outcome> = names
        .into_par_iter()
        .map(|name| {
            let path = format!("{prefix}{name}");
            let only = |kind| {
                let findings = vec![Finding::new(kind, "")];
                Outcome { same: 0, files: vec![FileDifference::new(path.clone(), findings)] }
            };
            match (left.get(name), right.get(name)) {
                (Some(&one), Some(&other)) => compare_files(&path, one, other, depth),
                (Some(_), None) => only(Kind::OnlyLeft),
                (None, _) => only(Kind::OnlyRight),
            }
        })
        .collect();
    let mut all = Outcome::default();
    outcomes.into_iter().for_each(|outcome| all.extend(outcome));
    all
}

/// Replaces equal findings for many entries by one finding for the archive at `path`.
fn tell_entries_once(path: &str, outcome: &mut Outcome) {
    let is_entry = |finding: &Finding| finding.kind == Kind::Archive && finding.place.is_none();
    let mut groups: Vec<(Finding, Vec<String>)> = Vec::new();
    for file in &outcome.files {
        if let Some(finding) = file.findings.first().filter(|finding| is_entry(finding)) {
            match groups.iter_mut().find(|(known, _)| known == finding) {
                Some((_, paths)) => paths.push(file.path.clone()),
                None => groups.push((finding.clone(), vec![file.path.clone()])),
            }
        }
    }
    groups.retain(|(_, paths)| paths.len() >= ALIKE);
    for file in &mut outcome.files {
        if file.findings.first().is_some_and(|finding| groups.iter().any(|(known, _)| known == finding)) {
            file.findings.remove(0);
        }
    }
    let before = outcome.files.len();
    outcome.files.retain(|file| !file.findings.is_empty());
    // Entries without other findings count as the same.
    outcome.same += before - outcome.files.len();
    let findings = groups.into_iter().map(|(mut finding, paths)| {
        finding.message = format!("{} of {} entries", finding.message, paths.len());
        let names: Vec<&str> =
            paths.iter().take(NAMED).map(|path| path.rsplit('!').next().unwrap_or(path)).collect();
        let more =
            if paths.len() > NAMED { format!(" and {} more", paths.len() - NAMED) } else { String::new() };
        finding.rows.push(Row::remark(format!("in {}{more}", names.join(", "))));
        finding
    });
    let findings: Vec<Finding> = findings.collect();
    match outcome.files.iter_mut().find(|file| file.path == path) {
        Some(file) => file.findings.extend(findings),
        None => outcome.add(path.to_owned(), findings),
    }
}

/// Compares two files, which have the name `path` in the result.
fn compare_files(path: &str, left: File<'_>, right: File<'_>, depth: usize) -> Outcome {
    let mut outcome = Outcome::default();
    let mut findings = Vec::new();
    if let (Some(one), Some(other)) = (left.entry(), right.entry()) {
        findings.extend(compare_entries(one, other));
    }
    if let (File::Special(one), File::Special(other)) = (left, right) {
        findings.extend(compare_specials(one, other));
        outcome.same = usize::from(findings.is_empty());
        outcome.add(path.to_owned(), findings);
        return outcome;
    }
    let unreadable = |one: &str, other: &str| vec![Finding::new(Kind::Unreadable, "").sides(one, other)];
    let links = left.link().zip(right.link()).map(|(one, other)| {
        let finding = Finding::new(Kind::Content, "symlinks that lead elsewhere");
        let finding = finding.sides(python::os_text(one.as_os_str()), python::os_text(other.as_os_str()));
        if one == other { Vec::new() } else { vec![finding] }
    });
    if let Some(found) = links.or_else(|| compare_large_files(path, left, right)) {
        findings.extend(found);
        outcome.same = usize::from(findings.is_empty());
        outcome.add(path.to_owned(), findings);
        return outcome;
    }
    match (left.content(), right.content()) {
        (Content::Bytes(one), Content::Bytes(other)) if one == other => {}
        (Content::Bytes(one), Content::Bytes(other)) => match compare_nested(path, &one, &other, depth) {
            Some(inner) => outcome = inner,
            None => {
                let mut found = compare_bytes(path, &one, &other);
                if left.is_control() && right.is_control() {
                    found.iter_mut().for_each(|finding| finding.kind = Kind::Control);
                }
                findings.extend(found);
            }
        },
        (Content::Listed(one), Content::Listed(other)) => findings.extend(compare_listed(one, other)),
        (Content::Listed(one), Content::Bytes(other)) => {
            findings.extend(compare_with_listed(one, right, &other, false));
        }
        (Content::Bytes(one), Content::Listed(other)) => {
            findings.extend(compare_with_listed(other, left, &one, true));
        }
        (Content::Failed(one), Content::Failed(other)) => findings.extend(unreadable(&one, &other)),
        (Content::Failed(one), _) => findings.extend(unreadable(&one, "can be read")),
        (_, Content::Failed(other)) => findings.extend(unreadable("can be read", &other)),
    }
    if findings.is_empty() && outcome.files.is_empty() {
        outcome.same = 1;
    }
    outcome.add(path.to_owned(), findings);
    outcome
}

/// Compares two large files without reading them into memory; `None` for small files, archives and
/// pycs.
fn compare_large_files(path: &str, left: File<'_>, right: File<'_>) -> Option<Vec<Finding>> {
    let has_parts = ["whl", "zip", "pyz", "pyc"].iter().any(|end| path.rsplit('.').next() == Some(end));
    if has_parts {
        return None;
    }
    let unreadable = |path: &dyn Display, error: &io::Error| {
        Some(vec![Finding::new(Kind::Unreadable, format!("cannot read {path}: {error}"))])
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

/// Compares two nested archives; the names of their files follow the archive's own name and a `!`.
fn compare_nested(path: &str, left: &[u8], right: &[u8], depth: usize) -> Option<Outcome> {
    if depth == 0 || !may_be_archive(left) || !may_be_archive(right) {
        return None;
    }
    let read = |bytes: &[u8]| read_nested(path, bytes.to_vec());
    let (one, other) = (read(left)?, read(right)?);
    let mut outcome = compare_all(&format!("{path}!"), &files_of(&one), &files_of(&other), depth - 1);
    outcome.same = 0;
    outcome.add(path.to_owned(), compare_archives(&one, &other));
    tell_entries_once(path, &mut outcome);
    outcome.same = 0;
    if outcome.files.is_empty() {
        outcome.files.push(other_bytes(path));
    }
    Some(outcome)
}

fn may_be_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"#!") || is_package(bytes)
}

/// Reads a nested archive of any format.
pub fn read_nested(path: &str, bytes: Vec<u8>) -> Option<Archive> {
    let path = Path::new(path);
    match is_package(&bytes) {
        true => read_package(path, bytes, &Limits::default()).ok(),
        false => archive::read(path, bytes, &Limits::zipapp()).ok(),
    }
}

fn compare_bytes(path: &str, left: &[u8], right: &[u8]) -> Vec<Finding> {
    if path.ends_with(".pyc") || (is_pyc(left) && is_pyc(right)) {
        compare_pycs(path, left, right)
    } else {
        vec![compare_content(left, right)]
    }
}
