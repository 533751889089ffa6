//! The libraries and programs of an environment, next to its directories of packages, by their
//! names.

use super::finding::Finding;
use super::import_paths::ImportPaths;
use super::installed::Installed;
use super::library::{strays, strays_in_zip};
use super::path_names::zip_version;
use super::reason::Reason;
use super::record::Rows;
use super::recorded::Recorded;
use super::shadows::shadows;
use crate::input::{Embedded, Place, PlaceError, Surroundings, Survey, embedded};
use crate::project::{FoundFiles, FoundKind, PACKAGES, links_and_files, name_below, names_in, real_path};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Directories of programs below the prefix of an environment.
const PROGRAMS: [&str; 2] = ["bin", "Scripts"];

/// Returns findings for modules in the libraries of an environment that no RECORD lists, for files
/// next to its interpreters that change the path of imports, and for other files that differ from a
/// RECORD, such as scripts, with notes on what is not checked. `packages` are directories of
/// packages below `prefix`, with `/` at the end. Their own files are left out.
pub fn beside_packages(prefix: &Path, packages: &[&str]) -> (Vec<Finding>, Vec<String>) {
    let real = real_path(prefix).unwrap_or_else(|_| prefix.to_path_buf());
    let mut lister = Lister { prefix, real, listing: FoundFiles::default() };
    lister.file("pyvenv.cfg");
    for folder in PROGRAMS {
        lister.files(folder);
        lister.file(&format!("{folder}/Modules/Setup.local"));
    }
    let libraries = packages.iter().filter_map(|packages| packages.trim_end_matches('/').rsplit_once('/'));
    let libraries: BTreeSet<&str> = libraries.map(|(library, _)| library).collect();
    for library in &libraries {
        lister.library(library);
    }
    let above = libraries.iter().map(|library| library.rsplit_once('/').map_or("", |(above, _)| above));
    for folder in above.collect::<BTreeSet<_>>() {
        lister.zips(folder);
    }
    let place = Place::Tree(prefix.to_path_buf(), lister.listing);
    let installed = Installed::read(&place);
    let mut searched = ImportPaths::of(&place, &installed.links, None);
    searched.add(&Survey::default(), installed.in_tree().iter().map(|one| one.base.as_str()));
    let recorded = Recorded::new(&installed, &searched);
    let unseen = place.survey(Surroundings::default()).unseen.into_iter();
    let unseen = unseen.filter(|(_, error)| matches!(error, PlaceError::Moves | PlaceError::Discover(_)));
    let mut findings: Vec<Finding> =
        unseen.map(|(name, error)| Finding::new(name, Reason::Unreadable(error.to_string()))).collect();
    let shadows = shadows(&place, &installed, &recorded, &searched, None).findings;
    let known = shadows.iter().map(|finding| finding.path.clone()).collect();
    findings.extend(shadows);
    let (found, mut notes) = strays(&place, &installed, &recorded, &searched, &BTreeSet::new(), &known);
    findings.extend(found);
    for entry in searched.libraries() {
        let Ok(bytes) = place.read(&entry.name) else { continue };
        match embedded(Path::new(&entry.name), bytes) {
            Embedded::Nothing | Embedded::Broken(_) => {}
            Embedded::Refused(error) => {
                findings.push(Finding::new(&entry.name, Reason::Archive(error.within())));
            }
            Embedded::Archive(archive) => {
                let names = Place::Archive(archive).names().into_iter().collect();
                let (found, more) = strays_in_zip(&names, entry, &searched, &installed, None);
                notes.extend(more);
                findings.extend(
                    found.into_iter().map(|finding| Finding {
                        path: format!("{}!{}", entry.name, finding.path),
                        ..finding
                    }),
                );
            }
        }
    }
    findings.extend(Rows::elsewhere(prefix, &installed, &searched));
    findings.sort_by_cached_key(Finding::order);
    findings.dedup();
    (findings, notes)
}

/// Builder of a listing of parts of an environment.
struct Lister<'a> {
    prefix: &'a Path,
    /// The prefix without symlinks.
    real: PathBuf,
    listing: FoundFiles,
}

impl Lister<'_> {
    /// Adds a file or symlink, if it exists.
    fn file(&mut self, name: &str) {
        let Ok(found) = std::fs::symlink_metadata(self.prefix.join(name)) else { return };
        let kind = if found.is_symlink() { FoundKind::Symlink } else { FoundKind::File };
        if !found.is_dir() {
            self.listing.names.insert(name.to_owned(), kind);
        }
    }

    /// Returns the real name of a directory, and adds the symlinks on the way.
    fn way(&mut self, folder: &str) -> String {
        let mut place = PathBuf::new();
        for part in Path::new(folder) {
            place.push(part);
            let path = self.real.join(&place);
            if path.is_symlink() {
                self.file(&name_below(Path::new(""), &place));
                let target = real_path(&path).ok();
                if let Some(below) = target.as_deref().and_then(|real| real.strip_prefix(&self.real).ok()) {
                    place = below.to_path_buf();
                }
            }
        }
        name_below(Path::new(""), &place)
    }

    /// Adds the files and symlinks in a directory.
    fn files(&mut self, folder: &str) {
        for name in self.names(folder) {
            self.file(&format!("{folder}/{name}"));
        }
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let names = names_in(&self.prefix.join(folder)).unwrap_or_default();
        names.iter().filter_map(|name| name.to_str().map(str::to_owned)).collect()
    }

    /// Adds a file, or everything in a directory.
    fn all(&mut self, name: &str) {
        let path = self.prefix.join(name);
        if path.is_symlink() || !path.is_dir() {
            return self.file(name);
        }
        let found = links_and_files(&path);
        let named = |(below, kind): (String, FoundKind)| (format!("{name}/{below}"), kind);
        self.listing.names.extend(found.names.into_iter().map(named));
        self.listing
            .real
            .extend(found.real.into_iter().map(|(below, path)| (format!("{name}/{below}"), path)));
        self.listing.unlisted.extend(found.unlisted);
    }

    /// Adds a library, with the RECORDs in its directories of packages.
    fn library(&mut self, library: &str) {
        let library = self.way(library);
        for name in self.names(&library) {
            let path = format!("{library}/{name}");
            if !PACKAGES.contains(&name.as_str()) {
                self.all(&path);
                if name == "lib-dynload" && self.prefix.join(&path).is_symlink() {
                    let real = self.way(&path);
                    if real != path {
                        self.all(&real);
                    }
                }
                continue;
            }
            let path = self.way(&path);
            for name in self.names(&path).iter().filter(|name| name.ends_with(".dist-info")) {
                self.file(&format!("{path}/{name}/RECORD"));
            }
        }
    }

    /// Adds the zips of libraries.
    fn zips(&mut self, folder: &str) {
        let folder = &self.way(folder);
        let slash = if folder.is_empty() { "" } else { "/" };
        for name in self.names(folder).iter().filter(|name| zip_version(name).is_some()) {
            self.all(&format!("{folder}{slash}{name}"));
        }
    }
}
