//! Pairing of files that belong together although their paths differ: the metadata of two versions
//! of a distribution, the same tree with and without `src`, and a pyc in two layouts.
//!
//! A path that both sides have is never paired with another one, and neither is a path with several
//! candidates.

use super::sides::{Files, Side, SideFile};
use crate::manifest::Shift;
use crate::pyc::{HEADER_SIZE, Header, parse_name};
use crate::target::Series;
use crate::wheel::{WheelName, normalize_name};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

/// Directories whose names contain the version of the distribution.
const METADATA: [&str; 3] = ["dist-info", "data", "egg-info"];

/// Ends of the names of sdists.
const SDISTS: [&str; 4] = [".tar.gz", ".tgz", ".tar.bz2", ".zip"];

/// A directory with another path on each side; an empty path is the side itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PairedFolder {
    pub(super) left: String,
    pub(super) right: String,
    /// Number of files that are compared because of it.
    pub(super) files: usize,
}

/// Files and directories that belong together.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    /// Paths of the left side by those of the right side.
    pub(super) partners: BTreeMap<String, String>,
    /// Archives of the right side whose partner has another name.
    pub(super) archives: BTreeSet<String>,
    /// Pycs of the right side whose partner has another layout.
    pub(super) layouts: BTreeSet<String>,
    pub(super) folders: Vec<PairedFolder>,
}

impl Pairing {
    /// Returns the path that a file or directory of the left side has on the right side, because of
    /// the directories above.
    pub(super) fn on_the_right(&self, name: &str) -> Option<String> {
        let moved = self
            .folders
            .iter()
            .filter_map(|folder| Some((folder.left.len(), moved(name, &folder.left, &folder.right)?)));
        moved.max_by_key(|(length, _)| *length).map(|(_, name)| name)
    }
}

impl Pairing {
    /// Returns the pairing of the same files with the sides exchanged.
    fn mirrored(self) -> Self {
        let mirror = |names: BTreeSet<String>| -> BTreeSet<String> {
            names.iter().filter_map(|name| self.partners.get(name).cloned()).collect()
        };
        let folders = self.folders.into_iter();
        Self {
            archives: mirror(self.archives),
            layouts: mirror(self.layouts),
            folders: folders
                .map(|folder| PairedFolder { left: folder.right, right: folder.left, ..folder })
                .collect(),
            partners: self.partners.into_iter().map(|(one, other)| (other, one)).collect(),
        }
    }
}

/// Pairs the files that only one side has.
pub(super) fn pair(left: &Files<'_>, right: &Files<'_>) -> Pairing {
    let mut pairing = Pairing::default();
    let only = |one: &Files<'_>, other: &Files<'_>| -> BTreeSet<String> {
        one.keys().filter(|name| !other.contains_key(*name)).map(ToString::to_string).collect()
    };
    let (only_left, mut only_right) = (only(left, right), only(right, left));
    if only_left.is_empty() || only_right.is_empty() {
        return pairing;
    }
    let right_names: Vec<&str> = right.keys().map(AsRef::as_ref).collect();
    let left_names: Vec<&str> = left.keys().map(AsRef::as_ref).collect();
    // Directories are found below a root of the left side, so the order of the sides has no effect.
    if roots(&left_names, &right_names).contains_key("") {
        return pair(right, left).mirrored();
    }
    // The names of the left side as they would be on the right one.
    let mut names: Vec<String> = left.keys().map(ToString::to_string).collect();
    for find in [roots, metadata, sources] {
        let folders = find(&names.iter().map(String::as_str).collect::<Vec<_>>(), &right_names);
        for name in &mut names {
            let found =
                std::iter::once("").chain(above(name)).find_map(|folder| folders.get_key_value(folder));
            if let Some(moved) = found.and_then(|(from, to)| moved(name, from, to)) {
                *name = moved;
            }
        }
        for (left, right) in folders {
            // The path before the directories above were renamed.
            let own = pairing.folders.iter().rev().find_map(|above| moved(&left, &above.right, &above.left));
            let left = own.unwrap_or(left);
            pairing.folders.push(PairedFolder { left, right, files: 0 });
        }
    }
    let moved_names: BTreeMap<&str, &str> =
        left.keys().map(AsRef::as_ref).zip(names.iter().map(String::as_str)).collect();
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unpaired = Vec::new();
    for name in only_left {
        let moved = moved_names[name.as_str()];
        if moved != name && only_right.remove(moved) {
            let folders = std::iter::once("").chain(above(moved));
            folders.for_each(|folder| *files.entry(folder).or_default() += 1);
            pairing.partners.insert(moved.to_owned(), name);
        } else {
            unpaired.push((name.clone(), moved.to_owned()));
        }
    }
    for folder in &mut pairing.folders {
        folder.files = files.get(folder.right.as_str()).copied().unwrap_or_default();
    }
    pairing.folders.retain(|folder| folder.files > 0);
    for (one, other) in archives(&unpaired, &only_right) {
        pairing.archives.insert(other.clone());
        pairing.partners.insert(other, one);
    }
    for (one, other) in layouts(left, &unpaired, right, &only_right) {
        pairing.layouts.insert(other.clone());
        pairing.partners.insert(other, one);
    }
    pairing
}

