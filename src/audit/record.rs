//! Checks of files against RECORD and METADATA.

use super::finding::Finding;
use super::import_paths::ImportPaths;
use super::installed::{Installed, module_of};
use super::reason::{Reason, RecordFault};
use super::unrecorded::is_startup;
use crate::archive::Fault;
use crate::input::{Place, PlaceError, is_source};
use crate::project::{FoundFiles, FoundKind, PACKAGES, open_regular, real_path};
use crate::text::{Shown as _, counted_with_first};
use crate::wheel::{Digests, RecordError, RecordRow, WheelError, faults, hold_against_folder};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Rows of every RECORD of a place, by the names of the files that the rows list.
pub(super) struct Rows {
    by_name: BTreeMap<String, Vec<ListedRow>>,
    /// Pycs without a digest that do not exist, although their sources do.
    deleted: Vec<String>,
}

/// A row that lists a file.
struct ListedRow {
    /// Name of the RECORD.
    record: Arc<str>,
    row: RecordRow,
    /// True if the RECORD is where `importlib.metadata` looks for those of the file.
    speaks: bool,
}

/// Returns whether a RECORD may list a file without its digest: a RECORD, its signature and pycs.
fn is_without_digest(path: &str) -> bool {
    path.ends_with(".pyc")
        || ["RECORD", "RECORD.jws", "RECORD.p7s"]
            .iter()
            .any(|file| path.strip_suffix(file).is_some_and(|folder| folder.ends_with(".dist-info/")))
}

/// Largest number of findings for one file: a RECORD may contain a hundred thousand wrong rows for
/// it.
const MOST: usize = 10;

/// Returns whether a row is that of a pyc that the installer compiled.
fn is_compiled(row: &RecordRow) -> bool {
    row.path.ends_with(".pyc") && row.hash.is_empty()
}

impl Rows {
    /// Collects the rows of every RECORD except a wheel's own, which [`wheel`] checks.
    pub(super) fn read(place: &Place, installed: &Installed, searched: &ImportPaths) -> (Self, Vec<Finding>) {
        let mut by_name: BTreeMap<String, Vec<ListedRow>> = BTreeMap::new();
        let (mut findings, mut deleted) = (Vec::new(), Vec::new());
        let names = place.names();
        let is_there = |name: &str| names.binary_search_by(|known| known.as_str().cmp(name)).is_ok();
        for distribution in installed.all() {
            let name = format!("{}RECORD", distribution.dist_info);
            let record = match &distribution.record {
                None => continue,
                Some(Ok(record)) => record,
                Some(Err(message)) => {
                    findings.push(of(name, RecordFault::Fault(message.clone())));
                    continue;
                }
            };
            // Paths in a RECORD are relative to the directory that contains the dist-info.
            let base = distribution.base.trim_end_matches('/');
            let shared: Arc<str> = name.as_str().into();
            // Vendored distributions keep the RECORD of an installation that compiled them.
            let is_installed = matches!(place, Place::Tree(..))
                && (base.is_empty() || PACKAGES.iter().any(|packages| base.ends_with(packages)));
            let mut missing = BTreeSet::new();
            for row in &record.rows {
                let Some(path) = installed.links.file(base, &row.path) else { continue };
                let speaks = searched.speaks(&distribution.base, &path);
                let below = path.strip_prefix(&distribution.base).unwrap_or(&path);
                let is_read_by_site = is_startup(below) || path.ends_with(".pkg");
                let is_run = is_source(path.as_bytes()) || path.ends_with(".pyc") || is_read_by_site;
                if !is_run && (is_without_digest(&path) || (row.hash.is_empty() && !speaks)) {
                    continue;
                }
                if is_there(&path) {
                    let listed = ListedRow { record: Arc::clone(&shared), row: row.clone(), speaks };
                    by_name.entry(path).or_default().push(listed);
                } else if is_run
                    && !is_read_by_site
                    && (is_installed || !is_compiled(row))
                    && missing.insert(path.clone())
                {
                    // Python compiles the source again.
                    match is_compiled(row) && is_there(&module_of(&path)) {
                        true => deleted.push(path),
                        false => findings.push(of(path, RecordFault::Gone { record: name.clone() })),
                    }
                }
            }
        }
        (Self { by_name, deleted }, findings)
    }

    /// Returns a note on the pycs that an installer compiled and that do not exist.
    pub(super) fn note(&self) -> Option<String> {
        counted_with_first(
            &self.deleted,
            "pyc that a RECORD lists does not exist, although its source does",
            "pycs that RECORDs list do not exist, although their sources do",
            "",
        )
    }

