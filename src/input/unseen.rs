//! Places in which bytecode would be overlooked: targets of symlinks and of files that extend the
//! path of imports, and directories that cannot be listed.

use super::carrier::{Carrier, Embedded, embedded};
use super::leaving::leaving;
use super::place::{Place, PlaceError};
use super::pth::{LARGEST, PathForm, PathLines};
use super::routes::{Routes, is_packages};
use crate::project::{
    FoundFiles, FoundKind, LARGEST as LARGEST_FILE, Reach, name_below, open_regular, read_regular,
};
use crate::text::python;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

/// Largest number of paths that are followed again: those of `.pth` files that have names in
/// several directories, and from directories above that have several names.
const MOST_AGAIN: usize = 200_000;

/// Largest number of paths that are followed in all `.pth` files of a tree, or of a package. Each
/// line that is not ASCII is a path in every encoding of a locale.
pub(super) const MOST_PATHS: usize = 500_000;

/// Largest number of findings for one name of a `.pth` file.
pub(super) const MOST_LEADING: usize = 100;

/// Facts about how Python reaches the files of a place.
#[derive(Debug, Default)]
pub struct Survey {
    /// Places that importers reach from this place and that are not examined: directories that
    /// cannot be listed, symlinks and `.pth` files that lead out of the place to bytecode, and each
    /// `__pycache__` that is a symlink, since its pycs do not belong to the sources next to the
    /// target.
    pub unseen: Vec<(String, PlaceError)>,
    /// Directories that `site` reads by default: empty, or with `/` at the end.
    pub site_folders: BTreeSet<String>,
}

impl Place {
    /// Returns how Python reaches the files of this place. `examined` are the real paths of other
    /// places that are examined as well.
    pub fn survey(&self, examined: &[PathBuf]) -> Survey {
        match self {
            Self::Tree(root, listing) => survey(root, listing, examined),
            Self::Archive(archive) => Survey { unseen: leaving(archive), ..Survey::default() },
            Self::File(_) => Survey::default(),
        }
    }

    /// Returns the path of this place without symlinks.
    pub fn real_path(&self) -> Option<PathBuf> {
        let path = match self {
            Self::Tree(path, _) | Self::File(path) => path,
            Self::Archive(archive) => &archive.path,
        };
        path.canonicalize().ok()
    }
}

fn survey(root: &Path, listing: &FoundFiles, examined: &[PathBuf]) -> Survey {
    let inside = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    let examined = [std::slice::from_ref(&inside), examined].concat();
    let contents = OutsideFiles::default();
    let is_code = |link: &Path, path: &Path| contents.is_code(link, path, &examined);
    let mut reach = Reach::new(&examined, &is_code);
    let mut hides = |path: &Path| {
        let is_cache = path.ends_with("__pycache__") && !path.metadata().is_ok_and(|found| found.is_file());
        (is_cache && path.exists()) || reach.leads(path)
    };
    let links: Vec<PathBuf> = listing
        .names
        .iter()
        .filter(|(name, found)| **found == FoundKind::Symlink && !listing.real.contains_key(*name))
        .map(|(name, _)| root.join(name))
        .chain(listing.nameless_links.iter().cloned())
        .collect();
    // A symlink with the name of a pyc is reported when pycs are read.
    let is_pyc = |path: &Path| path.extension().is_some_and(|end| end == "pyc") && path.is_file();
    let hiding = links.iter().filter(|path| !is_pyc(path) && hides(path));
    let mut unseen: Vec<_> =
        hiding.map(|path| (name_below(root, path), PlaceError::SymlinkFolder(path.clone()))).collect();

    let mut ways = reach.links().clone();
    let folders = links.iter().filter(|link| link.is_dir());
    for (link, real) in folders.filter_map(|link| Some((link, link.canonicalize().ok()?))) {
        ways.entry(real).or_default().insert(inside.join(link.strip_prefix(root).unwrap_or(link)));
    }
    for (real, link) in links_above(root) {
        ways.entry(real).or_default().insert(link);
    }
    let mut tree = SurveyedTree {
        root,
        inside: &inside,
        listing,
        routes: Routes::new(ways),
        reach,
        followed: 0,
        again: 0,
    };
    let site_folders = tree.site_folders();
    unseen.extend(tree.path_files(&site_folders));
    let unlisted = listing.unlisted.iter().map(|error| (name_below(root, &error.path), error.clone().into()));
    unseen.extend(unlisted);
    let names = site_folders.iter().filter(|folder| folder.starts_with(&inside)).map(|folder| {
        let name = name_below(&inside, folder);
        if name.is_empty() { name } else { format!("{name}/") }
    });
    Survey { unseen, site_folders: names.collect() }
}

/// Returns the symlinks in a path that the user named, each after the real path of its target.
fn links_above(root: &Path) -> Vec<(PathBuf, PathBuf)> {
    // A slash at the end would follow the last symlink.
    let links = root.components().as_path().ancestors().filter(|path| path.is_symlink()).filter_map(|path| {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let folder = parent.unwrap_or(Path::new(".")).canonicalize().ok()?;
        Some((path.canonicalize().ok()?, folder.join(path.file_name()?)))
    });
    links.collect()
}

