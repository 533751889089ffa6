//! Symlinks and files that extend the path of imports, in archives that are not unpacked: names
//! alone decide.

use super::carrier::{Sought, is_source};
use super::place::PlaceError;
use super::prefix::{moved, moved_by_wheel};
use super::pth::{LARGEST, PathForm, PathLines, package_of};
use super::routes::{Routes, is_packages};
use super::unseen::{MOST_LEADING, MOST_PATHS, without_dots};
use crate::archive::{Archive, Entry, Format, Special, SpecialKind};
use crate::project::{PACKAGES, library_version};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// Largest number of symlinks that are followed to one file.
const MOST_LINKS: usize = 40;

/// Largest length of a path.
const LONGEST: usize = 4096;

/// Names of files, each with the reason why its target is not examined.
type Unseen = Vec<(String, PlaceError)>;

/// Returns the `.pth` files of a wheel with paths outside the wheel, or the symlinks and `.pth`
/// files that lead out of a package; and the symlinks to directories of the package that have
/// sources, with the directories, if sources are requested.
pub(super) fn leaving(archive: &Archive, sought: Sought) -> (Unseen, Vec<(String, String)>) {
    if archive.format != Format::Zip {
        let package = Package::new(archive, sought);
        let again = package.again();
        let specials = archive.specials.iter().map(|special| special.name.as_str());
        let names = archive.files().map(|file| file.name.as_str()).chain(specials);
        let mut unseen = moved(names, Some(archive.format));
        unseen.extend(package.leaving());
        return (unseen, again);
    }
    (leaving_wheel(archive), Vec::new())
}

fn leaving_wheel(archive: &Archive) -> Unseen {
    if archive.path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("whl")) {
        return Vec::new();
    }
    let mut unseen = moved_by_wheel(archive);
    let mut left = MOST_PATHS;
    for entry in archive.files() {
        let form = PathForm::of(entry.name.as_bytes()).or_else(|| package_form(entry));
        let Some(form) = form.filter(|form| is_installed(&entry.name, *form)) else { continue };
        let leaves = |line: &str| {
            form == PathForm::Package
                || line.starts_with(['/', '\\'])
                || line.contains(':')
                || line.split(['/', '\\']).any(|part| part == "..")
        };
        unseen.extend(leading_lines(&entry.name, entry, form, &mut left, leaves));
    }
    unseen
}

/// Returns the form of a `.pkg` file. An installer for macOS has the same extension.
fn package_form(entry: &Entry) -> Option<PathForm> {
    package_of(entry.name.rsplit('/').next()?)?;
    let is_text = entry.bytes.len() as u64 <= LARGEST && !entry.bytes.read().contains(&0);
    is_text.then_some(PathForm::Package)
}

/// Returns whether an installer puts a file of a wheel into a directory where Python reads it.
fn is_installed(name: &str, form: PathForm) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    match parts.as_slice() {
        [_] => true,
        [data, scheme, rest @ ..] if data.ends_with(".data") => match *scheme {
            "purelib" | "platlib" => rest.len() == 1,
            "scripts" => !matches!(form, PathForm::Site | PathForm::Package),
            scheme => scheme == "data",
        },
        _ => false,
    }
}

/// Returns the paths in a `.pth` file of an archive for which `leaves` returns true. `name` is the
/// file's, or that of a symlink to it, and `left` the number of paths that may still be examined.
fn leading_lines(
    name: &str,
    entry: &Entry,
    form: PathForm,
    left: &mut usize,
    mut leaves: impl FnMut(&str) -> bool,
) -> Unseen {
    let failed = |error| vec![(name.to_owned(), error)];
    if *left == 0 {
        return failed(PlaceError::TooManyPaths);
    }
    if entry.bytes.len() as u64 > LARGEST {
        let message = format!("more than {LARGEST} bytes");
        let source = io::Error::new(io::ErrorKind::FileTooLarge, message);
        return failed(PlaceError::Read { path: entry.name.clone().into(), source });
    }
    let bytes = entry.bytes.read();
    if std::str::from_utf8(&bytes).is_err() {
        return failed(PlaceError::PathEncoding);
    }
    let paths = PathLines::read(&bytes, form);
    if form == PathForm::Interpreter && paths.is_empty() {
        return failed(PlaceError::Moves);
    }
    let mut unseen = Vec::new();
    for line in paths.iter() {
        if *left == 0 {
            unseen.push((name.to_owned(), PlaceError::TooManyPaths));
            break;
        }
        *left -= 1;
        let line = String::from_utf8_lossy(&line);
        if leaves(&line) {
            unseen.push((name.to_owned(), PlaceError::Leads(line.into_owned())));
            if unseen.len() == MOST_LEADING {
                break;
            }
        }
    }
    unseen
}

