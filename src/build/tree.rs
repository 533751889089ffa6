//! `pycompile build`: the pycs in place, or in a mirror of the sources.

use super::artifact::{Artifact, ArtifactKind, FileDigest};
use super::errno::write_diagnostic;
use super::foreign::check_mirror;
use super::job::Jobs;
use super::leftovers;
use super::outcome::{Done, Failure, Outcome};
use super::project::{BuildProject, ProjectError};
use super::publish::check_manifests;
use super::source::SourceFile;
use crate::config::Selected;
use crate::engine::Diagnostic;
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
    let writer = TreeWriter::new(project);
    let jobs = project.jobs(run);
    let results = jobs.map(&project.selection.sources, |file| writer.source(file, &jobs))?;
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
    if writer.copies {
        for file in &project.selection.data {
            let data = project.read(file);
            match data.and_then(|source| writer.copy(&file.name, &source.bytes, source.executable)) {
                Ok(artifact) => all.copies.push(artifact),
                Err(error) => all.outcomes.push(Outcome::Data(Failure { file: file.path.clone(), error })),
            }
        }
    }
    if project.check {
        return Ok(all);
    }
    let pycs = all.outcomes.iter().filter_map(|outcome| outcome.output()?.strip_prefix(&writer.root).ok());
    let copies = project.selection.sources.iter().chain(&project.selection.data);
    let copies = copies.filter(|_| writer.copies);
    let files = pycs.chain(copies.map(|file| Path::new(&file.name)));
    leftovers::remove(files, |name| writer.tree.place(name, Missing::Refused));
    Ok(all)
}

/// Writer of the files of a build, or its check, which compares them.
struct TreeWriter<'a> {
    project: &'a BuildProject,
    root: PathBuf,
    tree: Tree,
    copies: bool,
}

impl<'a> TreeWriter<'a> {
    fn new(project: &'a BuildProject) -> Self {
        let root = project.tree();
        let (base, below) = project.loaded.bounds_of_folder(&root);
        let tree = Tree::new(base.into(), below.into());
        Self { project, root, tree, copies: project.copies() }
    }

    /// Compiles a source, and copies it.
    fn source(&self, file: &Selected, jobs: &Jobs<'_>) -> Built {
        let project = self.project;
        let source = project.source(file);
        let (mut copies, mut entries) = (Vec::new(), Vec::new());
        let mut copy = || match &source {
            Ok(source) if self.copies => self.copy_source(file, source, &mut copies),
            _ => Ok(()),
        };
        // A pyc shows that the copy next to it is one: that of a source without pycs is left out,
        // unless the source may fail to compile.
        let mut copied = project.may_fail(file).then(&mut copy);
        let outcomes = jobs.each(&source, |job| {
            let (name, recorded) = project.names(file, job.target.series, job.optimize);
            let pyc = job.pyc(recorded.clone());
            let mut entry = None;
            let result = pyc.and_then(|bytes| {
                copied.get_or_insert_with(&mut copy).clone()?;
                let changed = self.put(&name, &bytes, false)?;
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
            job.outcome(&file.path, Some(self.root.join(&name)), result, digest)
        });
        Built { outcomes, entries, copies, missing: 0 }
    }

    /// Copies a source with its modification time, which importers compare with that in the pyc.
    fn copy_source(
        &self,
        file: &Selected,
        source: &SourceFile<'_>,
        copies: &mut Vec<Artifact>,
    ) -> Result<(), Box<Diagnostic>> {
        copies.push(self.copy(&file.name, &source.bytes, false)?);
        if self.project.mode == InvalidationMode::Timestamp && !self.project.check {
            self.tree.set_modified(&file.name, source.mtime).map_err(|error| write_diagnostic(&error))?;
        }
        Ok(())
    }

    fn copy(&self, name: &str, bytes: &[u8], executable: bool) -> Result<Artifact, Box<Diagnostic>> {
        let changed = self.put(name, bytes, executable)?;
        let path = self.root.join(name);
        Ok(Artifact { path, kind: ArtifactKind::Copy, digest: FileDigest::of(bytes), changed })
    }

    /// Writes a file if it differs, unless the build is checked only, and returns whether it
    /// differs.
    fn put(&self, name: &str, bytes: &[u8], executable: bool) -> Result<bool, Box<Diagnostic>> {
        let changed = match self.project.check {
            true => self.tree.differs(name, bytes, executable),
            false => self.tree.write(name, bytes, executable),
        };
        changed.map_err(|error| write_diagnostic(&error))
    }
}