/// A tree whose `.pth` files are read.
struct SurveyedTree<'a> {
    root: &'a Path,
    /// Path of the root without symlinks.
    inside: &'a Path,
    listing: &'a FoundFiles,
    routes: Routes,
    reach: Reach<'a>,
    /// Number of paths that were followed.
    followed: usize,
    /// Number of paths that were followed again.
    again: usize,
}

/// Names of `.pth` files by the directories that have them. Two names may be one file.
type FileNames = BTreeMap<PathBuf, Vec<String>>;

impl SurveyedTree<'_> {
    /// Returns the real paths of the directories that `site` reads by default, by any of their
    /// names.
    fn site_folders(&self) -> BTreeSet<PathBuf> {
        let mut packages = BTreeSet::new();
        for name in self.listing.names.keys() {
            for (at, _) in name.match_indices('/') {
                if is_packages(Path::new(&name[..at]).file_name().unwrap_or_default()) {
                    packages.insert(self.inside.join(&name[..at]));
                }
            }
        }
        packages.extend(self.inside.file_name().filter(|name| is_packages(name)).map(|_| self.inside.into()));
        let is_named = |link: &PathBuf| link.file_name().is_some_and(is_packages);
        let linked = self.routes.links().iter().filter(|(_, links)| links.iter().any(is_named));
        packages.extend(linked.map(|(folder, _)| folder.clone()));
        // On Windows, `site` also reads the directory that has `Lib/site-packages`.
        let prefixes =
            packages.iter().flat_map(|folder| self.routes.names(folder)).filter(|name| is_named(name));
        let libraries = prefixes.filter_map(|name| Some(name.parent()?.to_path_buf()));
        let prefixes: Vec<PathBuf> = libraries
            .flat_map(|library| self.routes.names(&library).collect::<Vec<_>>())
            .filter(|name| name.file_name().is_some_and(|name| name.eq_ignore_ascii_case("Lib")))
            .filter_map(|name| Some(name.parent()?.to_path_buf()))
            .collect();
        packages.extend(prefixes);
        packages
    }

    /// Returns the paths in `.pth` files that lead out of the tree to bytecode, and the files that
    /// cannot be read.
    fn path_files(&mut self, site_folders: &BTreeSet<PathBuf>) -> Vec<(String, PlaceError)> {
        let mut files: BTreeMap<(PathBuf, PathForm, bool), FileNames> = BTreeMap::new();
        for (name, found) in &self.listing.names {
            let Some(form) = PathForm::of(name.as_bytes()) else { continue };
            let path = self.listing.real.get(name).cloned().unwrap_or_else(|| self.root.join(name));
            // A symlink to nothing, and a directory.
            if *found == FoundKind::Symlink && !path.exists() || path.is_dir() {
                continue;
            }
            let folder = path.parent().unwrap_or(self.root);
            let folder = self.inside.join(folder.strip_prefix(self.root).unwrap_or(folder));
            let is_for_site = folder == self.inside || site_folders.contains(&folder);
            let file = path.canonicalize().unwrap_or(path);
            files.entry((file, form, is_for_site)).or_default().entry(folder).or_default().push(name.clone());
        }
        let mut unseen = Vec::new();
        for ((file, form, is_for_site), names) in files {
            let bytes = match is_for_site {
                true => read_regular(&file, LARGEST),
                false => read_text_or_start(&file),
            };
            let bytes = match bytes {
                Ok(bytes) => bytes,
                Err(error) => {
                    let names = names.into_values().flatten();
                    unseen.extend(names.map(|name| (name, unreadable(&file, &error))));
                    continue;
                }
            };
            let is_utf8 = std::str::from_utf8(&bytes).is_ok();
            if is_for_site && !is_utf8 {
                let names = names.into_values().flatten();
                unseen.extend(names.map(|name| (name, PlaceError::PathEncoding)));
                continue;
            }
            let paths = PathLines::read(&bytes, form);
            let paths = if is_utf8 { paths } else { paths.without_chance() };
            for (at, (folder, names)) in names.into_iter().enumerate() {
                let leading = self.leading(&paths, form, &folder, at > 0);
                for name in names {
                    let leads = leading.iter().flatten();
                    let leads = leads.map(|path| PlaceError::Leads(python::os_text(path.as_os_str())));
                    unseen.extend(leads.map(|error| (name.clone(), error)));
                    if leading.is_none() {
                        unseen.push((name, PlaceError::TooManyPaths));
                    }
                }
            }
        }
        unseen
    }

    /// Returns the paths that lead out of the tree to bytecode from a directory; `None` if too many
    /// paths were followed.
    fn leading(
        &mut self,
        paths: &PathLines<'_>,
        form: PathForm,
        folder: &Path,
        is_again: bool,
    ) -> Option<Vec<PathBuf>> {
        let mut leading = Vec::new();
        for path in paths.iter() {
            self.followed += 1;
            self.again += usize::from(is_again);
            if self.again > MOST_AGAIN || self.followed > MOST_PATHS {
                return None;
            }
            let path = PathBuf::from(python::os_name(path.into_owned()));
            if self.leads(&path, form, folder)? {
                leading.push(path);
                if leading.len() == MOST_LEADING {
                    break;
                }
            }
        }
        Some(leading)
    }

    /// Returns whether a path in a file of this directory adds bytecode outside to the path of
    /// imports.
    fn leads(&mut self, path: &Path, form: PathForm, folder: &Path) -> Option<bool> {
        // `site` resolves `..` by names, in the path by which it reached the directory.
        let (levels, below) = without_dots(path);
        if !can_exist(&below) {
            return Some(false);
        }
        let own = folder.ancestors().nth(levels).unwrap_or(Path::new("/"));
        if self.reach.leads(&own.join(&below)) {
            return Some(true);
        }
        // Python does not resolve the names in the other files.
        if form != PathForm::Site && self.reach.leads(&folder.join(path)) {
            return Some(true);
        }
        if levels == 0 {
            return Some(false);
        }
        // Symlinks within the tree are examined themselves.
        let above = self.routes.above(folder, levels)?.iter();
        for above in above.filter(|above| *above != own && !above.starts_with(self.inside)) {
            self.again += 1;
            if self.reach.leads(&above.join(&below)) {
                return Some(true);
            }
        }
        Some(false)
    }
}