/// A package, whose symlinks lead to files in it or to files of the system that it is installed
/// into.
struct Package<'a> {
    archive: &'a Archive,
    names: BTreeSet<&'a str>,
    routes: Routes,
    /// Directories with sources, and those above them, if sources are requested.
    sources: BTreeSet<&'a str>,
    /// Number of paths in `.pth` files that may still be examined.
    left: usize,
}

impl<'a> Package<'a> {
    fn new(archive: &'a Archive, sought: Sought) -> Self {
        let names = archive.entries.iter().map(|entry| entry.name.trim_end_matches('/')).collect();
        let mut links: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
        for special in &archive.specials {
            if let Some(place) = target(archive, &special.name).filter(|place| archive.get(place).is_none()) {
                links.entry(place.into()).or_default().insert(special.name.clone().into());
            }
        }
        let files = archive.files().filter(|file| is_source(file.name.as_bytes()));
        let folders = files.filter(|_| sought != Sought::Bytecode).flat_map(|file| {
            let folder = above(&file.name);
            [folder, above(folder)]
        });
        let sources = folders.collect();
        Self { archive, names, routes: Routes::new(links), sources, left: MOST_PATHS }
    }

    /// Returns the symlinks to directories of the package that have sources or symlinks.
    fn again(&self) -> Vec<(String, String)> {
        if self.sources.is_empty() {
            return Vec::new();
        }
        let archive = self.archive;
        let sources =
            archive.files().map(|file| file.name.as_str()).filter(|name| is_source(name.as_bytes()));
        let links = archive.specials.iter().map(|special| special.name.as_str());
        let code: BTreeSet<&str> = sources.chain(links.clone()).collect();
        let has_code = |folder: &str| {
            let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            code.range(below.as_str()..).next().is_some_and(|name| name.starts_with(&below))
        };
        let links = links.filter_map(|link| Some((link.to_owned(), target(archive, link)?)));
        links.filter(|(_, place)| archive.get(place).is_none() && has_code(place)).collect()
    }

    /// Returns whether a symlink could be imported as a package from a directory with sources.
    fn may_be_package(&self, link: &str) -> bool {
        let folder = above(link);
        let name = link.rsplit('/').next().unwrap_or(link);
        !name.contains(['.', '-'])
            && (self.sources.contains(folder)
                || (!self.sources.is_empty()
                    && folder.rsplit('/').next().is_some_and(|folder| is_packages(folder.as_ref()))))
    }

    /// Returns the symlinks that lead out of the package to what may be modules: they are named
    /// like modules, and are where modules are.
    fn modules(&self) -> BTreeSet<String> {
        let archive = self.archive;
        let is_code = |name: &str| is_source(name.as_bytes()) || name.ends_with(".pyc");
        let files = archive.files().map(|file| file.name.as_str()).filter(|name| is_code(name));
        let folders: BTreeSet<&str> = files.map(above).chain([""]).collect();
        let leads = |special: &&Special| {
            let SpecialKind::Symlink(to) = &special.what else { return false };
            let (folder, file) = (above(&special.name), special.name.rsplit('/').next().unwrap_or_default());
            let is_module = is_source(file.as_bytes()) || !file.contains(['.', '-']) || is_extension(file);
            let is_searched = || {
                folders.contains(folder)
                    || is_packages(folder.rsplit('/').next().unwrap_or_default().as_ref())
            };
            // The system has files that are not in the package.
            let is_of_system = matches!(archive.format, Format::Deb | Format::Rpm);
            let is_outside = || match resolved(archive, &special.name) {
                None => true,
                Some(place) => {
                    (is_of_system || to.starts_with('/') || sibling(archive, &special.name, to).is_none())
                        && !self.is_inside(&place)
                }
            };
            is_module && (is_source(file.as_bytes()) || is_searched()) && is_outside()
        };
        archive.specials.iter().filter(leads).map(|special| special.name.clone()).collect()
    }

