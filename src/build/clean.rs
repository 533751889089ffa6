//! `pycompile clean`: removes the files that `build` and `pack` wrote.

use super::other_pycs::{OtherPyc, other_pycs, records_name, written_folders};
use super::own_archive::is_own_zip;
use super::previous::{Previous, PreviousDigests};
use super::project::BuildProject;
use super::removal::{CHANGED, Removal};
use super::stale::is_cache;
use crate::archive::{Archive, read_own};
use crate::config::Selected;
use crate::manifest::sha256;
use crate::output::place::{Missing, OutputPlace, is_one_file};
use crate::project::names_in;
use crate::pyc::Pyc;
use crate::target::PyVersion;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Removes what builds with this config have written: pycs, the other files that the manifest
/// lists, copies of sources and data in a mirror, archives, manifests, and temporary files of
/// killed runs. Pycs include those in a `__pycache__` of builds for other versions and levels.
/// Directories that are empty afterwards are removed too.
///
/// Files are removed only if their content is known: the digest is that of the manifest, a pyc
/// records the name that a build records, a copy equals its original in a mirror that has such a
/// pyc, an archive is one that `pack` builds from these files. Only in a `__pycache__` next to the
/// sources, which Python also writes to, is a name enough. Symlinks and other files that are not
/// regular are kept and reported.
pub fn clean(project: &BuildProject, versions: &[PyVersion]) -> Removal {
    let mut removal = Removal::default();
    let previous = Previous::read(project);
    let tree = project.tree();
    let (base, below) = project.loaded.bounds_of_folder(&tree);
    let mirrors = project.mirrors();
    let outputs = PycSources::of(project, versions).0;
    let known = previous.as_ref().map(|previous| previous.files(mirrors)).unwrap_or_default();
    let pycs = Pycs { project, versions, outputs: &outputs, known: &known, base, below };
    // A mirror may be another directory than the one that was built: sources and data that equal
    // the originals prove nothing.
    let others = other_pycs(project, |name| {
        outputs.contains_key(name) || name.to_str().is_some_and(|name| known.contains_key(name))
    });
    let is_built = !mirrors || pycs.exist(&others);
    let copied = project.selection.sources.iter().chain(&project.selection.data);
    let mut copied = copied.filter(|_| mirrors && !is_built);
    let is_foreign = copied.any(|file| tree.join(&file.name).symlink_metadata().is_ok());
    if is_foreign {
        removal.left.push((tree.clone(), "it has no pyc that `build` has written there".into()));
    } else if mirrors && is_built {
        for file in project.selection.sources.iter().chain(&project.selection.data) {
            let digests = known.get(&file.name);
            removal.remove_if(base, &below.join(&file.name), CHANGED, |bytes| {
                digests.is_some_and(|digests| digests.contains(&sha256(bytes)))
                    || project.read(file).is_ok_and(|source| source.bytes == bytes)
            });
        }
    }
    // The pycs prove that the copies are a build's, so they go last: a run may be killed.
    for name in outputs.keys() {
        let path = below.join(name);
        match !mirrors && name.parent().is_some_and(is_cache) {
            true => removal.remove(base, &path),
            false => removal.remove_if(base, &path, NOT_WRITTEN, |bytes| pycs.has(name, bytes)),
        }
    }
    let copied: BTreeSet<&str> = project.selection.sources.iter().map(|file| file.name.as_str()).collect();
    for (name, digests) in known.iter().filter(|_| is_built) {
        let is_done = outputs.contains_key(Path::new(name)) || (mirrors && copied.contains(name.as_str()));
        if !is_done {
            removal.remove_known(base, &below.join(name), digests);
        }
    }
    for pyc in &others {
        removal.remove_other(base, &below.join(&pyc.name), |bytes| pyc.is_own(project, bytes));
    }
    // A `clean` that was killed may have left them empty.
    let names = outputs.keys().map(PathBuf::as_path).chain(known.keys().map(Path::new));
    for folder in written_folders(project, names).into_iter().filter(|_| !is_foreign) {
        removal.add_folder(base, below.join(folder));
    }
    removal.remove_folders(|folder| mirrors || is_cache(folder));
    let packed = PackOutputs::new(project, versions, previous.as_ref());
    packed.remove_wheels(&mut removal);
    packed.remove_zip(&mut removal);
    remove_manifests(project, previous.as_ref(), &mut removal);
    remove_leftovers(project, &outputs, &mut removal);
    removal.remove_folders(|_| true);
    removal
}

/// Reason to keep a file at the path of a pyc.
const NOT_WRITTEN: &str = "it is not a pyc that `build` writes for these files";

