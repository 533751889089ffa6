//! RECORD files, and `md5sums` of Debian packages, whose rows follow from the files that they list.

use super::SIDES;
use super::pair::Pair;
use crate::audit::dpkg::md5sum;
use crate::audit::view::is_wheel;
use crate::diff::{Cause, CauseKind, CauseReason, DiffFinding, DifferenceKind, FileDifference};
use crate::input::{FolderLinks, Place, PlaceError};
use crate::manifest::hex;
use crate::wheel::{Record, RecordError, RecordRow};
use md5::Digest as _;
use std::collections::{BTreeMap, BTreeSet};

/// Explains the difference of such a list: it is harmless if each row that differs is right for the
/// file of its side. Returns differences for the lists that are the same on both sides although a
/// file differs and its row is wrong. `indices` are the files of the pair.
pub(super) fn explain_records(
    files: &mut [FileDifference],
    indices: &[usize],
    pair: &Pair<'_>,
) -> Vec<FileDifference> {
    let names = |file: &FileDifference| [0, 1].map(|side| pair.name(file, side).to_owned());
    let folders: Vec<[String; 2]> =
        indices.iter().map(|&index| &files[index]).filter(|file| file.is_folder()).map(names).collect();
    // A file that only the left side has may be in a directory that has another path on the right.
    let both = indices.iter().map(|&index| names(&files[index]));
    let both = both.flat_map(|[left, right]| [(moved(&left, &folders), left.clone()), (right, left)]);
    let pairs = indices.iter().map(|&index| names(&files[index]));
    let right = pairs.filter(|[left, right]| left != right).map(|[left, right]| (left, right)).collect();
    let differing = Differing { left: both.collect(), right, folders };
    for &index in indices {
        let names = names(&files[index]);
        let Some(cause) = files[index].cause.as_mut().filter(|cause| cause.kind == CauseKind::OtherContent)
        else {
            continue;
        };
        let rows = |side: usize| ListRows::read(pair, side, &names[side]);
        if let (Some(one), Some(other)) = (rows(0), rows(1)) {
            *cause = differing.cause(pair, [&one, &other]);
        }
    }
    let contents = indices.iter().map(|&index| &files[index]).filter(|file| {
        file.findings
            .iter()
            .any(|finding| !matches!(finding.kind, DifferenceKind::Archive | DifferenceKind::Path))
    });
    let contents: BTreeSet<&str> =
        contents.flat_map(|file| [0, 1].map(|side| pair.name(file, side))).collect();
    if contents.is_empty() {
        return Vec::new();
    }
    let lists = pair.views[1].place.names();
    let lists =
        lists.iter().filter(|name| ListFormat::of(name).is_some() && !contents.contains(name.as_str()));
    lists.filter_map(|name| left_behind(pair, name, &contents)).collect()
}

/// Returns the difference of a list that is the same on both sides, if the row of a file that
/// differs is wrong.
fn left_behind(pair: &Pair<'_>, name: &str, differing: &BTreeSet<&str>) -> Option<FileDifference> {
    let [one, other] = [0, 1].map(|side| pair.read(side, name).ok().map(|(_, bytes)| bytes));
    if one? != other? {
        return None;
    }
    let list = ListRows::read(pair, 1, name)?;
    let rows = list.rows.iter().filter(|row| differing.contains(row.path.as_str()));
    let faults =
        rows.flat_map(|row| [1, 0].map(|side| (row, side, list.format.fault(pair, side, row, name))));
    let mut wrong = faults.filter_map(|(row, side, fault)| Some((row.path.as_str(), side, fault?)));
    let (path, side, fault) = wrong.next().or_else(|| list.unlisted(pair, differing))?;
    let message = match [0, 1].map(|side| pair.views[side].has_file(path)) {
        [true, true] => format!("it is the same on both sides, although {path} differs"),
        _ => format!("it is the same on both sides, although only one side has {path}"),
    };
    let finding = DiffFinding::new(DifferenceKind::Content, message);
    Some(pair.found(&[name.into(), name.into()], finding, wrong_list(side, &fault)))
}

fn wrong_list(side: usize, fault: &str) -> Cause {
    let reason = CauseReason::WrongList(format!("on the {}: {fault}", SIDES[side]));
    Cause { reason, ..Cause::new(CauseKind::OtherContent, "") }
}