/// Pairs the entries of a manifest with the pycs of a tree that begins at another directory, and
/// removes the entries that such a tree could not contain; returns their number.
pub(super) fn pair_listed<'a>(
    left: &Side,
    right: &Side,
    one: &mut Files<'a>,
    other: &mut Files<'a>,
) -> (Pairing, usize) {
    let mut pairing = Pairing::default();
    let (manifest, place, entries, pycs) = match (left, right) {
        (Side::Manifest(_, manifest), Side::Place(_, place)) => (manifest, place, one, &*other),
        (Side::Place(_, place), Side::Manifest(_, manifest)) => (manifest, place, other, &*one),
        _ => return (pairing, 0),
    };
    let pycs: Vec<String> = pycs.keys().map(ToString::to_string).collect();
    let shift = Shift::of(manifest, place, &pycs);
    let before = entries.len();
    entries.retain(|path, _| shift.name(path).is_some());
    for name in pycs {
        let path = shift.path(&name);
        if path != name && entries.contains_key(path.as_str()) {
            let (to, from) = if left.manifest().is_some() { (name, path) } else { (path, name) };
            pairing.partners.insert(to, from);
        }
    }
    (pairing, before - entries.len())
}

/// Returns the directories that contain a file, from the outside in.
fn above(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('/').map(|(at, _)| &name[..at])
}

