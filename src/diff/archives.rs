//! Differences of two archives apart from the bytes of their files.

use super::model::{DiffFinding, DifferenceKind, FileDifference, Row};
use super::pairing::Pairing;
use crate::archive::{Archive, Entry, Facts, Format, Special, SpecialKind};
use crate::manifest;
use crate::text;
use std::collections::{BTreeMap, BTreeSet};

/// Number of entries with the same difference from which one finding stands for all of them.
const ALIKE: usize = 3;
/// Name of the compressed size of an entry.
const COMPRESSED_SIZE: &str = "compressed size";
/// Beginnings of the messages about the bytes before the first entry.
const STARTING_LINE: &str = "the line that starts it";
const STARTING_BYTES: &str = "the program before its first entry";
/// Number of characters of a line before the first entry that a message shows.
const STARTING: usize = 100;
/// Number of directories or entries named in a finding for several.
const NAMED: usize = 20;

/// Compares two archives as a whole.
pub(super) fn compare_archives(left: &Archive, right: &Archive, pairing: &Pairing) -> Vec<DiffFinding> {
    let mut findings = Vec::new();
    findings.extend(starts(left, right));
    if left.comment != right.comment {
        let side = |archive: &Archive| format!("{:?}", String::from_utf8_lossy(&archive.comment));
        findings
            .push(DiffFinding::new(DifferenceKind::Archive, "the comment").sides(side(left), side(right)));
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
    if left.format != right.format {
        let message = "the format";
        findings.push(
            DiffFinding::new(DifferenceKind::Archive, message).sides(left.format.name(), right.format.name()),
        );
        return findings;
    }
    if left.packing != right.packing {
        let message = if left.format == Format::Image { "the layers" } else { "the compression" };
        findings
            .push(DiffFinding::new(DifferenceKind::Archive, message).sides(&left.packing, &right.packing));
    }
    let orders = [(false, "the order of the directory"), (true, "the order of the entries")];
    for (by_place, message) in
        orders.into_iter().filter(|(by_place, _)| *by_place || left.format == Format::Zip)
    {
        let (one, other) = (both(left, right, by_place), both(right, left, by_place));
        if let Some((a, b)) = one.iter().zip(&other).find(|(a, b)| a != b) {
            findings.push(DiffFinding::new(DifferenceKind::Archive, message).sides(a, b));
            break;
        }
    }
    findings.extend(hidden_files(left, right));
    findings.extend(directories(left, right, pairing));
    findings.extend(facts_of_directories(left, right));
    findings
}

/// Returns a finding for the bytes before the first entry of two zips, which the system runs: the
/// shebang line of a zipapp, a shell script or another program.
fn starts(left: &Archive, right: &Archive) -> Option<DiffFinding> {
    let side = |archive: &Archive| format!("{:?}", String::from_utf8_lossy(&archive.prefix));
    let is_line = |archive: &Archive| {
        archive.prefix.is_empty()
            || (archive.prefix.starts_with(b"#!") && !archive.prefix.trim_ascii_end().contains(&b'\n'))
    };
    let what = if is_line(left) && is_line(right) { STARTING_LINE } else { STARTING_BYTES };
    let [one, other] = [left, right].map(|archive| {
        let text = String::from_utf8_lossy(&archive.prefix);
        let line = text.lines().next().unwrap_or_default();
        let shown: String = line.chars().take(STARTING).collect();
        let is_cut = !is_line(archive) || shown.len() < line.len();
        let size = is_cut.then(|| format!("… ({})", text::bytes(archive.prefix.len() as u64)));
        match archive.prefix.as_slice() {
            [] => "nothing".to_owned(),
            start if std::str::from_utf8(start).is_err() => text::bytes(start.len() as u64),
            // Two lines may differ in their end alone.
            _ if left.prefix.trim_ascii_end() == right.prefix.trim_ascii_end() => side(archive),
            _ => format!("`{}{}`", shown, size.unwrap_or_default()),
        }
    });
    let finding = DiffFinding::new(DifferenceKind::Content, format!("{what}: {one} and {other}"));
    (left.prefix != right.prefix).then(|| finding.sides(side(left), side(right)))
}

impl DiffFinding {
    /// Returns whether the bytes before the first entry of two zips differ, which the system runs.
    pub fn is_of_start(&self) -> bool {
        self.kind == DifferenceKind::Content
            && [STARTING_LINE, STARTING_BYTES].iter().any(|start| self.message.starts_with(start))
    }
}

/// Returns a finding for the files of images that are in a layer, but in no container, because a
/// later layer replaces or removes them.
fn hidden_files(left: &Archive, right: &Archive) -> Option<DiffFinding> {
    let files = |archive: &Archive| {
        let files = archive.hidden.iter();
        files
            .map(|file| ((file.name.clone(), file.layer), (file.size, file.sha256)))
            .collect::<BTreeMap<_, _>>()
    };
    let (one, other) = (files(left), files(right));
    let names: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    let shown = |found: Option<&(u64, [u8; 32])>| {
        found.map(|(size, sha256)| format!("{}, sha256 {}", text::bytes(*size), manifest::hex(sha256)))
    };
    let rows = names.into_iter().filter(|name| one.get(name) != other.get(name)).map(|name| {
        let (path, layer) = name;
        Row::sides(shown(one.get(name)), shown(other.get(name)), false)
            .labeled(format!("{path} in layer {layer}"))
    });
    let rows: Vec<Row> = rows.collect();
    let files = text::counted(rows.len(), "file", "files");
    let message = format!("{files} in the layers that later layers replace or remove");
    (!rows.is_empty()).then(|| DiffFinding::new(DifferenceKind::Content, message).rows(rows))
}

/// Returns findings for directories of packages whose metadata differs; one finding stands for all
/// directories that differ in the same way.
fn facts_of_directories(left: &Archive, right: &Archive) -> Vec<DiffFinding> {
    let folders = |archive: &Archive| {
        let folders = archive.entries.iter().filter(|entry| entry.directory && entry.facts.is_some());
        folders.map(|entry| (entry.name.clone(), entry.clone())).collect::<BTreeMap<_, _>>()
    };
    let other = folders(right);
    let mut groups: Vec<(DiffFinding, Vec<String>)> = Vec::new();
    for (name, one) in folders(left) {
        let Some(found) = other.get(&name).and_then(|other| compare_entries(&one, other)) else { continue };
        let name = format!("{name}/");
        match groups.iter_mut().find(|(known, _)| *known == found) {
            Some((_, names)) => names.push(name),
            None => groups.push((found, vec![name])),
        }
    }
    let findings = groups.into_iter().map(|(mut finding, names)| {
        finding.message =
            format!("{} of {}", finding.message, text::counted(names.len(), "directory", "directories"));
        let more = names.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let shown: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
        finding.rows.push(Row::remark(format!("{}{more}", shown.join(", "))));
        finding
    });
    findings.collect()
}

/// Compares two symlinks or devices of one name.
pub(super) fn compare_specials(left: &Special, right: &Special) -> Vec<DiffFinding> {
    let mut findings = Vec::new();
    let entry = |special: &Special| Entry {
        mode: Some(special.mode),
        facts: Some(special.facts.clone()),
        ..Entry::default()
    };
    findings.extend(compare_entries(&entry(left), &entry(right)));
    if left.what != right.what {
        let message = match (&left.what, &right.what) {
            (SpecialKind::Symlink(_), SpecialKind::Symlink(_)) => "the targets of the symlinks differ",
            _ => "a symlink or device differs",
        };
        findings.push(
            DiffFinding::new(DifferenceKind::Content, message).sides(left.what.words(), right.what.words()),
        );
    }
    findings
}

/// Returns a finding for the directories that have an entry on one side only. Files on one side
/// only, and directories with another path on each side, have their own findings.
fn directories(left: &Archive, right: &Archive, pairing: &Pairing) -> Option<DiffFinding> {
    let names = |archive: &Archive| -> BTreeSet<String> {
        let directories = archive.entries.iter().filter(|entry| entry.directory);
        directories.map(|entry| format!("{}/", entry.name)).collect()
    };
    let (one, other) = (names(left), names(right));
    let (mut rows, mut partners) = (Vec::new(), BTreeSet::new());
    for name in &one {
        let partner = pairing.on_the_right(name).unwrap_or_else(|| name.clone());
        if !other.contains(&partner) {
            rows.push(Row::sides(Some(name.clone()), None, false));
        }
        partners.insert(partner);
    }
    rows.extend(other.difference(&partners).map(|name| Row::sides(None, Some(name.clone()), false)));
    (!rows.is_empty())
        .then(|| DiffFinding::new(DifferenceKind::Archive, "entries for directories").rows(rows))
}

/// Compares two entries of one name, except their bytes.
pub(super) fn compare_entries(left: &Entry, right: &Entry) -> Option<DiffFinding> {
    let mode =
        |entry: &Entry| entry.mode.map_or_else(|| NO_MODE.to_owned(), |mode| symbolic(mode, entry.directory));
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
    let pairs: Vec<_> = match (&left.facts, &right.facts) {
        (None, None) => facts(left).into_iter().zip(facts(right)).collect(),
        (Some(one), Some(other)) => {
            let packaged = |entry, facts| packaged(mode(entry), facts);
            packaged(left, one).into_iter().zip(packaged(right, other)).collect()
        }
        // The mode is the only metadata that different formats share.
        _ => vec![(("mode", mode(left)), ("mode", mode(right)))],
    };
    let mut finding = DiffFinding::new(DifferenceKind::Archive, "");
    let mut differing = Vec::new();
    for ((what, one), (_, other)) in pairs {
        // The external attributes contain the mode, whose difference is reported already.
        let is_of_mode = what == "external attributes" && left.mode != right.mode;
        if one != other && !is_of_mode {
            finding = finding.labeled_sides(what, one, other);
            differing.push(what);
        }
    }
    let is_zip = left.facts.is_none() && right.facts.is_none();
    let is_packed_otherwise = is_zip && left.compressed_size != right.compressed_size;
    if differing.is_empty() && is_packed_otherwise && left.bytes == right.bytes {
        differing.push(COMPRESSED_SIZE);
        let size = |entry: &Entry| text::bytes(entry.compressed_size);
        finding = finding.labeled_sides("compressed to", size(left), size(right));
    }
    finding.message = differing.join(", ");
    (!differing.is_empty()).then_some(finding)
}

/// Formats permission bits like `ls -l`.
fn symbolic(mode: u32, is_directory: bool) -> String {
    let mut text = String::from(if is_directory { "d" } else { "-" });
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = mode >> shift & 7;
        text.push(if bits & 4 > 0 { 'r' } else { '-' });
        text.push(if bits & 2 > 0 { 'w' } else { '-' });
        text.push(match (bits & 1 > 0, mode & special > 0) {
            (false, false) => '-',
            (true, false) => 'x',
            (true, true) => letter,
            (false, true) => letter.to_ascii_uppercase(),
        });
    }
    text
}

