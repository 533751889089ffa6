//! Faults of a wheel, according to its own metadata and to the rules of installers.

use super::assemble::refuse_timestamp_pyc;
use super::descriptor::Descriptor;
use super::error::WheelError;
use super::installed::{installed_place, refuse_one_place};
use super::metadata::hold_against_name;
use super::name::{MOST, TagSet, WheelName};
use super::record::Record;
use super::replaced::replacing;
use crate::archive::{Archive, Entry};
use std::collections::BTreeSet;

/// Number of tags that a message lists.
const LISTED: usize = 50;
/// Number of characters of a tag that a message shows.
const LONGEST: usize = 100;

/// Returns every fault for which `pack` or an installer would refuse a wheel; a signature is not a
/// fault. The file name is that of [`Archive::path`].
pub fn faults(archive: &Archive) -> Vec<WheelError> {
    let mut faults = content_faults(archive);
    let names = || archive.files().map(|entry| entry.name.as_str());
    let places = names().map(installed_place).collect::<Vec<_>>();
    if places.iter().all(Result::is_ok) {
        faults.extend(refuse_one_place(names()).err());
    }
    faults.extend(places.into_iter().filter_map(Result::err));
    let own = archive.path.file_name().and_then(|name| WheelName::parse(name.to_str()?).ok());
    if let Some(dist_info) = own.and_then(|name| dist_info(archive, &name).ok()) {
        let entry_points = archive.get(&format!("{dist_info}/entry_points.txt"));
        let entry_points = entry_points.map(|entry| entry.bytes.read());
        faults.extend(replacing(names(), entry_points.as_deref(), &dist_info));
    }
    faults.extend(archive.files().filter_map(|entry| refuse_timestamp_pyc(&entry.name, &entry.bytes).err()));
    faults
}

/// Parts of a wheel that `pack` uses.
pub(super) struct WheelContents<'a> {
    pub(super) name: WheelName,
    pub(super) dist_info: String,
    pub(super) descriptor_entry: &'a Entry,
    pub(super) descriptor: Descriptor,
}

/// Reads the metadata of a wheel.
///
/// # Errors
/// [`WheelError`], the first of [`content_faults`].
pub(super) fn contents(archive: &Archive) -> Result<WheelContents<'_>, WheelError> {
    let mut faults = Vec::new();
    let contents = read(archive, &mut faults);
    let missing =
        || WheelError::MissingFile { wheel: archive.path.clone(), file: "*.dist-info/WHEEL".to_owned() };
    match (faults.into_iter().next(), contents) {
        (None, Some(contents)) => Ok(contents),
        (fault, _) => Err(fault.unwrap_or_else(missing)),
    }
}

fn content_faults(archive: &Archive) -> Vec<WheelError> {
    let mut faults = Vec::new();
    read(archive, &mut faults);
    faults
}

/// Returns the contents, as far as they can be read, and appends the faults in the order of the
/// checks.
fn read<'a>(archive: &'a Archive, faults: &mut Vec<WheelError>) -> Option<WheelContents<'a>> {
    let wheel = || archive.path.clone();
    let file_name = archive.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let name = WheelName::parse(file_name).map_err(|error| faults.push(error.into())).ok()?;
    let dist_info = dist_info(archive, &name).map_err(|error| faults.push(error)).ok()?;
    let mut find = |file: &str| {
        let path = format!("{dist_info}/{file}");
        let entry = archive.get(&path);
        if entry.is_none() {
            faults.push(WheelError::MissingFile { wheel: wheel(), file: path });
        }
        entry
    };
    let (metadata, record, descriptor_entry) = (find("METADATA"), find("RECORD"), find("WHEEL"));
    if let Some(record) = record {
        let contents = archive.files().map(|entry| (entry.name.as_str(), &entry.bytes));
        let found = match Record::parse(&record.bytes.read()) {
            Ok(parsed) => parsed.faults(&record.name, contents),
            Err(fault) => vec![fault],
        };
        faults.extend(found.into_iter().map(|fault| WheelError::Record { wheel: wheel(), fault }));
    }
    let descriptor = descriptor_entry.and_then(|entry| match Descriptor::parse(&entry.bytes.read()) {
        Ok(descriptor) => Some((entry, descriptor)),
        Err(fault) => {
            faults.push(WheelError::Descriptor { wheel: wheel(), fault });
            None
        }
    });
    if let Some((_, descriptor)) = &descriptor {
        faults.extend(agree(archive, &name, descriptor).err());
    }
    if let Some(metadata) = metadata {
        let held = hold_against_name(&metadata.bytes.read(), &name);
        faults.extend(held.err().map(|fault| WheelError::Metadata { wheel: wheel(), fault }));
    }
    let (descriptor_entry, descriptor) = descriptor?;
    Some(WheelContents { name, dist_info, descriptor_entry, descriptor })
}

/// Returns the only top-level `*.dist-info`, which must match the wheel's name.
fn dist_info(archive: &Archive, name: &WheelName) -> Result<String, WheelError> {
    let folders = archive
        .entries
        .iter()
        .filter_map(|entry| entry.name.split_once('/').map(|(folder, _)| folder))
        .filter(|folder| folder.ends_with(".dist-info"))
        .collect::<BTreeSet<_>>();
    match folders.iter().next() {
        Some(folder) if folders.len() == 1 && name.owns(folder) => Ok((*folder).to_owned()),
        _ => Err(WheelError::DistInfo {
            wheel: archive.path.clone(),
            expected: format!("{}-{}", name.distribution, name.version),
            found: match folders.is_empty() {
                true => "none".to_owned(),
                false => folders.into_iter().collect::<Vec<_>>().join(", "),
            },
        }),
    }
}

/// Checks that the `Tag` lines are those of the file name, in any order.
fn agree(archive: &Archive, name: &WheelName, descriptor: &Descriptor) -> Result<(), WheelError> {
    let expected = name.tags.tags().into_iter().collect::<BTreeSet<_>>();
    let mut found = BTreeSet::new();
    let mut read = 0;
    for line in descriptor.values("Tag") {
        // A single line may contain a compressed tag set, too.
        let tags = match line.parse::<TagSet>() {
            Ok(set) => set.tags(),
            Err(_) => vec![line.to_owned()],
        };
        read += tags.len();
        found.extend(tags);
        if read > MOST {
            break;
        }
    }
    if found == expected && read <= MOST {
        return Ok(());
    }
    Err(WheelError::Tags { wheel: archive.path.clone(), expected: list(expected), found: list(found) })
}

/// Returns the first tags, of which long ones are cut, and the number of the others.
fn list(tags: BTreeSet<String>) -> String {
    let more = tags.len().saturating_sub(LISTED);
    let cut = |tag: String| match tag.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &tag[..end]),
        None => tag,
    };
    let first = tags.into_iter().take(LISTED).map(cut).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{first} and {more} more") } else { first }
}