    fn leaving(mut self) -> Unseen {
        let archive = self.archive;
        let mut unseen = Vec::new();
        for special in &archive.specials {
            let SpecialKind::Symlink(to) = &special.what else { continue };
            let file = special.name.rsplit('/').next().unwrap_or(&special.name);
            let place = sibling(archive, &special.name, to);
            let form = PathForm::of(file.as_bytes()).filter(|form| self.is_read(&special.name, *form));
            // A symlink with the name of a pyc is reported when pycs are read.
            let leads = file == "__pycache__"
                || (!file.ends_with(".pyc")
                    && (is_code_by_name(to)
                        || form.is_some()
                        || is_packages(file.as_ref())
                        || self.may_be_package(&special.name))
                    && !place.is_some_and(|place| self.is_inside(&place)));
            if leads {
                let error = PlaceError::SymlinkFolder(special.name.clone().into());
                unseen.push((special.name.clone(), error));
            }
            let entry = target(archive, &special.name).and_then(|place| archive.get(&place));
            if let (Some(form), Some(entry)) = (form, entry) {
                unseen.extend(self.path_file(&special.name, entry, form));
            }
        }
        for entry in archive.files() {
            let form = PathForm::of(entry.name.as_bytes()).or_else(|| package_form(entry));
            if let Some(form) = form.filter(|form| self.is_read(&entry.name, *form)) {
                unseen.extend(self.path_file(&entry.name, entry, form));
            }
        }
        unseen
    }

    fn path_file(&mut self, name: &str, entry: &Entry, form: PathForm) -> Unseen {
        let folder = Path::new(name).parent().unwrap_or(Path::new("")).to_path_buf();
        let mut left = self.left;
        let unseen = leading_lines(name, entry, form, &mut left, |line| {
            let (levels, below) = without_dots(Path::new(line));
            if self.archive.format == Format::Tar
                && self.routes.names(&folder).any(|name| levels > depth(&name))
            {
                return true;
            }
            let below = below.strip_prefix("/").map(Path::to_path_buf).map_err(|_| below);
            let places: Option<Vec<PathBuf>> = match below {
                Ok(absolute) => Some(vec![absolute]),
                Err(below) => {
                    let above = self.routes.above(&folder, levels);
                    above.map(|above| above.iter().map(|above| above.join(&below)).collect())
                }
            };
            places.is_none_or(|places| {
                places.iter().any(|place| place.to_str().is_none_or(|place| !self.is_inside(place)))
            })
        });
        self.left = left;
        unseen
    }

    /// Returns whether Python reads a file of this form: for `site`, at the top of the package, or
    /// in a directory of packages by any of its names.
    fn is_read(&self, name: &str, form: PathForm) -> bool {
        let folder = Path::new(name).parent().unwrap_or(Path::new(""));
        !matches!(form, PathForm::Site | PathForm::Package)
            || (folder.as_os_str().is_empty() && form == PathForm::Site)
            || self.routes.names(folder).any(|name| name.file_name().is_some_and(is_packages))
    }

    fn is_inside(&self, place: &str) -> bool {
        let place = place.trim_end_matches('/');
        let below = format!("{place}/");
        place.is_empty()
            || self.archive.special(place).is_some()
            || self.names.contains(place)
            || self.names.range(below.as_str()..).next().is_some_and(|name| name.starts_with(&below))
    }
}

/// Returns the file or directory that a symlink of a package leads to, through any number of
/// symlinks; `None` for other files, and for paths that no file system follows.
fn target(archive: &Archive, name: &str) -> Option<String> {
    let place = resolved(archive, name).filter(|place| place != name)?;
    archive.special(name).map(|_| place)
}

