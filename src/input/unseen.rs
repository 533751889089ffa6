//! Places in which bytecode would be overlooked: targets of symlinks and `.pth` files, and
//! directories that cannot be listed.

use super::carrier::{Carrier, Embedded, embedded};
use super::place::{Place, PlaceError};
use super::pth;
use crate::archive::{Archive, Entry, Format, SpecialKind};
use crate::project::{
    FoundFiles, FoundKind, LARGEST, PACKAGES, Reach, name_below, open_regular, read_regular,
};
use crate::text::python;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

impl Place {
    /// Returns the places that importers reach from this place and that are not examined:
    /// directories that cannot be listed, symlinks and `.pth` files that lead out of the tree to
    /// bytecode, and each `__pycache__` that is a symlink, since its pycs do not belong to the
    /// sources next to the target.
    pub fn unseen(&self) -> Vec<(String, PlaceError)> {
        let (root, listing) = match self {
            Self::Tree(root, listing) => (root, listing),
            Self::Archive(archive) => return leaving(archive),
            Self::File(_) => return Vec::new(),
        };
        let inside = root.canonicalize().unwrap_or_else(|_| root.clone());
        let mut reach = Reach::new(Some(&inside), &is_code);
        let mut hides = |path: &Path| {
            let is_cache =
                path.ends_with("__pycache__") && !path.metadata().is_ok_and(|found| found.is_file());
            (is_cache && path.exists()) || reach.leads(path)
        };
        let links: Vec<PathBuf> = listing
            .names
            .iter()
            .filter(|(_, found)| **found == FoundKind::Symlink)
            .map(|(name, _)| root.join(name))
            .chain(listing.nameless_links.iter().cloned())
            .collect();
        // A symlink with the name of a pyc is reported when pycs are read.
        let is_pyc = |path: &Path| path.extension().is_some_and(|end| end == "pyc") && path.is_file();
        let hiding = links.iter().filter(|path| !is_pyc(path) && hides(path));
        let mut unseen: Vec<_> =
            hiding.map(|path| (name_below(root, path), PlaceError::SymlinkFolder(path.clone()))).collect();
        for (path, folders) in path_files(root, &inside, listing, &links) {
            let name = name_below(root, &path);
            let read = if is_site_folder(&name) { read_paths(&path) } else { read_possible_paths(&path) };
            match read {
                Ok(lines) => {
                    let mut leads =
                        |line: &PathBuf| folders.iter().any(|folder| adds(folder, line, &mut reach));
                    let leading = lines.into_iter().filter(|line| leads(line));
                    unseen.extend(leading.map(|line| (name.clone(), leads_error(&line))));
                }
                Err(error) => unseen.push((name, error)),
            }
        }
        let unlisted =
            listing.unlisted.iter().map(|error| (name_below(root, &error.path), error.clone().into()));
        unseen.extend(unlisted);
        unseen
    }
}

/// Returns the `.pth` files of a tree, and the directories for which `site` reads each: its own,
/// and that by which a symlink leads to it. The real directory comes with both, since the names of
/// either can decide what `..` stands for.
fn path_files(
    root: &Path,
    inside: &Path,
    listing: &FoundFiles,
    links: &[PathBuf],
) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let mut files: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    let mut real: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for name in listing.names.keys().filter(|name| is_pth(name)) {
        let path = listing.real.get(name).cloned().unwrap_or_else(|| root.join(name));
        // A symlink to nothing, and a directory.
        if listing.names[name] == FoundKind::Symlink && !path.exists() || path.is_dir() {
            continue;
        }
        let folder = path.parent().unwrap_or(root);
        let below = inside.join(folder.strip_prefix(root).unwrap_or(folder));
        real.entry(below.clone()).or_default().push(path.clone());
        files.insert(path.clone(), BTreeSet::from([folder.to_path_buf(), below]));
    }
    for link in links.iter().filter(|link| !real.is_empty() && link.is_dir()) {
        let Ok(target) = link.canonicalize() else { continue };
        let reached = real.range(target.clone()..).take_while(|(folder, _)| folder.starts_with(&target));
        for (folder, paths) in reached {
            let below = link.join(folder.strip_prefix(&target).unwrap_or(folder));
            for path in paths {
                files.entry(path.clone()).or_default().insert(below.clone());
            }
        }
    }
    files
}

