//! Files and metadata of a project → the files of a wheel.

use super::descriptor::Descriptor;
use super::error::WheelError;
use super::installed::refuse_one_place;
use super::name::{TagSet, WheelName};
use super::prepared::DistInfo;
use super::record::{Record, RecordRow};
use super::replaced::replacing;
use crate::archive::{Bytes, File, check_file_name};
use crate::pyc::{HEADER_SIZE, Header, InvalidationMode};
use std::collections::BTreeSet;

/// Files of a wheel in the order in which they are written: by name, the `dist-info` directory
/// after all others, RECORD last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wheel {
    /// File name of the wheel.
    pub name: WheelName,
    /// Files for [`crate::archive::write`].
    pub files: Vec<File>,
}

/// Sorts files by name, with `dist_info` after all others and its RECORD last.
pub fn in_order(mut files: Vec<File>, dist_info: &str) -> Vec<File> {
    let place = |path: &str| match path.strip_prefix(dist_info).and_then(|rest| rest.strip_prefix('/')) {
        None => 0,
        Some("RECORD") => 2,
        Some(_) => 1,
    };
    files.sort_by(|a, b| (place(&a.path), &a.path).cmp(&(place(&b.path), &b.path)));
    files
}

/// Refuses pycs that are validated by timestamp.
///
/// # Errors
/// [`WheelError::TimestampPyc`] for the first one.
pub fn refuse_timestamp_pycs(files: &[File]) -> Result<(), WheelError> {
    files.iter().try_for_each(|file| refuse_timestamp_pyc(&file.path, &file.bytes))
}

/// Refuses a pyc that is validated by timestamp.
pub(super) fn refuse_timestamp_pyc(path: &str, bytes: &Bytes) -> Result<(), WheelError> {
    let is_stale = path.ends_with(".pyc")
        && Header::parse(&bytes.head(HEADER_SIZE as u64))
            .is_ok_and(|header| header.mode() == InvalidationMode::Timestamp);
    if is_stale { Err(WheelError::TimestampPyc(path.to_owned())) } else { Ok(()) }
}

/// Appends RECORD to `files`, which have none, in the order of a wheel.
///
/// # Errors
/// [`WheelError::Installed`], and the faults of [`replacing`].
pub(super) fn with_record(files: Vec<File>, dist_info: &str) -> Result<Vec<File>, WheelError> {
    refuse_one_place(files.iter().map(|file| file.path.as_str()))?;
    let entry_points = format!("{dist_info}/entry_points.txt");
    let entry_points = files.iter().find(|file| file.path == entry_points).map(|file| file.bytes.read());
    let faults = replacing(files.iter().map(|file| file.path.as_str()), entry_points.as_deref(), dist_info);
    faults.into_iter().next().map_or(Ok(()), Err)?;
    let mut files = in_order(files, dist_info);
    let path = format!("{dist_info}/RECORD");
    let mut rows =
        files.iter().map(|file| RecordRow::of_blocks(&file.path, (&file.bytes).into())).collect::<Vec<_>>();
    rows.push(RecordRow::bare(&path));
    files.push(File::new(path, Record { rows }.render()));
    Ok(files)
}

/// Builds a pure wheel: adds METADATA, WHEEL, `entry_points.txt`, the license files and RECORD to
/// `files`.
///
/// # Errors
/// [`WheelError`], for a name that is refused or occurs twice, a file in the wheel's own directory,
/// or a timestamp pyc.
pub fn assemble(metadata: impl Into<DistInfo>, tags: &TagSet, files: Vec<File>) -> Result<Wheel, WheelError> {
    let metadata = metadata.into();
    let name = WheelName::new(&metadata.name, &metadata.version, tags.clone());
    let dist_info = name.dist_info();
    let mut seen = BTreeSet::new();
    for file in &files {
        check_file_name(&file.path)
            .map_err(|fault| WheelError::FileName { name: file.path.clone(), fault })?;
        if name.owns(file.path.split('/').next().unwrap_or_default()) {
            return Err(WheelError::Reserved(file.path.clone()));
        }
        if !seen.insert(file.path.as_str()) {
            return Err(WheelError::Duplicate(file.path.clone()));
        }
    }
    refuse_timestamp_pycs(&files)?;
    let mut files = files;
    files.push(File::new(format!("{dist_info}/METADATA"), metadata.metadata));
    files.push(File::new(format!("{dist_info}/WHEEL"), Descriptor::pure(tags).render()));
    if let Some(entry_points) = metadata.entry_points {
        files.push(File::new(format!("{dist_info}/entry_points.txt"), entry_points));
    }
    for license in metadata.licenses {
        files.push(File::new(format!("{dist_info}/{}", license.path), license.bytes));
    }
    Ok(Wheel { name, files: with_record(files, &dist_info)? })
}
