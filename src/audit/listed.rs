//! Checks of files against the entries of a manifest.

use super::compilers::Compilers;
use super::finding::{Finding, ReleaseFound};
use super::listed_code::relation;
use super::only::Selection;
use super::reason::{ManifestFault, OtherFile, Reason};
use super::view::CheckedSource;
use super::view::View;
use crate::archive::Archive;
use crate::input::{Place, PlaceError};
use crate::manifest::{
    FileEntry, Listed, Manifest, Shift, archive_entry, entry_beside, facts, listed, sha256,
};
use crate::pyc::Header;
use crate::target::{PyVersion, Release, Series, Target};
use crate::text::counted_with_first;
use std::collections::{BTreeMap, BTreeSet};

/// The entries of a manifest by the names of files in a place.
pub(super) struct Entries<'a> {
    shift: Shift,
    by_name: BTreeMap<String, &'a FileEntry>,
    /// Minor versions of all pycs of the manifest.
    versions: BTreeSet<&'a str>,
    /// True if the manifest lists the archive itself by its digest.
    is_listed: bool,
}

impl<'a> Entries<'a> {
    pub(super) fn new(manifest: &'a Manifest, view: &View<'_>, selection: &Selection) -> Self {
        // A manifest lists the pycs of a wheel by their installed paths.
        let installed: BTreeMap<String, String> =
            view.pycs().iter().map(|name| (view.importable(name), name.clone())).collect();
        let shift = Shift::of(manifest, view.place, view.pycs());
        let own = match view.place {
            Place::File(_) => view.place.names().pop(),
            _ => None,
        };
        let name = |(name, entry): (String, &'a FileEntry)| match installed.get(&entry.path) {
            Some(installed) if !view.has_file(&name) && own.is_none() => (installed.clone(), entry),
            _ => (name, entry),
        };
        let covered = manifest.files.iter().filter_map(|entry| Some((shift.name(&entry.path)?, entry)));
        let by_name = covered.map(name);
        let by_name = by_name
            .filter(|(name, _)| own.as_ref().is_none_or(|own| own == name) && selection.contains(name));
        let by_name = by_name.collect();
        let is_listed = match view.place {
            Place::Archive(archive) => listed(manifest, archive) == Listed::This,
            _ => false,
        };
        let versions = manifest.files.iter().map(|entry| entry.python.as_str()).collect();
        Self { shift, by_name, versions, is_listed }
    }

    /// Returns the optimization level in the manifest.
    pub(super) fn level(&self, name: &str) -> Option<u8> {
        self.by_name.get(name).map(|entry| entry.optimize)
    }

    /// Returns the version of a pyc if the manifest lists no pyc of this version, as that of an
    /// environment lists none of other versions.
    pub(super) fn other_version(&self, pyc: &[u8]) -> Option<PyVersion> {
        let series = Series::with_magic(Header::parse(pyc).ok()?.magic())?;
        let version = series.version.to_string();
        let is_other = !self.versions.is_empty() && !self.versions.contains(version.as_str());
        is_other.then_some(series.version)
    }

    pub(super) fn unreadable(&self, name: &str, error: &PlaceError) -> Option<Finding> {
        self.by_name.contains_key(name).then(|| of(name, ManifestFault::Unreadable(error.to_string())))
    }

    /// Checks a pyc and its source against the entry; `path` is the installed path of the source.
    /// With `compilers`, code with another digest is compiled again to find the difference.
    pub(super) fn check(
        &self,
        view: &View<'_>,
        name: &str,
        pyc: &[u8],
        path: &str,
        source: Option<&CheckedSource>,
        compilers: Option<&Compilers<'_>>,
    ) -> Vec<Finding> {
        let Some(entry) = self.by_name.get(name) else {
            return if self.is_listed { Vec::new() } else { vec![of(name, ManifestFault::Unlisted)] };
        };
        let mut findings = Vec::new();
        let is_file = matches!(view.place, Place::File(_));
        let is_own = |listed: &str| {
            let own = source.map_or(path, |source| source.name.as_str());
            let shifted = [path, own].map(|name| self.shift.path(name));
            listed == path
                || listed == own
                || shifted.iter().any(|name| name == listed)
                || (is_file && own.ends_with(listed))
        };
        let mut held = source;
        if let (None, Some(source)) = (&entry.source, source) {
            findings.push(of(name, ManifestFault::SourceUnlisted(source.name.clone())));
        }
        if let Some(listed) = &entry.source {
            match source {
                _ if !is_own(&listed.path) => {
                    findings.push(of(name, ManifestFault::SourceElsewhere(listed.path.clone())));
                    held = None;
                }
                Some(source) if sha256(&source.bytes) != listed.sha256 => {
                    let path = self.shift.name(&listed.path);
                    let path = path.as_ref().unwrap_or(&listed.path);
                    findings.push(of(path, ManifestFault::OtherSource(entry.path.clone())));
                    held = None;
                }
                Some(_) => {}
                None => {
                    findings.push(of(name, ManifestFault::SourceGone(listed.path.clone())));
                }
            }
        }
        let held = held.map(|source| source.bytes.as_slice());
        if sha256(pyc) != entry.sha256 {
            findings.push(of(name, ManifestFault::OtherFile(other_file(entry, pyc, held, compilers))));
        } else if let Some(facts) = wrong_facts(entry, pyc, held) {
            findings.push(of(name, ManifestFault::Wrong(facts)));
        }
        findings
    }