/// Returns whether the tree of a config has a pyc that a build has written, in any mode, or a file
/// as its manifest lists it.
pub(super) fn has_built(project: &BuildProject, versions: &[PyVersion]) -> bool {
    let tree = project.tree();
    let (base, below) = project.loaded.bounds_of_folder(&tree);
    let outputs = PycSources::of(project, versions).0;
    let known = Previous::read(project).map(|previous| previous.files(true)).unwrap_or_default();
    let pycs = Pycs { project, versions, outputs: &outputs, known: &known, base, below };
    let bytes = |name: &Path| {
        let place = OutputPlace::below(base, &below.join(name), Missing::Refused);
        place.ok().and_then(|place| place.bytes().ok())
    };
    let is_own = |(name, (file, level)): (&PathBuf, &(&Selected, u8))| {
        let pyc = bytes(name).and_then(|bytes| Pyc::parse(&bytes).ok());
        pyc.is_some_and(|pyc| records_name(project, &pyc, file, *level))
    };
    let is_known =
        |name: &String| bytes(Path::new(name)).is_some_and(|bytes| pycs.has(Path::new(name), &bytes));
    outputs.iter().any(is_own)
        || known.keys().any(is_known)
        || pycs.exist(&other_pycs(project, |name| outputs.contains_key(name)))
}

/// Paths of the pycs of a config in its tree, with source and optimization level.
pub(super) struct PycSources<'a>(BTreeMap<PathBuf, (&'a Selected, u8)>);

impl<'a> PycSources<'a> {
    /// Returns the pycs of a config for these versions.
    pub(super) fn of(project: &'a BuildProject, versions: &[PyVersion]) -> Self {
        let mut outputs = BTreeMap::new();
        for (file, level, name) in project.outputs(versions) {
            outputs.entry(name).or_insert((file, level));
        }
        Self(outputs)
    }

    /// Returns the paths.
    pub(super) fn names(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(PathBuf::as_path)
    }
}

/// Pycs of a config in a tree.
struct Pycs<'a> {
    project: &'a BuildProject,
    versions: &'a [PyVersion],
    outputs: &'a BTreeMap<PathBuf, (&'a Selected, u8)>,
    known: &'a PreviousDigests,
    base: &'a Path,
    below: &'a Path,
}

impl Pycs<'_> {
    /// Returns whether a pyc exists that a build has written: an output of the config, a pyc in the
    /// manifest, or one of `others`.
    fn exist(&self, others: &[OtherPyc<'_>]) -> bool {
        let bytes = |name: &Path| {
            let place = OutputPlace::below(self.base, &self.below.join(name), Missing::Refused);
            place.ok().and_then(|place| place.bytes().ok())
        };
        let listed = self.known.keys().map(Path::new).filter(|name| name.extension() == Some("pyc".as_ref()));
        let mut names = self.outputs.keys().map(PathBuf::as_path).chain(listed);
        names.any(|name| bytes(name).is_some_and(|bytes| self.has(name, &bytes)))
            || others.iter().any(|pyc| bytes(&pyc.name).is_some_and(|bytes| pyc.is_own(self.project, &bytes)))
    }

    /// Returns whether a build has written these bytes: the manifest lists them, or they are a pyc
    /// of the version and mode that records the name of the source as a build does. Python records
    /// the path by which it found the source.
    fn has(&self, name: &Path, bytes: &[u8]) -> bool {
        let listed = name.to_str().and_then(|name| self.known.get(name));
        listed.is_some_and(|digests| digests.contains(&sha256(bytes))) || self.is_own(name, bytes)
    }

    fn is_own(&self, name: &Path, bytes: &[u8]) -> bool {
        let Ok(pyc) = Pyc::parse(bytes) else { return false };
        let Some(&(file, level)) = self.outputs.get(name) else { return false };
        self.versions.contains(&pyc.series.version)
            && pyc.header.mode() == self.project.mode
            && records_name(self.project, &pyc, file, level)
    }
}

/// Files that `pack` writes for a config.
struct PackOutputs<'a> {
    project: &'a BuildProject,
    previous: Option<&'a Previous>,
    /// Names of files that an archive can contain.
    names: BTreeSet<String>,
}

impl<'a> PackOutputs<'a> {
    fn new(project: &'a BuildProject, versions: &[PyVersion], previous: Option<&'a Previous>) -> Self {
        let files = project.selection.sources.iter().chain(&project.selection.data);
        let mut names: BTreeSet<String> = files.map(|file| file.name.clone()).collect();
        names.extend(project.selection.sources.iter().map(|file| format!("{}c", file.name)));
        names.extend(project.outputs(versions).map(|(_, _, name)| name.to_string_lossy().into_owned()));
        names.extend(previous.map(|previous| previous.files(true)).unwrap_or_default().into_keys());
        names.extend(["__main__.py", "__main__.pyc"].map(ToOwned::to_owned));
        Self { project, previous, names }
    }

