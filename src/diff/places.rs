//! Manifests, trees, archives and files, in any pairing → a comparison.

use super::archives::{compare_archives, compare_entries, other_bytes};
use super::model::{Comparison, FileDifference, Finding, Kind, SCHEMA};
use super::pyc::compare_pycs;
use crate::archive::Entry;
use crate::manifest::{self, FileEntry, Manifest, ManifestError, Place, PlaceError};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// One side of a comparison.
#[derive(Debug)]
pub enum Side {
    /// What files are said to be.
    Manifest(PathBuf, Manifest),
    /// Files.
    Place(PathBuf, Place),
}

/// Why there is nothing to compare.
#[derive(Debug, thiserror::Error)]
pub enum SideError {
    /// A tree, archive or file.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// A manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A single file against something with many.
    #[error("{} is one file, and {} has {found} of that name", file.display(), other.display())]
    NoPartner {
        /// The single file.
        file: PathBuf,
        /// The other side.
        other: PathBuf,
        /// How many names fit.
        found: usize,
    },
}

impl Side {
    /// Opens a side; a file whose name ends in `.json` is a manifest.
    ///
    /// # Errors
    /// [`SideError`].
    pub fn open(path: &Path) -> Result<Self, SideError> {
        let place = Place::open(path)?;
        if matches!(place, Place::File(_)) && path.extension().is_some_and(|extension| extension == "json") {
            let text =
                std::fs::read(path).map_err(|source| PlaceError::Read { path: path.into(), source })?;
            return Ok(Self::Manifest(path.into(), manifest::parse(path, &text)?));
        }
        Ok(Self::Place(path.into(), place))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Manifest(path, _) | Self::Place(path, _) => path,
        }
    }

    fn is_file(&self) -> bool {
        matches!(self, Self::Place(_, Place::File(_)))
    }

    /// The names of its files; of pycs only where the other side knows no others.
    fn names(&self, pycs_only: bool) -> Vec<String> {
        match self {
            Self::Manifest(_, manifest) => manifest.files.iter().map(|file| file.path.clone()).collect(),
            Self::Place(_, place) if pycs_only => place.pycs(),
            Self::Place(_, place) => place.names(),
        }
    }

    fn file(&self, name: &str) -> File<'_> {
        match self {
            Self::Manifest(_, manifest) => {
                let entry = manifest.files.iter().find(|file| file.path == name);
                entry.map_or(File::Failed("the manifest does not list it".into()), File::Listed)
            }
            Self::Place(_, place) => match place.read(name) {
                Ok(bytes) => File::Bytes(bytes),
                Err(error) => File::Failed(error.to_string()),
            },
        }
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        match self {
            Self::Place(_, Place::Archive(archive)) => archive.get(name),
            _ => None,
        }
    }
}

/// A file of a side.
enum File<'a> {
    Bytes(Vec<u8>),
    Listed(&'a FileEntry),
    Failed(String),
}