/// Returns the number of levels that a path goes up by its names, as in `os.path.abspath`, and the
/// rest of the path: a directory before `..` need not exist, and may be a symlink.
pub(super) fn without_dots(path: &Path) -> (usize, PathBuf) {
    let (mut levels, mut below) = (0, PathBuf::new());
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match below.components().next_back() {
                Some(Component::Normal(_)) => drop(below.pop()),
                Some(_) => {}
                None => levels += 1,
            },
            part => below.push(part),
        }
    }
    (levels, below)
}

/// Returns whether a file system can have this path.
fn can_exist(path: &Path) -> bool {
    let is_name = |part: &OsStr| part.len() <= 255 && !part.as_encoded_bytes().contains(&0);
    path.as_os_str().len() <= 4096 && path.iter().all(is_name)
}

fn unreadable(path: &Path, error: &io::Error) -> PlaceError {
    let source = match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    };
    PlaceError::Read { path: path.into(), source }
}

/// Returns the content of a text, or the beginning of a large binary file: weights of models have
/// the extension of `.pth` files.
fn read_text_or_start(path: &Path) -> io::Result<Vec<u8>> {
    match read_regular(path, LARGEST) {
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            let mut start = Vec::new();
            open_regular(path)?.take(LARGEST).read_to_end(&mut start)?;
            if start.contains(&0) { Ok(start) } else { Err(error) }
        }
        read => read,
    }
}

/// Files outside by their content. Many links can lead to one file.
#[derive(Default)]
struct OutsideFiles {
    known: RefCell<BTreeMap<(PathBuf, Option<PathForm>), bool>>,
}

impl OutsideFiles {
    /// Returns whether Python runs a file, imports from it, or follows its paths. Importers go by
    /// the name of a link.
    fn is_code(&self, link: &Path, path: &Path, examined: &[PathBuf]) -> io::Result<bool> {
        let link = link.as_os_str().as_encoded_bytes();
        if link.ends_with(b".pyc") {
            return Ok(true);
        }
        let form = PathForm::of(link).or_else(|| PathForm::of(path.as_os_str().as_encoded_bytes()));
        if form.is_none() && examined.iter().any(|examined| path.starts_with(examined)) {
            return Ok(false);
        }
        let key = (path.to_path_buf(), form);
        if let Some(known) = self.known.borrow().get(&key) {
            return Ok(*known);
        }
        let is_code = match form {
            Some(form) => has_paths(path, form)?,
            None => has_code(path)?,
        };
        self.known.borrow_mut().insert(key, is_code);
        Ok(is_code)
    }
}

/// Returns whether a file has paths. Those of a text that is not UTF-8 depend on the locale.
fn has_paths(path: &Path, form: PathForm) -> io::Result<bool> {
    let bytes = read_text_or_start(path)?;
    Ok(match std::str::from_utf8(&bytes) {
        Ok(_) => !PathLines::read(&bytes, form).is_empty(),
        Err(_) => !bytes.contains(&0),
    })
}

fn has_code(path: &Path) -> io::Result<bool> {
    let carrier = Carrier::of_file(path)?;
    if carrier.magic.is_some() || !carrier.is_archive() {
        return Ok(carrier.magic.is_some());
    }
    Ok(match embedded(path, read_regular(path, LARGEST_FILE)?) {
        Embedded::Nothing => false,
        Embedded::Refused(_) => true,
        Embedded::Archive(archive) => archive.files().any(|entry| {
            let carrier = Carrier::of_entry(&entry.bytes);
            entry.name.ends_with(".pyc") || carrier.magic.is_some() || carrier.is_archive()
        }),
    })
}
