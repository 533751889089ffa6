//! Places in which bytecode would be overlooked: targets of symlinks and of files that extend the
//! path of imports, and directories that cannot be listed.

use super::carrier::{Sought, is_source};
use super::leaving::{leaving, leaving_modules};
use super::outside::{OutsideFiles, read_text_or_start};
use super::place::{Place, PlaceError};
use super::prefix::moved;
use super::pth::{LARGEST, PathForm, PathLines, moves_paths, package_of};
use super::routes::{Routes, is_packages};
use crate::archive::SpecialKind;
use crate::project::{FolderPrefix, FoundFiles, FoundKind, Reach, name_below, read_regular, real_path};
use crate::text::python;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Largest number of paths that are followed again: those of `.pth` files that have names in
/// several directories, and from parent directories that have several names.
const MOST_AGAIN: usize = 200_000;

/// Largest number of paths that are followed in all `.pth` files of a tree, or of a package. Each
/// line that is not ASCII is a path in every encoding of a locale.
pub(super) const MOST_PATHS: usize = 500_000;

/// Largest number of findings for one name of a `.pth` file.
pub(super) const MOST_LEADING: usize = 100;

/// Rules of a survey.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings<'a> {
    /// Real paths of other places that are examined as well.
    pub examined: &'a [PathBuf],
    /// Working directory by the name under which the user entered it, which may contain symlinks.
    pub directory: Option<&'a Path>,
    /// Files that must not be overlooked.
    pub sought: Sought,
}

/// Facts about how Python reaches the files of a place.
#[derive(Debug, Default)]
pub struct Survey {
    /// Places that importers reach from this place and that are not examined: directories that
    /// cannot be listed, symlinks and `.pth` files that lead out of the place to bytecode, and each
    /// `__pycache__` that is a symlink, since its pycs do not belong to the sources next to the
    /// target.
    pub unseen: Vec<(String, PlaceError)>,
    /// Directories that `site` reads by default.
    pub site_folders: BTreeSet<FolderPrefix>,
    /// Symlinks and path files that lead out of the place to modules of a kind that is not
    /// requested: sources and extension modules.
    pub modules: BTreeSet<String>,
    /// Symlinks to directories of this place that have sources, with the directories, if sources
    /// are requested.
    pub again: Vec<(String, String)>,
    /// Directories and files of this place that path files add to the path of imports.
    pub added: Vec<AddedPath>,
    /// Directories of this place that `.pkg` files add to the paths of packages.
    pub of_packages: BTreeSet<String>,
    /// `.pkg` files, whose paths `pkgutil` adds to those of a package.
    pub lists: BTreeSet<String>,
}

/// A path of a place that a path file adds to the path of imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedPath {
    /// Name of a file, or [`FolderPrefix`] of a directory.
    pub name: String,
    /// Name of the path file.
    pub file: String,
    /// True if the file is next to an interpreter and replaces the default path.
    pub is_first: bool,
    /// True if the file moves its paths to the front, as `easy-install.pth` does.
    pub is_moved: bool,
}

impl Place {
    /// Returns how Python reaches the files of this place.
    pub fn survey(&self, surroundings: Surroundings<'_>) -> Survey {
        match self {
            Self::Tree(root, listing) => {
                let mut found = survey(root, listing, surroundings);
                let everything = Surroundings { sought: Sought::Modules, ..surroundings };
                let mut leading = survey(root, listing, everything).unseen;
                leading.retain(|(_, error)| error.leads_out());
                found.modules = leading.into_iter().map(|(name, _)| name).collect();
                if surroundings.sought == Sought::Bytecode {
                    found.modules.extend(linked_sources(root, listing, surroundings.examined));
                }
                for (name, _) in &found.unseen {
                    found.modules.remove(name);
                }
                found
            }
            Self::Archive(archive) => {
                let (unseen, again) = leaving(archive, surroundings.sought);
                let mut modules = leaving_modules(archive);
                for (name, _) in &unseen {
                    modules.remove(name);
                }
                Survey { unseen, again, modules, ..Survey::default() }
            }
            Self::File(_) => Survey::default(),
        }
    }