    /// Returns findings for the files below `prefix` that RECORDs in another directory list.
    pub(super) fn elsewhere(prefix: &Path, installed: &Installed, searched: &ImportPaths) -> Vec<Finding> {
        let mut listing = FoundFiles::default();
        let real = real_path(prefix).unwrap_or_else(|_| prefix.to_path_buf());
        let is_inside = |path: &Path| {
            path.parent()
                .is_some_and(|folder| real_path(folder).is_ok_and(|folder| folder.starts_with(&real)))
        };
        for distribution in installed.all() {
            let base = distribution.base.trim_end_matches('/');
            let rows = distribution.record.iter().flatten().flat_map(|record| &record.rows);
            let paths = rows.filter_map(|row| installed.links.file(base, &row.path));
            for path in paths.filter(|path| !path.starts_with(&distribution.base)) {
                let file = prefix.join(&path);
                let Some(found) = std::fs::symlink_metadata(&file).ok().filter(|_| is_inside(&file)) else {
                    continue;
                };
                let kind = if found.is_symlink() { FoundKind::Symlink } else { FoundKind::File };
                listing.names.insert(path, kind);
            }
        }
        let place = Place::Tree(prefix.to_path_buf(), listing);
        // The other findings are those of the directories of packages.
        let (rows, _) = Self::read(&place, installed, searched);
        place.names().iter().flat_map(|name| rows.check_in(&place, name)).collect()
    }

    /// Returns whether a row lists a file with its digest, or without any digest.
    pub(super) fn list(&self, name: &str, bytes: &[u8]) -> bool {
        self.by_name.contains_key(name) && self.check(name, bytes).is_empty()
    }

    /// Checks a file of a place against its rows, also one that a symlink leads to.
    pub(super) fn check_in(&self, place: &Place, name: &str) -> Vec<Finding> {
        if !self.by_name.contains_key(name) {
            return Vec::new();
        }
        let findings = match place.path(name) {
            Ok(path) | Err(PlaceError::Symlink(path)) => open_regular(&path)
                .and_then(|file| self.check_file(name, &file))
                .map_err(|source| match source.kind() {
                    io::ErrorKind::NotFound => PlaceError::Missing(name.into()),
                    _ => PlaceError::Read { path, source },
                }),
            Err(_) => place.read_followed(name).map(|bytes| self.check(name, &bytes)),
        };
        match findings {
            Ok(mut findings) => {
                // `flit install --symlink` lists its symlinks to the checkout without digests.
                if matches!(place.resolve(name), Err(PlaceError::Symlink(_))) {
                    let is_of_flit = |finding: &Finding| {
                        matches!(&finding.reason, Reason::Record(RecordFault::NoDigest { .. }))
                    };
                    findings.retain(|finding| !is_of_flit(finding));
                }
                findings
            }
            Err(PlaceError::Missing(_)) => Vec::new(),
            Err(error) => vec![Finding::new(name, Reason::Unreadable(error.to_string()))],
        }
    }

    /// Checks a file whose content is read in blocks against its rows.
    ///
    /// # Errors
    /// An I/O error.
    fn check_file(&self, name: &str, file: &File) -> io::Result<Vec<Finding>> {
        let rows = self.by_name.get(name).into_iter().flatten().map(|row| &row.row);
        Ok(self.check_digests(name, Digests::read(file, rows)?))
    }

    /// Checks a file against its rows.
    pub(super) fn check(&self, name: &str, bytes: &[u8]) -> Vec<Finding> {
        self.check_digests(name, Digests::new(bytes))
    }

    /// Checks the digests of a file against its rows. Installers leave out the digests of the pycs
    /// that they compile, and of no other file that Python runs; one row with a digest is enough.
    fn check_digests(&self, name: &str, mut digests: Digests<'_>) -> Vec<Finding> {
        let mut found = BTreeSet::new();
        let mut more = 0;
        let rows = self.by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        let is_spoken_for = rows.iter().any(|row| row.speaks);
        let mut own = rows.iter().filter(|row| row.speaks || !is_spoken_for).peekable();
        if let Some(first) = own.peek().copied()
            && !name.ends_with(".pyc")
            && own.all(|row| row.row.hash.is_empty())
        {
            found.insert(RecordFault::NoDigest { record: first.record.to_string() });
        }
        for ListedRow { record, row, .. } in rows {
            let name = record.to_string();
            let error = match row.check_digests(&mut digests) {
                Ok(()) | Err(RecordError::NoDigest(_)) => continue,
                // Debian 12 installs such a RECORD with python3-tomli.
                Err(RecordError::Digest(_)) if row.has_hex_digest(&mut digests) => continue,
                Err(RecordError::Digest(_)) => RecordFault::Row { record: name, differs: None },
                Err(RecordError::Size { said, found, .. }) => {
                    RecordFault::Row { record: name, differs: Some((found, said)) }
                }
                Err(error) => RecordFault::Fault(format!("{name}: {error}")),
            };
            if found.len() < MOST {
                found.insert(error);
            } else if !found.contains(&error) {
                more += 1;
            }
        }
        let last = (more > 0).then(|| of(name, RecordFault::Rows(more)));
        let rows = found.into_iter().map(|fault| of(name, fault));
        rows.chain(last).collect()
    }
}

