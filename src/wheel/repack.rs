//! An existing wheel → the same wheel, made deterministic.

use super::assemble::{refuse_timestamp_pycs, with_record};
use super::check::{WheelContents, contents};
use super::error::WheelError;
use super::name::{TagSet, WheelName};
use super::record::is_signature;
use crate::archive::{Archive, Entry, File};
use crate::target::PyVersion;
use std::collections::{BTreeMap, BTreeSet};

/// Treatment of the pycs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PycTreatment {
    /// Keep the existing pycs.
    Keep,
    /// Remove pycs whose source is in the wheel.
    None,
    /// Add these pycs, or replace those at the same path; remove others in `__pycache__`.
    Pycache(Vec<File>),
    /// Replace each source by its pyc (`demo/core.py` by `demo/core.pyc`), remove all other pycs of
    /// these sources, and change the tags to those of the version.
    Sourceless {
        /// Version of the pycs.
        python: PyVersion,
        /// Pycs to add.
        pycs: Vec<File>,
    },
}

/// Content of the input wheel that the output wheel does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// Pyc that was replaced or removed.
    RemovedPyc(String),
    /// Source that was replaced by its pyc.
    RemovedSource(String),
    /// Directory without files, which RECORD cannot list.
    EmptyDirectory(String),
    /// Comment of the archive or of an entry, or extra fields.
    ZipMetadata,
}

impl std::fmt::Display for Note {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::RemovedPyc(path) => write!(formatter, "removed {path}"),
            Self::RemovedSource(path) => write!(formatter, "removed {path}: its pyc replaces it"),
            Self::EmptyDirectory(path) => write!(formatter, "left out the empty directory {path}"),
            Self::ZipMetadata => formatter.write_str("left out comments and extra fields of the zip"),
        }
    }
}

/// Repacked wheel, with notes on removed content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepackedWheel {
    /// File name, which differs from the input's only in tags.
    pub name: WheelName,
    /// Files in order, for [`crate::archive::write`].
    pub files: Vec<File>,
    /// Notes, sorted by path within each kind.
    pub notes: Vec<Note>,
}

/// Checks a wheel against its RECORD, changes its pycs according to `bytecode`, sorts it and writes
/// a new RECORD. The file name is that of [`Archive::path`].
///
/// # Errors
/// [`WheelError`]; no content of the wheel is used before RECORD has been verified.
pub fn repack(archive: &Archive, bytecode: PycTreatment) -> Result<RepackedWheel, WheelError> {
    CheckedWheel::new(archive)?.repack(bytecode)
}

/// A wheel that agrees with its RECORD and metadata, and has no signature.
pub struct CheckedWheel<'a> {
    archive: &'a Archive,
    contents: WheelContents<'a>,
}

impl<'a> CheckedWheel<'a> {
    /// Checks a wheel.
    ///
    /// # Errors
    /// [`WheelError`].
    pub fn new(archive: &'a Archive) -> Result<Self, WheelError> {
        let contents = contents(archive)?;
        let record = format!("{}/RECORD", contents.dist_info);
        match archive.files().find(|entry| is_signature(&entry.name, &record)) {
            Some(signature) => {
                Err(WheelError::Signed { wheel: archive.path.clone(), file: signature.name.clone() })
            }
            None => Ok(Self { archive, contents }),
        }
    }

    /// Changes the pycs as [`repack`] does.
    ///
    /// # Errors
    /// [`WheelError`].
    pub fn repack(&self, bytecode: PycTreatment) -> Result<RepackedWheel, WheelError> {
        rewrite(self.archive, &self.contents, bytecode)
    }
}