/// Returns the file or directory that a path of a package leads to, through any number of symlinks;
/// `None` for paths that no file system follows, and for those that lead out of a tar archive,
/// which can be unpacked anywhere.
pub(super) fn resolved(archive: &Archive, name: &str) -> Option<String> {
    let mut waiting: Vec<&str> = name.split('/').rev().collect();
    // Each directory with the symlinks below it.
    let mut place: Vec<(&str, &[Special])> = Vec::new();
    let mut length = 0;
    let mut followed = 0;
    while let Some(part) = waiting.pop() {
        let part = match part {
            ".." => {
                match place.pop() {
                    Some((part, _)) => length -= part.len() + 1,
                    None if archive.format == Format::Tar => return None,
                    None => {}
                }
                continue;
            }
            "" | "." => continue,
            part => part,
        };
        let here = place.last().map_or(archive.specials.as_slice(), |(_, below)| below);
        let special = match here.binary_search_by(|special| special.name[length..].cmp(part)) {
            Ok(at) => &here[at],
            Err(_) => {
                place.push((part, below(here, length, part)));
                length += part.len() + 1;
                continue;
            }
        };
        let SpecialKind::Symlink(target) = &special.what else {
            place.push((part, &[]));
            length += part.len() + 1;
            continue;
        };
        followed += 1;
        if followed > MOST_LINKS || target.len() > LONGEST {
            return None;
        }
        if target.starts_with('/') {
            place.clear();
            length = 0;
        }
        waiting.extend(target.split('/').rev());
    }
    Some(place.iter().map(|(part, _)| *part).collect::<Vec<_>>().join("/"))
}

/// Returns the symlinks below the directory `part`. The names of those that are given are sorted,
/// and equal up to `start`.
fn below<'a>(specials: &'a [Special], start: usize, part: &str) -> &'a [Special] {
    let is_before = |special: &Special, end: char| {
        let rest = &special.name[start..];
        match rest.strip_prefix(part) {
            Some(rest) => rest.chars().next().is_none_or(|first| first < end),
            None => rest < part,
        }
    };
    let from = specials.partition_point(|special| is_before(special, '/'));
    let to = specials.partition_point(|special| is_before(special, '0'));
    &specials[from..to]
}

/// Returns the symlinks of a package that lead out of it to what may be modules.
pub(super) fn leaving_modules(archive: &Archive) -> BTreeSet<String> {
    match archive.format {
        Format::Zip => BTreeSet::new(),
        _ => Package::new(archive, Sought::Bytecode).modules(),
    }
}

fn is_extension(name: &str) -> bool {
    name.ends_with(".so") || name.ends_with(".pyd")
}

/// Returns the directory of a file.
fn above(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns whether bytecode is imported from a path, by its name: a pyc, an archive, or a directory
/// of modules.
fn is_code_by_name(path: &str) -> bool {
    // Debian's packages for all versions are below `python3`.
    let is_python = |part: &str| library_version(part).is_some() || part == "python3";
    let endings = [".pyc", ".whl", ".pyz", ".egg", ".zip"];
    let file = path.rsplit('/').next().unwrap_or(path);
    let is_module = file.contains('.') || path.ends_with('/');
    endings.iter().any(|end| path.ends_with(end))
        || path.split('/').any(|part| part == "__pycache__" || PACKAGES.contains(&part))
            && (!is_module || path.contains("__pycache__"))
        || (is_python(file) && path.contains("lib"))
}

/// Returns the number of directories in a path.
fn depth(folder: &Path) -> usize {
    folder.components().count()
}

/// Returns the target of a symlink as a path below the root of a package; `None` if it leads out of
/// a tar archive.
fn sibling(archive: &Archive, name: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = match target.starts_with('/') {
        true => Vec::new(),
        false => name.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect(),
    };
    for part in target.split('/') {
        match part {
            ".." if parts.pop().is_none() && archive.format == Format::Tar => return None,
            "" | "." | ".." => {}
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