    /// Returns the entries that the place could contain: the path in the manifest, the name, and
    /// whether the pyc exists.
    pub(super) fn covered(&self, view: &View<'_>) -> Vec<(&'a str, String, bool)> {
        let names: BTreeSet<&String> = view.pycs().iter().collect();
        let entries = self.by_name.iter();
        entries
            .map(|(name, entry)| (entry.path.as_str(), name.clone(), self.is_listed || names.contains(name)))
            .collect()
    }
}

/// Coverage of a manifest's entries by all places that are verified.
pub(super) struct Coverage<'a> {
    manifest: &'a Manifest,
    /// By path in the manifest: the index of a place that could contain the entry, the name there,
    /// and whether a place contains it.
    entries: BTreeMap<&'a str, (usize, String, bool)>,
    /// Listed archives, by digest, that a verified directory contains, itself or as another archive
    /// of the same name; with the index of the directory.
    archives: BTreeMap<String, usize>,
    /// Paths of the archives that have a listed digest.
    right: Vec<String>,
}

impl<'a> Coverage<'a> {
    pub(super) const fn new(manifest: &'a Manifest) -> Self {
        Self { manifest, entries: BTreeMap::new(), archives: BTreeMap::new(), right: Vec::new() }
    }

    /// Returns a note on the archives that have a listed digest.
    pub(super) fn note(&self) -> Option<String> {
        let (one, several) = ("archive has a digest", "archives have digests");
        counted_with_first(&self.right, one, several, " that the manifest lists")
    }

    /// Records that an archive has a listed digest.
    pub(super) fn add_right(&mut self, path: &str) {
        self.right.push(path.to_owned());
    }