fn is_below(name: &str, folder: &str) -> bool {
    name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Returns the name of a file after its directory was renamed.
fn moved(name: &str, from: &str, to: &str) -> Option<String> {
    let below = match from {
        "" => name,
        from => name.strip_prefix(from)?.strip_prefix('/')?,
    };
    Some(if to.is_empty() { below.to_owned() } else { format!("{to}/{below}") })
}

/// Returns the name of a distribution: `a-b` for `A_B-1.0`.
fn distribution(folder: &str) -> Option<String> {
    let (name, version) = folder.split_once('-')?;
    let is_version = version.starts_with(|first: char| first.is_ascii_digit());
    (is_version && !name.is_empty()).then(|| normalize_name(name))
}

/// Finds the directories that contain all files: of two versions of one sdist, or of an unpacked
/// wheel or sdist if the files of the other side are in no such directory.
fn roots(left: &[&str], right: &[&str]) -> BTreeMap<String, String> {
    // The version follows the last hyphen: older sdists keep the hyphens of the name.
    let project = |root: &str| {
        let (name, version) = root.rsplit_once('-')?;
        distribution(&format!("{}-{version}", normalize_name(name).replace('-', "_")))
    };
    let root = |names: &[&str]| {
        let (root, _) = names.first()?.split_once('/')?;
        (project(root).is_some() && names.iter().all(|name| is_below(name, root))).then(|| root.to_owned())
    };
    // An unpacked archive has a file in common with the archive, at least apart from `src`.
    let has = |root: &String, names: &[&str], others: &[&str]| {
        let others: BTreeSet<&str> = others.iter().copied().collect();
        let is_common = |name: String| {
            let source = name.strip_prefix("src/").filter(|name| name.ends_with(".py"));
            others.contains(&*name) || source.is_some_and(|name| others.contains(name))
        };
        names.iter().any(|name| moved(name, root, "").is_some_and(is_common))
    };
    let found = match (root(left), root(right)) {
        (Some(one), Some(other)) => {
            Some((one, other)).filter(|(one, other)| one != other && project(one) == project(other))
        }
        (Some(one), None) => Some((one, String::new())).filter(|(one, _)| has(one, left, right)),
        (None, Some(other)) => Some((String::new(), other)).filter(|(_, other)| has(other, right, left)),
        (None, None) => None,
    };
    found.into_iter().collect()
}

/// Pairs the wheels and sdists of two versions of one project in one directory: wheels with the
/// same tags, then those of which each side has only one.
fn archives(only_left: &[(String, String)], only_right: &BTreeSet<String>) -> Vec<(String, String)> {
    fn parts(name: &str) -> Option<(String, String)> {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        if let Ok(wheel) = WheelName::parse(file) {
            let tags: Vec<&str> = file.rsplitn(4, '-').take(3).collect();
            return Some((format!("{folder}/{}.whl", normalize_name(&wheel.distribution)), tags.join("-")));
        }
        let end = SDISTS.into_iter().find(|end| file.ends_with(end))?;
        let (project, version) = file.strip_suffix(end)?.rsplit_once('-')?;
        let is_version = version.starts_with(|first: char| first.is_ascii_digit());
        is_version.then(|| (format!("{folder}/{}{end}", normalize_name(project)), String::new()))
    }
    let mut left: Vec<(&str, (String, String))> =
        only_left.iter().filter_map(|(name, moved)| Some((name.as_str(), parts(moved)?))).collect();
    let mut right: Vec<(&str, (String, String))> =
        only_right.iter().filter_map(|name| Some((name.as_str(), parts(name)?))).collect();
    let mut pairs = Vec::new();
    for has_tags in [true, false] {
        let key = |(project, tags): &(String, String)| {
            (project.clone(), tags.clone().repeat(usize::from(has_tags)))
        };
        let collect = |names: &[(&str, (String, String))]| {
            let mut found: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
            for (name, parts) in names {
                found.entry(key(parts)).or_default().insert((*name).to_owned());
            }
            found
        };
        let others = collect(&right);
        for (key, one) in collect(&left) {
            let Some(pair) = only_one(&one).zip(others.get(&key).and_then(only_one)) else { continue };
            left.retain(|(name, _)| *name != pair.0);
            right.retain(|(name, _)| *name != pair.1);
            pairs.push(pair);
        }
    }
    pairs
}

/// Finds the metadata directories of distributions of which each side has one.
fn metadata(left: &[&str], right: &[&str]) -> BTreeMap<String, String> {
    let folders = |names: &[&str]| {
        let mut folders: BTreeMap<(String, String, &str), BTreeSet<String>> = BTreeMap::new();
        for name in names {
            for folder in above(name) {
                let (parent, file) = folder.rsplit_once('/').unwrap_or(("", folder));
                let Some((stem, end)) = file.rsplit_once('.') else { continue };
                let Some(end) = METADATA.into_iter().find(|known| *known == end) else { continue };
                let Some(project) = distribution(stem) else { continue };
                folders.entry((parent.to_owned(), project, end)).or_default().insert(folder.to_owned());
            }
        }
        folders
    };
    let other = folders(right);
    let pairs = folders(left).into_iter().filter_map(|(key, one)| {
        let (one, other) = (only_one(&one)?, only_one(other.get(&key)?)?);
        (one != other).then_some((one, other))
    });
    pairs.collect()
}

fn only_one(names: &BTreeSet<String>) -> Option<String> {
    names.first().filter(|_| names.len() == 1).cloned()
}

/// Finds directories with Python files that are in `src` on one side and next to it on the other.
fn sources(left: &[&str], right: &[&str]) -> BTreeMap<String, String> {
    let tops = |names: &[&str]| -> BTreeSet<String> {
        let tops = names.iter().filter_map(|name| name.split_once('/'));
        tops.map(|(top, _)| top.to_owned()).collect()
    };
    let packages = |names: &[&str]| -> BTreeSet<String> {
        let code = names.iter().filter(|name| name.ends_with(".py") || name.ends_with(".pyc"));
        let below = code.filter_map(|name| name.strip_prefix("src/")?.split_once('/'));
        below.map(|(package, _)| package.to_owned()).collect()
    };
    let (one, other) = (tops(left), tops(right));
    let (in_one, in_other) = (packages(left), packages(right));
    let moved_out = in_one.difference(&in_other).cloned();
    let moved_out = moved_out.filter(|package| other.contains(package) && !one.contains(package));
    let moved_in = in_other.difference(&in_one).cloned();
    let moved_in = moved_in.filter(|package| one.contains(package) && !other.contains(package));
    let out = moved_out.map(|package| (format!("src/{package}"), package));
    out.chain(moved_in.map(|package| (package.clone(), format!("src/{package}")))).collect()
}

/// Pairs pycs in `__pycache__` with pycs of the same module and version next to the source. A pyc
/// next to the source has no version in its name, so its magic number decides.
fn layouts(
    left: &Files<'_>,
    only_left: &[(String, String)],
    right: &Files<'_>,
    only_right: &BTreeSet<String>,
) -> Vec<(String, String)> {
    /// Pycs of one version of a module, by their layout: in `__pycache__`, and next to the source.
    type Layouts<'a> = BTreeMap<(String, String), [Vec<&'a str>; 2]>;
    fn collect<'a>(files: &Files<'_>, names: impl Iterator<Item = (&'a str, &'a str)>) -> Layouts<'a> {
        let mut found = Layouts::new();
        for (name, moved) in names {
            let Some(parsed) = parse_name(moved) else { continue };
            let is_legacy = parsed.cache_tag.is_none();
            let tag = parsed.cache_tag.or_else(|| tag_of(files.get(name)?));
            let Some(tag) = tag else { continue };
            found.entry((parsed.source, tag)).or_default()[usize::from(is_legacy)].push(name);
        }
        found
    }
    let ones = collect(left, only_left.iter().map(|(name, moved)| (name.as_str(), moved.as_str())));
    if ones.is_empty() {
        return Vec::new();
    }
    let others = collect(right, only_right.iter().map(|name| (name.as_str(), name.as_str())));
    let pairs = ones.into_iter().filter_map(|(key, one)| match (one, others.get(&key)?) {
        ([one, legacy], [other, other_legacy]) if legacy.is_empty() && other.is_empty() => {
            Some((one, other_legacy.clone()))
        }
        ([one, legacy], [other, other_legacy]) if one.is_empty() && other_legacy.is_empty() => {
            Some((legacy, other.clone()))
        }
        _ => None,
    });
    let alone = pairs.filter_map(|(one, other)| match (&one[..], &other[..]) {
        ([one], [other]) => Some((String::from(*one), String::from(*other))),
        _ => None,
    });
    alone.collect()
}

/// Returns the cache tag of the version that wrote a pyc.
fn tag_of(file: &SideFile<'_>) -> Option<String> {
    let mut header = Vec::new();
    let stream = file.stream()?.ok()?;
    stream.reader.take(HEADER_SIZE as u64).read_to_end(&mut header).ok()?;
    Some(Series::with_magic(Header::parse(&header).ok()?.magic())?.cache_tag())
}
