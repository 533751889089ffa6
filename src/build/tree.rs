//! `pycompile build`: the pycs in place, or in a mirror of the sources.

use super::artifact::{Artifact, ArtifactKind, FileDigest};
use super::errno::write_diagnostic;
use super::foreign::check_mirror;
use super::leftovers;
use super::outcome::{Done, Failure, Outcome};
use super::project::{BuildProject, ProjectError};
use super::publish::check_manifests;
use crate::engine::Run;
use crate::manifest::FileEntry;
use crate::output::place::Missing;
use crate::output::tree::Tree;
use crate::project::real_path;
use crate::pyc::InvalidationMode;
use std::path::{Path, PathBuf};

/// Result of building a tree.
#[derive(Debug, Default)]
pub struct Built {
    /// Outcome of each pyc, in the order of source paths, then version and optimization level; data
    /// files that cannot be copied are included as failures.
    pub outcomes: Vec<Outcome>,
    /// Entries of the pycs that exist after the build.
    pub entries: Vec<FileEntry>,
    /// Copies of sources and data in the mirror.
    pub copies: Vec<Artifact>,
    /// Number of files that were not reached because the user stopped.
    pub missing: usize,
}

impl BuildProject {
    /// Returns the root of the tree: that of the sources, or the mirror.
    pub fn tree(&self) -> PathBuf {
        self.loaded.tree_output().unwrap_or_else(|| self.loaded.root.clone())
    }

    /// Returns `true` if the tree mirrors the sources in another directory.
    pub(super) fn mirrors(&self) -> bool {
        let tree = self.tree();
        // A mirror at the root would overwrite the sources, and change their modes.
        let is_root = |real: PathBuf| real_path(&self.loaded.root).is_ok_and(|root| root == real);
        tree != self.loaded.root && !real_path(&tree).is_ok_and(is_root)
    }

    /// Returns `true` if sources and data are copied to the mirror.
    pub(super) fn copies(&self) -> bool {
        let sources = self.loaded.config.tree.sources.as_ref();
        self.mirrors() && sources.is_none_or(|sources| *sources.get_ref())
    }
}

/// Compiles all sources and writes the pycs that are not up to date.
///
/// Every file is compiled, even if its pyc has the right header: the output of a build must depend
/// only on its sources. A pyc with the same bytes is not rewritten.
///
/// # Errors
/// [`ProjectError::Threads`], or a listed file that does not exist.
pub fn build(project: &BuildProject, run: Run<'_>) -> Result<Built, ProjectError> {
    project.loaded.check_listed(&project.selection)?;
    check_manifests(project)?;
    let versions: Vec<_> = run.engines.iter().map(|target| target.series.version).collect();
    check_mirror(project, &versions)?;
    let root = project.tree();
    let (base, below) = project.loaded.bounds_of_folder(&root);
    let tree = Tree::new(base.into(), below.into());
    let copy = project.copies();
    let put = |name: &str, bytes: &[u8], executable: bool| {
        let put = if project.check {
            tree.differs(name, bytes, executable)
        } else {
            tree.write(name, bytes, executable)
        };
        put.map_err(|error| write_diagnostic(&error))
    };
    let copied = |name: &str, bytes: &[u8], executable: bool| {
        put(name, bytes, executable).map(|changed| Artifact {
            path: root.join(name),
            kind: ArtifactKind::Copy,
            digest: FileDigest::of(bytes),
            changed,
        })
    };
    let jobs = project.jobs(run);
    let results = jobs.map(&project.selection.sources, |file| {
        let source = project.source(file);
        let (mut copies, mut entries) = (Vec::new(), Vec::new());
        let mut copy_source = || match &source {
            Ok(source) if copy => copied(&file.name, &source.bytes, false).and_then(|artifact| {
                copies.push(artifact);
                // Importers compare the modification time of the copy with that in the pyc.
                let is_dated = project.mode == InvalidationMode::Timestamp && !project.check;
                let dated = is_dated.then(|| tree.set_modified(&file.name, source.mtime));
                dated.unwrap_or(Ok(())).map_err(|error| write_diagnostic(&error))
            }),
            _ => Ok(()),
        };
        // A pyc shows that the copy next to it is one: that of a source without pycs is left out,
        // unless the source may fail to compile.
        let mut copied = project.may_fail(file).then(&mut copy_source);
        let outcomes = jobs.each(&source, |job| {
            let (name, recorded) = project.names(file, job.target.series, job.optimize);
            let pyc = job.pyc(recorded.clone());
            let mut entry = None;
            let result = pyc.and_then(|bytes| {
                copied.get_or_insert_with(&mut copy_source).clone()?;
                let changed = put(&name, &bytes, false)?;
                entry = job.entry(&name, &bytes, &file.name, &recorded?);
                Ok(match (changed, project.check) {
                    (false, _) => Done::UpToDate,
                    (true, false) => Done::Compiled,
                    (true, true) => Done::WouldChange,
                })
            });
            let digest =
                entry.as_ref().map(|entry| FileDigest { sha256: entry.sha256.clone(), size: entry.size });
            entries.extend(entry);
            job.outcome(&file.path, Some(root.join(&name)), result, digest)
        });
        Built { outcomes, entries, copies, missing: 0 }
    })?;
    let mut all = Built::default();
    for built in results {
        match built {
            Some(mut built) => {
                all.outcomes.append(&mut built.outcomes);
                all.entries.append(&mut built.entries);
                all.copies.append(&mut built.copies);
            }
            None => all.missing += 1,
        }
    }
    if copy {
        for file in &project.selection.data {
            let data = project.read(file);
            match data.and_then(|source| copied(&file.name, &source.bytes, source.executable)) {
                Ok(artifact) => all.copies.push(artifact),
                Err(error) => all.outcomes.push(Outcome::Data(Failure { file: file.path.clone(), error })),
            }
        }
    }
    if project.check {
        return Ok(all);
    }
    let pycs = all.outcomes.iter().filter_map(|outcome| outcome.output()?.strip_prefix(&root).ok());
    let copies = project.selection.sources.iter().chain(&project.selection.data).filter(|_| copy);
    let files = pycs.chain(copies.map(|file| Path::new(&file.name)));
    leftovers::remove(files, |name| tree.place(name, Missing::Refused));
    Ok(all)
}