/// Text for the mode of an entry without one.
const NO_MODE: &str = "none";

/// Returns whether two modes, as text, differ in who may run the file, in whether all may write it,
/// or in setuid, setgid and sticky bits.
fn changes_access(left: &str, right: &str) -> bool {
    // The type, then `rwx` for the owner, the group and all others.
    const LETTERS: [usize; 4] = [3, 6, 8, 9];
    // An entry without a mode is unpacked like any file.
    let [left, right] = [left, right].map(|mode| if mode == NO_MODE { "-rw-r--r--" } else { mode });
    let letter = |mode: &str, at: usize| mode.as_bytes().get(at).copied().unwrap_or(b'-');
    LETTERS.into_iter().any(|at| letter(left, at) != letter(right, at))
}

impl DiffFinding {
    /// Returns the modes and the owners of entries that change who may run or write a file, as
    /// clauses.
    pub fn access(&self) -> Vec<String> {
        let rows = self.rows.iter().filter(|_| self.kind == DifferenceKind::Archive);
        let changed = rows.filter_map(|row| {
            let (left, right) = (row.left.as_ref()?, row.right.as_ref()?);
            let what = row.label.as_deref()?;
            let is_access = match what {
                "mode" => changes_access(left, right),
                "owner" => true,
                // A file can have capabilities in place of setuid.
                "pax records" => [left, right].iter().any(|records| records.contains("security.capability")),
                _ => false,
            };
            is_access.then(|| format!("{what} {left} on the left, {right} on the right"))
        });
        changed.collect()
    }
}