/// Files of a pair that differ.
struct Differing {
    /// Names on the left side by those on the right side.
    left: BTreeMap<String, String>,
    /// Names on the right side by those on the left side, where these differ.
    right: BTreeMap<String, String>,
    /// Directories with another path on each side.
    folders: Vec<[String; 2]>,
}

impl Differing {
    /// Returns the cause of the difference of a list.
    fn cause(&self, pair: &Pair<'_>, lists: [&ListRows; 2]) -> Cause {
        let by_right = |side: usize| -> BTreeMap<String, BTreeSet<&ListRow>> {
            let mut rows: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
            for row in &lists[side].rows {
                let path = match self.right.get(&row.path) {
                    Some(right) if side == 0 => right.clone(),
                    _ if side == 0 => moved(&row.path, &self.folders),
                    _ => row.path.clone(),
                };
                rows.entry(path).or_default().insert(row);
            }
            rows
        };
        let rows = [by_right(0), by_right(1)];
        let facts = |side: usize, path: &str| -> Vec<&str> {
            rows[side].get(path).into_iter().flatten().map(|row| row.facts.as_str()).collect()
        };
        let paths: BTreeSet<&String> = rows[0].keys().chain(rows[1].keys()).collect();
        let differ: Vec<&String> =
            paths.into_iter().filter(|path| facts(0, path) != facts(1, path)).collect();
        for path in &differ {
            for side in [1, 0] {
                let list = lists[side];
                let of_side = rows[side].get(*path);
                let mut faults = of_side.into_iter().flatten();
                let fault = faults.find_map(|row| list.format.fault(pair, side, row, &list.name));
                let fault = fault.or_else(|| {
                    let name = if side == 0 { self.left.get(*path).unwrap_or(path) } else { path };
                    let is_there = pair.views[side].place.size(name).is_some();
                    (of_side.is_none() && is_there).then(|| format!("it does not list {name}"))
                });
                if let Some(fault) = fault {
                    return wrong_list(side, &fault);
                }
            }
        }
        let wheel_fault = |side: usize| Some((side, lists[side].wheel_fault(pair, side)?));
        if let Some((side, fault)) = [1, 0].into_iter().find_map(wheel_fault) {
            return wrong_list(side, &fault);
        }
        if differ.is_empty() {
            return Cause::new(CauseKind::Harmless, "the rows are the same, in another order or form");
        }
        let reason = match differ.iter().all(|path| self.left.contains_key(*path)) {
            true => CauseReason::Follows("its rows follow from the files that differ".to_owned()),
            false => CauseReason::Words("each row matches its file, in another form".to_owned()),
        };
        Cause { reason, ..Cause::new(CauseKind::Harmless, "") }
    }
}

/// Format of a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ListFormat {
    Record,
    Md5sums,
}

impl ListFormat {
    fn of(name: &str) -> Option<Self> {
        match name.rsplit_once('/')? {
            (folder, "RECORD") if folder.ends_with(".dist-info") => Some(Self::Record),
            ("DEBIAN", "md5sums") => Some(Self::Md5sums),
            _ => None,
        }
    }

    /// Returns why a row is not that of its file.
    fn fault(self, pair: &Pair<'_>, side: usize, row: &ListRow, list: &str) -> Option<String> {
        let place = pair.views[side].place;
        if self == Self::Md5sums {
            let bytes = match pair.views[side].read(&row.path) {
                Ok(bytes) => bytes,
                Err(error) => return Some(error.to_string()),
            };
            let is_right = hex(&md5::Md5::digest(bytes)) == row.facts;
            return (!is_right).then(|| format!("it does not have the digest of {}", row.path));
        }
        let (hash, size) = row.facts.rsplit_once(',').unwrap_or((&row.facts, ""));
        let is_own = row.path == list;
        // Installers list the pycs that they compile, and RECORD itself, without digests.
        if (hash, size) == ("", "") && (is_own || row.path.ends_with(".pyc")) {
            return None;
        }
        let record = RecordRow { path: row.path.clone(), hash: hash.to_owned(), size: size.to_owned() };
        let checked = match place {
            Place::Archive(archive) => match archive.get(&row.path) {
                Some(entry) => record.check(&entry.bytes),
                None => Err(RecordError::Missing(row.path.clone())),
            },
            _ => match pair.views[side].read(&row.path) {
                Ok(bytes) => record.check(&*bytes),
                Err(PlaceError::Missing(_)) => Err(RecordError::Missing(row.path.clone())),
                Err(error) => return Some(error.to_string()),
            },
        };
        checked.err().map(|fault| fault.to_string())
    }
}

