//! Two archives → what differs in them besides the files' bytes.

use super::model::{FileDifference, Finding, Kind, Row};
use crate::archive::{Archive, Entry};
use crate::text;
use std::collections::BTreeSet;

/// Compares two archives as a whole.
pub(super) fn compare_archives(left: &Archive, right: &Archive) -> Vec<Finding> {
    let mut findings = Vec::new();
    if left.prefix != right.prefix {
        let side = |archive: &Archive| format!("{:?}", String::from_utf8_lossy(&archive.prefix));
        let message = "what stands before the first entry";
        findings.push(Finding::new(Kind::Archive, message).sides(side(left), side(right)));
    }
    if left.comment != right.comment {
        let side = |archive: &Archive| format!("{:?}", String::from_utf8_lossy(&archive.comment));
        findings.push(Finding::new(Kind::Archive, "the comment").sides(side(left), side(right)));
    }
    let both = |archive: &Archive, other: &Archive, by_place: bool| {
        let known: BTreeSet<&str> = other.entries.iter().map(|entry| entry.name.as_str()).collect();
        let mut entries: Vec<&Entry> =
            archive.entries.iter().filter(|entry| known.contains(entry.name.as_str())).collect();
        if by_place {
            entries.sort_by_key(|entry| entry.offset);
        }
        entries.into_iter().map(|entry| entry.name.clone()).collect::<Vec<_>>()
    };
    for (by_place, message) in [(false, "the order of the directory"), (true, "the order of the entries")] {
        let (one, other) = (both(left, right, by_place), both(right, left, by_place));
        if let Some((a, b)) = one.iter().zip(&other).find(|(a, b)| a != b) {
            findings.push(Finding::new(Kind::Archive, message).sides(a, b));
            break;
        }
    }
    findings.extend(directories(left, right));
    findings
}

/// Directories that only one side has an entry for; files that only one has are findings of their own.
fn directories(left: &Archive, right: &Archive) -> Option<Finding> {
    let names = |archive: &Archive| -> BTreeSet<String> {
        let directories = archive.entries.iter().filter(|entry| entry.directory);
        directories.map(|entry| format!("{}/", entry.name)).collect()
    };
    let (one, other) = (names(left), names(right));
    let mut rows: Vec<Row> =
        one.difference(&other).map(|name| Row::sides(Some(name.clone()), None, false)).collect();
    rows.extend(other.difference(&one).map(|name| Row::sides(None, Some(name.clone()), false)));
    (!rows.is_empty()).then(|| Finding::new(Kind::Archive, "entries for directories").rows(rows))
}

/// Compares two entries of one name, except their bytes.
pub(super) fn compare_entries(left: &Entry, right: &Entry) -> Option<Finding> {
    let mode = |entry: &Entry| entry.mode.map_or_else(|| "none".to_owned(), |mode| format!("{mode:04o}"));
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let facts = |entry: &Entry| {
        [
            ("time", entry.modified.to_string()),
            ("mode", mode(entry)),
            ("compression", entry.compression.name().to_owned()),
            ("directory", entry.directory.to_string()),
            ("flags", format!("{:#06x}", entry.flags)),
            ("made by", format!("{:#06x}", entry.made_by)),
            ("version needed", entry.version_needed.to_string()),
            ("external attributes", format!("{:#010x}", entry.external_attributes)),
            ("internal attributes", format!("{:#06x}", entry.internal_attributes)),
            ("extra fields", hex(&entry.extra)),
            ("extra fields of the local header", hex(&entry.local_extra)),
            ("comment", String::from_utf8_lossy(&entry.comment).into_owned()),
        ]
    };
    let mut finding = Finding::new(Kind::Archive, "");
    let mut differing = Vec::new();
    for ((what, one), (_, other)) in facts(left).into_iter().zip(facts(right)) {
        // The mode is a part of the external attributes.
        let told = what == "external attributes" && left.mode != right.mode;
        if one != other && !told {
            finding = finding.labelled_sides(what, one, other);
            differing.push(what);
        }
    }
    let is_packed_otherwise = left.compressed_size != right.compressed_size;
    if differing.is_empty() && is_packed_otherwise && left.bytes == right.bytes {
        differing.push("compressed size");
        let size = |entry: &Entry| text::bytes(entry.compressed_size);
        finding = finding.labelled_sides("compressed to", size(left), size(right));
    }
    finding.message = differing.join(", ");
    (!differing.is_empty()).then_some(finding)
}

/// A finding for archives whose bytes differ where nothing else does.
pub(super) fn other_bytes(path: &str) -> FileDifference {
    let message = "the same entries with the same bytes, compressed otherwise";
    FileDifference::new(path.to_owned(), vec![Finding::new(Kind::Archive, message)])
}
