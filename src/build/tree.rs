//! `pycompile build`: the pycs in place, or in a tree that mirrors the sources.

use super::batch;
use super::compile::{Done, Outcome};
use super::engines::Engines;
use super::errno::write_diagnostic;
use super::leftovers;
use super::parallel::{self, Watch};
use super::project::{Project, ProjectError};
use crate::manifest::FileEntry;
use crate::output::place::Missing;
use crate::output::tree::Tree;
use std::path::{Path, PathBuf};

/// A tree as it was built.
#[derive(Debug, Default)]
pub struct Built {
    /// What became of each pyc, in the order of the names, then version and level; data files that cannot be copied
    /// are here too, as failures.
    pub outcomes: Vec<Outcome>,
    /// The entries of the pycs that are there now.
    pub entries: Vec<FileEntry>,
    /// Files that were not reached because the user stopped.
    pub missing: usize,
}

impl Project {
    /// Where the tree is: the root of the sources, or the mirror.
    pub fn tree(&self) -> PathBuf {
        self.loaded.tree_output().unwrap_or_else(|| self.loaded.root.clone())
    }

    fn mirrors(&self) -> bool {
        let tree = self.tree();
        // A mirror on top of the sources would write them, with modes of its own.
        let is_root = |real: PathBuf| self.loaded.root.canonicalize().is_ok_and(|root| root == real);
        tree != self.loaded.root && !tree.canonicalize().is_ok_and(is_root)
    }
}

/// Compiles everything and writes what differs from what is there.
///
/// Every file is compiled, also where a pyc with the right header is there: what a build publishes must follow from
/// its sources alone. A pyc with the same bytes is left alone.
///
/// # Errors
/// [`ProjectError::Threads`]; a listed file that does not exist.
pub fn build(
    project: &Project,
    engines: &Engines,
    jobs: usize,
    watch: &dyn Watch,
) -> Result<Built, ProjectError> {
    project.loaded.check_listed(&project.selection)?;
    let root = project.tree();
    let (base, below) = project.loaded.bounds_of_folder(&root);
    let tree = Tree::new(base.into(), below.into());
    let copy = project.mirrors()
        && project.loaded.config.tree.sources.as_ref().is_none_or(|sources| *sources.get_ref());
    let results = parallel::map(&project.selection.sources, jobs, watch, |file| {
        let compiled = batch::compile(file, engines, project);
        let mut built = Built::default();
        let copied = match &compiled.source {
            Ok(source) if copy => tree
                .write(&file.name, &source.bytes, false)
                .map(|_| ())
                .map_err(|error| write_diagnostic(&error)),
            _ => Ok(()),
        };
        for pyc in compiled.pycs {
            let entry =
                compiled.source.as_ref().ok().and_then(|source| pyc.entry(&pyc.name, &file.name, source));
            let output = Some(root.join(&pyc.name));
            let result = copied.clone().and(pyc.result).and_then(|bytes| {
                let written =
                    tree.write(&pyc.name, &bytes, false).map_err(|error| write_diagnostic(&error))?;
                Ok(if written { Done::Compiled } else { Done::UpToDate })
            });
            if result.is_ok() {
                built.entries.extend(entry);
            }
            let (python, optimize) = (Some(pyc.series.version), pyc.optimize);
            let (file, warnings) = (file.path.clone(), pyc.warnings);
            built.outcomes.push(Outcome { file, output, python, optimize, result, warnings });
        }
        built
    })?;
    let mut all = Built::default();
    for built in results {
        match built {
            Some(mut built) => {
                all.outcomes.append(&mut built.outcomes);
                all.entries.append(&mut built.entries);
            }
            None => all.missing += 1,
        }
    }
    if copy {
        copy_data(project, &tree, &mut all.outcomes);
    }
    let pycs = all.outcomes.iter().filter_map(|outcome| outcome.output.as_ref()?.strip_prefix(&root).ok());
    let copies = project.selection.sources.iter().chain(&project.selection.data).filter(|_| copy);
    let files = pycs.chain(copies.map(|file| Path::new(&file.name)));
    leftovers::remove(files, |name| tree.place(name, Missing::Refused));
    Ok(all)
}

fn copy_data(project: &Project, tree: &Tree, outcomes: &mut Vec<Outcome>) {
    for file in &project.selection.data {
        let copied = project.read(file).and_then(|source| {
            tree.write(&file.name, &source.bytes, source.executable).map_err(|error| write_diagnostic(&error))
        });
        outcomes.extend(copied.err().map(|error| Outcome::of_file(file.path.clone(), error)));
    }
}