    /// Records the entries that a place could contain.
    pub(super) fn place(&mut self, at: usize, covered: Vec<(&'a str, String, bool)>) {
        for (path, name, is_there) in covered {
            let known = self.entries.entry(path).or_insert((at, name, false));
            known.2 |= is_there;
        }
    }

    /// Checks an archive in a directory against the archives that the manifest lists.
    pub(super) fn archive(
        &mut self,
        at: usize,
        archive: &Archive,
        path: &str,
        has_pycs: bool,
    ) -> Option<Finding> {
        let found = archive_entry(archive);
        let is = |listed: &&crate::manifest::ListedArchive| {
            (&listed.sha256, listed.size) == (&found.sha256, found.size)
        };
        let same: Vec<&str> =
            self.manifest.archives.iter().filter(is).map(|listed| listed.path.as_str()).collect();
        if let Some(first) = same.first() {
            self.archives.insert(found.sha256, at);
            let is_there = same.iter().any(|listed| is_below(path, listed) || is_below(listed, path));
            self.right.extend(is_there.then(|| path.to_owned()));
            return (!is_there).then(|| of(path, ManifestFault::ArchiveElsewhere((*first).to_owned())));
        }
        let has_name =
            |listed: &crate::manifest::ListedArchive| listed.path == path || listed.path == found.path;
        let named = self.manifest.archives.iter().find(|listed| has_name(listed));
        // A finding already reports the archive by its name.
        self.archives.extend(named.map(|listed| (listed.sha256.clone(), at)));
        let listing = match named.is_some() {
            true => ManifestFault::OtherArchive,
            false if has_pycs => ManifestFault::PycsUnlisted,
            false => return None,
        };
        Some(of(path, listing))
    }

    /// Returns findings for the pycs and archives of the manifest that no place contains. If a
    /// directory contains none of the listed pycs but a listed archive, the archive stands for the
    /// pycs.
    pub(super) fn missing(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let is_packed = !self.archives.is_empty() && self.entries.values().all(|(.., is_there)| !is_there);
        for (at, name, is_there) in self.entries.values() {
            if !is_there && !is_packed {
                findings.push(Finding { place: *at, ..of(name, ManifestFault::Gone) });
            }
        }
        let Some(&at) = self.archives.values().next() else { return findings };
        for listed in &self.manifest.archives {
            if !self.archives.contains_key(&listed.sha256) {
                findings.push(Finding { place: at, ..of(&listed.path, ManifestFault::Gone) });
            }
        }
        findings
    }

    /// Returns the number of pycs of the manifest that no place could contain.
    pub(super) fn outside(&self) -> usize {
        self.manifest.files.len() - self.entries.len()
    }
}

/// Checks every pyc and its source against a manifest, in both directions, and an archive against
/// the archives listed; compiles nothing.
pub fn against_manifest(place: &Place, manifest: &Manifest) -> Vec<Finding> {
    let view = View::new(place);
    let entries = Entries::new(manifest, &view, &Selection::default());
    let mut coverage = Coverage::new(manifest);
    coverage.place(0, entries.covered(&view));
    let mut findings = coverage.missing();
    if let Place::Archive(archive) = place {
        findings.extend(whole_archive(manifest, archive));
    }
    for name in view.pycs() {
        match place.read(name) {
            Err(error) => findings.extend(entries.unreadable(name, &error)),
            Ok(bytes) => {
                let source = place.read_source(name).ok();
                let source = source.map(|(name, bytes)| CheckedSource { name, bytes, mtime: None });
                let path = view.named(name).parsed.map_or_else(String::new, |parsed| parsed.source);
                findings.extend(entries.check(&view, name, &bytes, &path, source.as_ref(), None));
            }
        }
    }
    findings
}

fn of(path: &str, listing: ManifestFault) -> Finding {
    Finding::new(path, Reason::Manifest(listing))
}

/// Returns the difference between a pyc and the listed file.
fn other_file(
    listed: &FileEntry,
    pyc: &[u8],
    source: Option<&[u8]>,
    compilers: Option<&Compilers<'_>>,
) -> OtherFile {
    let Some(found) = entry_beside(listed, pyc, source) else { return OtherFile::Code };
    if found.magic != listed.magic {
        return OtherFile::Version { is: found.python, said: listed.python.clone() };
    }
    if found.code_sha256 != listed.code_sha256 {
        let source = source.filter(|_| listed.source.is_some());
        let compared =
            source.zip(compilers).map(|(source, compilers)| relation(listed, pyc, source, compilers));
        if found.filename == listed.filename {
            return compared.unwrap_or(OtherFile::Code);
        }
        let is_all = |other: &OtherFile| matches!(other, OtherFile::Form(forms) if forms.is_empty());
        let also = compared.filter(|other| !is_all(other)).map(Box::new);
        return OtherFile::Name { is: found.filename, said: listed.filename.clone(), also };
    }
    let differs = facts(listed).into_iter().zip(facts(&found)).find(|((_, said), (_, is))| said != is);
    match differs {
        Some(((what, Some(said)), (_, Some(is)))) => OtherFile::Fact { what, is, said },
        _ => OtherFile::Header,
    }
}

/// Returns the incorrect facts of an entry whose digest is right.
fn wrong_facts(listed: &FileEntry, pyc: &[u8], source: Option<&[u8]>) -> Option<Vec<&'static str>> {
    // Other findings report bytes that are not a pyc.
    let found = entry_beside(listed, pyc, source)?;
    let mut wrong: Vec<&str> = facts(listed)
        .into_iter()
        .zip(facts(&found))
        .filter_map(|((what, said), (_, is))| (said != is).then_some(what))
        .collect();
    if listed.size != found.size {
        wrong.insert(0, "size");
    }
    (!wrong.is_empty()).then_some(wrong)
}

/// Checks the releases of a manifest against those that wrote the pycs; returns findings, and notes
/// on releases that are not known.
pub(super) fn against_releases(manifest: &Manifest, found: &[ReleaseFound]) -> (Vec<Finding>, Vec<String>) {
    let (mut findings, mut notes) = (Vec::new(), Vec::new());
    for (python, said) in &manifest.releases {
        let target = said.parse().ok().and_then(|release: Release| Target::find(release));
        let known = target.map(|target| target.release().to_string());
        let is_other = |found: &&ReleaseFound| {
            found.python == *python && found.release != *said && Some(&found.release) != known.as_ref()
        };
        let Some(other) = found.iter().find(is_other) else { continue };
        if known.is_none() {
            notes.push(format!("CPython {said}, whose bytes the manifest lists, is not known: not compared"));
            continue;
        }
        let (path, found) = (other.first.clone().unwrap_or_default(), other.release.clone());
        let fault = ManifestFault::OtherRelease { said: said.clone(), found };
        findings.push(Finding { place: other.place, ..of(&path, fault) });
    }
    (findings, notes)
}

/// Returns whether a path ends in another one, of whole components.
fn is_below(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
}

/// Returns the fault of an archive as a whole, if the manifest lists archives.
pub(super) fn whole_archive(manifest: &Manifest, archive: &Archive) -> Option<Finding> {
    let listing = match listed(manifest, archive) {
        Listed::Nothing | Listed::This => return None,
        Listed::Other(_) => ManifestFault::OtherArchive,
        Listed::Others => ManifestFault::ArchiveUnlisted,
    };
    Some(of(&archive_entry(archive).path, listing))
}