    /// Removes wheels from the directory of wheels that the manifest lists, or that pycompile has
    /// built from these files.
    fn remove_wheels(&self, removal: &mut Removal) {
        let loaded = &self.project.loaded;
        let Some(table) = &loaded.config.wheel else { return };
        let folder = loaded.wheel_folder();
        let metadata = table.metadata.as_ref().map(|metadata| loaded.folder.join(metadata.get_ref()));
        for name in names_in(&folder).unwrap_or_default() {
            let path = folder.join(&name);
            let is_wheel = path.extension().is_some_and(|extension| extension == "whl");
            if !is_wheel || metadata.as_ref().is_some_and(|metadata| is_one_file(metadata, &path)) {
                continue;
            }
            let listed = self.previous.and_then(|previous| previous.archive(&name.to_string_lossy()));
            let (base, below) = loaded.bounds_of_file(&path);
            match listed {
                Some(digest) => removal.remove_if(base, below, CHANGED, |bytes| sha256(bytes) == digest),
                // Other wheels are not reported: they may belong to anybody.
                None if self.is_own_wheel(&path) => removal.remove(base, below),
                None => {}
            }
        }
    }

    fn is_own_wheel(&self, path: &Path) -> bool {
        let Some(bytes) = self.project.found(path) else { return false };
        let Some(archive) = read_own(path, &bytes) else { return false };
        let is_made_here = archive.files().any(|entry| {
            entry.name.ends_with(".dist-info/WHEEL")
                && entry
                    .bytes
                    .read()
                    .split(|&byte| byte == b'\n')
                    .any(|line| line.starts_with(b"Generator: pycompile "))
        });
        is_made_here && self.has_only_own_names(&archive)
    }

    fn has_only_own_names(&self, archive: &Archive) -> bool {
        archive.entries.iter().all(|entry| {
            let top = entry.name.split('/').next().unwrap_or_default();
            top.ends_with(".dist-info") || self.names.contains(&entry.name)
        })
    }

    fn remove_zip(&self, removal: &mut Removal) {
        let loaded = &self.project.loaded;
        let Some(table) = &loaded.config.zip else { return };
        let path = loaded.zip_path(table.output.get_ref());
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let listed = self.previous.and_then(|previous| previous.archive(&name));
        let (base, below) = loaded.bounds_of_file(&path);
        match listed {
            Some(digest) => removal.remove_if(base, below, CHANGED, |bytes| sha256(bytes) == digest),
            None => removal.remove_if(
                base,
                below,
                "it is not a zip that `pack` writes for these files",
                |bytes| {
                    let archive = read_own(&path, bytes);
                    archive.is_some_and(|archive| self.has_only_own_names(&archive) && is_own_zip(&archive))
                },
            ),
        }
    }
}

fn remove_manifests(project: &BuildProject, previous: Option<&Previous>, removal: &mut Removal) {
    for (form, path) in project.loaded.manifest_paths() {
        let (base, below) = project.loaded.bounds_of_file(&path);
        let expected = previous.and_then(|previous| form.text(&previous.manifest).ok());
        let is_own = |bytes: &[u8]| expected.is_some_and(|expected| expected.as_bytes() == bytes);
        removal.remove_if(base, below, "it is not what `build` or `pack` wrote", is_own);
    }
}

/// Removes the temporary files that killed runs left in the directories that `build` and `pack`
/// write to.
fn remove_leftovers(
    project: &BuildProject,
    outputs: &BTreeMap<PathBuf, (&Selected, u8)>,
    removal: &mut Removal,
) {
    let loaded = &project.loaded;
    let tree = project.tree();
    let mut files: Vec<PathBuf> = outputs.keys().map(|name| tree.join(name)).collect();
    let copied = project.selection.sources.iter().chain(&project.selection.data);
    files.extend(copied.map(|file| tree.join(&file.name)));
    files.extend(loaded.outputs());
    let mut folders = BTreeSet::new();
    for file in files {
        let (base, name) = loaded.bounds_of_file(&file);
        if folders.insert(file.parent().map(Path::to_path_buf))
            && let Ok(place) = OutputPlace::below(base, name, Missing::Refused)
        {
            removal.removed.extend(place.remove_leftovers(Duration::ZERO));
        }
    }
}