    /// Returns the symlinks that lead to code outside of this place, with their targets.
    pub fn links_to_code(&self) -> BTreeMap<String, String> {
        let has_links = match self {
            Self::Tree(_, listing) => listing.names.values().any(|found| *found == FoundKind::Symlink),
            Self::Archive(archive) => !archive.specials.is_empty(),
            Self::File(_) => false,
        };
        if !has_links {
            return BTreeMap::new();
        }
        let survey = self.survey(Surroundings::default());
        let unseen = survey.unseen.into_iter().filter(|(_, error)| error.leads_out()).map(|(name, _)| name);
        let target = |name: &str| match self {
            Self::Tree(root, listing) => {
                let target = std::fs::read_link(listing.path_of(root, name)).ok()?;
                Some(python::os_text(target.as_os_str()))
            }
            Self::Archive(archive) => match &archive.special(name)?.what {
                SpecialKind::Symlink(target) => Some(target.clone()),
                _ => None,
            },
            Self::File(_) => None,
        };
        let names = unseen.chain(survey.modules).collect::<BTreeSet<String>>();
        names.into_iter().filter_map(|name| target(&name).map(|target| (name, target))).collect()
    }

    /// Returns the path of this place without symlinks.
    pub fn real_path(&self) -> Option<PathBuf> {
        let path = match self {
            Self::Tree(path, _) | Self::File(path) => path,
            Self::Archive(archive) => &archive.path,
        };
        real_path(path).ok()
    }
}

/// Returns the symlinks with the name of a source to files that are not examined.
fn linked_sources(root: &Path, listing: &FoundFiles, examined: &[PathBuf]) -> Vec<String> {
    let Ok(inside) = real_path(root) else { return Vec::new() };
    let leads_out = |name: &&String| {
        let path = listing.path_of(root, name);
        real_path(&path).is_ok_and(|real| {
            real.is_file() && !examined.iter().chain([&inside]).any(|folder| real.starts_with(folder))
        })
    };
    let links = listing.names.iter().filter(|(_, found)| **found == FoundKind::Symlink);
    links.map(|(name, _)| name).filter(|name| is_source(name.as_bytes())).filter(leads_out).cloned().collect()
}

fn survey(root: &Path, listing: &FoundFiles, surroundings: Surroundings<'_>) -> Survey {
    let Surroundings { examined, directory, sought } = surroundings;
    let inside = real_path(root).unwrap_or_else(|_| root.to_path_buf());
    let examined = [std::slice::from_ref(&inside), examined].concat();
    let contents = OutsideFiles::new(sought);
    let is_code = |link: &Path, path: &Path| contents.is_code(link, path, &examined);
    let mut reach = Reach::new(&examined, &is_code);
    let mut hides = |path: &Path| {
        let is_cache = path.ends_with("__pycache__") && !path.metadata().is_ok_and(|found| found.is_file());
        (is_cache && path.exists()) || reach.leads(path)
    };
    let links = links(root, listing);
    // A symlink with the name of a pyc, or of a source that is sought, is reported when these are
    // read.
    let is_read = |path: &Path| sought.is_named(path.as_os_str().as_encoded_bytes()) && path.is_file();
    let hiding = links.iter().filter(|path| !is_read(path) && hides(path));
    let mut unseen: Vec<_> =
        hiding.map(|path| (name_below(root, path), PlaceError::SymlinkFolder(path.clone()))).collect();

    let again = match sought {
        Sought::Bytecode | Sought::Modules => Vec::new(),
        Sought::Sources => again(root, &inside, listing, &links),
    };
    let own_links = links.iter().filter(|link| link.is_dir()).filter_map(|link| {
        Some((real_path(link).ok()?, inside.join(link.strip_prefix(root).unwrap_or(link))))
    });
    let mut folder_links = reach.links().clone();
    for (real, link) in own_links.chain(links_above(root, directory)) {
        folder_links.entry(real).or_default().insert(link);
    }
    let mut tree = SurveyedTree {
        root,
        inside: &inside,
        listing,
        routes: Routes::new(folder_links),
        reach,
        followed: 0,
        again: 0,
        added: Vec::new(),
        of_packages: BTreeSet::new(),
        lists: BTreeSet::new(),
    };
    let site_folders = tree.site_folders();
    unseen.extend(tree.path_files(&site_folders));
    unseen.extend(moved(listing.names.keys().map(String::as_str), None));
    let unlisted = listing.unlisted.iter().map(|error| (name_below(root, &error.path), error.clone().into()));
    unseen.extend(unlisted);
    let names = site_folders.iter().filter(|folder| folder.starts_with(&inside)).map(|folder| {
        let name = name_below(&inside, folder);
        if name.is_empty() { name } else { format!("{name}/") }
    });
    Survey {
        unseen,
        site_folders: names.collect(),
        again,
        modules: BTreeSet::new(),
        added: tree.added,
        of_packages: tree.of_packages,
        lists: tree.lists,
    }
}

/// Returns the paths of the symlinks of a tree.
fn links(root: &Path, listing: &FoundFiles) -> Vec<PathBuf> {
    let is_link = |name: &String, found| found == FoundKind::Symlink && !listing.real.contains_key(name);
    let named = listing.names.iter().filter(|(name, found)| is_link(name, **found));
    named.map(|(name, _)| root.join(name)).chain(listing.nameless_links.iter().cloned()).collect()
}