/// Compares two sides.
///
/// # Errors
/// [`SideError::NoPartner`].
pub fn compare(left: &Side, right: &Side) -> Result<Comparison, SideError> {
    let mut comparison = Comparison {
        schema: SCHEMA,
        left: left.path().display().to_string(),
        right: right.path().display().to_string(),
        same: 0,
        files: Vec::new(),
    };
    if left.is_file() || right.is_file() {
        let (one, other) = match (left.is_file(), right.is_file()) {
            (true, true) => (only_name(left), only_name(right)),
            (true, false) => (only_name(left), partner(left, right)?),
            _ => (partner(right, left)?, only_name(right)),
        };
        pair(left, &one, right, &other, &mut comparison);
        return Ok(comparison);
    }
    if let (Side::Place(_, Place::Archive(one)), Side::Place(_, Place::Archive(other))) = (left, right) {
        let findings = compare_archives(one, other);
        if !findings.is_empty() {
            comparison.files.push(FileDifference { path: String::new(), findings });
        }
    }
    if let (Side::Manifest(_, one), Side::Manifest(_, other)) = (left, right) {
        comparison.files.extend(compare_listed_archives(one, other));
    }
    let pycs_only = matches!(left, Side::Manifest(..)) || matches!(right, Side::Manifest(..));
    let names = |side: &Side| side.names(pycs_only).into_iter().collect::<BTreeSet<_>>();
    let (one, other) = (names(left), names(right));
    for name in one.union(&other) {
        let only = |kind: Kind| FileDifference { path: name.clone(), findings: vec![Finding::new(kind, "")] };
        match (one.contains(name), other.contains(name)) {
            (true, true) => pair(left, name, right, name, &mut comparison),
            (true, false) => comparison.files.push(only(Kind::OnlyLeft)),
            _ => comparison.files.push(only(Kind::OnlyRight)),
        }
    }
    if comparison.files.is_empty()
        && let (Side::Place(one, Place::Archive(_)), Side::Place(other, Place::Archive(_))) = (left, right)
        && std::fs::read(one).ok() != std::fs::read(other).ok()
    {
        comparison.files.push(other_bytes());
    }
    comparison.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(comparison)
}

fn only_name(side: &Side) -> String {
    side.names(false).into_iter().next().unwrap_or_default()
}

/// The file of `other` that the single file of `file` is compared with: the only one of its name.
fn partner(file: &Side, other: &Side) -> Result<String, SideError> {
    let name = only_name(file);
    let mut names = other.names(false);
    names.retain(|found| found.rsplit('/').next() == Some(name.as_str()));
    match <[String; 1]>::try_from(names) {
        Ok([found]) => Ok(found),
        Err(names) => Err(SideError::NoPartner {
            file: file.path().into(),
            other: other.path().into(),
            found: names.len(),
        }),
    }
}

fn pair(left: &Side, name: &str, right: &Side, other_name: &str, comparison: &mut Comparison) {
    let mut findings = Vec::new();
    if let (Some(one), Some(other)) = (left.entry(name), right.entry(other_name)) {
        findings.extend(compare_entries(one, other));
    }
    findings.extend(match (left.file(name), right.file(other_name)) {
        (File::Bytes(one), File::Bytes(other)) => compare_bytes(name, &one, &other),
        (File::Listed(one), File::Listed(other)) => compare_listed(one, other),
        (File::Listed(one), File::Bytes(other)) => compare_with_listed(one, &other, false),
        (File::Bytes(one), File::Listed(other)) => compare_with_listed(other, &one, true),
        (File::Failed(one), File::Failed(other)) => {
            vec![Finding::new(Kind::Unreadable, "").sides(one, other)]
        }
        (File::Failed(one), _) => vec![Finding::new(Kind::Unreadable, "").sides(one, "can be read")],
        (_, File::Failed(other)) => vec![Finding::new(Kind::Unreadable, "").sides("can be read", other)],
    });
    if findings.is_empty() {
        comparison.same += 1;
    } else {
        comparison.files.push(FileDifference { path: other_name.to_owned(), findings });
    }
}

fn compare_bytes(name: &str, left: &[u8], right: &[u8]) -> Vec<Finding> {
    if left == right {
        return Vec::new();
    }
    let is_pyc =
        name.ends_with(".pyc") || (left.get(2..4) == Some(b"\r\n") && right.get(2..4) == Some(b"\r\n"));
    if is_pyc {
        return compare_pycs(name, left, right);
    }
    let at = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let mut finding = Finding::new(Kind::Content, format!("from byte {at}"));
    let texts = (std::str::from_utf8(left), std::str::from_utf8(right));
    match texts {
        (Ok(one), Ok(other)) => {
            let number = one.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
            let line = |text: &str| {
                let line: String = text.lines().nth(number).unwrap_or_default().chars().take(200).collect();
                format!("line {}: {line}", number + 1)
            };
            finding = finding.sides(line(one), line(other));
        }
        _ => finding = finding.sides(format!("{} bytes", left.len()), format!("{} bytes", right.len())),
    }
    vec![finding]
}