/// Row of a list.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct ListRow {
    /// Path of the file in the place.
    path: String,
    /// The rest of the row.
    facts: String,
}

/// A list.
struct ListRows {
    name: String,
    format: ListFormat,
    rows: Vec<ListRow>,
}

impl ListRows {
    /// Reads a list; `None` for other files and for lists that cannot be read.
    fn read(pair: &Pair<'_>, side: usize, name: &str) -> Option<Self> {
        let format = ListFormat::of(name)?;
        let bytes = pair.read(side, name).ok()?.1;
        let rows = match format {
            ListFormat::Record => {
                let (folder, _) = name.rsplit_once('/')?;
                let parent = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
                let links = FolderLinks::default();
                let rows = Record::parse(&bytes).ok()?.rows.into_iter().map(|row| {
                    let path = links.file(parent, &row.path).unwrap_or(row.path);
                    ListRow { path, facts: format!("{},{}", row.hash, row.size) }
                });
                rows.collect()
            }
            ListFormat::Md5sums => {
                let text = String::from_utf8(bytes).ok()?;
                text.lines().map(of_md5sums).collect::<Option<_>>()?
            }
        };
        Some(Self { name: name.to_owned(), format, rows })
    }

    /// Returns the first fault for which installers refuse the RECORD of a wheel, or may do so.
    fn wheel_fault(&self, pair: &Pair<'_>, side: usize) -> Option<String> {
        let place = pair.views[side].place;
        let Place::Archive(archive) = place else { return None };
        if !is_wheel(place) || self.format != ListFormat::Record {
            return None;
        }
        let record = Record::parse(&archive.get(&self.name)?.bytes.read()).ok()?;
        let files = archive.files().map(|entry| (entry.name.as_str(), &entry.bytes));
        record.faults(&self.name, files).first().map(ToString::to_string)
    }

    /// Returns a file of a wheel that differs and that its RECORD does not list, with its side and
    /// the fault.
    fn unlisted<'a>(
        &self,
        pair: &Pair<'_>,
        differing: &BTreeSet<&'a str>,
    ) -> Option<(&'a str, usize, String)> {
        let is_record = |name: &String| ListFormat::of(name) == Some(ListFormat::Record);
        [1, 0].into_iter().find_map(|side| {
            let view = &pair.views[side];
            let records = view.place.names().iter().filter(|name| is_record(name)).count();
            let is_wheel = is_wheel(view.place) && records == 1 && self.format == ListFormat::Record;
            let is_unlisted = |path: &str| {
                let is_signature = path.ends_with("/RECORD.jws") || path.ends_with("/RECORD.p7s");
                view.has_file(path) && !is_signature && self.rows.iter().all(|row| row.path != path)
            };
            let path = differing.iter().find(|path| is_wheel && is_unlisted(path))?;
            Some((*path, side, format!("it does not list {path}")))
        })
    }
}

/// Returns the path on the right side of a file in directories with another path on each side.
fn moved(path: &str, folders: &[[String; 2]]) -> String {
    let name = |folder: &'_ String| folder.strip_prefix("./").unwrap_or(folder).to_owned();
    let below =
        folders.iter().filter_map(|[left, right]| Some((name(right), path.strip_prefix(&name(left))?)));
    let innermost = below.min_by_key(|(_, below)| below.len());
    innermost.map_or_else(|| path.to_owned(), |(right, below)| format!("{right}{below}"))
}

/// Reads a line of `md5sum`, whose path begins at the root of the package.
fn of_md5sums(row: &str) -> Option<ListRow> {
    let (digest, path) = md5sum(row)?;
    Some(ListRow { path: path.to_owned(), facts: digest.to_owned() })
}