fn of(path: impl Into<String>, recorded: RecordFault) -> Finding {
    Finding::new(path, Reason::Record(recorded))
}

/// Returns the faults for which `pack` or installers refuse a wheel, apart from its pycs.
pub(super) fn wheel(place: &Place) -> Vec<Finding> {
    let Place::Archive(archive) = place else { return Vec::new() };
    let finding = |fault: WheelError| {
        let reason = match &fault {
            WheelError::Record { fault, .. } => Reason::Record(RecordFault::Fault(fault.to_string())),
            WheelError::Metadata { fault, .. } => Reason::Wheel(fault.to_string()),
            WheelError::Descriptor { fault, .. } => Reason::Wheel(fault.to_string()),
            fault => {
                let (text, wheel) = (fault.to_string(), format!("{}: ", archive.path.shown()));
                Reason::Wheel(text.strip_prefix(&wheel).unwrap_or(&text).to_owned())
            }
        };
        let path = fault.file().map_or_else(|| own_file(&fault), str::to_owned);
        let reason = match reason {
            Reason::Wheel(text) => Reason::Wheel(about(&path, &text)),
            Reason::Record(RecordFault::Fault(text)) => {
                Reason::Record(RecordFault::Fault(about(&path, &text)))
            }
            reason => reason,
        };
        Finding::new(path, reason)
    };
    let dist_info = archive.files().filter_map(|entry| entry.name.split_once('/')).map(|(folder, _)| folder);
    let dist_info = dist_info.into_iter().find(|folder| folder.ends_with(".dist-info")).unwrap_or_default();
    let own = |mut finding: Finding| {
        if ["METADATA", "WHEEL", "RECORD"].contains(&finding.path.as_str()) {
            finding.path = format!("{dist_info}/{}", finding.path);
        }
        finding
    };
    // An archive within a directory is read like a zipapp, which any bytes may precede.
    let prefix = Fault::Prefix(archive.prefix.len() as u64);
    let prefix = (!archive.prefix.is_empty()).then(|| Finding::new("", Reason::Wheel(prefix.to_string())));
    prefix.into_iter().chain(faults(archive).into_iter().map(finding).map(own)).collect()
}

/// Returns the text of an error about a file, which the finding names itself.
fn about(path: &str, error: &str) -> String {
    let name = format!("{path:?}");
    match (error.strip_prefix(&name), error.strip_suffix(&name)) {
        // Other files that the error names keep their names.
        (Some(rest), _) if rest.starts_with(' ') && !rest.starts_with(" and ") => format!("it{rest}"),
        (_, Some(start)) if start.ends_with(' ') => format!("{start}it"),
        _ => error.to_owned(),
    }
}

/// Returns the file in `dist-info` that a fault concerns; empty for a fault of the wheel as a
/// whole.
fn own_file(fault: &WheelError) -> String {
    let file = match fault {
        WheelError::Metadata { .. } => "METADATA",
        WheelError::Descriptor { .. } | WheelError::Tags { .. } => "WHEEL",
        WheelError::Record { .. } => "RECORD",
        _ => "",
    };
    file.to_owned()
}

/// Returns findings for installed `dist-info` directories whose METADATA names another project or
/// version.
pub(super) fn folders(place: &Place) -> Vec<Finding> {
    let is_wheel = super::view::is_wheel(place);
    let mut findings = Vec::new();
    for name in place.names().iter().filter(|name| name.ends_with(".dist-info/METADATA")) {
        let folder = name.strip_suffix("/METADATA").unwrap_or(name);
        if is_wheel && !folder.contains('/') {
            continue;
        }
        let folder = folder.rsplit('/').next().unwrap_or(folder);
        let Ok(bytes) = place.read(name) else { continue };
        if let Err(error) = hold_against_folder(&bytes, folder) {
            findings.push(of(name, RecordFault::Fault(error.to_string())));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{BTreeMap, ListedRow, MOST, Reason, RecordFault, RecordRow, Rows};

    #[test]
    fn the_findings_of_a_file_are_bounded() {
        let wrong =
            |number: usize| RecordRow { size: number.to_string(), ..RecordRow::of("a.py", b"x = 1\n") };
        let listed = |row| ListedRow { record: "d.dist-info/RECORD".into(), row, speaks: true };
        let rows = (0..100_000).map(|number| listed(wrong(number)));
        let rows =
            Rows { by_name: BTreeMap::from([("a.py".to_owned(), rows.collect())]), deleted: Vec::new() };
        let findings = rows.check("a.py", b"x = 1\n");
        assert_eq!(findings.len(), MOST + 1);
        // One of the rows is right: the size is 6.
        assert_eq!(findings[MOST].reason, Reason::Record(RecordFault::Rows(99_989)));
        let same = (0..100_000).map(|_| listed(wrong(7))).collect();
        let rows = Rows { by_name: BTreeMap::from([("a.py".to_owned(), same)]), deleted: Vec::new() };
        assert_eq!(rows.check("a.py", b"x = 1\n").len(), 1);
    }
}