/// Two entries of manifests: the finest thing that both say.
fn compare_listed(left: &FileEntry, right: &FileEntry) -> Vec<Finding> {
    let facts = |file: &FileEntry| {
        let source = file.source.as_ref();
        [
            ("Python", file.python.clone()),
            ("magic number", file.magic.to_string()),
            ("optimisation level", file.optimize.to_string()),
            ("invalidation mode", file.invalidation_mode.clone()),
            ("source time", file.source_mtime.map(|time| time.to_string()).unwrap_or_default()),
            ("source", source.map(|source| source.path.clone()).unwrap_or_default()),
            ("source sha256", source.map(|source| source.sha256.clone()).unwrap_or_default()),
            ("source hash", source.map(|source| source.source_hash.clone()).unwrap_or_default()),
            ("recorded file name", file.filename.clone()),
            ("code sha256", file.code_sha256.clone()),
        ]
    };
    if left == right {
        return Vec::new();
    }
    let mut finding = Finding::new(Kind::Manifest, "");
    let mut differing = Vec::new();
    for ((what, one), (_, other)) in facts(left).into_iter().zip(facts(right)) {
        if one != other {
            finding = finding.sides(format!("{what} {one}"), format!("{what} {other}"));
            differing.push(what);
        }
    }
    let only_header = left.sha256 != right.sha256 && left.code_sha256 == right.code_sha256;
    if only_header {
        differing.push("only the header of the pyc differs");
    }
    if differing.is_empty() {
        differing.push("sha256 or size");
        finding = finding.sides(
            format!("{} bytes, sha256 {}", left.size, left.sha256),
            format!("{} bytes, sha256 {}", right.size, right.sha256),
        );
    }
    finding.message = differing.join(", ");
    vec![finding]
}

/// Bytes against what a manifest says of them.
fn compare_with_listed(listed: &FileEntry, bytes: &[u8], bytes_left: bool) -> Vec<Finding> {
    let found = manifest::sha256(bytes);
    if found == listed.sha256 && bytes.len() as u64 == listed.size {
        return Vec::new();
    }
    let code = bytes.get(crate::pyc::HEADER_SIZE..).map(manifest::sha256);
    let message = if code.as_ref() == Some(&listed.code_sha256) {
        "only the header differs from what the manifest lists"
    } else {
        "it is not the file that the manifest lists"
    };
    let said = format!("{} bytes, sha256 {}", listed.size, listed.sha256);
    let has = format!("{} bytes, sha256 {found}", bytes.len());
    let (one, other) = if bytes_left { (has, said) } else { (said, has) };
    vec![Finding::new(Kind::Manifest, message).sides(one, other)]
}

fn compare_listed_archives(left: &Manifest, right: &Manifest) -> Vec<FileDifference> {
    let names = |manifest: &Manifest| {
        manifest.archives.iter().map(|archive| archive.path.clone()).collect::<BTreeSet<_>>()
    };
    let say = |manifest: &Manifest, name: &str| {
        let archive = manifest.archives.iter().find(|archive| archive.path == name);
        archive.map(|archive| format!("{} bytes, sha256 {}", archive.size, archive.sha256))
    };
    let mut differences = Vec::new();
    for name in names(left).union(&names(right)) {
        let finding = match (say(left, name), say(right, name)) {
            (Some(one), Some(other)) if one == other => continue,
            (Some(one), Some(other)) => Finding::new(Kind::Manifest, "the archive").sides(one, other),
            (Some(_), None) => Finding::new(Kind::OnlyLeft, "the archive"),
            _ => Finding::new(Kind::OnlyRight, "the archive"),
        };
        differences.push(FileDifference { path: name.clone(), findings: vec![finding] });
    }
    differences
}