/// Returns the paths in a `.pth` file.
fn read_paths(path: &Path) -> Result<Vec<PathBuf>, PlaceError> {
    let bytes =
        read_regular(path, pth::LARGEST).map_err(|source| PlaceError::Read { path: path.into(), source })?;
    let lines = pth::paths(&bytes).ok_or(PlaceError::PathEncoding)?;
    Ok(lines.into_iter().map(path_of).collect())
}

/// Returns the paths in a file that has the name of a `.pth` file, in a directory that `site` does
/// not read by default. Weights of models have the same extension: of a large binary file, only the
/// beginning is read.
fn read_possible_paths(path: &Path) -> Result<Vec<PathBuf>, PlaceError> {
    let bytes = read_text_or_start(path).map_err(|source| PlaceError::Read { path: path.into(), source })?;
    Ok(pth::possible_paths(&bytes).into_iter().map(path_of).collect())
}

/// Returns the content of a text, or the beginning of a large binary file.
fn read_text_or_start(path: &Path) -> io::Result<Vec<u8>> {
    match read_regular(path, pth::LARGEST) {
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            let mut start = Vec::new();
            open_regular(path)?.take(pth::LARGEST).read_to_end(&mut start)?;
            if start.contains(&0) { Ok(start) } else { Err(error) }
        }
        read => read,
    }
}

#[cfg(unix)]
fn path_of(line: Vec<u8>) -> PathBuf {
    <std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(line).into()
}

#[cfg(not(unix))]
fn path_of(line: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&line).into_owned().into()
}

fn leads_error(line: &Path) -> PlaceError {
    PlaceError::Leads(python::os_text(line.as_os_str()))
}

/// Returns whether a line of a `.pth` file in a directory adds bytecode to the path of imports.
fn adds(folder: &Path, line: &Path, reach: &mut Reach<'_>) -> bool {
    let path = folder.join(line);
    let simple = without_dots(&path);
    reach.leads(&simple) || (simple != path && reach.leads(&path))
}

/// Returns a path without `.` and `..`, by its names alone, as `os.path.abspath` does: a directory
/// before `..` need not exist, and may be a symlink.
fn without_dots(path: &Path) -> PathBuf {
    let mut simple = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match simple.components().next_back() {
                Some(Component::Normal(_)) => drop(simple.pop()),
                Some(Component::RootDir) => {}
                _ => simple.push(".."),
            },
            part => simple.push(part),
        }
    }
    if simple.as_os_str().is_empty() { PathBuf::from(".") } else { simple }
}

fn is_pth(name: &str) -> bool {
    name.ends_with(".pth") || name.ends_with("._pth")
}

/// Returns whether a `.pth` file is in a directory that `site` reads by default: the top of a tree,
/// or a directory of packages.
fn is_site_folder(name: &str) -> bool {
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let last = folder.rsplit('/').next().unwrap_or(folder);
    last.is_empty() || PACKAGES.contains(&last)
}

/// Returns whether an installer puts a `.pth` file of a wheel into a directory that `site` reads.
fn is_installed_for_site(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    match parts.as_slice() {
        [_] => true,
        [data, scheme, rest @ ..] if data.ends_with(".data") => match *scheme {
            "purelib" | "platlib" => rest.len() == 1,
            scheme => scheme == "data",
        },
        _ => false,
    }
}

/// Returns the symlinks and `.pth` files that lead out of a package to bytecode. The names alone
/// decide for symlinks, because the file system that the package installs into is not available.
fn leaving_package(archive: &Archive) -> Vec<(String, PlaceError)> {
    let names: BTreeSet<&str> = archive.entries.iter().map(|entry| entry.name.as_str()).collect();
    let is_inside = |place: &str| {
        let below = format!("{place}/");
        place.is_empty()
            || archive.special(place).is_some()
            || names.range(place..).next().is_some_and(|name| *name == place || name.starts_with(&below))
            || names.range(below.as_str()..).next().is_some_and(|name| name.starts_with(&below))
    };
    let mut unseen = Vec::new();
    for special in &archive.specials {
        let SpecialKind::Symlink(target) = &special.what else { continue };
        // A symlink with the name of a pyc is reported when pycs are read.
        let file = special.name.rsplit('/').next().unwrap_or(&special.name);
        let leads = file == "__pycache__"
            || (!file.ends_with(".pyc")
                && is_code_by_name(target)
                && !is_inside(&sibling(&special.name, target)));
        if leads {
            unseen.push((special.name.clone(), PlaceError::SymlinkFolder(special.name.clone().into())));
        }
    }
    for entry in archive.files().filter(|entry| is_pth(&entry.name) && is_site_folder(&entry.name)) {
        let leaves = |line: &str| !is_inside(&sibling(&entry.name, line));
        unseen.extend(leading_lines(entry, leaves));
    }
    unseen
}