/// Returns the metadata of an entry of a tar or cpio archive.
fn packaged(mode: String, facts: &Facts) -> [(&'static str, String); 5] {
    [
        ("time", facts.time()),
        ("mode", mode),
        ("owner", facts.owner.clone()),
        ("hard link to", facts.hard_link.clone().unwrap_or_default()),
        ("pax records", facts.records.clone()),
    ]
}

/// Replaces equal findings for the metadata of many entries by one finding for the archive; returns
/// that finding for each such difference, and the files that have no others.
pub(super) fn tell_entries_once(files: &mut Vec<FileDifference>) -> (Vec<DiffFinding>, Vec<FileDifference>) {
    // Each entry has its own compressed size.
    let key = |file: &FileDifference| {
        let finding = file.findings.first()?;
        let is_entry = finding.kind == DifferenceKind::Archive && finding.place.is_none();
        let rows = if finding.message == COMPRESSED_SIZE { &[] } else { &finding.rows[..] };
        let rows = rows.iter().map(|row| (row.label.clone(), row.left.clone(), row.right.clone()));
        is_entry.then(|| (finding.message.clone(), rows.collect::<Vec<_>>()))
    };
    let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        if let Some(key) = key(file) {
            groups.entry(key).or_default().push(at);
        }
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().filter(|files| files.len() >= ALIKE).collect();
    groups.sort();
    let mut findings = Vec::new();
    for group in groups {
        let names: Vec<&str> =
            group.iter().take(NAMED).map(|&at| files[at].containers[1].name_of(&files[at].path)).collect();
        let more =
            if group.len() > NAMED { format!(" and {} more", group.len() - NAMED) } else { String::new() };
        let remark = Row::remark(format!("in {}{more}", names.join(", ")));
        let removed = group.iter().map(|&at| files[at].findings.remove(0)).collect::<Vec<_>>();
        let Some(mut finding) = removed.into_iter().next() else { continue };
        if finding.message == COMPRESSED_SIZE {
            finding.rows.clear();
        }
        finding.message = format!("{} of {} entries", finding.message, group.len());
        finding.rows.push(remark);
        findings.push(finding);
    }
    let alike = files.extract_if(.., |file| file.findings.is_empty()).collect();
    (findings, alike)
}

/// Returns a finding for archives whose bytes differ although nothing else does.
pub(super) fn other_bytes(path: &str) -> FileDifference {
    let message = "the entries have the same bytes, but are packed differently";
    let findings = vec![DiffFinding::new(DifferenceKind::Archive, message)];
    FileDifference { whole: true, ..FileDifference::new(path, findings) }
}