fn rewrite(
    archive: &Archive,
    contents: &WheelContents<'_>,
    bytecode: PycTreatment,
) -> Result<RepackedWheel, WheelError> {
    let WheelContents { name, dist_info, descriptor_entry, descriptor } = contents;
    let mut name = name.clone();
    let record_path = format!("{dist_info}/RECORD");
    let mut files = archive
        .files()
        .filter(|entry| entry.name != record_path)
        .map(|entry| (entry.name.clone(), file(entry)))
        .collect::<BTreeMap<_, _>>();
    let mut notes = Vec::new();
    match bytecode {
        PycTreatment::Keep => {}
        PycTreatment::None => remove_compiled(&mut files, &mut notes),
        PycTreatment::Pycache(pycs) => {
            let kept = pycs.iter().map(|pyc| pyc.path.clone()).collect::<BTreeSet<_>>();
            remove_compiled(&mut files, &mut notes);
            notes.retain(|note| !matches!(note, Note::RemovedPyc(path) if kept.contains(path)));
            add(&mut files, pycs)?;
        }
        PycTreatment::Sourceless { python, pycs } => {
            remove_compiled(&mut files, &mut notes);
            for pyc in &pycs {
                let source = pyc.path.strip_suffix('c').unwrap_or_default();
                if files.remove(source).is_none() {
                    let source_file = source.to_owned();
                    return Err(WheelError::NoSource { pyc: pyc.path.clone(), source_file });
                }
                notes.push(Note::RemovedSource(source.to_owned()));
            }
            add(&mut files, pycs)?;
            name.tags = sourceless_tags(&name.tags, python)?;
            let changed = descriptor.with_tags(&name.tags).render();
            if let Some(file) = files.get_mut(&descriptor_entry.name) {
                file.bytes = changed.into();
            }
        }
    }
    let all = archive.entries.iter().map(|entry| entry.name.as_str()).collect::<BTreeSet<_>>();
    for folder in archive.entries.iter().filter(|entry| entry.directory) {
        let inside = format!("{}/", folder.name);
        if !all.range(inside.as_str()..).next().is_some_and(|name| name.starts_with(&inside)) {
            notes.push(Note::EmptyDirectory(folder.name.clone()));
        }
    }
    let plain =
        |entry: &Entry| entry.comment.is_empty() && entry.extra.is_empty() && entry.local_extra.is_empty();
    if !archive.comment.is_empty() || !archive.entries.iter().all(plain) {
        notes.push(Note::ZipMetadata);
    }
    let files = files.into_values().collect::<Vec<_>>();
    refuse_timestamp_pycs(&files)?;
    Ok(RepackedWheel { name, files: with_record(files, dist_info)?, notes })
}

fn file(entry: &Entry) -> File {
    // Modules are imported, not executed, regardless of their mode in the checkout; scripts are
    // executed.
    let is_module = entry.name.ends_with(".py") && !entry.name.contains(".data/scripts/");
    let executable = entry.executable() && !is_module;
    File { path: entry.name.clone(), bytes: entry.bytes.clone(), executable }
}

/// Returns `demo/core.py` for `demo/__pycache__/core.cpython-314.opt-1.pyc` and for
/// `demo/core.pyc`.
fn source_of(pyc: &str) -> Option<String> {
    let stem = pyc.strip_suffix(".pyc")?;
    let (folder, file) = stem.rsplit_once('/').unwrap_or(("", stem));
    let Some(parent) = folder.strip_suffix("__pycache__") else { return Some(format!("{stem}.py")) };
    let file = match file.rsplit_once('.') {
        Some((front, level)) if level.starts_with("opt-") => front,
        _ => file,
    };
    let (module, _tag) = file.rsplit_once('.')?;
    Some(format!("{parent}{module}.py"))
}

/// Removes the pycs whose source is in the wheel.
fn remove_compiled(files: &mut BTreeMap<String, File>, notes: &mut Vec<Note>) {
    let compiled = files
        .keys()
        .filter(|path| source_of(path).is_some_and(|source| files.contains_key(&source)))
        .cloned()
        .collect::<Vec<_>>();
    for path in compiled {
        files.remove(&path);
        notes.push(Note::RemovedPyc(path));
    }
}

fn add(files: &mut BTreeMap<String, File>, pycs: Vec<File>) -> Result<(), WheelError> {
    for pyc in pycs {
        crate::archive::check_file_name(&pyc.path)
            .map_err(|fault| WheelError::FileName { name: pyc.path.clone(), fault })?;
        if let Some(there) = files.insert(pyc.path.clone(), pyc) {
            return Err(WheelError::Duplicate(there.path));
        }
    }
    Ok(())
}

/// Returns the tags of a sourceless wheel: `py3-none-any` becomes `cp314-none-any`. A platform tag
/// is kept, and a wheel for another version is refused. The stable ABI does not extend to bytecode.
fn sourceless_tags(tags: &TagSet, python: PyVersion) -> Result<TagSet, WheelError> {
    let interpreter = TagSet::sourceless(python).python;
    let refuse = || WheelError::Sourceless { python: interpreter.clone(), tags: tags.to_string() };
    let generic = format!("py{}", python.major);
    let exact = format!("py{}{}", python.major, python.minor);
    let is_abi3 = tags.abi == "abi3";
    let older = tags.python.split('.').filter_map(|tag| tag.strip_prefix(&format!("cp{}", python.major)));
    // `cp38-abi3` means 3.8 and all later versions.
    let reaches = older.filter_map(|minor| minor.parse::<u8>().ok()).any(|minor| minor <= python.minor);
    let fits = tags.python.split('.').any(|tag| tag == generic || tag == exact || tag == interpreter)
        || (is_abi3 && reaches);
    if !fits {
        return Err(refuse());
    }
    let abi = if is_abi3 { interpreter.clone() } else { tags.abi.clone() };
    if abi != "none" && abi.split('.').all(|abi| abi != interpreter) {
        return Err(refuse());
    }
    let abi = if abi == "none" { abi } else { interpreter.clone() };
    Ok(TagSet { python: interpreter, abi, platform: tags.platform.clone() })
}