/// Returns the paths in a `.pth` file of an archive for which `leaves` returns true.
fn leading_lines(entry: &Entry, leaves: impl Fn(&str) -> bool) -> Vec<(String, PlaceError)> {
    let failed = |error| vec![(entry.name.clone(), error)];
    if entry.bytes.len() as u64 > pth::LARGEST {
        let message = format!("more than {} bytes", pth::LARGEST);
        let source = io::Error::new(io::ErrorKind::FileTooLarge, message);
        return failed(PlaceError::Read { path: entry.name.clone().into(), source });
    }
    let Some(lines) = pth::paths(&entry.bytes.read()) else { return failed(PlaceError::PathEncoding) };
    let lines = lines.iter().map(|line| String::from_utf8_lossy(line));
    let leaving = lines.filter(|line| leaves(line));
    leaving.map(|line| (entry.name.clone(), PlaceError::Leads(line.into_owned()))).collect()
}

/// Returns whether bytecode is imported from a path, by its name: a pyc, an archive, or a directory
/// of modules.
fn is_code_by_name(path: &str) -> bool {
    let is_python = |part: &str| {
        let version = part.strip_prefix("python").or_else(|| part.strip_prefix("pypy"));
        version.is_some_and(|version| version.starts_with(|digit: char| digit.is_ascii_digit()))
    };
    let endings = [".pyc", ".whl", ".pyz", ".egg", ".zip"];
    let file = path.rsplit('/').next().unwrap_or(path);
    let is_module = file.contains('.') || path.ends_with('/');
    endings.iter().any(|end| path.ends_with(end))
        || path.split('/').any(|part| part == "__pycache__" || PACKAGES.contains(&part))
            && (!is_module || path.contains("__pycache__"))
        || (is_python(file) && path.contains("lib"))
}

/// Returns the target of a symlink or of a line of a `.pth` file as a path below the root of a
/// package.
fn sibling(name: &str, target: &str) -> String {
    let mut parts: Vec<&str> = match target.starts_with('/') {
        true => Vec::new(),
        false => name.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect(),
    };
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "" | "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Returns the `.pth` files of a wheel with paths outside the wheel, or the symlinks and `.pth`
/// files that lead out of a package.
fn leaving(archive: &Archive) -> Vec<(String, PlaceError)> {
    if archive.format != Format::Zip {
        return leaving_package(archive);
    }
    if archive.path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("whl")) {
        return Vec::new();
    }
    let mut unseen = Vec::new();
    for entry in archive.files().filter(|entry| is_pth(&entry.name) && is_installed_for_site(&entry.name)) {
        let leaves = |line: &str| {
            line.starts_with(['/', '\\'])
                || line.contains(':')
                || line.split(['/', '\\']).any(|part| part == "..")
        };
        unseen.extend(leading_lines(entry, leaves));
    }
    unseen
}

/// Returns whether Python runs a file, imports from it, or follows its paths. Importers go by the
/// name of a link.
fn is_code(link: &Path, path: &Path) -> io::Result<bool> {
    if link.as_os_str().as_encoded_bytes().ends_with(b".pyc") {
        return Ok(true);
    }
    if path.to_str().is_some_and(is_pth) {
        let bytes = read_text_or_start(path)?;
        // The paths of a text that is not UTF-8 depend on the locale.
        return Ok(pth::paths(&bytes).map_or(!bytes.contains(&0), |paths| !paths.is_empty()));
    }
    let carrier = Carrier::of_file(path)?;
    if carrier.magic.is_some() || !carrier.is_archive() {
        return Ok(carrier.magic.is_some());
    }
    Ok(match embedded(path, read_regular(path, LARGEST)?) {
        Embedded::Nothing => false,
        Embedded::Refused(_) => true,
        Embedded::Archive(archive) => archive.files().any(|entry| {
            let carrier = Carrier::of_entry(&entry.bytes);
            entry.name.ends_with(".pyc") || carrier.magic.is_some() || carrier.is_archive()
        }),
    })
}