/// Returns the symlinks of a tree to its own directories that have sources, or symlinks to some.
fn again(root: &Path, inside: &Path, listing: &FoundFiles, links: &[PathBuf]) -> Vec<(String, String)> {
    let folders = links.iter().filter(|link| link.is_dir()).filter_map(|link| {
        let real = real_path(link).ok().filter(|real| real.starts_with(inside))?;
        Some((name_below(root, link), name_below(inside, &real)))
    });
    let is_code = |name: &str, found: FoundKind| found == FoundKind::Symlink || is_source(name.as_bytes());
    let code: BTreeSet<&str> = listing
        .names
        .iter()
        .filter(|(name, found)| is_code(name, **found))
        .map(|(name, _)| name.as_str())
        .collect();
    let has_sources = |folder: &str| {
        let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        code.range(below.as_str()..).next().is_some_and(|name| name.starts_with(&below))
    };
    folders.filter(|(_, folder)| has_sources(folder)).collect()
}

/// Returns the symlinks in a path that the user named, each after the real path of its target. The
/// working directory, to which the path may be relative, may have been reached through symlinks.
fn links_above(root: &Path, directory: Option<&Path>) -> Vec<(PathBuf, PathBuf)> {
    let root = directory.map_or_else(|| root.to_path_buf(), |directory| directory.join(root));
    // A slash at the end would follow the last symlink.
    let links = root.components().as_path().ancestors().filter(|path| path.is_symlink()).filter_map(|path| {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let folder = real_path(parent.unwrap_or(Path::new("."))).ok()?;
        Some((real_path(path).ok()?, folder.join(path.file_name()?)))
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
    /// Paths in the tree.
    added: Vec<AddedPath>,
    /// Directories in the tree that `.pkg` files name.
    of_packages: BTreeSet<String>,
    /// Names of `.pkg` files with paths.
    lists: BTreeSet<String>,
}

/// File with paths, and what reads it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct PathFile {
    path: PathBuf,
    form: PathForm,
    /// True if `site` reads it, which needs all of it to be right.
    is_for_site: bool,
}

/// Names of a file with paths by the directories that have them.
type FileNames = BTreeMap<PathBuf, Vec<String>>;

/// Reason why the paths in a file are unknown.
enum PathFileFault {
    Io(io::Error),
    NotUtf8,
    /// The interpreter reads an empty file, which moves its standard library.
    Empty,
}

impl PathFileFault {
    fn of(&self, path: &Path) -> PlaceError {
        match self {
            Self::Io(error) => unreadable(path, error),
            Self::NotUtf8 => PlaceError::PathEncoding,
            Self::Empty => PlaceError::Moves,
        }
    }
}

impl PathFile {
    fn read(&self) -> Result<Vec<u8>, PathFileFault> {
        let bytes = match self.is_for_site {
            true => read_regular(&self.path, LARGEST),
            false => read_text_or_start(&self.path),
        };
        bytes.map_err(PathFileFault::Io)
    }

    /// Returns the paths in the content of the file; `None` for another kind of file.
    fn paths<'a>(&self, bytes: &'a [u8]) -> Result<Option<PathLines<'a>>, PathFileFault> {
        // An installer for macOS has the same extension.
        if self.form == PathForm::Package && bytes.contains(&0) {
            return Ok(None);
        }
        let is_utf8 = std::str::from_utf8(bytes).is_ok();
        if self.is_for_site && !is_utf8 {
            return Err(PathFileFault::NotUtf8);
        }
        let paths = PathLines::read(bytes, self.form);
        let paths = if is_utf8 { paths } else { paths.without_chance() };
        if self.form == PathForm::Interpreter && paths.is_empty() {
            return Err(PathFileFault::Empty);
        }
        Ok(Some(paths))
    }
}

