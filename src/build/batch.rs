//! One source of a project → its pycs in memory.

use super::engines::Engines;
use super::project::Project;
use super::source::{Made, Source};
use crate::config::Selected;
use crate::engine::Diagnostic;
use crate::manifest::{FileEntry, pyc_entry, source_entry};
use crate::target::Series;
use crate::warnings::Issued;
use std::path::Path;

/// Source with its outcomes.
#[derive(Debug)]
pub struct Compiled {
    /// The source, or the error from reading it.
    pub source: Result<Source, Box<Diagnostic>>,
    /// Pycs, one for each version and level, in that order.
    pub pycs: Vec<Pyc>,
}

/// Outcome of one pyc.
#[derive(Debug)]
pub struct Pyc {
    /// Version that the pyc is for.
    pub series: &'static Series,
    /// Optimization level: 0, 1 or 2.
    pub optimize: u8,
    /// Path in the tree, relative to the root.
    pub name: String,
    /// Recorded file name.
    pub recorded: String,
    /// Bytes of the pyc.
    pub result: Result<Vec<u8>, Box<Diagnostic>>,
    /// Warnings of the compiler.
    pub warnings: Vec<Issued>,
}

impl Pyc {
    /// Returns the entry in the manifest, if there is a pyc.
    pub fn entry(&self, name: &str, source_name: &str, source: &Source) -> Option<FileEntry> {
        let pyc = self.result.as_ref().ok()?;
        let source = source_entry(source_name, &source.bytes, self.series);
        pyc_entry(name, pyc, self.series, self.optimize, Some(source), &self.recorded).ok()
    }
}

/// Compiles one file for every version and level.
pub fn compile(file: &Selected, engines: &Engines, project: &Project) -> Compiled {
    let source = project.read(file);
    let mut opened = source.as_ref().ok().map(Source::open);
    let mut pycs = Vec::with_capacity(engines.len() * project.levels.len());
    for target in engines {
        let header = source.as_ref().ok().map(|source| source.header(target.series, project.mode));
        for &optimize in &project.levels {
            let (name, recorded) = names(file, target.series, optimize, project);
            let Made { result, warnings } = match (&source, &mut opened, &header, &recorded) {
                (Ok(_), Some(opened), Some(header), Ok(recorded)) => {
                    Made::of(opened, target, header, recorded.as_ref(), optimize)
                }
                (Err(error), ..) | (.., Err(error)) => error.clone().into(),
                _ => Diagnostic::without_place("SystemError", "no header was made").into(),
            };
            let recorded = recorded.unwrap_or_default();
            pycs.push(Pyc { series: target.series, optimize, name, recorded, result, warnings });
        }
    }
    Compiled { source, pycs }
}

/// Returns the pyc's path below the root and the recorded file name. Paths of the config are UTF-8,
/// so the conversion is lossless.
fn names(
    file: &Selected,
    series: &'static Series,
    optimize: u8,
    project: &Project,
) -> (String, Result<String, Box<Diagnostic>>) {
    let value_error =
        |error: crate::project::NameError| Diagnostic::without_place("ValueError", error.to_string());
    let path = Path::new(&file.name);
    let name = project.naming.output(path, series, optimize).unwrap_or_else(|_| path.to_path_buf());
    let recorded = project.naming.recorded(path).map_err(value_error);
    (name.to_string_lossy().into_owned(), recorded.map(|recorded| recorded.to_string_lossy().into_owned()))
}
