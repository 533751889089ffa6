//! Sources × targets × levels → pycs in memory.
//!
//! Every command that compiles goes this way: before it, the command plans sources and names; after
//! it, the command writes or keeps the pycs.

use super::artifact::FileDigest;
use super::outcome::{Done, Outcome, PycOutcome};
use super::source::SourceFile;
use crate::engine::{Diagnostic, Engine, Made, OpenSource, Run, TargetEngine, ThreadsError};
use crate::manifest::{FileEntry, pyc_entry, source_entry};
use crate::pyc::{HEADER_SIZE, InvalidationMode, join};
use crate::warnings::Issued;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Pycs to make of each source.
#[derive(Clone, Copy)]
pub(super) struct Jobs<'a> {
    /// Engines and threads.
    pub(super) run: Run<'a>,
    /// Optimization levels, each once.
    pub(super) levels: &'a [u8],
    /// Invalidation mode of the pycs.
    pub(super) mode: InvalidationMode,
}

impl Jobs<'_> {
    /// Applies `work`, which reads a source and calls [`Jobs::each`], to all items in parallel. The
    /// results are in the order of the items, with `None` for those that an interrupt skipped.
    ///
    /// # Errors
    /// [`ThreadsError`].
    pub(super) fn map<T: Sync, R: Send>(
        &self,
        items: &[T],
        work: impl Fn(&T) -> R + Sync,
    ) -> Result<Vec<Option<R>>, ThreadsError> {
        self.run.workers.map(items, work)
    }

    /// Applies `work` to each job of one source: every target at every level, in this order.
    pub(super) fn each<R>(
        &self,
        source: &Result<SourceFile<'_>, Box<Diagnostic>>,
        mut work: impl FnMut(&mut Job<'_, '_>) -> R,
    ) -> Vec<R> {
        let mut opened = Engine::open(source.as_ref().map_or(&[], |source| &source.bytes));
        let mut results = Vec::with_capacity(self.run.engines.len() * self.levels.len());
        for target in self.run.engines {
            let header = source.as_ref().map(|source| source.header(target.series, self.mode));
            for &optimize in self.levels {
                results.push(work(&mut Job {
                    target,
                    optimize,
                    header: header.unwrap_or_default(),
                    source: source.as_ref().map_err(AsRef::as_ref),
                    opened: &mut opened,
                    warnings: Vec::new(),
                }));
            }
        }
        results
    }
}

/// One pyc to make.
pub(super) struct Job<'a, 's> {
    /// Target of the pyc.
    pub(super) target: &'a TargetEngine,
    /// Optimization level: 0, 1 or 2.
    pub(super) optimize: u8,
    /// Header of the pyc.
    pub(super) header: [u8; HEADER_SIZE],
    source: Result<&'a SourceFile<'a>, &'a Diagnostic>,
    opened: &'a mut OpenSource<'s>,
    warnings: Vec<Issued>,
}

impl<'a> Job<'a, '_> {
    /// Returns the source, or the error from reading it.
    pub(super) fn source(&self) -> Result<&'a SourceFile<'a>, Box<Diagnostic>> {
        self.source.map_err(|error| Box::new(error.clone()))
    }

    /// Compiles the source under a recorded file name; returns the whole pyc. The warnings become
    /// part of the outcome.
    pub(super) fn pyc(
        &mut self,
        recorded: Result<impl AsRef<OsStr>, Box<Diagnostic>>,
    ) -> Result<Vec<u8>, Box<Diagnostic>> {
        self.source()?;
        let Made { result, warnings } = self.opened.make(self.target, recorded?.as_ref(), self.optimize);
        self.warnings = warnings;
        result.map(|code| join(&self.header, code))
    }

    /// Takes the warnings of the compilation.
    pub(super) fn warnings(&mut self) -> Vec<Issued> {
        std::mem::take(&mut self.warnings)
    }

    /// Returns the manifest entry of the pyc at `path`, whose source is at `source_path`.
    pub(super) fn entry(
        &self,
        path: &str,
        pyc: &[u8],
        source_path: &str,
        recorded: &str,
    ) -> Option<FileEntry> {
        let series = self.target.series;
        let source = source_entry(source_path, &self.source.ok()?.bytes, series);
        pyc_entry(path, pyc, series, self.optimize, Some(source), recorded).ok()
    }

    /// Returns the outcome, with the warnings of the compilation.
    pub(super) fn outcome(
        &mut self,
        file: &Path,
        output: Option<PathBuf>,
        result: Result<Done, Box<Diagnostic>>,
        digest: Option<FileDigest>,
    ) -> Outcome {
        Outcome::Pyc(PycOutcome {
            file: file.into(),
            output,
            python: self.target.series.version,
            optimize: self.optimize,
            result,
            warnings: self.warnings(),
            digest,
        })
    }
}