impl SurveyedTree<'_> {
    /// Returns the real paths of the directories that `site` reads by default, by any of their
    /// names.
    fn site_folders(&self) -> BTreeSet<PathBuf> {
        let mut packages = BTreeSet::new();
        // The previous name has covered the directories that both share.
        let mut before = "";
        for name in self.listing.names.keys() {
            let known = name.bytes().zip(before.bytes()).take_while(|(one, other)| one == other).count();
            before = name;
            for (at, _) in name.match_indices('/').filter(|(at, _)| *at >= known) {
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
        let mut unseen = Vec::new();
        for (file, folders) in self.listed_path_files(site_folders) {
            let mut refuse = |fault: &PathFileFault, folders: FileNames| {
                let names = folders.into_values().flatten();
                unseen.extend(names.map(|name| (name, fault.of(&file.path))));
            };
            let bytes = match file.read() {
                Ok(bytes) => bytes,
                Err(fault) => {
                    refuse(&fault, folders);
                    continue;
                }
            };
            let paths = match file.paths(&bytes) {
                Ok(Some(paths)) => paths,
                Ok(None) => continue,
                Err(fault) => {
                    refuse(&fault, folders);
                    continue;
                }
            };
            let is_moved = file.form == PathForm::Site && moves_paths(&bytes);
            let PathFile { form, is_for_site, .. } = file;
            if form == PathForm::Package && !paths.is_empty() {
                self.lists.extend(folders.values().flatten().cloned());
            }
            for (at, (folder, names)) in folders.into_iter().enumerate() {
                let is_for_imports = match form {
                    PathForm::Site => is_for_site,
                    PathForm::Interpreter | PathForm::Build => true,
                    PathForm::Package => false,
                };
                if is_for_imports || form == PathForm::Package {
                    let added = self.inside_paths(&paths, &folder);
                    match names.first().filter(|_| is_for_imports) {
                        Some(name) => self.added.extend(added.into_iter().map(|path| AddedPath {
                            name: path,
                            file: name.clone(),
                            is_first: form != PathForm::Site,
                            is_moved,
                        })),
                        None => self.of_packages.extend(added),
                    }
                }
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

    /// Returns each file with paths once, with the names under which its directories have it.
    fn listed_path_files(&self, site_folders: &BTreeSet<PathBuf>) -> BTreeMap<PathFile, FileNames> {
        let mut files: BTreeMap<PathFile, FileNames> = BTreeMap::new();
        for (name, found) in &self.listing.names {
            let Some(form) = PathForm::of(name.as_bytes()).or_else(|| self.package_form(name, site_folders))
            else {
                continue;
            };
            let path = self.listing.path_of(self.root, name);
            // A symlink to nothing, and a directory.
            if *found == FoundKind::Symlink && !path.exists() || path.is_dir() {
                continue;
            }
            let folder = path.parent().unwrap_or(self.root);
            let folder = self.inside.join(folder.strip_prefix(self.root).unwrap_or(folder));
            let is_for_site =
                (folder == self.inside && form != PathForm::Package) || site_folders.contains(&folder);
            let file = PathFile { path: real_path(&path).unwrap_or(path), form, is_for_site };
            files.entry(file).or_default().entry(folder).or_default().push(name.clone());
        }
        files
    }

    /// Returns the form of a `.pkg` file where `pkgutil` finds it: in a directory of packages, in a
    /// library, or in the directory of the package that contains its package.
    fn package_form(&self, name: &str, site_folders: &BTreeSet<PathBuf>) -> Option<PathForm> {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        let folder = self.inside.join(folder);
        let is_read = match package_of(file)?.rsplit_once('.') {
            Some((above, _)) => folder.ends_with(above.replace('.', "/")),
            None => {
                let parent = folder.file_name().map(OsStr::as_encoded_bytes).unwrap_or_default();
                site_folders.contains(&folder) || parent.starts_with(b"python")
            }
        };
        is_read.then_some(PathForm::Package)
    }

    /// Returns the paths that lead to files and directories of the tree, by their real names.
    fn inside_paths(&mut self, paths: &PathLines<'_>, folder: &Path) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for path in paths.iter().take(MOST_LEADING) {
            let path = PathBuf::from(python::os_name(path.into_owned()));
            let (levels, below) = without_dots(&path);
            let above = self.routes.above(folder, levels).cloned().unwrap_or_default();
            self.again += above.len().saturating_sub(1);
            if self.again > MOST_AGAIN {
                break;
            }
            let own = folder.ancestors().nth(levels).unwrap_or(Path::new("/"));
            for above in above.iter().map(PathBuf::as_path).chain([own]) {
                let path = above.join(&below);
                let real = real_path(&path).ok().filter(|_| can_exist(&path));
                let Some(real) = real.filter(|real| real.starts_with(self.inside)) else { continue };
                // A zip is found by the name of a symlink to it.
                let file =
                    path.parent().and_then(|parent| Some(real_path(parent).ok()?.join(path.file_name()?)));
                let is_folder = real.is_dir();
                let place = if is_folder { real } else { file.unwrap_or(real) };
                if !place.starts_with(self.inside) {
                    continue;
                }
                let mut name_inside = name_below(self.inside, &place);
                if is_folder && !name_inside.is_empty() {
                    name_inside.push('/');
                }
                found.insert(name_inside);
            }
        }
        found
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
        // These depend on the directory that a program is started in.
        if form == PathForm::Package && path.is_relative() {
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
